"""Parts of a checked file as a spreadsheet shows them: column letters, row numbers, the cells in question marked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

#: Wrong rows on one page.
ROWS_PER_PAGE = 20
#: Examples of one cause.
EXAMPLES = 3
#: Most columns side by side; more would have to be scrolled on a small screen.
_MOST_COLUMNS = 7

Findings = dict[int, list[dict[str, Any]]]


@dataclass(frozen=True)
class Column:
    """A column; ``after_gap`` when columns are left out before it, ``spare`` when a small screen can do without it."""

    number: int
    letter: str
    after_gap: bool = False
    spare: bool = False


@dataclass(frozen=True)
class Cell:
    """A cell; ``severity`` when it is in question."""

    text: str
    address: str
    severity: str = ""
    after_gap: bool = False
    spare: bool = False


@dataclass(frozen=True)
class Row:
    """A row; ``kind`` is ``header``, ``context`` (only there to find one's way) or ``wrong``."""

    number: int
    kind: str
    cells: list[Cell]
    findings: list[dict[str, Any]] = field(default_factory=list)
    after_gap: bool = False


@dataclass(frozen=True)
class Sheet:
    columns: list[Column]
    rows: list[Row]


def letter(number: int) -> str:
    """A column's name in a spreadsheet, counted from 1: 1 is A, 27 is AA."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def excerpt(report: dict[str, Any], places: Iterable[dict[str, Any]], severity: str) -> Sheet | None:
    """The first examples of one cause, with the header and the row above; None when it has no place in the sheet."""
    source = _Source(report)
    shown = _first_rows([place for place in places if place.get("row") and place.get("column")])
    if not shown:
        return None
    numbers = sorted(shown)
    rows = [number for number in numbers if number != source.header_row]
    if rows and rows[0] - 1 in source.cells:
        rows = [rows[0] - 1, *rows]
    marked = {place["column"] for found in shown.values() for place in found}
    return source.sheet(_columns(marked, source.width, first=False), rows, shown, severity)


def wrong_rows(report: dict[str, Any], page: int) -> tuple[Sheet | None, int]:
    """One page of the rows with errors, and how many such rows the report keeps."""
    source = _Source(report)
    by_row: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for finding in report["errors"]:
        if finding.get("row") and finding["row"] != source.header_row:
            by_row[finding["row"]].append(finding)
    numbers = sorted(number for number in by_row if number in source.cells)
    shown = numbers[(page - 1) * ROWS_PER_PAGE : page * ROWS_PER_PAGE]
    if not shown:
        return None, len(numbers)
    marked = {finding["column"] for number in shown for finding in by_row[number] if finding.get("column")}
    above = {number - 1 for number in shown if number - 1 in source.cells}
    columns = _columns(marked, source.width, first=True)
    found = {number: by_row[number] for number in shown}
    return source.sheet(columns, sorted(above.union(shown)), found, "error"), len(numbers)


def _first_rows(places: Sequence[dict[str, Any]]) -> Findings:
    shown: Findings = {}
    for place in places:
        if place["row"] not in shown and len(shown) == EXAMPLES:
            break
        shown.setdefault(place["row"], []).append(place)
    return shown


def _columns(marked: set[int], width: int, *, first: bool) -> list[Column]:
    """The marked columns and their neighbours, with the first column of the file when there is room."""
    chosen = sorted(marked)[:_MOST_COLUMNS] if not first else sorted(marked)
    neighbours = {near for number in chosen for near in (number - 1, number + 1) if 1 <= near <= width}
    numbers = set(chosen) | (neighbours if len(neighbours | set(chosen)) <= _MOST_COLUMNS or first else set())
    if first and width:
        numbers.add(1)
    ordered = sorted(numbers)
    return [
        Column(
            number,
            letter(number),
            after_gap=bool(index) and number > ordered[index - 1] + 1,
            spare=not first and index == 0 and number not in marked,
        )
        for index, number in enumerate(ordered)
    ]


class _Source:
    """The rows that a report keeps."""

    def __init__(self, report: dict[str, Any]) -> None:
        extract = report.get("extract") or {}
        above = extract.get("header_row")
        #: 0 in a JSON file, where names stand above the first record.
        self.header_row: int = 1 if above is None else above
        self.addressed = (report.get("file") or {}).get("format") not in ("json", "geojson")
        self.header: list[Any] = extract.get("header") or []
        self.cells: dict[int, list[Any]] = {
            row["row"]: row["cells"] for row in extract.get("rows") or [] if row["row"] != self.header_row
        }
        self.width = max([len(self.header), *map(len, self.cells.values())], default=0)

    def sheet(self, columns: list[Column], numbers: list[int], found: Findings, severity: str) -> Sheet:
        if not self.addressed:
            columns = [replace(column, letter="") for column in columns]
        rows = [self._row(self.header_row, "header", self.header, columns, found, severity)] if self.header else []
        previous = self.header_row
        for number in numbers:
            kind = "wrong" if number in found else "context"
            cells = self.cells.get(number, [])
            rows.append(self._row(number, kind, cells, columns, found, severity, after_gap=number > previous + 1))
            previous = number
        return Sheet(columns, rows)

    def _row(
        self,
        number: int,
        kind: str,
        values: list[Any],
        columns: list[Column],
        found: Findings,
        severity: str,
        *,
        after_gap: bool = False,
    ) -> Row:
        findings = found.get(number, [])
        wrong = {finding["column"]: finding for finding in findings if finding.get("column")}
        cells = []
        for column in columns:
            text = values[column.number - 1] if column.number <= len(values) else ""
            if not values and column.number in wrong:
                text = wrong[column.number].get("value")
            cells.append(
                Cell(
                    text="" if text is None else str(text),
                    address=f"{column.letter}{number}",
                    severity=severity if column.number in wrong else "",
                    after_gap=column.after_gap,
                    spare=column.spare,
                )
            )
        return Row(number, kind, cells, findings, after_gap)
