"""Find the separator in linear time: what makes a table of known columns wins, then what makes an even table.

``csv.Sniffer`` is never used: it is quadratic on quotes (CPython issue 98820).
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable

CANDIDATES = (";", ",", "\t", "|")
_SEP_LINE = re.compile(r'^"?sep=(.)"?\r?\n?$', re.IGNORECASE)


def declared_delimiter(line: str) -> str | None:
    """The separator that a first line ``sep=;`` (Excel's own convention) declares."""
    match = _SEP_LINE.match(line)
    return match.group(1) if match else None


def normalise(name: str) -> str:
    """A header as it is compared: no outer or doubled spaces of any kind, no invisible characters, no case."""
    return " ".join(re.sub("[\ufeff\u200b-\u200f\u2060\u00ad]", "", name).split()).casefold()


def split_sample(sample: str, delimiter: str, complete: bool) -> list[list[str]]:
    """The records of a sample; its last line, which may be cut, is dropped when the sample is not the whole text."""
    lines = sample.splitlines(keepends=True)
    if not complete and len(lines) > 1:
        lines.pop()
    records: list[list[str]] = []
    try:
        for record in csv.reader(lines, delimiter=delimiter):
            records.append(record)
            if len(records) >= 200:
                break
    except csv.Error:
        pass
    return records


def spaces_follow(sample: str, delimiter: str) -> bool:
    """Whether every separator of a sample is followed by a space (``a, b, "c, d"``): it is then no part of the cells.

    Read as part of the cell, it would hide the quotes after it and make each cell wrong.
    """
    lines = [line for line in sample.splitlines()[:50] if delimiter in line]
    if len(lines) < 2 or delimiter == "\t":
        return False
    spaced = sum(line.count(delimiter + " ") for line in lines)
    bare = sum(len(re.findall(re.escape(delimiter) + "[^ " + re.escape(delimiter) + "\r\n]", line)) for line in lines)
    header = lines[0]
    return header.count(delimiter) == header.count(delimiter + " ") and spaced > 9 * bare


def detect_delimiter(sample: str, names: Iterable[str] = (), *, complete: bool = True) -> str | None:
    """The separator of a sample of at most 64 KiB, or None when the text has one column only.

    ``names``: column names of the schema; the separator that shows most of them in one row wins.
    """
    known = {normalise(name) for name in names}
    best: tuple[float, float, float] = (0, 0, 0)
    found: str | None = None
    for delimiter in CANDIDATES:
        if delimiter not in sample:
            continue
        records = split_sample(sample, delimiter, complete)
        headings = [record for record in records[:30] if len(record) > 1]
        matches = max((len(known.intersection(map(normalise, record))) for record in headings), default=0)
        widths = Counter(len(record) for record in records if any(cell.strip() for cell in record))
        if not widths:
            continue
        several = {width: count for width, count in widths.items() if width > 1}
        rows = sum(widths.values())
        modal = max(several, key=lambda width: (several[width], width)) if several else 1
        even = several.get(modal, 0) / rows
        score = (matches, round(even, 1) if modal > 1 else 0.0, min(modal, 100))
        if score > best:
            best, found = score, delimiter
    return found
