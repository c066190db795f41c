"""PostgreSQL, Redis and Solr of this checkout, under ``.services`` and on ports of their own."""

from __future__ import annotations

import glob
import hashlib
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import urllib.parse
import urllib.request
from pathlib import Path

from dev.portal.console import Failure, run, say, step
from dev.portal.places import DOWNLOADS, HOST, LOGS, ROOT, SERVICES, port, secret, write_private
from dev.portal.processes import Process, answers

RETRY = "look at the end of the log, then run the command again (`make stop` first if it fails twice)"


class Postgres:
    """A PostgreSQL cluster. It refuses to run as root: root lends it to the machine's user ``postgres``."""

    process = Process("postgres")
    link = SERVICES / "postgres"

    @staticmethod
    def _program(name: str) -> str:
        found = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"), key=lambda path: int(path.split("/")[4]))
        return found[-1] if found else shutil.which(name) or name

    @property
    def _as_owner(self) -> list[str]:
        if os.geteuid() != 0:
            return []
        return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"]

    @property
    def data(self) -> Path:
        """The data folder: for root in the home of ``postgres``, who may not enter the folder of the checkout."""
        if os.geteuid() != 0:
            return self.link
        # of a checkout without services of another name: the folder of the checkout
        name = hashlib.sha256(str(SERVICES.parent).encode()).hexdigest()[:12]
        return Path(pwd.getpwnam("postgres").pw_dir) / f"ckanext-odl-{name}"

    def start(self) -> None:
        if self.process.keeper_pid:
            return
        if self.data != self.link and self.data.exists() and not self.link.is_symlink():
            self._remove_data()  # left by an earlier checkout in the same folder
        if not (self.data / "PG_VERSION").exists():
            self._create()
        command = [*self._as_owner, self._program("postgres"), "-D", str(self.data)]
        options = {
            "listen_addresses": HOST,
            "port": port("postgres", must_be_free=True),
            "unix_socket_directories": "",
            "max_connections": 200,
        }
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        # SIGINT makes PostgreSQL stop at once and cleanly, without waiting for its clients
        self.process.start([*command, *settings], stop_signal=signal.SIGINT)
        self.process.wait_until(self._ready, 60, RETRY)

    def _create(self) -> None:
        with step("Creating the PostgreSQL cluster"):
            password = self.data.with_name(f"{self.data.name}.password")
            write_private(password, secret("postgres"))
            if os.geteuid() == 0:
                shutil.chown(password, "postgres")
            initdb = [self._program("initdb"), "-D", self.data, "--encoding=UTF8", "--locale=C.UTF-8"]
            login = ["--username=odl", "--auth=scram-sha-256", f"--pwfile={password}"]
            try:
                command = [*self._as_owner, *initdb, *login]
                run(command, self.process.log, "the PostgreSQL cluster could not be created", RETRY, cwd=Path("/"))
            finally:
                password.unlink()
            if self.data != self.link:
                self.link.unlink(missing_ok=True)
                self.link.symlink_to(self.data)

    def _ready(self) -> bool:
        return subprocess.run(self._psql("select 1"), env=self._env, capture_output=True, check=False).returncode == 0

    @property
    def _env(self) -> dict[str, str]:
        return {**os.environ, "PGPASSWORD": secret("postgres"), "LC_ALL": "C.UTF-8"}

    def _psql(self, statement: str) -> list[str]:
        login = ["--host", HOST, "--port", str(port("postgres")), "--username", "odl", "--dbname", "postgres"]
        return ["psql", *login, "--quiet", "--tuples-only", "--no-align", "--command", statement]

    def ensure_database(self, name: str, *, durable: bool = True) -> None:
        """Create the database *name* when it is missing; a test database need not survive a power cut."""
        exists = subprocess.run(
            self._psql(f"select 1 from pg_database where datname = '{name}'"),
            env=self._env,
            capture_output=True,
            text=True,
            check=True,
        )
        if exists.stdout.strip():
            return
        statements = [f"create database {name} template template0"]
        if not durable:
            statements.append(f"alter database {name} set synchronous_commit = off")
        for statement in statements:
            run(self._psql(statement), self.process.log, f"the database {name} could not be made", RETRY, env=self._env)

    def remove_database(self, name: str) -> None:
        """Remove the database *name* with all that is in it."""
        statement = f"drop database if exists {name} with (force)"
        run(self._psql(statement), self.process.log, f"the database {name} could not be removed", RETRY, env=self._env)

    def url(self, database: str) -> str:
        password = urllib.parse.quote(secret("postgres"), safe="")
        return f"postgresql://odl:{password}@{HOST}:{port('postgres')}/{database}"

    def _remove_data(self) -> None:
        """Remove the data folder, ending a server that an earlier checkout left running on it."""
        try:
            left_running = int((self.data / "postmaster.pid").read_text().splitlines()[0])
            if Path(f"/proc/{left_running}/cwd").resolve() == self.data:
                os.kill(left_running, signal.SIGQUIT)
        except (OSError, ValueError):
            pass
        shutil.rmtree(self.data)

    def clean(self) -> None:
        if self.data.exists():
            shutil.rmtree(self.data)
        self.link.unlink(missing_ok=True)


