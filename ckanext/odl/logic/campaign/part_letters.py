"""Messages to members for whom a part of a file was prepared, sent one by one by the worker.

Where a message stands is the last line of its kind in the history of the part. The part is locked while its message
leaves; a worker that dies leaves it due, and who has answered meanwhile is written to no more.
"""

from __future__ import annotations

import logging
import re
import smtplib
from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.lib import mailer
from ckan.plugins import toolkit as tk
from sqlalchemy.orm import Session

from ckanext.odl.deposit import letters
from ckanext.odl.deposit.members import email_is_valid
from ckanext.odl.logic import addresses
from ckanext.odl.model import Deposit, DepositEvent, DepositFile, DepositState, MailState
from ckanext.odl.model.validation import clock

from .link_deposits import ACCEPTANCE
from .mailing import model_title

log = logging.getLogger(__name__)

#: The kind of line in the history of a deposit.
LETTER = "letter"
_DEPOSIT, _EVENT = Deposit.__table__, DepositEvent.__table__


def announce(session: Session, deposit_id: str, texts: Mapping[str, str], rows: int, by: str | None) -> None:
    """Have a message sent once the part waits for its people.

    :param texts: the structure's own words (:data:`~ckanext.odl.deposit.letters.PART_TEXTS`)
    :param rows: how many rows the part has
    :param by: the account whom they ask
    """
    more: dict[str, Any] = {"texts": dict(texts)} if texts else {}
    DepositEvent.add(session, deposit_id, LETTER, user_id=by, state=MailState.QUEUED.value, rows=rows, **more)


def states(deposit_ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """Where the message on each of these parts stands: ``state``, ``why`` (a code of ``letters.failure``), ``at``."""
    if not deposit_ids:
        return {}
    rows = model.Session.execute(
        sa.select(_EVENT.c.deposit_id, _EVENT.c.at, _EVENT.c.detail)
        .distinct(_EVENT.c.deposit_id)
        .where(_EVENT.c.deposit_id.in_(deposit_ids), _EVENT.c.what == LETTER)
        .order_by(_EVENT.c.deposit_id, _EVENT.c.id.desc())
    )
    return {
        row.deposit_id: {"state": row.detail["state"], "why": row.detail.get("why") or "", "at": row.at.isoformat()}
        for row in rows
    }


def due(session: Session) -> bool:
    """Whether a message should have left."""
    return session.execute(_due().limit(1)).first() is not None


def _due() -> Any:
    last = (
        sa.select(_EVENT.c.at, _EVENT.c.user_id, _EVENT.c.detail)
        .where(_EVENT.c.deposit_id == _DEPOSIT.c.id, _EVENT.c.what == LETTER)
        .order_by(_EVENT.c.id.desc())
        .limit(1)
        .lateral()
    )
    pause = sa.func.make_interval(0, 0, 0, 0, 0, 0, sa.cast(last.c.detail["pause"].astext, sa.Float))
    is_due = sa.or_(last.c.detail["pause"].astext.is_(None), last.c.at + pause <= clock())
    return (
        sa.select(_DEPOSIT.c.id, _DEPOSIT.c.organization_id, _DEPOSIT.c.split_of, last.c.user_id, last.c.detail)
        .join(last, sa.true())
        .where(
            _DEPOSIT.c.split_of.is_not(None),
            _DEPOSIT.c.state == DepositState.WAITING.value,
            _DEPOSIT.c.reason == ACCEPTANCE,
            last.c.detail["state"].astext == MailState.QUEUED.value,
            is_due,
        )
        .order_by(last.c.at)
    )


def next_mail(session: Session) -> bool:
    """Send the next message; False when none is due."""
    row = session.execute(_due().limit(1).with_for_update(of=_DEPOSIT, skip_locked=True)).first()
    if row is None:
        session.commit()
        return False
    row = session.execute(_due().where(_DEPOSIT.c.id == row.id)).first()  # as it is now that nobody else has it
    if row is None:
        session.commit()
        return True
    kept = {name: row.detail[name] for name in ("texts", "rows") if name in row.detail}
    DepositEvent.add(session, row.id, LETTER, user_id=row.user_id, **{**kept, **_send(session, row)})
    session.commit()
    return True


def _send(session: Session, row: Any) -> dict[str, Any]:
    """Send one message; returns what its line in the history says."""
    attempts = (row.detail.get("attempts") or 0) + 1
    whole = session.get(Deposit, row.split_of)
    maker = session.get(model.Group, whole.organization_id) if whole is not None else None
    organization = session.get(model.Group, row.organization_id)
    if whole is None or maker is None or organization is None:
        return _state(MailState.FAILED, "file")
    address = addresses.of([organization.id], maker.id, session=session).get(organization.id)
    if address is None:
        return _state(MailState.FAILED, "no-address")
    if not email_is_valid(address.email):
        return _state(MailState.FAILED, "wrong-address")
    if not tk.config.get("smtp.server"):
        return _state(MailState.FAILED, "no-server")
    person = session.get(model.User, row.user_id) if row.user_id else None
    subject, body = rendered(session, row, maker, organization, person)
    headers = {"Auto-Submitted": "auto-generated", "Reply-To": (person.email if person else "") or ""}
    name = letters.one_line(re.sub(r'[<>"@,;]', " ", organization.display_name))
    try:
        kept = {key: value for key, value in headers.items() if value}
        mailer.mail_recipient(name, address.email, subject, body, headers=kept)
    except (mailer.MailerException, smtplib.SMTPException, OSError) as error:
        status, words = letters.server_said(error)
        state, code = letters.outcome(status, attempts)
        log.warning("The message on the part %s did not leave: %s", row.id, words)
        again = {"pause": letters.pause(attempts), "attempts": attempts} if state == MailState.QUEUED.value else {}
        return {**_state(MailState(state), code), **again}
    return _state(MailState.SENT)


def _state(state: MailState, why: str = "") -> dict[str, Any]:
    return {"state": state.value, **({"why": why} if why else {})}


def rendered(session: Session, row: Any, maker: Any, organization: Any, person: Any) -> tuple[str, str]:
    """The subject (one line) and the body of a message, filled in."""
    language = tk.config["ckan.locale_default"]
    whole: Any = session.get(Deposit, row.split_of)
    file = session.get(DepositFile, whole.file_id)
    rows = int(row.detail.get("rows") or 0)
    contact = {"name": person.display_name, "email": person.email or ""} if person else {}
    values = {
        "collectivite": organization.display_name,
        "modele": model_title(whole.schema_id, language) if whole.schema_id else "",
        "fichier": file.name if file else "",
        "lignes": tk.ungettext("{n} row", "{n} rows", rows).format(n=tk.h.odl_number(rows)),
        "lien": tk.url_for("odl_deposit.read", id=row.id, _external=True, locale="default"),
        "structure": maker.display_name,
        "contact": letters.contact_line(contact),
    }
    texts = row.detail.get("texts") or {}
    subject, message = (letters.fill(texts.get(name) or letters.default(name, language), values)
                        for name in letters.PART_TEXTS)  # fmt: skip
    return letters.one_line(subject), letters.body(message)
