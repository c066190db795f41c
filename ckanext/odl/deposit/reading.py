"""A deposited file as a heading and rows of text, after its check has found out how it is to be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice, zip_longest

from ckanext.odl.validation import limits
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

    @classmethod
    def of(cls, table: Table, names: list[str]) -> Sheet | None:
        """Find the headings of *table*; *names* are the columns of its model. None when the table is blank."""
        head = table.head(HEAD_ROWS)
        position = find_header(head, names)
        if position is None:
            return None
        header = [clean(cell) for cell in head[position][1]][: limits.COLUMNS]
        titles = [title for _, cells in head[:position] if (title := " ".join(filter(None, map(clean, cells))))]
        return cls(table, head[position][0], header, [cells for _, cells in head[position + 1 :]], titles)

    @property
    def width(self) -> int:
        """How many columns the rows have, those without a heading too."""
        return min(limits.COLUMNS, max([len(self.header), *map(len, self.sample)]))

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The rows below the headings, each with its number; blank rows too."""
        for number, cells in self.table.open_rows():
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
