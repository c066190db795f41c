"""The wrong rows of a file, each with the row before it, for a page to show like a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import limits
from .report import shorten

Numbered = tuple[int, Sequence[str]]
Before = Callable[[], Numbered | None]
"""The row before a wrong row, only looked up when it is to be kept."""


@dataclass
class Extract:
    """Keeps the first ``limits.EXTRACT_ROWS`` wrong rows."""

    header: list[str]
    header_row: int
    rows: list[dict[str, Any]] = field(default_factory=list)
    _wrong: int = 0
    _last: int = 0

    def add(self, row: int, cells: Sequence[str], before: Before) -> None:
        if self._wrong >= limits.EXTRACT_ROWS or row == self._last:
            return
        self._wrong += 1
        previous = before()
        if previous is not None and previous[0] != self._last:
            self._keep(*previous)
        self._keep(row, cells)
        self._last = row

    def _keep(self, row: int, cells: Sequence[str]) -> None:
        self.rows.append({"row": row, "cells": [shorten(cell, limits.EXTRACT_CHARACTERS) for cell in cells[:200]]})

    def to_dict(self) -> dict[str, Any]:
        header = [shorten(name, limits.EXTRACT_CHARACTERS) for name in self.header[:200]]
        return {"header": header, "header_row": self.header_row, "rows": self.rows}
