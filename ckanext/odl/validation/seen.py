"""Which row showed a value first, for millions of rows: hashes in flat arrays, a batch at a time."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence

from .arrays import np

_SALT = secrets.token_hex(8)
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_EMPTY = np.uint64(0)
_NOTHING = np.uint64(0x5BD1E9955BD1E995)
"""Stands for an empty cell inside a key of several columns."""


def hashes_of(texts: Iterable[str | bytes], count: int) -> np.ndarray:
    """Python's own keyed 64-bit hash (SipHash) of each text."""
    return np.fromiter(map(hash, texts), np.int64, count).view(np.uint64)


def hash_pairs(texts: Sequence[str]) -> np.ndarray:
    """Two independent 64-bit hashes of each text, shape (2, n): the second confirms that the first did not collide."""
    count = len(texts)
    return np.stack([hashes_of(texts, count), hashes_of([_SALT + text for text in texts], count)])


def combine(parts: Sequence[np.ndarray], nothing: Sequence[np.ndarray]) -> np.ndarray:
    """The hash pairs of several columns as those of their rows; ``nothing``: masks of the empty cells."""
    if len(parts) == 1:
        return parts[0]
    total = np.zeros_like(parts[0])
    for pair, empty in zip(parts, nothing, strict=True):
        total = (total ^ np.where(empty, _NOTHING, pair)) * _FACTOR
        total ^= total >> np.uint64(29)
    return total


class FirstSeen:
    """Pairs of hashes, each with the row that showed it first: an open-addressing table filled by whole batches.

    The first hash finds the place, the second confirms it: two values are only held equal on 128 bits.
    """

    def __init__(self) -> None:
        self._used = 0
        self._make(1 << 12)

    def _make(self, size: int) -> None:
        self._hashes = np.zeros(size, np.uint64)
        self._second = np.zeros(size, np.uint64)
        self._rows = np.zeros(size, np.int32)

    def first(self, pairs: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """The first row of each value, its own when it was not seen before.

        :param pairs: shape (2, n)
        :param rows: row numbers in growing order, shape (n,)
        """
        if not len(rows):
            return rows
        hashes = np.where(pairs[0] == _EMPTY, _NOTHING, pairs[0])
        self._make_room(len(rows))
        return self._put(hashes, pairs[1], rows)

    def _make_room(self, more: int) -> None:
        size = len(self._hashes)
        if (self._used + more) * 5 <= size * 3:
            return
        while (self._used + more) * 5 > size * 3:
            size *= 2
        there = np.flatnonzero(self._hashes)
        hashes, rows = self._hashes[there], self._rows[there]
        second = self._second[there]
        self._make(size)
        self._used = 0
        step = 1 << 18  # the temporary arrays of one step stay small
        for start in range(0, len(there), step):
            part = slice(start, start + step)
            self._put(hashes[part], second[part], rows[part])

    def _put(self, hashes: np.ndarray, second: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Look up values and keep the new ones; the first row of each."""
        mask = np.uint64(len(self._hashes) - 1)
        slots = (hashes & mask).astype(np.int64)
        firsts = np.array(rows, np.int64)
        left = np.arange(len(hashes))
        while len(left):
            at = slots[left]
            free = self._hashes[at] == _EMPTY
            if free.any():
                # Several may want the same slot: the last to write has it, and that is the first row, written last.
                # The others go on to the next slot, unless they show the very same value.
                mine, where = left[free][::-1], at[free][::-1]
                self._rows[where] = rows[mine]
                self._hashes[where] = hashes[mine]
                self._second[where] = second[mine]
            same = (self._hashes[at] == hashes[left]) & (self._second[at] == second[left])
            firsts[left[same]] = self._rows[at[same]]
            left = left[~same]
            slots[left] = (slots[left] + 1) & np.int64(mask)
        self._used += int(np.count_nonzero(firsts == rows))
        return firsts
