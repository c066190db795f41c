"""The rows of one collectivité, taken out of a file that covers several; or all the others."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from ckanext.odl.scdl.text import fold
from ckanext.odl.validation.reading import FileFacts, open_table
from ckanext.odl.validation.report import column_letter

from .owners import code_of
from .reading import Sheet

Kept = Iterator[tuple[int, list[str]]]
"""The rows that are written: where each stands among the rows of the table, and its cells."""


def part(
    path: str | Path,
    *,
    column: str,
    values: Sequence[str],
    outputs: Sequence[IO[bytes]],
    name: str = "",
    columns: Sequence[str] = (),
    sheet: str | None = None,
    others: bool = False,
) -> dict[str, Any]:
    """Write the rows whose cell holds one of *values* as a file of the same family: CSV, XLSX, JSON or GeoJSON.

    Cells are kept as they are read, leading zeros too; title lines above the headings are left out. Meant to be run by
    ``in_child``.

    :param column: letter of the column, as a spreadsheet calls it
    :param values: codes of the member, as ``owners`` of the inspection gives them
    :param outputs: one binary file that is open for writing
    :param name: the file's name as people know it
    :param columns: the headings that the inspection found, so that the same row is taken for them
    :param sheet: the sheet that it was read from
    :param others: write all the other rows instead, those without a code too
    :returns: ``rows``, how many were written, and ``format`` of the new file
    :raises Unreadable: the file cannot be read
    """
    table = open_table(Path(path), FileFacts(name or Path(path).name), list(columns), sheet)
    family = _FAMILIES.get(table.format, table.format)
    read = Sheet.of(table, list(columns))
    if read is None:
        return {"rows": 0, "format": family}
    index = next((i for i in range(len(read.header)) if column_letter(i + 1) == column), None)
    wanted = {code_of(value) or _bare(value) for value in values}
    kept = (
        (position, cells)
        for position, (_, cells) in enumerate(read.rows())
        if index is not None and (_code(cells, index) in wanted) is not others
    )
    write = {"xlsx": _workbook, "json": _records, "geojson": _records}.get(family, _delimited)
    return {"rows": write(read, kept, outputs[0]), "format": family}


_FAMILIES = {"xls": "xlsx", "ods": "xlsx", "tsv": "csv"}
_CODE = re.compile(r"siret|siren|insee|code|\bcp\b|postal|\bid|identifiant|numero|\bn\b|tel|\bnum\b|cle|reference")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,10})(?:\.\d{0,9}[1-9])?")
"""Of the shape that a workbook gives back as it was."""


def _code(cells: Sequence[str], index: int) -> str | None:
    cell = cells[index] if index < len(cells) else None
    return None if cell is None else code_of(cell) or _bare(cell)


def _bare(value: str) -> str:
    return "".join(value.split()).upper()


def _delimited(sheet: Sheet, rows: Kept, output: IO[bytes]) -> int:
    text = io.TextIOWrapper(output, "utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text, delimiter=sheet.table.delimiter or ",", lineterminator="\r\n")
    writer.writerow(sheet.header)
    count = 0
    for _, cells in rows:
        writer.writerow(cells)
        count += 1
    text.flush()
    text.detach()
    return count


def _records(sheet: Sheet, rows: Kept, output: IO[bytes]) -> int:
    document = sheet.table.document
    held = document.records if document else []
    records = [held[position][2] for position, _ in rows]
    content: Any = records
    if document and document.is_geojson and isinstance(document.content, dict):
        content = {**document.content, "features": records}
    output.write(json.dumps(content, ensure_ascii=False, indent=1).encode())
    return len(records)


def _workbook(sheet: Sheet, rows: Kept, output: IO[bytes]) -> int:
    import xlsxwriter  # noqa: PLC0415 (slow to start, and of use to this function only)

    taken = [cells for _, cells in rows]
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = xlsxwriter.Workbook(output, options)
    target = book.add_worksheet()
    text = book.add_format({"num_format": "@"})
    for column, heading in enumerate(sheet.header):
        target.write_string(0, column, heading)
        cells = [row[column] if column < len(row) else "" for row in taken]
        numbers = not _CODE.search(fold(heading)) and all(_NUMBER.fullmatch(cell) for cell in cells if cell)
        for row, cell in enumerate(cells, 1):
            if cell and numbers:
                target.write_number(row, column, float(cell))
            elif cell:
                target.write_string(row, column, cell, text)
    book.close()
    return len(taken)
