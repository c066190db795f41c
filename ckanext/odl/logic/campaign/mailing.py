"""Messages of campaigns, sent one by one by the worker: one bad address stops no other.

Where a message stands is in the row of the member. The row is locked while its message leaves; a worker that dies
leaves it queued, so that a message may come twice but is never lost.
"""

from __future__ import annotations

import io
import logging
import re
import smtplib
from typing import Any

import sqlalchemy as sa
from babel.dates import format_date
from ckan import model
from ckan.lib import mailer
from ckan.plugins import toolkit as tk
from sqlalchemy.orm import Session

from ckanext.odl.deposit import letters, members
from ckanext.odl.model import Campaign, CampaignMember, CampaignState, DepositLink, MailState
from ckanext.odl.model.validation import clock
from ckanext.odl.scdl import UnknownSchema, catalogue

from . import attachment, following, links

log = logging.getLogger(__name__)

INVITATION, REMINDER = "invitation", "reminder"


def texts(campaign: Campaign, kind: str, language: str) -> tuple[str, str]:
    """The subject and the message of a campaign, the structure's own words or those that the portal proposes."""
    prefix = "reminder_" if kind == REMINDER else ""
    names = (f"{prefix}subject", f"{prefix}message")
    subject, message = ((campaign.texts or {}).get(name) or letters.default(name, language) for name in names)
    return subject, message


def values(campaign: Campaign, organization: Any, link: str, language: str) -> dict[str, str]:
    """What goes into the places of a text.

    :param organization: the member, None for an example
    """
    atd = model.Group.get(campaign.atd_id)
    return {
        "collectivite": organization.display_name if organization is not None else "",
        "modele": model_title(campaign.schema_id, language),
        "periode": campaign.period,
        "date": format_date(campaign.due_on, "d MMMM y", locale=language),
        "lien": link,
        "structure": atd.display_name if atd else "",
        "contact": letters.contact_line(campaign.contact or {}),
    }


def model_title(schema_id: str, language: str) -> str:
    """The name of a model as people know it."""
    try:
        return catalogue().get(schema_id).title(language)
    except UnknownSchema:
        return schema_id


def rendered(campaign: Campaign, kind: str, organization: Any, link: str, language: str) -> tuple[str, str]:
    """The subject (one line) and the body of a message, filled in."""
    subject, message = texts(campaign, kind, language)
    places = values(campaign, organization, link, language)
    return letters.one_line(letters.fill(subject, places)), letters.body(letters.fill(message, places))


def next_mail(session: Session) -> bool:
    """Send the next message; False when none is due."""
    member, campaign = CampaignMember.__table__, Campaign.__table__
    statement = (
        sa.select(member)
        .join(campaign, campaign.c.id == member.c.campaign_id)
        .where(*_waits(member, campaign))
        .order_by(member.c.mail_attempts, campaign.c.opened_at, member.c.organization_id)
        .limit(1)
        .with_for_update(of=member, skip_locked=True)
    )
    row = session.execute(statement).first()
    if row is None:
        session.commit()
        return False
    written = _send(session, row)
    keys = (member.c.campaign_id == row.campaign_id, member.c.organization_id == row.organization_id)
    session.execute(sa.update(member).where(*keys).values(**written))
    session.commit()
    return True


def _waits(member: Any, campaign: Any) -> tuple[Any, ...]:
    is_due = sa.or_(member.c.mail_due_at.is_(None), member.c.mail_due_at <= clock())
    return campaign.c.state == CampaignState.OPEN.value, member.c.mail_state == MailState.QUEUED.value, is_due


def due(session: Session) -> bool:
    """Whether a message should have left."""
    member, campaign = CampaignMember.__table__, Campaign.__table__
    waits = (member.c.campaign_id == campaign.c.id, *_waits(member, campaign))
    return bool(session.scalar(sa.select(sa.exists().where(*waits))))


