"""The portal that is put to the test: an instance on services that only it uses, and hands to break them."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from dev.portal.console import say
from dev.portal.instance import Instance
from dev.portal.places import SERVICES
from dev.portal.processes import Process
from dev.portal.services import Services

#: Seconds between two sweeps. A portal in production has 60; here what is measured is that nothing is lost.
SWEEP_SECONDS = 5
NAME = "chaos"
MEBIBYTES = 192


@dataclass(frozen=True)
class Victim(Instance):
    """An instance whose files and temporary files lie on small file systems of their own, where the machine allows."""

    @property
    def temporary(self) -> Path:
        return self.folder / "tmp"

    @property
    def store(self) -> Path:
        return self.folder / "storage"

    @property
    def _process_env(self) -> dict[str, str]:
        return {**super()._process_env, "TMPDIR": str(self.temporary)}

    def mount(self) -> str:
        """Put both folders on file systems of their own; returns why that cannot be done, or nothing."""
        for folder in (self.store, self.temporary):
            folder.mkdir(parents=True, exist_ok=True)
            if os.path.ismount(folder):
                continue
            command = ["mount", "-t", "tmpfs", "-o", f"size={MEBIBYTES}m,mode=0777", "tmpfs", folder]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                return (done.stderr.strip().splitlines() or ["mount failed"])[-1]
        return ""

    def unmount(self) -> None:
        """Give the memory of both folders back."""
        for folder in (self.store, self.temporary):
            if os.path.ismount(folder):
                subprocess.run(["umount", "--lazy", folder], check=False)


def victim(store: str = "folder", patience: int = 60) -> Victim:
    """The portal, without sample data.

    :param store: ``folder`` for CKAN's classic folder, else the type of a storage of CKAN 2.12 (``ckan:fs``…)
    :param patience: seconds after which a worker without a sign of life is taken for dead
    """
    settings = {
        "ckanext.odl.rates.deposit": "0",
        "ckanext.odl.rates.check": "0",
        "ckanext.odl.validation.patience": str(patience),
    }
    if store != "folder":
        storage = "ckan.files.storage.default"
        folder = SERVICES / NAME / "storage"
        settings |= {f"{storage}.type": store, f"{storage}.path": str(folder)}
        settings |= {f"{storage}.initialize": "true", f"{storage}.overwrite_existing": "true"}
    return Victim(
        NAME,
        redis_database=0,
        durable=True,
        sample_data=False,
        sweep_seconds=SWEEP_SECONDS,
        settings=tuple(settings.items()),
    )


# -- processes: only descendants of keepers that this checkout started ------------------------------------------------


def children(pid: int) -> list[int]:
    """The processes that *pid* started and that still run."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def program(process: Process) -> int | None:
    """The pid of the program that a keeper runs, None while there is none."""
    keeper = process.keeper_pid
    return next(iter(children(keeper)), None) if keeper else None


def horse(worker: Process) -> int | None:
    """The pid of the work-horse: the child in which the worker runs a job (its scheduler is another child)."""
    pid = program(worker)
    for child in children(pid) if pid else []:
        with suppress(OSError):
            # RQ writes what the process does into its title where it can; a job has children of its own otherwise
            title = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ")
            if os.getpgid(child) == child and b"resource_tracker" not in title:
                return child
    return None


def kill(pid: int | None) -> bool:
    """End a process at once; False when it was gone already."""
    if not pid:
        return False
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def bring_up(instance: Victim) -> str:
    """Start the services and the portal; returns why disks cannot be filled here, or nothing."""
    Services().start()
    cannot_mount = instance.mount()
    if cannot_mount:
        say(f"  no file systems of its own: {cannot_mount}")
    instance.start()
    return cannot_mount


def take_down(instance: Victim) -> None:
    """End all that :func:`bring_up` started."""
    instance.stop()
    Services().stop()
    instance.unmount()
