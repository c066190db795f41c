"""The engine by columns: a block of records at a time, of which only the rows with something to say become rows.

What is surely clean is proven for whole columns (:mod:`.proofs`, :mod:`.row_proofs`); of the rest each distinct value
is asked once. The rows that remain go through :meth:`.engine.Engine.take`, in their order: what is said of a row, and
how it is counted, is written there and nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import Any

import pyarrow as pa

from . import limits
from .arrays import np
from .checks.base import RowCheck
from .columns import BlockSigns, Columns, GridColumns, Mask, Texts
from .engine import Engine
from .extract import Numbered
from .judges import ColumnJudge, Key, key_text
from .parts import Part, parts_of, read_ahead
from .proofs import proof_of
from .reading.records import Block, RecordStream
from .row_hashes import hashes_of_records, hashes_of_rows
from .row_proofs import row_proof_of
from .seen import FirstSeen, combine, hash_pairs

_FEW = 64
"""So few distinct values are asked at once, without trying to prove anything."""


def judge_stream(engine: Engine, stream: RecordStream) -> None:
    """Judge every record of a stream after the header. Raises :class:`.problems.Unreadable`."""
    driver = _Driver(engine)
    try:
        parts = parts_of(stream, engine, driver.wanted)
        with closing(read_ahead(parts)) as ahead:
            for part in ahead:
                driver.judge(part)
        driver.say_repeats()
    finally:
        stream.close()


def judge_grid(engine: Engine, rows: list[list[str]]) -> None:
    """Judge every row after the header of a spreadsheet that is in memory."""
    driver = _Driver(engine)
    for start in range(engine.structure.header_row, len(rows), limits.BLOCK_ROWS):
        some = rows[start : start + limits.BLOCK_ROWS]
        driver.judge(Part(start + 1, some, GridColumns(some, engine.width, driver.wanted)))
    driver.say_repeats()


class _Column:
    """The verdicts of one column, block after block."""

    def __init__(self, judge: ColumnJudge) -> None:
        self.judge = judge
        self.proof = proof_of(judge)
        self._many = False

    def wrong(self, texts: Texts) -> Mask | None:
        """Which texts have something to be said of; None when there is none."""
        if self._many and self.proof is not None:
            left = np.flatnonzero(~self.proof(texts))
            # Once the distinct values are few again, they are quicker than the proof.
            self._many = len(left) * 2 < len(texts)
            if not len(left):
                return None
            mask = self._asked(texts.at(left).array.dictionary_encode(), texts.signs, proven=True)
            if mask is None:
                return None
            whole = np.zeros(len(texts), bool)
            whole[left] = mask
            return whole
        encoded = texts.array.dictionary_encode()
        self._many = len(encoded.dictionary) * 8 > len(texts)
        return self._asked(encoded, texts.signs, proven=False)

    def _asked(self, encoded: pa.DictionaryArray, signs: BlockSigns, *, proven: bool) -> Mask | None:
        values = encoded.dictionary
        judge = self.judge
        if self.proof is None or proven or len(values) <= _FEW:
            wrong = np.fromiter((bool(judge[text]) for text in values.to_pylist()), bool, len(values))
        else:
            wrong = np.zeros(len(values), bool)
            distinct = Texts(values, signs)
            left = np.flatnonzero(~self.proof(distinct))
            asked = distinct.at(left).array.to_pylist()
            wrong[left] = np.fromiter((bool(judge[text]) for text in asked), bool, len(left))
        return wrong[encoded.indices.to_numpy()] if wrong.any() else None


class _RowCheck:
    """One check of several cells, block after block."""

    def __init__(self, check: RowCheck, engine: Engine) -> None:
        self.check = check
        self._engine = engine
        self._indexes = {name: engine.by_name[name].column.index for name in check.columns}
        self._proof = row_proof_of(check, {name: judge.rule for name, judge in engine.by_name.items()})

    def doubtful(self, columns: Columns, sure: Mask) -> Mask | None:
        """Which rows the check must be asked about; None when there is none."""
        if self.check.failed:
            return None
        texts = {name: columns[index] for name, index in self._indexes.items()}
        if self._proof is not None:
            doubtful = ~self._proof(texts, sure)
            if not doubtful.any():
                return None
        else:
            doubtful = np.ones(len(columns.kept), bool)
        if self.check.memo is None:
            return doubtful
        where = np.flatnonzero(doubtful)
        codes = np.zeros(len(where), np.int64)
        lists = []
        for column in texts.values():
            encoded = column.at(where).array.dictionary_encode()
            _, codes = np.unique(codes * len(encoded.dictionary) + encoded.indices.to_numpy(), return_inverse=True)
            lists.append(column.array)
        _, first, group = np.unique(codes, return_index=True, return_inverse=True)
        at = pa.array(where[first])
        groups = zip(*(array.take(at).to_pylist() for array in lists), strict=True)
        wrong = np.fromiter((bool(self._engine.ask_row(self.check, group)) for group in groups), bool, len(first))
        doubtful[where] = wrong[group]
        return doubtful if wrong.any() else None


class _Driver:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.columns = [_Column(judge) for judge in engine.judges]
        self.checks = [_RowCheck(check, engine) for check, *_ in engine.row_checks]
        judged = {judge.column.index for judge in engine.judges}
        self.wanted = sorted({0, *judged, *engine.structure.blanks})
        self._seen = [FirstSeen() for _ in engine.keys]
        self._hashes: list[np.ndarray] = []
        self._rows: list[np.ndarray] = []
        engine.first_like = lambda cells, number: number
        self._part: Part
        self._at = 0
        self._before_part: Numbered | None = engine.before()
        engine.before = self._before
        engine.tallied = True
        self._ask_row = engine.wrong_columns
        engine.wrong_columns = self._wrong_columns
        engine.no_problem = self._no_problem

    def judge(self, part: Part) -> None:
        """Judge all rows of a part."""
        engine = self.engine
        self._part = part
        doubtful = np.zeros(part.count, bool)
        doubtful[part.ragged] = True
        if part.columns is not None and len(part.kept):
            self._look(part, part.columns, doubtful)
        if engine.keys or engine.watch_repeats or engine.tallies:
            taking = np.ones(part.count, bool)
            for index in np.flatnonzero(doubtful).tolist():
                taking[index] = engine.takes_part(part.first_row + index, part.cells(index))
            for key, seen in zip(engine.keys, self._seen, strict=True):
                self._look_at_key(part, key, seen, taking, doubtful)
            if engine.watch_repeats:
                self._keep_hashes(part, taking)
            for tally in engine.tallies:
                self._tally(part, tally, taking)
        if part.columns is not None and len(part.kept) and engine.structure.blanks:
            self._look_at_blanks(part, part.columns, doubtful)
        self._take(part, doubtful)

    def _look(self, part: Part, columns: Columns, doubtful: Mask) -> None:
        for column in self.columns:
            wrong = column.wrong(columns[column.judge.column.index])
            if wrong is not None:
                where = part.kept[wrong]
                doubtful[where] = True
                for index in where.tolist():
                    part.wrong.setdefault(index, []).append(column.judge)
        hidden = ~columns[self.wanted[0]].visible
        for index in self.wanted[1:]:
            if not hidden.any():
                break
            hidden &= ~columns[index].visible
        doubtful[part.kept[hidden]] = True  # perhaps a blank row
        sure = ~doubtful[part.kept]
        for check in self.checks:
            asked = check.doubtful(columns, sure)
            if asked is not None:
                where = part.kept[asked]
                doubtful[where] = True
                part.asked[id(check.check)] = set(where.tolist())

    def _take(self, part: Part, doubtful: Mask) -> None:
        """The doubtful rows in their order, the others counted between them."""
        engine = self.engine
        last = -1
        for index in np.flatnonzero(doubtful).tolist():
            if index > last + 1:
                engine.end_blanks()
                engine.count(index - last - 1)
            self._at = index
            engine.take(part.first_row + index, part.cells(index))
            last = index
        if last < part.count - 1:
            engine.end_blanks()
            engine.count(part.count - 1 - last)
        self._at = part.count
        self._before_part = self._before()

    def _wrong_columns(self, number: int, cells: Sequence[str]) -> Sequence[ColumnJudge]:
        index = number - self._part.first_row
        return self._part.wrong.get(index, ()) if self._part.regular(index) else self._ask_row(number, cells)

    def _no_problem(self, check: RowCheck, number: int) -> bool:
        index = number - self._part.first_row
        return self._part.regular(index) and index not in self._part.asked.get(id(check), ())

    def _before(self) -> Numbered | None:
        """The row before the one being taken that is not blank."""
        for index in range(self._at - 1, -1, -1):
            cells = self._part.cells(index)
            if any(cell.strip() for cell in cells):
                return self._part.first_row + index, cells
        return self._before_part

    # Rows against the rows before them

    def _look_at_key(self, part: Part, key: Key, seen: FirstSeen, taking: Mask, doubtful: Mask) -> None:
        pairs, nothing = np.zeros((2, part.count), np.uint64), np.ones(part.count, bool)
        if part.columns is not None and len(part.kept):
            found = [_hashed(judge, part.columns[judge.column.index]) for judge in key.judges]
            empties = [empty for _, empty in found]
            pairs[:, part.kept] = combine([pair for pair, _ in found], empties)
            nothing[part.kept] = np.logical_and.reduce(empties)
        rows = [index for index in part.ragged.tolist() if taking[index]]
        if rows:
            texts = [key.texts(part.cells(index)) for index in rows]
            found = [
                _hashed_texts([key_text(judge, row[position]) for row in texts])
                for position, judge in enumerate(key.judges)
            ]
            empties = [empty for _, empty in found]
            pairs[:, rows] = combine([pair for pair, _ in found], empties)
            nothing[rows] = np.logical_and.reduce(empties)
        if key.refuses_empty:
            doubtful |= taking & nothing
        where = np.flatnonzero(taking & ~nothing)
        key.first = self._firsts(part, seen, pairs[:, where], where, doubtful)

    def _keep_hashes(self, part: Part, taking: Mask) -> None:
        if isinstance(part.records, Block):
            hashes = hashes_of_records(part.records)
        else:
            hashes = hashes_of_rows(part.records, self.engine.table.delimiter or "\x1f")
        self._hashes.append(hashes if taking.all() else hashes[taking])
        self._rows.append((np.flatnonzero(taking) + part.first_row).astype(np.int32))

    def say_repeats(self) -> None:
        """The rows that were there before, told at the end of the file."""
        if not self._hashes:
            return
        hashes = np.concatenate(self._hashes)
        ordered = np.sort(hashes)
        if not (ordered[1:] == ordered[:-1]).any():
            return
        rows = np.concatenate(self._rows)
        order = np.argsort(hashes, kind="stable")
        again = np.zeros(len(order), bool)
        again[1:] = hashes[order][1:] == hashes[order][:-1]
        first = rows[order][~again][np.cumsum(~again) - 1]
        repeated, firsts = rows[order][again], first[again]
        for at in np.argsort(repeated).tolist():
            self.engine.say_repeat(int(repeated[at]), int(firsts[at]))

    def _firsts(self, part: Part, seen: FirstSeen, pairs: np.ndarray, where: np.ndarray, doubtful: Mask) -> Any:
        rows = where + part.first_row
        firsts = seen.first(pairs, rows)
        again = firsts != rows
        doubtful[where[again]] = True
        known = dict(zip(rows[again].tolist(), firsts[again].tolist(), strict=True))
        return lambda value, number: known.get(number, number)

    def _tally(self, part: Part, tally: Any, taking: Mask) -> None:
        index = tally.column.index
        first: dict[str, tuple[int, int]] = {}
        if part.columns is not None and len(part.kept):
            here = np.flatnonzero(taking[part.kept])
            encoded = part.columns[index].at(here).array.dictionary_encode()
            codes = encoded.indices.to_numpy()
            _, at, counts = np.unique(codes, return_index=True, return_counts=True)
            rows = part.kept[here[at]]
            values = encoded.dictionary.to_pylist()
            first = {values[code]: (int(rows[code]), int(counts[code])) for code in range(len(values))}
        for row in part.ragged.tolist():
            if taking[row]:
                cells = part.cells(row)
                text = cells[index] if index < len(cells) else ""
                known = first.get(text)
                first[text] = (min(known[0], row), known[1] + 1) if known else (row, 1)
        for text, (row, count) in sorted(first.items(), key=lambda item: item[1]):
            tally.see(text, part.first_row + row, count)

    def _look_at_blanks(self, part: Part, columns: Columns, doubtful: Mask) -> None:
        """Cells under no heading, of the rows that are not taken one by one."""
        filled = self.engine.filled_blanks
        left = ~doubtful[part.kept]
        for index in self.engine.structure.blanks:
            where = np.flatnonzero((columns[index].lengths > 0) & left)
            count = sum(1 for text in columns[index].at(where).array.to_pylist() if text.strip())
            if count:
                filled[index] = filled.get(index, 0) + count


def _hashed(judge: ColumnJudge, texts: Texts) -> tuple[np.ndarray, Mask]:
    """The hash pairs of what a key compares in a column, and where it is empty."""
    if judge.rule.type == "string" and judge.rule.missing <= {""}:
        empty = texts.lengths == 0 if judge.rule.missing else np.zeros(len(texts), bool)
        return hash_pairs(texts.array.to_pylist()), empty
    encoded = texts.array.dictionary_encode()
    values = [key_text(judge, text) for text in encoded.dictionary.to_pylist()]
    pairs, empty = _hashed_texts(values)
    codes = encoded.indices.to_numpy()
    return pairs[:, codes], empty[codes]


def _hashed_texts(values: Sequence[str | None]) -> tuple[np.ndarray, Mask]:
    empty = np.fromiter((value is None for value in values), bool, len(values))
    return hash_pairs([value or "" for value in values]), empty
