"""One hash per row, the same for the same cells however they are quoted: rows written twice are found by it.

What is hashed is the row with no more quotes than it needs; of most files that is what is written. All rows of a block
are taken together, some of their bytes at a time, so that no row becomes an object of its own.
"""

from __future__ import annotations

import csv
import io
import secrets
from collections.abc import Sequence

from .arrays import np
from .reading.records import Block

_PIECE = np.arange(0, 64, 8)
"""So many bytes of each row are taken at a time, as words of eight bytes: where each word begins."""
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)
_KEY = np.uint64(secrets.randbits(64))
"""Of this process only: nobody can write two rows that look the same to it."""
_FIRST_BYTES = np.array([(1 << 8 * count) - 1 for count in range(9)], np.uint64)
"""Leaves the first so many bytes of a word."""


def hashes_of_rows(rows: Sequence[Sequence[str]], delimiter: str) -> np.ndarray:
    """The hash of each row of cells, that of its bytes when it is written with the quotes it needs; shape (n,)."""
    lines = [_line(cells, delimiter).encode() for cells in rows]
    ends = np.cumsum([len(line) for line in lines], dtype=np.int64)
    return _hashes(b"".join(lines), ends - [len(line) for line in lines], ends)


def _line(cells: Sequence[str], delimiter: str) -> str:
    bare = delimiter.join(cells)
    if '"' in bare or "\n" in bare or "\r" in bare or bare.count(delimiter) != len(cells) - 1:
        return delimiter.join(_quoted(cell, delimiter) for cell in cells)
    return bare


def _quoted(cell: str, delimiter: str) -> str:
    if '"' in cell or delimiter in cell or "\n" in cell or "\r" in cell:
        return '"' + cell.replace('"', '""') + '"'
    return cell


def hashes_of_records(block: Block) -> np.ndarray:
    """The hash of each record of a block, shape (n,)."""
    if block.quotes is None:
        return _hashes_of_lines(block.data, block.ends)
    codes = np.frombuffer(block.data, np.uint8)
    opening, closing = block.quotes[0::2], block.quotes[1::2]
    # A quoted cell is one pair of quotes, or several when there are doubled quotes inside.
    begins = np.ones(len(opening), bool)
    begins[1:] = opening[1:] - 1 != closing[:-1]
    cell = np.cumsum(begins) - 1
    needed = np.bincount(cell) > 1
    special = np.flatnonzero((codes == ord(block.delimiter)) | (codes == 10))
    place = np.searchsorted(block.quotes, special)
    needed[cell[place[place % 2 == 1] // 2]] = True
    if not needed.any():
        before = np.searchsorted(block.quotes, block.ends)  # so many quotes stand before each end
        return _hashes_of_lines(block.data.replace(b'"', b""), block.ends - before)
    hashes = _hashes_of_lines(block.data, block.ends)
    idle = np.unique(np.searchsorted(block.ends, opening[begins][~needed], "right"))
    if len(idle):
        text = "\n".join(block.record(index).decode() for index in idle.tolist())
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=block.delimiter)
        hashes[idle] = hashes_of_rows(list(rows), block.delimiter)
    return hashes


def _hashes_of_lines(data: bytes, ends: np.ndarray) -> np.ndarray:
    """Of records that follow one another, each up to its line end; ``ends``: the position after it."""
    codes = np.frombuffer(data, np.uint8)
    starts = np.concatenate(([0], ends[:-1]))
    bare = ends - (codes[ends - 1] == 10)
    bare = bare - ((bare > starts) & (codes[bare - 1] == 13))
    return _hashes(data, starts, bare)


def _hashes(data: bytes, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Of the bytes from each start to its end."""
    lengths = ends - starts
    total = (lengths.astype(np.uint64) ^ _KEY) * _FACTOR
    if not len(lengths):
        return total
    size = 8 * len(_PIECE)
    pieces = np.ndarray(len(data) + 1, f"V{size}", data + bytes(size), strides=(1,))  # the bytes from any position on
    tails = lengths % size
    for offset in range(0, int((lengths - tails).max()), size):
        there = np.flatnonzero(lengths - tails > offset)
        some = total[there]
        _mix(some, pieces[starts[there] + offset])
        total[there] = some
    _mix(total, pieces[ends - tails], _FIRST_BYTES[np.clip(tails[:, None] - _PIECE, 0, 8)])
    return total


def _mix(total: np.ndarray, pieces: np.ndarray, kept: np.ndarray | None = None) -> None:
    words = pieces.view("<u8").reshape(-1, len(_PIECE))
    for word in (words if kept is None else words & kept).T:
        total ^= word
        total *= _FACTOR
        total ^= total >> _SHIFT
