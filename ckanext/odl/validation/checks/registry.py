"""From the names and parameters that schemas declare to checks ready to run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..fields import FieldRule
from ..problems import Problem
from . import bal, columns, hours, identifiers, places, reference
from .base import CellCheck, CellJudge, RowCheck

_CELL: dict[str, tuple[str, CellJudge]] = {}
"""Declared name → (code of the report, judge) for checks that only look at one value."""


def _register(code: str, judge: CellJudge, *names: str) -> None:
    for name in (code, *names):
        _CELL[name] = (code, judge)


_register("siren", identifiers.siren, "french-siren-value")
_register("siret", identifiers.siret, "french-siret-value")
_register("phone-number", identifiers.phone_number, "phone-number-value")
_register("nomenclature-actes", columns.nomenclature_actes, "nomenclature-acte", "nomenclature-actes-value")
_register("opening-hours", hours.opening_hours, "opening-hours-value")
_register("gps-coordinates", places.gps_coordinates, "french-gps-coordinates", "coordonnees-gps-francaises")
_register("bal-numero", bal.numero)
for _code, _judge in reference.JUDGES.items():
    _register(_code, _judge)

_ROW: dict[str, Callable[[dict[str, Any], frozenset[str]], RowCheck | None]] = {
    "compare-columns": columns.compare_columns,
    "sum-columns": columns.sum_columns,
    "cohesive-columns": columns.cohesive_columns,
    "one-of-required": columns.one_of_required,
    "bal-cle-interop": bal.cle_interop,
    "bal-coordinates": bal.coordinates,
    "bal-single-commune": bal.single_commune,
    "bal-ban-ids": bal.ban_ids,
}
_YEAR = ("year-interval", "year-interval-value")


@dataclass
class TableChecks:
    """The checks of one table, and what could not be made of the declarations (warnings)."""

    cells: list[CellCheck] = field(default_factory=list)
    rows: list[RowCheck] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)


def build_checks(descriptor: dict[str, Any], rules: Sequence[FieldRule], present: frozenset[str]) -> TableChecks:
    """The checks that a schema declares and that concern columns ``present`` in the file.

    An unknown name gives a ``check-unknown`` note, unusable parameters a ``check-failed`` note; the others still run.
    """
    checks = TableChecks()
    declared = descriptor.get("custom_checks")
    known = frozenset(rule.name for rule in rules)
    for declaration in declared if isinstance(declared, list) else []:
        if not isinstance(declaration, dict) or not isinstance(declaration.get("name"), str):
            checks.notes.append(Problem("check-unknown", "warning", {"name": str(declaration)[:60]}))
            continue
        params = declaration.get("params")
        _build_one(declaration["name"], params if isinstance(params, dict) else {}, known, present, checks)
    for declared_field in descriptor.get("fields") or []:
        custom = declared_field.get("customCheck") if isinstance(declared_field, dict) else None
        if isinstance(custom, str):
            custom = {"name": custom}
        if isinstance(custom, dict) and isinstance(custom.get("name"), str):
            params = {key: value for key, value in custom.items() if key not in ("name", "params")}
            nested = custom.get("params")
            params |= nested if isinstance(nested, dict) else {}
            params.setdefault("column", declared_field.get("name"))
            _build_one(custom["name"], params, known, present, checks)
    return checks


def _build_one(
    name: str, params: dict[str, Any], known: frozenset[str], present: frozenset[str], checks: TableChecks
) -> None:
    short = name.removesuffix("-value")
    column = params.get("column")
    if name in _CELL or name in _YEAR:
        if not isinstance(column, str) or (column not in known and column not in present):
            checks.notes.append(Problem("check-failed", "warning", {"name": name, "reason": str(column)[:60]}))
            return
        if column not in present:
            return
        code, judge = _CELL[name] if name in _CELL else ("year-interval", columns.year_interval(params))
        if not any(check.code == code and check.column == column for check in checks.cells):
            checks.cells.append(CellCheck(code, column, judge))
        return
    make = _ROW.get(name) or _ROW.get(short)
    if make is None:
        checks.notes.append(Problem("check-unknown", "warning", {"name": name[:60]}))
        return
    try:
        check = make(params, present)
    except (KeyError, TypeError, ValueError) as error:
        checks.notes.append(Problem("check-failed", "warning", {"name": name, "reason": str(error)[:60]}))
        return
    if check is not None:
        checks.rows.append(check)
