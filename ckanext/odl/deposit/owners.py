"""Which collectivités a file is about, when a column names them: a file for several can be split."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ckanext.odl.scdl.text import key
from ckanext.odl.territory import insee_is_valid, siren_is_valid, siret_is_valid
from ckanext.odl.validation.context import OWN_INSEE, OWN_SIRET, PLACE_INSEE
from ckanext.odl.validation.report import column_letter

MOST = 3000
"""Collectivités told at most: there are fewer members in any ATD."""


class OwnerColumns:
    """Counts the rows of each collectivité in the columns that name them."""

    def __init__(self, header: Sequence[str], fields: Sequence[Mapping[str, Any]]) -> None:
        self.header = header
        self.counts: dict[int, Counter[str]] = {}
        for index, heading in enumerate(header):
            if key(heading) in OWN_SIRET | OWN_INSEE | PLACE_INSEE:
                self.counts[index] = Counter()

    def see(self, row: int, cells: Sequence[str]) -> None:
        for index, counts in self.counts.items():
            if index < len(cells) and cells[index].strip():
                counts["".join(cells[index].split()).upper()] += 1

    def found(self) -> dict[str, Any] | None:
        for index, counts in self.counts.items():
            kinds = {_kind(value) for value in counts} - {None}
            if len(kinds) == 1 and len(counts) > 1:
                return {
                    "column": column_letter(index + 1),
                    "heading": self.header[index],
                    "kind": kinds.pop(),
                    "values": [[value, rows] for value, rows in counts.most_common(MOST)],
                }
        return None


def _kind(value: str) -> str | None:
    if siret_is_valid(value):
        return "siret"
    if siren_is_valid(value):
        return "siren"
    return "insee" if insee_is_valid(value) else None
