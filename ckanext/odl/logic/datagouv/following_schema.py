"""What the actions about sources, runs and the review list accept."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.odl.harvest.sources import FREQUENCIES
from ckanext.odl.model.datagouv import REVIEW, TWIN_STATES

from ..paging import pages
from .review import DECISIONS

_MOST_ROWS = 100
MOST_DECISIONS = 500


@tk.validator_args
def source_create(
    not_empty: Validator,
    ignore_missing: Validator,
    unicode_safe: Validator,
    odl_one_line: Validator,
    boolean_validator: Validator,
    default: ValidatorFactory,
    one_of: ValidatorFactory,
    ignore: Validator,
) -> Schema:
    return {
        "atd": [not_empty, unicode_safe],
        "title": [default("data.gouv.fr"), unicode_safe, odl_one_line, _short],
        "frequency": [default("DAILY"), one_of(list(FREQUENCIES))],
        "organizations": [ignore_missing, _names],
        "active": [default(True), boolean_validator],
        "skip_harvested": [default(False), boolean_validator],
        "__extras": [ignore],
    }


@tk.validator_args
def source_update(
    not_empty: Validator,
    ignore_missing: Validator,
    unicode_safe: Validator,
    odl_one_line: Validator,
    boolean_validator: Validator,
    one_of: ValidatorFactory,
    ignore: Validator,
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "title": [ignore_missing, unicode_safe, odl_one_line, _short],
        "frequency": [ignore_missing, one_of(list(FREQUENCIES))],
        "organizations": [ignore_missing, _names],
        "all_members": [ignore_missing, boolean_validator],
        "active": [ignore_missing, boolean_validator],
        "skip_harvested": [ignore_missing, boolean_validator],
        "__extras": [ignore],
    }


@tk.validator_args
def source_list(ignore_empty: Validator, unicode_safe: Validator, ignore: Validator) -> Schema:
    return {"atd": [ignore_empty, unicode_safe], "__extras": [ignore]}


@tk.validator_args
def run(
    not_empty: Validator,
    unicode_safe: Validator,
    default: ValidatorFactory,
    boolean_validator: Validator,
    ignore: Validator,
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "confirm_removals": [default(False), boolean_validator],
        "__extras": [ignore],
    }


@tk.validator_args
def run_list(
    ignore_empty: Validator,
    unicode_safe: Validator,
    ignore: Validator,
) -> Schema:
    return {
        "source": [ignore_empty, unicode_safe],
        "atd": [ignore_empty, unicode_safe],
        **pages(20, _MOST_ROWS),
        "__extras": [ignore],
    }


@tk.validator_args
def run_show(
    not_empty: Validator,
    unicode_safe: Validator,
    ignore: Validator,
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        **pages(20, _MOST_ROWS),
        "__extras": [ignore],
    }


@tk.validator_args
def review_list(
    not_empty: Validator,
    ignore_empty: Validator,
    unicode_safe: Validator,
    default: ValidatorFactory,
    one_of: ValidatorFactory,
    ignore: Validator,
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "state": [default(REVIEW), one_of(list(TWIN_STATES))],
        "ids": [ignore_empty, _names],
        "q": [ignore_empty, unicode_safe],
        **pages(20, _MOST_ROWS),
        "__extras": [ignore],
    }


@tk.validator_args
def review_decide(
    not_empty: Validator, ignore_empty: Validator, unicode_safe: Validator, one_of: ValidatorFactory, ignore: Validator
) -> Schema:
    return {
        "ids": [not_empty, _names],
        "decision": [not_empty, one_of(list(DECISIONS))],
        "package_id": [ignore_empty, unicode_safe],
        "__extras": [ignore],
    }


def _names(value: Any) -> list[str]:
    """A list of ids or names; one alone may stand without its list."""
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        raise tk.Invalid(tk._("Give a list of ids."))
    if len(names) > MOST_DECISIONS:
        raise tk.Invalid(tk._("At most {most} at once.").format(most=MOST_DECISIONS))
    return list(dict.fromkeys(names))


def _short(value: str) -> str:
    if len(value) > 200:
        raise tk.Invalid(tk._("Keep the title under 200 characters."))
    return value
