"""Personal data seen in a file that came by CKAN's own forms and calls, where nobody was asked about it.

The file stays where it was put; beside it a deposit of the same bytes waits for an answer, and so it is named on the
page of the dataset, among the deposits of the collectivité and to the structure above. A file that a deposit brought
was asked about already, and what was answered for the same columns is not asked again.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from ckan import model
from sqlalchemy.orm import Session

from ckanext.odl import queue, storage
from ckanext.odl.deposit import privacy
from ckanext.odl.model import (
    Deposit,
    DepositEvent,
    DepositFile,
    DepositState,
    FileKind,
    Place,
    PrivacyAnswer,
    Validation,
)
from ckanext.odl.model.deposit import FOUND, OPEN_STATES

#: Why such a deposit waits: for somebody to say what was found.
REASON = "privacy"


def tell(session: Session, check: Any, seen: dict[str, Any], path: str) -> None:
    """Let what was found in a file wait for an answer; what was found in the bytes before it no longer does.

    Called before the end of its check is written down, so that a death in between loses nothing: it is called again.

    :param check: the row of its check
    :param seen: as :func:`ckanext.odl.deposit.inspection.inspect`
    :param path: its bytes
    """
    _forget_former(session, check)
    package: Any = session.get(model.Package, check.package_id)
    if _is_settled(session, check, seen) or package is None or not package.owner_org:
        session.commit()
        return
    deposit_id, file_id = str(uuid4()), str(uuid4())
    held_to = {"schema_id": check.schema_id, "schema_version": check.schema_version}
    file = {"name": check.file_name, "sha256": check.sha256, "size": check.size}
    Deposit.add(
        session,
        id=deposit_id,
        organization_id=package.owner_org,
        state=DepositState.WAITING.value,
        reason=REASON,
        place=Place.REPLACE.value,
        package_id=package.id,
        resource_id=check.resource_id,
        **held_to,
        schema_chosen=True,
        expires_at=sa.func.clock_timestamp(),  # until its bytes are kept: what a death leaves is taken away
    )
    DepositFile.add(session, id=file_id, deposit_id=deposit_id, kind=FileKind.ORIGINAL.value, **file)
    DepositEvent.add(session, deposit_id, FOUND)
    session.commit()
    with open(path, "rb") as content:
        storage.keep(file_id, check.file_name, content, type="application/octet-stream", most=check.size)
    Deposit.put(session, deposit_id, file_id=file_id, expires_at=None)
    DepositEvent.add(session, deposit_id, "file", file_id=file_id, kind=FileKind.ORIGINAL.value, name=check.file_name)
    like = {"sha256": check.sha256, "file_name": check.file_name, "size": check.size}
    Validation.ask(session, resource_id=file_id, package_id="", **held_to, **like)
    session.commit()
    queue.send()


def _is_settled(session: Session, check: Any, seen: dict[str, Any]) -> bool:
    """Whether nothing was found, or it was answered for these columns, or a deposit of these bytes asks already."""
    signals, columns = seen.get("signals") or [], seen.get("columns") or []
    if all(signal["expected"] for signal in signals):
        return True
    known = session.get(PrivacyAnswer, (check.package_id, privacy.columns_key(columns)))
    asked = privacy.unanswered(signals, columns, known.answers if known else None)
    deposit, file = Deposit.__table__, DepositFile.__table__
    same = (
        sa.select(deposit.c.id)
        .join(file, file.c.id == deposit.c.file_id)
        .where(
            deposit.c.resource_id == check.resource_id,
            deposit.c.state.in_([*OPEN_STATES, DepositState.PUBLISHED.value]),
            file.c.sha256 == check.sha256,
        )
    )
    return not any(question["found"] for question in asked) or session.scalar(same.limit(1)) is not None


def _forget_former(session: Session, check: Any) -> None:
    """Give up what waits about other bytes of the same file, as long as nobody has taken it in hand."""
    deposit, file, event = Deposit.__table__, DepositFile.__table__, DepositEvent.__table__
    found = sa.select(event.c.deposit_id).where(event.c.what == FOUND)
    former = (
        sa.select(deposit.c.id)
        .join(file, file.c.id == deposit.c.file_id)
        .where(
            deposit.c.resource_id == check.resource_id,
            deposit.c.state == DepositState.WAITING.value,
            deposit.c.reason == REASON,
            deposit.c.id.in_(found),
            file.c.sha256 != check.sha256,
        )
    )
    for id_ in session.scalars(former).all():
        Deposit.put(session, id_, state=DepositState.ABANDONED.value, reason="", expires_at=sa.func.clock_timestamp())
        DepositEvent.add(session, id_, "replaced")
