"""The page of a collectivité for those who work for it: how its data stand and what to do next."""

from __future__ import annotations

from typing import Any

import flask
from ckan import authz
from ckan.common import current_user
from ckan.plugins import toolkit as tk
from flask import Blueprint

from ckanext.odl import helpers
from ckanext.odl.logic import collectivite as hierarchy
from ckanext.odl.logic import overview
from ckanext.odl.logic.deposit import covering
from ckanext.odl.views import csrf, doors

odl_collectivite = Blueprint("odl_collectivite", __name__, url_prefix="/odl")
csrf.protect(odl_collectivite)

_DATASETS_PER_PAGE = 20
_PLACES_PER_PAGE = 50
#: Things to do next on the page of a collectivité: files alone or steps of its path alone, or so many of each.
_NEXT = 3
_NEXT_OF_EACH = 2


def _context() -> Any:
    return {"user": current_user.name, "auth_user_obj": current_user}


def _page(per_page: int, total: int) -> dict[str, int]:
    pages = max(1, -(-total // per_page))
    page = min(max(1, tk.request.args.get("page", 1, type=int)), pages)
    return {"page": page, "pages": pages, "start": (page - 1) * per_page}


@odl_collectivite.route("/collectivite")
def index() -> Any:
    """The collectivités that one works for and the dashboards of those one supports; straight to the only one."""
    if not current_user.is_authenticated:
        return tk.redirect_to("user.login", came_from=tk.url_for("odl_collectivite.index"))
    atds = hierarchy.dashboards(current_user.name)
    places = overview.collectivites(current_user.name, but_below=atds)
    if len(places) + len(atds) == 1:
        if atds:
            return tk.redirect_to("odl_atd.read", name=atds[0].name)
        return tk.redirect_to("odl_collectivite.read", name=places[0].name)
    query = tk.request.args.get("q", "").strip()
    found = [
        place for place in places if all(word in overview.fold(place.title) for word in overview.fold(query).split())
    ]
    at = _page(_PLACES_PER_PAGE, len(found))
    shown = found[at["start"] : at["start"] + _PLACES_PER_PAGE]
    return tk.render(
        "odl/collectivite/index.html",
        {
            "atds": atds,
            "places": shown,
            "states": overview.counts_of(_context(), shown),
            "found": len(found),
            "total": len(places),
            "query": query,
            **at,
        },
    )


@odl_collectivite.route("/home")
def home() -> Any:
    """Where one lands after logging in."""
    if helpers.odl_works_for_any():
        return tk.redirect_to("odl_collectivite.index")
    return tk.redirect_to("dashboard.datasets")


def open_to_its_people(name: str) -> dict[str, Any]:
    """The organization *name*, for those who work for it; strangers log in first, all others get a 404."""
    if not current_user.is_authenticated:
        asked = (tk.request.endpoint, tk.request.view_args or {})
        endpoint, arguments = asked if tk.request.method == "GET" else ("odl_collectivite.read", {"name": name})
        flask.abort(tk.redirect_to("user.login", came_from=tk.url_for(endpoint, **arguments)))
    nothing = tk._("This page does not exist, or is not open to you.")
    try:
        organization = tk.get_action("organization_show")(_context(), {"id": name, "include_dataset_count": False})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        tk.abort(404, nothing)
    if not authz.has_user_permission_for_group_or_org(organization["id"], current_user.name, "read"):
        tk.abort(404, nothing)
    return organization


@odl_collectivite.route("/collectivite/<name>")
def read(name: str) -> Any:
    """How the data of one collectivité stand. Others than those who work for it get a 404."""
    organization = open_to_its_people(name)
    counts = overview.counts(_context(), organization["id"])
    query = tk.request.args.get("q", "").strip()
    found = overview.counts(_context(), organization["id"], query) if query else counts
    at = _page(_DATASETS_PER_PAGE, sum(found.values()))
    packages = overview.datasets(
        _context(), organization["id"], found, start=at["start"], rows=_DATASETS_PER_PAGE, query=query
    )
    helpers.odl_remember(packages)
    path = _path(organization)
    steps = overview.next_steps(_context(), organization["id"], counts)
    path_steps = _beside_files(path, steps, is_empty=not counts) if path else []
    return tk.render(
        "odl/collectivite/read.html",
        {
            "path": path,
            "path_steps": path_steps,
            "organization": organization,
            "counts": counts,
            "total": sum(counts.values()),
            "found": sum(found.values()),
            "packages": packages,
            "steps": steps[: _NEXT_OF_EACH if path_steps else _NEXT],
            "query": query,
            "may_deposit": authz.has_user_permission_for_group_or_org(
                organization["id"], current_user.name, "create_dataset"
            ),
            "covers": tk.get_action("odl_cover_list")(_context(), {"organization": organization["id"]}),
            "has_others": len(overview.collectivites(current_user.name)) > 1,
            **at,
        },
    )


@odl_collectivite.route("/collectivite/<name>/publie-pour-vous/<dataset>", methods=["GET", "POST"])
def cover(name: str, dataset: str) -> Any:
    """Refuse to be in a dataset that somebody else publishes for this collectivité; ``undo`` takes the refusal back."""
    organization = open_to_its_people(name)
    asked = {"id": dataset, "organization": organization["id"]}
    found = tk.get_action("odl_cover_list")(_context(), {"organization": organization["id"]})["results"]
    one = next((one for one in found if dataset in (one["package"]["name"], one["package"]["id"])), None)
    if one is None:
        return tk.abort(404, tk._("This page does not exist, or is not open to you."))
    form, error, why = tk.request.form, "", tk.request.form.get("why", "")
    try:
        if tk.request.method == "POST" and form.get("undo"):
            tk.get_action("odl_cover_accept")(_context(), asked)
            tk.h.flash_success(tk._("“{title}” may name you again.").format(title=one["package"]["title"]))
            return _covers_of(name)
        tk.check_access("odl_cover_refuse", _context(), asked)
        if one["state"] == "refused":
            return _covers_of(name)
        if tk.request.method == "POST":
            tk.get_action("odl_cover_refuse")(_context(), {**asked, "why": why})
            said = tk._("Your name is no longer shown with “{title}”. {who} is told.")
            tk.h.flash_success(said.format(title=one["package"]["title"], who=one["publisher"]["title"]))
            return _covers_of(name)
    except tk.NotAuthorized as refused:
        return tk.abort(403, refused.message or tk._("Only those who publish for this local authority may do this."))
    except tk.ValidationError:
        error = tk._("Say in a few words why you refuse.")
    page = {"organization": organization, "one": one, "error": error, "why": why}
    is_own = covering.is_of_its_people(current_user.name, organization["id"])
    return tk.render("odl/cover/refuse.html", {**page, "is_own": is_own}), 422 if error else 200


def _covers_of(name: str) -> Any:
    return tk.redirect_to("odl_collectivite.read", name=name, _anchor="publie-pour-vous")


def _path(organization: dict[str, Any]) -> dict[str, Any] | None:
    """Where the collectivité stands on its path, None when this person may not see it or nothing is known yet."""
    try:
        return doors.progress(_context(), organization)
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return None


def _beside_files(path: dict[str, Any], files: list[overview.Step], *, is_empty: bool) -> list[dict[str, Any]]:
    """The next steps of the path that lead elsewhere than the files to mend, or the first deposit, do already."""
    said = [tk.url_for("odl_report.read", resource_id="-").removesuffix("-")] if files else []
    if is_empty:
        said.append(tk.url_for("odl_deposit.index"))
    steps: list[dict[str, Any]] = []
    for step in path["next"]:
        address = _address(step)
        if not address.startswith(tuple(said)) and address not in map(_address, steps):
            steps.append(step)
    return steps[: _NEXT_OF_EACH if files else _NEXT]


def _address(step: dict[str, Any]) -> str:
    """Where a step leads: its place in the portal, or itself."""
    return (step["action"] or {}).get("url") or step["id"]
