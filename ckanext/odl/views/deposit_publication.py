"""The last page before a file is published: what will be online, when, and what still stands against it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from ckan.plugins import toolkit as tk

from ckanext.odl import helpers
from ckanext.odl.language import language
from ckanext.odl.logic.deposit.blocking import HELD
from ckanext.odl.views import deposit_pages
from ckanext.odl.views.deposit_description import Description
from ckanext.odl.views.deposit_pages import frame


def missing(deposit: Mapping[str, Any], typed: Mapping[str, Any]) -> dict[str, str]:
    errors = {}
    is_draft = typed["when"] == "draft"
    if typed["when"] == "later":
        try:
            day = dt.date.fromisoformat(typed["publish_on"])
        except ValueError:
            errors["publish_on"] = tk._("Give the date of publication, for instance 2026-03-31.")
        else:
            if day <= _today():
                errors["publish_on"] = tk._("Give a date to come, or publish now.")
    if not typed["approved_by"] and (typed["when"] == "later" or (not is_draft and _asks_who(deposit))):
        errors["approved_by"] = tk._("Say who agreed to the publication: a name and a role.")
    if not is_draft and _despite(deposit) and not typed["despite_problems"]:
        errors["despite_problems"] = tk._("Tick this box to go on, or correct the file first.")
    if not is_draft and _lost(deposit) and not typed["replace_confirmed"]:
        errors["replace_confirmed"] = tk._("Tick this box to go on, or choose another place for the file.")
    return errors


def _asks_who(deposit: Mapping[str, Any]) -> bool:
    """Whether an answer on personal data has to be confirmed by somebody."""
    return any(blocker["overcome"] == "approved_by" for blocker in deposit["blockers"])


def order(deposit: Mapping[str, Any], typed: Mapping[str, Any]) -> dict[str, Any]:
    order: dict[str, Any] = {"id": deposit["id"], "language": language()}
    order["visibility"] = "draft" if typed["when"] == "draft" else "public"
    if typed["when"] == "later":
        order["publish_on"] = typed["publish_on"]
    if typed["approved_by"]:
        order["approved_by"] = typed["approved_by"]
    if _despite(deposit) and (typed["despite_problems"] or typed["when"] == "draft"):
        order["despite_problems"] = True  # a draft is shown to nobody
    if _lost(deposit) and typed["replace_confirmed"]:
        order["replace_confirmed"] = True
    return order


def _lost(deposit: Mapping[str, Any]) -> str:
    """What the replacement takes off line, in a sentence; empty when nothing."""
    lost = (blocker["message"] for blocker in deposit["blockers"] if blocker["code"] == "loss")
    return next(lost, "")


def _today() -> dt.date:
    return dt.datetime.now(tk.h.get_display_timezone()).date()


def _despite(deposit: Mapping[str, Any]) -> str:
    """What the person confirms before a file with problems goes online; empty when there is nothing to confirm."""
    if not any(blocker["overcome"] == "despite_problems" for blocker in deposit["blockers"]):
        return ""
    if deposit_pages.badge_of(deposit) == "unreadable":
        return tk._("I know that this file is not read as a table: it is published as a document.")
    errors = deposit["report"]["counts"]["errors"]
    sentence = tk.ungettext(
        "I know that {n} problem is left: it will be shown beside the file.",
        "I know that {n} problems are left: they will be shown beside the file.",
        errors,
    )
    return sentence.format(n=helpers.odl_number(errors))


def page(deposit: dict[str, Any], typed: Mapping[str, Any], errors: Mapping[str, str]) -> dict[str, Any]:
    form, choices = Description(deposit), _choices(deposit)
    labels = {"publish_on": tk._("Date of publication"), "approved_by": tk._("Who said “ready to publish”?")}
    anchors = {
        name: f"field-{name}" for name in ("publish_on", "approved_by", "despite_problems", "replace_confirmed", "when")
    }
    return {
        **frame(deposit, "publish"),
        "title": form.title(),
        "facts": form.facts(),
        "warnings": _warnings(deposit),
        "blockers": _blockers(deposit),
        "choices": choices,
        "may": deposit["can"]["draft"] or deposit["can"]["publish"] or not _blockers(deposit),
        "asks_who": _asks_who(deposit),
        "asks_despite": _despite(deposit) if choices[0]["value"] != "draft" else "",
        "lost": _lost(deposit),
        "typed": {**typed, "when": typed["when"] if len(choices) > 1 else choices[0]["value"]},
        "tomorrow": (_today() + dt.timedelta(days=1)).isoformat(),
        "errors": dict(errors),
        "problems": [
            {"label": labels.get(name, ""), "anchor": anchors[name], "text": words} for name, words in errors.items()
        ],
    }


def _choices(deposit: Mapping[str, Any]) -> list[dict[str, str]]:
    now = tk._("everyone can read and re-use it at once, here and soon on data.gouv.fr")
    public = [
        {"value": "now", "text": tk._("Publish now"), "why": now},
        {
            "value": "later",
            "text": tk._("Publish on a date"),
            "why": tk._("for instance the day after the council; the portal does it by itself"),
        },
    ]
    draft = {
        "value": "draft",
        "text": tk._("Keep it as a draft"),
        "why": tk._("only your local authority and the structure that supports it see it"),
    }
    if deposit["can"]["open"]:
        return [public[0]]
    if _waits(deposit):
        waits = tk._("it waits for its problems to be corrected; nothing is lost, and what is online stays online")
        public = [{"value": "now", "text": tk._("Let it wait with its report"), "why": waits}]
    public_only = [blocker for blocker in _left(deposit) if blocker["public_only"]]
    return [draft] if public_only else [*public, draft] if deposit["place"] == "dataset" else public


def _waits(deposit: Mapping[str, Any]) -> bool:
    """Whether publishing it means that it waits with its report, since it does not follow its model."""
    return any(blocker["code"] == HELD for blocker in deposit["blockers"])


def _warnings(deposit: Mapping[str, Any]) -> list[str]:
    """What to know before publishing, in sentences."""
    said = []
    if _waits(deposit):
        said.append(
            tk._("The structure that supports you asks for files without problems: this one waits with its report.")
        )
    if deposit["place"] == "replace" and not _lost(deposit):
        said.append(tk._("It takes the place of the file that is online, which stays there until then."))
    if deposit["sheets_kept"] == "all":
        sentence = tk._("The whole workbook is published, of which only the sheet “{name}” was checked.")
        said.append(sentence.format(name=deposit["report"]["file"]["sheet"]))
    if deposit_pages.badge_of(deposit) == "no_schema":
        said.append(tk._("It follows no model: it is published without a check."))
    rows = (deposit["covers"] or {}).get("refused_rows")
    if rows:
        sentence = tk.ungettext(
            "{n} row is of those who refuse to be in this dataset: the page of the file can leave it out.",
            "{n} rows are of those who refuse to be in this dataset: the page of the file can leave them out.",
            rows,
        )
        said.append(sentence.format(n=helpers.odl_number(rows)))
    said += [blocker["message"] for blocker in deposit_pages.advice(deposit) if blocker["overcome"]]
    return said


def _left(deposit: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The blockers that nothing on the page sets aside."""
    waits = () if deposit["can"]["open"] else (HELD,)  # which is what publishing does then
    return [one for one in deposit["blockers"] if not one["overcome"] and one["code"] not in waits]


def _blockers(deposit: Mapping[str, Any]) -> list[dict[str, str]]:
    """What keeps the file from being published, each with the page where it is settled."""
    to = deposit_pages.addresses(deposit)
    pages = {
        "privacy": (to["privacy"], tk._("Answer the questions")),
        "questions": (to["privacy"], tk._("Answer the questions")),
        "privacy-remove": (to["corrected"], tk._("Bring the corrected file")),
        "sheets": (f"{to['read']}#odl-sheets", tk._("Choose what is published")),
        "place": (to["place"], tk._("Say where it belongs")),
        "field": (to["description"], tk._("Complete the description")),
        "file": (to["corrected"], tk._("Send the file again")),
    }
    other = (to["read"], tk._("See the report"))
    return [
        {**blocker, **dict(zip(("url", "link"), pages.get(blocker["code"], other), strict=True))}
        for blocker in _left(deposit)
    ]
