"""The checklist in force: the package's, with the portal's own file on top of it when there is one.

A file that is refused changes nothing: the last one that was accepted stays, in this process and (its text is kept in
CKAN's ``system_info``) after a restart.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from ckan import model

from ckanext.odl import config, onboarding
from ckanext.odl.intake import own_session
from ckanext.odl.onboarding import Checklist, ChecklistError

log = logging.getLogger(__name__)

_KEPT = "odl_checklist"


@dataclass(frozen=True)
class Definition:
    """A checklist and the mark of its text, which is stored with what it gave."""

    checklist: Checklist
    mark: str


_last: dict[tuple[str, float], Definition] = {}


def current() -> Definition:
    """The checklist to evaluate with; read again when the file of the portal changed."""
    path = config.checklist()
    stamp = _stamp(path)
    key = (path, stamp)
    if key not in _last:
        found = _read(path) if path else _packaged()
        _last.clear()
        _last[key] = found
    return _last[key]


def _stamp(path: str) -> float:
    try:
        return Path(path).stat().st_mtime if path else 0.0
    except OSError:
        return -1.0


def _packaged() -> Definition:
    return Definition(onboarding.packaged(), f"packaged/{onboarding.FORMAT}")


def _read(path: str) -> Definition:
    try:
        text = Path(path).read_text(encoding="utf-8")
        found = _parsed(text, path)
    except (OSError, UnicodeDecodeError, ChecklistError) as error:
        log.error("The checklist %s is refused, the one before it stays: %s", path, error)
        return _before(path)
    _keep(text)
    return found


def _parsed(text: str, name: str) -> Definition:
    mark = hashlib.sha256(text.encode()).hexdigest()[:16]
    checklist = onboarding.load(text, name, base=onboarding.packaged())
    return Definition(checklist, f"{mark}/{onboarding.FORMAT}")


def _before(path: str) -> Definition:
    """The last definition that was accepted, the package's when there was none."""
    for (name, _), found in _last.items():
        if name == path:
            return found
    with own_session() as session:
        text = session.execute(sa.select(_table().c.value).where(_table().c.key == _KEPT)).scalar()
    if text:
        try:
            return _parsed(text, f"{path} (kept)")
        except ChecklistError:
            log.error("The checklist that was kept fits this version of the extension no more")
    return _packaged()


def _table() -> sa.Table:
    return model.meta.metadata.tables["system_info"]


def _keep(text: str) -> None:
    with own_session() as session:
        known = session.execute(sa.select(_table().c.value).where(_table().c.key == _KEPT)).scalar()
        if known == text:
            return
        if known is None:
            session.execute(sa.insert(_table()).values(key=_KEPT, value=text, state=model.State.ACTIVE))
        else:
            session.execute(sa.update(_table()).where(_table().c.key == _KEPT).values(value=text))
        session.commit()
