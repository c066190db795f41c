"""What the first pass learns of one column: what can be repaired, how often, and how its cells are to be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable
from dataclasses import dataclass
from dataclasses import field as attribute

from .. import limits
from ..context import Context, is_own_siret
from ..report import column_letter
from . import readings
from .cells import CellMender, Mending

EXAMPLES = 3
_OFFERED_FOR = ("excel-rounded", "no-establishment", "siren-given", "required", "key")
_A_DAY = "2024-02-29"
"""What a pattern takes when it asks for dates."""
_SLIP = 2
"""Figures in which a mistyped number may differ from the right one: one is wrong, or two changed places."""
Example = tuple[str, str, str]
"""Cell, before, after."""


@dataclass
class Item:
    """One repair that can be chosen. ``column`` is an index; ``needs`` the id of the one that must be chosen too."""

    id: str
    kind: str
    field: str | None = None
    column: int | None = None
    count: int = 0
    sure: bool = True
    choices: list[tuple[str, Example]] = attribute(default_factory=list)
    examples: list[Example] = attribute(default_factory=list)
    needs: str | None = None

    def add(self, example: Example, count: int = 1) -> None:
        self.count += count
        if len(self.examples) < EXAMPLES:
            known = {(before, after) for _, before, after in self.examples}
            if example[1:] not in known:
                self.examples.append(example)


@dataclass
class Lost:
    """What nobody but the author of a file can mend, mostly cells of one column, and what is offered instead."""

    code: str
    field: str | None = None
    column: int | None = None
    count: int = 0
    examples: list[tuple[str, str]] = attribute(default_factory=list)
    offer: str | None = None

    @property
    def id(self) -> str:
        return f"own-siret:{self.field}"


@dataclass
class _Read:
    """Texts of a column that can be read in several ways, by reading."""

    kind: str
    asks: str
    counts: Counter[str] = attribute(default_factory=Counter)
    total: int = 0
    examples: list[tuple[str, str, dict[str, str]]] = attribute(default_factory=list)
    years: dict[str, tuple[int, int]] = attribute(default_factory=dict)

    def add(self, place: str, text: str, found: dict[str, str]) -> None:
        self.total += 1
        self.counts.update(list(found))
        if len(self.examples) < EXAMPLES and text not in {before for _, before, _ in self.examples}:
            self.examples.append((place, text, found))
        for name, value in found.items():
            year = readings.year_of(value)
            if year is not None:
                low, high = self.years.get(name, (year, year))
                self.years[name] = (min(low, year), max(high, year))

    @property
    def always(self) -> list[str]:
        """The readings under which every text is a value."""
        return [name for name, count in self.counts.items() if count == self.total]


class ColumnSurvey:
    """What the first pass learns of one column."""

    def __init__(self, mender: CellMender, index: int, context: Context, needs: str | None) -> None:
        self.mender = mender
        self.rule = mender.rule
        self.index = index
        self.needs = needs
        self.items: dict[str, Item] = {}
        self.read: dict[str, _Read] = {}
        self.proved: dict[str, set[str]] = {}
        self.proven: dict[str, str] = {}
        """Family → how the column is read, once it is known."""
        self.lost: dict[str, Lost] = {}
        self.years: tuple[int, int] | None = None
        self._may_date = readings.may_date(self.rule)
        self._dated = self._may_date and (self.rule.type != "string" or mender.fits(_A_DAY))
        self._siren = context.owner_siren if is_own_siret(self.rule) else None
        self._own: set[str] = set()
        self._looked: set[str] = set()
        self._letter = column_letter(index + 1)
        self._counted: dict[str, Item] = {}
        self._resolved: dict[str, tuple[str, str] | None] = {}
        self.filled = self.fitting = 0

    @property
    def watched(self) -> bool:
        """Whether its right values tell something of the wrong ones."""
        return self._dated or self._siren is not None

    def look(self, text: str) -> None:
        """Take in a cell that needs no repair, for what it tells of the others."""
        if not self.watched or text in self._looked:
            return
        if len(self._looked) < limits.MEMORY_OF_VALUES:
            self._looked.add(text)
        if self._dated:
            self._see_year(text)
        if self._siren and text.startswith(self._siren) and len(self._own) < 3 and self.mender.fits(text):
            self._own.add(text)

    def see(self, row: int, text: str, *, counted: bool = True) -> None:
        """Take in one cell. ``counted``: false for a cell that is only looked at for what it proves."""
        if text in self._counted:  # most texts repeat: their examples and what they prove are known
            self._counted[text].count += counted
            return
        if not self.mender.minds(text):
            self.look(text)
            return
        mending = self.mender(text)
        if mending is None or mending.after is not None:
            self.look(text if mending is None else str(mending.after))
        elif mending.family == "date":
            self.look(next(iter(mending.readings.values())))
        if mending is None:
            if self._may_date:
                self._prove("date", readings.orders_of(text))
            if counted and self.mender.judge[text]:
                self._see_lost(row, text)
            return
        self._prove(mending.family, mending.proves)
        if not counted:
            return
        place = f"{self._letter}{row}"
        if mending.after is None:
            read = self.read.setdefault(mending.family, _Read(mending.kind, mending.asks))
            read.add(place, text, mending.readings)
        else:
            item = self._item(mending.kind, mending.sure)
            item.add((place, text, mending.after))
            if len(self._counted) < limits.MEMORY_OF_VALUES:
                self._counted[text] = item

    def _prove(self, family: str, names: Iterable[str]) -> None:
        for name in names:
            self.proved.setdefault(family, set()).add(name)

    def _item(self, kind: str, sure: bool) -> Item:
        id_ = f"{kind}:{self.rule.name}"
        if id_ not in self.items:
            self.items[id_] = Item(id_, kind, self.rule.name, self.index, sure=sure, needs=self.needs)
        return self.items[id_]

    def _see_year(self, value: str) -> None:
        year = readings.year_of(value)
        if year is not None and self.mender.fits(value):
            low, high = self.years or (year, year)
            self.years = (min(low, year), max(high, year))

    def _see_lost(self, row: int, text: str) -> None:
        code = self.mender.lost(text)
        if code is None and self.mender.fits(text):
            return
        if code is None:
            code = "required" if not text.strip() and self.rule.required else "other"
        lost = self.lost.setdefault(code, Lost(code, self.rule.name, self.index))
        lost.count += 1
        if len(lost.examples) < EXAMPLES and text not in {known for _, known in lost.examples}:
            lost.examples.append((f"{self._letter}{row}", text))

    def conclude(self, owner_siret: str | None) -> None:
        """Say how the column is read, from what its cells prove."""
        for family, read in self.read.items():
            if family == "short-date":
                proven = self._short_dates(read)
            else:
                proven = self._order() if family == "date" else self._only(family)
            if proven is not None and proven in read.counts:
                self.proven[family] = proven
                item = self._item(read.kind, sure=True)
                item.count += read.counts[proven]
                for place, text, found in read.examples:
                    if proven in found:
                        item.add((place, text, found[proven]), 0)
                continue
            item = self._item(read.asks, sure=False)
            item.count = read.total
            offered = self._choices(family, read)
            for name in offered:
                place, text, found = next(one for one in read.examples if name in one[2])
                item.choices.append((name, (place, text, found[name])))
            for place, text, found in read.examples:
                values = dict.fromkeys(found[name] for name in offered if name in found)
                if values:
                    item.add((place, text, " / ".join(values)), 0)
        self._offer(owner_siret)

    def _only(self, *families: str) -> str | None:
        """The reading that some texts of these families prove and none contradicts."""
        proved = set().union(*(self.proved.get(family, ()) for family in families))
        return next(iter(proved)) if len(proved) == 1 else None

    def _order(self) -> str | None:
        """The order of day and month of a column with years of four figures. Without them none is proven: 25/03/24 has
        its day first, or its year."""
        there = "date" in self.read or "date" in self.proved
        return self._only("date", "short-date") if there else None

    def _short_dates(self, read: _Read) -> str | None:
        """The one reading of two-figure years that agrees with the order and the years of the column's other dates."""
        if self.years is None:
            return None
        low, high = self.years
        agreeing = [name for name in read.always if read.years[name][0] >= low - 1 and read.years[name][1] <= high + 1]
        order = self._order()
        if order is not None:
            agreeing = [name for name in agreeing if name.startswith(order)]
        return agreeing[0] if len(agreeing) == 1 else None

    def _choices(self, family: str, read: _Read) -> list[str]:
        shown = {name for _, _, found in read.examples for name in found}
        names = [name for name in (read.always or read.counts) if name in shown]
        order = self._order() if family == "short-date" else None
        ordered = [name for name in names if order is None or name.startswith(order)]
        return ordered or names

    def _offer(self, owner_siret: str | None) -> None:
        """The collectivité's own number, where what is left of the lost one does not speak against it."""
        own = owner_siret or (next(iter(self._own)) if len(self._own) == 1 else None)
        if self._siren is None:
            return
        proposals = [value for value in (own, self._siren) if value and self.mender.fits(value)]
        for code, lost in self.lost.items():
            if code in _OFFERED_FOR and proposals and all(_agrees(text, proposals[0]) for _, text in lost.examples):
                lost.offer = proposals[0]

    def has_any(self, chosen: Container[str]) -> bool:
        """Whether something was chosen for this column: else :meth:`resolve` changes none of its cells."""
        return any(id_ in chosen for id_ in self.items) or any(lost.id in chosen for lost in self.lost.values())

    def resolve(self, text: str, chosen: dict[str, str | bool]) -> tuple[str, str] | None:
        """Repair and new text of a cell, from what was chosen (always the same); None when it stays."""
        if not self.mender.minds(text):
            return None
        if text not in self._resolved:
            if len(self._resolved) >= limits.MEMORY_OF_VALUES:
                self._resolved.clear()
            self._resolved[text] = self._resolve(text, chosen)
        return self._resolved[text]

    def _resolve(self, text: str, chosen: dict[str, str | bool]) -> tuple[str, str] | None:
        mending = self.mender(text)
        if mending is not None:
            found = self._chosen(mending, chosen)
            return found if found and (self.needs is None or self.needs in chosen) else None
        for code, lost in self.lost.items():
            if lost.offer and lost.id in chosen and _agrees(text, lost.offer):
                empty = code == "required" and not text.strip()
                if empty or (self.mender.lost(text) == code and code != "required"):
                    return lost.id, lost.offer
        return None

    def _chosen(self, mending: Mending, chosen: dict[str, str | bool]) -> tuple[str, str] | None:
        id_ = f"{mending.kind}:{self.rule.name}"
        if mending.after is not None:
            return (id_, mending.after) if id_ in chosen else None
        reading = self.proven.get(mending.family)
        if reading is None:
            id_ = f"{mending.asks}:{self.rule.name}"
            reading = str(chosen.get(id_, ""))
        after = mending.readings.get(reading)
        return (id_, after) if after is not None and id_ in chosen else None


def _agrees(text: str, siret: str) -> bool:
    """Whether a number that was shortened or mistyped can be the one offered: what is left of it says the same."""
    bare = "".join(text.split()).replace(",", ".")
    if not bare:
        return True
    if len(bare) == len(siret) and sum(one != other for one, other in zip(bare, siret, strict=True)) <= _SLIP:
        return True
    try:
        value = float(bare)
    except ValueError:
        return False
    digits = f"{value:.0f}"
    if "e" in bare.casefold():
        decimals = len(bare.casefold().partition("e")[0].partition(".")[2])
        return f"{value:.{decimals}e}" == f"{float(siret):.{decimals}e}"
    left = digits.rstrip("0")
    return siret.startswith(digits) or (len(left) >= 3 and round(float(siret), len(left) - 14) == value)
