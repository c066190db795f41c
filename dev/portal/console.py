"""What the person at the terminal reads: one line per step, and failures in plain words."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path


class Failure(Exception):
    """A step that could not be done; says what failed, what to do, and where the log is."""

    def __init__(self, what: str, remedy: str, log: Path | None = None) -> None:
        super().__init__(what)
        self.what, self.remedy, self.log = what, remedy, log

    def __str__(self) -> str:
        lines = [f"Failed: {self.what}", f"What to do: {self.remedy}"]
        if self.log:
            lines.append(f"Log: {self.log}")
        return "\n".join([*self._end_of_log(), *lines])

    def _end_of_log(self) -> list[str]:
        if not self.log or not self.log.is_file():
            return []
        return [f"  | {line}" for line in self.log.read_text(errors="replace").splitlines()[-15:]]


def say(text: str) -> None:
    """Tell what goes on, apart from what a command was asked to print."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Announce a step, then say how long it took when that was more than a second."""
    say(f"→ {title}")
    start = time.monotonic()
    yield
    elapsed = time.monotonic() - start
    if elapsed > 1:
        say(f"  done in {elapsed:.0f} s")


def run(
    command: Sequence[str | Path],
    log: Path,
    what: str,
    remedy: str,
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> None:
    """Run *command* with its output in *log*; raise :class:`Failure` if it fails."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        try:
            done = subprocess.run(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=env,
                cwd=cwd,
                check=False,
            )
        except OSError as error:
            raise Failure(f"{what} ({error})", remedy, log) from error
    if done.returncode:
        raise Failure(what, remedy, log)
