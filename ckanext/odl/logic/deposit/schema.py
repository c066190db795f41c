"""What each action of deposits accepts."""

from __future__ import annotations

import json
from typing import Any

from ckan.plugins import toolkit as tk
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.odl.deposit import privacy
from ckanext.odl.logic.paging import pages
from ckanext.odl.logic.path.schema import odl_flag
from ckanext.odl.model import DepositState, FileKind, Place

_LANGUAGES = ["fr", "en"]
_MOST_ROWS = 200
#: Characters of the reason of a refusal.
MOST_REASON = 500


def odl_mapping(value: Any) -> dict[str, Any]:
    """A mapping, or its JSON (over multipart/form-data everything is text)."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            value = None
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise tk.Invalid(tk._("Give pairs of a name and a value."))
    return value


def odl_answers(value: Any) -> dict[str, Any]:
    """Answers to the questions on personal data, by the question's id."""
    said = odl_mapping(value)
    known = {question["id"]: {answer["value"] for answer in question["answers"]} for question in privacy.questions()}
    if any(name not in known or answer not in known[name] for name, answer in said.items()):
        choices = "; ".join(f"{name}: {', '.join(sorted(answers))}" for name, answers in known.items())
        sentence = tk._("There is no such question or answer. These are known: {choices}.")
        raise tk.Invalid(sentence.format(choices=choices))
    return said


def odl_reason(value: str) -> str:
    """A reason in a few words."""
    reason = value.strip()
    if not reason:
        raise tk.Invalid(tk._("Say in a few words why you refuse."))
    return reason[:MOST_REASON]


@tk.validator_args
def create(
    ignore_missing: Validator,
    ignore_empty: Validator,
    not_empty: Validator,
    unicode_safe: Validator,
    default: ValidatorFactory,
    one_of: ValidatorFactory,
) -> Schema:
    text = [ignore_empty, unicode_safe]
    return {
        "organization": [not_empty, unicode_safe],
        "upload": [ignore_missing],
        "kind": [default(FileKind.ORIGINAL.value), one_of([FileKind.ORIGINAL.value, FileKind.TYPED.value])],
        **dict.fromkeys(("schema", "package_id", "resource_id"), text),
        "language": [ignore_empty, one_of(_LANGUAGES)],
    }


@tk.validator_args
def show(not_empty: Validator, ignore_empty: Validator, unicode_safe: Validator, one_of: ValidatorFactory) -> Schema:
    return {"id": [not_empty, unicode_safe], "language": [ignore_empty, one_of(_LANGUAGES)]}


@tk.validator_args
def list_(
    ignore_empty: Validator,
    unicode_safe: Validator,
    default: ValidatorFactory,
    one_of: ValidatorFactory,
) -> Schema:
    return {
        "organization": [ignore_empty, unicode_safe],
        "mine": [default(""), odl_flag],
        "state": [ignore_empty, one_of([*(state.value for state in DepositState), "open", "unpublished"])],
        **pages(20, _MOST_ROWS),
        "language": [ignore_empty, one_of(_LANGUAGES)],
    }


@tk.validator_args
def update(
    not_empty: Validator,
    ignore_missing: Validator,
    ignore_empty: Validator,
    unicode_safe: Validator,
    boolean_validator: Validator,
    one_of: ValidatorFactory,
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        # given and empty: no model, no dataset
        **{name: [ignore_missing, unicode_safe] for name in ("schema", "package_id", "resource_id")},
        "sheet": [ignore_empty, unicode_safe],
        "sheets": [ignore_empty, one_of(["one", "all"])],
        "place": [ignore_empty, one_of([place.value for place in Place])],
        **{name: [ignore_empty, odl_mapping] for name in ("package", "resource", "answers")},
        "covers": [ignore_empty, boolean_validator],
        "language": [ignore_empty, one_of(_LANGUAGES)],
    }


@tk.validator_args
def file_add(
    not_empty: Validator,
    ignore_missing: Validator,
    ignore_empty: Validator,
    unicode_safe: Validator,
    default: ValidatorFactory,
    one_of: ValidatorFactory,
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "upload": [ignore_missing],
        "kind": [default(FileKind.CORRECTED.value), one_of([FileKind.CORRECTED.value, FileKind.TYPED.value])],
        "language": [ignore_empty, one_of(_LANGUAGES)],
    }


@tk.validator_args
def repair(
    not_empty: Validator,
    ignore_empty: Validator,
    unicode_safe: Validator,
    default: ValidatorFactory,
    one_of: ValidatorFactory,
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "chosen": [not_empty, odl_mapping],
        "format": [default("csv"), one_of(["csv", "xlsx"])],
        "language": [ignore_empty, one_of(_LANGUAGES)],
    }


@tk.validator_args
def publish(
    not_empty: Validator,
    ignore_empty: Validator,
    unicode_safe: Validator,
    default: ValidatorFactory,
    one_of: ValidatorFactory,
    odl_day: Validator,
    odl_one_line: Validator,
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "visibility": [default("public"), one_of(["public", "draft"])],
        "publish_on": [ignore_empty, unicode_safe, odl_day],
        "approved_by": [ignore_empty, unicode_safe, odl_one_line],
        **{name: [default(""), odl_flag] for name in ("despite_problems", "replace_confirmed")},
        "language": [ignore_empty, one_of(_LANGUAGES)],
    }


@tk.validator_args
def abandon(
    not_empty: Validator, ignore_empty: Validator, unicode_safe: Validator, default: ValidatorFactory
) -> Schema:
    return {"id": [not_empty, unicode_safe], "why": [ignore_empty, unicode_safe], "undo": [default(""), odl_flag]}


@tk.validator_args
def one_call(
    not_empty: Validator,
    ignore_missing: Validator,
    ignore_empty: Validator,
    unicode_safe: Validator,
    default: ValidatorFactory,
    one_of: ValidatorFactory,
    odl_one_line: Validator,
    odl_period: Validator,
) -> Schema:
    text = [ignore_empty, unicode_safe, odl_one_line]
    return {
        "file": [ignore_missing],
        "organization": [not_empty, unicode_safe, odl_one_line],
        "model": [not_empty, unicode_safe],
        "period": [ignore_empty, unicode_safe, odl_period],
        "title": text,
        "dataset": text,
        "answers": [ignore_empty, odl_answers],
        "visibility": [default("public"), one_of(["public", "draft"])],
        **{name: [ignore_empty, odl_flag] for name in ("despite_problems", "replace_confirmed")},
        "approved_by": text,
        "sheet": text,
        "sheets": [ignore_empty, one_of(["one", "all"])],
        "dry_run": [default(""), odl_flag],
        "language": [ignore_empty, one_of(_LANGUAGES)],
    }


@tk.validator_args
def of_dataset(not_empty: Validator, unicode_safe: Validator, ignore: Validator) -> Schema:
    return {"id": [not_empty, unicode_safe], "__extras": [ignore]}


@tk.validator_args
def of_organization(not_empty: Validator, unicode_safe: Validator, ignore: Validator) -> Schema:
    return {"organization": [not_empty, unicode_safe], "__extras": [ignore]}


@tk.validator_args
def cover(not_empty: Validator, unicode_safe: Validator, ignore: Validator) -> Schema:
    return {**of_dataset(), **of_organization(), "__extras": [ignore]}


@tk.validator_args
def refuse(not_empty: Validator, unicode_safe: Validator, ignore: Validator) -> Schema:
    return {**cover(), "why": [not_empty, unicode_safe, odl_reason]}
