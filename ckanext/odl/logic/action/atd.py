"""What those who support collectivités do with several of them: whom to call, groups."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.types import Context, DataDict, Schema, Validator, ValidatorFactory

from .. import calls, collectivite, groups
from ..path import priority, reach

_MOST_CALLS = 100
_LONGEST_GROUP = 60


def _today() -> dt.date:
    return dt.datetime.now(tk.h.get_display_timezone()).date()


@tk.validator_args
def _call_list_schema(
    not_empty: Validator,
    unicode_safe: Validator,
    default: ValidatorFactory,
    natural_number_validator: Validator,
    ignore: Validator,
) -> Schema:
    return {
        "atd": [not_empty, unicode_safe],
        "rows": [default(10), natural_number_validator],
        "__extras": [ignore],
    }


@tk.side_effect_free
@tk.validate_action_data(_call_list_schema)
def odl_call_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return whom an ATD calls first, and why; who was called within the last seven days is left out.

    :param atd: id or name of the ATD
    :param rows: how many to return, 100 at most (10 unless told)
    :returns: ``results``: ``organization`` (``id``, ``name``, ``title``, ``department``), ``why`` (sentences),
        ``priority`` and ``call`` (the latest one: ``on``, ``note``, ``by``; None before the first) each
    """
    atd = collectivite.atd_named(data_dict["atd"])
    tk.check_access("odl_call_list", context, {"atd": atd.id})
    members = reach.of(context).below([atd.id])
    found = calls.to_call(members, _today(), min(data_dict["rows"], _MOST_CALLS))
    return {"results": [{**row, "why": priority.sentences(row["why"])} for row in found]}


@tk.validator_args
def _group_schema(
    not_empty: Validator, unicode_safe: Validator, ignore_missing: Validator, ignore: Validator
) -> Schema:
    return {
        "atd": [not_empty, unicode_safe],
        "ids": [not_empty],
        "group": [ignore_missing, unicode_safe],
        "__extras": [ignore],
    }


@tk.validate_action_data(_group_schema)
def odl_group_update(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Put members of an ATD into one of its groups, or out of theirs; all of them or none. For the ATD's staff.

    :param atd: id or name of the ATD
    :param ids: ids or names of its members
    :param group: name of the group (60 characters at most); empty takes them out of theirs
    :returns: ``count`` (how many they are) and ``group``
    :raises ValidationError: nobody named, someone who is not a member, too long a name
    """
    atd = collectivite.atd_named(data_dict["atd"])
    tk.check_access("odl_group_update", context, {"atd": atd.id})
    name = " ".join((data_dict.get("group") or "").split())
    if len(name) > _LONGEST_GROUP:
        raise tk.ValidationError({"group": [tk._("Keep the name of the group under 60 characters.")]})
    wanted = data_dict["ids"]
    if not isinstance(wanted, list) or not all(isinstance(id_, str) for id_ in wanted):
        raise tk.ValidationError({"ids": [tk._("Give a list of local authorities.")]})
    group: Any = model.Group
    ids = list(
        model.Session.scalars(
            sa.select(group.id).where(
                sa.or_(group.id.in_(wanted), group.name.in_(wanted)),
                group.id.in_(reach.below([atd.id])),
                group.state == "active",
            )
        )
    )
    if len(ids) != len(set(wanted)):
        raise tk.ValidationError({"ids": [tk._("One of these is not a member of your structure.")]})
    return {"count": groups.put(sorted(ids), name), "group": name}
