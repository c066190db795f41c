"""Where each member of a campaign stands: written to, opened, deposited, accepted, or to be reminded.

What counts is what came for this campaign. A file of the same model and period that a member has published by another
way is said by a word of its own, and spares it the messages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.model.group import group_table

from ckanext.odl.deposit import letters, privacy
from ckanext.odl.deposit.coverage import Coverage
from ckanext.odl.deposit.owners import body_of
from ckanext.odl.logic import addresses
from ckanext.odl.model import (
    Campaign,
    CampaignMember,
    CampaignState,
    Deposit,
    DepositFile,
    DepositLink,
    DepositState,
    MailState,
    extras,
)

from . import already

_GROUP: Any = group_table
#: Where a member stands, from the last step back to the first; one word for each.
STEPS = (
    "accepted",
    "deposited",
    "published",
    "begun",
    "opened",
    "sent",
    "queued",
    "bounced",
    "failed",
    "no_address",
    "none",
)
#: Steps at which nothing more is awaited of the member.
HANDED_IN = ("accepted", "deposited", "published")
#: What is next for a member of whom a file is awaited: to be reminded, to be written to for the first time, nothing
#: since a message is leaving, another address to be found, any address to be found.
REMIND, WRITE, LEAVING, BOUNCED, NO_ADDRESS = "remind", "write", "leaving", "bounced", "no_address"


def members(campaign: Campaign, language: str, organization_ids: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """Where the members of a campaign stand, by title, in a fixed number of queries whatever their number.

    :returns: for each ``organization`` (``id``, ``name``, ``title``), ``email`` and ``email_from`` (``given``,
        ``public``, ``account``; see :mod:`ckanext.odl.logic.addresses`), ``step`` (:data:`STEPS`), ``pending`` (what is
        next: ``remind``, ``write``, ``leaving``, ``bounced``, ``no_address``, "" when nothing is awaited), ``chase``
        (``pending`` is ``remind``), ``mail`` (``state``, ``kind``, ``why``, ``server``), moments (``invited_at``,
        ``reminded_at``, ``opened_at``, ``deposited_at``, ``accepted_at``: ISO or None), ``reminders``, ``link``
        (``revoked``, ``expires_on``, or None), ``deposit`` (``id``, ``state``, ``badge``, ``problems``, ``concerns``,
        or None), ``package_id``, ``accepting``, ``problem``
    """
    rows = _rows(campaign, organization_ids)
    ids = [row.organization_id for row in rows]
    deposits = _deposits(campaign, ids, language)
    known = addresses.of(ids, campaign.atd_id)
    published = already.published(campaign.schema_id, campaign.period, ids, campaign.opened_at)
    return [
        _member(
            campaign,
            row,
            deposits.get(row.organization_id),
            known.get(row.organization_id),
            published.get(row.organization_id),
            language,
        )
        for row in rows
    ]


def _rows(campaign: Campaign, organization_ids: Iterable[str] | None) -> list[Any]:
    member, link, group = CampaignMember.__table__, DepositLink.__table__, _GROUP
    statement = (
        sa.select(
            member,
            group.c.name,
            group.c.title,
            link.c.opened_at,
            link.c.revoked_at,
            link.c.expires_on,
        )
        .select_from(
            member.join(group, group.c.id == member.c.organization_id).outerjoin(link, link.c.id == member.c.link_id)
        )
        .where(member.c.campaign_id == campaign.id, group.c.state == model.State.ACTIVE)
        .order_by(sa.func.lower(group.c.title), group.c.name)
    )
    if organization_ids is not None:
        statement = statement.where(member.c.organization_id.in_(list(organization_ids)))
    return list(model.Session.execute(statement))


def _deposits(campaign: Campaign, organization_ids: list[str], language: str) -> dict[str, dict[str, Any]]:
    """The deposit that counts for each member: that of the campaign, the furthest one, then the latest.

    One that an agent brings with an account, for the same model since the campaign began, is a beginning as well.
    """
    if not organization_ids or campaign.opened_at is None:
        return {}
    deposit = Deposit.__table__
    is_ours = sa.or_(
        deposit.c.campaign_id == campaign.id,
        sa.and_(
            deposit.c.link_id.is_(None),
            deposit.c.schema_id == campaign.schema_id,
            deposit.c.state != DepositState.PUBLISHED.value,
            deposit.c.created_at >= campaign.opened_at,
            sa.func.coalesce(deposit.c.resource["odl_period"].astext, campaign.period) == campaign.period,
        ),
    )
    statement = (
        sa.select(Deposit, DepositFile)
        .join(DepositFile, DepositFile.id == Deposit.file_id)
        .where(Deposit.organization_id.in_(organization_ids), is_ours, Deposit.state != DepositState.ABANDONED.value)
        .order_by(Deposit.updated_at)
        .execution_options(populate_existing=True)
    )
    pairs = [(row[0], row[1]) for row in model.Session.execute(statement)]
    found: dict[str, tuple[Deposit, DepositFile]] = {}
    for one, file in pairs:
        before = found.get(one.organization_id)
        if before is None or _far(campaign, one) >= _far(campaign, before[0]):
            found[one.organization_id] = (one, file)
    return _with_checks(campaign, list(found.values()), language)


def _far(campaign: Campaign, deposit: Deposit) -> tuple[bool, int]:
    order = (DepositState.DRAFT.value, DepositState.PUBLISHED.value, DepositState.WAITING.value)
    # one that waits is looked at before one that is published already
    return deposit.campaign_id == campaign.id, order.index(deposit.state)


def _with_checks(
    campaign: Campaign, pairs: list[tuple[Deposit, DepositFile]], language: str
) -> dict[str, dict[str, Any]]:
    from ckanext.odl.logic.deposit import facts  # noqa: PLC0415 (beside us, and larger than what we need of it)

    checks = facts.checks(pairs)
    codes = extras.read([deposit.organization_id for deposit, _file in pairs])
    found = {}
    for deposit, file in pairs:
        check = checks.get(file.id)
        counts = (check.counts if check is not None else None) or {}
        found[deposit.organization_id] = {
            "id": deposit.id,
            "state": deposit.state,
            "reason": deposit.reason,
            "badge": facts.badge_of(deposit, check),
            "problems": counts.get("errors") or 0,
            "concerns": _concerns(deposit, file, language),
            "other_years": _other_years(campaign, counts),
            "other_owners": _other_owners(file, codes.get(deposit.organization_id) or {}),
            "by_link": deposit.link_id is not None,
            "in_campaign": deposit.campaign_id == campaign.id,
            "file": file.name,
            "file_id": file.id,
            "updated_at": deposit.updated_at,
            "published_at": deposit.published_at,
            "package_id": deposit.package_id,
        }
    return found


def _other_years(campaign: Campaign, counts: dict[str, Any]) -> list[int]:
    """The years of the rows, where none is of the period that is asked for."""
    years, asked = Coverage.of(counts).covered, Coverage(period=campaign.period).covered
    return [] if not asked or set(years) & set(asked) else years


def _other_owners(file: DepositFile, fields: Mapping[str, str]) -> list[str]:
    """The codes of the collectivités that the rows name, where none is that of who handed the file in."""
    owners = (file.inspection or {}).get("owners") or {}
    named = list(dict.fromkeys(body_of(code) for code, _rows in owners.get("values") or ()))
    own = {fields.get("odl_siren"), fields.get("odl_insee")}
    is_known = all(fields.get("odl_siren" if len(code) == 9 else "odl_insee") for code in named)
    return [] if not is_known or own & set(named) else named


def _concerns(deposit: Deposit, file: DepositFile, language: str) -> list[dict[str, Any]]:
    """What the answers on personal data, or those that are missing, say against publishing: ``outcome`` (``remove``,
    ``ask``, ``unanswered``) and ``advice``, a sentence."""
    seen = file.inspection or {}
    signals, answers = seen.get("signals") or [], deposit.answers or {}
    if privacy.unanswered(signals, seen.get("columns") or [], answers, language):
        return [{"outcome": "unanswered", "advice": ""}]
    found = privacy.outcomes(answers, language, signals)
    return [{key: one[key] for key in ("outcome", "advice")} for one in found]


def is_plain(deposit: dict[str, Any]) -> bool:
    """Whether nothing speaks against publishing what a member handed in: it follows its model, is of the period that
    was asked for and of this member, and its answers on personal data raise no question."""
    doubts = ("concerns", "other_years", "other_owners")
    return deposit["badge"] == "valid" and not any(deposit[doubt] for doubt in doubts)


def _member(
    campaign: Campaign,
    row: Any,
    deposit: dict[str, Any] | None,
    address: addresses.Address | None,
    published: str | None,
    language: str,
) -> dict[str, Any]:
    email, source = address or ("", "")
    mail = _mail_state(row, email)
    step = _step(row, deposit, mail, email, published)
    if step in HANDED_IN and mail == MailState.QUEUED.value:
        mail = MailState.NONE.value  # it does not leave any more
    ours = deposit if deposit and deposit["in_campaign"] else None
    handed_in = ours is not None and ours["state"] != DepositState.DRAFT.value
    pending = _pending(campaign, row, step, mail, email)
    said = row.mail_error if mail == row.mail_state else ""
    told = ("id", "state", "reason", "badge", "problems", "concerns", "other_years", "other_owners", "by_link", "file")
    return {
        "organization": {"id": row.organization_id, "name": row.name, "title": row.title or row.name},
        "email": email,
        "email_from": source,
        "step": step,
        "pending": pending,
        "chase": pending == REMIND,
        "mail": {
            "state": mail,
            "kind": row.mail_kind,
            "why": letters.failure(said, language) or (letters.failure("no-address", language) if not email else ""),
            "server": row.mail_detail if said else "",
        }
        if step not in HANDED_IN
        else {"state": mail, "kind": row.mail_kind, "why": "", "server": ""},
        "invited_at": _iso(row.invited_at),
        "reminded_at": _iso(row.reminded_at),
        "reminders": row.reminders,
        "opened_at": _iso(row.opened_at),
        "deposited_at": _iso(ours["updated_at"]) if ours and handed_in else None,
        "accepted_at": _iso(ours["published_at"]) if ours else None,
        "link": _link(row),
        "deposit": {key: deposit[key] for key in (*told, "file_id")} if deposit else None,
        "package_id": (ours["package_id"] if ours and ours["published_at"] else None) or published,
        "accepting": row.accept_asked_by is not None,
        "problem": row.accept_problem,
    }


def _mail_state(row: Any, email: str) -> str:
    """How the last message stands; what became of one to an address that is no longer the member's says nothing."""
    is_former = bool(row.email) and row.email != email
    if is_former and row.mail_state in (MailState.BOUNCED.value, MailState.FAILED.value):
        return MailState.NONE.value
    return row.mail_state


