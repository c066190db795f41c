"""Messages to a structure whose member refused to be in one of its datasets, sent one by one by the worker.

Where a message stands is in the row of the member, locked while it leaves: a worker that dies leaves it due.
"""

from __future__ import annotations

import logging
import smtplib
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.lib import mailer
from ckan.plugins import toolkit as tk
from sqlalchemy.orm import Session

from ckanext.odl.deposit import letters, members
from ckanext.odl.deposit.words import in_words, texts
from ckanext.odl.logic.deposit import access, covering
from ckanext.odl.model import Covered, DepositEvent
from ckanext.odl.model.validation import clock

log = logging.getLogger(__name__)

_TABLE = Covered.__table__


def due(session: Session) -> bool:
    """Whether a structure should have been told of a refusal."""
    return bool(session.scalar(sa.select(sa.exists().where(_TABLE.c.mail_due_at <= clock()))))


def next_mail(session: Session) -> bool:
    """Tell a structure of the next refusal; False when none is due."""
    statement = (
        sa.select(_TABLE)
        .where(_TABLE.c.mail_due_at <= clock())
        .order_by(_TABLE.c.mail_due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = session.execute(statement).first()
    if row is None:
        session.commit()
        return False
    keys = (_TABLE.c.package_id == row.package_id, _TABLE.c.organization_id == row.organization_id)
    session.execute(sa.update(_TABLE).where(*keys).values(**_send(session, row)))
    session.commit()
    return True


def _send(session: Session, row: Any) -> dict[str, Any]:
    over = {"mail_due_at": None, "mail_attempts": 0}
    package, member = session.get(model.Package, row.package_id), session.get(model.Group, row.organization_id)
    structure = session.get(model.Group, package.owner_org) if package is not None and package.owner_org else None
    if package is None or member is None or structure is None or not tk.config.get("smtp.server"):
        return over
    letter, attempts = _letter(package, member, structure, row.why), row.mail_attempts + 1
    told = [_tell(person, letter, attempts) for person in _recipients(session, row.package_id, structure)]
    return over if all(told) else {"mail_due_at": clock(letters.pause(attempts)), "mail_attempts": attempts}


def _tell(person: Any, letter: tuple[str, str], attempts: int) -> bool:
    """Send the message to one person; False when it is to be tried again."""
    try:
        mailer.mail_recipient(person.display_name, person.email, *letter)
    except (mailer.MailerException, smtplib.SMTPException, OSError) as error:
        log.warning("A refusal could not be told to %s: %s", person.name, error)
        return letters.outcome(letters.server_said(error)[0], attempts)[0] != "queued"
    return True


def _recipients(session: Session, package_id: str, structure: Any) -> list[Any]:
    """Who published it, if that account still publishes there; else the administrators of the structure."""
    event = DepositEvent.__table__
    deposit_id = covering.last_deposit(session, package_id)
    published = (event.c.deposit_id == deposit_id, event.c.what == "published", event.c.user_id.is_not(None))
    by = session.scalar(sa.select(event.c.user_id).where(*published).order_by(event.c.id.desc()).limit(1))
    person = session.get(model.User, by) if by else None
    if person is not None and _can_be_told(person) and access.may_publish_for(person.name, structure.id):
        return [person]
    user: Any = model.User
    member: Any = model.Member
    admins = session.scalars(
        sa.select(user)
        .join(member, member.table_id == user.id)
        .where(
            member.group_id == structure.id,
            member.table_name == "user",
            member.capacity == "admin",
            member.state == model.State.ACTIVE,
        )
        .order_by(user.name)
    )
    return [one for one in admins if _can_be_told(one)]


def _can_be_told(person: Any) -> bool:
    return person.state == model.State.ACTIVE and members.email_is_valid(person.email or "")


def _letter(package: Any, member: Any, structure: Any, why: str) -> tuple[str, str]:
    language = tk.config["ckan.locale_default"]
    values = {
        "member": member.display_name,
        "dataset": package.title or package.name,
        "structure": structure.display_name,
        "why": why,
        "link": tk.url_for("dataset.read", id=package.name, _external=True, _anchor="odl-refusals"),
    }
    values = {name: " ".join(value.split()) for name, value in values.items()}
    told = texts("refusals")["refusal"]
    subject, message = (in_words(told[part], language).format(**values) for part in ("subject", "message"))
    return letters.one_line(subject), letters.body(message)
