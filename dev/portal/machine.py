"""What must be installed on the machine: Debian packages, a Python environment, axe-core."""

from __future__ import annotations

import ctypes.util
import glob
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from dev.portal.console import Failure, run, step
from dev.portal.places import LOGS, REQUIREMENTS, ROOT, SERVICES, virtualenv

AXE = "4.14.1"


def _command(name: str) -> Callable[[], bool]:
    return lambda: shutil.which(name) is not None


def _library(name: str) -> Callable[[], bool]:
    return lambda: ctypes.util.find_library(name) is not None


def _can_make_virtualenv() -> bool:
    probe = [sys.executable, "-c", "import ensurepip, venv"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def _python_headers() -> bool:
    probe = "import os, sysconfig, sys; sys.exit(not os.path.exists(sysconfig.get_path('include') + '/Python.h'))"
    return subprocess.run([sys.executable, "-c", probe], check=False).returncode == 0


# Debian package -> does the machine have what it brings? (whoever installed it)
DEMO_PACKAGES: dict[str, Callable[[], bool]] = {
    "python3-venv": _can_make_virtualenv,
    "postgresql": lambda: bool(glob.glob("/usr/lib/postgresql/*/bin/initdb")) or _command("initdb")(),
    "redis-server": _command("redis-server"),
    "default-jdk-headless": _command("javac"),
    "maven": _command("mvn"),
    "libmagic1": _library("magic"),
    # psycopg2 is published as source only
    "gcc": _command("gcc"),
    "libpq-dev": _command("pg_config"),
    "python3-dev": _python_headers,
}
TEST_PACKAGES: dict[str, Callable[[], bool]] = {
    "chromium": _command("chromium"),
    "npm": _command("npm"),
    "git": _command("git"),
}


def install_packages(*, for_tests: bool) -> None:
    """Install the Debian packages whose programs are missing; do nothing when all are there."""
    wanted = DEMO_PACKAGES | (TEST_PACKAGES if for_tests else {})
    missing = [name for name, present in wanted.items() if not present()]
    if missing:
        _install_debian(missing)


def install_faketime() -> None:
    """Install what gives one process another time, for the faults of the clock."""
    if not glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1"):
        _install_debian(["faketime"])


def _install_debian(missing: list[str]) -> None:
    by_hand = f"ask an administrator to run: apt-get install {' '.join(missing)}"
    if os.geteuid() == 0:
        prefix: list[str] = []
    elif shutil.which("sudo"):
        prefix = ["sudo", "--preserve-env=DEBIAN_FRONTEND"]
    else:
        raise Failure(f"these Debian packages are missing: {', '.join(missing)}", by_hand)
    log = LOGS / "packages.log"
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with step(f"Installing Debian packages: {' '.join(missing)}"):
        run([*prefix, "apt-get", "update"], log, "the list of Debian packages could not be read", by_hand, env=env)
        install = [*prefix, "apt-get", "install", "--yes", "--no-install-recommends", *missing]
        run(install, log, "the Debian packages could not be installed", by_hand, env=env)


def install_project(ckan: str, extras: str) -> Path:
    """Make the virtual environment for a CKAN version and install the project in it; return its Python.

    A stamp remembers what was installed, so that nothing is done until a requirement changes.
    """
    folder = virtualenv(ckan)
    python = folder / "bin" / "python"
    if folder.parent == ROOT:  # one lent by another checkout is used as it is
        _install(ckan, folder, extras)
    # the catalogues change more often than the requirements
    run(
        [python, "-m", "dev.catalogues", "compile"],
        LOGS / "catalogues.log",
        "the catalogues could not be compiled",
        "look at the end of the log",
        cwd=ROOT,
    )
    return python


def _install(ckan: str, folder: Path, extras: str) -> None:
    python = folder / "bin" / "python"
    pins = REQUIREMENTS / f"ckan-{ckan}.txt"
    sources = [ROOT / "pyproject.toml", ROOT / "setup.py", pins]
    wanted = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
    stamps = folder / ".installed"
    if not python.exists() or not set(extras.split(",")) <= _stamped(stamps, wanted):
        log = LOGS / f"pip-{ckan}.log"
        remedy = "look at the end of the log; if the package index could not be reached, run the command again"
        with step(f"Installing CKAN {ckan} and the project in {folder.name} (some minutes the first time)"):
            if not python.exists():
                run([sys.executable, "-m", "venv", folder], log, "the Python environment could not be made", remedy)
            # setuptools builds the sources; Babel compiles the catalogues while the project is linked
            requirement = f"{ROOT}[{extras}]"
            command = [python, "-m", "pip", "install", "--constraint", pins, "--editable", requirement]
            run(command, log, "the Python packages could not be installed", remedy)
        stamps.write_text("\n".join([wanted, *sorted(_stamped(stamps, wanted) | set(extras.split(",")))]))


def install_udata() -> Path:
    """Make the virtual environment for udata, the software of data.gouv.fr; return its Python."""
    folder = virtualenv("udata")
    python, stamp = folder / "bin" / "python", folder / ".installed"
    if folder.parent != ROOT:  # one lent by another checkout is used as it is
        return python
    pins = REQUIREMENTS / "udata.txt"
    wanted = hashlib.sha256(pins.read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != wanted:
        log = LOGS / "pip-udata.log"
        remedy = "look at the end of the log; if the package index could not be reached, run the command again"
        with step(f"Installing udata in {folder.name} (some minutes the first time)"):
            if not python.exists():
                what = "the Python environment could not be made"
                run([_python_for_udata(), "-m", "venv", folder], log, what, remedy)
            command = [python, "-m", "pip", "install", "--requirement", pins]
            run(command, log, "the Python packages could not be installed", remedy)
        stamp.write_text(wanted)
    return python


def _python_for_udata() -> str:
    """The Python to make udata's environment with: it needs 3.11 at least."""
    if sys.version_info >= (3, 11):
        return sys.executable
    found = [path for minor in (11, 12, 13, 14) if (path := shutil.which(f"python3.{minor}"))]
    if not found:
        raise Failure("udata needs Python 3.11 or newer", "install one, so that `python3.11` is a command")
    return found[0]


def _stamped(stamps: Path, wanted: str) -> set[str]:
    """Return the extras installed for the state *wanted* of the requirements."""
    if not stamps.exists():
        return set()
    state, *extras = stamps.read_text().split("\n")
    return set(extras) if state == wanted else set()


def install_axe() -> Path:
    """Install axe-core, which checks the accessibility of pages in the browser tests; return its script."""
    script = SERVICES / "npm" / "node_modules" / "axe-core" / "axe.min.js"
    if not script.exists():
        with step("Installing axe-core"):
            script.parents[2].mkdir(parents=True, exist_ok=True)
            command = ["npm", "install", "--no-audit", "--no-fund", "--no-save", "--no-package-lock"]
            run(
                [*command, "--prefix", SERVICES / "npm", f"axe-core@{AXE}"],
                LOGS / "npm.log",
                "axe-core could not be installed",
                "look at the end of the log, then run the command again",
            )
    return script
