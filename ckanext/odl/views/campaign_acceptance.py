"""What is about to be published, read before it is: nothing becomes public by one click in a list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.odl.language import language
from ckanext.odl.logic.campaign import following, reviewing
from ckanext.odl.model import Campaign


def page(group: Any, found: Mapping[str, Any], ticked: list[str], problem: str = "") -> dict[str, Any]:
    """What the page of confirmation shows.

    :param ticked: ids of the members that were chosen; empty for all, of which those without a reservation are ticked
    """
    campaign = model.Session.get(Campaign, found["id"])
    rows = reviewing.review(campaign, language(), ticked or None) if campaign else []
    offered = [
        {**row, "is_ticked": bool(ticked) or following.is_plain(row["deposit"])}
        for row in rows
        if not row["impossible"] and not row["accepting"]
    ]
    offered.sort(key=lambda row: not row["is_ticked"])
    return {
        "atd": group,
        "campaign": found,
        "rows": offered,
        "left": [row for row in rows if row["impossible"]],
        "plain": sum(1 for row in offered if not row["warnings"]),
        "with_warnings": sum(1 for row in offered if row["warnings"]),
        "problem": problem,
    }


def chosen(found: Mapping[str, Any], values: list[str]) -> tuple[list[str], bool]:
    """The members whose files were ticked, and whether each is still the file that was shown.

    :param values: ``id of the member:id of the file`` each, as the page writes them
    """
    files = {row["organization"]["id"]: row["deposit"]["file_id"] for row in found["members"] if row["deposit"]}
    wanted = {id_: file_id for id_, _, file_id in (value.partition(":") for value in values)}
    return list(wanted), all(files.get(id_) == file_id for id_, file_id in wanted.items())


def published(id_: str, found: Mapping[str, Any], values: list[str]) -> str:
    """Have the files that were ticked published; returns the sentence that says so.

    :raises ValidationError: none was ticked, or one is no longer the file that was shown
    """
    ids, is_same = chosen(found, values)
    if not ids:
        raise tk.ValidationError({"do": [tk._("Tick at least one file.")]})
    if not is_same:
        raise tk.ValidationError({"do": [tk._("A file changed meanwhile. Read the list over, then publish.")]})
    data = {"id": id_, "organizations": ids}
    count = tk.get_action("odl_campaign_accept")({"user": tk.current_user.name}, data)["accepted"]
    sentence = tk.ungettext("{n} file is being published.", "{n} files are being published.", count)
    return sentence.format(n=tk.h.odl_number(count))
