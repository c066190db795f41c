"""Many collectivités at once, from the rows that are kept: twelve queries at most, whatever their number."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from ckan import authz, model
from ckan.model.group import group_table, member_table
from ckan.model.user import user_table
from ckan.plugins import toolkit as tk

from ckanext.odl.logic.overview import fold
from ckanext.odl.logic.path import acting, priority
from ckanext.odl.model import PathHistory, PathProgress, What

_P = PathProgress.__table__
_GROUP, _MEMBER, _USER = group_table, member_table, user_table

#: What narrows a list: parameter → column.
_FILTERS = {"phase": "current", "kind": "kind", "department": "department", "group": "group_name", "profile": "profile"}

_PROBLEMS = {
    "stale": _P.c.stale > 0,
    "no_contact": sa.and_(_P.c.computed_at.isnot(None), sa.not_(_P.c.has_contact)),
    "quiet": _P.c.why.contains([{"code": "quiet"}]),
    "to_mend": _P.c.files_to_mend > 0,
    "proposal": _P.c.proposals > 0,
    "expiring": _P.c.expiring > 0,
    "not_begun": sa.and_(
        _P.c.computed_at.isnot(None),
        sa.or_(_P.c.last_activity.is_(None), _P.c.why.contains([{"code": "no_file"}])),
    ),
}
_RATIO = sa.cast(_P.c.done, sa.Float) / sa.func.greatest(_P.c.applicable, 1)
_SORTS = {
    "priority": _P.c.priority.desc(),
    "title": _P.c.sort_title,
    "kind": _P.c.kind,
    "progress": _RATIO,
    "phase": _P.c.current,
    "valid_files": _P.c.valid_files,
    "files_to_mend": _P.c.files_to_mend,
    "stale": _P.c.stale,
    "stale_since": _P.c.stale_since,
    "last_activity": _P.c.last_activity,
    "population": _P.c.population,
    "minutes_left": _P.c.minutes_left,
}
#: Every order can be turned round with a minus in front.
SORTS = [*_SORTS, *(f"-{name}" for name in _SORTS)]


def below(organization_ids: list[str], followed: dict[str, set[str]] | None = None) -> Any:
    """The organizations under these, children and theirs, as a selectable of ids (read live: who leaves is gone).

    Those that have members are few and are followed here, in one query; the database then takes the members of all of
    them at once, which costs it far less than a recursion over everybody.
    """
    followed = _followed() if followed is None else followed
    found, new = set(organization_ids), set(organization_ids)
    while new:  # a loop that slipped in ends, since nobody is followed twice
        new = set().union(*(followed[id_] for id_ in new)) - found
        found |= new
    return sa.select(_MEMBER.c.group_id).where(_is_child(_MEMBER), _MEMBER.c.table_id.in_(sorted(found)))


def _followed() -> dict[str, set[str]]:
    """The organizations that have members themselves, by the one above them."""
    child = _MEMBER.alias()
    parents = sa.select(child.c.table_id).where(_is_child(child))
    followed: dict[str, set[str]] = defaultdict(set)
    for row in model.Session.execute(
        sa.select(_MEMBER.c.table_id, _MEMBER.c.group_id).where(_is_child(_MEMBER), _MEMBER.c.group_id.in_(parents))
    ):
        followed[row.table_id].add(row.group_id)
    return followed


def _is_child(member: Any) -> Any:
    # Whatever the capacity: CKAN writes "parent" or "public" there, by the way it was made.
    return sa.and_(member.c.table_name == "group", member.c.state == model.State.ACTIVE)


def perimeter(user_name: str | None, atd_id: str | None) -> Any:
    """The condition on ``odl_progress`` that leaves what this person may list (two queries)."""
    followed = _followed()
    scope = [_P.c.organization_id.in_(below([atd_id], followed))] if atd_id else []
    member, user = _MEMBER, _USER
    theirs = sa.and_(
        member.c.table_id == user.c.id,
        member.c.table_name == "user",
        member.c.state == model.State.ACTIVE,
        member.c.capacity.in_(authz.get_roles_with_permission("read")),
    )
    mine = model.Session.execute(
        sa.select(user.c.sysadmin, member.c.group_id, member.c.capacity)
        .select_from(user.outerjoin(member, theirs))
        .where(user.c.name == user_name, user.c.state == model.State.ACTIVE)
    ).all()
    if any(row.sysadmin for row in mine):
        return sa.and_(sa.true(), *scope)
    cascading = tk.config["ckan.auth.roles_that_cascade_to_sub_groups"]
    own = [row.group_id for row in mine if row.group_id]
    above = [row.group_id for row in mine if row.capacity in cascading]
    visible = _P.c.organization_id.in_(own)
    if above:
        visible = sa.or_(visible, _P.c.organization_id.in_(below(above, followed)))
    return sa.and_(visible, *scope)


def collectivites(asked: dict[str, Any], scope: Any) -> dict[str, Any]:
    """A page of the list, its figures and its filters, in the shape of ``odl_progress_list``.

    :param asked: validated parameters of the action
    :param scope: what :func:`perimeter` answered
    """
    conditions = _conditions(asked)
    count, totals, facets = _figures(scope, conditions)
    results = _page(sa.and_(scope, *conditions), asked) if count else []
    return {"count": count, "results": results, "totals": totals, "facets": facets}


def _conditions(asked: dict[str, Any]) -> list[Any]:
    conditions = [_P.c[column] == asked[name] for name, column in _FILTERS.items() if asked.get(name)]
    conditions += [_P.c.sort_title.contains(word, autoescape=True) for word in fold(asked.get("q") or "").split()]
    if asked.get("problem"):
        conditions.append(_PROBLEMS[asked["problem"]])
    return conditions


def _totals() -> dict[str, Any]:
    """Figures of the whole perimeter, whatever the filters."""
    month = sa.func.date_trunc("month", sa.func.current_date())
    return {
        "organizations": sa.func.count(),
        "advanced": sa.func.count().filter(_P.c.advanced_on >= month, _P.c.last_activity.isnot(None)),
        **{name: sa.func.count().filter(problem) for name, problem in _PROBLEMS.items()},
        **{name: sa.func.sum(_P.c[name]) for name in ("proposals", "valid_files", "files_to_mend", "minutes_left")},
        "waiting": sa.func.count().filter(_P.c.computed_at.is_(None)),
    }


def _figures(scope: Any, conditions: list[Any]) -> tuple[int, dict[str, int], dict[str, list[dict[str, Any]]]]:
    """How many were found, the figures of all, and how many of what was found have each value (one query).

    The rows are counted once by all columns together; what is told of each column is a sum of these few counts.
    """
    totals = _totals()
    figures = {f"t_{name}": figure for name, figure in totals.items()}
    if conditions:
        found = sa.and_(*conditions)
        figures["n_organizations"] = sa.func.count().filter(found)
        figures |= {f"n_{name}": sa.func.count().filter(sa.and_(found, problem)) for name, problem in _PROBLEMS.items()}
    n = "n_" if conditions else "t_"
    columns = [_P.c[column] for column in _FILTERS.values()]
    counted = (
        sa.select(*columns, *(figure.label(name) for name, figure in figures.items()))
        .where(scope)
        .group_by(*columns)
        .subquery()
    )
    columns = [counted.c[column] for column in _FILTERS.values()]
    rows = model.Session.execute(
        sa.select(
            *columns,
            sa.func.grouping(*columns).label("apart"),
            *(sa.func.sum(counted.c[name]).label(name) for name in figures),
        ).group_by(sa.func.grouping_sets(sa.tuple_(), *(sa.tuple_(column) for column in columns)))
    ).all()
    facets: dict[str, list[dict[str, Any]]] = {name: [] for name in _FILTERS}
    count, told_of_all = 0, dict.fromkeys(totals, 0)
    everything = (1 << len(columns)) - 1
    for row in rows:
        told = row._mapping
        if row.apart == everything:
            count = int(told[f"{n}organizations"] or 0)
            told_of_all = {name: int(told[f"t_{name}"] or 0) for name in totals}
            having = ((name, int(told[n + name] or 0)) for name in _PROBLEMS)
            facets["problem"] = [{"value": name, "count": number} for name, number in having if number]
            continue
        number = int(told[f"{n}organizations"])
        for place, (name, column) in enumerate(_FILTERS.items()):
            if not row.apart & (1 << (len(columns) - 1 - place)) and told[column] and number:
                facets[name].append({"value": told[column], "count": number})
    for values in facets.values():
        values.sort(key=lambda item: str(item["value"]))
    return count, told_of_all, facets


def _page(condition: Any, asked: dict[str, Any]) -> list[dict[str, Any]]:
    name = asked["sort"].lstrip("-")
    order = _SORTS[name]
    turned = asked["sort"].startswith("-")
    if name == "priority":  # the order that has an index; no row is without one
        first = _P.c.priority.asc() if turned else order
    else:
        first = sa.nulls_last(order.desc() if turned else order)
    place = (first, _P.c.sort_title, _P.c.organization_id)
    ids = list(
        model.Session.scalars(
            sa.select(_P.c.organization_id)
            .where(condition)
            .order_by(*place)
            .offset(asked["start"])
            .limit(asked["rows"])
        )
    )
    rows = model.Session.execute(
        sa.select(_GROUP.c.name, _GROUP.c.title, *(column for column in _P.c if column.name != "progress"))
        .select_from(_P.join(_GROUP, _GROUP.c.id == _P.c.organization_id))
        .where(_P.c.organization_id.in_(ids), _GROUP.c.state == model.State.ACTIVE)
        .order_by(*place)
    ).all()
    calls = _last_calls([row.organization_id for row in rows])
    names = acting.names_of((call.user_id for call in calls.values()), ())
    return [_result(row, calls.get(row.organization_id), names) for row in rows]


def _last_calls(organization_ids: list[str]) -> dict[str, Any]:
    """The last call that the ATD noted for each of these organizations."""
    h = PathHistory.__table__
    rows = model.Session.execute(
        sa.select(
            h.c.organization_id, h.c.user_id, h.c.after["on"].astext.label("on"), h.c.why["text"].astext.label("note")
        )
        .distinct(h.c.organization_id)
        .where(h.c.organization_id.in_(organization_ids), h.c.what == What.CALL.value)
        .order_by(h.c.organization_id, h.c.after["on"].astext.desc(), h.c.id.desc())
    )
    return {row.organization_id: row for row in rows}


def _result(row: Any, call: Any, names: dict[str, str]) -> dict[str, Any]:
    return {
        "organization": {
            "id": row.organization_id,
            "name": row.name,
            "title": row.title or row.name,
            "kind": row.kind or None,
            "department": row.department or None,
            "population": row.population,
            "group": row.group_name or None,
            "profile": row.profile or None,
            "public": row.is_public,
        },
        "phases": row.phases or [],
        "current": row.current or None,
        "done": row.done,
        "applicable": row.applicable,
        "stale": row.stale,
        "stale_since": _iso(row.stale_since),
        "minutes_left": row.minutes_left,
        "valid_files": row.valid_files,
        "files_to_mend": row.files_to_mend,
        "proposals": row.proposals,
        "last_activity": _iso(row.last_activity),
        "has_contact": row.has_contact,
        "advanced_on": _iso(row.advanced_on),
        "priority": row.priority,
        "why": priority.sentences(row.why),
        "call": {"on": call.on, "note": call.note, "by": names.get(call.user_id, "")} if call else None,
        "computed_at": row.computed_at.isoformat() if row.computed_at else None,
    }


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None
