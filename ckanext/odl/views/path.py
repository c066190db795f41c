"""The path of a collectivité: where it stands, what comes next, and what proves each step."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from ckan import authz, model
from ckan.common import current_user
from ckan.plugins import toolkit as tk
from flask import Blueprint, Response, make_response

from ckanext.odl.logic import collectivite as hierarchy
from ckanext.odl.logic import overview
from ckanext.odl.views import csrf, doors, path_forms
from ckanext.odl.views.collectivite import open_to_its_people

odl_path = Blueprint("odl_path", __name__, url_prefix="/odl/collectivite/<name>")
csrf.protect(odl_path)

_HISTORY_PER_PAGE = 50
_YEAR_SECONDS = 365 * 24 * 3600
#: Kinds of bodies that lend people to their members, and how many of the person's own organizations are offered.
_GROUPINGS = ("epci", "syndicat")
_OWN_BODIES = 50


def _context() -> Any:
    return {"user": current_user.name, "auth_user_obj": current_user}


def _progress(organization: Mapping[str, Any]) -> dict[str, Any]:
    return doors.progress(_context(), organization)


def _found(progress: Mapping[str, Any], id_: str) -> dict[str, Any]:
    """A step of the path, or a duty in the shape of one (its own proofs are given in the same way)."""
    steps = (step for phase in progress["phases"] for step in phase["steps"] if step["id"] == id_)
    return next(steps, None) or _duty(progress["organization"]["id"], id_)


def _duty(organization_id: str, id_: str) -> dict[str, Any]:
    duties = tk.get_action("odl_duties_show")(_context(), {"id": organization_id})["duties"]
    duty = next((duty for duty in duties if duty["id"] == id_), None)
    if duty is None:
        return tk.abort(404, tk._("This step is not part of the path."))
    return {**duty, "is_duty": True, "count": duty["proofs"], "proofs": duty["evidence"], "proposal": None}


def _frame(organization: Mapping[str, Any], progress: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What every page of the path shows around its own part."""
    group = model.Group.get(organization["id"])
    atd = hierarchy.atd_of(group) if group else None
    return {
        "organization": organization,
        "progress": progress,
        "atd": atd.display_name if atd else "",
        "acts_for": not _is_member(organization["id"]),
        "help": _help_level(),
    }


def _is_member(organization_id: str) -> bool:
    """Whether the person works in the collectivité itself, and not for it from elsewhere (its ATD, a sysadmin)."""
    member = model.Member
    mine = model.Session.query(member.id).filter_by(
        group_id=organization_id, table_id=current_user.id, table_name="user", state="active"
    )
    return model.Session.query(mine.exists()).scalar()


# -- the two levels of help


def _help_cookie() -> str:
    """Each person has a level of one's own, on a shared computer too."""
    return f"odl_help_{hashlib.sha256(current_user.id.encode()).hexdigest()[:12]}"


def _help_level() -> str:
    """``first`` (explanations are open) or ``used`` (one has to ask for them)."""
    return "used" if tk.request.cookies.get(_help_cookie()) == "used" else "first"


@odl_path.route("/parcours/aide", methods=["POST"])
def help_level(name: str) -> Any:
    """Remember whether this person wants the explanations."""
    organization = open_to_its_people(name)
    answer = make_response(tk.redirect_to("odl_path.read", name=organization["name"]))
    level = "used" if tk.request.form.get("level") == "used" else "first"
    secure = tk.request.scheme == "https"
    answer.set_cookie(_help_cookie(), level, max_age=_YEAR_SECONDS, httponly=True, samesite="Lax", secure=secure)
    return answer


# -- the path


@odl_path.route("/parcours")
def read(name: str) -> Any:
    """The six phases, the one that the collectivité is in (or the one asked for) open."""
    organization = open_to_its_people(name)
    progress = _progress(organization)
    opened = tk.request.args.get("phase") or progress["current"]
    return tk.render("odl/path/read.html", {**_frame(organization, progress), "opened": opened})


