"""What the source tree ships, the wheel ships: build it, install it in an empty environment, compare."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from dev.catalogues import DOMAIN, I18N, PACKAGE
from dev.portal.places import ROOT

# what a running portal needs besides Python: schemas, templates, assets, migrations, catalogues
NOT_SHIPPED = {".gitkeep", ".gitignore"}


def expected() -> set[str]:
    """Return every versioned file of the package, and the compiled catalogue of each language with a source."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", str(PACKAGE)]
    versioned = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    files = {file for file in versioned if Path(file).name not in NOT_SHIPPED and (ROOT / file).exists()}
    compiled = {folder / f"{DOMAIN}.mo" for folder in I18N.glob("*/LC_MESSAGES") if any(folder.glob("*.po"))}
    return files | {str(file.relative_to(ROOT)) for file in compiled}


def installed(folder: Path) -> set[str]:
    """Build the source archive and from it the wheel, install that alone, and return its files."""
    quiet = {"cwd": ROOT, "check": True, "stdout": subprocess.DEVNULL}
    subprocess.run([sys.executable, "-m", "build", "--outdir", folder, ROOT], **quiet)
    venv.create(folder / "empty", with_pip=True)
    python = folder / "empty" / "bin" / "python"
    wheel = next(folder.glob("*.whl"))
    # -I: without PYTHONPATH, which would show pip the project as already installed
    subprocess.run([python, "-I", "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", wheel], **quiet)
    site = next((folder / "empty" / "lib").glob("python3*/site-packages"))
    return {str(file.relative_to(site)) for file in (site / "ckanext").rglob("*") if file.is_file()}


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="odl-wheel-") as folder:
        there = installed(Path(folder))
    missing = sorted(expected() - there)
    intruders = sorted(name for name in there if name == "ckanext/__init__.py" or not name.startswith("ckanext/odl/"))
    for name in missing:
        print(f"not in the wheel: {name}")
    for name in intruders:
        print(f"in the wheel, but not ours: {name}")
    return 1 if missing or intruders else 0


if __name__ == "__main__":
    sys.exit(main())