def _send(session: Session, row: Any) -> dict[str, Any]:
    """Send one message; returns what is to be written of the member."""
    campaign = session.get(Campaign, row.campaign_id)
    organization = model.Group.get(row.organization_id)
    if campaign is None or organization is None or organization.state != model.State.ACTIVE:
        return _failed("file")
    standing = following.members(campaign, tk.config["ckan.locale_default"], [organization.id])
    if not standing or standing[0]["step"] in following.HANDED_IN:
        return _state(MailState.SENT if row.invited_at is not None else MailState.NONE)
    email = standing[0]["email"]
    if not email:
        return _failed("no-address")
    if not members.email_is_valid(email):
        return {**_failed("wrong-address"), "email": email}
    if not tk.config.get("smtp.server"):
        return _failed("no-server")
    written = {"email": email, "link_id": _link(session, campaign, row, email)}
    try:
        _mail(campaign, organization, row.mail_kind, **written)
    except (UnknownSchema, ValueError):
        log.exception("The message of campaign %s for %s cannot be written", campaign.id, organization.name)
        return {**_failed("file"), **written}
    except (mailer.MailerException, smtplib.SMTPException, OSError) as error:
        return {**_refused(error, row.mail_attempts + 1), **written}
    first = {"invited_at": clock()} if row.mail_kind == INVITATION or row.invited_at is None else {}
    reminder = {"reminded_at": clock(), "reminders": row.reminders + 1} if row.mail_kind == REMINDER else {}
    return {**_state(MailState.SENT), "mail_attempts": 0, **written, **first, **reminder}


def _link(session: Session, campaign: Campaign, row: Any, email: str) -> str:
    """The link that the message carries: the member's own as long as it works and went to nobody else."""
    if row.link_id and row.email and row.email != email:
        links.revoke(session, [row.link_id], None)
        return links.create(session, campaign, row.organization_id, campaign.created_by)
    link = session.get(DepositLink, row.link_id) if row.link_id else None
    if link is not None and link.revoked_at is None and link.token_hash == links.hash_of(links.token_of(link.id)):
        return link.id
    return links.create(session, campaign, row.organization_id, campaign.created_by)


def _mail(campaign: Campaign, organization: Any, kind: str, email: str, link_id: str) -> None:
    language = tk.config["ckan.locale_default"]
    subject, body = rendered(campaign, kind, organization, links.address(link_id), language)
    name, content = attachment.file_for(
        organization, campaign.schema_id, campaign.schema_version, campaign.period, language
    )
    reply_to = (campaign.contact or {}).get("email") or ""
    # Automatic replies (absences) go nowhere; answers go to the structure.
    headers = {"Auto-Submitted": "auto-generated", "Reply-To": reply_to}
    mailer.mail_recipient(
        letters.one_line(re.sub(r'[<>"@,;]', " ", organization.display_name)),
        email,
        subject,
        body,
        headers={key: value for key, value in headers.items() if value},
        attachments=[(name, io.BytesIO(content), attachment.TYPE)],
    )


def _refused(error: Exception, attempts: int) -> dict[str, Any]:
    status, words = letters.server_said(error)
    state, code = letters.outcome(status, attempts)
    due_at = clock(letters.pause(attempts)) if state == MailState.QUEUED.value else None
    return {**_state(MailState(state), code, words), "mail_attempts": attempts, "mail_due_at": due_at}


def _failed(code: str) -> dict[str, Any]:
    return _state(MailState.FAILED, code)


def _state(state: MailState, code: str = "", words: str = "") -> dict[str, Any]:
    return {"mail_state": state.value, "mail_error": code, "mail_detail": words, "mail_due_at": None}


def enqueue(session: Session, campaign_id: str, organization_ids: list[str], kind: str) -> int:
    """Have a message sent to members; one that waits already is left; returns how many."""
    member = CampaignMember.__table__
    statement = sa.update(member).where(
        member.c.campaign_id == campaign_id,
        member.c.organization_id.in_(organization_ids),
        member.c.mail_state != MailState.QUEUED.value,
    )
    fresh = {**_state(MailState.QUEUED), "mail_kind": kind, "mail_attempts": 0}
    result: Any = session.execute(statement.values(**fresh))
    return result.rowcount
