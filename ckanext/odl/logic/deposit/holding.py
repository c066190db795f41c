"""Files that wait for their report before they are seen by all: kept as a deposit, checked, let through or held.

The check is waited for, as long as an answer may take. The same bytes as those that are published are no new file.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.types import Context

from ckanext.odl import config, storage
from ckanext.odl.intake import declared, own_session
from ckanext.odl.language import language
from ckanext.odl.logic.deposit import keeping, opening
from ckanext.odl.logic.deposit.access import Actor, actor
from ckanext.odl.logic.deposit.facts import RESOURCE_FIELDS, Facts, gather
from ckanext.odl.logic.deposit.gate import ANSWER
from ckanext.odl.model import (
    Deposit,
    DepositEvent,
    DepositFile,
    DepositState,
    FileKind,
    Place,
    State,
    StoredFile,
    Validation,
)
from ckanext.odl.model.deposit import DOOR

#: Why a deposit waits: for the end of its check, after which it goes on by itself; for a file that follows its model.
CHECK, REPORT = "check", "report"
_LOOKING = (State.WAITING.value, State.RUNNING.value)


@dataclass(frozen=True)
class Incoming:
    """A file that a call brings: as what, and where it stands among the files of the call."""

    resource: dict[str, Any]
    replaced: Any
    position: int = 0


@dataclass(frozen=True)
class Held:
    """The deposit of such a file; ``is_new``: made for this call."""

    deposit_id: str
    file_id: str
    is_new: bool
    position: int


def hold(
    context: Context,
    package: Any,
    incoming: Sequence[Incoming],
    errors: Callable[[dict[int, Any]], dict[str, Any]],
) -> list[Held]:
    """Keep and judge the files; returns their deposits when all are good.

    :param errors: what is said of each file by its position -> the errors of the call
    """
    by = actor(context)
    held = [one for file in incoming if (one := _stage(package, file, by))]
    if not held:
        return []
    keeping.settle()
    _await(held)
    model.Session.expire_all()
    judged = [(one, _facts(context, one)) for one in held]
    verdicts = {one.position: verdict(facts) for one, facts in judged}
    if not any(verdicts.values()):
        return held
    answers = {}
    for one, facts in judged:
        why = verdicts[one.position]
        _leave_waiting(one, why, by)
        answers[one.position] = _answer(facts, why)
    model.Session.commit()
    raise tk.ValidationError(
        errors(answers), error_summary={tk._("File"): " ".join(answer["upload"][0] for answer in answers.values())}
    )


def _stage(package: Any, incoming: Incoming, by: Actor) -> Held | None:
    """Keep a file as a deposit; None when these bytes are published already."""
    session, upload = model.Session(), incoming.resource["upload"]
    stream = getattr(upload, "stream", None) or upload.file
    stream.seek(0)
    brought = keeping.read(upload)
    stream.seek(0)
    stored = session.get(StoredFile, incoming.replaced.id) if incoming.replaced is not None else None
    if stored is not None and stored.sha256 == brought.sha256:
        brought.content.close()
        return None
    schema = declared(incoming.resource)
    said = {name: incoming.resource[name] for name in RESOURCE_FIELDS if incoming.resource.get(name)}
    values = {"schema_id": schema.schema_id, "schema_version": schema.version, "schema_chosen": True, "resource": said}
    known = _earlier(package, incoming, brought.name)
    if known is None:
        id_ = Deposit.add(
            session,
            expires_at=keeping.after(1),
            organization_id=package.owner_org,
            owner_id=by.user_id,
            place=(Place.REPLACE if incoming.replaced is not None else Place.FILE).value,
            package_id=package.id,
            resource_id=incoming.replaced.id if incoming.replaced is not None else None,
            **values,
        )
        DepositEvent.add(session, id_, DOOR, **by.columns())
    else:
        id_ = known.id
        Deposit.put(session, id_, **values, owner_id=by.user_id)
    present = session.get(DepositFile, known.file_id) if known is not None else None
    if present is not None and present.sha256 == brought.sha256 and present.discarded_at is None:
        brought.content.close()
        file_id = present.id
    else:
        file_id = keeping.add(id_, FileKind.ORIGINAL if known is None else FileKind.CORRECTED, brought, by)
    session.flush()
    session.expire_all()
    deposit: Any = session.get(Deposit, id_)
    file: Any = session.get(DepositFile, file_id)
    keeping.ask(deposit, file)
    return Held(id_, file_id, known is None, incoming.position)


def _earlier(package: Any, incoming: Incoming, name: str) -> Deposit | None:
    """The deposit in which an earlier call left a file for the same place: sent again, it is the same matter."""
    deposit, event = Deposit.__table__, DepositEvent.__table__
    by_door = sa.select(event.c.deposit_id).where(event.c.what == DOOR)
    if incoming.replaced is not None:
        place = deposit.c.resource_id == incoming.replaced.id
    else:
        file = DepositFile.__table__
        named = sa.select(file.c.deposit_id).where(file.c.name == name)
        place = sa.and_(
            deposit.c.package_id == package.id, deposit.c.place == Place.FILE.value, deposit.c.id.in_(named)
        )
    waiting = (deposit.c.state == DepositState.WAITING.value, deposit.c.reason.in_([CHECK, REPORT]))
    statement = sa.select(Deposit).where(*waiting, deposit.c.id.in_(by_door), place)
    return model.Session.scalars(statement.order_by(deposit.c.created_at.desc())).first()


def _await(held: Sequence[Held]) -> None:
    """Wait for the checks, for as long as an answer may take."""
    until, table = time.monotonic() + config.answer_seconds(), Validation.__table__
    ids = [one.file_id for one in held]
    waiting = sa.select(sa.func.count()).where(table.c.resource_id.in_(ids), table.c.state.in_(_LOOKING))
    while True:
        with own_session() as session:
            if not session.execute(waiting).scalar_one():
                return
        if time.monotonic() > until:
            return
        time.sleep(opening.PAUSE_SECONDS)


def _facts(context: Context, held: Held) -> Facts:
    deposit: Any = model.Session.get(Deposit, held.deposit_id)
    return gather(context, deposit, "en" if language() == "en" else "fr")


def verdict(facts: Facts) -> str:
    """Why a file may not go on: ``checking``, the word for its state, ``privacy``; "" when it may."""
    if facts.badge in ("checking", "to_check", "invalid", "unreadable"):
        return facts.badge
    return "privacy" if any(question["found"] for question in facts.questions) else ""


def _leave_waiting(held: Held, why: str, by: Actor) -> None:
    """Let a deposit wait for its check, for a better file, or for the others of the same call."""
    session, reason = model.Session(), CHECK if why == "checking" else REPORT
    values = {"state": DepositState.WAITING.value, "reason": reason, "expires_at": None}
    Deposit.put(session, held.deposit_id, **values)
    DepositEvent.add(session, held.deposit_id, "waiting", **by.columns(), reason=reason, why=why or "others")


def _answer(facts: Facts, why: str) -> dict[str, Any]:
    """What a call says of a file: a sentence, and the deposit with the summary of its report."""
    counts = (facts.check.counts if facts.check is not None else None) or {}
    deposit = {
        "id": facts.deposit.id,
        "state": DepositState.WAITING.value,
        "reason": CHECK if why == "checking" else REPORT,
        "why": why or "others",
        "url": tk.url_for("odl_deposit.read", id=facts.deposit.id, _external=True),
        "file": {"name": facts.file.name, "sha256": facts.file.sha256, "state": facts.badge},
        "report": {
            "status": facts.check.status if facts.check is not None else None,
            "schema": {"id": facts.deposit.schema_id, "version": facts.deposit.schema_version},
            "counts": counts or None,
        },
    }
    return {"upload": [_sentence(why, counts.get("errors") or 0)], ANSWER: deposit}


def _sentence(why: str, errors: int) -> str:
    if why == "invalid":
        return tk.ungettext(
            "This file holds one problem, so it waits with its report; what is online stays meanwhile.",
            "This file holds {count} problems, so it waits with its report; what is online stays meanwhile.",
            errors,
        ).format(count=errors)
    return {
        "checking": tk._(
            "The check of this file has not ended yet. It will be published by itself as soon as its report is good; "
            "what is online stays meanwhile."
        ),
        "unreadable": tk._("This file cannot be read as a table, so it waits with its report; what is online stays."),
        "to_check": tk._("The check of this file did not come to its end, so it waits; what is online stays."),
        "privacy": tk._(
            "This file seems to hold personal data, so it waits until somebody says what they are; "
            "what is online stays."
        ),
        "": tk._("This file is good; it waits with the others of this call, which are not."),
    }[why]


def published(session: Any, deposit_id: str, by: Actor) -> None:
    """Note that the file of a deposit went where it was meant to go; the caller commits."""
    Deposit.put(
        session,
        deposit_id,
        state=DepositState.PUBLISHED.value,
        reason="",
        published_at=sa.func.clock_timestamp(),
        expires_at=None,
    )
    DepositEvent.add(session, deposit_id, "published", **by.columns())


def remove(deposit_ids: list[str]) -> None:
    """Take away deposits that had to last for one call only, with all that is known of them."""
    if not deposit_ids:
        return
    with own_session() as session:
        file, check = DepositFile.__table__, Validation.__table__
        files = session.execute(sa.select(DepositFile).where(file.c.deposit_id.in_(deposit_ids))).scalars().all()
        for one in files:
            storage.discard(one.id, one.name)
        session.execute(sa.delete(check).where(check.c.resource_id.in_([one.id for one in files])))
        for table in (file, DepositEvent.__table__):
            session.execute(sa.delete(table).where(table.c.deposit_id.in_(deposit_ids)))
        session.execute(sa.delete(Deposit.__table__).where(Deposit.__table__.c.id.in_(deposit_ids)))
        session.commit()
