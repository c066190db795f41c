"""The report of one validation: exact counts, places cut at 100 per (code, column), at most 1 MiB of JSON."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import Any

from . import limits
from .sentences import render

REPORT_VERSION = 1
SEVERITIES = ("error", "warning", "notice")
_LISTS = {"error": "errors", "warning": "warnings", "notice": "notices"}


def column_letter(column: int) -> str:
    """The spreadsheet's name of a column counted from 1: 1 is A, 27 is AA."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def shorten(value: str, length: int = limits.VALUE_CHARACTERS) -> str:
    """Cut a value for show and take out what JSON consumers and databases choke on (NUL, lone surrogates)."""
    text = value if len(value) <= length else value[: length - 1] + "…"
    return text.replace("\x00", "�").encode("utf-8", "replace").decode("utf-8")


def kind_of(params: dict[str, Any]) -> str:
    """What tells two findings of the same code apart: the hint or the variant that chooses their sentences."""
    return str(params.get("hint") or params.get("variant") or "")


@dataclass
class Finding:
    """One problem at one place; ``params`` holds all that its sentences need, in no language."""

    code: str
    severity: str
    row: int | None = None
    column: int | None = None
    field: str | None = None
    value: str | None = None
    params: dict[str, Any] = attribute(default_factory=dict)

    def to_dict(self, language: str) -> dict[str, Any]:
        cell = f"{column_letter(self.column)}{self.row}" if self.row and self.column else None
        found: dict[str, Any] = {
            "code": self.code,
            "row": self.row or None,
            "column": self.column,
            "cell": cell,
            "field": self.field,
            "value": None if self.value is None else shorten(self.value),
            "params": self.params,
        }
        return found | render(found, self.severity, language)


@dataclass
class _Count:
    code: str
    severity: str
    constraint: str | None
    field: str | None
    column: int | None
    count: int = 0
    first_row: int | None = None
    kinds: Counter[str] = attribute(default_factory=Counter)
    """How many of each hint or variant."""

    def to_dict(self) -> dict[str, Any]:
        entry = {
            "code": self.code,
            "constraint": self.constraint,
            "field": self.field,
            "column": self.column,
            "severity": self.severity,
            "count": self.count,
            "first_row": self.first_row,
        }
        return entry | {"kinds": dict(self.kinds)} if len(self.kinds) > 1 else entry


class Findings:
    """Collects findings: every one is counted, the first of each (code, column) are kept."""

    def __init__(self) -> None:
        self.kept: list[Finding] = []
        self.rows_with_errors = 0
        self.truncated = False
        self._counts: dict[tuple[Any, ...], _Count] = {}
        self._last_row_with_error: int | None = None
        self._counted: frozenset[int] = frozenset()

    def close_rows(self, rows: frozenset[int]) -> None:
        """Say that these rows were counted as wrong already: what follows starts again from the first row."""
        self._counted = self._counted | rows
        self._last_row_with_error = None

    def add(
        self,
        code: str,
        severity: str = "error",
        *,
        row: int | None = None,
        column: int | None = None,
        field: str | None = None,
        value: str | None = None,
        params: dict[str, Any] | None = None,
        data_row: bool = True,
    ) -> None:
        """Add one finding. ``data_row`` is false for a place that is not a row of data (header, blank row)."""
        params = params or {}
        key = (severity, code, params.get("constraint"), field, column)
        count = self._counts.get(key)
        if count is None:
            count = self._counts[key] = _Count(code, severity, params.get("constraint"), field, column)
        count.count += 1
        kind = kind_of(params)
        count.kinds[kind] += 1
        if row is not None and (count.first_row is None or row < count.first_row):
            count.first_row = row
        if severity == "error" and row is not None and data_row and row != self._last_row_with_error:
            self._last_row_with_error = row
            self.rows_with_errors += row not in self._counted
        found = Finding(code, severity, row, column, field, value, params)
        if count.count > limits.PLACES:
            self.truncated = True
            # Beyond the limit only the first of its kind is kept: each kind has an example to show.
            if count.kinds[kind] > 1 or not self._make_room(found):
                return
        self.kept.append(found)

    def _make_room(self, newcomer: Finding) -> bool:
        """Give up the last place kept of a kind that has others, for the first of another kind."""

        def key(finding: Finding) -> tuple[Any, ...]:
            constraint = finding.params.get("constraint")
            return finding.severity, finding.code, constraint, finding.field, finding.column

        places = [index for index, finding in enumerate(self.kept) if key(finding) == key(newcomer)]
        kinds = Counter(kind_of(self.kept[index].params) for index in places)
        for index in reversed(places):
            if kinds[kind_of(self.kept[index].params)] > 1:
                del self.kept[index]
                return True
        return False

    def total(self, severity: str) -> int:
        return sum(count.count for count in self._counts.values() if count.severity == severity)

    def by_code(self) -> list[dict[str, Any]]:
        order = sorted(
            self._counts.values(),
            key=lambda c: (SEVERITIES.index(c.severity), -c.count, c.first_row or 0, c.column or 0, c.code),
        )
        return [count.to_dict() for count in order]

    def sorted(self, severity: str) -> list[Finding]:
        found = [finding for finding in self.kept if finding.severity == severity]
        return sorted(found, key=lambda f: (f.row or 0, f.column or 0))


