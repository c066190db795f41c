"""A delimited text as blocks of records: UTF-8 bytes that columns can be cut from, or single rows where they cannot.

A block is only given when pyarrow's reader and Python's ``csv`` are sure to split it into the same cells: quotes stand
where they belong, no carriage return stands alone, no record is longer than a cell may be. Anything else is read row by
row by the one reader of :mod:`.delimited`, which then says what is wrong.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .. import limits
from ..arrays import np
from .delimited import read_records
from .delimiter import declared_delimiter
from .table import Rows

_FEED, _RETURN, _QUOTE = 10, 13, 34


@dataclass
class Block:
    """Whole records. ``ends``: the position after each record's line end; record ``i`` is row ``first_row + i``."""

    data: bytes
    ends: np.ndarray
    first_row: int
    quotes: np.ndarray | None
    delimiter: str
    line_ends: int
    """How many characters are line ends, those inside quoted cells included."""
    lines: int

    def __len__(self) -> int:
        return len(self.ends)

    def record(self, index: int) -> bytes:
        """The bytes of one record, without its line end."""
        start = self.ends[index - 1] if index else 0
        return self.data[start : self.ends[index]].rstrip(b"\r\n")

    def cells(self, index: int) -> list[str]:
        """The cells of one record."""
        start = self.ends[index - 1] if index else 0
        raw = self.data[start : self.ends[index]]
        text = raw.decode()
        if self.quotes is None:
            bare = text.rstrip("\r\n")
            return bare.split(self.delimiter) if bare else []
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=self.delimiter), [])


class RecordStream:
    """The records of a file from its first, in blocks (:meth:`block`) or one by one (:meth:`rows`), in any mixture."""

    def __init__(self, path: Path, encoding: str, delimiter: str) -> None:
        self.delimiter = delimiter
        self.row = 0
        self._line = 0
        self._handle = path.open("rb", buffering=0)
        plain = encoding in ("utf-8", "utf-8-sig")
        self._decoder = None if plain else codecs.getincrementaldecoder(encoding)("strict")
        self._buffer = b""
        self._base = 0
        self._start = 0
        self._ended = False
        self._fill(limits.BLOCK_BYTES)
        while self._buffer.startswith(codecs.BOM_UTF8, self._start):
            self._start += len(codecs.BOM_UTF8)
        first = self._buffer[self._start : self._start + 64].split(b"\n", 1)[0].split(b"\r", 1)[0]
        if first.isascii() and declared_delimiter(first.decode()):
            next(self._lines(), None)
            self.row = 1

    def close(self) -> None:
        self._handle.close()

    @property
    def exhausted(self) -> bool:
        """Whether every record has been given."""
        if self._start >= len(self._buffer):
            self._fill(1)
        return self._start >= len(self._buffer)

    @property
    def position(self) -> int:
        """How many bytes of UTF-8 have been given out."""
        return self._base + self._start

    def _fill(self, wanted: int) -> None:
        """Have ``wanted`` bytes ahead, or all there are."""
        ahead = len(self._buffer) - self._start
        if ahead >= wanted or self._ended:
            return
        self._base += self._start
        parts = [self._buffer[self._start :]]
        while ahead < wanted and not self._ended:
            chunk = self._handle.read(max(wanted - ahead, 65536))
            self._ended = not chunk
            if self._decoder is not None:
                chunk = self._decoder.decode(chunk, final=self._ended).encode()
            parts.append(chunk)
            ahead += len(chunk)
        self._buffer = b"".join(parts)
        self._start = 0

    # Row by row

    def _lines(self) -> Iterator[str]:
        """Lines as a text file opened with universal line ends gives them; what was yielded is consumed."""
        longest = 4 * limits.LINE_CHARACTERS + 8
        while not self.exhausted:
            end = self._buffer.find(b"\n", self._start)
            if end < 0:
                self._fill(longest)
                end = self._buffer.find(b"\n", self._start, self._start + longest)
            whole = end >= 0 or (self._ended and len(self._buffer) <= self._start + longest)
            end = end + 1 if end >= 0 else min(len(self._buffer), self._start + longest)
            raw = self._buffer[self._start : end]
            if b"\r" not in raw or (raw.count(b"\r") == 1 and raw.endswith(b"\r\n")):
                self._start = end
                yield raw.decode("utf-8", "ignore")
                continue
            lines = list(io.StringIO(raw.decode("utf-8", "ignore"), newline=""))
            if not whole and len(lines) > 1:
                lines.pop()  # the rest of this line, or the feed after its return, is still to come
            for line in lines:
                self._start += len(line.encode())
                yield line

    def rows(self) -> Rows:
        """The records from here on, one by one; stop where you like, the next call goes on from there."""
        counted = _Counted(self._lines())
        for row, cells in read_records(counted, self.delimiter, row=self.row, line=self._line):
            self.row = row
            self._line += counted.taken
            counted.taken = 0
            yield row, cells

    # Block by block

    def block(self) -> Block | None:
        """The next records, about ``limits.BLOCK_BYTES`` of them; None when they must be read row by row."""
        self._fill(limits.BLOCK_BYTES)
        last = self._ended and len(self._buffer) - self._start <= limits.BLOCK_BYTES
        data = self._buffer[self._start : self._start + limits.BLOCK_BYTES]
        found = _split(data, self.delimiter.encode(), last)
        if found is None:
            return None
        size, ends, quotes, lines, returns = found
        if size < len(data):
            data = data[:size]
        block = Block(data, ends, self.row + 1, quotes, self.delimiter, lines + returns, lines)
        self._start += size
        self.row += len(ends)
        self._line += lines
        return block


