"""The definition of the path that this portal uses: the packaged one, changed by a file of its own."""

from __future__ import annotations

import logging
from pathlib import Path

from ckanext.odl import config
from ckanext.odl.onboarding import Checklist, ChecklistError, load, packaged

__all__ = ["Checklist", "checklist", "load_file", "packaged"]

log = logging.getLogger(__name__)

Stamp = tuple[str, int, int]

# What each process read last: the file as it was, and the last definition that was right
_read: dict[str, tuple[Stamp | None, Checklist]] = {}


def load_file(path: Path) -> Checklist:
    """The packaged definition changed by a file.

    :raises ChecklistError: with file, line and remedy of each problem
    :raises OSError: the file cannot be read
    """
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        # Accents of a file saved as Windows-1252: read as such, the rest of its problems can then be told
        text = path.read_text("cp1252", errors="replace")
    return load(text, str(path), packaged())


def checklist() -> Checklist:
    """The definition in force. A file that is wrong is told in the log and changes nothing: the last right one stays.

    The file is read again when it changes.
    """
    name = config.checklist()
    if not name:
        return packaged()
    stamp, kept = _read.get(name, (None, packaged()))
    path = Path(name)
    try:
        status = path.stat()
        now = (name, status.st_mtime_ns, status.st_size)
        if now == stamp:
            return kept
        kept = load_file(path)
    except ChecklistError as error:
        for problem in error.problems:
            log.error("The path keeps its previous definition. %s", problem.text("en"))
    except OSError as error:
        now = (name, 0, 0)
        if now != stamp:
            log.error("The path keeps its previous definition. %s: %s", name, error.strerror)
    _read[name] = (now, kept)
    return kept