@dataclass
class Report:
    """One validation of one content against one schema; :meth:`to_dict` gives the stable JSON shape."""

    language: str
    status: str
    schema: dict[str, Any] | None
    guess: dict[str, Any] | None
    file: dict[str, Any]
    findings: Findings
    extract: dict[str, Any]
    seconds: float

    @property
    def valid(self) -> bool | None:
        """True when everything was checked and no error was found; None when the check is incomplete."""
        return None if self.status == "incomplete" else self.status == "valid"

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON-ready data, never larger than 1 MiB once encoded in UTF-8."""
        lists = {
            _LISTS[severity]: [finding.to_dict(self.language) for finding in self.findings.sorted(severity)]
            for severity in SEVERITIES
        }
        report = {
            "report_version": REPORT_VERSION,
            "status": self.status,
            "valid": self.valid,
            "language": self.language,
            "schema": self.schema,
            "guess": self.guess,
            "file": self.file,
            "counts": {
                "errors": self.findings.total("error"),
                "warnings": self.findings.total("warning"),
                "notices": self.findings.total("notice"),
                "rows_with_errors": self.findings.rows_with_errors,
                "by_code": self.findings.by_code(),
            },
            **lists,
            "extract": self.extract,
            "truncated": self.findings.truncated,
            "seconds": round(self.seconds, 3),
        }
        if self.file.get("format") in ("json", "geojson"):
            # An address of a spreadsheet means nothing there: the number of the record and the name do.
            for name in _LISTS.values():
                for found in report[name]:
                    found["cell"] = None
        return _fit(report, self.language)


def _size(report: dict[str, Any]) -> int:
    return len(json.dumps(report, ensure_ascii=False).encode("utf-8"))


def _fit(report: dict[str, Any], language: str) -> dict[str, Any]:
    """Thin the lists until the report fits its limit; the counts stay exact."""
    if _size(report) <= limits.REPORT_BYTES:
        return report
    report["truncated"] = True
    cut = Finding("report-truncated", "notice")
    report["notices"].append(cut.to_dict(language))
    report["counts"]["notices"] += 1
    report["counts"]["by_code"].append(_Count("report-truncated", "notice", None, None, None, 1).to_dict())
    for places in (50, 20, 10, 5, 3, 1):
        for name in _LISTS.values():
            seen: dict[tuple[Any, ...], int] = {}
            thinned = []
            for found in report[name]:
                key = (found["code"], found["params"].get("constraint"), found["field"], found["column"])
                seen[key] = seen.get(key, 0) + 1
                if seen[key] <= places:
                    thinned.append(found)
            report[name] = thinned
        report["extract"]["rows"] = report["extract"]["rows"][: places * 4]
        if _size(report) <= limits.REPORT_BYTES:
            return report
    for name in _LISTS.values():
        report[name] = report[name][:200]
    report["extract"] = {"header": [], "header_row": report["extract"]["header_row"], "rows": []}
    report["counts"]["by_code"] = report["counts"]["by_code"][:1000]
    return report
