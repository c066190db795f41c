"""The dashboard of a body that supports local authorities: how its members stand, whom to call, what to do for many."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.common import current_user
from ckan.plugins import toolkit as tk
from flask import Blueprint, Response

from ckanext.odl.logic.deposit import covering, strictness
from ckanext.odl.logic.path import reach
from ckanext.odl.territory import Name
from ckanext.odl.views import atd_list, csrf, tables
from ckanext.odl.views.atd_pages import atd as _atd
from ckanext.odl.views.atd_pages import context as _context
from ckanext.odl.views.atd_pages import nothing as _nothing

odl_atd = Blueprint("odl_atd", __name__, url_prefix="/odl/atd")
csrf.protect(odl_atd)

_PER_PAGE = 20
_CALLS = 10
_PROPOSALS_PER_PAGE = 20
#: Names written out of a selection; the others are counted.
_NAMED = 20


def _page(count: int, per_page: int) -> tuple[int, int]:
    """The page that the address asks for, and how many there are."""
    pages = max(1, -(-count // per_page))
    return min(max(1, tk.request.args.get("page", 1, type=int)), pages), pages


@odl_atd.route("")
def index() -> Any:
    """Straight to the only dashboard of this person, else to the choice of them."""
    return tk.redirect_to("odl_collectivite.index")


@odl_atd.route("/<name>")
def read(name: str) -> Any:
    """How the members stand; filters, order and page are in the address."""
    if not current_user.is_authenticated:
        return tk.redirect_to("user.login", came_from=tk.url_for("odl_atd.read", name=name))
    return _dashboard(_atd(name))


def _dashboard(atd: model.Group, typed: dict[str, str] | None = None, problems: dict[str, Any] | None = None) -> str:
    asked = atd_list.asked(tk.request.args)
    page = max(1, tk.request.args.get("page", 1, type=int))
    # Whose dashboard this is was asked already; what the person may list is read once for all that follows.
    mine = reach.Reach(current_user.name)
    context: Any = {**_context(), "ignore_auth": True, "odl_reach": mine}
    found = _list(atd, asked, (page - 1) * _PER_PAGE, context=context)
    page, pages = _page(found["count"], _PER_PAGE)
    if not found["results"] and found["count"]:
        found = _list(atd, asked, (page - 1) * _PER_PAGE, context=context)
    calls = tk.get_action("odl_call_list")(context, {"atd": atd.id, "rows": _CALLS})["results"]
    names = {row["organization"]["name"] for row in (*found["results"], *calls)}
    strict = strictness.of_many([atd.id, *(row["organization"]["id"] for row in found["results"])])
    return tk.render(
        "odl/atd/read.html",
        {
            "atd": atd,
            "totals": found["totals"],
            "figures": atd_list.figures(found["totals"]),
            "calls": calls,
            "rows": found["results"],
            "paths": atd_list.addresses("odl_path.read", names),
            "blocked": {id_ for id_, word in strict.items() if word == strictness.BLOCK},
            "may_change": mine.may_change(atd.id),
            "refusals": covering.in_datasets_of(atd.id),
            "count": found["count"],
            "asked": asked,
            "arguments": _given(asked),
            "filtered": atd_list.is_filtered(asked),
            "filters": atd_list.filters(found["facets"], asked),
            "sorts": atd_list.sorts(),
            "headings": atd_list.headings(atd.name, asked),
            "kinds": atd_list.kinds(),
            "today": atd_list.today().isoformat(),
            "typed": typed or {},
            "problems": problems or {},
            "page": page,
            "pages": pages,
        },
    )


def _given(asked: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in asked.items() if value}


def _list(
    atd: model.Group, asked: dict[str, str], start: int, rows: int = _PER_PAGE, context: Any = None
) -> dict[str, Any]:
    wanted = {"sort": atd_list.DEFAULT_SORT, **_given(asked)}
    return tk.get_action("odl_progress_list")(
        context or _context(), {**wanted, "atd": atd.id, "start": start, "rows": rows}
    )


def _every(atd: model.Group, asked: dict[str, str]) -> Iterator[dict[str, Any]]:
    return tables.in_batches(lambda start, rows: _list(atd, asked, start, rows)["results"])


@odl_atd.route("/<name>/export.<any(csv, xlsx, json):extension>")
def export(name: str, extension: str) -> Response:
    """The list as it is filtered and ordered, as a file."""
    atd = _atd(name)
    rows = _every(atd, atd_list.asked(tk.request.args))
    if extension == "json":
        content: Any = tables.as_json(rows, atd=atd.name, title=atd.display_name)
    elif extension == "xlsx":
        content = tables.as_xlsx(
            tk._("Local authorities"), *atd_list.COLUMNS.headings(), map(atd_list.COLUMNS.row, rows)
        )
    else:
        header, _widths = atd_list.COLUMNS.headings()
        content = tables.as_csv(header, map(atd_list.COLUMNS.row, rows), for_excel=True)
    return tables.sent(content, extension, f"{atd.name}-{atd_list.today().isoformat()}")


# -- calls


@odl_atd.route("/<name>/appel", methods=["POST"])
def call(name: str) -> Any:
    """Keep the note of a call in the history of a member."""
    atd = _atd(name)
    typed = {key: tk.request.form.get(key, "").strip() for key in ("organization", "note", "on")}
    try:
        tk.get_action("odl_call_note")(
            _context(), {"id": typed["organization"], "note": typed["note"], "on": typed["on"]}
        )
    except (tk.ObjectNotFound, tk.NotAuthorized):
        tk.abort(404, _nothing())
    except tk.ValidationError as refusal:
        return _dashboard(atd, typed, refusal.error_dict)
    place = model.Group.get(typed["organization"])
    tk.h.flash_success(tk._("The call to {name} is noted.").format(name=Name(place.display_name if place else "")))
    return tk.redirect_to("odl_atd.read", name=atd.name)


# -- several members at once


@odl_atd.route("/<name>/selection")
def selection(name: str) -> Any:
    """What to do for the members that were ticked, or for all those of the filtered list."""
    return _selection(_atd(name), tk.request.args)


def _selection(
    atd: model.Group, given: Any, typed: dict[str, str] | None = None, problems: dict[str, Any] | None = None
) -> str:
    asked = atd_list.asked(given)
    whole_list = given.get("all") == "1"
    if whole_list:
        found = _list(atd, asked, 0, _NAMED)
        places, count = [row["organization"] for row in found["results"]], found["count"]
        facets = found["facets"]
    else:
        places = _members(atd, given.getlist("id"))
        count, facets = len(places), _list(atd, {}, 0, 1)["facets"]
    return tk.render(
        "odl/atd/selection.html",
        {
            "atd": atd,
            "places": places,
            "count": count,
            "whole_list": whole_list,
            "arguments": _given(asked),
            "groups": atd_list.group_names(facets),
            "steps": atd_list.steps(atd.display_name),
            "profiles": _profiles(atd),
            "typed": typed or {},
            "problems": problems or {},
        },
    )


def _profiles(atd: model.Group) -> list[dict[str, Any]]:
    """The profiles that some members have: what they are called, how many and who they are."""
    found = []
    for value, label in atd_list.profiles().items():
        rows = _list(atd, {"profile": value}, 0, _NAMED)
        if rows["count"]:
            titles = [row["organization"]["title"] for row in rows["results"]]
            named = _named(titles + [""] * (rows["count"] - len(titles)))
            found.append({"value": value, "label": label, "count": rows["count"], "names": named})
    return found


def _members(atd: model.Group, names: list[str], most: int | None = tables.BATCH) -> list[dict[str, Any]]:
    """Those of *names* that the body supports, by title."""
    names = names[:most]
    group: Any = model.Group
    below = reach.below([atd.id])
    groups = model.Session.scalars(sa.select(group).where(group.name.in_(names), group.id.in_(below)))
    return [
        {"id": group.id, "name": group.name, "title": group.display_name}
        for group in sorted(groups, key=lambda group: group.display_name.casefold())
    ]


def _chosen(atd: model.Group) -> list[str]:
    """The ids of the members that a form is about."""
    form = tk.request.form
    if form.get("all") == "1":
        return [row["organization"]["id"] for row in _every(atd, atd_list.asked(form))]
    return [place["id"] for place in _members(atd, form.getlist("id"))]


def _back(atd: model.Group) -> Any:
    # At the top of the page, where the message says what was done.
    return tk.redirect_to("odl_atd.read", name=atd.name, **_given(atd_list.asked(tk.request.form)))


@odl_atd.route("/<name>/groupe", methods=["POST"])
def group(name: str) -> Any:
    """Put members into a group, or out of theirs."""
    atd = _atd(name)
    typed = {"group_name": tk.request.form.get("group_name", "")}
    wanted = {"atd": atd.id, "ids": _chosen(atd), "group": typed["group_name"]}
    try:
        changed = tk.get_action("odl_group_update")(_context(), wanted)
    except tk.NotAuthorized:
        tk.abort(404, _nothing())
    except tk.ValidationError as refusal:
        return _selection(atd, tk.request.form, typed, refusal.error_dict)
    number = tk.h.odl_number(changed["count"])
    if changed["group"]:
        sentence = tk.ungettext(
            "{n} local authority is in the group “{group}”.",
            "{n} local authorities are in the group “{group}”.",
            changed["count"],
        )
    else:
        sentence = tk.ungettext(
            "{n} local authority is in no group any more.",
            "{n} local authorities are in no group any more.",
            changed["count"],
        )
    tk.h.flash_success(sentence.format(n=number, group=changed["group"]))
    return _back(atd)


@odl_atd.route("/<name>/dispense", methods=["POST"])
def waive(name: str) -> Any:
    """Waive a step for the members that a page has named; until that page is confirmed nothing changes."""
    atd = _atd(name)
    typed = {key: tk.request.form.get(key, "").strip() for key in ("step", "profile", "reason")}
    if tk.request.form.get("confirm") != "1":
        return _to_confirm(atd, typed)
    # The names that were read, and no others: who came into the list or the profile meanwhile is left out.
    places = _members(atd, tk.request.form.getlist("id"), most=None)
    try:
        changed = tk.get_action("odl_step_update")(
            _context(),
            {"ids": [place["id"] for place in places], "step": typed["step"], "waive": True, "reason": typed["reason"]},
        )
    except (tk.ObjectNotFound, tk.NotAuthorized):
        tk.abort(404, _nothing())
    except tk.ValidationError as refusal:
        return _selection(atd, tk.request.form, typed, refusal.error_dict)
    sentence = tk.ungettext(
        "“{step}” is waived for {n} local authority: {names}.",
        "“{step}” is waived for {n} local authorities: {names}.",
        changed["count"],
    )
    label = atd_list.step_label(typed["step"], atd.display_name)
    named = _named([place["title"] for place in changed["results"]])
    tk.h.flash_success(sentence.format(n=tk.h.odl_number(changed["count"]), step=label, names=named))
    return _back(atd)


def _to_confirm(atd: model.Group, typed: dict[str, str]) -> str:
    """Whom the step would be waived for, by name, and what it is: a page that changes nothing."""
    form = tk.request.form
    asked = atd_list.asked(form)
    problems = {}
    if not atd_list.step_label(typed["step"], atd.display_name):
        problems["step"] = [tk._("Choose a step")]
    if not typed["reason"]:
        problems["reason"] = [tk._("Say why, in a few words: it is kept in the history.")]
    if typed["profile"] and typed["profile"] not in atd_list.profiles():
        problems["ids"] = [tk._("Choose at least one local authority.")]
    if problems:
        return _selection(atd, form, typed, problems)
    if typed["profile"]:
        places = [row["organization"] for row in _every(atd, {"profile": typed["profile"]})]
    elif form.get("all") == "1":
        places = [row["organization"] for row in _every(atd, asked)]
    else:
        places = _members(atd, form.getlist("id"))
    if not places:
        return _selection(atd, form, typed, {"ids": [tk._("Choose at least one local authority.")]})
    return tk.render(
        "odl/atd/confirm.html",
        {
            "atd": atd,
            "places": places,
            "step_label": atd_list.step_label(typed["step"], atd.display_name),
            "typed": typed,
            "arguments": _given(asked),
        },
    )


def _named(titles: list[str]) -> str:
    """The first titles written out, the others counted."""
    named, more = ", ".join(titles[:_NAMED]), len(titles) - _NAMED
    if more <= 0:
        return named
    others = tk.ungettext("and {n} other", "and {n} others", more).format(n=tk.h.odl_number(more))
    return f"{named} {others}"


# -- proposals of « sans objet »


@odl_atd.route("/<name>/propositions", methods=["GET", "POST"])
def proposals(name: str) -> Any:
    """What members say does not concern them; a POST accepts or refuses one."""
    atd = _atd(name)
    if tk.request.method == "GET":
        return _proposals(atd)
    form = tk.request.form
    typed = {key: form.get(key, "").strip() for key in ("organization", "step", "proof", "reason", "do")}
    if typed["do"] not in ("accept", "refuse"):
        tk.abort(400, tk._("Choose whether to accept or to refuse the proposal."))
    try:
        answer = {"id": typed["organization"], "step": typed["step"], typed["do"]: True, "reason": typed["reason"]}
        tk.get_action("odl_step_update")(_context(), answer)
    except (tk.ObjectNotFound, tk.NotAuthorized):
        tk.abort(404, _nothing())
    except tk.ValidationError as refusal:
        return _proposals(atd, typed, refusal.error_dict)
    tk.h.flash_success(
        tk._("The proposal is accepted.") if typed["do"] == "accept" else tk._("The proposal is refused.")
    )
    return tk.redirect_to("odl_atd.proposals", name=atd.name)


def _proposals(atd: model.Group, typed: dict[str, str] | None = None, problems: dict[str, Any] | None = None) -> str:
    page = max(1, tk.request.args.get("page", 1, type=int))
    asked = {"atd": atd.id, "start": (page - 1) * _PROPOSALS_PER_PAGE, "rows": _PROPOSALS_PER_PAGE}
    found = tk.get_action("odl_proposal_list")(_context(), asked)
    page, pages = _page(found["count"], _PROPOSALS_PER_PAGE)
    return tk.render(
        "odl/atd/proposals.html",
        {
            "atd": atd,
            "proposals": found["results"],
            "count": found["count"],
            "typed": typed or {},
            "problems": problems or {},
            "page": page,
            "pages": pages,
        },
    )
