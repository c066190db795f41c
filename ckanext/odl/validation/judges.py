"""The memory of the engine: verdicts of a column by distinct value, and the keys seen so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import hints, limits
from .checks.base import Cell, CellCheck
from .problems import Problem
from .context import NOTHING_KNOWN, Context
from .structure import Column
from .suspicions import suspicions_of

_RELATED = ("pattern", "minLength", "maxLength")


class ColumnJudge(dict[str, tuple[Problem, ...]]):
    """The verdicts of one column by value: reading ``judge[text]`` asks each distinct value once."""

    def __init__(self, column: Column, checks: Sequence[CellCheck], context: Context = NOTHING_KNOWN) -> None:
        super().__init__()
        self.column = column
        self.rule = column.rule
        self._checks = list(checks)
        self._suspicions = suspicions_of(column.rule, bool(self._checks), context)
        self._cells: dict[str, Cell] = {}

    def __missing__(self, text: str) -> tuple[Problem, ...]:
        problems = self._judge(text)
        if len(self) >= limits.MEMORY_OF_VALUES:
            self.clear()
        self[text] = problems
        return problems

    def _judge(self, text: str) -> tuple[Problem, ...]:
        value, problem = self.rule.judge(text)
        if problem is None and not self._checks and not self._suspicions:
            return ()
        if self.rule.is_missing(text) or not text.strip():
            return (problem,) if problem else ()
        found: list[Problem] = []
        if problem is None or problem.code == "constraint-error":
            for check in self._checks:
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
        if not self.rule.required and self.rule.is_missing("") and hints.means_nothing(text):
            found = [_to_empty(one) if one.severity == "error" else one for one in found]
        if not found and self._suspicions:
            found = [suspect for suspicion in self._suspicions if (suspect := suspicion(text, value))]
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


class Keys:
    """``unique`` and ``primaryKey``: values seen before, with the row they were first seen on."""

    def __init__(self, judges: Sequence[ColumnJudge], primary: Sequence[str]) -> None:
        by_name = {judge.rule.name: judge for judge in judges}
        self.unique = [(judge, {}) for judge in judges if judge.rule.unique]
        there = [by_name[name] for name in primary if name in by_name]
        self.primary = there if primary and len(there) == len(primary) else []
        if len(self.primary) == 1:
            self.unique = [(judge, seen) for judge, seen in self.unique if judge is not self.primary[0]]
        self.seen: dict[Any, int] = {}

    @property
    def any(self) -> bool:
        return bool(self.unique or self.primary)

    def judge(self, number: int, cells: Sequence[str]) -> list[tuple[ColumnJudge, str, Problem]]:
        found: list[tuple[ColumnJudge, str, Problem]] = []
        for judge, seen in self.unique:
            text = text_at(cells, judge.column.index)
            value = _key(judge, text)
            if value is not None:
                first = seen.setdefault(value, number)
                if first != number:
                    found.append((judge, text, Problem("unique-error", params={"first_row": first})))
        if self.primary:
            texts = [text_at(cells, judge.column.index) for judge in self.primary]
            values = tuple(_key(judge, text) for judge, text in zip(self.primary, texts, strict=True))
            names = [judge.rule.name for judge in self.primary]
            judge = self.primary[0]
            if any(value is not None for value in values):
                first = self.seen.setdefault(values, number)
                if first != number:
                    facts = {"first_row": first, "columns": names, "variant": "one" if len(names) == 1 else "several"}
                    found.append((judge, " · ".join(texts), Problem("primary-key-error", params=facts)))
            elif not any(judge.rule.required for judge in self.primary) and not any(text.strip() for text in texts):
                found.append((judge, "", Problem("primary-key-error", params={"columns": names, "variant": "empty"})))
        return found


def text_at(cells: Sequence[str], index: int) -> str:
    return cells[index] if index < len(cells) else ""


def _key(judge: ColumnJudge, text: str) -> Any:
    """The value that keys compare: the text of a string, the value of a number or a date (1 and 01 are one number)."""
    if judge.rule.type == "string":
        return None if judge.rule.is_missing(text) else text
    value = judge.cell(text).value
    try:
        hash(value)
    except TypeError:
        return text
    return value
