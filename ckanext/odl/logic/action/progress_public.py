"""The list of the collectivités that show where they stand."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk
from ckan.types import Context, DataDict, Schema, Validator, ValidatorFactory

from .. import public_progress
from ..paging import pages

_MOST_ROWS = 500


@tk.validator_args
def _list_schema(
    default: ValidatorFactory,
    unicode_safe: Validator,
    ignore: Validator,
) -> Schema:
    return {
        "q": [default(""), unicode_safe],
        **pages(50, _MOST_ROWS),
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
    count, results = public_progress.find(data_dict["q"], data_dict["start"], data_dict["rows"])
    return {"count": count, "results": results}