@odl_path.route("/parcours/<step>", methods=["GET", "POST"])
def step(name: str, step: str) -> Any:
    """One step, with what proves it and the forms to say more; a POST changes it."""
    organization = open_to_its_people(name)
    progress = _progress(organization)
    if any(retired["id"] == step for retired in progress["retired"]):
        return tk.redirect_to("odl_path.history", name=organization["name"], step=step)
    found = _found(progress, step)
    if tk.request.method == "GET":
        return _show(organization, progress, found, is_open=True)
    try:
        change = path_forms.changes(found)
        if change.get("withdraw") == path_forms.PROPOSAL:
            change["withdraw"] = _proposal(organization["id"], step)
        tk.get_action("odl_step_update")(_context(), {"id": organization["id"], "step": step, **change})
    except tk.NotAuthorized:
        tk.abort(403, tk._("You may read this path, but not change it."))
    except tk.ObjectNotFound:
        tk.abort(404, tk._("This proof is not there any more."))
    except tk.ValidationError as refusal:
        return _show(organization, progress, found, is_open=True, errors=path_forms.of_step(refusal.error_dict, found))
    progress = _progress(organization)
    now = _found(progress, step)
    message = _saved(organization["id"], change, found, now)
    if _is_htmx():
        return _show(organization, progress, now, message=message)
    tk.h.flash_success(message)
    return tk.redirect_to("odl_path.step", name=organization["name"], step=step)


def _proposal(organization_id: str, step_id: str) -> str:
    """The id of the proposal that waits for an answer on a step."""
    found = tk.get_action("odl_proposal_list")(_context(), {"rows": 1000})["results"]
    mine = (one["id"] for one in found if one["organization"]["id"] == organization_id and one["step"] == step_id)
    return next(mine, "")


def _is_htmx() -> bool:
    return tk.request.headers.get("HX-Request") == "true"


def _show(
    organization: Mapping[str, Any],
    progress: Mapping[str, Any],
    found: dict[str, Any],
    *,
    is_open: bool = False,
    message: str = "",
    errors: dict[str, list[str]] | None = None,
) -> Response:
    """A step: alone on its page, or, asked for by the page of the path, as the part of it that changes."""
    data = {
        **_frame(organization, progress),
        "step": found,
        "errors": errors or {},
        "data": path_forms.typed() if errors else {},
        "is_open": is_open,
        "message": message,
    }
    if _is_htmx():
        return make_response(tk.render("odl/path/answer.html", data))
    entries = tk.get_action("odl_history_list")(
        _context(), {"id": organization["id"], "step": found["id"], "rows": _HISTORY_PER_PAGE}
    )
    page = make_response(
        tk.render(f"odl/path/{'duty_page' if found.get('is_duty') else 'step'}.html", {**data, "entries": entries})
    )
    page.status_code = 422 if errors else 200
    return page


