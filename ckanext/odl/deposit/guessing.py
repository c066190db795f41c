"""Which models a file may follow: by its columns, else by what it speaks of."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path, PurePath
from typing import Any

from ckanext.odl.scdl import Match, Subject, compare, detect, subjects
from ckanext.odl.scdl.catalogue import Kind, in_language
from ckanext.odl.validation.structure import clean

from .reading import Sheet
from .words import LANGUAGES

MATCHES = 5
_START = 64 * 1024
_NAME = re.compile(r'"([A-Za-z_][\w .:-]{0,79})"\s*:')


def matches(path: Path, sheet: Sheet | None, name: str) -> list[dict[str, Any]]:
    """Rank the models that a file may follow, best first, :data:`MATCHES` at most.

    :param path: the file, looked at when it could not be read as a table
    :param sheet: its table, None when it could not be read
    :param name: the file's name as people know it
    :returns: ``id``, ``version``, ``title`` and ``reasons`` (by language), ``matched`` and ``total`` columns,
        ``sure``: whether the columns tell it; otherwise only what the file speaks of does
    """
    kinds: list[Kind] = ["table"]
    names: Sequence[str] = ()
    if sheet is not None:
        headings, sample, said = sheet.header, sheet.sample, [*sheet.titles, sheet.table.sheet or ""]
        if sheet.table.document is not None:
            names = sheet.table.document.names
            kinds = ["geojson" if sheet.table.document.is_geojson else "json", "table"]
    else:
        headings, kinds = _from_start(path)
        sample, said = [], []
        names = headings
    found: list[Match] = []
    for kind in kinds:
        found += detect(headings, sample) if kind == "table" else detect(names, kinds=(kind,))
    if found:
        return [_told(match, match.reasons, sure=True) for match in found[:MATCHES]]
    spoken = subjects(headings, [PurePath(name).stem, *said], sample)
    return [
        _told(match, partial(_spoken, subject, match), sure=False)
        for subject in spoken[:MATCHES]
        for match in (compare(headings, subject.id),)
    ]


def _spoken(subject: Subject, match: Match, language: str) -> list[str]:
    """What the file speaks of, and what it has of the model's columns, when it has some."""
    return [*subject.reasons(language), *(match.reasons(language) if match.matched else [])]


def _told(match: Match, reasons: Callable[[str], list[str]], *, sure: bool) -> dict[str, Any]:
    return {
        "id": match.id,
        "version": match.version,
        "title": {language: in_language(match.titles, language) or match.id for language in LANGUAGES},
        "matched": match.matched,
        "total": match.total,
        "reasons": {language: reasons(language) for language in LANGUAGES},
        "sure": sure,
    }


def _from_start(path: Path) -> tuple[list[str], list[Kind]]:
    """The names that stand at the start of a text that cannot be read as a whole, and the kinds of schemas to try."""
    with path.open("rb") as file:
        start = file.read(_START)
    if b"\x00" in start:
        return [], ["table"]
    try:
        text = start.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = start.decode("cp1252", "replace")
    if text.lstrip()[:1] in ("{", "["):
        return list(dict.fromkeys(_NAME.findall(text))), ["geojson" if '"Feature"' in text else "json", "table"]
    line = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(",;\t|", key=line.count)
    return [clean(cell) for cell in next(csv.reader([line], delimiter=separator), [])], ["table"]
