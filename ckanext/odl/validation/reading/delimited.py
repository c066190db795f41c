"""CSV and TSV: records with spreadsheet row numbers, in one pass and flat memory."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from .. import limits
from ..problems import Unreadable
from .delimiter import declared_delimiter, detect_delimiter, spaces_follow
from .table import Rows, Table
from .text import TextFacts

if TYPE_CHECKING:
    from .records import RecordStream


class _Lines:
    """Physical lines of the text, remembering what the csv module does not tell: lengths and where a record began."""

    def __init__(self, lines: Iterable[str], before: int) -> None:
        self._lines = lines
        self.before = before
        self.number = 0
        self.pending = 0
        self.unclosed = False
        self.long = False

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.number += 1
            self.pending += 1
            if len(line) > limits.CELL_CHARACTERS:
                self.long = True
                if len(line) > limits.LINE_CHARACTERS:
                    where = self.before + self.number
                    raise Unreadable("line-too-long", row=where, line=where, limit=limits.LINE_CHARACTERS)
            yield line
        # The csv module asks for one line more in the middle of a record only when a quote is still open.
        self.unclosed = self.pending > 0


def _bounded_lines(path: Path, encoding: str) -> Iterator[str]:
    """Lines of the text without its marks; a line is never read whole when it is far too long."""
    with path.open("r", encoding=encoding, newline="") as handle:
        first = True
        while line := handle.readline(limits.LINE_CHARACTERS + 2):
            if first:
                line = line.lstrip("\ufeff")
                first = False
                if not line:
                    continue
            yield line


def read_rows(path: Path, encoding: str, delimiter: str, *, spaced: bool = False) -> Rows:
    """Rows as ``(spreadsheet row, cells)``; ``spaced``: a space follows each separator and is no part of the cell.

    Raises :class:`Unreadable`: ``csv-unclosed-quote``, ``line-too-long``, ``cell-too-long``, ``csv-unparseable``.
    """
    source = _bounded_lines(path, encoding)
    first = next(source, None)
    if first is None:
        return
    if declared_delimiter(first):
        yield from read_records(source, delimiter, spaced=spaced, row=1, line=1)
    else:
        yield from read_records(chain([first], source), delimiter, spaced=spaced)


def read_records(source: Iterable[str], delimiter: str, *, spaced: bool = False, row: int = 0, line: int = 0) -> Rows:
    """The records of lines that follow ``row`` records on ``line`` lines; raises as :func:`read_rows` does."""
    lines = _Lines(source, line)
    skipped = line
    reader = csv.reader(iter(lines), delimiter=delimiter, skipinitialspace=spaced)
    began = 1
    try:
        for cells in reader:
            row += 1
            if lines.long or lines.pending > 1:
                if lines.unclosed:
                    raise Unreadable("csv-unclosed-quote", row=row, line=began + skipped)
                for column, cell in enumerate(cells, 1):
                    if len(cell) > limits.CELL_CHARACTERS:
                        code = "csv-unclosed-quote" if cell.count("\n") > 200 else "cell-too-long"
                        raise Unreadable(
                            code, row=row, column=column, line=began + skipped, limit=limits.CELL_CHARACTERS
                        )
                lines.long = False
            elif lines.unclosed:
                raise Unreadable("csv-unclosed-quote", row=row, line=began + skipped)
            lines.pending = 0
            began = lines.number + 1
            yield row, cells
    except csv.Error as error:
        code = "csv-unclosed-quote" if lines.pending > 1 else "csv-unparseable"
        if "field larger" in str(error) and lines.pending <= 1:
            code = "cell-too-long"
        raise Unreadable(code, row=row + 1, line=began + skipped, limit=limits.CELL_CHARACTERS) from None


def open_delimited(path: Path, facts: TextFacts, names: Iterable[str], extension: str) -> Table:
    """A delimited text as a :class:`Table`."""
    with path.open("r", encoding=facts.encoding, newline="") as handle:
        sample = handle.read(limits.DETECTION_CHARACTERS).lstrip("\ufeff")
        complete = not handle.read(1)
    first_line = sample.split("\n", 1)[0]
    declared = declared_delimiter(first_line)
    if declared:
        sample = sample.split("\n", 1)[1] if "\n" in sample else ""
    # The declaration is Excel's; a hand-edited file may declare what it does not use.
    detected = detect_delimiter(sample, names, complete=complete)
    delimiter = declared if declared and (declared in sample or not detected) else detected
    fallback = "\t" if extension in ("tsv", "tab") else ";" if ";" in sample else ","
    chosen = delimiter or fallback
    notices = list(facts.notices)
    if declared:
        notices.append(("header-not-first", {"variant": "sep", "lines": 1}))
    spaced = spaces_follow(sample, chosen)
    if spaced:
        notices.append(("header-normalised", {"variant": "after-separator"}))

    def open_stream() -> RecordStream:
        from .records import RecordStream  # noqa: PLC0415 (numpy is only loaded for a file worth it)

        return RecordStream(path, facts.encoding, chosen)

    columnar = not spaced and facts.size >= limits.COLUMNAR_BYTES and limits.room_for_columns()
    return Table(
        format="tsv" if chosen == "\t" else "csv",
        open_rows=lambda: read_rows(path, facts.encoding, chosen, spaced=spaced),
        encoding=facts.encoding,
        delimiter=chosen,
        notices=notices,
        open_stream=open_stream if columnar else None,
    )
