"""The second pass: the file written anew with the repairs that were chosen, and the list of what they changed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from ..context import Context
from ..judges import text_at
from ..problems import Unreadable
from ..report import column_letter
from ..schema_source import find_schema
from . import words
from .survey import Survey, joined
from .table import MENDED, MIXED, RepairTable, RowView, open_for_repair
from .words import REMOVED
from .writing import Changes, CsvTable, XlsxTable, delimiter_for, names_of, wants_mark

FORMATS = ("csv", "xlsx")


def repair(
    path: str | Path,
    schema: str | Path | dict[str, Any] | None = None,
    chosen: dict[str, bool | str] | None = None,
    format: str | None = None,
    *,
    outputs: Sequence[IO[bytes]],
    language: str | None = "fr",
    name: str | None = None,
    owner_siren: str | None = None,
    owner_siret: str | None = None,
    period: str | None = None,
    sheet: str | None = None,
) -> dict[str, Any]:
    """Write a file with the repairs that were chosen. The original is only read.

    :param path: the file as it was deposited
    :param schema: as in :func:`..run.validate`; the one that the proposals were made with
    :param chosen: id of a proposal → true, or the value of one of its choices. What is not proposed changes nothing.
    :param format: ``csv`` (UTF-8) or ``xlsx``; a spreadsheet becomes ``xlsx`` and a text ``csv`` when None
    :param outputs: two open binary files: the repaired file, and the list of changes (CSV: line, cell, column, before,
        after, repair; places are those of the original)
    :param language: of the list of changes; None: its codes, which :func:`.words.changes_told` puts into words
    :param name: the file's name as people know it
    :param owner_siren: SIREN (or SIRET) of the collectivité, as it was given for the proposals
    :param owner_siret: its SIRET, as it was given for the proposals
    :param period: as in :func:`..run.validate`
    :param sheet: as in :func:`..run.validate`
    :returns: ``rows`` (of data written), ``changes`` (lines of the list), ``by_repair`` (id → changes), ``format``, and
        ``ignored``: ids or choices that are not proposed for this file
    :raises Unreadable: the file cannot be read; nothing is written
    :raises ValueError: another format, or a JSON file
    """
    known = find_schema(schema) if schema is not None else None
    context = Context.of(owner_siren, None, period)
    opened = open_for_repair(Path(path), name, known, context, sheet)
    if opened is None or format not in (None, *FORMATS):
        raise ValueError("this file is not repaired")
    survey = Survey(opened, context, own_siret(owner_siren, owner_siret))
    chosen, ignored = _valid(survey, chosen or {})
    if opened.is_mixed:
        if not chosen:
            raise Unreadable(MIXED)
        chosen[MIXED] = True  # nothing else can be mended before
    format = format or ("csv" if opened.table.delimiter else "xlsx")
    changes = Changes(outputs[1], words.changes_header(language))
    writer = _Writer(opened, survey, chosen, changes, language)
    rows = writer.write(outputs[0], format)
    changes.close()
    return {
        "rows": rows,
        "changes": changes.count,
        "by_repair": changes.by_repair,
        "format": format,
        "ignored": ignored,
    }


def own_siret(owner_siren: str | None, owner_siret: str | None) -> str | None:
    """The SIRET of the collectivité, when one of its numbers is one."""
    for number in (owner_siret, owner_siren):
        digits = "".join((number or "").split())
        if len(digits) == 14:
            return digits
    return None


def _valid(survey: Survey, chosen: dict[str, bool | str]) -> tuple[dict[str, bool | str], list[str]]:
    """The choices that this file offers, and the others."""
    kept: dict[str, bool | str] = {}
    ignored = []
    offers = {lost.id for lost in survey.lost if lost.offer}
    for id_, value in chosen.items():
        item = survey.items.get(id_)
        choices = [name for name, _ in item.choices] if item else []
        if value is False or value is None:
            continue
        if (item is not None and not choices and value is True) or (id_ in offers and value is True):
            kept[id_] = True
        elif item is not None and value in choices:
            kept[id_] = value
        else:
            ignored.append(id_)
    return kept, ignored


class _Writer:
    """One repaired file on its way."""

    def __init__(
        self,
        opened: RepairTable,
        survey: Survey,
        chosen: dict[str, bool | str],
        changes: Changes,
        language: str | None,
    ) -> None:
        self.opened = opened
        self.survey = survey
        self.chosen = chosen
        self.changes = changes
        self.language = language
        self.columns = {index: column for index, column in survey.columns.items() if column.has_any(chosen)}
        self.header = self._header()
        removed: set[int] = set()
        for kind, indexes in (("empty-columns", survey.empty), ("same-columns", survey.same)):
            removed |= set(indexes) if kind in chosen else set()
        self.kept = [index for index in range(opened.width) if index not in removed]
        self.whole = len(self.kept) == opened.width
        self.removed = removed

    def _header(self) -> list[str]:
        raw = self.opened.raw_header
        header = [text_at(raw, index) for index in range(self.opened.width)]
        for index, rename in self.opened.renames.items():
            if ("headers" if rename.sure else f"header:{rename.field}") in self.chosen:
                header[index] = rename.after
        return header

    def write(self, output: IO[bytes], format: str) -> int:
        """Write the table; returns how many rows of data it has."""
        opened = self.opened
        if format == "csv":
            header = [self.header[index] for index in self.kept]
            mark = wants_mark(opened.table.encoding, header)
            table: CsvTable | XlsxTable = CsvTable(output, delimiter_for(opened.table.delimiter), mark=mark)
        else:
            titles = 0 if "title-lines" in self.chosen else sum(1 for row in opened.head_rows())
            rules = [opened.rule(index) for index in self.kept]
            table = XlsxTable(output, opened.table.sheet, rules, titles)
        self._say_file()
        rows = 0
        headings_written = False
        for row in opened.rows():
            if not headings_written and row.number > opened.header_row:
                self._write_headings(table)
                headings_written = True
            cells = self._row(row)
            if cells is None:
                continue
            table.write(cells if self.whole or row.kind == "title-lines" else self._kept(cells))
            rows += row.kind not in ("title-lines", "blank-rows")
        if not headings_written:
            self._write_headings(table)
        table.close()
        return rows

    def _kept(self, cells: Sequence[str]) -> list[str]:
        return [cells[index] for index in self.kept if index < len(cells)] + list(cells[self.opened.width :])

    def _say_file(self) -> None:
        if MIXED in self.chosen:
            for number, before, after in self.opened.legacy_lines():
                self._say(MIXED, number, "", "", before, after)
        for id_ in ("encoding", "separator"):
            if id_ in self.chosen:
                _, before, after = self.survey.items[id_].examples[0]
                self._say(id_, "", "", "", before, after)

    def _write_headings(self, table: CsvTable | XlsxTable) -> None:
        row = self.opened.header_row
        for index, name in enumerate(self.header):
            before = text_at(self.opened.raw_header, index)
            if name != before and index not in self.removed:
                rename = self.opened.renames[index]
                id_ = "headers" if rename.sure else f"header:{rename.field}"
                self._say(id_, row, f"{column_letter(index + 1)}{row}", name, before, name)
        for kind, indexes in (("empty-columns", self.survey.empty), ("same-columns", self.survey.same)):
            if kind in self.chosen:
                for index in sorted(indexes):
                    before = text_at(self.opened.raw_header, index)
                    self._say(kind, row, column_letter(index + 1), before, before, "")
        table.write([self.header[index] for index in self.kept])

    def _row(self, row: RowView) -> list[str] | None:
        """The cells to write; None for a row that is taken away."""
        kind = row.kind
        if kind in REMOVED and kind in self.chosen:
            self._say(kind, row.number, "", "", joined(row.cells), "")
            return None
        if kind in REMOVED or kind == "too-long":
            return row.cells
        if kind in MENDED and kind not in self.chosen:
            return self._cells(row.number, row.cells, None) if kind == "missing-cells" else row.cells
        if kind is not None and row.mended is not None:
            return self._mended(row, kind, row.mended)
        return row.cells if row.clean and not self.opened.acts else self._cells(row.number, row.cells, None)

    def _mended(self, row: RowView, kind: str, mended: list[str]) -> list[str]:
        if row.cut is None:
            self._say(kind, row.number, "", "", joined(row.cells), joined(mended))
            return self._cells(row.number, mended, None)
        before = mended[row.cut]
        column = self.survey.columns.get(row.cut)
        inner = column.mender(before) if column else None
        after = before
        if inner is not None and column is not None:
            after = inner.after or inner.readings.get(column.proven.get(inner.family, ""), before)
        cell = f"{column_letter(row.cut + 1)}{row.number}"
        self._say(kind, row.number, cell, names_of(self.opened.structure, row.cut), before, after)
        cells = self._cells(row.number, mended, row.cut)
        cells[row.cut] = after
        return cells

    def _cells(self, number: int, cells: list[str], skipped: int | None) -> list[str]:
        out: list[str] | None = None
        for index, column in self.columns.items():
            if index >= len(cells) or index == skipped:
                continue
            found = column.resolve(cells[index], self.chosen)
            if found is not None:
                out = out or list(cells)
                self._change(number, index, found[0], out, found[1])
        act = self.survey.act(out or cells) if "act-code" in self.chosen else None
        if act is not None:
            out = out or list(cells)
            self._change(number, act[0], "act-code", out, act[1])
        return out or list(cells)

    def _change(self, number: int, index: int, id_: str, out: list[str], after: str) -> None:
        cell = f"{column_letter(index + 1)}{number}"
        self._say(id_, number, cell, names_of(self.opened.structure, index), out[index], after)
        out[index] = after

    def _say(self, id_: str, row: int | str, cell: str, heading: str, before: str, after: str) -> None:
        line = (str(row), cell, heading, before, after, id_)
        self.changes.add(id_, words.change_told(line, self.language) if self.language else line)
