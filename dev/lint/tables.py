"""The migrations make the tables that the models describe: ``ckan db check`` on a database made by migrations."""

from __future__ import annotations

import os
import subprocess
import sys

from dev.portal.instance import LINT
from dev.portal.places import ROOT


def main() -> int:
    LINT.ensure_stores()
    env = {**os.environ, **LINT.environment, "CKAN_INI": str(ROOT / "test.ini")}
    for command in (["db", "upgrade"], ["db", "check", "--plugin", "odl"]):
        ckan = [LINT.bin / "ckan", *command]
        done = subprocess.run(ckan, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        if done.returncode:
            print(done.stdout + done.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
