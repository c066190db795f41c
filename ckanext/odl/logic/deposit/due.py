"""What goes on by itself: deposits whose day has come, and those whose check ended after their call was answered.

Each is published in the name of who ordered it, with the rights that this account has now, and judged again. What
cannot be published waits and says why; it is not tried again before somebody gives a new order. Run twice, or by two at
once, each deposit is published once.
"""

from __future__ import annotations

import logging
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk
from sqlalchemy.orm import Session

from ckanext.odl.intake import own_session
from ckanext.odl.language import language
from ckanext.odl.logic.deposit import holding, publishing, staging
from ckanext.odl.logic.deposit.access import Actor, alone_with, may_publish_for
from ckanext.odl.logic.deposit.blocking import SCHEDULED
from ckanext.odl.logic.deposit.facts import gather
from ckanext.odl.logic.deposit.notes import MISSED
from ckanext.odl.model import Deposit, DepositEvent, DepositState, State, Validation

log = logging.getLogger(__name__)

#: Deposits taken up by one sweep.
SWEEP_LIMIT = 200
_REFUSALS = (tk.ValidationError, tk.NotAuthorized, tk.ObjectNotFound)


def sweep() -> dict[str, int]:
    """Publish what is due, take away what no form came back for. To be run every minute.

    :returns: how many deposits were ``published``, could not be (``missed``), and files of forms taken away (``forms``)
    """
    with own_session() as session:
        planned, checked, forms = _planned(session), _checked(session), staging.sweep(session)
    outcomes = [_publish(id_, _publish_planned) for id_ in planned]
    outcomes += [_publish(id_, _publish_checked) for id_ in checked]
    return {"published": outcomes.count(True), "missed": outcomes.count(False), "forms": forms}


def _planned(session: Session) -> list[str]:
    """The deposits whose day has come, by the database's calendar."""
    table = Deposit.__table__
    due = (
        table.c.state == DepositState.WAITING.value,
        table.c.reason == SCHEDULED,
        table.c.publish_on <= sa.func.current_date(),
    )
    return _ids(session, sa.select(table.c.id).where(*due))


def _checked(session: Session) -> list[str]:
    """The deposits that waited for their check only, which has ended."""
    table, check = Deposit.__table__, Validation.__table__
    over = (
        sa.select(table.c.id)
        .join(
            check,
            sa.and_(
                check.c.resource_id == table.c.file_id,
                check.c.schema_id == table.c.schema_id,
                check.c.schema_version == table.c.schema_version,
            ),
        )
        .where(
            table.c.state == DepositState.WAITING.value,
            table.c.reason == holding.CHECK,
            check.c.state.not_in([State.WAITING.value, State.RUNNING.value]),
        )
    )
    return _ids(session, over)


def _ids(session: Session, statement: Any) -> list[str]:
    found = list(session.scalars(statement.order_by(Deposit.__table__.c.updated_at).limit(SWEEP_LIMIT)))
    session.rollback()
    return found


def _publish(deposit_id: str, publish: Any) -> bool | None:
    """Whether a deposit was published; None when there was nothing to do, or nothing could be tried."""
    try:
        return publish(deposit_id)
    except Exception:  # the database, the storage or the search is away: the next sweep tries again
        model.Session.rollback()
        log.exception("Deposit %s could not be published now", deposit_id)
        return None


def _publish_planned(deposit_id: str) -> bool | None:
    order = _order(deposit_id)
    user = _account(order.user_id if order else None)
    if order is None or user is None or not may_publish_for(user.name, _organization_of(deposit_id)):
        return _miss(deposit_id, SCHEDULED, "rights", user)
    asked = {name: value for name, value in (order.detail or {}).items() if name in _ORDERED and value}
    try:
        found = tk.get_action("odl_deposit_publish")(_context(user), {"id": deposit_id, **asked})
    except tk.NotAuthorized:
        return _miss(deposit_id, SCHEDULED, "rights", user)
    except tk.ObjectNotFound:
        return _miss(deposit_id, SCHEDULED, "refused", user)
    except tk.ValidationError as error:
        return _miss(deposit_id, SCHEDULED, "refused", user, fields=sorted(error.error_dict))
    if found["state"] == DepositState.PUBLISHED.value:
        return True
    return _miss(deposit_id, found["reason"] or "", "report", user)


_ORDERED = ("visibility", "approved_by", *publishing.CONFIRMED)


def _publish_checked(deposit_id: str) -> bool | None:
    with alone_with(deposit_id) as deposit:
        if deposit.state != DepositState.WAITING.value or deposit.reason != holding.CHECK:
            return None
        user = _account(deposit.owner_id)
        if user is None or not may_publish_for(user.name, deposit.organization_id):
            return _miss(deposit_id, holding.CHECK, "rights", user)
        context = _context(user)
        facts = gather(context, deposit, "en" if language() == "en" else "fr")
        why = holding.verdict(facts)
        if why == "checking":
            return None
        if why:
            return _miss(deposit_id, holding.CHECK, "report", user, why=why)
        try:
            publishing.into_place(facts, dict(deposit.resource))
        except tk.NotAuthorized:
            return _miss(deposit_id, holding.CHECK, "rights", user)
        except _REFUSALS as error:
            fields = sorted(error.error_dict) if isinstance(error, tk.ValidationError) else []
            return _miss(deposit_id, holding.CHECK, "refused", user, fields=fields)
        session = model.Session()
        holding.published(session, deposit_id, Actor(user.id))
        session.commit()
        return True


def _order(deposit_id: str) -> Any:
    """The line of history by which a deposit was planned last: who, and for what."""
    table = DepositEvent.__table__
    planned = (
        table.c.deposit_id == deposit_id,
        table.c.what == "waiting",
        table.c.detail["reason"].astext == SCHEDULED,
    )
    return model.Session.scalars(sa.select(DepositEvent).where(*planned).order_by(table.c.id.desc()).limit(1)).first()


def _account(user_id: str | None) -> Any:
    user = model.User.get(user_id) if user_id else None
    return user if user is not None and user.state == model.State.ACTIVE else None


def _organization_of(deposit_id: str) -> str:
    deposit = model.Session.get(Deposit, deposit_id)
    return deposit.organization_id if deposit else ""


def _context(user: Any) -> Any:
    return {"user": user.name, "auth_user_obj": user, "ignore_auth": False}


def _miss(deposit_id: str, reason: str, code: str, user: Any, **detail: Any) -> bool:
    """Let a deposit wait for a person, and write down why. What somebody changed meanwhile stays as it is."""
    model.Session.rollback()
    table = Deposit.__table__
    with own_session() as session:
        session.execute(
            sa.update(table)
            .where(table.c.id == deposit_id, table.c.state == DepositState.WAITING.value, table.c.reason == reason)
            .values(
                reason=holding.REPORT if reason == holding.CHECK else reason,
                publish_on=None,
                updated_at=sa.func.clock_timestamp(),
            )
        )
        DepositEvent.add(session, deposit_id, MISSED, user_id=user.id if user else None, code=code, **detail)
        session.commit()
    model.Session.expire_all()
    return False
