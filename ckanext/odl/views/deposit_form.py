"""From a file that was read to a file that is published: where it belongs, personal data, its description, when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ckan.plugins import toolkit as tk
from flask import Blueprint

from ckanext.odl import helpers
from ckanext.odl.logic.deposit import gate
from ckanext.odl.views import csrf, deposit_pages, deposit_place, deposit_privacy, deposit_publication, doors
from ckanext.odl.views.deposit_description import Description
from ckanext.odl.views.deposit_pages import context, find, frame, sentences

odl_deposit_form = Blueprint("odl_deposit_form", __name__, url_prefix="/odl/depot")
csrf.protect(odl_deposit_form)

#: Deposits under way that the last page proposes to go on with.
_OTHERS = 3


def _ready(id_: str) -> dict[str, Any]:
    """A deposit that was read and is not over; others are shown where they stand."""
    deposit = find(id_, wait=True)
    if not deposit_pages.is_checked(deposit) or deposit_pages.is_over(deposit):
        raise _Elsewhere(tk.url_for("odl_deposit.read", id=id_))
    return deposit


class _Elsewhere(Exception):
    """The page has nothing to ask at the moment."""


@odl_deposit_form.errorhandler(_Elsewhere)
def _elsewhere(error: _Elsewhere) -> Any:
    return tk.redirect_to(str(error))


# -- where it belongs


@odl_deposit_form.route("/<id>/ou", methods=["GET", "POST"])
def place(id: str) -> Any:
    """A new year of a dataset, the same data again, or something new: asked before there are two of the same."""
    deposit = _ready(id)
    options = deposit_place.options(deposit)
    if tk.request.method == "GET":
        return tk.render("odl/deposit/place.html", _place(deposit, options, deposit_place.present(deposit)))
    option = next((option for option in options if option["value"] == tk.request.form.get("place")), None)
    problem = "" if option else tk._("Choose one of these.")
    if option:
        try:
            deposit_pages.update(deposit, **option["update"])
        except tk.ValidationError as error:
            problem = " ".join(sentences(error.error_dict))
    if problem:
        page = _place(deposit, options, "")
        page |= {"errors": {"place": problem}, "problems": [{"label": "", "anchor": "field-place", "text": problem}]}
        return tk.render("odl/deposit/place.html", page), 422
    return tk.redirect_to(deposit_pages.next_page(find(id), "place"))


def _place(deposit: dict[str, Any], options: list[dict[str, Any]], chosen: str) -> dict[str, Any]:
    return {**frame(deposit, "place"), "options": options, "chosen": chosen}


# -- personal data


@odl_deposit_form.route("/<id>/donnees-personnelles", methods=["GET", "POST"])
def privacy(id: str) -> Any:
    """What looks like personal data, and the questions that only a person can answer."""
    deposit = _ready(id)
    if tk.request.method == "GET":
        return tk.render("odl/deposit/privacy.html", _privacy(deposit, deposit["answers"]))
    answers = deposit_privacy.given(tk.request.form)
    missing = deposit_privacy.missing(answers)
    if not missing:
        try:
            deposit_pages.update(deposit, answers=answers)
        except tk.ValidationError as error:
            missing = {next(iter(answers)): " ".join(sentences(error.error_dict))}
    if missing:
        return tk.render("odl/deposit/privacy.html", _privacy(deposit, answers, missing)), 422
    changed = find(id)
    if changed["questions"] or deposit_pages.advice(changed):
        return tk.redirect_to("odl_deposit_form.privacy", id=id)
    return tk.redirect_to(deposit_pages.next_page(changed, "privacy"))


def _privacy(
    deposit: dict[str, Any], answers: Mapping[str, Any], missing: Mapping[str, str] | None = None
) -> dict[str, Any]:
    after = deposit_pages.next_page(deposit, "privacy")
    return {**frame(deposit, "privacy"), **deposit_privacy.page(deposit, answers, missing), "after": after}


# -- description


@odl_deposit_form.route("/<id>/description", methods=["GET", "POST"])
def description(id: str) -> Any:
    """What is said of the file, filled in from what is known."""
    deposit = _ready(id)
    form = Description(deposit)
    if tk.request.method == "GET":
        return tk.render("odl/deposit/description.html", {**frame(deposit, "description"), **form.page()})
    sent = form.sent(tk.request.form)
    try:
        deposit_pages.update(deposit, **sent)
    except tk.ValidationError as error:
        page = {**frame(deposit, "description"), **form.page(tk.request.form, error.error_dict)}
        return tk.render("odl/deposit/description.html", page), 422
    changed = find(id)
    refused = deposit_pages.field_errors(changed)
    if refused:
        page = {**frame(changed, "description"), **Description(changed).page(tk.request.form, refused)}
        return tk.render("odl/deposit/description.html", page), 422
    return tk.redirect_to(deposit_pages.next_page(changed, "description"))


# -- publication


@odl_deposit_form.route("/<id>/publier", methods=["GET", "POST"])
def publish(id: str) -> Any:
    """Now, later, or not yet; what will be online is said before."""
    deposit = _ready(id)
    form = tk.request.form
    typed = {
        "when": form.get("when") or "now",
        "publish_on": form.get("publish_on", "").strip(),
        "approved_by": form.get("approved_by", "").strip(),
        "despite_problems": bool(form.get("despite_problems")),
        "replace_confirmed": bool(form.get("replace_confirmed")),
    }
    if tk.request.method == "GET":
        return tk.render("odl/deposit/publish.html", deposit_publication.page(deposit, typed, {}))
    errors = deposit_publication.missing(deposit, typed)
    if not errors:
        try:
            tk.get_action("odl_deposit_publish")(context(), deposit_publication.order(deposit, typed))
        except tk.ValidationError as error:
            other: Any = error.error_dict.pop(gate.ANSWER, None)
            if other:  # another file of the same draft
                tk.h.flash_error(" ".join(sentences(error.error_dict)))
                return tk.redirect_to(other["url"])
            names = ("publish_on", "approved_by", "despite_problems", "replace_confirmed")
            found = {name: " ".join(sentences(words)) for name, words in error.error_dict.items()}
            errors = {name if name in names else "when": words for name, words in found.items()}
    if errors:
        return tk.render("odl/deposit/publish.html", deposit_publication.page(deposit, typed, errors)), 422
    return tk.redirect_to("odl_deposit_form.done", id=id)


# -- done


@odl_deposit_form.route("/<id>/en-ligne")
def done(id: str) -> Any:
    """What is online now, and what may come next."""
    deposit = find(id)
    if deposit["state"] not in ("published", "waiting"):
        return tk.redirect_to("odl_deposit.read", id=id)
    package = deposit_pages.shown("package_show", deposit["package_id"])
    is_published = deposit["state"] == "published"
    resource = deposit_pages.shown("resource_show", deposit["resource_id"]) if is_published else None
    return tk.render(
        "odl/deposit/done.html",
        {
            **frame(deposit, "publish" if not is_published else "done"),
            "package": package,
            "resource": resource,
            "badge": helpers.odl_file(resource).badge if resource else deposit_pages.badge_of(deposit),
            "headline": _headline(deposit, package),
            "sentences": _outcome(deposit, package),
            "others": _others(deposit),
            "publish": deposit_pages.next_page(deposit) if deposit["can"]["open"] else None,
            "again": _again(deposit, package, resource),
            "step": _next_step(deposit),
        },
    )


def _again(deposit: Mapping[str, Any], package: Mapping[str, Any] | None, resource: Mapping[str, Any] | None) -> str:
    """Where the corrected file of a draft is brought that cannot be published as it is; empty for all others."""
    wrong = deposit_pages.advice(deposit) or deposit_pages.badge_of(deposit) in ("invalid", "unreadable")
    if not (wrong and deposit["can"]["open"] and package and resource):
        return ""
    return helpers.odl_replace_url(package, resource)


def _is_draft(package: Mapping[str, Any] | None) -> bool:
    return package is not None and (package["private"] or package["state"] == "draft")


def _headline(deposit: Mapping[str, Any], package: Mapping[str, Any] | None) -> str:
    if deposit["state"] == "waiting":
        return tk._("It is ready") if deposit["reason"] == "scheduled" else tk._("It is kept, and waits")
    return tk._("It is kept as a draft") if _is_draft(package) else tk._("It is online")


def _outcome(deposit: Mapping[str, Any], package: Mapping[str, Any] | None) -> list[str]:
    if deposit["state"] == "waiting":
        return [helpers.odl_deposit_waiting(deposit)]
    if _is_draft(package):
        return [tk._("Only your local authority and the structure that supports it see it, until you publish it.")]
    said = [tk._("Everyone can read and re-use it.")]
    if deposit["place"] == "replace":
        said.append(tk._("The file that was online before is replaced; its report stays in the history."))
    return said


def _others(deposit: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = helpers.odl_deposits(deposit["organization"]["id"])["results"]
    return [other for other in found if other["id"] != deposit["id"] and other.get("file")][:_OTHERS]


def _next_step(deposit: Mapping[str, Any]) -> dict[str, Any] | None:
    """The most useful step of the path, None when it cannot be seen or leads here again."""
    try:
        progress = doors.progress(context(), deposit["organization"])
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return None
    here = tk.url_for("odl_deposit.index")
    steps = (step for step in progress["next"] if step["action"] and step["action"]["url"])
    return next((step for step in steps if not step["action"]["url"].startswith(here)), None)
