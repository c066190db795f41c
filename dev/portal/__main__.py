"""``python3 -m dev.portal COMMAND``: what the Makefile calls."""

from __future__ import annotations

import argparse
import dataclasses
import fcntl
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from dev.chaos.portal import victim
from dev.national import demonstration
from dev.national.service import National
from dev.portal import machine
from dev.portal.console import Failure, say, step
from dev.portal.instance import BROWSER, CONTRACT, DEMO, LINT, TEST, TEST_211, Instance
from dev.portal.places import ROOT, SERVICES, virtualenv
from dev.portal.services import Services

#: Its processes are in the services of their own that ``chaos`` names; elsewhere it has none.
CHAOS = victim()

#: In the order in which they run.
FOLDERS = {
    "unit": "tests/unit",
    "portal": "tests/portal",
    "contract": "tests/contract",
    "browser": "tests/browser",
}

#: The data.gouv.fr of the tests and of the demonstration.
NATIONALS = [National("contract"), National("demo")]


@contextmanager
def _alone() -> Iterator[None]:
    """Let one command at a time bring things up or down in this checkout."""
    SERVICES.mkdir(exist_ok=True)
    with (SERVICES / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("→ Waiting for another command in this checkout")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def demo(*, datagouv: bool = False) -> None:
    """Bring up the demonstration; *datagouv*: with a stand-in of data.gouv.fr beside it."""
    national, instance = National(DEMO.name), DEMO
    with _alone():
        machine.install_packages(for_tests=False)
        machine.install_project("2.12", "demo")
        Services().start()
        if datagouv:
            national.start(_sample_world(), local=True)
            instance = dataclasses.replace(DEMO, national_url=national.url)
        else:
            national.stop()
        instance.start()
        if datagouv:
            demonstration.complete(instance, national)
    print(instance.summary())
    if datagouv:
        print(f"\nThe stand-in of data.gouv.fr answers on {national.url}/api/1/")


def _sample_world() -> dict[str, Any]:
    """What the sample collectivités published nationally; their description needs the environment of CKAN."""
    command = [str(DEMO.bin / "python"), "-m", "dev.sample_national"]
    return json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout)


def stop() -> None:
    with _alone():
        for service in (DEMO, BROWSER, CONTRACT, CHAOS, *NATIONALS):
            service.stop()
        Services().stop()
        CHAOS.unmount()


def clean() -> None:
    _clean_chaos()
    stop()
    Services().postgres.clean()
    with step("Removing the data of this checkout"):
        for national in NATIONALS:
            national.clean()
        for instance in (DEMO, BROWSER, TEST, TEST_211, LINT, CONTRACT, CHAOS):
            shutil.rmtree(instance.folder, ignore_errors=True)
            instance.ini.unlink(missing_ok=True)
            instance.accounts.unlink(missing_ok=True)
        for leftover in ("redis", "solr/home"):
            shutil.rmtree(SERVICES / leftover, ignore_errors=True)


def prepare_tests(instance: Instance, *, services: bool = True, extras: str = "demo,test") -> None:
    """Make ready what the tests of one CKAN version need."""
    with _alone():
        machine.install_packages(for_tests=True)
        machine.install_project(instance.ckan, extras)
        if services:
            Services().start()
            instance.ensure_stores()


def pytest(instance: Instance, parts: list[str], arguments: list[str]) -> int:
    """Run pytest over *parts* of the tests on the CKAN of *instance*; return its exit code."""
    alone = parts == ["unit"]
    prepare_tests(instance, services=not alone)
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    plugin = ["-p", "no:ckan"]
    if not alone:
        env |= instance.environment
        plugin = ["--ckan-ini", "test.ini"]
    if "contract" in parts:
        machine.install_udata()
    if "browser" in parts:
        env["AXE_SCRIPT"] = str(machine.install_axe())
    say(f"→ Tests on CKAN {instance.ckan}: {', '.join(parts)}")
    folders = [FOLDERS[part] for part in parts]
    command = [str(instance.bin / "python"), "-m", "pytest", *plugin, *folders, *arguments]
    return subprocess.run(command, cwd=ROOT, env=env, check=False).returncode


def test(parts: list[str], arguments: list[str]) -> int:
    """Run all tests on both versions of CKAN and the faults once, or some *parts* of them on CKAN 2.12 only."""
    if parts:
        return pytest(TEST, parts, arguments)
    results = [pytest(TEST, list(FOLDERS), arguments)]
    if not arguments:
        # The same plan each time: a red run says something of the change. `make chaos` draws new ones.
        results.append(chaos(["short", "--seed", "11"]))
    results.append(pytest(TEST_211, ["unit", "portal"], arguments))
    return max(results)


def chaos(arguments: list[str]) -> int:
    """Put a portal with services of its own under faults (``faults``, ``identity`` or ``short``)."""
    with _alone():
        machine.install_packages(for_tests=False)
        machine.install_project("2.12", "demo")
        Services.solr.install()
    with suppress(Failure):  # without it, the faults of the clock are told to be impossible
        machine.install_faketime()
    env = {**os.environ, "ODL_SERVICES": str(SERVICES / "chaos")}
    command = [virtualenv("2.12") / "bin" / "python", "-m", "dev.chaos", *arguments]
    return subprocess.run(command, cwd=ROOT, env=env, check=False).returncode


def _clean_chaos() -> None:
    """Remove what an interrupted run under faults left: processes, file systems, data."""
    if "ODL_SERVICES" not in os.environ and (SERVICES / "chaos").exists():
        env = {**os.environ, "ODL_SERVICES": str(SERVICES / "chaos")}
        subprocess.run([sys.executable, "-m", "dev.portal", "clean"], cwd=ROOT, env=env, check=True)
        shutil.rmtree(SERVICES / "chaos")


def lint(arguments: list[str]) -> int:
    """Run the checks of the whole project, or those that are named."""
    prepare_tests(LINT, extras="demo,test,lint")
    return subprocess.run([LINT.bin / "python", "-m", "dev.lint", *arguments], cwd=ROOT, check=False).returncode


def shell(arguments: list[str]) -> int:
    """Run a command with the addresses of the test services, or print them."""
    prepare_tests(TEST)
    if not arguments:
        for name, value in TEST.environment.items():
            print(f"export {name}={shlex.quote(value)}")
        return 0
    path = f"{virtualenv('2.12') / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(arguments, env={**os.environ, **TEST.environment, "PATH": path}, check=False).returncode


def main() -> int:
    parser = argparse.ArgumentParser(prog="python3 -m dev.portal", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("demo").add_argument("--datagouv", action="store_true", help="and a data.gouv.fr beside it")
    for function in (stop, clean):
        commands.add_parser(function.__name__)
    tests = commands.add_parser("test")
    tests.add_argument("--part", action="append", default=[], choices=list(FOLDERS))
    tests.add_argument("--on-211", action="store_true", help="run the named parts on CKAN 2.11")
    commands.add_parser("lint")
    commands.add_parser("chaos", help="a portal of its own under faults")
    commands.add_parser("shell", help="run a command with the addresses of the test services")
    options, rest = parser.parse_known_args()
    if options.command == "test":
        if options.on_211:
            return pytest(TEST_211, options.part or ["unit", "portal"], rest)
        return test(options.part, rest)
    if options.command in ("lint", "shell", "chaos"):
        return {"lint": lint, "shell": shell, "chaos": chaos}[options.command](rest)
    if options.command == "demo":
        demo(datagouv=options.datagouv)
    else:
        {"stop": stop, "clean": clean}[options.command]()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as failure:
        print(f"\n{failure}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
