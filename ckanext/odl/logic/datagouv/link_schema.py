"""What the actions about organizations of data.gouv.fr accept."""

from __future__ import annotations

from ckan.plugins import toolkit as tk
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.odl.model.datagouv import MODES

from ..paging import pages
from .links import WAYS

_MOST_ROWS = 1000
LONGEST_REASON = 500


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
    one_of: ValidatorFactory,
    ignore: Validator,
) -> Schema:
    return {
        "atd": [not_empty, unicode_safe],
        "q": [ignore_empty, unicode_safe],
        "way": [ignore_empty, one_of(list(WAYS))],
        **pages(20, _MOST_ROWS),
        "__extras": [ignore],
    }
