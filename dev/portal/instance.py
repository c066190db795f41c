"""One CKAN with this extension: its database, core and settings, and its processes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from dev.portal.console import Failure, run, step
from dev.portal.places import HOST, LOGS, ROOT, SERVICES, port, secret, virtualenv, write_private
from dev.portal.processes import Process, answers
from dev.portal.services import Services

PLUGINS = "odl odl_datagouv scheming_datasets scheming_organizations harvest dcat activity text_view image_view"
#: Starts a program behind the others, as docs/installation.md advises: who reads a page comes before a file that waits
#: for its report. Linux shares the processor by group of processes first, where a kernel does so.
BEHIND = ("nice", "-n", "10", "sh", "-c", '{ echo 10 > /proc/self/autogroup; } 2>/dev/null; exec "$@"', "sh")


@dataclass(frozen=True)
class Instance:
    """A portal of this checkout. ``name`` also names its database and its Solr core."""

    name: str
    redis_database: int
    ckan: str = "2.12"
    durable: bool = False
    plugins: str = PLUGINS
    sample_data: bool = True
    sweep_seconds: int = 60
    settings: tuple[tuple[str, str], ...] = ()
    national_url: str = ""
    """Address of the stand-in of data.gouv.fr, in place of the real one."""

    @property
    def folder(self) -> Path:
        return SERVICES / self.name

    @property
    def ini(self) -> Path:
        return SERVICES / f"{self.name}.ini"

    @property
    def accounts(self) -> Path:
        return SERVICES / f"{self.name}.json"

    @property
    def url(self) -> str:
        return f"http://{HOST}:{port(self.name)}"

    @property
    def database(self) -> str:
        return f"ckan_{self.name}"

    @property
    def bin(self) -> Path:
        return virtualenv(self.ckan) / "bin"

    @property
    def processes(self) -> dict[str, Process]:
        return {part: Process(f"{self.name}-{part}") for part in ("web", "worker", "sweep")}

    @property
    def environment(self) -> dict[str, str]:
        """The addresses of the services, in the variables that CKAN reads."""
        services = Services()
        return {
            "CKAN_SQLALCHEMY_URL": services.postgres.url(self.database),
            "CKAN_REDIS_URL": services.redis.url(self.redis_database),
            "CKAN_SOLR_URL": services.solr.url(self.database),
            "CKAN_STORAGE_PATH": str(self.folder / "storage"),
            "PYTHONPATH": str(ROOT),
        }

    def ensure_stores(self) -> None:
        """Create the database, the Solr core and the storage folder where they are missing."""
        services = Services()
        services.postgres.ensure_database(self.database, durable=self.durable)
        code = "import ckan, pathlib; print(pathlib.Path(ckan.__file__).parent / 'config' / 'solr' / 'schema.xml')"
        schema = subprocess.run([self.bin / "python", "-c", code], capture_output=True, text=True, check=True)
        services.solr.ensure_core(self.database, Path(schema.stdout.strip()))
        (self.folder / "storage").mkdir(parents=True, exist_ok=True)

    def empty(self) -> None:
        """Forget all data of the instance, which must not run."""
        services = Services()
        services.postgres.remove_database(self.database)
        self.ensure_stores()
        services.solr.empty_core(self.database)
        shutil.rmtree(self.folder / "storage")

    # -- settings --------------------------------------------------------------------------------------------

    def write_ini(self) -> None:
        """Write the instance's CKAN settings, as an administrator would for a portal in production."""
        environment = self.environment
        settings = {
            "use": "egg:ckan",
            "SECRET_KEY": secret(f"{self.name} session"),
            "api_token.jwt.algorithm": "HS256",
            "api_token.jwt.encode.secret": f"string:{secret(f'{self.name} token')}",
            "api_token.jwt.decode.secret": f"string:{secret(f'{self.name} token')}",
            "sqlalchemy.url": environment["CKAN_SQLALCHEMY_URL"],
            "ckan.redis.url": environment["CKAN_REDIS_URL"],
            "solr_url": environment["CKAN_SOLR_URL"],
            "ckan.site_id": self.name,
            "ckan.site_url": self.url,
            "ckan.site_title": "Données ouvertes des Causses",
            "ckan.storage_path": environment["CKAN_STORAGE_PATH"],
            "ckan.max_resource_size": 100,
            "ckan.plugins": self.plugins,
            "ckan.views.default_views": "image_view text_view",
            "ckan.gravatar_default": "disabled",
            "ckan.locale_default": "fr",
            "ckan.locale_order": "fr en",
            "ckan.locales_offered": "fr en",
            "ckan.display_timezone": "Europe/Paris",
            "ckan.auth.roles_that_cascade_to_sub_groups": "admin editor",
            "ckan.auth.user_create_organizations": "false",
            "ckan.auth.user_create_groups": "false",
            "ckan.auth.create_unowned_dataset": "false",
            "ckan.auth.create_user_via_web": "false",
            "ckan.auth.enable_cookie_auth_in_api": "false",
            "ckan.csrf_protection.ignore_extensions": "false",
            "ckan.harvest.mq.type": "redis",
            "smtp.mail_from": "portail@exemple.test",
            "SESSION_COOKIE_HTTPONLY": "true",
            "SESSION_COOKIE_SAMESITE": "Lax",
            **self._national_settings,
            **dict(self.settings),
        }
        lines = [f"{key} = {str(value).replace('%', '%%')}" for key, value in settings.items()]
        header = ["# Written by `make demo`; changes made here are lost.", "[app:main]"]
        write_private(self.ini, "\n".join([*header, *lines]) + "\n" + LOGGING)

    @property
    def _national_settings(self) -> dict[str, str]:
        if not self.national_url:
            return {}
        return {"ckanext.odl.datagouv.url": self.national_url, "ckanext.odl.datagouv.loopback": "true"}

    # -- processes -------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Bring the whole instance up: stores, settings, tables, sample data, then its processes."""
        self.ensure_stores()
        self.stop()  # so that changed code and settings are taken up
        port(self.name, must_be_free=True)
        self.write_ini()
        remedy = "look at the end of the log; `make clean` starts again from empty data"
        with step("Preparing the database" + (" and the sample data" if self.sample_data else "")):
            command = [self.bin / "python", "-m", "dev.portal.prepare", self.ini, self.accounts, self.url]
            command += [] if self.sample_data else ["--empty"]
            command += ["--datagouv"] if self.national_url else []
            log = LOGS / f"{self.name}-prepare.log"
            run(command, log, "the portal's data could not be prepared", remedy, env=self._process_env, cwd=ROOT)
        with step("Starting the web server and the worker"):
            self.start_processes()
            web = self.processes["web"]
            web.wait_until(lambda: answers(f"{self.url}/api/3/action/status_show"), 120, remedy)

    def start_processes(self) -> None:
        """Start those of the instance's processes that do not run."""
        env = self._process_env
        server = [self.bin / "gunicorn", "--bind", f"{HOST}:{port(self.name)}", "--worker-class", "gthread"]
        size = ["--workers", "2", "--threads", "4", "--timeout", "120", "--worker-tmp-dir", "/dev/shm"]
        self.processes["web"].start([*server, *size, "dev.portal.wsgi:application"], env=env)
        ckan = [self.bin / "ckan", "--config", self.ini]
        self.start_worker()
        if (ROOT / "ckanext" / "odl" / "cli.py").exists():
            sweep = ["odl", "validation", "sweep", "--every", str(self.sweep_seconds)]
            self.processes["sweep"].start([*ckan, *sweep], env=env)

    def start_worker(self, *before: str) -> None:
        """Start the worker unless it runs; *before* are words of the command line that come before its program."""
        command = [*BEHIND, *before, self.bin / "ckan", "--config", self.ini, "jobs", "worker"]
        self.processes["worker"].start(command, env=self._process_env)

    @property
    def _process_env(self) -> dict[str, str]:
        return {**os.environ, **self.environment, "CKAN_INI": str(self.ini)}

    def stop(self) -> None:
        for process in self.processes.values():
            process.ask_to_stop()
        for process in self.processes.values():
            process.stop()

    def summary(self) -> str:
        """Return the address and the logins, as a table for the terminal."""
        try:
            accounts = json.loads(self.accounts.read_text())["accounts"]
        except (OSError, ValueError, KeyError) as error:
            raise Failure("the logins were not written", "run `make demo` again", LOGS) from error
        rows = [("login", "password", "role", "organization")]
        rows += [(a["name"], a["password"], a["role"], a["organization"] or "–") for a in accounts]
        widths = [max(len(row[column]) for row in rows) for column in range(4)]
        layout = "  ".join(f"{{:{width}}}" for width in widths)
        table = "\n".join("  " + layout.format(*row) for row in rows)
        return f"\nThe portal answers on {self.url}\n\n{table}\n\nThe same, with API tokens: {self.accounts}"


