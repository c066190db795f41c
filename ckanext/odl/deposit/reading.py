"""A deposited file as a heading and rows of text, after its check has found out how it is to be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from typing import Any

from ckanext.odl.validation import limits
from ckanext.odl.validation.reading.json_records import Document, as_text
from ckanext.odl.validation.reading.table import Table
from ckanext.odl.validation.structure import clean, find_header

HEAD_ROWS = 100
BLOCK_ROWS = 2048


@dataclass
class Sheet:
    """The table of a file: the headings, where they stand, and the rows below."""

    table: Table
    header_row: int
    """Number of the row of the headings, as a spreadsheet counts; 0 when the names come from JSON records."""
    header: list[str]
    sample: list[list[str]] = field(default_factory=list)
    """The first rows below the headings."""
    titles: list[str] = field(default_factory=list)
    """What is written above the headings."""
    records: list[tuple[int, list[str]]] | None = None
    """The rows of a JSON file, numbered from 1."""

    @classmethod
    def of(cls, table: Table, names: list[str]) -> Sheet | None:
        """Find the headings of *table*; *names* are the columns of its model. None when the table is blank."""
        if table.document is not None:
            return cls._of_document(table, table.document)
        head = table.head(HEAD_ROWS)
        position = find_header(head, names)
        if position is None:
            return None
        header = [clean(cell) for cell in head[position][1]][: limits.COLUMNS]
        titles = [title for _, cells in head[:position] if (title := " ".join(filter(None, map(clean, cells))))]
        return cls(table, head[position][0], header, [cells for _, cells in head[position + 1 :]], titles)

    @classmethod
    def _of_document(cls, table: Table, document: Document) -> Sheet | None:
        """The records of a JSON file as rows; what lies inside a record has the names on the way to it."""
        records = [flat(document.properties(record)) for _, _, record in document.records]
        names = list(dict.fromkeys(name for record in records for name in record))[: limits.COLUMNS]
        if not names:
            return None
        rows = [(number, [record.get(name, "") for name in names]) for number, record in enumerate(records, 1)]
        return cls(table, 0, names, [cells for _, cells in rows[:HEAD_ROWS]], records=rows)

    @property
    def is_grid(self) -> bool:
        """Whether its cells have the addresses of a spreadsheet; the records of JSON have numbers."""
        return self.records is None

    @property
    def width(self) -> int:
        """How many columns the rows have, those without a heading too."""
        return min(limits.COLUMNS, max([len(self.header), *map(len, self.sample)]))

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The rows below the headings, each with its number; blank rows too."""
        for number, cells in self.table.open_rows() if self.records is None else self.records:
            if number > self.header_row:
                yield number, cells

    def blocks(self) -> Iterator[Block]:
        """The same by columns, some thousands of rows at a time: what looks at a column is quicker so."""
        rows, width = self.rows(), self.width
        while taken := list(islice(rows, BLOCK_ROWS)):
            columns: list[tuple[str, ...]] = list(zip_longest(*(cells for _, cells in taken), fillvalue=""))[:width]
            columns += [("",) * len(taken)] * (width - len(columns))
            yield Block([number for number, _ in taken], columns)


@dataclass
class Block:
    """Some rows of a table: their numbers, and for each column its cells."""

    numbers: list[int]
    columns: list[tuple[str, ...]]


def flat(record: Mapping[str, Any], before: str = "") -> dict[str, str]:
    """The values of a JSON record as texts, by the names that lead to them: ``acheteur.id``.

    >>> flat({"acheteur": {"id": 1}, "lots": [{"objet": "a"}, {"objet": "b"}]})
    {'acheteur.id': '1', 'lots.objet': 'a ; b'}
    """
    found: dict[str, str] = {}
    waiting: list[tuple[str, Any]] = [(before, record)]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, Mapping):
            waiting += [(f"{name}.{key}" if name else str(key), held) for key, held in list(value.items())[::-1]]
        elif isinstance(value, list) and any(isinstance(held, Mapping) for held in value):
            waiting += [(name, held) for held in value[::-1]]
        else:
            text = as_text(value)
            found[name] = f"{found[name]} ; {text}" if found.get(name) and text else found.get(name) or text
    return found
