"""Why a deposit that should have gone on by itself did not, in a sentence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.odl.model import Deposit, DepositEvent, DepositState

#: The line of history that says that a deposit could not go on by itself.
MISSED = "missed"


def notes(deposit_ids: Collection[str]) -> dict[str, str]:
    """Why deposits that still wait did not go on by themselves, in a sentence, by id; the others are left out."""
    if not deposit_ids:
        return {}
    table, deposit = DepositEvent.__table__, Deposit.__table__
    last = (
        sa.select(table.c.deposit_id, table.c.what, table.c.at, table.c.detail)
        .distinct(table.c.deposit_id)
        .join(deposit, deposit.c.id == table.c.deposit_id)
        .where(deposit.c.id.in_(deposit_ids), deposit.c.state == DepositState.WAITING.value)
        .order_by(table.c.deposit_id, table.c.id.desc())
    )
    rows = model.Session.execute(last).all()
    return {row.deposit_id: _sentence(row.detail or {}, row.at) for row in rows if row.what == MISSED}


def _sentence(detail: dict[str, Any], at: dt.datetime) -> str:
    day = tk.h.odl_day(at)
    if detail.get("code") == "rights":
        return tk._(
            "It could not be published on {day}: the account that ordered it may no longer publish here. "
            "Publish it yourself, or choose another day."
        ).format(day=day)
    if detail.get("code") == "report":
        return tk._(
            "It could not be published on {day}: its report is not good. Correct the file, then publish it."
        ).format(day=day)
    return tk._("It could not be published on {day}: something is missing. Complete it, then publish it.").format(
        day=day
    )
