"""XLSX, ODS and XLS through python-calamine, cells as the text an agent means.

A number that is whole becomes its digits, with the zeros that its format shows; a date is ISO whatever its display, a
boolean is ``true`` or ``false``; a cell in error holds its word (``#N/A``), a formula without a result the formula.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from .. import limits
from ..problems import Unreadable
from . import biff, sheet_xml, sheets
from .archive import SheetMarks, check_archive
from .sheet_xml import SheetFacts
from .table import Rows, Table

_NAMED = 10
_RANGES = 6


def as_text(value: Any) -> str:
    """One cell as text: what its value is, not how it is displayed."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat(timespec="seconds")
    if isinstance(value, timedelta):
        seconds = int(value.total_seconds())
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return str(value)


def _number(value: float) -> str:
    """Digits without exponent; a whole number without ``.0``, a fraction without the noise of binary (0.1 + 0.2)."""
    if value.is_integer() and abs(value) < 1e300:
        return str(int(value))
    text = f"{value:.15g}"
    if "e" in text or "E" in text:
        text = f"{value:.17f}".rstrip("0").rstrip(".")
    return text


def open_spreadsheet(path: Path, kind: str, names: Sequence[str], asked: str | None = None) -> Table:
    """The sheet that a person chose, else that which shows most columns of the schema, else the first with a table.

    Raises :class:`Unreadable`.
    """
    marks = check_archive(path) if kind in ("xlsx", "ods") else {}
    facts_of_all = sheet_xml.read_ods(path) if kind == "ods" else {}
    workbook = open_workbook(path)
    chosen, others, why = sheets.choose(read_sheets(workbook), names, asked)
    name, rows = chosen.name, chosen.rows
    data = [sheet for sheet in others if sheet.is_data]
    notices: list[tuple[str, dict[str, Any]]] = []
    missing = asked is not None and why != "asked"
    if data or missing:
        said = {"sheet": chosen.label, "others": [sheet.label for sheet in data[:_NAMED]], "count": len(data)}
        notices.append(("sheet-chosen", {**said, **({"variant": "missing", "asked": asked} if missing else {})}))
    if kind == "xlsx":
        facts = _facts_of_xlsx(path, name, marks)
    elif kind == "xls":
        facts = biff.read_xls(path, name)
    else:
        facts = facts_of_all.get(name, SheetFacts())
    notices += _apply(facts, rows)

    def open_rows() -> Rows:
        yield from enumerate(rows, 1)

    def open_others() -> Iterator[tuple[str, list[list[str]]]]:
        for other in others:
            yield other.label, read_sheet(workbook, other.name)

    columnar = len(rows) * len(rows[0]) >= limits.COLUMNAR_CELLS and limits.room_for_columns()
    return Table(
        kind,
        open_rows,
        sheet=chosen.label,
        sheets=[sheet.seen() for sheet in sorted([chosen, *data], key=lambda sheet: sheet.place)],
        sheet_why=why,
        notices=notices,
        grid=rows if columnar else None,
        open_others=open_others,
    )


def open_workbook(path: Path) -> CalamineWorkbook:
    """The workbook, with the number of its sheets within the limits. Raises :class:`Unreadable`."""
    try:
        workbook = CalamineWorkbook.from_path(str(path))
    except PasswordError:
        raise Unreadable("office-encrypted") from None
    except CalamineError as error:
        code = "office-encrypted" if "assword" in str(error) else "office-broken"
        raise Unreadable(code) from None
    except BaseException as error:  # a panic of the Rust reader is no Exception
        if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
            raise
        raise Unreadable("office-broken") from None
    if not workbook.sheet_names:
        raise Unreadable("office-no-sheet")
    if len(workbook.sheet_names) > limits.SHEETS:
        raise Unreadable("too-many-sheets", count=len(workbook.sheet_names), limit=limits.SHEETS)
    return workbook


def _facts_of_xlsx(path: Path, name: str, marks: dict[str, SheetMarks]) -> SheetFacts:
    """Read the worksheet itself only when something in it asks for it."""
    with zipfile.ZipFile(path) as archive:
        part = sheet_xml.sheet_parts(archive).get(name)
        padded = sheet_xml.padded_styles(archive)
    mark = marks.get(part or "")
    if part is None or mark is None:
        return SheetFacts()
    facts = sheet_xml.read_xlsx(path, part, padded) if mark.closer or padded else SheetFacts()
    facts.merged = list(mark.merged)
    facts.hidden = list(mark.hidden)
    return facts


