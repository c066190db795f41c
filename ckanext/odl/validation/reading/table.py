"""What a reader gives to the engine: rows of text with the numbers a spreadsheet shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    from .json_records import Document
    from .records import RecordStream

Rows = Iterator[tuple[int, list[str]]]


class SheetSeen(TypedDict):
    """A sheet of a workbook that holds data: its name as it is shown, its rows of data, whether people see it."""

    name: str
    rows: int
    hidden: bool


@dataclass
class Table:
    """A file understood as rows of cells, all cells as text, whatever the format.

    ``open_rows`` starts again from the first row at each call. ``row`` numbers are those of a spreadsheet: a blank line
    counts, a line break inside a quoted cell does not.
    """

    format: str
    open_rows: Callable[[], Rows]
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    sheets: list[SheetSeen] | None = None
    """The sheets of a workbook that hold data, with the one that is read; None when it is no workbook."""
    sheet_why: str | None = None
    """Why it is this sheet: ``asked``, ``only`` (the only one), ``columns`` (those of the model), ``first``."""
    notices: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    open_stream: Callable[[], RecordStream] | None = None
    """The same records as bytes, for a delimited text long enough to be judged by columns."""
    grid: list[list[str]] | None = None
    """All rows from the first, of a spreadsheet large enough to be judged by columns."""
    open_others: Callable[[], Iterator[tuple[str, list[list[str]]]]] | None = None
    """The sheets of a workbook that are not the table, hidden ones too: the name and rows of each that is not empty."""
    document: Document | None = None
    """The whole content, when it is JSON."""

    def head(self, count: int) -> list[tuple[int, list[str]]]:
        """The first rows, for looking at the structure."""
        found = []
        rows = self.open_rows()
        for number, cells in rows:
            found.append((number, cells))
            if len(found) >= count:
                break
        return found
