"""Seconds of processor that the parts of a portal have used, from the kernel's own count."""

from __future__ import annotations

import os
from pathlib import Path

from dev.portal.processes import Process

_TICKS = os.sysconf("SC_CLK_TCK")


def used(processes: dict[str, Process]) -> dict[str, float]:
    """Seconds used until now by each of these programs, with all that they have started; one that is gone counts 0."""
    return {name: _of(process.keeper_pid) / _TICKS for name, process in processes.items()}


def _of(pid: int | None) -> int:
    """Ticks of a process, of its children that have ended, and of those that live."""
    if pid is None:
        return 0
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:  # it has ended meanwhile: its parent has counted it
        return 0
    return sum(map(int, fields[11:15])) + sum(_of(int(child)) for child in children)
