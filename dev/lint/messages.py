"""Every message of ours is in the catalogues, and none is without its French."""

from __future__ import annotations

import sys

from dev.catalogues import problems

if __name__ == "__main__":
    found = problems()
    print("\n".join(found))
    sys.exit(bool(found))
