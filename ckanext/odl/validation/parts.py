"""A table in parts that are judged one after the other, read a little ahead of the judge."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from queue import Empty, Queue
from threading import Event, Thread

from . import limits
from .arrays import np
from .columns import BlockColumns, Columns
from .engine import Engine
from .judges import ColumnJudge
from .reading.records import Block, RecordStream


def read_ahead(parts: Iterator[Part]) -> Generator[Part, None, None]:
    """The same parts, read by a thread of their own a few ahead: pyarrow leaves the interpreter to others meanwhile."""
    waiting: Queue[Part | BaseException | None] = Queue(limits.BLOCKS_AHEAD)
    stopped = Event()

    def read() -> None:
        last: BaseException | None = None
        try:
            for part in parts:
                waiting.put(part)
                if stopped.is_set():
                    return
        except BaseException as error:  # raised again by who judges
            last = error
        waiting.put(last)

    reader = Thread(target=read, name="odl-read", daemon=True)
    reader.start()
    try:
        while (part := waiting.get()) is not None:
            if isinstance(part, BaseException):
                raise part
            yield part
    finally:
        stopped.set()
        with suppress(Empty):
            while True:
                waiting.get_nowait()  # room for what it is about to hand over: it then sees that nobody waits
        reader.join()


def parts_of(stream: RecordStream, engine: Engine, wanted: Sequence[int]) -> Iterator[Part]:
    """What follows the header, in blocks; where a block cannot be had, in some rows read one by one."""
    for row, _ in stream.rows():
        if row >= engine.structure.header_row:
            break
    while not stream.exhausted:
        block = stream.block()
        if block is not None:
            yield Part(block.first_row, block, BlockColumns(block, engine.width, wanted))
            continue
        first, rows = stream.row + 1, []
        until = stream.position + limits.BLOCK_BYTES // 4
        for _, cells in stream.rows():
            rows.append(cells)
            if stream.position >= until:
                break
        yield Part(first, rows, None)


class Part:
    """Some records in a row: a block with its columns, or rows that had to be read one by one."""

    def __init__(self, first_row: int, records: Block | list[list[str]], columns: Columns | None) -> None:
        self.first_row = first_row
        self.records = records
        self.columns = columns
        self.count = len(records)
        self.kept = columns.kept if columns else np.zeros(0, np.int64)
        self.ragged = columns.ragged if columns else np.arange(self.count)
        self.wrong: dict[int, list[ColumnJudge]] = {}
        """Index of a kept record → the columns that have something to say of it."""
        self.asked: dict[int, set[int]] = {}
        """Identity of a check of rows → the kept records it is to be asked about."""
        self._regular = np.ones(self.count, bool)
        self._regular[self.ragged] = False
        self._cells: dict[int, list[str]] = {}

    def regular(self, index: int) -> bool:
        """Whether a record was judged by columns."""
        return bool(self._regular[index])

    def cells(self, index: int) -> list[str]:
        if isinstance(self.records, list):
            return self.records[index]
        found = self._cells.get(index)
        if found is None:
            found = self._cells[index] = self.records.cells(index)
        return found
