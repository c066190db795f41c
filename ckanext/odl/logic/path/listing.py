"""Many collectivités at once, from the rows that are kept: two queries, whatever their number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.model.group import group_table
from ckan.model.user import user_table

from ckanext.odl.logic.overview import fold
from ckanext.odl.logic.path import priority
from ckanext.odl.model import PathHistory, PathProgress, What
from ckanext.odl.model.progress import FACET_SEPARATOR, FACETS

_P = PathProgress.__table__
_GROUP, _USER = group_table, user_table

#: What narrows a list: parameter → column.
_FILTERS = {"phase": "current", "kind": "kind", "department": "department", "group": "group_name", "profile": "profile"}
_SUMS = ("proposals", "valid_files", "files_to_mend", "minutes_left")
_TOTALS: tuple[str, ...] = ("organizations", "advanced", *priority.PROBLEMS, "waiting", *_SUMS)
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
_SHOWN = (
    "organization_id", "computed_at", "kind", "department", "group_name", "profile", "population", "is_public",
    "current", "done", "applicable", "stale", "stale_since", "minutes_left", "valid_files", "files_to_mend",
    "proposals", "last_activity", "has_contact", "advanced_on", "priority", "why", "phases",
)  # fmt: skip
#: Every order can be turned round with a minus in front.
SORTS = [*_SORTS, *(f"-{name}" for name in _SORTS)]


def collectivites(asked: dict[str, Any], scope: Any) -> dict[str, Any]:
    """A page of the list, its figures and its filters, in the shape of ``odl_progress_list``.

    :param asked: validated parameters of the action
    :param scope: what :meth:`ckanext.odl.logic.path.reach.Reach.perimeter` answered
    """
    count, totals, facets = _figures(scope, asked)
    results = _page(sa.and_(scope, *_words(asked), *_filters(asked, _P.c, _P.c.flags)), asked) if count else []
    return {"count": count, "results": results, "totals": totals, "facets": facets}


def _words(asked: dict[str, Any]) -> list[Any]:
    """What the name must hold."""
    return [_P.c.sort_title.contains(word, autoescape=True) for word in fold(asked.get("q") or "").split()]


def _filters(asked: Mapping[str, Any], columns: Any, flags: Any) -> list[Any]:
    """What else was asked for, of rows that have these columns."""
    found = [columns[column] == asked[name] for name, column in _FILTERS.items() if asked.get(name)]
    return found + ([PathProgress.has(asked["problem"], flags)] if asked.get("problem") else [])


def _alike(scope: Any, words: list[Any]) -> Any:
    """How many of the perimeter have the same flags and values, what theirs add up to, and how many hold the words."""
    # the first of the month, in a query of its own: computed once, and not for each row
    month = sa.select(sa.cast(sa.func.date_trunc("month", sa.func.current_date()), sa.Date)).scalar_subquery()
    advanced = sa.and_(_P.c.advanced_on >= month, sa.not_(PathProgress.has("inactive")))
    number = sa.func.count()
    return (
        sa.select(
            _P.c.facets,
            _P.c.flags,
            number.label("n"),
            (number.filter(*words) if words else number).label("found"),
            number.filter(advanced).label("advanced"),
            *(sa.func.sum(_P.c[name]).label(name) for name in _SUMS),
        )
        .where(scope)
        .group_by(_P.c.facets, _P.c.flags)
        .cte("counted")
    )


_COUNTED = sa.table(
    "counted",
    sa.column("facets", sa.Text),
    sa.column("flags", sa.SmallInteger),
    *(sa.column(name, sa.BigInteger) for name in ("n", "found", "advanced", *_SUMS)),
)


@lru_cache(maxsize=64)
def _told(chosen: tuple[tuple[str, str], ...]) -> Any:
    """The query that adds up what :func:`_alike` counted; *chosen*: the filters. Made once: it is long."""
    values = (sa.func.split_part(_COUNTED.c.facets, FACET_SEPARATOR, place) for place in range(1, len(FACETS) + 1))
    alike = sa.select(_COUNTED, *(value.label(name) for name, value in zip(FACETS, values, strict=True))).subquery()
    columns, flags = [alike.c[column] for column in _FILTERS.values()], alike.c.flags
    total, found = sa.func.sum(alike.c.n), sa.func.sum(alike.c.found)
    filters = _filters(dict(chosen), alike.c, flags)
    figures = {
        "organizations": total,
        "advanced": sa.func.sum(alike.c.advanced),
        **{name: total.filter(PathProgress.has(name, flags)) for name in (*priority.PROBLEMS, "waiting")},
        **{name: sa.func.sum(alike.c[name]) for name in _SUMS},
    }
    having = {name: found.filter(*filters, PathProgress.has(name, flags)) for name in priority.PROBLEMS}
    return sa.select(
        *columns,
        sa.func.grouping(*columns).label("apart"),
        (found.filter(*filters) if filters else found).label("found"),
        *(figure.label(f"t_{name}") for name, figure in figures.items()),
        *(figure.label(f"n_{name}") for name, figure in having.items()),
    ).group_by(sa.func.grouping_sets(sa.tuple_(), *(sa.tuple_(column) for column in columns)))


def _figures(scope: Any, asked: dict[str, Any]) -> tuple[int, dict[str, int], dict[str, list[dict[str, Any]]]]:
    """How many were found, the figures of all, and how many of what was found have each value (one query).

    The rows are read once, and counted with those that are alike; all that is told is a sum of these few counts.
    """
    chosen = tuple((name, asked[name]) for name in (*_FILTERS, "problem") if asked.get(name))
    rows = model.Session.execute(_told(chosen).add_cte(_alike(scope, _words(asked)))).all()
    facets: dict[str, list[dict[str, Any]]] = {name: [] for name in (*_FILTERS, "problem")}
    count, totals = 0, dict.fromkeys(_TOTALS, 0)
    everything = (1 << len(_FILTERS)) - 1
    for row in rows:
        told = row._mapping
        number = int(row.found or 0)
        if row.apart == everything:
            count, totals = number, {name: int(told[f"t_{name}"] or 0) for name in _TOTALS}
            counts = ((name, int(told[f"n_{name}"] or 0)) for name in priority.PROBLEMS)
            facets["problem"] = [{"value": name, "count": n} for name, n in counts if n]
            continue
        for place, (name, column) in enumerate(_FILTERS.items()):
            if not row.apart & (1 << (len(_FILTERS) - 1 - place)) and told[column] and number:
                facets[name].append({"value": told[column], "count": number})
    for values in facets.values():
        values.sort(key=lambda item: str(item["value"]))
    return count, totals, facets


def _page(condition: Any, asked: dict[str, Any]) -> list[dict[str, Any]]:
    name = asked["sort"].lstrip("-")
    order = _SORTS[name]
    turned = asked["sort"].startswith("-")
    if name == "priority":  # the order that has an index; no row is without one
        first = _P.c.priority.asc() if turned else order
    else:
        first = sa.nulls_last(order.desc() if turned else order)
    place = (first, _P.c.sort_title, _P.c.organization_id)
    chosen = (
        sa.select(_P.c.organization_id)
        .where(condition)
        .order_by(*place)
        .offset(asked["start"])
        .limit(asked["rows"])
        .subquery()
    )
    call = last_call(_P.c.organization_id)
    rows = model.Session.execute(
        sa.select(_GROUP.c.name, _GROUP.c.title, *(_P.c[column] for column in _SHOWN), *call.c)
        .select_from(
            chosen.join(_P, _P.c.organization_id == chosen.c.organization_id)
            .join(_GROUP, _GROUP.c.id == _P.c.organization_id)
            .outerjoin(call, sa.true())
        )
        .where(_GROUP.c.state == model.State.ACTIVE)
        .order_by(*place)
    ).all()
    return [_result(row) for row in rows]


def last_call(organization_id: Any) -> Any:
    """The last call that was noted for the organization of a row: ``call_on``, ``call_note`` and ``call_by``."""
    history = PathHistory.__table__
    day = sa.cast(history.c.after["on"].astext, sa.Date)
    return (
        sa.select(
            day.label("call_on"),
            history.c.why["text"].astext.label("call_note"),
            sa.func.coalesce(sa.func.nullif(_USER.c.fullname, ""), _USER.c.name, "").label("call_by"),
        )
        .select_from(history.outerjoin(_USER, _USER.c.id == history.c.user_id))
        .where(history.c.organization_id == organization_id, history.c.what == What.CALL.value)
        .order_by(day.desc(), history.c.id.desc())
        .limit(1)
        .lateral()
    )


def call_of(row: Any) -> dict[str, Any] | None:
    """The call that :func:`last_call` found: ``on``, ``note`` and ``by``, None before the first."""
    return {"on": row.call_on.isoformat(), "note": row.call_note or "", "by": row.call_by} if row.call_on else None


def _result(row: Any) -> dict[str, Any]:
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
        "call": call_of(row),
        "computed_at": row.computed_at.isoformat() if row.computed_at else None,
    }


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None
