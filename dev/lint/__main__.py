"""Run every check and say which failed: ``python -m dev.lint``. The services of the tests must run."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from dev.portal.places import ROOT

BIN = Path(sys.executable).parent
CHECKS = {
    "ruff": [BIN / "ruff", "check", "."],
    "format": [BIN / "ruff", "format", "--check", "."],
    "types": [BIN / "pyright", "--pythonpath", sys.executable],
    "layers": [BIN / "lint-imports", "--no-cache"],
    "messages": [sys.executable, "-m", "dev.lint.messages"],
    "tables": [sys.executable, "-m", "dev.lint.tables"],
    "wheel": [sys.executable, "-m", "dev.lint.wheel"],
}


def main() -> int:
    failed = []
    for name, command in CHECKS.items():
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        start = time.monotonic()
        done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        print(f"{'failed' if done.returncode else 'ok':8}{name:10}{time.monotonic() - start:.0f} s", flush=True)
        if done.returncode:
            failed.append(name)
            print(done.stdout + done.stderr, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
