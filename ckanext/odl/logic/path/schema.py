"""What each action of the path accepts."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.odl.logic.paging import pages
from ckanext.odl.logic.path.listing import SORTS
from ckanext.odl.logic.path.priority import PROBLEMS

#: What a mandate makes of a person.
ROLES = ["agent", "elu", "atd", "epci", "secretary"]
#: What ``odl_step_update`` may be asked by a yes.
FLAGS = ("waive", "unwaive", "propose_not_applicable", "accept", "refuse")
_MOST_ROWS = 1000


def odl_texts(value: Any) -> list[str]:
    """A list of texts, as a list or as one text with commas."""
    words = value.split(",") if isinstance(value, str) else value
    if not isinstance(words, list):
        raise tk.Invalid(tk._("Give a list."))
    return [str(word).strip() for word in words if str(word).strip()]


def odl_no_contact(value: Any) -> Any:
    """A function in words, without a way to reach a person: those stay out of the portal."""
    text = str(value or "")
    if "@" in text or sum(character.isdigit() for character in text) >= 8:
        raise tk.Invalid(tk._("Write the function only: no e-mail address, no telephone number."))
    return value


def odl_flag(value: Any) -> bool:
    """True for anything that means yes."""
    return str(value).strip().lower() in ("true", "1", "yes", "on")


@tk.validator_args
def one(not_empty: Validator, unicode_safe: Validator, ignore_empty: Validator) -> Schema:
    return {"id": [not_empty, unicode_safe], "language": [ignore_empty, unicode_safe]}


@tk.validator_args
def progress_list(
    ignore_empty: Validator,
    unicode_safe: Validator,
    default: ValidatorFactory,
    one_of: ValidatorFactory,
) -> Schema:
    text = [ignore_empty, unicode_safe]
    return {
        **dict.fromkeys(("atd", "q", "phase", "kind", "department", "group", "profile"), text),
        "problem": [ignore_empty, one_of(list(PROBLEMS))],
        "sort": [default("priority"), one_of(SORTS)],
        **pages(20, _MOST_ROWS),
    }


@tk.validator_args
def step_update(
    not_empty: Validator,
    ignore_empty: Validator,
    ignore_missing: Validator,
    unicode_safe: Validator,
    one_of: ValidatorFactory,
    default: ValidatorFactory,
    odl_day: Validator,
) -> Schema:
    text = [ignore_empty, unicode_safe]
    return {
        "id": [ignore_empty, unicode_safe],
        "step": [not_empty, unicode_safe],
        "language": text,
        # a proof
        "kind": text,
        "value": text,
        "upload": [ignore_missing],
        "given_on": [ignore_empty, unicode_safe, odl_day],
        "expires_on": [ignore_empty, unicode_safe, odl_day],
        "withdraw": text,
        # a decision
        "reason": text,
        "state": [ignore_empty, one_of(["waived", "not_applicable"])],
        **{name: [default(""), odl_flag] for name in FLAGS},
        "ids": [ignore_empty, odl_texts],
        "atd": text,
        "profile": text,
    }


@tk.validator_args
def history_list(
    not_empty: Validator,
    ignore_empty: Validator,
    unicode_safe: Validator,
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "step": [ignore_empty, unicode_safe],
        **pages(50, _MOST_ROWS),
    }


@tk.validator_args
def proposal_list(
    ignore_empty: Validator,
    unicode_safe: Validator,
) -> Schema:
    return {"atd": [ignore_empty, unicode_safe], **pages(50, _MOST_ROWS)}


@tk.validator_args
def mandate_update(
    not_empty: Validator,
    ignore_empty: Validator,
    unicode_safe: Validator,
    one_of: ValidatorFactory,
    default: ValidatorFactory,
    odl_day: Validator,
    odl_one_line: Validator,
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "mandate": [ignore_empty, unicode_safe],
        "role": [ignore_empty, one_of(ROLES)],
        "title": [ignore_empty, unicode_safe, odl_one_line, odl_no_contact],
        "user": [ignore_empty, unicode_safe],
        "body": [ignore_empty, unicode_safe],
        "since": [ignore_empty, unicode_safe, odl_day],
        "until": [ignore_empty, unicode_safe, odl_day],
        "remove": [default(""), odl_flag],
    }


@tk.validator_args
def call_note(not_empty: Validator, ignore_empty: Validator, unicode_safe: Validator, odl_day: Validator) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "note": [ignore_empty, unicode_safe],
        "on": [ignore_empty, unicode_safe, odl_day],
    }
