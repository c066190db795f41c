"""The check of a deposit's file: the same report as for a file of a dataset, and what its deposit needs beyond."""

from __future__ import annotations

import logging
from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy.orm import Session

from ckanext.odl import config
from ckanext.odl.model import Deposit, DepositFile, DepositState, State, Validation
from ckanext.odl.validation import guarded
from ckanext.odl.validation.guard import Stopped, in_child
from ckanext.odl.validation.repair import verdict

log = logging.getLogger(__name__)

_INSPECT = "ckanext.odl.deposit.inspection:inspect"
_REPAIRS = "ckanext.odl.validation.repair:find"
#: Unread deposits taken up by one sweep.
SWEEP_LIMIT = 500


def found(session: Session, file_id: str) -> tuple[DepositFile, Deposit] | None:
    """The file of a deposit and its deposit; None when one is gone, or its bytes were taken away."""
    file = session.get(DepositFile, file_id)
    deposit = session.get(Deposit, file.deposit_id) if file and file.discarded_at is None else None
    return (file, deposit) if file and deposit else None


def knowledge(session: Session, deposit: Deposit) -> dict[str, Any]:
    """What the portal knows of a deposited file beyond its model: whose it is, and the period and the sheet that a
    person gave."""
    owner: Any = session.get(model.Group, deposit.organization_id)
    extras = dict(owner.extras or {}) if owner else {}
    return {
        "owner_siren": extras.get("odl_siren") or None,
        "owner_insee": extras.get("odl_insee") or None,
        "period": deposit.resource.get("odl_period") or None,
        "sheet": deposit.resource.get("odl_sheet") or None,
    }


def own_siret(session: Session, deposit: Deposit) -> str | None:
    """The SIRET of the collectivité, when the portal knows it."""
    owner: Any = session.get(model.Group, deposit.organization_id)
    return (owner.extras or {}).get("odl_siret") or None if owner else None


def look(
    path: str,
    schema: str | None,
    name: str,
    known: dict[str, Any],
    siret: str | None = None,
    *,
    repairs: bool = True,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Look at a file in a child process; returns the report of its check, and what else was seen.

    ``repairs``, among the latter, is what :func:`ckanext.odl.validation.repair.find` found (:func:`.told` puts it into
    words); it is not there when nothing is to be said of the file, or when they could not be looked for.

    When the whole cannot be done within the limits, the check alone is tried: it needs less.

    :param repairs: look for those that the portal has for a wrong file too
    """
    limits: dict[str, Any] = {"seconds": config.seconds(), "memory": config.memory(), "limits": config.limits()}
    try:
        seen = in_child(_INSPECT, path, options={"schema": schema, "name": name, **known}, **limits)
    except Stopped as stopped:
        log.warning("A file could not be looked at: %s", stopped.code)
        return guarded(path, schema, name=name, **limits, **known), {"stopped": stopped.code}
    report = seen.pop("report")
    if repairs and (report["errors"] or report["warnings"] or report["notices"]):
        judged = report["schema"] or {}
        options = {"schema": f"{judged['id']}@{judged['version']}" if judged.get("id") else None, "name": name}
        options |= {**known, "owner_siret": siret, "judged": verdict(report)}
        try:
            seen["repairs"] = in_child(_REPAIRS, path, options=options, **limits)
        except Stopped as stopped:
            log.warning("The repairs of a deposited file could not be looked for: %s", stopped.code)
            seen["repairs_stopped"] = stopped.code
    return report, seen


def store(
    session: Session, file: DepositFile, seen: dict[str, Any], report: dict[str, Any], period: str | None
) -> None:
    """Keep what was seen beside the file, and the model that was recognised unless a person chose one.

    The caller commits.
    """
    table, files = Deposit.__table__, DepositFile.__table__
    session.execute(sa.update(files).where(files.c.id == file.id).values(inspection={**seen, "held_to_period": period}))
    schema = report["schema"] or {}
    guess = {"schema_id": schema.get("id") or "", "schema_version": schema.get("version") or ""}
    session.execute(
        sa.update(table)
        .where(table.c.id == file.deposit_id, table.c.file_id == file.id, ~table.c.schema_chosen)
        .values(**guess)
    )


def hand_over(session: Session, resource: dict[str, Any], sha256: str, schema_id: str, version: str) -> None:
    """Give a published file the report that its bytes had as a deposit, so that they are not judged twice.

    Only when nothing that the check depends on has changed: the same bytes, model and version, the same period, the
    same sheet.
    """
    deposit, file, check = Deposit.__table__, DepositFile.__table__, Validation.__table__
    rows = session.execute(
        sa.select(
            check.c.id,
            check.c.schema_id,
            check.c.report["schema"].label("schema"),
            check.c.report["file"]["sheet"].astext.label("sheet"),
            check.c.counts["sheet"].astext.label("asked"),
            file.c.inspection,
        )
        .join(file, file.c.id == check.c.resource_id)
        .join(deposit, deposit.c.file_id == file.c.id)
        .where(
            deposit.c.resource_id == resource["id"],
            check.c.sha256 == sha256,
            check.c.state == State.DONE.value,
            check.c.status != "incomplete",
        )
    )
    period, sheet = resource.get("odl_period") or None, resource.get("odl_sheet") or ""
    for row in rows:
        if sheet not in (row.asked or "", row.sheet):
            continue
        judged = row.schema or {}
        seen = row.inspection or {}
        by_model = (judged.get("id") or "", judged.get("version") or "") == (schema_id, version)
        held_to = seen.get("held_to_period")
        told = (seen.get("period") or {}).get("value")
        if (by_model or (not schema_id and not row.schema_id)) and period in (
            held_to,
            told if held_to is None else None,
        ):
            Validation.copy(session, row.id, resource["id"], resource["package_id"], schema_id, version, sheet)
            return


def unread(session: Session) -> int:
    """Ask anew for the checks that open deposits have lost; returns their number."""
    deposit, file, check = Deposit.__table__, DepositFile.__table__, Validation.__table__
    lost = (
        sa.select(deposit, file.c.name, file.c.sha256, file.c.size)
        .join(file, file.c.id == deposit.c.file_id)
        .outerjoin(
            check,
            sa.and_(
                check.c.resource_id == file.c.id,
                check.c.schema_id == sa.case((deposit.c.schema_chosen, deposit.c.schema_id), else_=""),
                check.c.schema_version == sa.case((deposit.c.schema_chosen, deposit.c.schema_version), else_=""),
            ),
        )
        .where(
            deposit.c.state.in_([DepositState.DRAFT.value, DepositState.WAITING.value]),
            file.c.discarded_at.is_(None),
            check.c.id.is_(None),
        )
        .limit(SWEEP_LIMIT)
    )
    rows = session.execute(lost).all()
    for row in rows:
        Validation.ask(
            session,
            resource_id=row.file_id,
            package_id="",
            sha256=row.sha256,
            schema_id=row.schema_id if row.schema_chosen else "",
            schema_version=row.schema_version if row.schema_chosen else "",
            file_name=row.name,
            size=row.size,
        )
    session.commit()
    return len(rows)
