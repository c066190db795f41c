"""The rows of one collectivité, taken out of a file that covers several."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from ckanext.odl.validation.reading import FileFacts, open_table
from ckanext.odl.validation.report import column_letter

from .owners import code_of
from .reading import Sheet


def part(
    path: str | Path,
    *,
    column: str,
    values: Sequence[str],
    outputs: Sequence[IO[bytes]],
    name: str = "",
) -> dict[str, Any]:
    """Write the rows whose cell holds one of *values* as a file of the same family: CSV, XLSX or JSON.

    Cells are kept as they are read, leading zeros too; title lines above the headings are left out.

    :param column: letter of the column, as a spreadsheet calls it
    :param values: codes of the member, without spaces, as ``owners`` of the inspection gives them
    :param outputs: one binary file that is open for writing
    :param name: the file's name as people know it
    :returns: ``rows``, how many were written, and ``format`` of the new file
    :raises Unreadable: the file cannot be read
    """
    table = open_table(Path(path), FileFacts(name or Path(path).name), [])
    sheet = Sheet.of(table, [])
    if sheet is None:
        return {"rows": 0, "format": table.format}
    index = next((i for i in range(len(sheet.header)) if column_letter(i + 1) == column), None)
    wanted = {code_of(value) or _bare(value) for value in values}

    def kept() -> Iterator[list[str]]:
        for _, cells in sheet.rows():
            if index is None or index >= len(cells):
                continue
            if (code_of(cells[index]) or _bare(cells[index])) in wanted:
                yield cells

    family = "xlsx" if table.format in ("xlsx", "xls", "ods") else "csv"
    if table.format in ("json", "geojson"):
        family = "json"
    write = {"xlsx": _workbook, "csv": _delimited, "json": _records}[family]
    return {"rows": write(sheet, kept(), outputs[0]), "format": family}


def _bare(value: str) -> str:
    return "".join(value.split()).upper()


def _delimited(sheet: Sheet, rows: Iterator[list[str]], output: IO[bytes]) -> int:
    text = io.TextIOWrapper(output, "utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text, delimiter=sheet.table.delimiter or ",", lineterminator="\r\n")
    writer.writerow(sheet.header)
    count = 0
    for cells in rows:
        writer.writerow(cells)
        count += 1
    text.flush()
    text.detach()
    return count


def _records(sheet: Sheet, rows: Iterator[list[str]], output: IO[bytes]) -> int:
    records = [dict(zip(sheet.header, cells, strict=False)) for cells in rows]
    output.write(json.dumps(records, ensure_ascii=False, indent=1).encode())
    return len(records)


def _workbook(sheet: Sheet, rows: Iterator[list[str]], output: IO[bytes]) -> int:
    import xlsxwriter  # noqa: PLC0415 (slow to start, and of use to this function only)

    book = xlsxwriter.Workbook(output, {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True})
    target = book.add_worksheet()
    count = 0
    for column, heading in enumerate(sheet.header):
        target.write_string(0, column, heading)
    for count, cells in enumerate(rows, 1):
        for column, cell in enumerate(cells):
            if cell:
                target.write_string(count, column, cell)
    book.close()
    return count
