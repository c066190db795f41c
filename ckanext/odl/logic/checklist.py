"""The definition of the path that this portal uses: the packaged one, changed by a file of its own."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import sqlalchemy as sa
from ckan import model
from ckan.model.system_info import system_info_table
from sqlalchemy.dialects.postgresql import insert

from ckanext.odl import config
from ckanext.odl.intake import own_session
from ckanext.odl.onboarding import Checklist, ChecklistError, load, packaged

__all__ = ["Checklist", "checklist", "load_file", "packaged"]

log = logging.getLogger(__name__)

_KEPT = "odl_checklist"

Stamp = tuple[str, int, int]

# What each process read last: the file as it was, and the last definition that was right
_read: dict[str, tuple[Stamp, Checklist]] = {}


def load_file(path: Path) -> Checklist:
    """The packaged definition changed by a file.

    :raises ChecklistError: with file, line and remedy of each problem
    :raises OSError: the file cannot be read
    """
    return load(_text_of(path), str(path), packaged())


def _text_of(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        # Accents of a file saved as Windows-1252: read as such, the rest of its problems can then be told
        return path.read_text("cp1252", errors="replace")


def checklist() -> Checklist:
    """The definition in force. A file that is wrong is told in the log and changes nothing: the last right one stays.

    The file is read again when it changes. Its last right text is kept in CKAN's ``system_info`` too, for processes
    that begin while it is wrong.
    """
    name = config.checklist()
    if not name:
        return packaged()
    stamp, kept = _read.get(name) or (None, None)
    path = Path(name)
    try:
        status = path.stat()
        now = (name, status.st_mtime_ns, status.st_size)
        if now == stamp and kept:
            return kept
        kept = load_file(path)
        _remember(name, _text_of(path))
    except ChecklistError as error:
        for problem in error.problems:
            log.error("The path keeps its previous definition. %s", problem.text("en"))
    except OSError as error:
        now = (name, 0, 0)
        if now != stamp:
            log.error("The path keeps its previous definition. %s: %s", name, error.strerror)
    kept = kept or _remembered(name)
    _read[name] = (now, kept)
    return kept


def _remember(name: str, text: str) -> None:
    """Keep the text of a file that is right."""
    table = system_info_table
    value = json.dumps([name, text])
    with own_session() as session:
        known = session.execute(sa.select(table.c.value).where(table.c.key == _KEPT)).scalar()
        if known == value:
            return
        values = {"key": _KEPT, "value": value, "state": model.State.ACTIVE}
        session.execute(insert(table).values(values).on_conflict_do_update(index_elements=["key"], set_=values))
        session.commit()


def _remembered(name: str) -> Checklist:
    """The last right definition of this file, the packaged one when there was none."""
    table = system_info_table
    with own_session() as session:
        value = session.execute(sa.select(table.c.value).where(table.c.key == _KEPT)).scalar()
    try:
        of, text = json.loads(value or "[null, null]")
        return load(text, name, packaged()) if of == name else packaged()
    except ChecklistError:
        return packaged()