def _apply(facts: SheetFacts, rows: list[list[str]]) -> list[tuple[str, dict[str, Any]]]:
    """Put into the rows what their values do not say; returns the notices about merges and hidden rows."""
    _make_room(facts, rows)
    for (row, column), text in facts.texts.items():
        if 1 <= row <= len(rows) and 1 <= column <= len(rows[row - 1]):
            rows[row - 1][column - 1] = text
    notices: list[tuple[str, dict[str, Any]]] = []
    if facts.merged:
        ranges = sorted(facts.merged, key=sheet_xml.place_of)
        more = len(ranges) - _RANGES
        params = {"names": ranges[:_RANGES], "count": len(ranges), **({"more": str(more)} if more > 0 else {})}
        notices.append(("cells-merged", params))
    hidden = [row for row in facts.hidden if row <= len(rows) and any(cell.strip() for cell in rows[row - 1])]
    if hidden:
        notices.append(("rows-hidden", {"count": len(hidden), "row": min(hidden)}))
    return notices


def _make_room(facts: SheetFacts, rows: list[list[str]]) -> None:
    """Rows and columns at the end that hold nothing but errors were left out as empty."""
    width = max([len(rows[0]) if rows else 0, *(column for _, column in facts.texts)])
    height = max([len(rows), *(row for row, _ in facts.texts)])
    if width > limits.COLUMNS or height * width > limits.SPREADSHEET_CELLS:
        return
    rows.extend([""] * width for _ in range(height - len(rows)))
    for row in rows:
        row.extend([""] * (width - len(row)))


def read_sheets(workbook: CalamineWorkbook) -> list[sheets.Sheet]:
    """The sheets that are not empty, with their rows. Raises :class:`Unreadable`: none, or one beyond the limits."""
    visible = {sheet.name for sheet in workbook.sheets_metadata if str(sheet.visible).endswith("Visible")}
    found = [
        sheets.Sheet(place, name, name not in visible, rows)
        for place, name in enumerate(workbook.sheet_names)
        if (rows := read_sheet(workbook, name))
    ]
    if not found:
        raise Unreadable("file-empty", variant="sheets")
    return found


def values_of(path: Path, label: str) -> list[list[Any]]:
    """The cells of a sheet that was read before, as numbers, dates and texts. ``label``: its name as it is shown."""
    workbook = open_workbook(path)
    name = next(name for name in workbook.sheet_names if sheets.label_of(name) == label)
    return workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)


def read_sheet(workbook: CalamineWorkbook, name: str) -> list[list[str]]:
    """Rows of text from the sheet's first row, without the empty rows and columns of its tail."""
    try:
        sheet = workbook.get_sheet_by_name(name)
        end = sheet.end
        height, width = (end[0] + 1, end[1] + 1) if end else (0, 0)
        if height * width > limits.SPREADSHEET_CELLS:
            _refuse_size(height, width)
        rows = [
            [value if type(value) is str else as_text(value) for value in row]
            for row in sheet.to_python(skip_empty_area=False)
        ]
    except Unreadable:
        raise
    except BaseException as error:  # see open_workbook
        if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
            raise
        if "orksheet" in type(error).__name__ + str(error) and "chart" in str(error).lower():
            return []
        raise Unreadable("office-broken") from None
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    width = max((_used(row) for row in rows), default=0)
    if width > limits.COLUMNS:
        raise Unreadable("too-many-columns", count=width, limit=limits.COLUMNS)
    for number, row in enumerate(rows, 1):
        del row[width:]
        row.extend([""] * (width - len(row)))
        if row and max(map(len, row)) > limits.CELL_CHARACTERS:
            column = next(i for i, cell in enumerate(row, 1) if len(cell) > limits.CELL_CHARACTERS)
            raise Unreadable("cell-too-long", row=number, column=column, limit=limits.CELL_CHARACTERS)
    return rows


def _used(row: list[str]) -> int:
    for index in range(len(row), 0, -1):
        if row[index - 1].strip():
            return index
    return 0


def _refuse_size(height: int, width: int) -> None:
    if width > limits.COLUMNS:
        raise Unreadable("too-many-columns", count=width, limit=limits.COLUMNS)
    raise Unreadable("too-many-cells", count=height * width, limit=limits.SPREADSHEET_CELLS)
