"""Memory and seconds of a check in the background of a large file; prints JSON.

``python -m bench.background [--rows 1000000] [--wrong 0.05] [--most 350]`` writes an invented file, has it judged as a
worker does (a child of the fork server, with its limits), and reads the child's own peak of memory from the kernel
while it works. Ends with 1 when that is more than ``--most`` mebibytes.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

from bench.validate import subventions, write_csv
from ckanext.odl.validation import guarded

SCHEMA = "scdl/subventions"


class Peak(threading.Thread):
    """The most memory that a descendant of this process ever held, in mebibytes, by its pid."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.over = threading.Event()
        self.mebibytes: dict[int, float] = {}

    def run(self) -> None:
        while not self.over.wait(0.05):
            for server in _children(os.getpid()):
                for pid in _children(server):
                    self._note(pid)

    def _note(self, pid: int) -> None:
        with suppress(OSError, StopIteration):
            status = Path(f"/proc/{pid}/status").read_text().splitlines()
            peak = int(next(line for line in status if line.startswith("VmHWM:")).split()[1]) / 1024
            self.mebibytes[pid] = max(peak, self.mebibytes.get(pid, 0))


def _children(pid: int) -> list[int]:
    found: list[int] = []
    with suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            found += [int(child) for child in (thread / "children").read_text().split()]
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--wrong", type=float, default=0.05, help="share of rows with one wrong cell")
    parser.add_argument("--most", type=int, default=350, help="mebibytes")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "subventions.csv")
        write_csv(path, subventions(options.rows, options.wrong), ";")
        peak = Peak()
        peak.start()
        started = time.perf_counter()
        report = guarded(path, SCHEMA, seconds=300, memory=1024)
        seconds = time.perf_counter() - started
        peak.over.set()
        peak.join()
        size = path.stat().st_size
    most = max(peak.mebibytes.values(), default=0)
    figures = {
        "schema": SCHEMA,
        "rows": report["file"]["rows"],
        "bytes": size,
        "status": report["status"],
        "errors": report["counts"]["errors"],
        "seconds": round(seconds, 1),
        "peak_mib": round(most),
        "most_mib": options.most,
    }
    print(json.dumps(figures))
    return int(most > options.most or report["file"]["rows"] != options.rows)


if __name__ == "__main__":
    raise SystemExit(main())
