"""One sheet of a workbook as a workbook of its own: what was read is published, and nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from ckanext.odl.validation.reading import FileFacts, open_table
from ckanext.odl.validation.reading.spreadsheet import as_text, values_of
from ckanext.odl.validation.repair.writing import sheet_title

_FIRST_YEAR = 1904
"""The calendars of spreadsheets agree from here on."""
_WRITTEN = dt.datetime(2020, 1, 1)  # noqa: DTZ001 (a spreadsheet knows no time zone)
_LARGEST = 10**15
"""Whole numbers beyond have more digits than a spreadsheet keeps."""


def lone_sheet(path: str | Path, *, sheet: str, outputs: Sequence[IO[bytes]], name: str = "") -> dict[str, Any]:
    """Write a sheet as an XLSX: the same rows at the same places, with what their cells hold. Formulas become their
    results; colours, widths and comments are left out. Meant to be run by ``in_child``.

    :param sheet: its name, as the report of the workbook has it
    :param outputs: one binary file that is open for writing
    :param name: the file's name as people know it
    :returns: ``rows`` that were written, blank ones too; None when the workbook has no such sheet
    :raises Unreadable: the file cannot be read
    """
    import xlsxwriter  # noqa: PLC0415 (slow to start, and of use to this function only)

    table = open_table(Path(path), FileFacts(name or Path(path).name), (), sheet)
    if table.sheet != sheet:
        return {"rows": None}
    values = values_of(Path(path), sheet)
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = xlsxwriter.Workbook(outputs[0], options)
    book.set_properties({"created": _WRITTEN})  # the same sheet is the same bytes
    target: Any = book.add_worksheet(sheet_title(sheet))
    day, moment, text = (book.add_format({"num_format": form}) for form in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss", "@"))
    number = 0
    for number, cells in table.open_rows():
        held = values[number - 1] if number <= len(values) else []
        for column, cell in enumerate(cells):
            value = held[column] if column < len(held) else cell
            if not cell:
                continue
            if as_text(value) != cell:  # what is to be read there is said elsewhere: an error, zeros before a number
                value = cell
            if isinstance(value, bool):
                target.write_boolean(number - 1, column, value)
            elif isinstance(value, int | float) and abs(value) < _LARGEST:
                target.write_number(number - 1, column, value)
            elif isinstance(value, dt.date) and value.year >= _FIRST_YEAR:
                is_day = not isinstance(value, dt.datetime) or value.time() == dt.time(0)
                target.write_datetime(number - 1, column, value, day if is_day else moment)
            else:
                target.write_string(number - 1, column, cell, text)
    book.close()
    return {"rows": number}