def _step(row: Any, deposit: dict[str, Any] | None, mail: str, email: str, published: str | None) -> str:
    words = {DepositState.PUBLISHED.value: "accepted", DepositState.WAITING.value: "deposited"}
    if deposit is not None and deposit["in_campaign"] and deposit["state"] in words:
        return words[deposit["state"]]
    if published:
        return "published"
    if deposit is not None:
        return "begun"
    if row.opened_at is not None:
        return "opened"
    if mail in (MailState.BOUNCED.value, MailState.FAILED.value, MailState.QUEUED.value):
        return mail
    if row.invited_at is not None:
        return "sent"
    return "none" if email else "no_address"


def _pending(campaign: Campaign, row: Any, step: str, mail: str, email: str) -> str:
    if campaign.state == CampaignState.CLOSED.value or step in HANDED_IN:
        return ""
    if mail == MailState.QUEUED.value:
        return LEAVING
    if not email:
        return NO_ADDRESS
    if mail == MailState.BOUNCED.value:
        return BOUNCED
    has_begun = row.invited_at is not None or row.opened_at is not None
    return REMIND if has_begun and campaign.state == CampaignState.OPEN.value else WRITE


def _link(row: Any) -> dict[str, Any] | None:
    if row.link_id is None or row.expires_on is None:
        return None
    return {"revoked": row.revoked_at is not None, "expires_on": row.expires_on.isoformat()}


