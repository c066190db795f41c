"""Many collectivités at once, from the rows that are kept: eight queries at most, whatever their number."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from ckan import authz, model
from ckan.plugins import toolkit as tk

from ckanext.odl.logic.overview import fold
from ckanext.odl.logic.path import acting, priority
from ckanext.odl.model import PathHistory, PathProgress, What

_P = PathProgress.__table__
_GROUP = model.Group.__table__
_MEMBER = model.Member.__table__

#: What narrows a list: parameter → column.
_FILTERS = {"phase": "current", "kind": "kind", "department": "department", "group": "group_name", "profile": "profile"}
#: A list never has a chain of more organizations than this.
_DEEPEST = 10

_PROBLEMS = {
    "stale": _P.c.stale > 0,
    "no_contact": sa.and_(_P.c.computed_at.isnot(None), sa.not_(_P.c.has_contact)),
    "quiet": _P.c.why.contains([{"code": "quiet"}]),
    "to_mend": _P.c.files_to_mend > 0,
    "proposal": _P.c.proposals > 0,
    "expiring": _P.c.expiring > 0,
    "not_begun": sa.and_(_P.c.computed_at.isnot(None), _P.c.last_activity.is_(None)),
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


def below(organization_ids: list[str]) -> Any:
    """The organizations under these, children and theirs, as a selectable of ids (read live: who leaves is gone)."""
    tree = (
        sa.select(_MEMBER.c.group_id.label("id"), sa.literal(1).label("depth"))
        .where(_child(_MEMBER), _MEMBER.c.table_id.in_(organization_ids))
        .cte(recursive=True)
    )
    child = _MEMBER.alias()
    tree = tree.union(
        sa.select(child.c.group_id, tree.c.depth + 1)
        .join(tree, child.c.table_id == tree.c.id)
        .where(_child(child), tree.c.depth < _DEEPEST)
    )
    return sa.select(tree.c.id)


def _child(member: Any) -> Any:
    # Whatever the capacity: CKAN writes "parent" or "public" there, by the way it was made.
    return sa.and_(member.c.table_name == "group", member.c.state == model.State.ACTIVE)


def perimeter(user_name: str | None, atd_id: str | None) -> Any:
    """The condition on ``odl_progress`` that leaves what this person may list (one query)."""
    scope = [_P.c.organization_id.in_(below([atd_id]))] if atd_id else []
    member, user = _MEMBER, model.User.__table__
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
        visible = sa.or_(visible, _P.c.organization_id.in_(below(above)))
    return sa.and_(visible, *scope)


def collectivites(asked: dict[str, Any], scope: Any) -> dict[str, Any]:
    """A page of the list, its figures and its filters, in the shape of ``odl_progress_list``.

    :param asked: validated parameters of the action
    :param scope: what :func:`perimeter` answered
    """
    active = sa.and_(scope, _GROUP.c.state == model.State.ACTIVE, _GROUP.c.is_organization)
    source = _P.join(_GROUP, _GROUP.c.id == _P.c.organization_id)
    found = sa.and_(active, *_conditions(asked))
    facets, count = _facets(source, found)
    return {
        "count": count,
        "results": _page(source, found, asked),
        "totals": _totals(source, active),
        "facets": facets,
    }


def _conditions(asked: dict[str, Any]) -> list[Any]:
    conditions = [_P.c[column] == asked[name] for name, column in _FILTERS.items() if asked.get(name)]
    conditions += [_P.c.sort_title.contains(word, autoescape=True) for word in fold(asked.get("q") or "").split()]
    if asked.get("problem"):
        conditions.append(_PROBLEMS[asked["problem"]])
    return conditions


def _totals(source: Any, condition: Any) -> dict[str, Any]:
    """Figures of the whole perimeter, whatever the filters."""
    month = sa.func.date_trunc("month", sa.func.current_date())
    counted = {
        "organizations": sa.func.count(),
        "advanced": sa.func.count().filter(_P.c.advanced_on >= month),
        **{name: sa.func.count().filter(problem) for name, problem in _PROBLEMS.items()},
        "proposals": sa.func.coalesce(sa.func.sum(_P.c.proposals), 0),
        "valid_files": sa.func.coalesce(sa.func.sum(_P.c.valid_files), 0),
        "files_to_mend": sa.func.coalesce(sa.func.sum(_P.c.files_to_mend), 0),
        "minutes_left": sa.func.coalesce(sa.func.sum(_P.c.minutes_left), 0),
        "waiting": sa.func.count().filter(_P.c.computed_at.is_(None)),
    }
    columns = [figure.label(name) for name, figure in counted.items()]
    row = model.Session.execute(sa.select(*columns).select_from(source).where(condition)).one()
    return {name: int(number) for name, number in row._mapping.items()}


def _facets(source: Any, condition: Any) -> tuple[dict[str, list[dict[str, Any]]], int]:
    """How many of what was found have each value, and how many were found (one query)."""
    columns = [_P.c[column] for column in _FILTERS.values()]
    rows = model.Session.execute(
        sa.select(
            *columns,
            sa.func.grouping(*columns).label("apart"),
            sa.func.count().label("count"),
            *(sa.func.count().filter(problem).label(f"n_{name}") for name, problem in _PROBLEMS.items()),
        )
        .select_from(source)
        .where(condition)
        .group_by(sa.func.grouping_sets(sa.tuple_(), *(sa.tuple_(column) for column in columns)))
    ).all()
    facets: dict[str, list[dict[str, Any]]] = {name: [] for name in _FILTERS}
    count = 0
    everything = (1 << len(columns)) - 1
    for row in rows:
        if row.apart == everything:
            count = row.count
            facets["problem"] = [
                {"value": name, "count": row._mapping[f"n_{name}"]} for name in _PROBLEMS if row._mapping[f"n_{name}"]
            ]
            continue
        for number, (name, column) in enumerate(_FILTERS.items()):
            if not row.apart & (1 << (len(columns) - 1 - number)) and row._mapping[column]:
                facets[name].append({"value": row._mapping[column], "count": row.count})
    for values in facets.values():
        values.sort(key=lambda item: str(item["value"]))
    return facets, count


def _page(source: Any, condition: Any, asked: dict[str, Any]) -> list[dict[str, Any]]:
    name = asked["sort"].lstrip("-")
    order = _SORTS[name]
    turned = asked["sort"].startswith("-")
    if turned:
        order = _P.c.priority.asc() if name == "priority" else order.desc()
    calls = _last_calls()
    rows = model.Session.execute(
        sa.select(
            _GROUP.c.name,
            _GROUP.c.title,
            *(column for column in _P.c if column.name != "progress"),
            calls.c.call_on,
            calls.c.call_note,
            calls.c.call_by,
        )
        .select_from(source.outerjoin(calls, sa.true()))
        .where(condition)
        .order_by(sa.nulls_last(order), _P.c.sort_title, _P.c.organization_id)
        .offset(asked["start"])
        .limit(asked["rows"])
    ).all()
    names = acting.names_of((row.call_by for row in rows), ())
    return [_result(row, names) for row in rows]


def _last_calls() -> Any:
    """The last call that the ATD noted for the row at hand."""
    h = PathHistory.__table__
    return (
        sa.select(
            h.c.after["on"].astext.label("call_on"),
            h.c.why["text"].astext.label("call_note"),
            h.c.user_id.label("call_by"),
        )
        .where(h.c.organization_id == _P.c.organization_id, h.c.what == What.CALL.value)
        .order_by(h.c.after["on"].astext.desc(), h.c.id.desc())
        .limit(1)
        .lateral("calls")
    )


def _result(row: Any, names: dict[str, str]) -> dict[str, Any]:
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
        "call": {"on": row.call_on, "note": row.call_note, "by": names.get(row.call_by, "")} if row.call_on else None,
        "computed_at": row.computed_at.isoformat() if row.computed_at else None,
    }


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None