def _saved(organization_id: str, change: Mapping[str, Any], before: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """What was just done: the state of the step, unless the change leaves it as it was."""
    if change.get("propose_not_applicable"):
        group = model.Group.get(organization_id)
        atd = hierarchy.atd_of(group) if group else None
        name = atd.display_name if atd else tk._("Your support structure")
        return tk._("Your proposal is sent; {atd} will answer you.").format(atd=name)
    if change.get("withdraw"):
        if any(proof["id"] == change["withdraw"] for proof in before["proofs"]):
            return tk._("The proof is withdrawn.")
        return tk._("The proposal is withdrawn.")
    if found.get("is_duty"):
        return tk._("Saved. “{duty}”: {proofs}.").format(duty=found["label"], proofs=tk.h.odl_duty_word(found))
    word = tk.h.odl_step_word(found["state"], found["declared"])
    return tk._("Saved. “{step}”: {state}.").format(step=found["label"], state=word)


@odl_path.route("/parcours/historique")
def history(name: str) -> Any:
    """Every change of the path, newest first."""
    organization = open_to_its_people(name)
    step_id = tk.request.args.get("step", "")
    page = max(1, tk.request.args.get("page", 1, type=int))
    asked = {"id": organization["id"], "start": (page - 1) * _HISTORY_PER_PAGE, "rows": _HISTORY_PER_PAGE}
    found = tk.get_action("odl_history_list")(_context(), {**asked, **({"step": step_id} if step_id else {})})
    pages = max(1, -(-found["count"] // _HISTORY_PER_PAGE))
    label = next((entry["label"] for entry in found["results"] if entry["label"]), step_id)
    data = {"entries": found, "page": min(page, pages), "pages": pages, "step": step_id, "label": label}
    return tk.render("odl/path/history.html", {**_frame(organization, _progress(organization)), **data})


@odl_path.route("/parcours/obligations")
def duties(name: str) -> Any:
    """The register of duties: which ones apply and why, what proves them, what the portal does not know."""
    organization = open_to_its_people(name)
    register = doors.register(_context(), organization)
    return tk.render("odl/path/duties.html", {**_frame(organization, _progress(organization)), "register": register})


@odl_path.route("/bilan")
def summary(name: str) -> Any:
    """One page for the élus, to print."""
    organization = open_to_its_people(name)
    register = tk.get_action("odl_duties_show")(_context(), {"id": organization["id"]})
    applying = [duty for duty in register["duties"] if duty["applies"] == "yes"]
    # As it is, not as this reader may act on it: everybody prints the same page
    progress = tk.get_action("odl_progress_show")(_context(), {"id": organization["id"]})
    data = {**_frame(organization, progress), "register": register, "applying": applying}
    return tk.render("odl/path/summary.html", data)


# -- referents


@odl_path.route("/parcours/referents", methods=["GET", "POST"])
def mandates(name: str) -> Any:
    """Who takes care of the path, as what and until when; a POST names one or ends a mandate."""
    organization = open_to_its_people(name)
    errors: dict[str, list[str]] = {}
    if tk.request.method == "POST":
        try:
            change = path_forms.mandate()
            tk.get_action("odl_mandate_update")(_context(), {**change, "id": organization["id"]})
        except tk.NotAuthorized:
            tk.abort(403, tk._("You may read this path, but not change it."))
        except tk.ValidationError as refusal:
            errors = path_forms.sentences(refusal.error_dict)
        except tk.ObjectNotFound:
            tk.abort(404, tk._("This referent is not there any more."))
        else:
            tk.h.flash_success(tk._("Saved."))
            return tk.redirect_to("odl_path.mandates", name=organization["name"])
    found = tk.get_action("odl_mandate_list")(_context(), {"id": organization["id"]})
    data = {
        **_frame(organization, _progress(organization)),
        "mandates": found["results"],
        "roles": tk.h.odl_role_words(),
        "bodies": _bodies(organization["id"]),
        "fields": path_forms.MANDATE_FIELDS,
        "data": path_forms.typed_mandate() if errors else {},
        "errors": errors,
    }
    page = make_response(tk.render("odl/path/referents.html", data))
    page.status_code = 422 if errors else 200
    return page


def _bodies(organization_id: str) -> list[dict[str, str]]:
    """The bodies that may lend somebody: those above, the groupings beside, those that the person works for."""
    organization = model.Group.get(organization_id)
    above = hierarchy.ancestors(organization) if organization else []
    beside = hierarchy.children(above[-1]) if above else []
    found = {group.id: group.display_name for group in above}
    found |= {group.id: group.display_name for group in beside if hierarchy.fields(group).get("odl_kind") in _GROUPINGS}
    if not authz.is_sysadmin(current_user.name):
        found |= {place.id: place.title for place in overview.collectivites(current_user.name)[:_OWN_BODIES]}
    found.pop(organization_id, None)
    return [{"id": id_, "title": title} for id_, title in sorted(found.items(), key=lambda item: item[1].casefold())]
