"""Why a deposit cannot be published yet, each reason in a sentence with the field that it is about."""

from __future__ import annotations

from typing import Any

from ckan import model
from ckan.lib import plugins as lib_plugins
from ckan.plugins import toolkit as tk

from ckanext.odl.deposit import privacy
from ckanext.odl.deposit.coverage import Loss
from ckanext.odl.logic.deposit import strictness as strict
from ckanext.odl.logic.deposit.access import Actor, actor
from ckanext.odl.logic.deposit.facts import PACKAGE_FIELDS, RESOURCE_FIELDS, Facts, today
from ckanext.odl.model import DepositState, Place
from ckanext.odl.scdl import UnknownSchema, catalogue

#: The reason that makes a deposit wait with its report instead of refusing to publish it.
HELD = "held"
#: The reason of a deposit that waits for its day.
SCHEDULED = "scheduled"


def strictness(facts: Facts) -> str:
    """Whether this organization publishes a file with problems: ``advise`` (it may) or ``block``."""
    return strict.of(facts.organization.id)


def blockers(facts: Facts) -> list[dict[str, Any]]:
    """What stands between a deposit and its publication; empty when nothing does.

    :returns: for each ``code``, ``message``, ``field`` ("" when it is about none), ``public_only`` (a private dataset
        may be made all the same) and ``overcome`` (the parameter of ``odl_deposit_publish`` that sets it aside, or "")
    """
    state = facts.deposit.state
    if state == DepositState.PUBLISHED.value:
        return of_content(facts) if facts.is_private_draft else []
    if state == DepositState.ABANDONED.value:
        return [_blocker("abandoned", tk._("This deposit was abandoned. Take it up again first."))]
    return [*_of_file(facts), *_of_place(facts), *_of_fields(facts), *of_content(facts)]


def of_content(facts: Facts) -> list[dict[str, Any]]:
    """Those that come from what is in the file: personal data, problems."""
    found = [*of_privacy(facts), *_of_report(facts)]
    if in_public(facts):  # what enters a dataset that all see is seen by all
        return [{**blocker, "public_only": False} for blocker in found]
    return found


def in_public(facts: Facts) -> bool:
    """Whether the deposit is for a dataset that is public already."""
    return facts.target is not None and not facts.target.get("private") and facts.target.get("state") == "active"


def _blocker(
    code: str, message: str, field: str = "", *, public_only: bool = False, overcome: str = ""
) -> dict[str, Any]:
    return {"code": code, "message": message, "field": field, "public_only": public_only, "overcome": overcome}


def _of_file(facts: Facts) -> list[dict[str, Any]]:
    if facts.file.discarded_at is not None:
        return [_blocker("file", tk._("The file is no longer kept here. Send it again."), "upload")]
    if not facts.file.size:
        return [_blocker("file", tk._("The file is empty: there is nothing to publish. Send another one."), "upload")]
    if facts.badge == "checking":
        return [_blocker("checking", tk._("The file is being checked; this takes a few seconds."))]
    if facts.sheets and not facts.is_whole:
        sentence = tk._("The workbook has several sheets, and only one was checked. Say what is to be published.")
        return [_blocker("sheets", sentence, "sheets")]
    return []


def _of_place(facts: Facts) -> list[dict[str, Any]]:
    place = facts.deposit.place
    if place != Place.DATASET.value and facts.target is None:
        return [_blocker("place", tk._("The dataset for this file is no longer there. Choose another one."), "place")]
    if place == Place.REPLACE.value and facts.replaced is None:
        sentence = tk._("The file to replace is no longer there. Add this one to the dataset instead.")
        return [_blocker("place", sentence, "place")]
    if facts.loss:
        return [_blocker("loss", _lost(facts, facts.loss), "place", overcome="replace_confirmed")]
    return []


def _lost(facts: Facts, loss: Loss) -> str:
    """What goes away with the file that is replaced."""
    name = (facts.replaced or {}).get("name") or (facts.replaced or {}).get("url") or ""
    sentence = tk._("This file is to take the place of “{name}”. {lost}")
    return sentence.format(name=name, lost=loss.told(facts.language))


def _of_fields(facts: Facts) -> list[dict[str, Any]]:
    """What the forms of the portal would say of the fields; asked of CKAN itself, and nothing is written."""
    errors = field_errors(facts).items()
    return [_blocker("field", sentence, name) for name, sentences in errors for sentence in sentences]


