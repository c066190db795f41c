"""Links by which one organization brings the file of one model without an account.

A token is 256 bits derived from the link's id under the portal's own secret, so it stands nowhere: the database holds
its SHA-256 alone, and a reminder can carry the same address again. A link that is revoked, past its day, or of a
campaign that is over is dead for everything.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
from typing import Any, NamedTuple
from uuid import uuid4

import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ckanext.odl.model import Campaign, CampaignState, DepositLink
from ckanext.odl.model.validation import clock

#: Days after the asked one on which a link still works: who is late is not turned away at the door.
GRACE_DAYS = 14
_SECRETS = ("SECRET_KEY", "beaker.session.secret")
_LONGEST_TOKEN = 100


class Found(NamedTuple):
    """A link and why it is dead: ``revoked``, ``expired``, ``closed``, ``gone``; "" when it works."""

    link: DepositLink
    dead: str


def token_of(link_id: str) -> str:
    """Return the token of a link, 43 characters for an address."""
    secret = next((str(tk.config[name]) for name in _SECRETS if tk.config.get(name)), "")
    if not secret:
        raise RuntimeError("the portal has no SECRET_KEY")
    digest = hmac.new(secret.encode(), f"odl deposit link {link_id}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def hash_of(token: str) -> str:
    """Return what the database knows of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def address(link_id: str) -> str:
    """Return the address of a link, with the portal's own host."""
    return tk.url_for("odl_deposit_link.read", token=token_of(link_id), _external=True, locale="default")


def today() -> dt.date:
    """Return the day by the database's clock in the portal's time zone."""
    moment = model.Session.execute(sa.select(clock())).scalar_one()
    return moment.astimezone(tk.h.get_display_timezone()).date()


def create(session: Session, campaign: Campaign, organization_id: str, by: str | None) -> str:
    """Store a new link of a campaign for one of its members; returns its id."""
    id_ = str(uuid4())
    values = {
        "id": id_,
        "token_hash": hash_of(token_of(id_)),
        "atd_id": campaign.atd_id,
        "organization_id": organization_id,
        "campaign_id": campaign.id,
        "schema_id": campaign.schema_id,
        "schema_version": campaign.schema_version,
        "period": campaign.period,
        "created_by": by,
        "created_at": clock(),
        "expires_on": campaign.due_on + dt.timedelta(days=GRACE_DAYS),
    }
    session.execute(insert(DepositLink.__table__).values(**values))
    return id_


def find(token: str) -> Found | None:
    """Return the link of a token, None when there is none; looked for by its hash, which tells nothing by its time."""
    if not token or len(token) > _LONGEST_TOKEN or not token.isascii():
        return None
    wanted = sa.select(DepositLink).where(DepositLink.token_hash == hash_of(token))
    # as it is now, whatever this session knew of it: a revoked link is dead at once
    link = model.Session.scalars(wanted.execution_options(populate_existing=True)).first()
    return Found(link, death(link)) if link is not None else None


def death(link: DepositLink) -> str:
    """Return why a link is dead, "" when it works."""
    organization = model.Group.get(link.organization_id)
    if organization is None or organization.state != model.State.ACTIVE:
        return "gone"
    if link.revoked_at is not None:
        return "revoked"
    campaign = model.Session.get(Campaign, link.campaign_id, populate_existing=True) if link.campaign_id else None
    if campaign is not None and campaign.state != CampaignState.OPEN.value:
        return "closed"
    return "expired" if link.expires_on < today() else ""


def opened(session: Session, link_id: str) -> None:
    """Note that somebody opened a link, the first time and the last."""
    table = DepositLink.__table__
    moment = {"opened_at": sa.func.coalesce(table.c.opened_at, clock()), "used_at": clock()}
    session.execute(sa.update(table).where(table.c.id == link_id).values(**moment))


def revoke(session: Session, link_ids: list[str], by: str | None) -> int:
    """Kill links; returns how many were alive."""
    table = DepositLink.__table__
    statement = sa.update(table).where(table.c.id.in_(link_ids), table.c.revoked_at.is_(None))
    result: Any = session.execute(statement.values(revoked_at=clock(), revoked_by=by))
    return result.rowcount


def prolong(session: Session, campaign_id: str, due_on: dt.date) -> None:
    """Move the last day of the links of a campaign with its day."""
    table = DepositLink.__table__
    last = due_on + dt.timedelta(days=GRACE_DAYS)
    session.execute(sa.update(table).where(table.c.campaign_id == campaign_id).values(expires_on=last))
