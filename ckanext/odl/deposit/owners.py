"""Which collectivités a file is about, when a column names them: a file for several can be split, or name them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from ckanext.odl.scdl.text import fold, key
from ckanext.odl.territory import by_siren, insee_is_valid, siren_is_valid, siret_is_valid
from ckanext.odl.validation.context import OWN_INSEE, OWN_SIRET, PLACE_INSEE
from ckanext.odl.validation.report import column_letter

from .reading import Block

MOST = 3000
"""Collectivités told at most: no ATD has more members."""

_SURE_ROWS = 0.8
"""Share of the filled cells that must be codes."""
_KNOWN_BODIES = 0.5
"""Share of a column only called « siret » that must be collectivités of the reference."""
_OTHERS = re.compile(
    r"benef|titulaire|fournisseur|attributaire|association|entreprise|etablissement|prestataire|candidat|amenageur"
    r"|operateur|proprietaire|exploitant|organisme"
)
_OWNER = re.compile(r"collectivite|commune|attribuant|acheteur|epci|mairie|declarant|adherent|membre|coll\b")
_STRAY = re.compile(r"[\s\u00a0\u202f']+")


class OwnerColumns:
    """Counts the rows of each collectivité in the columns that can name them."""

    def __init__(self, header: Sequence[str], fields: Sequence[Mapping[str, Any]] = ()) -> None:
        self.header = header
        others = any(_OTHERS.search(fold(heading)) for heading in header)
        ranked = []
        for index, heading in enumerate(header):
            rank = _rank(heading, others)
            if rank is not None:
                ranked.append((rank, index))
        self.ranks = {index: rank for rank, index in sorted(ranked)}
        self.counts: dict[int, Counter[str]] = {index: Counter() for index in self.ranks}

    def see(self, block: Block) -> None:
        """Take in some rows."""
        for index, counts in self.counts.items():
            counts.update(block.columns[index])

    def found(self) -> dict[str, Any] | None:
        """The best column that names collectivités, one that names several before one that names one; None without.

        :returns: ``column`` (letter), ``heading``, ``kind`` (``siret``, ``siren`` or ``insee``), ``values``: code and
            rows of each, the most frequent first, :data:`MOST` at most; ``rest``: rows without a code
        """
        told = [self._of_column(index, bare=rank == _BARE) for index, rank in self.ranks.items()]
        found = [one for one in told if one]
        return next((one for one in found if _bodies(one["values"]) > 1), found[0] if found else None)

    def _of_column(self, index: int, *, bare: bool) -> dict[str, Any] | None:
        codes: Counter[str] = Counter()
        kinds: Counter[str] = Counter()
        filled = rest = 0
        for text, rows in self.counts[index].items():
            if not text.strip():
                continue
            filled += rows
            code = code_of(text)
            if code is None:
                rest += rows
            else:
                codes[code] += rows
                kinds[_kind(code)] += rows
        bodies = {body_of(code) for code in codes}
        if len(bodies) < (2 if bare else 1) or filled - rest < _SURE_ROWS * filled:
            return None
        if bare and sum(1 for code in bodies if len(code) == 9 and by_siren(code)) < _KNOWN_BODIES * len(bodies):
            return None
        return {
            "column": column_letter(index + 1),
            "heading": self.header[index],
            "kind": kinds.most_common(1)[0][0],
            "values": [[code, rows] for code, rows in codes.most_common(MOST)],
            "rest": rest,
        }


_NAMED, _PLACE, _BARE = 0, 1, 2


def body_of(code: str) -> str:
    """Return what of a code names the collectivité: the SIREN of a SIRET, all of a SIREN or an INSEE code."""
    return code[:9] if len(code) > 5 else code


def _bodies(values: Iterable[Sequence[Any]]) -> int:
    return len({body_of(code) for code, _rows in values})


def _rank(heading: str, others: bool) -> int | None:
    """How surely a column names the collectivité that each row is of; *others*: the file names beneficiaries too."""
    name, words = key(heading), fold(heading)
    if name in OWN_SIRET or name in OWN_INSEE:
        return _NAMED
    if _OTHERS.search(words):
        return None
    if name in PLACE_INSEE or re.search(r"\b(?:insee|cog)\b", words):
        return _PLACE
    if re.search(r"\bsire[nt]\b", words):
        if _OWNER.search(words):
            return _NAMED
        return None if others else _BARE
    return None


@lru_cache(maxsize=1 << 16)
def code_of(text: str) -> str | None:
    """Return the SIRET, SIREN or INSEE code that a cell holds, None when it holds none.

    Spaces inside, the « .0 » of a spreadsheet and a lost leading zero are put right.
    """
    bare = re.sub(r"\.0+$", "", _STRAY.sub("", text)).upper()
    for candidate in (bare, bare.zfill(5) if len(bare) == 4 else "", bare.zfill(14) if len(bare) == 13 else ""):
        if siret_is_valid(candidate) or siren_is_valid(candidate) or insee_is_valid(candidate):
            return candidate
    return None


def _kind(code: str) -> str:
    return {14: "siret", 9: "siren"}.get(len(code), "insee")
