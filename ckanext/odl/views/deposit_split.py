"""A file that speaks of several local authorities: one deposit for each, or one file that names them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ckan import model
from ckan.plugins import toolkit as tk
from flask import Blueprint

from ckanext.odl import territory
from ckanext.odl.deposit import letters
from ckanext.odl.deposit.owners import body_of
from ckanext.odl.language import language
from ckanext.odl.logic.deposit import covering
from ckanext.odl.views import csrf, deposit_pages
from ckanext.odl.views.deposit_pages import context, find, frame

odl_deposit_split = Blueprint("odl_deposit_split", __name__, url_prefix="/odl/depot")
csrf.protect(odl_deposit_split)

#: Rows of each table that a page shows.
_PER_PAGE = 100
#: Signs of an INSEE code; the others are longer.
_INSEE = 5


@odl_deposit_split.route("/<id>/partager", methods=["GET", "POST"])
def share(id: str) -> Any:
    """Whose the rows are; one deposit for each or one file with their names; afterwards, what each made of it."""
    deposit = find(id)
    offered = offer(deposit)
    if offered is None:
        return tk.redirect_to("odl_deposit.read", id=id)
    if tk.request.method == "GET":
        return tk.render("odl/deposit/split.html", _page(deposit, offered))
    try:
        return _share(deposit, offered, tk.request.form)
    except tk.ValidationError as error:
        words = " ".join(deposit_pages.sentences(error.error_dict))
        refusal = {"errors": {"how": words}, "problems": [{"label": "", "anchor": "odl-share", "text": words}]}
        typed = {"texts": _texts(tk.request.form), "is_told": bool(tk.request.form.get("tell")), "words_open": True}
        return tk.render("odl/deposit/split.html", {**_page(find(id), offered), **refusal, **typed}), 422


def _texts(form: Mapping[str, str]) -> dict[str, str]:
    """What the mail to each says, as it was typed."""
    return {name: form.get(name, "") for name in letters.PART_TEXTS}


def _share(deposit: dict[str, Any], offered: Mapping[str, Any], form: Mapping[str, str]) -> Any:
    how = form.get("how", "")
    if how == "one":
        deposit_pages.update(deposit, covers=True)
        return tk.redirect_to(deposit_pages.next_page(find(deposit["id"])))
    if how != "each":
        raise tk.ValidationError({"how": [tk._("Choose one of the two.")]})
    done = _call(deposit, offered, tell=bool(form.get("tell")), texts=_texts(form))
    if done["queued"]:
        tk.h.flash_success(tk._("The first deposits are ready. The portal prepares the others one after the other."))
    return tk.redirect_to("odl_deposit_split.share", id=deposit["id"])


@odl_deposit_split.route("/<id>/sans-refus", methods=["POST"])
def leave_out(id: str) -> Any:
    """Make the file without the rows of those who refuse; it is then read over and published like any other."""
    deposit = find(id)
    try:
        made = tk.get_action("odl_deposit_leave_out")(context(), {"id": deposit["id"]})
    except tk.ValidationError as error:
        tk.h.flash_error(" ".join(deposit_pages.sentences(error.error_dict)))
        return tk.redirect_to("odl_deposit.read", id=id)
    tk.h.flash_success(tk._("Here is the file without these rows. Read it over, then publish it."))
    return tk.redirect_to("odl_deposit.read", id=made["id"])


def offer(deposit: Mapping[str, Any]) -> dict[str, Any] | None:
    """How many local authorities a file names, and in which ``column``; None when it is not one to be shared out.

    It is when it names two at least and is brought by an organization that supports others.
    """
    owners = deposit["owners"]
    if not owners or deposit["split_of"]:
        return None
    count = len({body_of(value) for value, _rows in owners["values"]})
    organization = model.Group.get(deposit["organization"]["id"])
    if count < 2 or organization is None or not covering.may_name(organization):
        return None
    return {"count": count, "column": owners["column"], "heading": owners["heading"], "rest": owners.get("rest") or 0}


def _call(deposit: Mapping[str, Any], offered: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return tk.get_action("odl_deposit_split")(context(), {"id": deposit["id"], "column": offered["column"], **more})


def _page(deposit: dict[str, Any], offered: Mapping[str, Any]) -> dict[str, Any]:
    found = _call(deposit, offered, dry_run=True)
    names = deposit["covers"] or {}
    refuse = {one["name"] for one in names.get("members") or () if one["state"] == "refused"}
    parts = [{**part, **_standing(part), "refuses": part["organization"] in refuse} for part in found["parts"]]
    todo = sum(1 for part in parts if part["deposit"] is None)
    pages = max(1, -(-len(parts) // _PER_PAGE))
    page = min(max(1, tk.request.args.get("page", 1, type=int)), pages)
    left = [{**one, "label": _label(str(one["value"])), "words": _why_left(one["why"])} for one in found["left"]]
    return {
        **frame(deposit, "read"),
        "offered": offered,
        "parts": parts[(page - 1) * _PER_PAGE : page * _PER_PAGE],
        "total": len(parts),
        "todo": todo,
        "texts": {name: letters.default(name, tk.config["ckan.locale_default"]) for name in letters.PART_TEXTS},
        "text_places": letters.PART_PLACES,
        "is_told": True,
        "words_open": False,
        "is_begun": todo < len(parts),
        "is_open": not deposit_pages.is_over(deposit),
        "names": names,
        "how": "one" if names else "",
        "page": page,
        "pages": pages,
        "left": left[:_PER_PAGE],
        "left_total": len(left),
        "left_rows": sum(one["rows"] for one in left),
    }


def _standing(part: Mapping[str, Any]) -> dict[str, str]:
    """The word for a part, and more of it."""
    state = part["state"]
    if state is None:
        return {"key": "todo", "word": tk._("not prepared yet")}
    if state == "published":
        return {"key": "published", "word": tk._("published by them")}
    if state == "abandoned":
        return {"key": "refused", "word": tk._("refused by them")}
    if part["reason"] == "acceptance":
        return {"key": "waiting", "word": tk._("waits for their answer"), "told": _told(part["letter"])}
    return {"key": "draft", "word": tk._("being prepared by them")}


def _told(letter: Mapping[str, Any] | None) -> str:
    """Whether they know of it: the message left, or why it did not."""
    if letter is None:
        return tk._("No message was sent: tell them yourself.")
    if letter["state"] == "sent":
        return tk._("Told by e-mail.")
    why = letters.failure(letter["why"], language())
    if letter["state"] == "queued":
        return why or tk._("The message is leaving.")
    return tk._("{why} Tell them yourself.").format(why=why)


def _why_left(why: str) -> str:
    if why == "rights":
        return tk._("not among those you support")
    return tk._("no local authority of this portal has this code")


def _label(code: str) -> str:
    """The name of whom a code is, empty when the reference does not know it."""
    body = territory.by_siren(body_of(code)) if len(code) > _INSEE else territory.commune(code)
    return body.label if body else ""
