"""The faults: each breaks one thing in a portal that is being used, and heals it."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import requests

from dev.chaos.client import LARGE, Client, Depositor, Refused
from dev.chaos.inside import Inside
from dev.chaos.portal import Victim, children, horse, kill, program
from dev.portal.processes import Process
from dev.portal.services import Services

#: How long a fault waits for the moment that it is meant for.
MOMENT_SECONDS = 20
#: How long a service may take to be of use again, once it is started.
SERVICE_SECONDS = 60


class NotPossible(Exception):
    """This machine does not allow the fault."""


@dataclass
class Scene:
    """What a fault may touch."""

    instance: Victim
    client: Client
    inside: Inside
    depositors: list[Depositor]
    random: random.Random
    #: Seconds that a service stays stopped.
    stop_seconds: float
    cannot_mount: str = ""
    services: Services = field(default_factory=Services)

    def process(self, part: str) -> Process:
        return self.instance.processes[part]


#: Breaks and heals; True when it met what it was meant to meet.
Fault = Callable[[Scene], bool]


def _soon(look: Callable[[], Any], seconds: float = MOMENT_SECONDS) -> Any:
    """The first answer of *look* that is not empty, or the last one."""
    until = time.monotonic() + seconds
    while not (found := look()) and time.monotonic() < until:
        time.sleep(0.01)
    return found


# -- processes -------------------------------------------------------------------------------------------------------


def kill_horse(scene: Scene) -> bool:
    pid = _soon(lambda: horse(scene.process("worker")), 8)
    time.sleep(scene.random.uniform(0, 1.5))
    return kill(pid)


def kill_worker(scene: Scene) -> bool:
    _soon(lambda: horse(scene.process("worker")), 8)
    time.sleep(scene.random.uniform(0, 1.5))
    return kill(program(scene.process("worker")))


def kill_web(scene: Scene) -> bool:
    refused = sum(depositor.refused for depositor in scene.depositors)
    master = program(scene.process("web"))
    workers = children(master) if master else []
    done = bool(workers) and kill(scene.random.choice(workers))
    time.sleep(2)
    return done and sum(depositor.refused for depositor in scene.depositors) > refused


# -- services --------------------------------------------------------------------------------------------------------


def _stop(process: Process, start: Callable[[], Any], seconds: float) -> bool:
    process.stop()
    try:
        time.sleep(seconds)
    finally:
        start()
    return True


def stop_redis(scene: Scene) -> bool:
    return _stop(scene.services.redis.process, scene.services.redis.start, scene.stop_seconds)


def flush_redis(scene: Scene) -> bool:
    return bool(scene.inside.redis.flushall())


def restart_postgres(scene: Scene) -> bool:
    pid = program(scene.services.postgres.process)
    if not pid:
        return False
    os.kill(pid, signal.SIGQUIT)  # "immediate": no connection is ended cleanly, the log is replayed at the start
    return True


def stop_postgres(scene: Scene) -> bool:
    return _stop(scene.services.postgres.process, scene.services.postgres.start, scene.stop_seconds)


def stop_solr(scene: Scene) -> bool:
    def searches() -> bool:
        with suppress(Refused, requests.RequestException):
            return bool(scene.client.call("package_search", rows=0))
        return False

    def start() -> None:
        scene.services.solr.start()
        scene.services.solr.wait()
        _soon(searches, SERVICE_SECONDS)  # the server answers before its core is loaded

    return _stop(scene.services.solr.process, start, scene.stop_seconds)


# -- disks and clocks ------------------------------------------------------------------------------------------------


def _fill(scene: Scene, folder: Path) -> bool:
    """Leave less room than a large file needs; True when somebody was refused."""
    if not os.path.ismount(folder):
        raise NotPossible(scene.cannot_mount or "the folder has no file system of its own")
    refused = sum(depositor.refused for depositor in scene.depositors)
    room, held = scene.random.randrange(400_000), 0
    ballast, until = folder / "ballast", time.monotonic() + scene.stop_seconds
    try:
        with ballast.open("wb") as file:
            while time.monotonic() < until:  # what others give back is taken too
                state = os.statvfs(folder)
                more = state.f_bavail * state.f_frsize - room
                if more > 0:
                    with suppress(OSError):  # somebody was faster
                        os.posix_fallocate(file.fileno(), held, more)
                        held += more
                time.sleep(0.05)
    finally:
        ballast.unlink(missing_ok=True)
    return sum(depositor.refused for depositor in scene.depositors) > refused


def fill_store(scene: Scene) -> bool:
    return _fill(scene, scene.instance.store)


def fill_temporary(scene: Scene) -> bool:
    return _fill(scene, scene.instance.temporary)


def _clock(scene: Scene, offset: str) -> bool:
    library = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)
    if library is None:
        raise NotPossible("install the Debian package faketime")
    worker = scene.process("worker")
    _end_now(worker)
    try:
        fake = ["env", f"LD_PRELOAD={library}", f"FAKETIME={offset}", "FAKETIME_DONT_FAKE_MONOTONIC=1"]
        scene.instance.start_worker(*fake)
        time.sleep(scene.stop_seconds + 10)  # a worker takes some seconds to begin
    finally:
        _end_now(worker)
        scene.instance.start_worker()
    return True


def _end_now(worker: Process) -> None:
    """End a worker without waiting for the end of its job."""
    job, pid = horse(worker), program(worker)
    worker.ask_to_stop()
    kill(pid)
    kill(job)
    worker.stop()


def clock_ahead(scene: Scene) -> bool:
    return _clock(scene, "+1h")


def clock_behind(scene: Scene) -> bool:
    return _clock(scene, "-1h")


# -- what people do --------------------------------------------------------------------------------------------------


def _at(moment: str, act: Callable[[Scene, Depositor], None]) -> Fault:
    """Do something to a large file when its check waits, runs, or at any other moment."""

    def fault(scene: Scene) -> bool:
        depositor = scene.depositors[0]  # it rests: see RESTING
        if not depositor.deposit(LARGE):
            return False
        if moment == "any":
            time.sleep(scene.random.uniform(0, 4))
            met = True
        else:
            show: dict[str, Any] = {"id": depositor.ledger.resource_id}
            met = bool(_soon(lambda: scene.client.call("odl_validation_show", **show)["state"] == moment))
        try:
            act(scene, depositor)
        except (Refused, requests.RequestException):
            return False
        return met

    return fault


def _replace(_scene: Scene, depositor: Depositor) -> None:
    depositor.deposit()


def _delete_file(scene: Scene, depositor: Depositor) -> None:
    depositor.ledger.deleted = True
    scene.client.call("resource_delete", id=depositor.ledger.resource_id)


def _delete_dataset(scene: Scene, depositor: Depositor) -> None:
    depositor.ledger.deleted = True
    scene.client.call("package_delete", id=depositor.ledger.package_id)


MOMENTS = ("waiting", "running", "any")
ACTS = {"file replaced": _replace, "file deleted": _delete_file, "dataset deleted": _delete_dataset}
MOMENTS_AT_ONCE = {f"{what} ({moment})": _at(moment, act) for what, act in ACTS.items() for moment in MOMENTS}
ALL_AT_ONCE = "replaced, deleted: nine moments"


def _all_at_once(scene: Scene) -> bool:
    scenes = [replace(scene, depositors=[depositor]) for depositor in scene.depositors]
    with ThreadPoolExecutor(len(MOMENTS_AT_ONCE)) as pool:
        return all(pool.map(lambda fault, its: fault(its), MOMENTS_AT_ONCE.values(), scenes))


MACHINE: dict[str, Fault] = {
    "kill -9 work-horse": kill_horse,
    "kill -9 worker": kill_worker,
    "kill -9 web worker": kill_web,
    "Redis stopped": stop_redis,
    "Redis flushed": flush_redis,
    "PostgreSQL restarted at once": restart_postgres,
    "PostgreSQL stopped": stop_postgres,
    "Solr stopped": stop_solr,
    "disk full: store": fill_store,
    "disk full: temporary folder": fill_temporary,
    "clock of the worker +1 h": clock_ahead,
    "clock of the worker -1 h": clock_behind,
}
FAULTS: dict[str, Fault] = {**MACHINE, **MOMENTS_AT_ONCE, ALL_AT_ONCE: _all_at_once}
LONG, SHORT = [*MACHINE, *MOMENTS_AT_ONCE], [*MACHINE, ALL_AT_ONCE]
#: Faults during which the first depositor does nothing of its own accord.
RESTING = set(MOMENTS_AT_ONCE)
