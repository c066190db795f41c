"""Checks that compare cells of a row, and the two that read a small grammar (nomenclature des actes, years)."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from ..hints import plain
from ..problems import Problem
from .base import Cell, CellJudge, RowCheck

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "=": operator.eq,
    "<=": operator.le,
    "<": operator.lt,
    "!=": operator.ne,
}
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")

MATTERS = (
    "Commande publique",
    "Urbanisme",
    "Domaine et patrimoine",
    "Fonction publique",
    "Institutions et vie politique",
    "Libertés publiques et pouvoirs de police",
    "Finances locales",
    "Domaines de compétences par thèmes",
    "Autres domaines de compétences",
)
_MATTERS = {plain(matter): matter for matter in MATTERS}


def _number(cell: Cell) -> Decimal | None:
    if isinstance(cell.value, int | Decimal) and not isinstance(cell.value, bool):
        return Decimal(cell.value)
    if isinstance(cell.value, str) and _NUMBER.fullmatch(cell.text) and len(cell.text) <= 400:
        return Decimal(cell.text)
    return None


def _pair(first: Cell, second: Cell) -> tuple[Any, Any] | None:
    """Both values in a kind that can be compared: numbers, dates, or texts; None when they cannot."""
    numbers = _number(first), _number(second)
    if None not in numbers:
        return numbers
    if isinstance(first.value, str) and isinstance(second.value, str) and numbers != (None, None):
        return None  # one is a number, the other is not
    left, right = first.value, second.value
    if isinstance(left, datetime) and isinstance(right, datetime):
        return (left, right) if (left.tzinfo is None) == (right.tzinfo is None) else None
    if isinstance(left, date) and isinstance(right, date):
        as_dates = [value.date() if isinstance(value, datetime) else value for value in (left, right)]
        return as_dates[0], as_dates[1]
    if type(left) is type(right) and isinstance(left, str | time | bool | int | Decimal):
        return left, right
    return None


def compare_columns(params: dict[str, Any], present: frozenset[str]) -> RowCheck | None:
    """``column`` ``op`` ``column2``, by the type of the values, never evaluated as source text.

    Nothing is said when a cell is empty, a column is absent, or a cell is already wrong by itself.
    """
    first, second = str(params["column"]), str(params["column2"])
    op = str(params.get("op", params.get("operator", ""))).strip()
    compare = _OPERATORS[op]
    if first not in present or second not in present:
        return None

    def judge(cells: Sequence[Cell]) -> list[Problem]:
        left, right = cells
        if left.empty or right.empty or left.wrong or right.wrong:
            return []
        pair = _pair(left, right)
        facts = {"op": op, "other": second, "other_value": right.text[:80]}
        if pair is None:
            return [Problem("compare-columns", params=facts | {"variant": "mixed"}, column=first)]
        return [] if compare(*pair) else [Problem("compare-columns", params=facts, column=first)]

    return RowCheck("compare-columns", (first, second), judge)


def sum_columns(params: dict[str, Any], present: frozenset[str]) -> RowCheck | None:
    """``column`` is the exact sum of ``columns``, in decimals."""
    total = str(params["column"])
    parts = tuple(str(name) for name in params["columns"])
    if not parts or total not in present or not set(parts) <= present:
        return None

    def judge(cells: Sequence[Cell]) -> list[Problem]:
        if any(cell.empty or cell.wrong for cell in cells):
            return []
        numbers = [_number(cell) for cell in cells]
        facts: dict[str, Any] = {"others": list(parts)}
        if any(number is None for number in numbers):
            return [Problem("sum-columns", params=facts | {"variant": "not-numbers"}, column=total)]
        expected = sum((number for number in numbers[1:] if number is not None), Decimal(0))
        if numbers[0] == expected:
            return []
        return [Problem("sum-columns", params=facts | {"sum": f"{expected:f}"}, column=total)]

    return RowCheck("sum-columns", (total, *parts), judge)


def cohesive_columns(params: dict[str, Any], present: frozenset[str]) -> RowCheck | None:
    """All filled or all empty, among the columns that are in the file."""
    names = (str(params["column"]), *(str(name) for name in params["othercolumns"]))
    there = tuple(name for name in names if name in present)
    if len(there) < 2:
        return None

    def judge(cells: Sequence[Cell]) -> list[Problem]:
        empty = [name for name, cell in zip(there, cells, strict=True) if cell.empty]
        if not empty or len(empty) == len(there):
            return []
        filled = [name for name in there if name not in empty]
        return [Problem("cohesive-columns", params={"filled": filled, "empty": empty}, column=empty[0])]

    return RowCheck("cohesive-columns", there, judge)


def one_of_required(params: dict[str, Any], present: frozenset[str]) -> RowCheck | None:
    """At least one of two cells is filled; a zero is a value. With one column absent, the other is to be filled."""
    names = (str(params["column1"]), str(params.get("column2", params.get("column", ""))))
    there = tuple(name for name in names if name in present)
    if not there:
        return None

    def judge(cells: Sequence[Cell]) -> list[Problem]:
        if any(not cell.empty and cell.text.strip() for cell in cells):
            return []
        return [Problem("one-of-required", params={"columns": list(names)}, column=there[0])]

    return RowCheck("one-of-required", there, judge)


def nomenclature_actes(text: str) -> Problem | None:
    """« matter/sub-matter »: one of the nine matters of the national classification of acts (@CTES programme) before
    the first slash, something after it, no space around it."""
    matter, slash, rest = text.partition("/")
    if not slash:
        near = _MATTERS.get(plain(text))
        return Problem("nomenclature-actes", params={"hint": "no-slash"} if near else {"hint": "matter"})
    if matter != matter.rstrip() or rest != rest.lstrip():
        return Problem(
            "nomenclature-actes", params={"hint": "spaces", "suggestion": f"{matter.strip()}/{rest.strip()}"}
        )
    if plain(matter) not in _MATTERS:
        return Problem("nomenclature-actes", params={"hint": "matter"})
    if not rest.strip():
        return Problem("nomenclature-actes", params={"hint": "no-slash"})
    return None


def year_interval(params: dict[str, Any]) -> CellJudge:
    """AAAA/AAAA, the second year after the first; one year alone when ``allow-year-only`` is yes or true."""
    alone = str(params.get("allow-year-only", "")).strip().casefold() in ("yes", "true", "oui", "1")

    def judge(text: str) -> Problem | None:
        if alone and re.fullmatch("[0-9]{4}", text):
            return None
        match = re.fullmatch("([0-9]{4})/([0-9]{4})", text)
        if match and int(match.group(2)) > int(match.group(1)):
            return None
        variant = "order" if match else "alone" if alone else "interval"
        return Problem("year-interval", params={"variant": variant})

    return judge
