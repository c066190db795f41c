"""A deposited file as a heading and rows of text, after its check has found out how it is to be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ckanext.odl.validation import limits
from ckanext.odl.validation.reading.table import Table
from ckanext.odl.validation.structure import clean, find_header

HEAD_ROWS = 100


@dataclass
class Sheet:
    """The table of a file: the headings, where they stand, and the rows below."""

    table: Table
    header_row: int
    """Number of the row of the headings, as a spreadsheet counts; 0 when the names come from JSON records."""
    header: list[str]
    sample: list[list[str]] = field(default_factory=list)
    """The first rows below the headings."""

    @classmethod
    def of(cls, table: Table, names: list[str]) -> Sheet | None:
        """Find the headings of *table*; *names* are the columns of its model. None when the table is blank."""
        head = table.head(HEAD_ROWS)
        position = find_header(head, names)
        if position is None:
            return None
        header = [clean(cell) for cell in head[position][1]][: limits.COLUMNS]
        return cls(table, head[position][0], header, [cells for _, cells in head[position + 1 :]])

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The rows below the headings, each with its number; blank rows too."""
        for number, cells in self.table.open_rows():
            if number > self.header_row:
                yield number, cells
