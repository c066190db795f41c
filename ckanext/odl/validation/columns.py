"""One block of a delimited text as pyarrow columns of text, and what numpy can see of their bytes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple, Protocol

import pyarrow as pa
import pyarrow.compute
import pyarrow.csv

from .arrays import np
from .reading.records import Block

Mask = np.ndarray
pc: Any = pyarrow.compute
"""Its functions are made as it is loaded: no type checker knows them."""


class BlockSigns(NamedTuple):
    """What may stand anywhere in a block: looked for once, in all its columns at a time."""

    control: bool
    exponent: bool

    @classmethod
    def of(cls, data: bytes, line_ends: int) -> BlockSigns:
        codes = np.frombuffer(data, np.uint8)
        tabs = data.count(b"\t")
        control = int(np.count_nonzero(codes < 0x20)) != line_ends + tabs or b"\x7f" in data
        if not control and b"\xc2" in data:
            control = bool(((codes[:-1] == 0xC2) & (codes[1:] < 0xA0)).any())
        return cls(control, b"+" in data and (b"E+" in data or b"e+" in data))


class Texts:
    """A pyarrow array of texts without nulls, with its bytes and lengths as numpy arrays."""

    def __init__(self, array: pa.Array, block: BlockSigns | None = None) -> None:
        self.array = array
        self.signs = block or BlockSigns(True, True)
        _, offsets, data = array.buffers()
        self.offsets = np.frombuffer(offsets, np.int32)[array.offset : array.offset + len(array) + 1]
        everything = np.frombuffer(data, np.uint8) if data is not None and data.size else np.zeros(0, np.uint8)
        self.bytes = everything[self.offsets[0] : self.offsets[-1]] if len(array) else everything[:0]

    def __len__(self) -> int:
        return len(self.array)

    @cached_property
    def lengths(self) -> np.ndarray:
        """Of each text, in bytes."""
        return np.diff(self.offsets)

    @cached_property
    def visible(self) -> Mask:
        """Whether a text begins with a sign that is surely no space: printable ASCII, or a letter of two bytes."""
        if not len(self.bytes):
            return np.zeros(len(self), bool)
        starts = np.minimum(self.offsets[:-1] - self.offsets[0], len(self.bytes) - 1)
        first = self.bytes[starts]
        return (self.lengths > 0) & (((first > 0x20) & (first < 0x7F)) | ((first >= 0xC3) & (first <= 0xC9)))

    @cached_property
    def ascii(self) -> bool:
        return not len(self.bytes) or int(self.bytes.max()) < 0x80

    @cached_property
    def raw(self) -> bytes:
        return self.bytes.tobytes()

    @cached_property
    def characters(self) -> np.ndarray:
        """Length of each text in characters."""
        return self.lengths if self.ascii else as_numbers(pc.utf8_length(self.array))

    def matches(self, pattern: str) -> Mask:
        """Which texts hold a match of an RE2 pattern."""
        return as_mask(pc.match_substring_regex(self.array, pattern))

    def at(self, indexes: np.ndarray) -> Texts:
        return Texts(self.array.take(pa.array(indexes)), self.signs)


def as_mask(array: pa.Array) -> Mask:
    return array.to_numpy(zero_copy_only=False)


def as_numbers(array: pa.Array) -> np.ndarray:
    return array.to_numpy(zero_copy_only=False)


class Columns(Protocol):
    """Some columns of some records. ``kept``: the indexes of the records that can be judged by columns; ``ragged``:
    those of the others."""

    kept: np.ndarray
    ragged: np.ndarray

    def __getitem__(self, index: int) -> Texts: ...


class GridColumns:
    """The columns of some rows of a spreadsheet."""

    def __init__(self, rows: Sequence[Sequence[str]], width: int, wanted: Sequence[int]) -> None:
        self._texts = {}
        whole = all(len(row) == width for row in rows)
        for index in wanted if whole else ():
            texts = Texts(pa.array([row[index] for row in rows], pa.string()))
            if b"\0" in texts.raw:  # which no proof expects: in a delimited text it ends the reading
                whole = False
                break
            self._texts[index] = texts
        count = np.arange(len(rows))
        self.kept, self.ragged = (count, count[:0]) if whole else (count[:0], count)

    def __getitem__(self, index: int) -> Texts:
        return self._texts[index]


class BlockColumns:
    """The columns of a block. ``kept``: the indexes of the records that have exactly ``width`` cells."""

    def __init__(self, block: Block, width: int, wanted: Sequence[int]) -> None:
        ragged: list[int] = []

        def odd(row: pyarrow.csv.InvalidRow) -> str:
            ragged.append(row.number - 1)
            return "skip"

        names = [str(index) for index in range(width)]
        chosen = [names[index] for index in wanted]
        table = pyarrow.csv.read_csv(
            pa.BufferReader(block.data),
            pyarrow.csv.ReadOptions(use_threads=False, block_size=len(block.data) + 1, column_names=names),
            pyarrow.csv.ParseOptions(
                delimiter=block.delimiter,
                quote_char='"' if block.quotes is not None else False,
                newlines_in_values=block.quotes is not None,
                ignore_empty_lines=False,
                invalid_row_handler=odd,
            ),
            pyarrow.csv.ConvertOptions(
                check_utf8=False,  # the whole file was decoded before
                column_types=dict.fromkeys(chosen, pa.string()),
                include_columns=chosen,
                strings_can_be_null=False,
                quoted_strings_can_be_null=False,
            ),
        )
        count = len(block)
        if table.num_rows + len(ragged) != count:
            ragged = list(range(count))  # never seen: then every record is looked at by itself
            table = table.slice(0, 0)
        self.kept = np.arange(count) if not ragged else np.delete(np.arange(count), ragged)
        self.ragged = np.array(sorted(ragged), np.int64)
        signs = BlockSigns.of(block.data, block.line_ends)
        self._texts = {
            index: Texts(column.chunk(0) if column.num_chunks == 1 else column.combine_chunks(), signs)
            for index, column in zip(wanted, table.columns, strict=True)
        }

    def __getitem__(self, index: int) -> Texts:
        return self._texts[index]
