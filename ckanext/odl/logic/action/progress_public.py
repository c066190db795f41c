"""The list of the collectivités that show where they stand."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk
from ckan.types import Context, DataDict, Schema, Validator, ValidatorFactory

from ckanext.odl.logic.paging import odl_place_in_list

from .. import public_progress

_MOST_ROWS = 500


@tk.validator_args
def _list_schema(
    default: ValidatorFactory,
    unicode_safe: Validator,
    natural_number_validator: Validator,
    limit_to_configured_maximum: ValidatorFactory,
    ignore: Validator,
) -> Schema:
    return {
        "q": [default(""), unicode_safe],
        "start": [default(0), natural_number_validator, odl_place_in_list],
        "rows": [default(50), natural_number_validator],
        "__extras": [ignore],
    }


@tk.side_effect_free
@tk.validate_action_data(_list_schema)
def odl_progress_public_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return the collectivités whose progress is public, by name.

    Open to everybody. ``/odl/avancement.csv`` and ``.json`` hold all of them at once, with more columns.

    :param q: words of the name, accents and case aside
    :param start: how many to leave out first
    :param rows: how many to return, 500 at most (50 unless told)
    :returns: ``count`` and ``results``, a list of dicts with ``id``, ``name``, ``title``, ``kind``, ``department``,
        ``phases`` (``id``, ``done``, ``applicable`` of each), ``current`` (the phase it is in), ``done`` and
        ``applicable`` (steps)
    """
    tk.check_access("odl_progress_public_list", context, data_dict)
    rows = min(data_dict["rows"], _MOST_ROWS)
    count, results = public_progress.find(data_dict["q"], data_dict["start"], rows)
    return {"count": count, "results": results}
