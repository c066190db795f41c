"""The same check in a process of its own, so that no file can take down who asks.

The child limits its own memory and processor time before it opens the file; what it cannot finish is answered with a
``limit-*`` code, never with a word against the file.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from .report import Findings, Report

#: Seconds that the child gets beyond its processor time, to start and to wait for the disk.
GRACE_SECONDS = 10
_MEBIBYTE = 1 << 20
_OUT_OF_MEMORY = 3
_KILLED_BY_TIME = {-24, -9}  # SIGXCPU, and SIGKILL at the hard limit


def guarded(
    path: str | Path,
    schema: str | None = None,
    *,
    language: str = "fr",
    name: str = "",
    seconds: int = 10,
    memory: int = 1024,
    owner_siren: str | None = None,
    owner_insee: str | None = None,
    period: str | None = None,
) -> dict[str, Any]:
    """Check a file in a child process.

    :param path: the file to read
    :param schema: catalogue id or ``id@version``; guessed from the columns when None
    :param language: of the sentences, ``fr`` or ``en``
    :param name: the file's name as people know it
    :param seconds: most processor time
    :param memory: most address space, in mebibytes
    :param owner_siren: with ``owner_insee`` and ``period``, what the caller knows of the file: see
        :func:`ckanext.odl.validation.validate`
    :returns: the report as a dict; status ``incomplete`` when the child was stopped or died
    """
    order = {
        "path": str(path),
        "schema": schema,
        "language": language,
        "name": name,
        "seconds": seconds,
        "memory": memory,
        "known": {"owner_siren": owner_siren, "owner_insee": owner_insee, "period": period},
    }
    # Nothing of the portal's environment (addresses, passwords) goes into a process that reads foreign files.
    environment = {key: os.environ[key] for key in ("PYTHONPATH", "LANG") if key in os.environ}
    started = time.monotonic()

    def incomplete(code: str) -> dict[str, Any]:
        return _incomplete(code, order, time.monotonic() - started)

    try:
        child = subprocess.run(  # noqa: S603 (our own module, no shell)
            [sys.executable, "-m", __name__],
            input=json.dumps(order).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            timeout=seconds + GRACE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return incomplete("limit-time")
    if child.returncode == 0:
        return json.loads(child.stdout)
    if child.returncode == _OUT_OF_MEMORY:
        code = "limit-memory"
    elif child.returncode in _KILLED_BY_TIME:
        code = "limit-time"
    else:
        code = "limit-interrupted"
    return incomplete(code)


def _incomplete(code: str, order: dict[str, Any], seconds: float) -> dict[str, Any]:
    """The report of a check that was stopped: what was not looked at is said to be unknown."""
    findings = Findings()
    findings.add(code)
    id_, _, version = (order["schema"] or "").partition("@")
    unknown = dict.fromkeys(("sha256", "format", "encoding", "delimiter", "sheet", "header_row", "rows", "columns"))
    return Report(
        language=order["language"],
        status="incomplete",
        schema={"id": id_, "version": version or None} if id_ else None,
        guess=None,
        file={"name": order["name"], "size": os.path.getsize(order["path"]), **unknown},
        findings=findings,
        extract={"header": [], "header_row": None, "rows": []},
        seconds=seconds,
    ).to_dict()


def _child() -> int:
    os.nice(10)  # who reads a page comes before a file that waits for its report
    order = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_AS, (order["memory"] * _MEBIBYTE,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (order["seconds"], order["seconds"] + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        from . import validate  # noqa: PLC0415 (after the limits)

        report = validate(
            order["path"], order["schema"], language=order["language"], name=order["name"], **order["known"]
        )
        json.dump(report.to_dict(), sys.stdout)
    except MemoryError:
        return _OUT_OF_MEMORY
    return 0


if __name__ == "__main__":
    sys.exit(_child())
