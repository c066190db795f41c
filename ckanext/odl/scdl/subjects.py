"""What is a file about when its columns have names of the house? Told by words: less sure than :mod:`.detect`.

A subject is proposed, never taken for granted: the file does not have the shape of the model yet.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import yaml

from .text import fold

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_DBASE = re.compile(r",[CNDLF](?:,\d+)*$")
"""What a conversion from dBase leaves behind the name of a column: its type and width."""
_SAID, _HEADED, _HELD = 4.0, 3.0, 2.0
_LEAST = 3
"""Headings that must go with a subject to tell it without its name."""
_SHARE_OF_VALUES = 0.3
_SAMPLE = 50
_SHORT = 4


@dataclass(frozen=True)
class Subject:
    """A model that a file may be about."""

    id: str
    score: float
    said: str = ""
    """The words of the file's name or titles that tell it, as they are written there."""
    headings: tuple[str, ...] = ()
    """The headings that speak of it."""
    values: str = ""
    """A word that its cells repeat."""

    def reasons(self, language: str = "fr") -> list[str]:
        """Say in *language* what tells the subject."""
        french = language.startswith("fr")
        lines = []
        if self.said:
            lines.append(
                f"Le nom ou le titre du fichier dit «\u00a0{self.said}\u00a0»."
                if french
                else f"The name or the title of the file says “{self.said}”."
            )
        if self.headings:
            names = ", ".join(f"«\u00a0{name}\u00a0»" if french else f"“{name}”" for name in self.headings[:6])
            lines.append(f"Des colonnes en parlent\u00a0: {names}." if french else f"Columns speak of it: {names}.")
        if self.values:
            lines.append(
                f"Des cellules répètent «\u00a0{self.values}\u00a0»." if french else f"Cells repeat “{self.values}”."
            )
        return lines


@dataclass(frozen=True)
class _Words:
    id: str
    names: re.Pattern[str]
    columns: re.Pattern[str]
    unless: re.Pattern[str] | None
    least: int


@functools.cache
def _vocabulary() -> tuple[_Words, ...]:
    text = (files("ckanext.odl.scdl") / "subjects.yaml").read_text("utf-8")
    raw: Mapping[str, Mapping[str, Any]] = yaml.safe_load(text)
    return tuple(
        _Words(
            id,
            _pattern(entry["names"]),
            _pattern(entry["columns"]),
            _pattern(entry["unless"]) if "unless" in entry else None,
            entry.get("least", _LEAST),
        )
        for id, entry in raw.items()
    )


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    """Beginnings of words; those of one to four letters are whole words."""
    parts = [re.escape(word) + ("s?" if len(word) <= _SHORT else r"\w*") for word in sorted(words, key=len)[::-1]]
    return re.compile(rf"\b(?:{'|'.join(parts)})\b")


def _plain(text: str) -> str:
    return fold(_HUMP.sub(" ", _DBASE.sub("", text.strip())))


def subjects(headings: Sequence[str], texts: Sequence[str] = (), sample: Sequence[Sequence[str]] = ()) -> list[Subject]:
    """Rank the models that a file may be about, best first; empty when nothing tells.

    :param headings: the column names as they are in the file
    :param texts: its name, its title lines, the name of its sheet
    :param sample: some rows
    """
    plain = {heading: _plain(heading) for heading in headings if heading.strip()}
    said = [_plain(text) for text in texts if text]
    cells = _cells(sample)
    # A heading that goes with many subjects ("adresse") proves little for any of them.
    worth = {
        heading: sum(1 for words in _vocabulary() if words.names.search(text) or words.columns.search(text)) ** -0.5
        for heading, text in plain.items()
        if any(words.names.search(text) or words.columns.search(text) for words in _vocabulary())
    }
    found = [subject for words in _vocabulary() if (subject := _judge(words, plain, said, cells, worth))]
    return sorted(found, key=lambda subject: -subject.score)


def _judge(
    words: _Words,
    plain: Mapping[str, str],
    said: Sequence[str],
    cells: Sequence[Sequence[str]],
    worth: Mapping[str, float],
) -> Subject | None:
    if words.unless and any(words.unless.search(text) for text in plain.values()):
        return None
    in_texts = [match.group() for text in said for match in words.names.finditer(text)]
    named = [heading for heading, text in plain.items() if words.names.search(text)]
    beside = [heading for heading, text in plain.items() if heading not in named and words.columns.search(text)]
    values = _repeated(words.names, cells)
    told = bool(in_texts or named or values)
    if not told and (len(beside) < words.least or len(beside) * 3 < len(plain)):
        return None
    if named and not in_texts and not values and not beside and len(plain) > _LEAST:
        return None  # one column of a subject among others of none
    score = (
        (_SAID if in_texts else 0.0)
        + (_HEADED if named else 0.0)
        + (_HELD if values else 0.0)
        + sum(worth[heading] for heading in named + beside) / max(3.0, len(plain) ** 0.5)
    )
    return Subject(words.id, round(score, 4), in_texts[0] if in_texts else "", tuple(named + beside), values)


def _cells(sample: Sequence[Sequence[str]]) -> list[list[str]]:
    """The short texts of the sample, by column."""
    width = max((len(row) for row in sample), default=0)
    return [
        [fold(row[index]) for row in sample[:_SAMPLE] if index < len(row) and 2 < len(row[index]) <= 200]
        for index in range(min(width, 60))
    ]


def _repeated(names: re.Pattern[str], cells: Sequence[Sequence[str]]) -> str:
    for column in cells:
        hits = [match.group() for text in column if (match := names.search(text))]
        if len(hits) >= 3 and len(hits) >= _SHARE_OF_VALUES * len(column):
            return hits[0]
    return ""
