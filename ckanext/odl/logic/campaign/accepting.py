"""Publish what members handed in: asked for many at once, done one by one with the rights of who asked."""

from __future__ import annotations

import logging
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk
from sqlalchemy.orm import Session

from ckanext.odl.model import Campaign, CampaignMember, Deposit, DepositState
from ckanext.odl.model.validation import clock

from . import following

log = logging.getLogger(__name__)


def ask(session: Session, campaign: Campaign, organization_ids: list[str], by: str) -> int:
    """Have the deposits of these members published; returns how many wait for it now."""
    member = CampaignMember.__table__
    statement = sa.update(member).where(
        member.c.campaign_id == campaign.id, member.c.organization_id.in_(organization_ids)
    )
    values = {"accept_asked_by": by, "accept_asked_at": clock(), "accept_problem": ""}
    result: Any = session.execute(statement.values(**values))
    return result.rowcount


def next_acceptance(session: Session) -> bool:
    """Publish the next deposit; False when none waits. The row of the member stays locked until it is done."""
    member = CampaignMember.__table__
    statement = (
        sa.select(member)
        .where(member.c.accept_asked_by.is_not(None))
        .order_by(member.c.accept_asked_at, member.c.organization_id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = session.execute(statement).first()
    if row is None:
        session.commit()
        return False
    problem = _publish(session, row)
    keys = (member.c.campaign_id == row.campaign_id, member.c.organization_id == row.organization_id)
    session.execute(sa.update(member).where(*keys).values(accept_asked_by=None, accept_problem=problem))
    session.commit()
    return True


def waiting(session: Session) -> bool:
    """Whether something waits to be published."""
    member = CampaignMember.__table__
    return bool(session.scalar(sa.select(sa.exists().where(member.c.accept_asked_by.is_not(None)))))


def _publish(session: Session, row: Any) -> str:
    """Publish what one member handed in; returns why not, "" when it is done."""
    campaign = session.get(Campaign, row.campaign_id)
    user = model.User.get(row.accept_asked_by)
    if campaign is None or user is None or user.state != model.State.ACTIVE:
        return tk._("The account that accepted is no longer there.")
    found = following.members(campaign, tk.config["ckan.locale_default"], [row.organization_id])
    deposit = found[0]["deposit"] if found else None
    if deposit is None or deposit["state"] != DepositState.WAITING.value:
        return ""
    if found[0]["step"] != "deposited":
        return ""
    if _updated_at(deposit["id"]) > row.accept_asked_at:
        return tk._("Its file changed after you accepted it. Read it over, then accept again.")
    order = {"id": deposit["id"], "approved_by": user.display_name, "despite_problems": deposit["badge"] != "valid"}
    try:
        context: Any = {"user": user.name, "auth_user_obj": user}
        done = tk.get_action("odl_deposit_publish")(context, order)
    except (tk.NotAuthorized, tk.ObjectNotFound):
        model.Session.rollback()
        return tk._("Your account may not publish for this local authority.")
    except tk.ValidationError as refusal:
        model.Session.rollback()
        return " ".join(_sentences(refusal))[:1000]
    except Exception:
        model.Session.rollback()
        log.exception("The deposit %s cannot be published", deposit["id"])
        return tk._("It could not be published for a reason that is ours. Try again; if that fails, tell us.")
    waits = model.Session.get(Deposit, deposit["id"])
    return tk._("It waits for its day.") if done["state"] != DepositState.PUBLISHED.value and waits else ""


def _sentences(refusal: tk.ValidationError) -> list[str]:
    found = [words if isinstance(words, list) else [words] for words in refusal.error_dict.values()]
    return [str(word) for words in found for word in words]


def _updated_at(deposit_id: str) -> Any:
    table = Deposit.__table__
    return model.Session.scalar(sa.select(table.c.updated_at).where(table.c.id == deposit_id))