def field_errors(facts: Facts) -> dict[str, list[str]]:
    """The fields that CKAN would refuse, with its sentences."""
    values = package_values(facts)
    plugin = lib_plugins.lookup_package_plugin("dataset")
    resource = {**resource_values(facts), "url": facts.file.name, "url_type": "upload"}
    data: dict[str, Any] = {**values, "owner_org": facts.organization.id, "type": "dataset", "resources": [resource]}
    context: Any = {
        "user": facts.context.get("user") or "",
        "model": model,
        "session": model.Session,
        "ignore_auth": True,
    }
    if facts.target is not None:
        # what the dataset says already was accepted once: only what this deposit changes is judged
        data |= {"id": facts.target["id"], "title": values.get("title") or facts.target["title"]}
        data |= {name: facts.target.get(name) for name in ("license_id", "name") if not values.get(name)}
        context["package"] = model.Package.get(facts.target["id"])
        schema = plugin.update_package_schema()
        _data, errors = lib_plugins.plugin_validate(plugin, context, data, schema, "package_update")
    else:
        schema = plugin.create_package_schema()
        _data, errors = lib_plugins.plugin_validate(plugin, context, data, schema, "package_create")
    found: dict[str, list[str]] = {}
    for name, sentences in errors.items():
        if name == "resources":
            for entry in sentences:
                found.update(entry)
        elif name in (*PACKAGE_FIELDS, "tags"):
            found["tag_string" if name == "tags" else name] = _sentences(sentences)
    return found


def _sentences(found: Any) -> list[str]:
    """The sentences of one field; those of a list of tags are inside it."""
    if isinstance(found, str):
        return [found]
    if isinstance(found, dict):
        return [sentence for value in found.values() for sentence in _sentences(value)]
    return list(dict.fromkeys(sentence for value in found for sentence in _sentences(value)))


def package_values(facts: Facts) -> dict[str, Any]:
    """The fields of the dataset as they would be written."""
    values = facts.proposal["package"]
    return {name: values[name] for name in PACKAGE_FIELDS if values.get(name)}


def resource_values(facts: Facts) -> dict[str, Any]:
    """The fields of the file as they would be written; the newest version of a model is not named, it is followed."""
    values = facts.proposal["resource"]
    found = {name: values[name] for name in RESOURCE_FIELDS if values.get(name)}
    found.pop("odl_sheet", None)
    if facts.sheets:  # the next checks are to read the same one
        found["odl_sheet"] = (facts.report or {})["file"]["sheet"]
    schema_id, version = found.get("odl_schema"), found.pop("odl_schema_version", "")
    if schema_id and version:
        try:
            newest = catalogue().get(schema_id).latest
        except UnknownSchema:
            newest = ""
        if version != newest:
            found["odl_schema_version"] = version
    return found


def of_privacy(facts: Facts) -> list[dict[str, Any]]:
    """Personal data: what was found and what was not answered, or answered by a reason not to publish."""
    if not facts.is_read:
        return []
    questions, found = facts.questions, []
    if any(question["found"] for question in questions):
        sentence = tk._("The file seems to hold personal data. Say what they are before it is published.")
        found.append(_blocker("privacy", sentence, "answers", public_only=True))
    elif questions:
        count = len(questions)
        sentence = tk.ungettext(
            "One question on personal data waits for your answer.",
            "{count} questions on personal data wait for your answer.",
            count,
        ).format(count=count)
        found.append(_blocker("questions", sentence, "answers", public_only=True))
    else:
        for outcome in privacy.outcomes(facts.answers, facts.language, facts.signals):
            overcome = "approved_by" if outcome["outcome"] == "ask" else ""
            code = f"privacy-{outcome['outcome']}"
            found.append(_blocker(code, outcome["advice"], "answers", public_only=True, overcome=overcome))
    return found


def _of_report(facts: Facts) -> list[dict[str, Any]]:
    """A file with problems is published on purpose only, and not at all where the organization is strict."""
    badge = facts.badge
    if badge in ("invalid", "unreadable", "to_check") and _is_held(facts):
        sentence = tk._(
            "This local authority publishes only files that follow their model. This one waits here with its report."
        )
        return [_blocker(HELD, sentence, public_only=True)]
    if badge == "unreadable":
        sentence = tk._("The file cannot be read as a table. Send another one, or publish it as it is.")
    elif badge == "invalid":
        count = ((facts.check and facts.check.counts) or {}).get("errors") or 0
        sentence = tk.ungettext(
            "The file still holds one problem. Correct it, or publish it as it is.",
            "The file still holds {count} problems. Correct them, or publish it as it is.",
            count,
        ).format(count=count)
    else:
        return []
    return [_blocker("problems", sentence, overcome="despite_problems")]


def _is_held(facts: Facts) -> bool:
    """Whether a wrong file waits: it has a model, it would be seen by all, and its organization is strict."""
    if not facts.deposit.schema_id or (facts.target is not None and facts.target.get("private")):
        return False
    return strictness(facts) == strict.BLOCK


def left(found: list[dict[str, Any]], order: dict[str, Any]) -> list[dict[str, Any]]:
    """The blockers that *order* (the parameters of ``odl_deposit_publish``) does not set aside."""
    return [
        blocker
        for blocker in found
        if not (blocker["overcome"] and order.get(blocker["overcome"]))
        and not (blocker["public_only"] and order.get("visibility") == "draft")
    ]


def reason_to_wait(facts: Facts, order: dict[str, Any]) -> str:
    """Why a deposit that nothing blocks waits all the same; "" when it is published at once.

    What came by a link is published by an agent only; what is planned, on its day.
    """
    by: Actor = actor(facts.context)
    if by.link_id:
        return "acceptance"
    return SCHEDULED if order.get("publish_on") and order["publish_on"] > today().isoformat() else ""
