"""Bringing files: for whom, into which dataset, one or several; and the list of those under way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ckan import authz
from ckan.common import current_user
from ckan.plugins import toolkit as tk
from flask import jsonify

from ckanext.odl.language import language
from ckanext.odl.logic import overview
from ckanext.odl.logic.deposit import access
from ckanext.odl.scdl import catalogue
from ckanext.odl.views import deposit_pages
from ckanext.odl.views.deposit_pages import context

_PLACES_PER_PAGE = 50
_DEPOSITS_PER_PAGE = 20
#: Most files taken at once; more would keep the person waiting before the first answer.
MOST_FILES = 20


def organization_asked(name: str) -> dict[str, Any] | None:
    """The collectivité that the address names, else the only one; 404 for one that the person may not publish for."""
    if not name:
        mine = access.organizations_for(current_user.name) if not authz.is_sysadmin(current_user.name) else []
        return mine[0] if len(mine) == 1 else None
    nothing = tk._("This page does not exist, or is not open to you.")
    try:
        found = tk.get_action("organization_show")(context(), {"id": name, "include_dataset_count": False})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, nothing)
    if not access.may_publish_for(current_user.name, found["id"]):
        return tk.abort(404, nothing)
    return {"id": found["id"], "name": found["name"], "title": found["title"] or found["name"]}


def page(organization: dict[str, Any] | None, refused: list[dict[str, str]] | None = None, taken: int = 0) -> Any:
    asked = tk.request.values
    shown = _page_of_deposits(organization)
    return {
        "organization": organization,
        "target": _target(organization),
        "schema": known_schema(asked.get("modele", "")),
        "refused": refused or [],
        "taken": taken,
        "fresh": tk.request.args.get("nouveaux", "").split(","),
        "has_others": organization is None or _has_others(),
        **shown,
        **(_choice() if organization is None else {}),
    }


def _has_others() -> bool:
    return authz.is_sysadmin(current_user.name) or len(access.organizations_for(current_user.name)) > 1


def known_schema(asked: str) -> str:
    """The model that the address names, nothing when the portal does not know it."""
    return asked if asked and any(entry.id == asked for entry in catalogue()) else ""


def _target(organization: dict[str, Any] | None) -> dict[str, Any] | None:
    """The dataset that the file is to join, and the file that it is to replace, as the address says."""
    asked = tk.request.values
    resource = deposit_pages.shown("resource_show", asked.get("fichier"))
    name = resource["package_id"] if resource else asked.get("jeu")
    if not name:
        return None
    package = deposit_pages.shown("package_show", name)
    if package is None or organization is None or package["owner_org"] != organization["id"]:
        return tk.abort(404, tk._("This page does not exist, or is not open to you."))
    found: dict[str, Any] = {"package": package, "resource": resource}
    if resource:
        found["resource_name"] = tk.h.resource_display_name(resource)
    return found


def _choice() -> dict[str, Any]:
    """The collectivités to choose from, searched and by pages."""
    query = tk.request.args.get("q", "").strip()
    if authz.is_sysadmin(current_user.name):
        places = overview.collectivites(current_user.name)
    else:
        found = access.organizations_for(current_user.name)
        places = sorted(
            (overview.Place(one["id"], one["name"], one["title"] or one["name"]) for one in found),
            key=lambda place: overview.fold(place.title),
        )
    words = overview.fold(query).split()
    kept = [place for place in places if all(word in overview.fold(place.title) for word in words)]
    at = _page("page", _PLACES_PER_PAGE, len(kept))
    return {
        "query": query,
        "total": len(places),
        "places": kept[at["start"] : at["start"] + _PLACES_PER_PAGE],
        "page": at["page"],
        "pages": at["pages"],
    }


def _page_of_deposits(organization: dict[str, Any] | None) -> dict[str, Any]:
    asked: dict[str, Any] = {"state": "unpublished", "rows": _DEPOSITS_PER_PAGE, "language": language()}
    asked.update({"organization": organization["id"]} if organization else {"mine": True})
    wanted = max(1, tk.request.args.get("page", 1, type=int)) if organization else 1
    try:
        found = tk.get_action("odl_deposit_list")(context(), {**asked, "start": (wanted - 1) * _DEPOSITS_PER_PAGE})
    except (tk.NotAuthorized, tk.ObjectNotFound):
        found = {"count": 0, "results": []}
    pages = max(1, -(-found["count"] // _DEPOSITS_PER_PAGE))
    return {
        "deposits": found["results"],
        "deposits_total": found["count"],
        "deposits_page": min(wanted, pages),
        "deposits_pages": pages,
    }


def _page(name: str, per_page: int, total: int) -> dict[str, int]:
    pages = max(1, -(-total // per_page))
    page = min(max(1, tk.request.args.get(name, 1, type=int)), pages)
    return {"page": page, "pages": pages, "start": (page - 1) * per_page}


def bring(organization: dict[str, Any] | None) -> Any:
    """Take the files that were sent: each is a deposit of its own, and one that is refused stops no other."""
    if organization is None:
        return tk.abort(404, tk._("This page does not exist, or is not open to you."))
    uploads = [upload for upload in tk.request.files.getlist("upload") if upload.filename]
    refused: list[dict[str, str]] = []
    taken: list[str] = []
    if not uploads:
        refused.append({"name": "", "text": tk._("Choose the file to deposit.")})
    for number, upload in enumerate(uploads):
        if number >= MOST_FILES:
            words = tk._("No more than {n} files at once: send this one afterwards.").format(n=MOST_FILES)
            refused.append({"name": upload.filename, "text": words})
            continue
        try:
            taken.append(_create(organization, upload))
        except tk.ValidationError as error:
            refused.append({"name": upload.filename, "text": " ".join(deposit_pages.sentences(error.error_dict))})
    if refused:
        if is_script():
            return jsonify({"refused": refused, "url": _after(organization, taken) if taken else None}), 422
        return tk.render("odl/deposit/index.html", page(organization, refused, len(taken))), 422
    return go(_after(organization, taken))


def _create(organization: Mapping[str, Any], upload: Any) -> str:
    target = _target({**organization})
    asked = {
        "organization": organization["id"],
        "upload": upload,
        "schema": known_schema(tk.request.form.get("modele", "")),
        "package_id": target["package"]["id"] if target else "",
        "resource_id": target["resource"]["id"] if target and target["resource"] else "",
        "language": language(),
    }
    given = {key: value for key, value in asked.items() if value}
    return tk.get_action("odl_deposit_create")(context(), given)["id"]


def _after(organization: Mapping[str, Any], taken: list[str]) -> str:
    """Where one goes on: to the only file, else to the list of those that came."""
    if len(taken) == 1:
        return tk.url_for("odl_deposit.read", id=taken[0])
    fresh = ",".join(taken)
    return tk.url_for("odl_deposit.index", collectivite=organization["name"], nouveaux=fresh, _anchor="en-cours")


def is_script() -> bool:
    """Whether our script sent the form: it shows the progress, and goes itself where the answer says."""
    return tk.request.headers.get("X-Requested-With") == "XMLHttpRequest"


def go(address: str) -> Any:
    return jsonify({"url": address}) if is_script() else tk.redirect_to(address)
