"""From a file that was read to a file that is published: personal data, where it belongs, its description, when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from ckan.plugins import toolkit as tk
from flask import Blueprint

from ckanext.odl import helpers
from ckanext.odl.language import language
from ckanext.odl.views import csrf, deposit_pages, doors
from ckanext.odl.views.deposit_description import Description
from ckanext.odl.views.deposit_pages import context, find, frame, sentences

odl_deposit_form = Blueprint("odl_deposit_form", __name__, url_prefix="/odl/depot")
csrf.protect(odl_deposit_form)

#: Deposits under way that the last page proposes to go on with.
_OTHERS = 3


def _ready(id_: str) -> dict[str, Any]:
    """A deposit that was read and is not over; others are shown where they stand."""
    deposit = find(id_)
    if not deposit_pages.is_checked(deposit) or deposit_pages.is_over(deposit):
        raise _Elsewhere(tk.url_for("odl_deposit.read", id=id_))
    return deposit


class _Elsewhere(Exception):
    """The page has nothing to ask at the moment."""


@odl_deposit_form.errorhandler(_Elsewhere)
def _elsewhere(error: _Elsewhere) -> Any:
    return tk.redirect_to(str(error))


# -- personal data


@odl_deposit_form.route("/<id>/donnees-personnelles", methods=["GET", "POST"])
def privacy(id: str) -> Any:
    """What looks like personal data, and the questions that only a person can answer."""
    deposit = _ready(id)
    if tk.request.method == "GET":
        return tk.render("odl/deposit/privacy.html", _privacy(deposit, {}))
    asked = [question["id"] for question in deposit["questions"]]
    given = {name: tk.request.form[name] for name in asked if tk.request.form.get(name)}
    missing = {name: tk._("Choose an answer.") for name in asked if name not in given}
    if not missing:
        try:
            deposit_pages.update(deposit, answers=given)
        except tk.ValidationError as error:
            missing = {asked[0]: " ".join(sentences(error.error_dict))}
    if missing:
        return tk.render("odl/deposit/privacy.html", _privacy(deposit, given, missing)), 422
    changed = find(id)
    if changed["questions"] or changed.get("advice"):
        return tk.redirect_to("odl_deposit_form.privacy", id=id)
    return tk.redirect_to(deposit_pages.next_page(changed, "privacy"))


def _privacy(
    deposit: dict[str, Any], given: Mapping[str, str], missing: Mapping[str, str] | None = None
) -> dict[str, Any]:
    problems = missing or {}
    known = {**(deposit.get("answers") or {}), **given}
    questions = [
        {**question, "value": known.get(question["id"]), "error": problems.get(question["id"])}
        for question in deposit["questions"]
    ]
    told = [
        {"label": question["text"], "anchor": f"field-{question['id']}", "text": question["error"]}
        for question in questions
        if question["error"]
    ]
    return {
        **frame(deposit, "privacy"),
        "signals": deposit["signals"],
        "questions": questions,
        "advice": deposit.get("advice") or [],
        "errors": dict(problems),
        "problems": told,
        "next": deposit_pages.next_page(deposit, "privacy"),
    }


# -- where it belongs


@odl_deposit_form.route("/<id>/ou", methods=["GET", "POST"])
def place(id: str) -> Any:
    """A new year of a dataset, the same data again, or something new: asked before there are two of the same."""
    deposit = _ready(id)
    options = _options(deposit)
    if tk.request.method == "GET":
        return tk.render("odl/deposit/place.html", _place(deposit, options, _present(deposit)))
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
    return tk.redirect_to("odl_deposit_form.description", id=id)


def _place(deposit: dict[str, Any], options: list[dict[str, Any]], chosen: str) -> dict[str, Any]:
    return {**frame(deposit, "description"), "options": options, "chosen": chosen}


def _options(deposit: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The places that this file may have: those that resemble it, then one of its own."""
    options = []
    for candidate in deposit["candidates"]:
        replaces = bool(candidate.get("resource_id")) and candidate["question"] in ("same-file", "same-data")
        where = {"package_id": candidate["package_id"]}
        if replaces:
            value = f"replace:{candidate['resource_id']}"
            where |= {"place": "replace", "resource_id": candidate["resource_id"]}
        else:
            value = f"file:{candidate['package_id']}"
            where |= {"place": "file", "resource_id": ""}
        if any(option["value"] == value for option in options):
            continue
        options.append({"value": value, "text": _words(candidate), "why": candidate["why"], "update": where})
    own = {"place": "dataset", "package_id": "", "resource_id": ""}
    text = tk._("None of these: these are new data")
    why = tk._("They get a page of their own.")
    return [*options, {"value": "dataset", "text": text, "why": why, "update": own}]