class Redis:
    """A Redis server that asks for a password: whoever can write to it can make the worker run code."""

    process = Process("redis")

    def start(self) -> None:
        if self.process.keeper_pid:
            return
        folder = SERVICES / "redis"
        folder.mkdir(parents=True, exist_ok=True)
        settings = {
            "bind": HOST,
            "port": port("redis", must_be_free=True),
            "dir": folder,
            "requirepass": secret("redis"),
            "appendonly": "yes",
        }
        write_private(folder / "redis.conf", "".join(f"{name} {value}\n" for name, value in settings.items()))
        self.process.start(["redis-server", folder / "redis.conf"])
        self.process.wait_until(self._ready, 30, RETRY)

    def _ready(self) -> bool:
        try:
            with socket.create_connection((HOST, port("redis")), timeout=2) as connection:
                connection.sendall(f"AUTH {secret('redis')}\r\nPING\r\n".encode())
                answer = b""
                while chunk := connection.recv(100):
                    answer += chunk
                    if b"PONG" in answer or b"-" in answer:
                        break
        except OSError:
            return False
        return b"PONG" in answer

    def url(self, database: int) -> str:
        return f"redis://:{urllib.parse.quote(secret('redis'), safe='')}@{HOST}:{port('redis')}/{database}"


class Solr:
    """Apache Solr as one Java process; each CKAN instance has its core, made from its CKAN's own schema."""

    process = Process("solr")
    folder = SERVICES / "solr"
    library = DOWNLOADS / "solr" / "lib"
    sources = ROOT / "dev" / "solr"

    @property
    def _root(self) -> str:
        return f"http://{HOST}:{port('solr')}/solr"

    def url(self, core: str) -> str:
        return f"{self._root}/{core}"

    def install(self) -> None:
        """Bring Solr's jars from Maven's repository."""
        done = self.library.with_name("installed")
        wanted = (self.sources / "pom.xml").read_text()
        if done.exists() and done.read_text() == wanted:
            return
        with step("Installing Solr (a hundred megabytes the first time)"):
            shutil.rmtree(self.library, ignore_errors=True)
            goal = ["dependency:copy-dependencies", f"-DoutputDirectory={self.library}"]
            command = ["mvn", "--quiet", "--batch-mode", "--file", self.sources / "pom.xml", *goal]
            run(command, LOGS / "maven.log", "Solr could not be downloaded", RETRY)
            done.write_text(wanted)

    def start(self) -> None:
        """Start the server without waiting for it."""
        if self.process.keeper_pid:
            return
        home = self.folder / "home"
        home.mkdir(parents=True, exist_ok=True)
        (home / "solr.xml").write_text('<solr><int name="maxBooleanClauses">4096</int></solr>\n')
        listen = str(port("solr", must_be_free=True))
        classpath = ["-cp", f"{self.library}/*"]
        limits = ["-Xmx512m", "-XX:+ExitOnOutOfMemoryError"]
        self.process.start(["java", *limits, *classpath, self.sources / "SearchServer.java", home, listen])

    def wait(self) -> None:
        self.process.wait_until(lambda: answers(f"{self._root}/admin/cores?wt=json"), 90, RETRY)

    def ensure_core(self, core: str, schema: Path) -> None:
        """Create *core*, or make it anew when its CKAN brings another schema."""
        conf = self.folder / "home" / core / "conf"
        configuration = {
            "schema.xml": schema.read_bytes(),
            "solrconfig.xml": (self.sources / "solrconfig.xml").read_bytes(),
            "synonyms.txt": b"",
            "protwords.txt": b"",
        }
        conf.mkdir(parents=True, exist_ok=True)
        changed = False
        for name, content in configuration.items():
            file = conf / name
            if not file.exists() or file.read_bytes() != content:
                file.write_bytes(content)
                changed = True
        status = self._admin(action="STATUS", core=core)["status"]
        if not status.get(core):
            self._admin(action="CREATE", name=core, instanceDir=core)
        elif changed:
            ready = f"{self._root}/{core}/select?q=*:*&rows=0"  # Solr knows a core before it has loaded it
            self.process.wait_until(lambda: answers(ready), 60, RETRY)
            self._admin(action="RELOAD", core=core)

    def empty_core(self, core: str) -> None:
        """Remove all that is indexed in *core*."""
        headers = {"Content-Type": "application/json"}
        body = b'{"delete": {"query": "*:*"}}'
        request = urllib.request.Request(f"{self._root}/{core}/update?commit=true", body, headers)
        with urllib.request.urlopen(request, timeout=60):
            pass

    def _admin(self, **parameters: str) -> dict:
        query = urllib.parse.urlencode({**parameters, "wt": "json"})
        try:
            with urllib.request.urlopen(f"{self._root}/admin/cores?{query}", timeout=60) as response:
                return json.load(response)
        except OSError as error:
            raise Failure(f"Solr refused {parameters} ({error})", RETRY, self.process.log) from error


class Services:
    """The three of them, started together."""

    postgres = Postgres()
    redis = Redis()
    solr = Solr()

    def start(self) -> None:
        self.solr.install()
        with step("Starting PostgreSQL, Redis and Solr"):
            self.solr.start()
            self.redis.start()
            self.postgres.start()
            self.solr.wait()

    def stop(self) -> None:
        for service in (self.solr, self.redis, self.postgres):
            if service.process.keeper_pid:
                say(f"→ Stopping {service.process.name}")
            service.process.stop()
