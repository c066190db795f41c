"""Files in preparation, as the page of their dataset tells of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from ckan.plugins import toolkit as tk

from ckanext.odl.language import language
from ckanext.odl.logic.deposit import access, drafts, gate, showing
from ckanext.odl.model import Deposit, Place
from ckanext.odl.model.deposit import OPEN_STATES

from .path import odl_iso_day

#: Files named on the page of a dataset; its deposits are listed in full elsewhere.
_MOST = 20


def odl_preparation(package: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the deposits that are on their way to a dataset, for those who publish there; to all others, none."""
    user, owner = getattr(tk.current_user, "name", None), package.get("owner_org")
    if not owner or not access.may_publish_for(user, owner):
        return []
    table = Deposit.__table__
    condition = sa.and_(
        table.c.package_id == package["id"],
        table.c.organization_id == owner,
        table.c.state.in_(OPEN_STATES),
        table.c.place.in_([Place.FILE.value, Place.REPLACE.value]),
    )
    context: Any = {"user": user, "auth_user_obj": tk.current_user}
    return showing.listing(context, condition, 0, _MOST, "en" if language() == "en" else "fr")["results"]


def odl_draft_url(package: Mapping[str, Any]) -> str:
    """Return where what was published as a draft is made public: the first page that still asks something.

    Empty for a dataset that no deposit made, or that is public, and for who does not publish there.
    """
    user, owner = getattr(tk.current_user, "name", None), package.get("owner_org")
    if not package.get("private") or not owner or not access.may_publish_for(user, owner):
        return ""
    there = [deposit for deposit in drafts.of(package["id"]) if deposit.organization_id == owner]
    if not there or package.get("state") != "active":
        return ""
    context: Any = {"user": user, "auth_user_obj": tk.current_user}
    left = gate.unsettled(context, package["id"])
    if left:
        return gate.address(left[0].deposit.id, left[1], external=False)
    return tk.url_for("odl_deposit_form.publish", id=there[0].id)


def odl_preparation_words(deposit: Mapping[str, Any]) -> str:
    """Return in a few words why a file is not published yet."""
    if deposit["reason"] == "scheduled" and deposit["publish_on"]:
        day = odl_iso_day(deposit["publish_on"])
        return tk._("to be published on {day}").format(day=day.words if day else "")
    return {
        "check": tk._("being checked"),
        "privacy": tk._("personal data to look at"),
        "report": tk._("waits to be corrected"),
        "acceptance": tk._("waits to be accepted"),
        "scheduled": tk._("waits for you"),
    }.get(deposit["reason"] or "", tk._("in preparation"))
