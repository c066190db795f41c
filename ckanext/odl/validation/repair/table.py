"""A file opened for repair: its headings as they could be, each row as what it is (a title, a total, a row cut…)."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from .. import limits
from ..context import Context
from ..cut_cells import CutCell
from ..engine import Engine
from ..fields import FieldRule
from ..hints import plain
from ..reading import FileFacts, open_table
from ..reading.mixed import CODEC, Line, legacy_lines
from ..reading.table import Table
from ..report import Findings
from ..run import HEAD_ROWS, guess_of, rules_of
from ..schema_source import KnownSchema
from ..structure import Head, Structure, find_header, letters, read_structure
from .cells import CellMender

MENDED = ("cut-amounts", "cut-texts", "row-separators", "missing-cells")
"""Kinds of rows that a repair writes anew."""
MIXED = "encoding-mixed"
"""The repair of a text of two encodings, without which no other can be made in it."""
LIKELY = ("totals", "cut-texts")
"""Kinds that a person decides."""


@dataclass(frozen=True)
class Rename:
    """A heading to be written otherwise: ``sure`` when it is the same name but for accents, case and signs."""

    before: str
    after: str
    sure: bool
    field: str | None


@dataclass
class RowView:
    """A row of the file. ``cells`` as read, ``mended`` as the repair of its kind makes it (None: taken away), ``cut``
    the index of the cell that was in two pieces."""

    number: int
    cells: list[str]
    kind: str | None = None
    mended: list[str] | None = None
    cut: int | None = None
    clean: bool = False
    """Nothing is to be said of its cells."""


@dataclass
class RepairTable:
    """What both passes share: the first says what can be repaired, the second writes what was chosen."""

    path: Path
    table: Table
    facts: FileFacts
    known: KnownSchema | None
    structure: Structure
    engine: Engine
    raw_header: list[str]
    renames: dict[int, Rename]
    duplicates: dict[int, int]
    """Index of a column that repeats a heading → index of the first."""
    unknown: list[int]
    menders: dict[int, CellMender] = field(default_factory=dict)
    acts: tuple[int, int] | None = None
    """Indexes of the code and of the label of the matters of acts."""
    lacking: list[str] = field(default_factory=list)
    """Required columns that the file has under no name."""
    mangled: bool = False
    """Somewhere an accent was converted once too often."""

    @cached_property
    def cut(self) -> CutCell:
        """Finds the cell that was cut in two, the other cells of the row being right or as good as mended."""
        return CutCell(self.engine.judges, self.width, self.table.delimiter, self._fits)

    @property
    def header_row(self) -> int:
        return self.structure.header_row

    @property
    def is_mixed(self) -> bool:
        """Whether the text is of two encodings, read line by line."""
        return self.table.encoding == CODEC

    def legacy_lines(self) -> Iterator[Line]:
        """Of such a text, the lines that are not UTF-8."""
        return legacy_lines(self.path)

    @property
    def width(self) -> int:
        return self.engine.width

    def rule(self, index: int) -> FieldRule | None:
        mender = self.menders.get(index)
        return mender.rule if mender else None

    def head_rows(self) -> Iterator[int]:
        """The numbers of the rows above the headings."""
        for number, _ in self.table.open_rows():
            if number >= self.header_row:
                return
            yield number

    def rows(self) -> Iterator[RowView]:
        """All rows of the file but the headings, blank lines at the end included."""
        for number, cells in self.table.open_rows():
            if number < self.header_row:
                yield RowView(number, cells, "title-lines")
            elif number > self.header_row:
                yield self._row(number, cells)

    def _row(self, number: int, cells: list[str]) -> RowView:
        engine, width = self.engine, self.width
        if not any(cells) or not (cells[0].strip() or "".join(cells).strip()):
            return RowView(number, cells, "blank-rows")
        if len(cells) > width:
            if not engine.too_long(cells):
                return RowView(number, cells[:width])
            return self._cut(number, cells)
        if len(cells) < engine.named:
            return self._short(number, cells)
        if len(cells) == width:
            wrong = engine.wrong_columns(number, cells)
            if wrong:
                if self._repeats_header(cells):
                    return RowView(number, cells, "header-rows")
                if engine.almost_empty(cells, wrong):
                    return RowView(number, cells, "totals")
            return RowView(number, cells, clean=not wrong and not self.mangled)
        return RowView(number, cells)

    def _cut(self, number: int, cells: list[str]) -> RowView:
        at = self.cut.place(cells)
        if at is None:
            return RowView(number, cells, "too-long")
        whole = self.cut.whole(cells, at)
        rule = self.rule(at)
        kind = "cut-amounts" if rule is not None and rule.type == "number" else "cut-texts"
        return RowView(number, cells, kind, [*cells[:at], whole, *cells[at + 2 :]], at)

    def _short(self, number: int, cells: list[str]) -> RowView:
        delimiter = self.engine.other_delimiter(cells)
        if delimiter:
            try:
                split = next(csv.reader([cells[0]], delimiter=delimiter), [])
            except csv.Error:
                split = []
            if self.engine.named <= len(split) <= self.width:
                return RowView(number, cells, "row-separators", split)
            return RowView(number, cells, "too-long")
        lacking = [self.rule(index) for index in range(len(cells), self.width)]
        fits = all(self._fits(index, cell) for index, cell in enumerate(cells))
        if self.engine.judges and fits and not any(rule is not None and rule.required for rule in lacking):
            return RowView(number, cells, "missing-cells", [*cells, *[""] * (self.width - len(cells))])
        return RowView(number, cells)

    def _fits(self, index: int, cell: str) -> bool:
        mender = self.menders.get(index)
        return mender is None or mender.fits(cell) or mender(cell) is not None

    def _repeats_header(self, cells: Sequence[str]) -> bool:
        count = 0
        for index, cell in enumerate(cells):
            if cell.strip():
                if plain(cell[: limits.VALUE_CHARACTERS]) not in self._headings[index]:
                    return False  # most often the first cell says it
                count += 1
        return count > 1

    @cached_property
    def _headings(self) -> list[tuple[str, str]]:
        """The heading of each column, as it is and as it could be."""
        return [
            (plain(self.raw_header[index]) if index < len(self.raw_header) else "", plain(name))
            for index, name in enumerate(self.structure.header)
        ]


def open_for_repair(
    path: Path, name: str | None, known: KnownSchema | None, context: Context, sheet: str | None = None
) -> RepairTable | None:
    """The file as repairs see it; None for JSON. ``known``: guessed from the columns when None. ``sheet``: the one of a
    workbook that a person chose.

    Raises :class:`..problems.Unreadable`.
    """
    facts = FileFacts(name or path.name, reads_mixed=True)
    rules = rules_of(known)
    table = open_table(path, facts, [rule.name for rule in rules], sheet)
    if table.document is not None or (known is not None and known.kind != "table"):
        return None
    head = table.head(HEAD_ROWS)
    if known is None:
        known = (guess_of(head) or (None,))[0]
        rules = rules_of(known)
    findings = Findings()
    structure = read_structure(head, rules, findings)
    raw = _raw_header(head, rules)
    renames, duplicates, unknown = _read_findings(findings, structure, raw, rules)
    for index, rename in renames.items():
        structure.header[index] = rename.after
    renamed = [(number, list(structure.header) if number == structure.header_row else cells) for number, cells in head]
    if renames:
        findings = Findings()
        structure = read_structure(renamed, rules, findings)
    engine = Engine(table, structure, rules, known.descriptor if known else {}, Findings(), context)
    opened = RepairTable(path, table, facts, known, structure, engine, raw, renames, duplicates, unknown)
    opened.mangled = any(code == "mojibake" for code, _ in table.notices)
    opened.menders = {judge.column.index: CellMender(judge, mangled=opened.mangled) for judge in engine.judges}
    opened.acts = _acts(engine)
    opened.lacking = [
        str(found.field)
        for found in findings.kept
        if found.code == "header-missing-column" and found.severity == "error"
    ]
    return opened


def _raw_header(head: Head, rules: Sequence[FieldRule]) -> list[str]:
    position = find_header(head, [rule.name for rule in rules])
    return head[position][1] if position is not None else []


def _read_findings(
    findings: Findings, structure: Structure, raw: Sequence[str], rules: Sequence[FieldRule]
) -> tuple[dict[int, Rename], dict[int, int], list[int]]:
    """What the check of the headings says, as repairs."""
    titles = {rule.name: letters(rule.title or rule.name) for rule in rules}
    renames: dict[int, Rename] = {}
    duplicates: dict[int, int] = {}
    unknown: list[int] = []
    for found in findings.kept:
        if found.column is None:
            continue
        index = found.column - 1
        after: Any = found.params.get("suggestion")
        if found.code == "header-duplicate":
            duplicates[index] = found.params["first_column"] - 1
        elif found.code == "header-case":
            renames[index] = Rename(raw[index], after, True, after)
        elif found.code == "header-unknown":
            if found.params.get("variant") == "close" and isinstance(after, str):
                name = letters(structure.header[index])
                renames[index] = Rename(raw[index], after, name in (letters(after), titles.get(after)), after)
            elif found.params.get("variant") == "extra":  # the others may be columns that are missing
                unknown.append(index)
    fields = {column.index: column.rule.name for column in structure.columns}
    for index, (before, after) in enumerate(zip(raw, structure.header, strict=False)):
        if before != after and after and index not in renames:
            renames[index] = Rename(before, after, True, fields.get(index))
    return renames, duplicates, unknown


def _acts(engine: Engine) -> tuple[int, int] | None:
    label = next((check.column for check in engine.checks.cells if check.code == "nomenclature-actes"), None)
    if label is None:
        return None
    code = next((name for name in engine.by_name if "matiere" in plain(name) and "code" in plain(name)), None)
    return (engine.by_name[code].column.index, engine.by_name[label].column.index) if code else None
