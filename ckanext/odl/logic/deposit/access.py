"""Whose a deposit is, who acts on it, and one at a time.

Deposits belong to an organization: those who publish there see and change them, and so do, by CKAN's role cascade, the
staff of the structure above. Who came by a link (``context["odl_link"]``, its id, set by the page of the link once it
is proven) reaches the deposits of that link and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from ckan import authz, model
from ckan.plugins import toolkit as tk
from ckan.types import Context

from ckanext.odl.intake import own_session
from ckanext.odl.model import Deposit

LINK = "odl_link"
_PERMISSION = "create_dataset"


@dataclass(frozen=True)
class Actor:
    """Who does something: an account, a link, or (neither) the portal itself."""

    user_id: str | None = None
    link_id: str | None = None
    user_name: str | None = None

    def columns(self) -> dict[str, Any]:
        """The same as columns of an event."""
        return {"user_id": self.user_id, "link_id": self.link_id}


def actor(context: Context) -> Actor:
    """Who calls."""
    link: Any = context.get(LINK)
    if link:
        return Actor(link_id=link)
    user = model.User.get(context.get("user")) if context.get("user") else None
    return Actor(user.id, user_name=user.name) if user else Actor()


def may_publish_for(user_name: str | None, organization_id: str) -> bool:
    """Whether an account publishes for an organization, and so sees its deposits."""
    return bool(user_name) and authz.has_user_permission_for_group_or_org(organization_id, user_name, _PERMISSION)


def may_reach(context: Context, deposit: Deposit) -> bool:
    """Whether the caller may see and change a deposit."""
    if context.get("ignore_auth"):
        return True
    link: Any = context.get(LINK)
    if link:
        return deposit.link_id == link
    return may_publish_for(context.get("user"), deposit.organization_id)


def find(id_: str | None) -> Deposit:
    """The deposit of this id.

    :raises ObjectNotFound: there is none
    """
    deposit = model.Session.get(Deposit, id_) if id_ else None
    if deposit is None or deposit.file_id is None:  # its first file never arrived
        raise tk.ObjectNotFound(tk._("There is no such deposit."))
    return deposit


def check(action: str, context: Context, data_dict: dict[str, Any]) -> None:
    """Check access; what one may not see does not exist.

    :raises ObjectNotFound: also where CKAN would answer that it is not authorized
    """
    try:
        tk.check_access(action, context, data_dict)
    except tk.NotAuthorized:
        if "organization" in data_dict:  # the words of an organization that does not exist
            raise tk.ObjectNotFound(tk._("There is no such local authority.")) from None
        raise tk.ObjectNotFound(tk._("There is no such deposit.")) from None


def organizations_for(user_name: str | None) -> list[dict[str, Any]]:
    """The organizations for which an account may deposit: ``id``, ``name``, ``title``."""
    if not user_name:
        return []
    found = tk.get_action("organization_list_for_user")(
        {"user": user_name}, {"permission": _PERMISSION, "include_dataset_count": False}
    )
    return [{key: one.get(key) for key in ("id", "name", "title")} for one in found]


@contextmanager
def alone_with(deposit_id: str) -> Iterator[Deposit]:
    """Nobody else changes the deposit inside: two clicks at once come one after the other.

    The lock is held by a session of its own, since CKAN's actions commit that of the request. What is read inside is
    read after the lock.
    """
    with own_session() as session:
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(f"deposit {deposit_id}", 0))))
        model.Session.rollback()
        model.Session.expire_all()
        yield find(deposit_id)
