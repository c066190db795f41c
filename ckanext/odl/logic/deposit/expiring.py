"""What is not kept for ever: drafts that nobody touches, what was abandoned, files that are no longer published.

The bytes go, and with them the report and what was seen, which hold cells of the file; that there was a deposit, and
its history, stays.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.odl.logic.deposit import keeping, staging
from ckanext.odl.logic.deposit.access import alone_with
from ckanext.odl.model import Deposit, DepositEvent, DepositFile, DepositState, StoredFile
from ckanext.odl.model.validation import clock

log = logging.getLogger(__name__)

#: Days for which the files of a deposit stay whose published file was deleted, or took other bytes since.
GONE_DAYS = 30
REPLACED_DAYS = 365
#: Deposits taken up by one sweep.
SWEEP_LIMIT = 200

_DEPOSIT = Deposit.__table__
_OVER = (_DEPOSIT.c.expires_at < clock(), _DEPOSIT.c.reason != staging.REASON)


def sweep() -> dict[str, int]:
    """Give up what was forgotten and erase what is over. To be run every minute; run twice, it does no more.

    :returns: how many drafts ``expired`` and of how many deposits the files were ``erased``
    """
    expired = sum(_each(_expired(), _expire))
    _look_at_published()
    erased = sum(_each(_over(), _erase)) + sum(_each(_never_arrived(), _forget))
    return {"expired": expired, "erased": erased}


def _each(ids: Sequence[str], act: Any) -> list[bool]:
    return [_tried(id_, act) for id_ in ids]


def _tried(deposit_id: str, act: Any) -> bool:
    try:
        return act(deposit_id)
    except Exception:  # one that cannot be put away now must not keep the others
        model.Session.rollback()
        log.exception("Deposit %s could not be put away", deposit_id)
        return False


def _ids(*conditions: Any) -> list[str]:
    found = sa.select(_DEPOSIT.c.id).where(*conditions).order_by(_DEPOSIT.c.expires_at).limit(SWEEP_LIMIT)
    ids = list(model.Session.scalars(found))
    model.Session.rollback()
    return ids


def _expired() -> list[str]:
    return _ids(*_OVER, _DEPOSIT.c.state == DepositState.DRAFT.value, _DEPOSIT.c.file_id.is_not(None))


def _over() -> list[str]:
    ended = (DepositState.ABANDONED.value, DepositState.PUBLISHED.value)
    return _ids(*_OVER, _DEPOSIT.c.state.in_(ended))


def _never_arrived() -> list[str]:
    return _ids(*_OVER, _DEPOSIT.c.file_id.is_(None))


def _is_over(deposit_id: str) -> bool:
    """Asked again once nobody else is at it: somebody may have come back a moment ago."""
    return bool(model.Session.scalar(sa.select(sa.func.count()).where(_DEPOSIT.c.id == deposit_id, *_OVER)))


def _expire(deposit_id: str) -> bool:
    with alone_with(deposit_id) as deposit:
        if deposit.state != DepositState.DRAFT.value or not _is_over(deposit_id):
            return False
        session = model.Session()
        later = keeping.after(keeping.ABANDONED_DAYS)
        Deposit.put(session, deposit_id, state=DepositState.ABANDONED.value, reason="", expires_at=later)
        DepositEvent.add(session, deposit_id, "expired", days=keeping.DRAFT_DAYS)
        session.commit()
    return True


def _erase(deposit_id: str) -> bool:
    with alone_with(deposit_id) as deposit:
        if deposit.state == DepositState.DRAFT.value or not _is_over(deposit_id):
            return False
        keeping.discard(deposit_id)
        session = model.Session()
        Deposit.put(session, deposit_id, expires_at=None)
        DepositEvent.add(session, deposit_id, "erased")
        session.commit()
    return True


def _forget(deposit_id: str) -> bool:
    """Take away a deposit whose only file never arrived: nobody ever saw it."""
    keeping.discard(deposit_id)
    session = model.Session()
    for table, column in ((DepositFile, "deposit_id"), (DepositEvent, "deposit_id"), (Deposit, "id")):
        session.execute(sa.delete(table.__table__).where(table.__table__.c[column] == deposit_id))
    session.commit()
    return True


def _look_at_published() -> None:
    """Set the end of what is no longer published, and lift it where a file came back."""
    session, file, stored = model.Session(), DepositFile.__table__, StoredFile.__table__
    r: Any = model.Resource
    p: Any = model.Package
    online = (
        sa.select(r.id)
        .join(p, p.id == r.package_id)
        .where(r.id == _DEPOSIT.c.resource_id, r.state == model.State.ACTIVE, p.state != model.State.DELETED)
        .exists()
    )
    same = (
        sa.select(stored.c.resource_id)
        .join(file, file.c.sha256 == stored.c.sha256)
        .where(stored.c.resource_id == _DEPOSIT.c.resource_id, file.c.id == _DEPOSIT.c.file_id)
        .exists()
    )
    kept = sa.select(file.c.id).where(file.c.deposit_id == _DEPOSIT.c.id, file.c.discarded_at.is_(None)).exists()
    published = _DEPOSIT.c.state == DepositState.PUBLISHED.value
    nothing = _DEPOSIT.c.expires_at.is_(None)
    for conditions, end in (
        ((published, nothing, ~online, kept), keeping.after(GONE_DAYS)),
        ((published, nothing, online, ~same, kept), keeping.after(REPLACED_DAYS)),
        ((published, ~nothing, online, same), None),
    ):
        session.execute(sa.update(_DEPOSIT).where(*conditions).values(expires_at=end))
    session.commit()
