"""The repaired table as a file, and the list of what was changed."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import IO, Any

from ..export import neutralise
from ..fields import FieldRule
from ..reading.spreadsheet import as_text
from ..structure import Structure

_MARK = b"\xef\xbb\xbf"
_FIRST_DAY = date(1900, 3, 1)
"""Before it, Excel and the calendar do not count the same days."""
_NO_MOMENT = datetime(2000, 1, 1, tzinfo=timezone.utc)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,14})?")
_NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_WIDTH, _WIDE = 14, 40


class CsvTable:
    """Rows written as CSV in UTF-8.

    :param output: open binary file
    :param delimiter: between the cells
    :param mark: whether the file begins with the mark (BOM) by which Excel knows UTF-8
    """

    def __init__(self, output: IO[bytes], delimiter: str, *, mark: bool) -> None:
        self._output = output
        if mark:
            output.write(_MARK)
        self._text = io.TextIOWrapper(output, "utf-8", errors="replace", newline="", write_through=False)
        self._writer = csv.writer(self._text, delimiter=delimiter, lineterminator="\r\n")

    def write(self, cells: Sequence[str]) -> None:
        self._writer.writerow(cells)

    def close(self) -> None:
        """Flush what is written; the file stays open."""
        self._text.flush()
        self._text.detach()


class XlsxTable:
    """Rows written as a workbook of one sheet. A number is a number and a date is a date where the field says so and
    nothing is lost; all else is text, so that no code loses its zeros."""

    def __init__(self, output: IO[bytes], sheet: str | None, rules: Sequence[FieldRule | None], header: int) -> None:
        import xlsxwriter  # noqa: PLC0415 (a text is repaired without it)

        options = {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self._output = output
        self._bytes = io.BytesIO()
        self._book = xlsxwriter.Workbook(self._bytes, {"in_memory": True, **options})
        self._book.set_properties({"created": _NO_MOMENT})  # the same repairs give the same bytes
        self._sheet: Any = self._book.add_worksheet(sheet_title(sheet or ""))
        self._rules = rules
        self._header = header
        self._row = 0
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._bold = self._book.add_format({"bold": True, "num_format": "@"})
        text = self._book.add_format({"num_format": "@"})
        for index, rule in enumerate(rules):
            typed = rule is not None and rule.type in ("number", "integer", "date")
            width = _WIDE if rule is not None and rule.constraints.get("maxLength") else _WIDTH
            self._sheet.set_column(index, index, width, None if typed else text)

    def write(self, cells: Sequence[str]) -> None:
        for column, cell in enumerate(cells):
            if self._row == self._header:
                self._sheet.write_string(self._row, column, cell, self._bold)
            elif cell:
                self._write(column, cell, self._rules[column] if column < len(self._rules) else None)
        self._row += 1

    def _write(self, column: int, cell: str, rule: FieldRule | None) -> None:
        kind = rule.type if rule is not None else "string"
        if self._row > self._header and kind in ("number", "integer") and _is_plain_number(cell):
            self._sheet.write_number(self._row, column, float(cell))
        elif self._row > self._header and kind == "date" and rule is not None and (day := _day(cell)) is not None:
            self._sheet.write_datetime(self._row, column, day, self._day)
        else:
            self._sheet.write_string(self._row, column, cell)

    def close(self) -> None:
        self._sheet.freeze_panes(self._header + 1, 0)
        self._book.close()
        self._output.write(self._bytes.getbuffer())


def sheet_title(name: str) -> str | None:
    """The name of a sheet as XLSX allows it; None when nothing is left of it."""
    return _NOT_IN_TITLES.sub("-", name)[:31].strip("' ") or None


def _is_plain_number(cell: str) -> bool:
    """Whether a spreadsheet gives the same number back, but for zeros after its decimals."""
    if not _NUMBER.fullmatch(cell):
        return False
    return Decimal(as_text(float(cell))) == Decimal(cell)


def _day(cell: str) -> date | None:
    try:
        day = date.fromisoformat(cell)
    except ValueError:
        return None
    return day if day >= _FIRST_DAY and day.isoformat() == cell else None


class Changes:
    """The list of changes: a CSV that French Excel opens well, one line per change."""

    def __init__(self, output: IO[bytes], titles: Iterable[str]) -> None:
        self._table = CsvTable(output, ";", mark=True)
        self._table.write(list(titles))
        self.count = 0
        self.by_repair: dict[str, int] = {}

    def add(self, id_: str, cells: Sequence[str | int]) -> None:
        """One change: line, cell, heading, before, after, repair."""
        self._table.write([neutralise(cell) for cell in cells])
        self.count += 1
        self.by_repair[id_] = self.by_repair.get(id_, 0) + 1

    def close(self) -> None:
        self._table.close()


def wants_mark(encoding: str | None, header: Sequence[str]) -> bool:
    """Whether the repaired text begins with a mark: as the file did, and where a spreadsheet made it (without the mark,
    Excel garbles its accents). Never before a quote, which some readers then take for a part of the first heading."""
    first = header[0] if header else ""
    return encoding != "utf-8" and not any(sign in first for sign in ',;"\n\r')


def delimiter_for(delimiter: str | None) -> str:
    """The separator of the repaired text: that of the file, a comma where it had another than comma or semicolon."""
    return delimiter if delimiter in (",", ";") else ","


def names_of(structure: Structure, index: int) -> str:
    """The heading of a column, by index."""
    return structure.header[index] if index < len(structure.header) else ""