class _Counted:
    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.taken = 0

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.taken += 1
            yield line


def _split(data: bytes, delimiter: bytes, last: bool) -> tuple[int, np.ndarray, np.ndarray | None, int, int] | None:
    """Where the records of a block end: bytes used, ends, positions of the quotes (None when there are none), and how
    many line feeds and carriage returns there are."""
    codes = np.frombuffer(data, np.uint8)
    feeds = every = np.flatnonzero(codes == _FEED)
    if b"\r" in data:
        # The buffer may end between the two: that last record is not part of the block.
        returns = np.count_nonzero(codes == _RETURN) - (data.endswith(b"\r") and not last)
        if returns != np.count_nonzero(codes[feeds[feeds > 0] - 1] == _RETURN):
            return None
    quotes = None
    if b'"' in data:
        quotes = np.flatnonzero(codes == _QUOTE)
        # A line end is a record's end when every quote before it is closed.
        feeds = feeds[np.searchsorted(quotes, feeds) % 2 == 0]
    ends = feeds + 1
    if last and len(data) and (not len(ends) or ends[-1] != len(data)):
        ends = np.append(ends, len(data))
    if not len(ends):
        return None
    size = int(ends[-1])
    if quotes is not None:
        quotes = quotes[: np.searchsorted(quotes, size)]
        if len(quotes) % 2 or not _well_quoted(codes, quotes, size, delimiter[0]):
            return None
        if not len(quotes):
            quotes = None
    if np.diff(ends, prepend=0).max() > limits.CELL_CHARACTERS:
        return None
    lines = int(np.searchsorted(every, size))
    returned = int(np.count_nonzero(codes[:size] == _RETURN)) if b"\r" in data else 0
    return size, ends, quotes, lines, returned


def _well_quoted(codes: np.ndarray, quotes: np.ndarray, size: int, delimiter: int) -> bool:
    """Each quote opens a cell, closes one, or is half of a doubled quote inside one."""
    opening, closing = quotes[0::2], quotes[1::2]
    before = np.where(opening > 0, codes[opening - 1], _FEED)
    opens = (before == delimiter) | (before == _FEED)
    opens[1:] |= opening[1:] - 1 == closing[:-1]
    if not opens.all():
        return False
    after = np.where(closing + 1 < size, codes[np.minimum(closing + 1, size - 1)], _FEED)
    closes = (after == delimiter) | (after == _FEED) | (after == _RETURN)
    closes[:-1] |= closing[:-1] + 1 == opening[1:]
    return bool(closes.all())
