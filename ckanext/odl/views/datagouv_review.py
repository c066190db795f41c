"""The datasets found on data.gouv.fr that await a decision: bring in, refuse for good, or "it is this one of ours"."""

from __future__ import annotations

from typing import Any

from ckan import model
from ckan.plugins import toolkit as tk
from flask import Blueprint, make_response

from ckanext.odl.views import csrf, datagouv_sums
from ckanext.odl.views.datagouv import atd_of, context, nothing, page_asked, refused

odl_datagouv_review = Blueprint("odl_datagouv_review", __name__, url_prefix="/odl/atd/<name>/data-gouv/a-examiner")
csrf.protect(odl_datagouv_review)

_PER_PAGE = 20
_DECISIONS = ("accept", "ignore", "reconsider")
#: Datasets of ours proposed when one looks for the right one.
_CHOICES = 20


@odl_datagouv_review.route("", methods=["GET", "POST"])
def read(name: str) -> Any:
    """The list, with its filters in the address; a POST decides about one or several."""
    atd = atd_of(name)
    if tk.request.method == "GET":
        return _list(atd)
    form = tk.request.form
    # The button of one dataset says which one: "accept:<id>"; those below the list are about what is ticked.
    do, _colon, one = form.get("do", "").partition(":")
    ids = [one] if one else form.getlist("ids")
    if do == "twin":
        wanted = {"decision": "twin", "package_id": form.get(f"twin-{one}", "")}
        if not wanted["package_id"]:
            return _answer(atd, "", {one: [tk._("Choose first which of your datasets it is.")]})
    elif do in _DECISIONS:
        wanted = {"decision": do}
    else:
        tk.abort(400, tk._("The page did not say what to do. Please try again."))
    if not ids:
        return _answer(atd, "", {"ids": [tk._("Tick at least one dataset first.")]})
    return _decide(atd, ids, wanted)


def _decide(atd: model.Group, ids: list[str], wanted: dict[str, str]) -> Any:
    try:
        found = tk.get_action("odl_datagouv_review_decide")(context(), {"ids": ids, **wanted})["results"]
    except (tk.ObjectNotFound, tk.NotAuthorized):
        tk.abort(404, nothing())
    except tk.ValidationError as refusal:
        said = [one for some in datagouv_sums.sentences(refusal).values() for one in some]
        return _answer(atd, "", {ids[0] if len(ids) == 1 else "ids": said})
    message, problems = datagouv_sums.decided(wanted["decision"], found)
    return _answer(atd, message, problems)


def _is_htmx() -> bool:
    return tk.request.headers.get("HX-Request") == "true"


def _answer(atd: model.Group, message: str, problems: dict[str, list[str]]) -> Any:
    """The list again: the part that htmx asked for, or the page (a new one, unless something was refused)."""
    if _is_htmx():
        return make_response(_list(atd, message, problems, part=True))
    if message:
        tk.h.flash_success(message)
    if problems:
        return refused(_list(atd, "", problems))
    return tk.redirect_to("odl_datagouv_review.read", name=atd.name, **_given(_asked()))


def _asked() -> dict[str, str]:
    asked = {key: tk.request.values.get(key, "").strip() for key in ("q", "organization", "state")}
    if asked["state"] not in datagouv_sums.states():
        asked["state"] = ""
    return asked


def _given(asked: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in asked.items() if value}


def _list(
    atd: model.Group, message: str = "", problems: dict[str, list[str]] | None = None, *, part: bool = False
) -> str:
    asked = _asked()
    page = page_asked()
    found = _found(atd, asked, page)
    pages = max(1, -(-found["count"] // _PER_PAGE))
    if page > pages:
        page, found = pages, _found(atd, asked, pages)
    return tk.render(
        "odl/datagouv/review_part.html" if part else "odl/datagouv/review.html",
        {
            "atd": atd,
            "rows": found["results"],
            "count": found["count"],
            "asked": asked,
            "arguments": _given(asked),
            "filtered": bool(_given(asked)),
            "state": asked["state"] or "review",
            "states": datagouv_sums.states(),
            "organizations": datagouv_sums.declared(context(), atd),
            "message": message,
            "problems": problems or {},
            "page": page,
            "pages": pages,
        },
    )


def _found(atd: model.Group, asked: dict[str, str], page: int) -> dict[str, Any]:
    wanted = {"id": asked["organization"] or atd.id, "state": asked["state"] or "review", "q": asked["q"]}
    wanted |= {"start": (page - 1) * _PER_PAGE, "rows": _PER_PAGE}
    try:
        return tk.get_action("odl_datagouv_review_list")(context(), wanted)
    except (tk.ObjectNotFound, tk.NotAuthorized):
        tk.abort(404, nothing())


@odl_datagouv_review.route("/<national_id>", methods=["GET", "POST"])
def choose(name: str, national_id: str) -> Any:
    """Say which of our datasets one found there is, among all those of its local authority."""
    atd = atd_of(name)
    one = _one(atd, national_id)
    if tk.request.method == "POST":
        wanted = {"ids": [national_id], "decision": "twin", "package_id": tk.request.form.get("package_id", "")}
        if not wanted["package_id"]:
            return refused(_choice(atd, one, [tk._("Choose first which of your datasets it is.")]))
        try:
            found = tk.get_action("odl_datagouv_review_decide")(context(), wanted)["results"]
        except (tk.ObjectNotFound, tk.NotAuthorized):
            tk.abort(404, nothing())
        except tk.ValidationError as refusal:
            said = [one for some in datagouv_sums.sentences(refusal).values() for one in some]
            return refused(_choice(atd, one, said))
        message, problems = datagouv_sums.decided("twin", found)
        if problems:
            return refused(_choice(atd, one, [said for some in problems.values() for said in some]))
        tk.h.flash_success(message)
        return tk.redirect_to("odl_datagouv_review.read", name=atd.name)
    return _choice(atd, one, [])


def _one(atd: model.Group, national_id: str) -> dict[str, Any]:
    """One dataset of the list; 404 for what is not there."""
    found = tk.get_action("odl_datagouv_review_list")(context(), {"id": atd.id, "ids": [national_id]})["results"]
    if not found:
        tk.abort(404, tk._("This dataset is not in the list any more: it was decided upon, or left data.gouv.fr."))
    return found[0]


def _choice(atd: model.Group, one: dict[str, Any], problems: list[str]) -> str:
    query = tk.request.values.get("q", "").strip()
    found = tk.get_action("package_search")(
        context(),
        {
            "q": query,
            "fq": f'owner_org:"{one["organization"]["id"]}"',
            "rows": _CHOICES,
            "include_private": True,
            "sort": "score desc, metadata_modified desc",
        },
    )
    return tk.render(
        "odl/datagouv/choose.html",
        {"atd": atd, "one": one, "query": query, "found": found, "problems": problems},
    )
