"""The memory of the engine: verdicts of a column by distinct value, and the keys seen so far."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any

from . import hints, limits
from .checks.base import Cell, CellCheck
from .context import NOTHING_KNOWN, Context
from .problems import Problem
from .structure import Column
from .suspicions import suspicions_of

_RELATED = ("pattern", "minLength", "maxLength")


class ColumnJudge(dict[str, tuple[Problem, ...]]):
    """The verdicts of one column by value: reading ``judge[text]`` asks each distinct value once."""

    def __init__(self, column: Column, checks: Sequence[CellCheck], context: Context = NOTHING_KNOWN) -> None:
        super().__init__()
        self.column = column
        self.rule = column.rule
        self.checks = list(checks)
        self.suspicions = suspicions_of(column.rule, bool(self.checks), context)
        self._cells: dict[str, Cell] = {}

    def __missing__(self, text: str) -> tuple[Problem, ...]:
        problems = self._judge(text)
        if len(self) >= limits.MEMORY_OF_VALUES:
            self.clear()
        self[text] = problems
        return problems

    def _judge(self, text: str) -> tuple[Problem, ...]:
        value, problem = self.rule.judge(text)
        if problem is None and not self.checks and not self.suspicions:
            return ()
        if self.rule.is_missing(text) or not text.strip():
            return (problem,) if problem else ()
        found: list[Problem] = []
        if problem is None or problem.code == "constraint-error":
            for check in self.checks:
                try:
                    judged = check.judge(text)
                except Exception as error:
                    check.failed = type(error).__name__
                    continue
                if judged is not None:
                    found.append(judged)
        # The check knows what the value is meant to be: it says more than the form of a code does.
        if problem is not None and not (found and problem.params.get("constraint") in _RELATED):
            found.insert(0, problem)
        if found and not self.rule.required and self.rule.is_missing("") and hints.means_nothing(text):
            found = [_to_empty(one) if one.severity == "error" else one for one in found]
        if not found and self.suspicions:
            found = [suspect for suspicion in self.suspicions if (suspect := suspicion(text, value))]
        return tuple(found)

    def cell(self, text: str) -> Cell:
        """The cell as row checks see it."""
        cell = self._cells.get(text)
        if cell is None:
            value, problem = self.rule.judge(text)
            empty = self.rule.is_missing(text) or not text.strip()
            wrong = problem is not None and not empty and value is None
            if len(self._cells) >= limits.MEMORY_OF_VALUES:
                self._cells.clear()
            cell = self._cells[text] = Cell(text, value, empty, wrong)
        return cell


def _to_empty(problem: Problem) -> Problem:
    """The same problem, whose remedy is an empty cell: an example of a right value would be an invention."""
    useless = ("hint", "suggestion", "example")
    facts = {name: fact for name, fact in problem.params.items() if name not in useless}
    return Problem(problem.code, problem.severity, {**facts, "hint": "nothing"}, problem.column)


class Key:
    """One key of the table: a ``unique`` column or the primary key. ``first`` tells the first row of a value."""

    def __init__(self, judges: Sequence[ColumnJudge], *, primary: bool) -> None:
        self.judges = list(judges)
        self.primary = primary
        seen: dict[Hashable, int] = {}
        self.first: Callable[[Hashable, int], int] = seen.setdefault
        """Value and row → the first row with this value. A judge of columns, which knows it already, puts its own."""

    def value(self, texts: Sequence[str]) -> Hashable:
        """What the key compares; None when none of its cells is filled."""
        values = tuple(key_text(judge, text) for judge, text in zip(self.judges, texts, strict=True))
        if all(value is None for value in values):
            return None
        return values[0] if len(values) == 1 else values

    @property
    def refuses_empty(self) -> bool:
        """Whether an empty key is an error of its own, and not that of a required column."""
        return self.primary and not any(judge.rule.required for judge in self.judges)

    def judge(self, number: int, cells: Sequence[str]) -> Problem | None:
        texts = self.texts(cells)
        value = self.value(texts)
        names = [judge.rule.name for judge in self.judges]
        if value is None:
            if self.refuses_empty and not any(text.strip() for text in texts):
                return Problem("primary-key-error", params={"columns": names, "variant": "empty"})
            return None
        first = self.first(value, number)
        if first == number:
            return None
        if not self.primary:
            return Problem("unique-error", params={"first_row": first})
        variant = "one" if len(names) == 1 else "several"
        return Problem("primary-key-error", params={"first_row": first, "columns": names, "variant": variant})

    def texts(self, cells: Sequence[str]) -> list[str]:
        return [text_at(cells, judge.column.index) for judge in self.judges]


def build_keys(judges: Sequence[ColumnJudge], primary: Sequence[str]) -> list[Key]:
    """The keys of a table: its ``unique`` columns, then its primary key when all its columns are there."""
    by_name = {judge.rule.name: judge for judge in judges}
    there = [by_name[name] for name in primary if name in by_name]
    whole = there if primary and len(there) == len(primary) else []
    keys = [Key([judge], primary=False) for judge in judges if judge.rule.unique and whole != [judge]]
    return [*keys, Key(whole, primary=True)] if whole else keys


def text_at(cells: Sequence[str], index: int) -> str:
    return cells[index] if index < len(cells) else ""


def key_text(judge: ColumnJudge, text: str) -> str | None:
    """What keys compare, as a text: that of a string; of a number or a date one writing, whatever the cell's (1 and 01
    are one number). None for an empty cell."""
    if judge.rule.type == "string":
        return None if judge.rule.is_missing(text) else text
    value = judge.cell(text).value
    if value is None:
        # Two dates that are both badly written are not one date.
        return None if judge.cell(text).empty else text
    return _written(value, text)


def _written(value: Any, text: str) -> str:
    if isinstance(value, Decimal):
        digits = format(value, "f")
        digits = digits.rstrip("0").rstrip(".") if "." in digits else digits
        return "0" if digits in ("-0", "") else digits
    if isinstance(value, tuple):
        return "\x1f".join(_written(part, text) for part in value)
    if isinstance(value, datetime):
        return (value if value.tzinfo is None else value.astimezone(timezone.utc)).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return text if isinstance(value, list | dict) else str(value)
