"""A file that speaks of several local authorities: whose its rows are, one deposit for each, what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ckan import model
from ckan.plugins import toolkit as tk
from flask import Blueprint

from ckanext.odl import territory
from ckanext.odl.deposit import letters
from ckanext.odl.language import language
from ckanext.odl.logic import collectivite
from ckanext.odl.views import csrf, deposit_pages
from ckanext.odl.views.deposit_pages import context, find, frame

odl_deposit_split = Blueprint("odl_deposit_split", __name__, url_prefix="/odl/depot")
csrf.protect(odl_deposit_split)

#: Rows of each table that a page shows.
_PER_PAGE = 100
#: Of a SIRET, what names the organization.
_SIREN = 9


@odl_deposit_split.route("/<id>/partager", methods=["GET", "POST"])
def share(id: str) -> Any:
    """Who gets which rows; afterwards, what each made of them."""
    deposit = find(id)
    offered = offer(deposit)
    if offered is None:
        return tk.redirect_to("odl_deposit.read", id=id)
    if tk.request.method == "GET":
        return tk.render("odl/deposit/split.html", _page(deposit, offered))
    try:
        texts = {name: tk.request.form.get(name, "") for name in letters.PART_TEXTS}
        done = _call(deposit, offered, tell=bool(tk.request.form.get("tell")), texts=texts)
    except tk.ValidationError as error:
        words = " ".join(deposit_pages.sentences(error.error_dict))
        refusal = {"errors": {"column": words}, "problems": [{"label": "", "anchor": "odl-share", "text": words}]}
        typed = {"texts": {**texts}, "is_told": bool(tk.request.form.get("tell")), "words_open": True}
        return tk.render("odl/deposit/split.html", {**_page(find(id), offered), **refusal, **typed}), 422
    if done["queued"]:
        tk.h.flash_success(tk._("The first deposits are ready. The portal prepares the others one after the other."))
    return tk.redirect_to("odl_deposit_split.share", id=id)


def offer(deposit: Mapping[str, Any]) -> dict[str, Any] | None:
    """How many local authorities a file names, and in which ``column``; None when it is not one to be shared out.

    It is when it names two at least and is brought by an organization that supports others.
    """
    owners = deposit["owners"]
    if not owners or deposit["split_of"]:
        return None
    length = _SIREN if owners["kind"] == "siret" else None
    count = len({str(value)[:length] for value, _rows in owners["values"]})
    organization = model.Group.get(deposit["organization"]["id"])
    if count < 2 or organization is None:
        return None
    if not collectivite.is_atd(organization) and not collectivite.children(organization):
        return None
    return {"count": count, "column": owners["column"], "heading": owners["heading"], "rest": owners.get("rest") or 0}


def _call(deposit: Mapping[str, Any], offered: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return tk.get_action("odl_deposit_split")(context(), {"id": deposit["id"], "column": offered["column"], **more})


def _page(deposit: dict[str, Any], offered: Mapping[str, Any]) -> dict[str, Any]:
    found = _call(deposit, offered, dry_run=True)
    parts = [{**part, **_standing(part)} for part in found["parts"]]
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
    body = territory.commune(code) if len(code) < _SIREN else territory.by_siren(code[:_SIREN])
    return body.label if body else ""
