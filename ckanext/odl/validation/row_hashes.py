"""One hash per row, the same for the same cells however they are quoted: rows written twice are found by it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from .arrays import np
from .reading.records import Block
from .seen import hashes_of


def hash_of_cells(cells: Sequence[str], delimiter: str) -> int:
    """The hash of a row: of its bytes without quotes, when they say all, else of cells kept apart by NUL (which no
    text holds)."""
    bare = delimiter.join(cells)
    special = '"' in bare or "\n" in bare or "\r" in bare or bare.count(delimiter) != len(cells) - 1
    return hash("\x00".join(cells).encode() + b"\x00" if special else bare.encode())


def hashes_of_records(block: Block) -> np.ndarray:
    """The hash of each record of a block, shape (n,)."""
    data = block.data
    if block.quotes is not None and _needless(block):
        data = data.replace(b'"', b"")
    elif block.quotes is not None:
        return _hashes_of_quoted(block)
    count = len(block)
    lines = data.split(b"\r\n" if b"\r" in data else b"\n")
    if len(lines) - (not lines[-1]) != count:
        lines = data.replace(b"\r\n", b"\n").split(b"\n")  # both line ends in one block
    return hashes_of(lines, count)


def _needless(block: Block) -> bool:
    """Whether no quoted cell holds a separator, a line end or a quote: then the quotes can be left out."""
    quotes = block.quotes
    assert quotes is not None  # noqa: S101 (for the type checker: the caller looked)
    if (quotes[1:-1:2] + 1 == quotes[2::2]).any():
        return False
    codes = np.frombuffer(block.data, np.uint8)
    special = np.flatnonzero((codes == ord(block.delimiter)) | (codes == 10))
    return not (np.searchsorted(quotes, special) % 2).any()


def _hashes_of_quoted(block: Block) -> np.ndarray:
    records = [block.record(index) for index in range(len(block))]
    quoted = [index for index, record in enumerate(records) if b'"' in record]
    hashes = hashes_of(records, len(records)).view(np.int64)
    text = "\n".join(records[index].decode() for index in quoted)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=block.delimiter)
    hashes[quoted] = [hash_of_cells(cells, block.delimiter) for cells in rows]
    return hashes.view(np.uint64)
