"""The first pass: what can be repaired in a whole file, its headings, its rows and its columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ..checks.identifiers import is_siret
from ..context import Context
from ..hints import plain
from ..judges import text_at
from ..reading.delimiter import normalise
from ..report import column_letter
from .column import EXAMPLES, ColumnSurvey, Item, Lost
from .table import LIKELY, MENDED, MIXED, RepairTable, RowView
from .words import REMOVED

_FITTING_SHARE = 0.8
"""How many cells of a column suit the field whose name its heading resembles, to take it for that field."""
_PUBLIC_ENCODINGS = ("utf-8", "utf-8-sig")
_ACT = ("7.1", "7.10", "finances locales", "divers")
"""The only code of the classification of acts that a spreadsheet shortens: 7.10, whose label is « Divers »."""


class Survey:
    """What the first pass learns of a whole file: :attr:`items` that can be chosen, :attr:`lost` cells."""

    def __init__(self, opened: RepairTable, context: Context, owner_siret: str | None = None) -> None:
        self.opened = opened
        self.columns = {
            index: ColumnSurvey(mender, index, context, self._rename_id(index))
            for index, mender in opened.menders.items()
        }
        self.rows: dict[str, Item] = {}
        self.acts = Item("act-code", "act-code")
        self.empty = {*opened.structure.blanks, *opened.unknown}
        self.same = dict(opened.duplicates)
        self._too_long = Lost("too-long")
        self._close = [index for index, rename in opened.renames.items() if not rename.sure and rename.field]
        self._watched = [(index, column) for index, column in self.columns.items() if column.watched]
        for row in opened.rows():
            self._see(row)
        for column in self.columns.values():
            column.conclude(owner_siret if owner_siret and is_siret(owner_siret) else None)
        self.items = {item.id: item for item in self._all() if item.count}
        lacking = [Lost("lacking-column", name, count=1) for name in opened.lacking]
        self.lost = [*lacking, *(lost for column in self.columns.values() for lost in column.lost.values())]
        if self._too_long.count:
            self.lost.append(self._too_long)

    def _rename_id(self, index: int) -> str | None:
        rename = self.opened.renames.get(index)
        if rename is None or rename.field is None:
            return None
        # The checks read a heading that differs by case or spaces: its cells need no new name to be right.
        if rename.sure and normalise(rename.before) == normalise(rename.after):
            return None
        return "headers" if rename.sure else f"header:{rename.field}"

    def _see(self, row: RowView) -> None:
        if row.kind == "too-long":
            self._too_long.count += 1
            if len(self._too_long.examples) < EXAMPLES:
                self._too_long.examples.append((str(row.number), joined(row.cells)))
            return
        if row.kind is not None:
            self._see_kind(row)
            if row.kind in REMOVED or row.kind in LIKELY:
                return
        cells = row.mended or row.cells
        for index in [index for index in self.empty if text_at(cells, index).strip()]:
            self.empty.discard(index)
        for index in [index for index, first in self.same.items() if _differ(cells, index, first)]:
            del self.same[index]
        for index in self._close:
            text, column = text_at(cells, index), self.columns.get(index)
            if column is not None and text.strip():
                column.filled += 1
                column.fitting += column.mender.fits(text) or column.mender(text) is not None
        if row.clean:
            for index, column in self._watched:
                column.look(text_at(cells, index))
        else:
            for index, column in self.columns.items():
                column.see(row.number, text_at(cells, index), counted=index != row.cut)
        if self._is_shortened_act(cells):
            place = f"{column_letter(self.opened.acts[0] + 1)}{row.number}" if self.opened.acts else ""
            self.acts.add((place, _ACT[0], _ACT[1]))

    def _is_shortened_act(self, cells: Sequence[str]) -> bool:
        acts = self.opened.acts
        if acts is None or text_at(cells, acts[0]).strip() != _ACT[0]:
            return False
        first, _, second = plain(text_at(cells, acts[1])).partition("/")
        return first.strip() == _ACT[2] and second.strip() == _ACT[3] and self.columns[acts[0]].mender.fits(_ACT[1])

    def act(self, cells: Sequence[str]) -> tuple[int, str] | None:
        """Index and right code of the matter of an act whose code lost its last zero."""
        return (self.opened.acts[0], _ACT[1]) if self.opened.acts and self._is_shortened_act(cells) else None

    def _see_kind(self, row: RowView) -> None:
        kind = str(row.kind)
        item = self.rows.setdefault(kind, Item(kind, kind, sure=kind not in LIKELY))
        before = joined(row.cells)
        if kind == "blank-rows":
            item.add((str(row.number), "", ""), 1)
            return
        place = str(row.number)
        after = ""
        if row.cut is not None and row.mended is not None:
            place = f"{column_letter(row.cut + 1)}{row.number}"
            before = after = row.mended[row.cut]
            column = self.columns.get(row.cut)
            mending = column.mender(before) if column else None
            if mending is not None and mending.after is not None:
                after = mending.after
        elif row.mended is not None:
            after = joined(row.mended)
        item.add((place, before, after))

    def _all(self) -> Iterator[Item]:
        yield from self._file()
        yield from self._headers()
        yield from (self.rows[kind] for kind in (*REMOVED, *MENDED) if kind in self.rows)
        for index in sorted(self.columns):
            yield from self.columns[index].items.values()
        if self.opened.acts:
            self.acts.column = self.opened.acts[0]
            self.acts.field = self.columns[self.opened.acts[0]].rule.name
        yield self.acts

    def _file(self) -> Iterator[Item]:
        table = self.opened.table
        if self.opened.is_mixed:
            item = Item(MIXED, MIXED)
            for number, before, after in self.opened.legacy_lines():
                item.add((str(number), before, after))
            yield item
        elif table.encoding and table.encoding not in _PUBLIC_ENCODINGS:
            yield Item("encoding", "encoding", count=1, examples=[("", _encoding_name(self.opened), "UTF-8")])
        if table.delimiter and table.delimiter not in ",;":
            shown = {"\t": "\\t"}.get(table.delimiter, table.delimiter)
            yield Item("separator", "separator", count=1, examples=[("", shown, ",")])

    def _headers(self) -> Iterator[Item]:
        header_row = self.opened.header_row
        plain_ones = Item("headers", "headers")
        close = []
        for index, rename in sorted(self.opened.renames.items()):
            example = (f"{column_letter(index + 1)}{header_row}", rename.before, rename.after)
            if rename.sure:
                plain_ones.add(example)
                continue
            column = self.columns.get(index)
            fits = column is not None and column.fitting >= column.filled * _FITTING_SHARE
            item = Item(f"header:{rename.field}", "header", rename.field, index, sure=fits)
            item.add(example)
            close.append(item)
        yield plain_ones
        yield from close
        for kind, indexes in (("empty-columns", self.empty), ("same-columns", self.same)):
            item = Item(kind, kind)
            for index in sorted(indexes):
                item.add((column_letter(index + 1), text_at(self.opened.raw_header, index), ""))
            yield item


def _differ(cells: Sequence[str], index: int, first: int) -> bool:
    text = text_at(cells, index)
    return bool(text.strip()) and text != text_at(cells, first)


def _encoding_name(opened: RepairTable) -> str:
    names = (str(params.get("encoding")) for code, params in opened.table.notices if code == "encoding-notice")
    return next(names, str(opened.table.encoding))


def joined(cells: Iterable[str]) -> str:
    """A row in one text."""
    return " | ".join(cell for cell in cells if cell.strip())