LOGGING = """
[loggers]
keys = root, ckan, ckanext

[handlers]
keys = console

[formatters]
keys = generic

[logger_root]
level = WARNING
handlers = console

[logger_ckan]
level = INFO
handlers = console
qualname = ckan
propagate = 0

[logger_ckanext]
level = INFO
handlers = console
qualname = ckanext
propagate = 0

[handler_console]
class = StreamHandler
args = (sys.stderr,)
level = NOTSET
formatter = generic

[formatter_generic]
format = %(asctime)s %(levelname)-5.5s [%(name)s] %(message)s
"""

DEMO = Instance("demo", redis_database=0, durable=True)
BROWSER = Instance("browser", redis_database=1)
TEST = Instance("test", redis_database=2)
TEST_211 = Instance("test_211", redis_database=3, ckan="2.11")
LINT = Instance("lint", redis_database=4)
#: The portal that the national platform harvests. Its public name is one that the platform accepts; nobody resolves it.
CONTRACT = Instance(
    "contract",
    redis_database=5,
    sample_data=False,
    settings=(
        ("ckan.site_url", "https://donnees.causses-exemple.fr"),
        ("ckanext.odl.rates.deposit", "0"),
        ("ckanext.odl.rates.check", "0"),
        ("ckanext.odl.datagouv.enabled", "false"),
        ("ckanext.odl.datagouv.feed_rows", "30"),
        ("ckanext.odl.datagouv.outlines", str(SERVICES / "contract" / "outlines.geojson")),
    ),
)
