"""Where each member of a campaign stands: written to, opened, deposited, accepted, or to be chased."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.model.group import group_table

from ckanext.odl.deposit import letters
from ckanext.odl.model import (
    Campaign,
    CampaignMember,
    CampaignState,
    Deposit,
    DepositFile,
    DepositLink,
    DepositState,
    MailState,
)

_GROUP: Any = group_table
#: Where a member stands, from the last step back to the first; one word for each.
STEPS = ("accepted", "deposited", "begun", "opened", "sent", "queued", "bounced", "failed", "none")
#: Steps at which the structure waits for the member.
_NOTHING_HANDED_IN = ("begun", "opened", "sent", "bounced", "failed", "none")


def members(campaign: Campaign, language: str, organization_ids: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """Where the members of a campaign stand, by title, in four queries whatever their number.

    :returns: for each ``organization`` (``id``, ``name``, ``title``), ``email``, ``step`` (:data:`STEPS`), ``chase``
        (it is to be reminded), ``mail`` (``state``, ``kind``, ``why``, ``server``), moments (``invited_at``,
        ``reminded_at``, ``opened_at``, ``deposited_at``, ``accepted_at``: ISO or None), ``reminders``, ``link``
        (``alive``, ``revoked``, ``expires_on``, or None), ``deposit`` (``id``, ``state``, ``badge``, ``problems``, or
        None), ``package_id``, ``accepting``, ``problem``
    """
    rows = _rows(campaign, organization_ids)
    deposits = _deposits(campaign, [row.organization_id for row in rows])
    return [_member(campaign, row, deposits.get(row.organization_id), language) for row in rows]


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


def _deposits(campaign: Campaign, organization_ids: list[str]) -> dict[str, dict[str, Any]]:
    """The deposit that counts for each member: the furthest one, then the latest.

    One that an agent brought with an account, for the same model since the campaign began, counts as well.
    """
    if not organization_ids or campaign.opened_at is None:
        return {}
    deposit = Deposit.__table__
    is_ours = sa.or_(
        deposit.c.campaign_id == campaign.id,
        sa.and_(
            deposit.c.link_id.is_(None),
            deposit.c.schema_id == campaign.schema_id,
            deposit.c.created_at >= campaign.opened_at,
            sa.func.coalesce(deposit.c.resource["odl_period"].astext, campaign.period) == campaign.period,
        ),
    )
    statement = (
        sa.select(Deposit, DepositFile)
        .join(DepositFile, DepositFile.id == Deposit.file_id)
        .where(Deposit.organization_id.in_(organization_ids), is_ours, Deposit.state != DepositState.ABANDONED.value)
        .order_by(Deposit.updated_at)
    )
    pairs = [(row[0], row[1]) for row in model.Session.execute(statement)]
    found: dict[str, tuple[Deposit, DepositFile]] = {}
    for one, file in pairs:
        before = found.get(one.organization_id)
        if before is None or _far(one) >= _far(before[0]):
            found[one.organization_id] = (one, file)
    return _with_checks(list(found.values()))


def _far(deposit: Deposit) -> int:
    order = (DepositState.DRAFT.value, DepositState.PUBLISHED.value, DepositState.WAITING.value)
    return order.index(deposit.state)  # one that waits is looked at before one that is published already


def _with_checks(pairs: list[tuple[Deposit, DepositFile]]) -> dict[str, dict[str, Any]]:
    from ckanext.odl.logic.deposit import facts  # noqa: PLC0415 (beside us, and larger than what we need of it)

    checks = facts.checks(pairs)
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
            "by_link": deposit.link_id is not None,
            "file": file.name,
            "updated_at": deposit.updated_at,
            "published_at": deposit.published_at,
            "package_id": deposit.package_id,
        }
    return found


def _member(campaign: Campaign, row: Any, deposit: dict[str, Any] | None, language: str) -> dict[str, Any]:
    step = _step(row, deposit)
    is_open = campaign.state == CampaignState.OPEN.value
    handed_in = deposit is not None and deposit["state"] != DepositState.DRAFT.value
    return {
        "organization": {"id": row.organization_id, "name": row.name, "title": row.title or row.name},
        "email": row.email,
        "step": step,
        "chase": is_open and step in _NOTHING_HANDED_IN,
        "mail": {
            "state": row.mail_state,
            "kind": row.mail_kind,
            "why": letters.failure(row.mail_error or ("" if row.email else "no-address"), language),
            "server": row.mail_detail,
        },
        "invited_at": _iso(row.invited_at),
        "reminded_at": _iso(row.reminded_at),
        "reminders": row.reminders,
        "opened_at": _iso(row.opened_at),
        "deposited_at": _iso(deposit["updated_at"]) if deposit and handed_in else None,
        "accepted_at": _iso(deposit["published_at"]) if deposit else None,
        "link": _link(row),
        "deposit": {key: deposit[key] for key in ("id", "state", "reason", "badge", "problems", "by_link", "file")}
        if deposit
        else None,
        "package_id": deposit["package_id"] if deposit and deposit["published_at"] else None,
        "accepting": row.accept_asked_by is not None,
        "problem": row.accept_problem,
    }


def _step(row: Any, deposit: dict[str, Any] | None) -> str:
    if deposit is not None:
        words = {DepositState.PUBLISHED.value: "accepted", DepositState.WAITING.value: "deposited"}
        return words.get(deposit["state"], "begun")
    if row.opened_at is not None:
        return "opened"
    if row.mail_state in (MailState.BOUNCED.value, MailState.FAILED.value, MailState.QUEUED.value):
        return row.mail_state
    return "sent" if row.invited_at is not None else "none"


def _link(row: Any) -> dict[str, Any] | None:
    if row.link_id is None or row.expires_on is None:
        return None
    return {"revoked": row.revoked_at is not None, "expires_on": row.expires_on.isoformat()}


def _iso(moment: Any) -> str | None:
    return moment.isoformat() if moment is not None else None


def counts(found: list[dict[str, Any]]) -> dict[str, int]:
    """The figures of a campaign: ``members``, ``sent``, ``opened``, ``deposited``, ``valid``, ``accepted``, ``chase``,
    ``bounced`` (failed too), ``to_accept``, ``queued``; each counts all who came that far."""
    total = Counter({"members": len(found)})
    for one in found:
        deposit = one["deposit"]
        handed_in = one["step"] in ("deposited", "accepted")
        total["sent"] += one["invited_at"] is not None
        total["opened"] += one["opened_at"] is not None or handed_in
        total["deposited"] += handed_in
        total["valid"] += handed_in and deposit["badge"] == "valid"
        total["accepted"] += one["step"] == "accepted"
        total["to_accept"] += one["step"] == "deposited"
        total["chase"] += one["chase"]
        total["bounced"] += one["mail"]["state"] in (MailState.BOUNCED.value, MailState.FAILED.value)
        total["queued"] += one["mail"]["state"] == MailState.QUEUED.value
        total["no_address"] += not one["email"]
    names = ("members", "sent", "opened", "deposited", "valid", "accepted", "to_accept", "chase", "bounced", "queued")
    return {name: int(total[name]) for name in (*names, "no_address")}