def _words(candidate: Mapping[str, Any]) -> str:
    title = candidate["title"]
    known = {
        "same-file": tk._("The very same file as in “{title}”: put it in the place of that one"),
        "same-data": tk._("The same data as “{title}”: put it in the place of the file that is there"),
        "new-period": tk._("A new year of “{title}”: add it beside the other files"),
        "near-title": tk._("One more file of “{title}”"),
    }
    return known.get(candidate["question"], known["near-title"]).format(title=title)


def _present(deposit: Mapping[str, Any]) -> str:
    """The place that is ticked when the page opens: what was said before, else the most likely one."""
    if deposit["place"] == "replace":
        return f"replace:{deposit['resource_id']}"
    if deposit["place"] == "file":
        return f"file:{deposit['package_id']}"
    if deposit.get("place_chosen"):
        return "dataset"
    first = _options(deposit)[0]
    return first["value"] if deposit["candidates"] and deposit["candidates"][0]["question"] != "near-title" else ""


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
    return tk.redirect_to(deposit_pages.next_page(find(id), "description"))


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
    }
    if tk.request.method == "GET":
        return tk.render("odl/deposit/publish.html", _publish(deposit, typed, {}))
    errors = _missing(deposit, typed)
    if not errors:
        try:
            tk.get_action("odl_deposit_publish")(context(), _order(deposit, typed))
        except tk.ValidationError as error:
            names = ("publish_on", "approved_by", "despite_problems")
            found = {name: " ".join(sentences(words)) for name, words in error.error_dict.items()}
            errors = {name if name in names else "when": words for name, words in found.items()}
    if errors:
        return tk.render("odl/deposit/publish.html", _publish(deposit, typed, errors)), 422
    return tk.redirect_to("odl_deposit_form.done", id=id)


def _missing(deposit: Mapping[str, Any], typed: Mapping[str, Any]) -> dict[str, str]:
    errors = {}
    if typed["when"] == "later":
        try:
            day = dt.date.fromisoformat(typed["publish_on"])
        except ValueError:
            errors["publish_on"] = tk._("Give the date of publication, for instance 2026-03-31.")
        else:
            if day < _today():
                errors["publish_on"] = tk._("This date is past: give one to come, or publish now.")
        if not typed["approved_by"]:
            errors["approved_by"] = tk._("Say who agreed to the publication: a name and a role.")
    if typed["when"] != "draft" and _despite(deposit) and not typed["despite_problems"]:
        errors["despite_problems"] = tk._("Tick this box to go on, or correct the file first.")
    return errors


def _order(deposit: Mapping[str, Any], typed: Mapping[str, Any]) -> dict[str, Any]:
    order: dict[str, Any] = {"id": deposit["id"], "language": language()}
    order["visibility"] = "draft" if typed["when"] == "draft" else "public"
    if typed["when"] == "later":
        order["publish_on"] = typed["publish_on"]
    if typed["approved_by"]:
        order["approved_by"] = typed["approved_by"]
    if typed["despite_problems"] and _despite(deposit):
        order["despite_problems"] = True
    return order


def _today() -> dt.date:
    return dt.datetime.now(tk.h.get_display_timezone()).date()


def _despite(deposit: Mapping[str, Any]) -> str:
    """What the person confirms before a file with problems goes online; empty when there is nothing to confirm."""
    if deposit_pages.badge_of(deposit) != "invalid" or deposit.get("strictness") == "block":
        return ""
    counts = (deposit.get("report") or {}).get("counts") or {}
    errors = counts.get("errors") or 0
    sentence = tk.ungettext(
        "I know that {n} problem is left: it will be shown beside the file.",
        "I know that {n} problems are left: they will be shown beside the file.",
        errors,
    )
    return sentence.format(n=helpers.odl_number(errors))


