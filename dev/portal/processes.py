"""Long-running programs, each under a keeper that starts it again when it dies.

``python -m dev.portal.processes [options] -- program …`` is the keeper. Its pid file holds the pid and the
start time of the keeper, so that a pid that the system gave to another program is never signalled.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dev.portal.console import Failure
from dev.portal.places import LOGS, ROOT, RUN

LARGEST_LOG = 10_000_000
#: Between the end of a program and its next start.
PAUSE_SECONDS = 1


def _start_time(pid: int) -> str | None:
    """Return when process *pid* started, in the kernel's clock ticks, or None when it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    state, *fields = stat.rpartition(")")[2].split()
    return None if state == "Z" else fields[18]


@dataclass(frozen=True)
class Process:
    """A named program that is kept running in the background."""

    name: str

    @property
    def pid_file(self) -> Path:
        return RUN / f"{self.name}.pid"

    @property
    def log(self) -> Path:
        return LOGS / f"{self.name}.log"

    @property
    def ends_file(self) -> Path:
        """Holds how many times the program failed since it was started."""
        return RUN / f"{self.name}.ends"

    @property
    def keeper_pid(self) -> int | None:
        """The pid of the keeper while it runs."""
        try:
            pid, start = self.pid_file.read_text().split()
        except (OSError, ValueError):
            return None
        return int(pid) if _start_time(int(pid)) == start else None

    def start(
        self,
        command: Sequence[str | Path],
        *,
        env: Mapping[str, str] | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        """Start *command* unless it runs already; once ended it is started again after a second."""
        if self.keeper_pid:
            return
        RUN.mkdir(parents=True, exist_ok=True)
        LOGS.mkdir(parents=True, exist_ok=True)
        self.ends_file.unlink(missing_ok=True)
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".old.log"))
        options = ["--signal", stop_signal.name, "--ends", str(self.ends_file), "--"]
        keeper = [sys.executable, "-m", "dev.portal.processes", *options, *map(str, command)]
        with self.log.open("ab") as log:
            child = subprocess.Popen(
                keeper,
                cwd=ROOT,
                env={**os.environ, **(env or {}), "PYTHONPATH": str(ROOT)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.pid_file.write_text(f"{child.pid} {_start_time(child.pid)}\n")

    def ask_to_stop(self) -> None:
        """Ask the keeper to end its program and itself."""
        if pid := self.keeper_pid:
            os.kill(pid, signal.SIGTERM)

    def stop(self) -> None:
        """Ask the keeper to end its program and itself, and wait until both are gone."""
        if self.keeper_pid:
            self.ask_to_stop()
            deadline = time.monotonic() + 40
            while self.keeper_pid and time.monotonic() < deadline:
                time.sleep(0.05)
        self.pid_file.unlink(missing_ok=True)

    def wait_until(self, ready: Callable[[], bool], seconds: float, remedy: str) -> None:
        """Wait until *ready* answers True; raise :class:`Failure` when the program ends or time runs out."""
        deadline = time.monotonic() + seconds
        while not ready():
            ends = int(self.ends_file.read_text() or 0) if self.ends_file.exists() else 0
            if time.monotonic() > deadline or ends >= 3 or not self.keeper_pid:
                raise Failure(f"{self.name} did not start", remedy, self.log)
            time.sleep(0.1)


def answers(url: str, timeout: float = 5) -> bool:
    """Tell whether *url* answers with success."""
    try:
        with urllib.request.urlopen(url, timeout=timeout) as response:
            return response.status == 200
    except (OSError, urllib.error.URLError):
        return False


def keep(command: Sequence[str], stop_signal: signal.Signals, ends_file: Path) -> None:
    """Run *command* again and again until this process is asked to stop."""
    stopping = False
    ends = 0
    child: subprocess.Popen[bytes] | None = None

    def stop(_number: int, _frame: object) -> None:
        nonlocal stopping
        stopping = True
        if child and child.poll() is None:
            child.send_signal(stop_signal)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while not stopping:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
        if stopping:  # the request came while the program was being started
            child.send_signal(stop_signal)
        _wait(child, lambda: stopping)
        if not stopping and child.returncode:
            ends += 1
            ends_file.write_text(str(ends))
            print(f"keeper: ended with {child.returncode}, starting it again", file=sys.stderr, flush=True)
        resume = time.monotonic() + PAUSE_SECONDS
        while not stopping and time.monotonic() < resume:
            time.sleep(0.2)


def _wait(child: subprocess.Popen[bytes], stopping: Callable[[], bool], grace: float = 30) -> None:
    """Wait for *child*; once stopping, kill it (and its process group) after *grace* seconds."""
    deadline: float | None = None
    while child.poll() is None:
        if stopping() and deadline is None:
            deadline = time.monotonic() + grace
        if deadline and time.monotonic() > deadline:
            os.killpg(child.pid, signal.SIGKILL)
        try:
            child.wait(0.2)
        except subprocess.TimeoutExpired:
            continue


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signal", default="SIGTERM")
    parser.add_argument("--ends", type=Path, required=True)
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    keep(options.command, signal.Signals[options.signal], options.ends)


if __name__ == "__main__":
    main()
