"""The engine: rows of text against the rules of their columns, each distinct value asked once."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from operator import getitem, itemgetter
from typing import Any

from . import limits
from .checks.base import RowCheck
from .checks.registry import TableChecks, build_checks
from .context import NOTHING_KNOWN, Context, OwnerWatch, YearsTally
from .cut_cells import CutCell
from .extract import Before, Extract, Numbered
from .fields import FieldRule
from .hints import plain
from .judges import ColumnJudge, build_keys, text_at
from .problems import Problem, Unreadable
from .reading.delimiter import CANDIDATES
from .reading.table import Table
from .report import Findings, shorten
from .structure import Structure
from .suspicions import coordinate_pair

_TOTAL = re.compile(r"(?:sous[- ]?)?tota(?:l|ux)\b.{0,40}")


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
        self.by_name = {judge.rule.name: judge for judge in self.judges}
        pair = coordinate_pair([column.rule for column in structure.columns])
        if pair and not any(check.code == "bal-coordinates" for check in self.checks.rows):
            self.checks.rows.append(pair)
        single = any(check.code == "bal-single-commune" for check in self.checks.rows)
        self.owner = OwnerWatch(structure.columns, context, places=not single)
        self.when = YearsTally.among(structure.columns)
        self.tallies = [*self.owner.tallies, *([self.when] if self.when else [])]
        self.row_checks = [(check, *self._picker(check.columns)) for check in self.checks.rows]
        primary = descriptor.get("primaryKey") or []
        self.keys = build_keys(self.judges, [primary] if isinstance(primary, str) else list(primary))
        self.extract = Extract(structure.header, structure.header_row)
        self.rows = 0
        """Rows of data so far."""
        self.width = len(structure.header)
        self.named = max((i for i, name in enumerate(structure.header, 1) if name), default=0)
        self.filled_blanks: dict[int, int] = {}
        """Index of a column without a name → how many of its cells are filled."""
        self._trailing_extra = False
        self.cut = CutCell(self.judges, self.width, table.delimiter)
        self._blanks: list[int] = []
        self.watch_repeats = not self.keys and bool(rules) and self.named > 2
        repeats: dict[Any, int] = {}
        # What follows is known beforehand when the table is judged by columns, and then replaced.
        self.first_like: Callable[[Sequence[str], int], int] = lambda cells, number: repeats.setdefault(
            hash(tuple(cells)), number
        )
        """A row and its number → the first row like it, as :attr:`judges.Key.first`."""
        self.wrong_columns: Callable[[int, Sequence[str]], Sequence[ColumnJudge]] = self._wrong_columns
        """The columns that may have something to say of a row with a cell for each."""
        self.no_problem: Callable[[RowCheck, int], bool] = lambda check, number: False
        """Whether a check is known to have nothing to say of a row."""
        self.tallied = False
        """Whether the judge of columns counts what :attr:`tallies` watch."""
        self._previous: Numbered | None = (structure.header_row, structure.header)
        self.before: Before = lambda: self._previous
        whole = [judge.column.index for judge in self.judges] == list(range(self.width))
        self._pick = _all if whole else self._picker([judge.rule.name for judge in self.judges])[0]

    def run(self) -> int:
        """Judge every row. Raises :class:`Unreadable` when the reading itself breaks."""
        self._say_notes(rules_broken=True)
        table = self.table
        if self.width > 1 and (table.open_stream or table.grid):
            from .blocks import judge_grid, judge_stream  # noqa: PLC0415 (small files never load the library of columns)

            if table.open_stream:
                judge_stream(self, table.open_stream())
            elif table.grid:
                judge_grid(self, table.grid)
        else:
            self._run_rows()
        self._say_end()
        return self.rows

    def _run_rows(self) -> None:
        header_row = self.structure.header_row
        for number, cells in self.table.open_rows():
            if number > header_row:
                self.take(number, cells)

    def count(self, rows: int) -> None:
        """Count rows of data; raises :class:`Unreadable` (``too-many-rows``)."""
        self.rows += rows
        if self.rows > limits.ROWS:
            raise Unreadable("too-many-rows", limit=limits.ROWS)

    def take(self, number: int, cells: Sequence[str]) -> None:
        """Judge one row: everything there is to say about it."""
        if not any(cells) or not (cells[0].strip() or "".join(cells).strip()):
            self._blanks.append(number)
            return
        self.end_blanks()
        self.count(1)
        if self._judge_row(number, cells):
            self.extract.add(number, cells, self.before)
        self._previous = (number, cells)

    def end_blanks(self) -> None:
        """Say the blank rows so far: there is something after them."""
        for number in self._blanks:
            self.findings.add("blank-row", row=number, params={"variant": "middle"}, data_row=False)
        self._blanks.clear()

    def takes_part(self, number: int, cells: Sequence[str]) -> bool:
        """Whether keys and repeats look at a row: not when it is blank, a total, or too long to know its columns."""
        if not any(cell.strip() for cell in cells):
            return False
        if len(cells) > self.width and self.too_long(cells):
            return False
        return len(cells) < self.width or self.almost_empty(cells, self.wrong_columns(number, cells)) is None

    def _judge_row(self, number: int, cells: Sequence[str]) -> bool:
        wrong = False
        if len(cells) != self.width and not self._ragged(number, cells):
            wrong = True
            if len(cells) > self.width:
                return True
        if len(cells) < self.width:
            wrong = self._say_cells(number, cells, self.judges) or wrong
        else:
            judges = self.wrong_columns(number, cells)
            if judges:
                if self._say_almost_empty(number, cells, judges):
                    return True
                wrong = self._say_cells(number, cells, judges) or wrong
        if self.structure.blanks:
            self._look_at_blanks(cells)
        for key in self.keys:
            problem = key.judge(number, cells)
            if problem:
                shown = " · ".join(key.texts(cells)) if "first_row" in problem.params else ""
                wrong = self._add(number, key.judges[0], shown, problem) or wrong
        if self.row_checks and self._say_rows(number, cells):
            wrong = True
        if not self.tallied:
            for tally in self.tallies:
                tally.see(text_at(cells, tally.column.index), number)
        if self.watch_repeats:
            first = self.first_like(cells, number)
            if first != number:
                self.say_repeat(number, first)
        return wrong

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

    def almost_empty(self, cells: Sequence[str], judges: Sequence[ColumnJudge]) -> tuple[str, int] | None:
        """Whether a row is a total or a left-over, and the index of the cell that says it. ``judges``: the columns of
        which something is to be said, those of all required cells that are empty among them."""
        lacking = sum(1 for judge in judges if judge.rule.required and not cells[judge.column.index].strip())
        if lacking < 2:
            return None
        filled = [index for index, cell in enumerate(cells) if cell.strip()]
        total = next((index for index in filled if _TOTAL.fullmatch(plain(cells[index]))), None)
        if total is not None and len(filled) * 2 <= self.named:
            return "total", total
        return ("left-over", filled[0]) if lacking >= 4 and len(filled) <= 2 else None

    def _say_almost_empty(self, number: int, cells: Sequence[str], judges: Sequence[ColumnJudge]) -> bool:
        """Say at once that a row is a total, or a left-over, instead of each required cell it does not fill."""
        found = self.almost_empty(cells, judges)
        if found is None:
            return False
        variant, index = found
        values = [shorten(cell, 40) for cell in cells if cell.strip()][:2]
        params = {"variant": variant, "values": values}
        self.findings.add("row-almost-empty", row=number, column=index + 1, value=cells[index], params=params)
        return True

    def say_repeat(self, number: int, first: int) -> None:
        self.findings.add("row-repeated", "warning", row=number, params={"first_row": first})

    def _wrong_columns(self, number: int, cells: Sequence[str]) -> Sequence[ColumnJudge]:
        return self.judges if any(map(getitem, self.judges, self._pick(cells))) else ()

    def _say_cells(self, number: int, cells: Sequence[str], judges: Sequence[ColumnJudge]) -> bool:
        wrong = False
        for judge in judges:
            if judge.column.index < len(cells):
                text = cells[judge.column.index]
                for problem in judge[text]:
                    wrong = self._add(number, judge, text, problem) or wrong
        return wrong

    def _say_rows(self, number: int, cells: Sequence[str]) -> bool:
        wrong = False
        for check, pick, last in self.row_checks:
            if check.failed or self.no_problem(check, number):
                continue
            whole = cells if len(cells) > last else [*cells, *[""] * (last + 1 - len(cells))]
            texts = pick(whole)
            for problem in self.ask_row(check, texts):
                judge = self.by_name[problem.column or check.columns[0]]
                wrong = self._add(number, judge, text_at(cells, judge.column.index), problem) or wrong
        return wrong

    def _picker(self, names: Sequence[str]) -> tuple[Callable[[Sequence[str]], Any], int]:
        """A function from a row to the texts of some columns (a tuple), and the last index it needs."""
        indexes = [self.by_name[name].column.index for name in names]
        if len(indexes) > 1:
            return itemgetter(*indexes), max(indexes)
        if not indexes:
            return lambda cells: (), -1
        only = indexes[0]
        return lambda cells: (cells[only],), only

    def ask_row(self, check: RowCheck, texts: tuple[str, ...]) -> Sequence[Problem]:
        """What a check says of some cells, asked once of each group of texts."""
        memo = check.memo
        known = memo.get(texts) if memo is not None else None
        if known is not None:
            return known
        cells = [self.by_name[name].cell(text) for name, text in zip(check.columns, texts, strict=True)]
        try:
            problems = check.judge(cells)
        except Exception as error:
            check.failed = type(error).__name__
            return ()
        if memo is not None:
            if len(memo) >= limits.MEMORY_OF_VALUES:
                memo.clear()
            memo[texts] = problems
        return problems

    def _ragged(self, number: int, cells: Sequence[str]) -> bool:
        """Say what is wrong with a row of another width; True when its width is harmless."""
        if len(cells) > self.width:
            if not self.too_long(cells):
                self._trailing_extra = True
                return True
            at = self.cut.place(cells)
            column, value = (self.width, cells[self.width]) if at is None else (at, self.cut.whole(cells, at))
            params = {"expected": self.width, "found": len(cells)}
            self.findings.add("extra-cell", row=number, column=column + 1, value=value, params=params)
            return False
        if len(cells) >= self.named:
            return True
        other = self.other_delimiter(cells)
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
            params={"expected": self.width, "found": len(cells), "missing": len(lacking), "names": lacking[:5]},
        )
        return False

    def too_long(self, cells: Sequence[str]) -> bool:
        """Whether a row has a cell too many: one with something in it, or an empty one after an amount cut in two."""
        if any(cell.strip() for cell in cells[self.width :]):
            return True
        return self.cut.place(cells, sure=True) is not None

    def other_delimiter(self, cells: Sequence[str]) -> str | None:
        """The separator that a row of one cell uses instead of the file's."""
        if len(cells) != 1 or self.width < 3:
            return None
        for delimiter in CANDIDATES:
            if delimiter != self.table.delimiter and cells[0].count(delimiter) + 1 >= self.named:
                return delimiter
        return None

    def _look_at_blanks(self, cells: Sequence[str]) -> None:
        for index in self.structure.blanks:
            if index < len(cells) and cells[index].strip():
                self.filled_blanks[index] = self.filled_blanks.get(index, 0) + 1

    def _say_notes(self, *, rules_broken: bool) -> None:
        for note in self.checks.notes:
            self.findings.add(note.code, note.severity, params=note.params)
        for judge in self.judges if rules_broken else ():
            for name in judge.rule.broken:
                self.findings.add(
                    "check-failed", "warning", field=judge.rule.name, params={"name": f"{judge.rule.name}.{name}"}
                )

    def _say_end(self) -> None:
        if self._blanks:
            facts = {"count": len(self._blanks), "variant": "end"}
            self.findings.add("blank-row", "notice", row=self._blanks[0], params=facts, data_row=False)
        row = self.structure.header_row
        empty = [index for index in self.structure.blanks if index not in self.filled_blanks]
        for index, count in self.filled_blanks.items():
            facts = {"variant": "filled", "count": count}
            self.findings.add("header-blank", row=row, column=index + 1, params=facts, data_row=False)
        if empty or self._trailing_extra:
            column = empty[0] + 1 if empty else self.width + 1
            facts = {"variant": "empty", "count": max(len(empty), 1)}
            self.findings.add("header-blank", "notice", row=row, column=column, params=facts, data_row=False)
        self.owner.say(self.findings)
        if not self.rows:
            self.findings.add("no-rows", row=row, data_row=False)
        for check in (*self.checks.cells, *self.checks.rows):
            if check.failed:
                self.findings.add("check-failed", "warning", params={"name": check.code})


def _all(cells: Sequence[str]) -> Sequence[str]:
    return cells
