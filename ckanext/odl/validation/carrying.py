"""A file that is already there as the beginning of the next one: its rows, in the columns of the newest version.

These functions read files that anybody may have sent: they run in a child process only (see :mod:`.guard`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from ckanext.odl.scdl import catalogue
from ckanext.odl.scdl.changes import renamed_columns
from ckanext.odl.scdl.models import write_xlsx
from ckanext.odl.territory import siret_is_valid

from . import limits
from .fields import build_fields
from .reading import FileFacts, open_table
from .reading.table import Table
from .report import Findings
from .structure import Structure, find_header, read_structure

MOST_ROWS = 20_000
"""A longer list is kept in software, not in a workbook that somebody corrects by hand."""
_HEAD = 100
_CHARACTERS = 1_500_000
"""Most text of the rows that are answered: what a child says may not be longer than 2 MiB."""


def carry(
    path: str | Path,
    *,
    schema: str,
    version: str = "",
    name: str = "",
    title: str = "",
    language: str = "fr",
    facts: Mapping[str, str] | None = None,
    outputs: Sequence[IO[bytes]],
) -> dict[str, Any]:
    """Write the rows of a file as a workbook of the newest version of its model.

    Columns that changed their name follow it, columns that the model does not have stand after its own: nothing is
    left out.

    :param path: the file, in any format that is read
    :param schema: id of its schema in the catalogue
    :param version: that it follows; the newest when ""
    :param facts: cells to fill in where the file has nothing, by column (those of a column that is new, for instance)
    :param outputs: one file, open for writing: the workbook
    :returns: ``rows``, ``renamed`` (pairs of names), ``added`` (columns of the model that the file had not), ``more``
        (columns that the model has not); ``too_many`` is true, and nothing written, beyond :data:`MOST_ROWS`
    :raises Unreadable: the file is no table
    """
    entry, newest = catalogue().get(schema), catalogue().table(schema)
    table, structure = _open(path, name, catalogue().table(schema, version or entry.latest))
    former = renamed_columns(catalogue().table(schema, version or entry.latest)["fields"], newest["fields"])
    own = {field["name"] for field in newest["fields"]}
    places, more = _places(structure, former, own)
    rows: list[dict[str, str]] = []
    for cells in _rows(table, structure):
        if len(rows) >= MOST_ROWS:
            return {"rows": 0, "renamed": [], "added": [], "more": [], "too_many": True}
        row = {column: text for column, text in (facts or {}).items() if column in own}
        row.update((column, cells[at].strip()) for column, at in places if at < len(cells) and cells[at].strip())
        rows.append(row)
    write_xlsx(outputs[0], newest, title, language, rows=rows, more_columns=more)
    there = {column for column, _at in places}
    return {
        "rows": len(rows),
        "renamed": sorted([old, new] for old, new in former.items() if new in there),
        "added": [field["name"] for field in newest["fields"] if field["name"] not in there],
        "more": more,
        "too_many": False,
    }


def rows(path: str | Path, *, schema: str, name: str = "", most: int = 200) -> dict[str, Any]:
    """Return the first rows of a file in the columns of the newest version of a model.

    :returns: ``rows`` (text by column of the model; at most *most*), ``more`` (whether there are more), ``left_out``
        (columns that the model does not have)
    :raises Unreadable: the file is no table
    """
    newest = catalogue().table(schema)
    table, structure = _open(path, name, newest)
    places, left_out = _places(structure, {}, {field["name"] for field in newest["fields"]})
    own = [(column, at) for column, at in places if column not in left_out]
    found: list[dict[str, str]] = []
    characters = 0
    for cells in _rows(table, structure):
        row = {column: cells[at] for column, at in own if at < len(cells) and cells[at]}
        characters += sum(map(len, row.values()))
        if len(found) >= most or characters > _CHARACTERS:
            return {"rows": found, "more": True, "left_out": left_out}
        found.append(row)
    return {"rows": found, "more": False, "left_out": left_out}


def siret(path: str | Path, *, schema: str, column: str, siren: str, name: str = "") -> dict[str, Any]:
    """Return the SIRET of a collectivité that a file of hers gives in *column*.

    :param siren: hers; a number of somebody else is never taken
    :returns: ``siret``, the one valid number of that SIREN which most rows have; None when there is none, or two are
        as frequent
    :raises Unreadable: the file is no table
    """
    table, structure = _open(path, name, catalogue().table(schema))
    at = next((place.index for place in structure.columns if place.rule.name == column), None)
    if at is None:
        return {"siret": None}
    seen: Counter[str] = Counter()
    for number, cells in enumerate(_rows(table, structure)):
        if number >= MOST_ROWS:
            break
        text = cells[at].replace(" ", "").replace("\u00a0", "") if at < len(cells) else ""
        if text.startswith(siren) and siret_is_valid(text):
            seen[text] += 1
    best = seen.most_common(2)
    tied = len(best) == 2 and best[0][1] == best[1][1]
    return {"siret": best[0][0] if best and not tied else None}


def _open(path: str | Path, name: str, descriptor: Mapping[str, Any]) -> tuple[Table, Structure]:
    rules = build_fields(descriptor)
    table = open_table(Path(path), FileFacts(name or Path(path).name), [rule.name for rule in rules])
    head = table.head(_HEAD)
    if find_header(head, [rule.name for rule in rules]) is None:
        return table, Structure(0, [], [], [])
    return table, read_structure(head, rules, Findings())


def _places(structure: Structure, former: Mapping[str, str], own: set[str]) -> tuple[list[tuple[str, int]], list[str]]:
    """The name of each column in the newest version with its place in the file, and those that the model has not."""
    matched = {column.index: former.get(column.rule.name, column.rule.name) for column in structure.columns}
    places: dict[str, int] = {}
    more: list[str] = []
    for index, heading in enumerate(structure.header):
        column = matched.get(index, heading)
        if not column or column in places:
            continue
        places[column] = index
        if column not in own:
            more.append(column)
    return list(places.items()), more


def _rows(table: Table, structure: Structure) -> Iterator[list[str]]:
    """The rows of data, without those that are empty."""
    for number, cells in table.open_rows():
        if number > structure.header_row and any(cell.strip() for cell in cells[: limits.COLUMNS]):
            yield cells
