"""The header: where it is, which column is which field, and what is said before any row is looked at.

The national practice (``schema_sync``): a missing required column is an error; a missing optional column, one too many
or another order are warnings. Columns that are there are always checked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from itertools import pairwise
from statistics import median
from typing import Any

from . import limits
from .fields import FieldRule
from .hints import plain
from .problems import Unreadable
from .reading.delimiter import normalise
from .report import Findings, shorten

Head = Sequence[tuple[int, list[str]]]
INVISIBLE = re.compile("[\ufeff\u200b-\u200f\u2060\u00ad]")


@dataclass(frozen=True)
class Column:
    """A column of the file that is a field of the schema. ``index`` counts from 0, ``number`` from 1 as people do."""

    index: int
    rule: FieldRule

    @property
    def number(self) -> int:
        return self.index + 1


@dataclass
class Structure:
    """The header understood."""

    header_row: int
    header: list[str]
    columns: list[Column]
    blanks: list[int]
    """Indexes of columns without a name, judged at the end: an empty one is no fault."""


def clean(name: str) -> str:
    """A header without invisible characters, outer spaces or line breaks."""
    return " ".join(INVISIBLE.sub("", name).split())


def letters(text: str) -> str:
    """A header as near misses compare it: letters without accents or case, and digits."""
    return re.sub("[^a-z0-9]", "", plain(text))


_FULL_ABOVE = 4
"""Rows as full as the heading that may stand above it: labels, explanations, types."""


def find_header(head: Head, names: Sequence[str]) -> int | None:
    """The position in ``head`` of the header row, None when every row is blank.

    The row that holds most names of the schema is the header; without a schema, or when no name is known, the first row
    as wide as the others: title lines fill one or two cells only.
    """
    filled = [sum(1 for cell in cells if cell.strip()) for _, cells in head]
    candidates = [position for position, count in enumerate(filled) if count][: limits.HEADER_ROWS]
    if not candidates:
        return None
    known = {normalise(name) for name in names}
    if known:
        matches = {p: len(known.intersection(normalise(cell) for cell in head[p][1])) for p in candidates}
        best = max(candidates, key=lambda position: (matches[position], -position))
        if matches[best] > 0:
            first = candidates[0]
            # Titles fill a cell or two; many full rows above are data, and the heading was written again among them.
            full = [position for position in candidates if position < best and filled[position] * 2 >= filled[best]]
            if len(full) > _FULL_ABOVE:
                return full[0]
            return first if matches[first] * 2 >= matches[best] else best
    usual = median(filled[position] for position in candidates)
    for position in candidates:
        if filled[position] * 2 >= usual and (filled[position] > 1 or usual <= 1):
            return position
    return candidates[0]


def read_structure(head: Head, rules: Sequence[FieldRule], findings: Findings) -> Structure:
    """Understand the header and say everything there is to say about it.

    Raises :class:`Unreadable`: ``too-many-columns``, ``header-too-long``, ``file-empty``.
    """
    position = find_header(head, [rule.name for rule in rules])
    if position is None:
        raise Unreadable("file-empty", variant="blank")
    row, raw = head[position]
    first_row = head[0][0]
    named = max((index for index, name in enumerate(raw, 1) if name.strip()), default=0)
    if named > limits.COLUMNS:
        raise Unreadable("too-many-columns", row=row, count=named, limit=limits.COLUMNS)
    raw = raw[: limits.COLUMNS]
    if sum(map(len, raw)) > limits.HEADER_CHARACTERS:
        raise Unreadable("header-too-long", row=row, limit=limits.HEADER_CHARACTERS)
    if row > first_row:
        titles = [" ".join(filter(None, map(clean, cells))) for _, cells in head[:position]]
        titles = [title for title in titles if title]
        findings.add(
            "header-not-first",
            "notice",
            row=row,
            data_row=False,
            params={
                "lines": row - 1,
                "variant": "titles" if titles else "blank",
                "titles": [t[:100] for t in titles[:3]],
            },
        )
    header = [clean(name) for name in raw]
    _say_normalised(raw, header, row, findings)
    blanks = [index for index, name in enumerate(header) if not name]
    columns = _match(header, rules, row, findings)
    return Structure(row, header, columns, blanks)


def _say_normalised(raw: Sequence[str], header: Sequence[str], row: int, findings: Findings) -> None:
    for index, (before, after) in enumerate(zip(raw, header, strict=True)):
        if before == after or not after:
            continue
        code = "header-invisible-char" if INVISIBLE.search(before) else "header-normalised"
        findings.add(code, "notice", row=row, column=index + 1, value=before, params={"name": after}, data_row=False)


def _match(header: list[str], rules: Sequence[FieldRule], row: int, findings: Findings) -> list[Column]:
    by_name = {rule.name: rule for rule in rules}
    exact = {clean(rule.name): rule for rule in rules}
    folded: dict[str, FieldRule] = {}
    for rule in rules:
        folded.setdefault(normalise(rule.name), rule)
    taken: dict[str, int] = {}
    unknown: list[int] = []
    seen: dict[str, int] = {}
    # An exact name has the right to its field before a name that differs by case.
    exactly_there = {exact[name].name for name in header if name in exact}
    for index, name in enumerate(header):
        if not name:
            continue
        if name in seen:
            findings.add(
                "header-duplicate",
                row=row,
                column=index + 1,
                field=name if name in by_name else None,
                value=name,
                params={"name": shorten(name, 80), "first_column": seen[name] + 1},
                data_row=False,
            )
            continue
        seen[name] = index
        rule = exact.get(name)
        if rule is None and rules:
            near = folded.get(normalise(name))
            if near is not None and near.name not in exactly_there:
                rule = near
                if near.name not in taken:
                    findings.add(
                        "header-case",
                        "warning",
                        row=row,
                        column=index + 1,
                        field=near.name,
                        value=name,
                        params={"name": shorten(name, 80), "suggestion": near.name},
                        data_row=False,
                    )
        if rule is None:
            unknown.append(index)
        elif rule.name in taken:
            findings.add(
                "header-duplicate",
                row=row,
                column=index + 1,
                field=rule.name,
                value=name,
                params={"name": rule.name, "first_column": taken[rule.name] + 1},
                data_row=False,
            )
        else:
            taken[rule.name] = index
    columns = [Column(index, by_name[name]) for name, index in taken.items()]
    columns.sort(key=lambda column: column.index)
    if rules:
        missing = [rule for rule in rules if rule.name not in taken]
        nearest = _near_misses([header[index] for index in unknown], missing)
        places = {nearest[header[index]]: index for index in unknown if header[index] in nearest}
        lacking = [rule.name for rule in missing if rule.required and rule.name not in places]
        _say_unknown(header, unknown, nearest, lacking, row, findings)
        homeless = [shorten(header[index], 80) for index in unknown if header[index] not in nearest]
        _say_missing(missing, places, header, homeless, row, findings)
        _say_order(columns, rules, row, findings)
    return columns


def _near_misses(unknown: Sequence[str], missing: Sequence[FieldRule]) -> dict[str, str]:
    """Unknown header → the missing field it most likely is: same word but for accents and punctuation, the field's
    title, or a spelling close to it. Each field is proposed once."""
    found: dict[str, str] = {}
    left = {rule.name: rule for rule in missing}

    for name in unknown:
        keys = {letters(field): field for field in left}
        titles = {letters(rule.title): field for field, rule in left.items() if rule.title}
        wanted = letters(name)
        field = keys.get(wanted) or titles.get(wanted)
        if field is None:
            field = _nearest(wanted[:80], keys)
        if field is not None and wanted:
            found[name] = field
            del left[field]
    return found


def _nearest(wanted: str, keys: dict[str, str]) -> str | None:
    """The spelling close to a name, unless two are about as close (``beneficiaire``: the name or the identifier?)."""
    close = get_close_matches(wanted, keys, n=2, cutoff=0.82)
    if not close:
        return None
    ratios = [SequenceMatcher(None, key, wanted).ratio() for key in close]
    return keys[close[0]] if len(close) == 1 or ratios[0] - ratios[1] > 0.05 else None


def _say_unknown(
    header: Sequence[str],
    unknown: Sequence[int],
    nearest: dict[str, str],
    lacking: Sequence[str],
    row: int,
    findings: Findings,
) -> None:
    """Beside columns that are missing, one too many may be one of them under a name of the house: ``maybe``."""
    told = set(unknown[: limits.NAMES])  # the list of the missing ones is long: not in each of 500 findings
    for index in unknown:
        params: dict[str, Any] = {"name": shorten(header[index], 80), "suggestion": nearest.get(header[index])}
        params["variant"] = "close" if params["suggestion"] else "maybe" if lacking and index in told else "extra"
        if params["variant"] == "maybe":
            params["missing"] = list(lacking[: limits.NAMES + 1])
        findings.add(
            "header-unknown",
            "warning",
            row=row,
            column=index + 1,
            value=header[index],
            params={name: value for name, value in params.items() if value is not None},
            data_row=False,
        )


def _say_missing(
    missing: Sequence[FieldRule],
    places: dict[str, int],
    header: Sequence[str],
    homeless: Sequence[str],
    row: int,
    findings: Findings,
) -> None:
    for rule in missing:
        place = places.get(rule.name)
        params: dict[str, Any] = {
            "name": rule.name,
            "title": rule.title if rule.title != rule.name else None,
            "example": rule.example,
            "suggestion": shorten(header[place], 80) if place is not None else None,
            "variant": "required" if rule.required else "optional",
        }
        if params["suggestion"]:
            params["variant"] += "-close"
        elif rule.required and homeless:
            params["variant"] += "-maybe"
            params["unknown"] = list(homeless[: limits.NAMES + 1])
        findings.add(
            "header-missing-column",
            "error" if rule.required else "warning",
            row=row,
            column=place + 1 if place is not None else None,
            field=rule.name,
            params={name: value for name, value in params.items() if value is not None},
            data_row=False,
        )


def _say_order(columns: Sequence[Column], rules: Sequence[FieldRule], row: int, findings: Findings) -> None:
    order = {rule.name: position for position, rule in enumerate(rules)}
    positions = [order[column.rule.name] for column in columns]
    for before, (previous, current) in enumerate(pairwise(positions)):
        if current < previous:
            column = columns[before + 1]
            expected = [columns[i].rule.name for i in sorted(range(len(columns)), key=lambda i: positions[i])]
            findings.add(
                "header-order",
                "warning",
                row=row,
                column=column.number,
                field=column.rule.name,
                params={"name": column.rule.name, "expected": expected[:40]},
                data_row=False,
            )
            return
