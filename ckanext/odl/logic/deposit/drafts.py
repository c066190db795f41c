"""What was published as a draft: files that lie in a dataset which only its own people see."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.odl.model import Deposit, DepositEvent, DepositState, Place
from ckanext.odl.model.deposit import DOOR, FOUND, OPEN_STATES


def of(package_id: str) -> list[Deposit]:
    """The deposits whose files lie in a dataset, one for each file: the one that brought its present bytes.

    Two kinds that are open yet count: those whose publication died half-way, and those that ask about what was found
    in a file of another origin. What was held back and let through is not asked about again.
    """
    table, event = Deposit.__table__, DepositEvent.__table__
    r: Any = model.Resource
    there = sa.select(r.id).where(r.package_id == package_id, r.state == model.State.ACTIVE)
    said = sa.select(event.c.deposit_id).where(event.c.deposit_id == table.c.id)
    found = said.where(event.c.what == FOUND).exists()
    half_way = sa.and_(table.c.state.in_(OPEN_STATES), sa.or_(table.c.place != Place.REPLACE.value, found))
    rows = model.Session.scalars(
        sa.select(Deposit)
        .where(
            table.c.package_id == package_id,
            table.c.file_id.is_not(None),
            table.c.resource_id.in_(there),
            sa.or_(table.c.state == DepositState.PUBLISHED.value, half_way),
            ~said.where(event.c.what == DOOR).exists(),
        )
        .order_by(table.c.published_at.asc().nulls_last(), table.c.created_at)
    )
    return list({str(deposit.resource_id): deposit for deposit in rows}.values())


def is_one(deposit: Deposit) -> bool:
    """Whether a deposit was published as a draft, and its file is still the one that lies there."""
    package = model.Package.get(deposit.package_id) if deposit.package_id else None
    if deposit.state != DepositState.PUBLISHED.value or package is None:
        return False
    if not package.private or package.state != model.State.ACTIVE:
        return False
    return any(one.id == deposit.id for one in of(package.id))


def made_private() -> Any:
    """The condition under which a deposit made a dataset that is private yet."""
    table, package = Deposit.__table__, model.Package
    p: Any = package
    private = sa.select(p.id).where(p.id == table.c.package_id, p.private, p.state == model.State.ACTIVE).exists()
    return sa.and_(table.c.state == DepositState.PUBLISHED.value, table.c.place == Place.DATASET.value, private)


def private_among(deposits: list[Deposit]) -> set[str]:
    """Those of these deposits that are published and lie in a private dataset, by id."""
    p: Any = model.Package
    wanted = {str(one.package_id) for one in deposits if one.state == DepositState.PUBLISHED.value and one.package_id}
    if not wanted:
        return set()
    private = set(model.Session.scalars(sa.select(p.id).where(p.id.in_(wanted), p.private)))
    return {one.id for one in deposits if one.state == DepositState.PUBLISHED.value and one.package_id in private}
