"""Prepare a campaign, change it, start it, end it."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ckanext.odl.deposit import letters
from ckanext.odl.deposit.members import email_is_valid
from ckanext.odl.language import language
from ckanext.odl.logic import addresses, collectivite, periods
from ckanext.odl.model import (
    Campaign,
    CampaignMember,
    CampaignState,
    DepositLink,
    MailState,
    MemberContact,
)
from ckanext.odl.model.validation import clock
from ckanext.odl.scdl import UnknownSchema, catalogue

from . import following, links, mailing

_LONGEST_TITLE, _LONGEST_CONTACT = 150, 150
_CONTACT = ("name", "phone", "email")


def create(session: Session, atd: model.Group, data: dict[str, Any], by: str) -> str:
    """Store a campaign that is not sent yet, with its members; returns its id.

    :raises ValidationError: by field
    """
    try:
        entry, version = catalogue().parse(data["schema"])
    except UnknownSchema:
        raise tk.ValidationError({"schema": [tk._("Choose a model of the list.")]}) from None
    if entry.kind != "table":
        raise tk.ValidationError(
            {"schema": [tk._("This model is not a table: it cannot be filled in as a spreadsheet.")]}
        )
    values: dict[str, Any] = {
        "id": str(uuid4()),
        "atd_id": atd.id,
        "schema_id": entry.id,
        "schema_version": version if "@" in data["schema"] else "",
        "period": _period(data.get("period") or ""),
        "due_on": _day(data["due_on"]),
        "state": CampaignState.DRAFT.value,
        "contact": _contact(data.get("contact") or {}),
        "texts": _texts(data.get("texts") or {}, {}),
        "created_by": by,
        "created_at": clock(),
    }
    title = f"{entry.title(language())} {values['period']}".strip()
    values["title"] = (data.get("title") or title)[:_LONGEST_TITLE]
    wanted = data.get("members")
    organizations = _members(atd, wanted) if wanted else sorted(collectivite.descendants(atd))
    if not organizations:
        raise tk.ValidationError(
            {"members": [tk._("There is nobody to write to: bring the list of your members first.")]}
        )
    session.execute(insert(Campaign.__table__).values(**values))
    add(session, values["id"], organizations)
    return values["id"]


def _members(atd: model.Group, wanted: list[str]) -> list[str]:
    group: Any = model.Group
    found = model.Session.scalars(
        sa.select(group.id).where(
            sa.or_(group.id.in_(wanted), group.name.in_(wanted)), group.state == model.State.ACTIVE
        )
    )
    ids = set(found) & collectivite.descendants(atd)
    if len(ids) != len(set(wanted)):
        raise tk.ValidationError({"members": [tk._("One of these is not a member of your structure.")]})
    return sorted(ids)


def _period(text: str) -> str:
    try:
        return periods.period(text) if text else ""
    except ValueError:
        sentence = tk._("Write a year (2025), a month (2025-03) or a day (2025-03-31).")
        raise tk.ValidationError({"period": [sentence]}) from None


def _day(text: str) -> dt.date:
    try:
        day = dt.date.fromisoformat(periods.day(text))
    except ValueError:
        raise tk.ValidationError({"due_on": [tk._("Write a day, for example 2026-03-31.")]}) from None
    if day < links.today():
        raise tk.ValidationError({"due_on": [tk._("Choose a day to come: nobody could answer in time.")]})
    return day


def _contact(given: dict[str, Any]) -> dict[str, str]:
    contact = {key: letters.one_line(str(given.get(key) or ""))[:_LONGEST_CONTACT] for key in _CONTACT}
    if not contact["name"]:
        raise tk.ValidationError({"contact_name": [tk._("Say whom they can ask: a name, or that of your team.")]})
    if not email_is_valid(contact["email"]):
        sentence = tk._("Give the e-mail address to which they answer.")
        raise tk.ValidationError({"contact_email": [sentence]})
    return contact


def _texts(given: dict[str, Any], present: dict[str, str]) -> dict[str, str]:
    """The structure's own words; one that is empty or as proposed follows the portal's."""
    named = [name for name in letters.TEXTS if name in given]
    own, wrong = letters.own(given, named, tk.config["ckan.locale_default"], language())
    if wrong:
        raise tk.ValidationError(wrong)
    return {name: words for name, words in present.items() if name not in named} | own


def add(session: Session, campaign_id: str, organization_ids: list[str]) -> None:
    """Put members into a campaign; those who are in it stay as they are."""
    if not organization_ids:
        return
    rows = [{"campaign_id": campaign_id, "organization_id": id_} for id_ in organization_ids]
    session.execute(insert(CampaignMember.__table__).values(rows).on_conflict_do_nothing())


def update(session: Session, campaign: Campaign, data: dict[str, Any], by: str) -> None:
    """Change a campaign; what is not named stays.

    :raises ValidationError: by field
    """
    table = Campaign.__table__
    values: dict[str, Any] = {}
    if data.get("title"):
        values["title"] = data["title"][:_LONGEST_TITLE]
    if data.get("contact") is not None:
        values["contact"] = _contact({**(campaign.contact or {}), **data["contact"]})
    if data.get("texts") is not None:
        values["texts"] = _texts(data["texts"], dict(campaign.texts or {}))
    if data.get("due_on"):
        values["due_on"] = _day(data["due_on"])
        links.prolong(session, campaign.id, values["due_on"])
    if values:
        session.execute(sa.update(table).where(table.c.id == campaign.id).values(**values))
    atd = model.Group.get(campaign.atd_id)
    if data.get("add") and atd is not None:
        add(session, campaign.id, _members(atd, data["add"]))
    if data.get("remove"):
        _remove(session, campaign, data["remove"], by)
    for organization_id, email in (data.get("emails") or {}).items():
        _write_email(session, campaign, organization_id, str(email or "").strip(), by)
    if data.get("bounced"):
        _mark_bounced(session, campaign, data["bounced"])


def _of(campaign: Campaign, organization_ids: list[str]) -> tuple[Any, ...]:
    member = CampaignMember.__table__
    return member.c.campaign_id == campaign.id, member.c.organization_id.in_(organization_ids)


def _remove(session: Session, campaign: Campaign, organization_ids: list[str], by: str) -> None:
    """Take members out; their links die, what they deposited stays."""
    member = CampaignMember.__table__
    ids = session.scalars(
        sa.select(member.c.link_id).where(*_of(campaign, organization_ids), member.c.link_id.is_not(None))
    )
    links.revoke(session, list(ids), by)
    session.execute(sa.delete(member).where(*_of(campaign, organization_ids)))


def _write_email(session: Session, campaign: Campaign, organization_id: str, email: str, by: str) -> None:
    """Write another address for the structure; the link that went to the one before dies, a stranger may have read it.

    An empty one takes back what the structure was given: what else is known counts again.
    """
    if email and not email_is_valid(email):
        raise tk.ValidationError({"emails": [tk._("“{text}” is not an e-mail address.").format(text=email)]})
    member = CampaignMember.__table__
    row = session.execute(sa.select(member).where(*_of(campaign, [organization_id]))).first()
    if row is None:
        raise tk.ValidationError({"emails": [tk._("One of these is not in the campaign.")]})
    known = addresses.of([organization_id], campaign.atd_id, session=session).get(organization_id)
    if email and known and known.email == email:
        return
    if email:
        MemberContact.put(session, campaign.atd_id, organization_id, email, by)
    else:
        MemberContact.remove(session, campaign.atd_id, organization_id)
    now = addresses.of([organization_id], campaign.atd_id, session=session).get(organization_id)
    if (now.email if now else "") == (known.email if known else ""):
        return
    if row.link_id and row.email:
        links.revoke(session, [row.link_id], by)
    fresh = {
        "email": "",
        "link_id": None if row.email else row.link_id,
        "invited_at": None,
        "mail_state": MailState.NONE.value,
        "mail_error": "",
        "mail_detail": "",
    }
    session.execute(sa.update(member).where(*_of(campaign, [organization_id])).values(**fresh))


def _mark_bounced(session: Session, campaign: Campaign, organization_ids: list[str]) -> None:
    member = CampaignMember.__table__
    state = {"mail_state": MailState.BOUNCED.value, "mail_error": "by-hand", "mail_detail": "", "mail_due_at": None}
    session.execute(sa.update(member).where(*_of(campaign, organization_ids)).values(**state))


def open_(session: Session, campaign: Campaign) -> int:
    """Start a campaign, or write to those who came in since; returns how many messages are on their way.

    :raises ValidationError: it is over, or its day is past
    """
    if campaign.state == CampaignState.CLOSED.value:
        raise tk.ValidationError({"state": [tk._("This campaign is over.")]})
    if campaign.due_on < links.today():
        raise tk.ValidationError({"due_on": [tk._("Choose a day to come: nobody could answer in time.")]})
    table = Campaign.__table__
    values = {"state": CampaignState.OPEN.value, "opened_at": sa.func.coalesce(table.c.opened_at, clock())}
    session.execute(sa.update(table).where(table.c.id == campaign.id).values(**values))
    waiting = [
        one["organization"]["id"]
        for one in following.members(campaign, language())
        if one["pending"] == following.WRITE
    ]
    return mailing.enqueue(session, campaign.id, waiting, mailing.INVITATION)


def last_day(campaign: Campaign) -> dt.date:
    """The last day on which the links of a campaign work."""
    return campaign.due_on + dt.timedelta(days=links.GRACE_DAYS)


def close(session: Session, campaign: Campaign) -> None:
    """End a campaign: its links are dead from now on, messages that wait do not leave."""
    table, member = Campaign.__table__, CampaignMember.__table__
    values = {"state": CampaignState.CLOSED.value, "closed_at": clock()}
    session.execute(sa.update(table).where(table.c.id == campaign.id).values(**values))
    waits = (member.c.campaign_id == campaign.id, member.c.mail_state == MailState.QUEUED.value)
    session.execute(sa.update(member).where(*waits).values(mail_state=MailState.NONE.value))


def link_of(session: Session, campaign: Campaign, organization_id: str, by: str, *, renew: bool = False) -> DepositLink:
    """The link of a member, made when there is none that works (``renew``: when the last one was revoked).

    :raises ValidationError: not a member, the campaign is not open, or its link was revoked
    """
    member = CampaignMember.__table__
    row = session.execute(sa.select(member).where(*_of(campaign, [organization_id])).with_for_update()).first()
    if row is None:
        raise tk.ValidationError({"organization": [tk._("This local authority is not in the campaign.")]})
    if campaign.state != CampaignState.OPEN.value:
        raise tk.ValidationError({"campaign": [tk._("The campaign is not open: its links lead nowhere.")]})
    link = session.get(DepositLink, row.link_id) if row.link_id else None
    if link is not None and link.revoked_at is None:
        return link
    if link is not None and not renew:
        raise tk.ValidationError({"organization": [tk._("This link was revoked. Make a new one first.")]})
    id_ = links.create(session, campaign, organization_id, by)
    session.execute(sa.update(member).where(*_of(campaign, [organization_id])).values(link_id=id_))
    session.flush()
    made = session.get(DepositLink, id_)
    assert made is not None  # noqa: S101 (it was written just before)
    return made
