"""What each action of campaigns accepts."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk
from ckan.types import Schema, Validator

from ckanext.odl.logic.deposit.schema import odl_mapping


def ids(value: Any) -> list[str]:
    """A list of ids or names (over a form: one, or several of the same name)."""
    if isinstance(value, str):
        value = [value] if value else []
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise tk.Invalid(tk._("Give a list of local authorities."))
    return value


@tk.validator_args
def create(
    not_empty: Validator, unicode_safe: Validator, ignore_missing: Validator, ignore: Validator, odl_one_line: Validator
) -> Schema:
    return {
        "atd": [not_empty, unicode_safe],
        "schema": [not_empty, unicode_safe],
        "period": [ignore_missing, unicode_safe, odl_one_line],
        "due_on": [not_empty, unicode_safe],
        "title": [ignore_missing, unicode_safe, odl_one_line],
        "members": [ignore_missing, ids],
        "contact": [ignore_missing, odl_mapping],
        "texts": [ignore_missing, odl_mapping],
        "__extras": [ignore],
    }


@tk.validator_args
def update(
    not_empty: Validator, unicode_safe: Validator, ignore_missing: Validator, ignore: Validator, odl_one_line: Validator
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "due_on": [ignore_missing, unicode_safe],
        "title": [ignore_missing, unicode_safe, odl_one_line],
        "add": [ignore_missing, ids],
        "remove": [ignore_missing, ids],
        "emails": [ignore_missing, odl_mapping],
        "bounced": [ignore_missing, ids],
        "contact": [ignore_missing, odl_mapping],
        "texts": [ignore_missing, odl_mapping],
        "__extras": [ignore],
    }


@tk.validator_args
def one(not_empty: Validator, unicode_safe: Validator, ignore: Validator) -> Schema:
    return {"id": [not_empty, unicode_safe], "__extras": [ignore]}


@tk.validator_args
def some(not_empty: Validator, unicode_safe: Validator, ignore_missing: Validator, ignore: Validator) -> Schema:
    return {"id": [not_empty, unicode_safe], "organizations": [ignore_missing, ids], "__extras": [ignore]}


@tk.validator_args
def link(not_empty: Validator, unicode_safe: Validator, ignore: Validator) -> Schema:
    return {"campaign": [not_empty, unicode_safe], "organization": [not_empty, unicode_safe], "__extras": [ignore]}


@tk.validator_args
def links(not_empty: Validator, unicode_safe: Validator, ignore: Validator) -> Schema:
    return {"campaign": [not_empty, unicode_safe], "organizations": [not_empty, ids], "__extras": [ignore]}


@tk.validator_args
def split(
    not_empty: Validator,
    unicode_safe: Validator,
    ignore_missing: Validator,
    default: Any,
    boolean_validator: Validator,
    ignore: Validator,
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "column": [not_empty, unicode_safe],
        "dry_run": [default(False), boolean_validator],
        "tell": [default(True), boolean_validator],
        "texts": [ignore_missing, odl_mapping],
        "__extras": [ignore],
    }
