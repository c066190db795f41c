"""A row one cell too long: which of its values holds the separator (``12,5`` without quotes between commas)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from .judges import ColumnJudge

_WHOLE = re.compile(r"[+-]?[0-9]+(?:[ \u00a0\u202f][0-9]{3})*")
_FRACTION = re.compile(r"[0-9]{1,3}")


class CutCell:
    """Finds the cell that the separator cut in two, by trying where the row fits its columns once it is mended."""

    def __init__(
        self,
        judges: Sequence[ColumnJudge],
        width: int,
        delimiter: str | None,
        fits: Callable[[int, str], bool] | None = None,
    ) -> None:
        """:param fits: whether a column (an index) may hold a text; by default, whether no error is said of it"""
        self._judges: list[ColumnJudge | None] = [None] * width
        for judge in judges:
            self._judges[judge.column.index] = judge
        self._delimiter = delimiter
        self._fits = fits or self._is_right

    def whole(self, cells: Sequence[str], index: int) -> str:
        """The value that was cut at ``index``, as it was written."""
        return f"{cells[index]}{self._delimiter}{cells[index + 1]}"

    def place(self, cells: Sequence[str], *, sure: bool = False) -> int | None:
        """The index of the cut cell, None when there is none to be seen.

        An amount with a decimal comma comes first; a text only where it is the one place that makes the row fit.
        ``sure``: only when the row does not fit its columns as it is.
        """
        width = len(self._judges)
        if self._delimiter is None or len(cells) != width + 1:
            return None
        as_is = all(self._fits(index, cells[index]) for index in range(width))
        if sure and as_is:
            return None
        # From the right: after the cut, each cell belongs to the column before it.
        last = width - 1
        while last > 0 and self._fits(last, cells[last + 1]):
            last -= 1
        candidates = range(last, width)
        if self._delimiter == ",":
            for index in candidates:
                judge = self._judges[index]
                if judge is not None and judge.rule.type == "number" and self._is_amount(index, cells):
                    return index
        if sure:
            return None
        first = 0
        while first < width and self._fits(first, cells[first]):
            first += 1
        texts = [index for index in candidates if index <= first and self._fits(index, self.whole(cells, index))]
        if as_is:  # the last cell may just be one too many, unless it goes on like a sentence
            texts = [index for index in texts if cells[index + 1].startswith(" ")]
        return texts[0] if len(texts) == 1 else None

    def _is_right(self, index: int, text: str) -> bool:
        judge = self._judges[index]
        return judge is None or not any(problem.severity == "error" for problem in judge[text])

    def _is_amount(self, index: int, cells: Sequence[str]) -> bool:
        units, fraction = cells[index], cells[index + 1]
        if not (_WHOLE.fullmatch(units) and _FRACTION.fullmatch(fraction)):
            return False
        digits = re.sub("[^0-9+-]", "", units)
        return self._is_right(index, f"{digits}.{fraction}")
