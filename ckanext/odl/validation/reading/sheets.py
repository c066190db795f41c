"""Which sheet of a workbook is the table, and which others hold data too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ckanext.odl.scdl.models import explanations

from .. import limits
from ..report import shorten
from .delimiter import normalise
from .table import SheetSeen

_NAME = 100
"""Characters of a name that are shown, and by which it is asked for; a spreadsheet allows 31."""


@dataclass
class Sheet:
    """A sheet that is not empty. ``place``: among the sheets of the workbook, from 0."""

    place: int
    name: str
    hidden: bool
    rows: list[list[str]] = field(repr=False)
    explains: bool = False
    """Whether it is one of those that our models have beside the data: help, lists of values."""

    def __post_init__(self) -> None:
        filled = [sum(1 for cell in row if cell.strip()) for row in self.rows[: limits.HEADER_ROWS]]
        self.widest = max(filled)
        """Cells that its fullest row has, near the top."""
        heading = next(at for at, count in enumerate(filled) if count * 2 >= self.widest)
        self.count = sum(1 for row in self.rows[heading + 1 :] if any(cell.strip() for cell in row))
        """Rows under the first one that is as wide as a heading."""
        self.label = label_of(self.name)

    @property
    def is_data(self) -> bool:
        """Whether it holds rows, and not only a heading, a note or an explanation of ours."""
        return self.count > 0 and not self.explains

    def seen(self) -> SheetSeen:
        return {"name": self.label, "rows": self.count, "hidden": self.hidden}


def label_of(name: str) -> str:
    """The name of a sheet as it is shown, and by which it is asked for."""
    return shorten(name, _NAME)


def choose(found: Sequence[Sheet], names: Sequence[str], asked: str | None) -> tuple[Sheet, list[Sheet], str]:
    """The sheet to read, the others in their order (without their rows), and why it is this one.

    :param found: the sheets that are not empty, at least one
    :param names: columns of the schema, none when it is not known
    :param asked: name of the sheet that a person chose
    :returns: the reason as :attr:`.Table.sheet_why` has it
    """
    ours = explanations({sheet.name: sheet.rows for sheet in found})
    known = {normalise(name) for name in names}
    matches: dict[int, int] = {}
    for sheet in found:
        sheet.explains = sheet.name in ours
        head = sheet.rows[: limits.HEADER_ROWS]
        matches[sheet.place] = max(len(known.intersection(map(normalise, row))) for row in head)
    # Without a known column, a table is at least half as wide as the widest; the first of equals is the one meant.
    widest = max(sheet.widest for sheet in found)
    chosen = max(
        found,
        key=lambda sheet: (
            asked is not None and asked in (sheet.label, sheet.name),
            matches[sheet.place],
            not sheet.explains,
            sheet.widest * 2 >= widest,
            not sheet.hidden,
            sheet.count > 0,
        ),
    )
    others = [sheet for sheet in found if sheet is not chosen]
    for sheet in others:
        sheet.rows = []
    if asked is not None and asked in (chosen.label, chosen.name):
        return chosen, others, "asked"
    if not any(sheet.is_data for sheet in others):
        return chosen, others, "only"
    return chosen, others, "columns" if matches[chosen.place] else "first"