def _iso(moment: Any) -> str | None:
    return moment.isoformat() if moment is not None else None


def counts(found: list[dict[str, Any]]) -> dict[str, int]:
    """The figures of a campaign: ``members``, ``sent``, ``opened``, ``deposited``, ``valid``, ``accepted``,
    ``to_accept``, ``published`` (by another way), ``chase``, ``to_write``, ``queued``, ``bounced`` (failed too),
    ``no_address``. The first six count all who came that far; of those a file is awaited of, each is in one of
    ``chase``, ``to_write``, ``queued``, ``no_address`` or ``bounced``."""
    names = ("members", "sent", "opened", "deposited", "valid", "accepted", "to_accept", "published", "chase")
    total = Counter(dict.fromkeys((*names, "to_write", "queued", "bounced", "no_address"), 0))
    for one in found:
        deposit, step, pending = one["deposit"], one["step"], one["pending"]
        handed_in = step in ("deposited", "accepted")
        total["members"] += 1
        total["sent"] += one["invited_at"] is not None
        total["opened"] += one["opened_at"] is not None or bool(deposit and deposit["by_link"])
        total["deposited"] += handed_in
        total["valid"] += handed_in and deposit["badge"] == "valid"
        total["accepted"] += step == "accepted"
        total["to_accept"] += step == "deposited"
        total["published"] += step == "published"
        total["chase"] += pending == REMIND
        total["to_write"] += pending == WRITE
        total["queued"] += one["mail"]["state"] == MailState.QUEUED.value
        total["bounced"] += is_returned(one)
        total["no_address"] += pending == NO_ADDRESS
    return {name: int(number) for name, number in total.items()}


def is_returned(one: dict[str, Any]) -> bool:
    """Whether the last message did not arrive, and a file is still awaited."""
    return bool(one["pending"]) and one["mail"]["state"] in (MailState.BOUNCED.value, MailState.FAILED.value)
