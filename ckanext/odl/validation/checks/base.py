"""The three shapes of checks: of one value, of several cells of a row, and of a row against the rows before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..problems import Problem

CellJudge = Callable[[str], Problem | None]
"""One value that is not missing to its problem. Pure."""

RowJudge = Callable[[Sequence["Cell"]], list[Problem]]


@dataclass(frozen=True)
class Cell:
    """One cell as row checks see it: the text, the value of its type (None when missing or wrong), emptiness."""

    text: str
    value: Any
    empty: bool
    wrong: bool


@dataclass
class CellCheck:
    """A check of the values of one column."""

    code: str
    column: str
    judge: CellJudge
    failed: str | None = None


@dataclass
class RowCheck:
    """A check of several cells of the same row. ``columns`` are those present in the file that ``judge`` receives."""

    code: str
    columns: tuple[str, ...]
    judge: RowJudge
    memo: dict[tuple[str, ...], list[Problem]] | None = field(default_factory=dict)
    """None when the judge keeps a memory of its own and must see every row."""
    failed: str | None = None
