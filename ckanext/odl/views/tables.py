"""Lists as files, written while they are sent: their size costs no memory. No cell can run as a formula."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import xlsxwriter
from ckan import model
from ckan.plugins import toolkit as tk
from flask import Response, stream_with_context

from ckanext.odl.validation.export import neutralise

#: Rows asked of the list at a time.
BATCH = 500
KINDS = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

Row = Sequence[Any]


def in_batches(fetch: Callable[[int, int], list[dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    """All results of a list, asked for by *fetch* (start, rows) until one page is not full."""
    start = 0
    while True:
        results = fetch(start, BATCH)
        yield from results
        if len(results) < BATCH:
            return
        start += BATCH


def as_csv(header: Row, rows: Iterable[Row], *, for_excel: bool) -> Iterator[str]:
    """The lines of a CSV file: as French Excel opens it (mark, semicolons), or as programs like it (commas)."""
    line = io.StringIO()
    writer = csv.writer(line, delimiter=";" if for_excel else ",", lineterminator="\r\n")
    if for_excel:
        line.write("\ufeff")
    writer.writerow(header)
    for row in rows:
        writer.writerow([neutralise(_text(cell)) for cell in row])
        if line.tell() > 1 << 15:
            yield line.getvalue()
            line.seek(0)
            line.truncate()
    yield line.getvalue()


def as_json(rows: Iterable[dict[str, Any]], **head: Any) -> Iterator[str]:
    """One JSON object: *head*, then ``results``, a list written row by row."""
    opening = json.dumps(head, ensure_ascii=False)[1:-1]
    yield "{" + opening + (", " if opening else "") + '"results": ['
    for number, row in enumerate(rows):
        yield (",\n" if number else "\n") + json.dumps(row, ensure_ascii=False)
    yield "\n]}\n"


def as_xlsx(title: str, header: Row, widths: Sequence[int], rows: Iterable[Row]) -> Iterator[bytes]:
    """A workbook of one sheet, made on disk a row at a time."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with tempfile.TemporaryFile() as file:
        with xlsxwriter.Workbook(file, options) as book:
            bold = book.add_format({"bold": True, "bg_color": "#E8EDFF", "border": 1, "text_wrap": True})
            sheet = book.add_worksheet(title[:31])
            for column, width in enumerate(widths):
                sheet.set_column(column, column, width)
            sheet.freeze_panes(1, 1)
            for column, name in enumerate(header):
                sheet.write_string(0, column, str(name), bold)
            last = 0
            for last, row in enumerate(rows, 1):
                for column, cell in enumerate(row):
                    if isinstance(cell, int) and not isinstance(cell, bool):
                        sheet.write_number(last, column, cell)
                    else:
                        sheet.write_string(last, column, neutralise(_text(cell)))
            sheet.autofilter(0, 0, last, len(header) - 1)
        file.seek(0)
        while block := file.read(1 << 16):
            yield block


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return tk._("yes") if cell else tk._("no")
    return str(cell)


def streamed(content: Iterable[Any]) -> Iterator[Any]:
    """*content* with the request at hand; CKAN gives its database session back before the first line is written."""

    def pieces() -> Iterator[Any]:
        try:
            yield from content
        finally:
            model.Session.remove()

    return stream_with_context(pieces())


def sent(content: Iterable[Any], kind: str, name: str) -> Response:
    """A file of *kind* called *name*, for the person who asked and for no cache."""
    answer = Response(streamed(content), content_type=KINDS[kind])
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.cache_control.no_store = True
    tk.request.environ["__no_cache__"] = True  # CKAN calls every other answer public
    return answer
