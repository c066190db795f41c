"""What comes by a link: one deposit at a time, handed in to the structure, public only once somebody accepts it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.odl.logic.deposit import access, bringing, publishing
from ckanext.odl.model import Deposit, DepositLink, DepositState

ACCEPTANCE = "acceptance"


def context(link: DepositLink) -> Any:
    """The context of an action called by who came by a link: no account, whoever is logged in."""
    return {"user": "", access.LINK: link.id}


def current(link: DepositLink) -> str | None:
    """The id of the deposit of a link, the latest that was not given up."""
    statement = (
        sa.select(Deposit.id)
        .where(
            Deposit.link_id == link.id,
            Deposit.state != DepositState.ABANDONED.value,
            Deposit.file_id.is_not(None),
        )
        .order_by(Deposit.created_at.desc())
        .limit(1)
    )
    return model.Session.scalar(statement)


def bring(link: DepositLink, upload: Any, language: str) -> str:
    """Bring the file of a link: the first one, or another in its place while nothing is published.

    :returns: the id of the deposit
    :raises ValidationError: no file, or one that is not taken
    """
    given = {"upload": upload} if getattr(upload, "filename", "") else {}
    present = current(link)
    if present:
        tk.get_action("odl_deposit_file_add")(context(link), {"id": present, "language": language, **given})
        return present
    schema = f"{link.schema_id}@{link.schema_version}" if link.schema_version else link.schema_id
    data = {"organization": link.organization_id, "schema": schema, "language": language, **given}
    made = tk.get_action("odl_deposit_create")(context(link), data)["id"]
    Deposit.put(model.Session(), made, campaign_id=link.campaign_id)
    model.Session.commit()
    if link.period:
        period = {"resource": {"odl_period": link.period}}
        tk.get_action("odl_deposit_update")(context(link), {"id": made, "language": language, **period})
    return made


def hand_in(link: DepositLink, deposit_id: str) -> None:
    """Say that the file is ready to be read by the structure; called twice, it is done once."""
    with access.alone_with(deposit_id) as deposit:
        if not access.may_reach(context(link), deposit):
            raise tk.ObjectNotFound(tk._("There is no such deposit."))
        bringing.must_be_open(deposit)
        publishing.wait(deposit, ACCEPTANCE, access.actor(context(link)), {"visibility": "public"})
