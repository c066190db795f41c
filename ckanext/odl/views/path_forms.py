"""What people send about a step of the path, as the actions want it, and what the actions refuse, field by field."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from ckan.plugins import toolkit as tk

#: What stands for the id of the proposal that waits, when one takes it back.
PROPOSAL = "proposal"
#: The fields of the forms of a step: what was typed in them stays when something is refused.
FIELDS = ("value", "note", "given_on", "expires_on", "reason", "proof")


def typed() -> dict[str, str]:
    """What was typed, without the file."""
    return {name: tk.request.form.get(name, "").strip() for name in FIELDS}


def changes(step: Mapping[str, Any]) -> dict[str, Any]:
    """The change that the form asks for, as ``odl_step_update`` takes it.

    :raises tk.ValidationError: when nothing was given
    """
    form = typed()
    do = tk.request.form.get("do", "")
    if do in ("evidence", "confirm"):
        return _evidence(step, form, confirm=do == "confirm")
    if do == "withdraw":
        return {"withdraw": form["proof"], "reason": form["reason"]}
    if do in ("waive", "propose_not_applicable", "refuse"):
        if not form["reason"]:
            raise tk.ValidationError({"reason": [tk._("Say why, in a few words: it is kept in the history.")]})
        return {do: True, "reason": form["reason"]}
    if do in ("unwaive", "accept"):
        return {do: True, "reason": form["reason"]}
    raise tk.ValidationError({"do": [tk._("The page did not say what to do. Please try again.")]})


def _evidence(step: Mapping[str, Any], form: Mapping[str, str], *, confirm: bool) -> dict[str, Any]:
    evidence: dict[str, Any] = {name: form[name] for name in ("given_on", "expires_on") if form[name]}
    upload = tk.request.files.get("upload")
    accepts = step["accepts"]
    if confirm and "confirmation" in accepts:
        return {"evidence": {**evidence, "kind": "confirmation", "value": form["note"]}}
    if upload and upload.filename and "file" in accepts:
        return {"evidence": {**evidence, "kind": "file", "upload": upload, "value": form["note"]}}
    if form["value"] and "url" in accepts:
        return {"evidence": {**evidence, "kind": "url", "value": form["value"]}}
    if form["note"] and "note" in accepts:
        return {"evidence": {**evidence, "kind": "note", "value": form["note"]}}
    first = next((field for kind, field in KIND_FIELDS.items() if kind in accepts), "value")
    raise tk.ValidationError({first: [tk._("Give one of these proofs.")]})


#: The field that each kind of evidence is typed in.
KIND_FIELDS = {"file": "upload", "url": "value", "note": "note"}


MANDATE_FIELDS = ("role", "title", "user", "body", "since", "until")


def typed_mandate() -> dict[str, str]:
    """What was typed to name a referent."""
    return {name: tk.request.form.get(name, "").strip() for name in MANDATE_FIELDS}


def mandate() -> dict[str, Any]:
    """The change of a mandate that the form asks for, as ``odl_mandate_update`` takes it."""
    do, id_ = tk.request.form.get("do", ""), tk.request.form.get("mandate", "")
    if do == "remove" and id_:
        return {"mandate": id_, "remove": True}
    if do == "end" and id_:
        today = dt.datetime.now(tk.h.get_display_timezone()).date()
        return {"mandate": id_, "until": today.isoformat()}
    return {name: value for name, value in typed_mandate().items() if value}


def sentences(errors: Mapping[str, Any]) -> dict[str, list[str]]:
    """Refusals by field, nested ones too, each a list of sentences."""
    shown: dict[str, list[str]] = {}
    for name, said in errors.items():
        if isinstance(said, Mapping):
            for inner, texts in sentences(said).items():
                shown.setdefault(inner, []).extend(texts)
        else:
            shown.setdefault(name, []).extend([said] if isinstance(said, str) else map(str, said))
    return shown


def of_step(errors: Mapping[str, Any], step: Mapping[str, Any]) -> dict[str, list[str]]:
    """Refusals of a change of a step, on the fields that people see: an action knows only one ``value``."""
    shown = sentences(errors)
    if "value" in shown and not tk.request.form.get("value", "").strip() and "note" in step["accepts"]:
        shown["note"] = shown.pop("value")
    return shown
