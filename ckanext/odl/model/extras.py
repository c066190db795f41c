"""Where CKAN keeps the fields of organizations and datasets that are not its own: a JSON column in CKAN 2.12, a table
with a row for each of them before. Nothing else of the extension knows of the difference.

All values are texts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from ckan import model
from ckan.model.group import group_table
from sqlalchemy.orm import selectinload

_GROUP: Any = model.Group
#: The tables of CKAN 2.11, None where the fields are a column.
_GROUP_EXTRA: Any = getattr(model, "GroupExtra", None)
_PACKAGE_EXTRA: Any = getattr(model, "PackageExtra", None)


def of_groups() -> Any:
    """The fields of an organization as one JSON object, ``extras``: a column of a query on ``model.Group``."""
    return _GROUP.extras if _GROUP_EXTRA is None else _gathered(_GROUP_EXTRA, _GROUP_EXTRA.group_id == _GROUP.id)


def of_packages() -> Any:
    """The fields of a dataset as one JSON object, ``extras``: a column of a query on ``model.Package``."""
    package: Any = model.Package
    if _PACKAGE_EXTRA is None:
        return package.extras
    return _gathered(_PACKAGE_EXTRA, _PACKAGE_EXTRA.package_id == package.id)


def _gathered(extra: Any, is_its_own: Any) -> Any:
    return (
        sa.select(sa.func.jsonb_object_agg(extra.key, extra.value))
        .where(is_its_own, extra.state == model.State.ACTIVE)
        .scalar_subquery()
        .label("extras")
    )


def loaded(groups: Any) -> Any:
    """A selection of ``model.Group`` that reads their fields with them, not one after the other."""
    return groups if _GROUP_EXTRA is None else groups.options(selectinload(_GROUP._extras))


def holds(field: str, values: Collection[str]) -> sa.sql.ColumnElement[bool]:
    """The condition "*field* of the organization is one of these", in a query on ``model.Group``."""
    if _GROUP_EXTRA is None:
        return _GROUP.extras[field].astext.in_(values)
    extra = _GROUP_EXTRA
    return _GROUP.id.in_(
        sa.select(extra.group_id).where(extra.key == field, extra.value.in_(values), extra.state == model.State.ACTIVE)
    )


def read(group_ids: Iterable[str], session: Any = None) -> dict[str, dict[str, str]]:
    """The fields of organizations, by id (one query)."""
    wanted = sa.select(_GROUP.id, of_groups()).where(_GROUP.id.in_(list(group_ids)))
    return {row.id: row.extras or {} for row in (session or model.Session).execute(wanted)}


def write(group_ids: list[str], field: str, value: str) -> None:
    """Give *field* one value in all these organizations, none when it is empty; the caller commits.

    Past CKAN's own update, which called once for each would take three hundred organizations a minute.
    """
    session: Any = model.Session
    if _GROUP_EXTRA is not None:
        table = _GROUP_EXTRA.__table__
        session.execute(sa.delete(table).where(table.c.group_id.in_(group_ids), table.c.key == field))
        own = {"key": field, "value": value, "state": model.State.ACTIVE}
        if value:
            session.execute(sa.insert(table), [{"id": str(uuid4()), "group_id": id_, **own} for id_ in group_ids])
        return
    column: Any = group_table.c["extras"]
    now = sa.func.coalesce(column, sa.text("'{}'::jsonb"))
    changed = now.op("||")(sa.func.jsonb_build_object(field, value)) if value else now.op("-")(sa.cast(field, sa.Text))
    session.execute(sa.update(group_table).where(group_table.c.id.in_(group_ids)).values(extras=changed))
