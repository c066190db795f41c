"""The engine: rows of text against the rules of their columns, each distinct value asked once."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import getitem, itemgetter
from typing import Any

from . import limits
from .checks.base import RowCheck
from .checks.registry import TableChecks, build_checks
from .context import NOTHING_KNOWN, Context, OwnerWatch
from .fields import FieldRule
from .hints import plain
from .judges import ColumnJudge, Keys, text_at
from .problems import Problem, Unreadable
from .reading.delimiter import CANDIDATES
from .reading.table import Table
from .report import Findings, shorten
from .structure import Structure
from .suspicions import coordinate_pair

_TOTAL = re.compile(r"(?:sous[- ]?)?tota(?:l|ux)\b.{0,40}")


@dataclass
class Extract:
    """The wrong rows, each with the row before it, for a page to show like a spreadsheet."""

    header: list[str]
    header_row: int
    rows: list[dict[str, Any]] = field(default_factory=list)
    _wrong: int = 0
    _last: int = 0

    def add(self, row: int, cells: Sequence[str], before: tuple[int, Sequence[str]] | None) -> None:
        if self._wrong >= limits.EXTRACT_ROWS or row == self._last:
            return
        self._wrong += 1
        if before is not None and before[0] != self._last:
            self._keep(*before)
        self._keep(row, cells)
        self._last = row

    def _keep(self, row: int, cells: Sequence[str]) -> None:
        self.rows.append({"row": row, "cells": [shorten(cell, limits.EXTRACT_CHARACTERS) for cell in cells[:200]]})

    def to_dict(self) -> dict[str, Any]:
        header = [shorten(name, limits.EXTRACT_CHARACTERS) for name in self.header[:200]]
        return {"header": header, "header_row": self.header_row, "rows": self.rows}


class Engine:
    """Judges the rows of one table. :meth:`run` fills the findings and gives the number of data rows."""

    def __init__(
        self,
        table: Table,
        structure: Structure,
        rules: Sequence[FieldRule],
        descriptor: dict[str, Any],
        findings: Findings,
        context: Context = NOTHING_KNOWN,
    ) -> None:
        self.table = table
        self.structure = structure
        self.findings = findings
        present = frozenset(column.rule.name for column in structure.columns)
        self.checks: TableChecks = build_checks(descriptor, rules, present)
        self.judges = [
            ColumnJudge(column, [check for check in self.checks.cells if check.column == column.rule.name], context)
            for column in structure.columns
        ]
        self._by_name = {judge.rule.name: judge for judge in self.judges}
        pair = coordinate_pair([column.rule for column in structure.columns])
        if pair and not any(check.code == "bal-coordinates" for check in self.checks.rows):
            self.checks.rows.append(pair)
        single = any(check.code == "bal-single-commune" for check in self.checks.rows)
        self.owner = OwnerWatch(structure.columns, context, places=not single)
        self._row_checks = [(check, *self._picker(check.columns)) for check in self.checks.rows]
        primary = descriptor.get("primaryKey") or []
        self.keys = Keys(self.judges, [primary] if isinstance(primary, str) else list(primary))
        self.extract = Extract(structure.header, structure.header_row)
        self._width = len(structure.header)
        self._named = max((i for i, name in enumerate(structure.header, 1) if name), default=0)
        self._filled_blanks: dict[int, int] = {}
        self._trailing_extra = False
        self._repeated: dict[int, int] = {}
        self._watch_repeats = not self.keys.any and bool(rules) and self._named > 2

    def run(self) -> int:
        """Judge every row. Raises :class:`Unreadable` when the reading itself breaks."""
        self._say_notes(rules_broken=True)
        indexes = [judge.column.index for judge in self.judges]
        judges = self.judges
        pick: Callable[[list[str]], Sequence[str]]
        if len(indexes) == self._width == len(self.structure.header) and indexes == list(range(self._width)):
            pick = _all
        elif len(indexes) == 1:
            only = indexes[0]
            pick = lambda cells: (cells[only],)  # noqa: E731 (the other branches are expressions too)
        elif indexes:
            pick = itemgetter(*indexes)
        else:
            pick = _none
        width = self._width
        header_row = self.structure.header_row
        rows = 0
        blanks: list[int] = []
        blank_total = 0
        before: tuple[int, Sequence[str]] | None = (header_row, self.structure.header)
        rows_iterator = self.table.open_rows()
        for number, cells in rows_iterator:
            if number <= header_row:
                continue
            if not any(cells) or not (cells[0].strip() or "".join(cells).strip()):
                blank_total += 1
                blanks.append(number)
                continue
            if blanks:
                self._say_blanks(blanks)
                blanks = []
            rows += 1
            if rows > limits.ROWS:
                raise Unreadable("too-many-rows", limit=limits.ROWS)
            wrong = False
            if len(cells) != width and not self._ragged(number, cells):
                wrong = True
                if len(cells) > width:
                    self.extract.add(number, cells, before)
                    before = (number, cells)
                    continue
            if len(cells) >= width:
                if judges and any(map(getitem, judges, pick(cells))):
                    if self._say_almost_empty(number, cells):
                        self.extract.add(number, cells, before)
                        before = (number, cells)
                        continue
                    wrong = self._say_cells(number, cells) or wrong
            else:
                wrong = self._say_cells(number, cells) or wrong
            if self.structure.blanks:
                self._look_at_blanks(number, cells)
            if self.keys.any and self._say_keys(number, cells):
                wrong = True
            if self._row_checks and self._say_rows(number, cells):
                wrong = True
            for tally in self.owner.tallies:
                tally.see(text_at(cells, tally.column.index), number)
            if self._watch_repeats:
                self._look_for_repeat(number, cells)
            if wrong:
                self.extract.add(number, cells, before)
            before = (number, cells)
        if blanks:
            self.findings.add(
                "blank-row", "notice", row=blanks[0], params={"count": len(blanks), "variant": "end"}, data_row=False
            )
        self._say_end(rows)
        return rows

    # What is said

    def _add(self, number: int, judge: ColumnJudge, text: str, problem: Problem) -> bool:
        self.findings.add(
            problem.code,
            problem.severity,
            row=number,
            column=judge.column.number,
            field=judge.rule.name,
            value=text,
            params=problem.params,
        )
        return problem.severity == "error"

    def _say_almost_empty(self, number: int, cells: Sequence[str]) -> bool:
        """Say at once that a row is a total, or a left-over, instead of each required cell it does not fill."""
        empty = [judge for judge in self.judges if judge.rule.required and not cells[judge.column.index].strip()]
        if len(empty) < 2:
            return False
        filled = [index for index, cell in enumerate(cells) if cell.strip()]
        total = next((index for index in filled if _TOTAL.fullmatch(plain(cells[index]))), None)
        if total is not None and len(filled) * 2 <= self._named:
            variant, index = "total", total
        elif len(empty) >= 4 and len(filled) <= 2:
            variant, index = "left-over", filled[0]
        else:
            return False
        params = {"variant": variant, "values": [shorten(cells[index], 40) for index in filled[:2]]}
        self.findings.add("row-almost-empty", row=number, column=index + 1, value=cells[index], params=params)
        return True

    def _say_cells(self, number: int, cells: Sequence[str]) -> bool:
        wrong = False
        for judge in self.judges:
            if judge.column.index < len(cells):
                text = cells[judge.column.index]
                for problem in judge[text]:
                    wrong = self._add(number, judge, text, problem) or wrong
        return wrong

    def _say_keys(self, number: int, cells: Sequence[str]) -> bool:
        wrong = False
        for judge, text, problem in self.keys.judge(number, cells):
            wrong = self._add(number, judge, text, problem) or wrong
        return wrong

    def _say_rows(self, number: int, cells: Sequence[str]) -> bool:
        wrong = False
        for check, pick, last in self._row_checks:
            if check.failed:
                continue
            whole = cells if len(cells) > last else [*cells, *[""] * (last + 1 - len(cells))]
            texts = pick(whole)
            memo = check.memo
            problems = memo.get(texts) if memo is not None else None
            for problem in self._row_problems(check, texts) if problems is None else problems:
                judge = self._by_name[problem.column or check.columns[0]]
                wrong = self._add(number, judge, text_at(cells, judge.column.index), problem) or wrong
        return wrong

    def _picker(self, names: Sequence[str]) -> tuple[Callable[[Sequence[str]], tuple[str, ...]], int]:
        """A function from a row to the texts of some columns, and the last index it needs."""
        indexes = [self._by_name[name].column.index for name in names]
        only = indexes[0]
        return (itemgetter(*indexes) if len(indexes) > 1 else lambda cells: (cells[only],)), max(indexes)

    def _row_problems(self, check: RowCheck, texts: tuple[str, ...]) -> Sequence[Problem]:
        cells = [self._by_name[name].cell(text) for name, text in zip(check.columns, texts, strict=True)]
        try:
            problems = check.judge(cells)
        except Exception as error:
            check.failed = type(error).__name__
            return ()
        memo = check.memo
        if memo is not None:
            if len(memo) >= limits.MEMORY_OF_VALUES:
                memo.clear()
            memo[texts] = problems
        return problems

    def _ragged(self, number: int, cells: Sequence[str]) -> bool:
        """Say what is wrong with a row of another width; True when its width is harmless."""
        if len(cells) > self._width:
            extra = [cell for cell in cells[self._width :] if cell.strip()]
            if not extra:
                self._trailing_extra = True
                return True
            self.findings.add(
                "extra-cell",
                row=number,
                column=self._width + 1,
                value=cells[self._width],
                params={"expected": self._width, "found": len(cells)},
            )
            return False
        if len(cells) >= self._named:
            return True
        other = self._other_delimiter(cells)
        if other:
            self.findings.add(
                "delimiter-mixed",
                row=number,
                column=1,
                value=cells[0],
                params={"found": other, "expected": self.table.delimiter},
            )
            return False
        lacking = [name for name in self.structure.header[len(cells) :] if name]
        self.findings.add(
            "missing-cell",
            row=number,
            column=len(cells) + 1,
            params={"expected": self._width, "found": len(cells), "missing": len(lacking), "names": lacking[:5]},
        )
        return False

    def _other_delimiter(self, cells: Sequence[str]) -> str | None:
        if len(cells) != 1 or self._width < 3:
            return None
        for delimiter in CANDIDATES:
            if delimiter != self.table.delimiter and cells[0].count(delimiter) + 1 >= self._named:
                return delimiter
        return None

    def _look_at_blanks(self, number: int, cells: Sequence[str]) -> None:
        for index in self.structure.blanks:
            if index < len(cells) and cells[index].strip():
                self._filled_blanks[index] = self._filled_blanks.get(index, 0) + 1

    def _look_for_repeat(self, number: int, cells: Sequence[str]) -> None:
        key = hash(tuple(cells))
        first = self._repeated.setdefault(key, number)
        if first != number:
            self.findings.add("row-repeated", "warning", row=number, params={"first_row": first})

    def _say_blanks(self, blanks: Sequence[int]) -> None:
        for number in blanks:
            self.findings.add("blank-row", row=number, params={"variant": "middle"}, data_row=False)

    def _say_notes(self, *, rules_broken: bool) -> None:
        for note in self.checks.notes:
            self.findings.add(note.code, note.severity, params=note.params)
        for judge in self.judges if rules_broken else ():
            for name in judge.rule.broken:
                self.findings.add(
                    "check-failed", "warning", field=judge.rule.name, params={"name": f"{judge.rule.name}.{name}"}
                )

    def _say_end(self, rows: int) -> None:
        row = self.structure.header_row
        empty = [index for index in self.structure.blanks if index not in self._filled_blanks]
        for index, count in self._filled_blanks.items():
            facts = {"variant": "filled", "count": count}
            self.findings.add("header-blank", row=row, column=index + 1, params=facts, data_row=False)
        if empty or self._trailing_extra:
            column = empty[0] + 1 if empty else self._width + 1
            facts = {"variant": "empty", "count": max(len(empty), 1)}
            self.findings.add("header-blank", "notice", row=row, column=column, params=facts, data_row=False)
        self.owner.say(self.findings)
        if not rows:
            self.findings.add("no-rows", row=row, data_row=False)
        for check in (*self.checks.cells, *self.checks.rows):
            if check.failed:
                self.findings.add("check-failed", "warning", params={"name": check.code})


def _all(cells: list[str]) -> Sequence[str]:
    return cells


def _none(cells: list[str]) -> Sequence[str]:
    return ()
