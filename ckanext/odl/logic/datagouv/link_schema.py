"""What the actions about organizations of data.gouv.fr accept."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.odl.logic.paging import at_most, odl_place_in_list
from ckanext.odl.model.datagouv import MODES

from .links import WAYS

_MOST_ROWS = 1000
LONGEST_REASON = 500


@tk.validator_args
def one(not_empty: Validator, unicode_safe: Validator, ignore: Validator) -> Schema:
    return {"id": [not_empty, unicode_safe], "__extras": [ignore]}


@tk.validator_args
def update(
    not_empty: Validator,
    ignore_missing: Validator,
    unicode_safe: Validator,
    boolean_validator: Validator,
    one_of: ValidatorFactory,
    ignore_empty: Validator,
    odl_one_line: Validator,
    ignore: Validator,
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "national_id": [ignore_missing, unicode_safe],
        "mode": [ignore_empty, one_of(list(MODES))],
        "auto_accept": [ignore_missing, boolean_validator],
        "withheld": [ignore_missing, boolean_validator],
        "withheld_reason": [ignore_missing, unicode_safe, odl_one_line],
        "harvester_id": [ignore_missing, unicode_safe],
        "__extras": [ignore],
    }


@tk.validator_args
def search(not_empty: Validator, ignore_empty: Validator, unicode_safe: Validator, ignore: Validator) -> Schema:
    return {"id": [not_empty, unicode_safe], "q": [ignore_empty, unicode_safe], "__extras": [ignore]}


@tk.validator_args
def members(
    not_empty: Validator,
    ignore_empty: Validator,
    unicode_safe: Validator,
    default: ValidatorFactory,
    one_of: ValidatorFactory,
    natural_number_validator: Validator,
    ignore: Validator,
) -> Schema:
    return {
        "atd": [not_empty, unicode_safe],
        "q": [ignore_empty, unicode_safe],
        "way": [ignore_empty, one_of(list(WAYS))],
        "start": [default(0), natural_number_validator, odl_place_in_list],
        "rows": [default(20), natural_number_validator, _not_too_many],
        "__extras": [ignore],
    }


def _not_too_many(value: Any) -> Any:
    return at_most(value, _MOST_ROWS)
