"""One hash per row, the same for the same cells however they are quoted: rows written twice are found by it.

What is hashed is the row with no more quotes than it needs; of most files that is what is written.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from .arrays import np
from .reading.records import Block
from .seen import hashes_of


def hash_of_cells(cells: Sequence[str], delimiter: str) -> int:
    """The hash of a row of cells, that of its bytes when it is written with the quotes it needs."""
    bare = delimiter.join(cells)
    if '"' in bare or "\n" in bare or "\r" in bare or bare.count(delimiter) != len(cells) - 1:
        bare = delimiter.join(_quoted(cell, delimiter) for cell in cells)
    return hash(bare.encode())


def _quoted(cell: str, delimiter: str) -> str:
    if '"' in cell or delimiter in cell or "\n" in cell or "\r" in cell:
        return '"' + cell.replace('"', '""') + '"'
    return cell


def hashes_of_records(block: Block) -> np.ndarray:
    """The hash of each record of a block, shape (n,)."""
    if block.quotes is None:
        return hashes_of(_lines(block.data, block.lines), len(block))
    codes = np.frombuffer(block.data, np.uint8)
    opening, closing = block.quotes[0::2], block.quotes[1::2]
    # A quoted cell is one pair of quotes, or several when there are doubled quotes inside.
    begins = np.ones(len(opening), bool)
    begins[1:] = opening[1:] - 1 != closing[:-1]
    cell = np.cumsum(begins) - 1
    needed = np.bincount(cell) > 1
    special = np.flatnonzero((codes == ord(block.delimiter)) | (codes == 10))
    place = np.searchsorted(block.quotes, special)
    inside = place % 2 == 1
    needed[cell[place[inside] // 2]] = True
    if not needed.any():
        return hashes_of(_lines(block.data.replace(b'"', b""), block.lines), len(block))
    if (codes[special[inside]] == 10).any():
        lines = [block.record(index) for index in range(len(block))]
    else:
        lines = _lines(block.data, block.lines)
    hashes = hashes_of(lines, len(block))
    idle = np.unique(np.searchsorted(block.ends, opening[begins][~needed], "right"))
    if len(idle):
        text = "\n".join(block.record(index).decode() for index in idle.tolist())
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=block.delimiter)
        hashes.view(np.int64)[idle] = [hash_of_cells(cells, block.delimiter) for cells in rows]
    return hashes


def _lines(data: bytes, feeds: int) -> list[bytes]:
    lines = data.split(b"\r\n" if b"\r" in data else b"\n")
    if len(lines) - 1 != feeds:
        lines = data.replace(b"\r\n", b"\n").split(b"\n")  # both line ends in one block
    return lines