def _publish(deposit: dict[str, Any], typed: Mapping[str, Any], errors: Mapping[str, str]) -> dict[str, Any]:
    form = Description(deposit)
    labels = {"publish_on": tk._("Date of publication"), "approved_by": tk._("Who said “ready to publish”?")}
    anchors = {name: f"field-{name}" for name in ("publish_on", "approved_by", "despite_problems", "when")}
    return {
        **frame(deposit, "publish"),
        "title": form.title(),
        "facts": form.facts(),
        "warnings": _warnings(deposit),
        "blockers": _blockers(deposit),
        "choices": _choices(deposit),
        "asks_despite": _despite(deposit),
        "typed": typed,
        "tomorrow": (_today() + dt.timedelta(days=1)).isoformat(),
        "errors": dict(errors),
        "problems": [
            {"label": labels.get(name, ""), "anchor": anchors[name], "text": words} for name, words in errors.items()
        ],
    }


def _choices(deposit: Mapping[str, Any]) -> list[dict[str, str]]:
    waits = deposit_pages.badge_of(deposit) in ("invalid", "unreadable") and deposit.get("strictness") == "block"
    now = tk._("everyone can read and re-use it at once, here and soon on data.gouv.fr")
    if waits:
        now = tk._("it waits for its problems to be corrected; nothing is lost, and what is online stays online")
    return [
        {"value": "now", "text": tk._("Publish now"), "why": now},
        {
            "value": "later",
            "text": tk._("Publish on a date"),
            "why": tk._("for instance the day after the council; the portal does it by itself"),
        },
        {
            "value": "draft",
            "text": tk._("Keep it as a draft"),
            "why": tk._("only your local authority and the structure that supports it see it"),
        },
    ]


def _warnings(deposit: Mapping[str, Any]) -> list[str]:
    """What to know before publishing, in sentences."""
    badge, strict = deposit_pages.badge_of(deposit), deposit.get("strictness") == "block"
    said = []
    if badge == "invalid" and strict:
        said.append(
            tk._(
                "The structure that supports you asks for files without problems: this one will wait with its report "
                "until it is corrected."
            )
        )
    if deposit["place"] == "replace":
        said.append(tk._("It takes the place of the file that is online, which stays there until then."))
    if badge == "no_schema":
        said.append(tk._("It follows no model: it is published without a check."))
    return said


def _blockers(deposit: Mapping[str, Any]) -> list[dict[str, str]]:
    """What keeps the file from being published, each with the page where it is settled."""
    to = deposit_pages.addresses(deposit)
    pages = {
        "privacy": (to["privacy"], tk._("Answer the questions")),
        "questions": (to["privacy"], tk._("Answer the questions")),
        "place": (to["place"], tk._("Say where it belongs")),
        "description": (to["description"], tk._("Complete the description")),
        "report": (to["read"], tk._("See the report")),
    }
    found = []
    for blocker in deposit["blockers"]:
        url, link = pages.get(blocker["code"], ("", ""))
        found.append({**blocker, "url": url, "link": link})
    return found


# -- done


@odl_deposit_form.route("/<id>/en-ligne")
def done(id: str) -> Any:
    """What is online now, and what may come next."""
    deposit = find(id)
    if deposit["state"] not in ("published", "waiting"):
        return tk.redirect_to("odl_deposit.read", id=id)
    package = deposit_pages.shown("package_show", deposit.get("package_id"))
    is_published = deposit["state"] == "published"
    resource = deposit_pages.shown("resource_show", deposit.get("resource_id")) if is_published else None
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
            "step": _next_step(deposit),
        },
    )


def _is_draft(package: Mapping[str, Any] | None) -> bool:
    return bool(package) and (package["private"] or package["state"] == "draft")  # pyright: ignore[reportOptionalSubscript]


def _headline(deposit: Mapping[str, Any], package: Mapping[str, Any] | None) -> str:
    if deposit["state"] == "waiting":
        return tk._("It is ready") if deposit.get("reason") == "scheduled" else tk._("It is kept, and waits")
    return tk._("It is kept as a draft") if _is_draft(package) else tk._("It is online")


def _outcome(deposit: Mapping[str, Any], package: Mapping[str, Any] | None) -> list[str]:
    if deposit["state"] == "waiting":
        return [helpers.odl_deposit_waiting(deposit)]
    if _is_draft(package):
        return [
            tk._(
                "Only your local authority and the structure that supports it see it. You can publish it from its page."
            )
        ]
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
