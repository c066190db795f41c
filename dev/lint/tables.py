"""The migrations make the tables that the models describe: ``ckan db check`` on a database made by migrations."""

from __future__ import annotations

import os
import re
import subprocess
import sys

from dev.portal.instance import LINT
from dev.portal.places import ROOT


def main() -> int:
    LINT.ensure_stores()
    # the command also judges the tables of other extensions, whose models and migrations differ: ours alone
    settings = re.sub(r"(?m)^ckan\.plugins = .*$", "ckan.plugins = odl", (ROOT / "test.ini").read_text())
    LINT.ini.write_text(settings)
    env = {**os.environ, **LINT.environment, "CKAN_INI": str(LINT.ini)}
    for command in (["db", "clean", "--yes"], ["db", "upgrade"], ["db", "check"]):
        ckan = [LINT.bin / "ckan", *command]
        done = subprocess.run(ckan, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        if done.returncode:
            print(done.stdout + done.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
