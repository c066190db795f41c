"""Model files with what is known of a collectivité already in place, and what is known of each model's columns.

The data are ``prefilled.yaml``: which column holds which fact, and for whom the model usually is.
"""

from __future__ import annotations

import csv
import functools
import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

import yaml

from .models import write_xlsx

MOST_ROWS = 200
"""Most prepared rows of a CSV."""

_STARTS_OF_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")
_LONGEST_FACT = 200


@dataclass(frozen=True)
class Facts:
    """What is known of a collectivité; "" where nothing is.

    :ivar kind: ``commune``, ``epci``, ``departement``, ``region``, ``syndicat`` or ``autre``
    :ivar siret: of its seat, 14 digits
    :ivar insee: of a commune, as its official name (``commune``) and postal code (when it has only one)
    :ivar email: an address of the service, public already
    """

    name: str = ""
    kind: str = ""
    siren: str = ""
    siret: str = ""
    insee: str = ""
    commune: str = ""
    postal_code: str = ""
    email: str = ""
    has: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Known:
    """What is known of the columns of one model.

    :ivar is_list: whether it is one list kept over the years, so that the last file is where the next one begins
    :ivar typed: whether a person would type it in a table on a page
    :ivar columns: column → fact
    """

    is_list: bool = False
    typed: bool = True
    usual: frozenset[str] = frozenset()
    if_has: frozenset[str] = frozenset()
    columns: Mapping[str, str] = field(default_factory=dict)

    def is_for(self, facts: Facts) -> bool:
        """Whether the model is one that such a collectivité usually publishes."""
        return facts.kind in self.usual or bool(self.if_has & facts.has)


@functools.lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    return yaml.safe_load(files(__package__).joinpath("prefilled.yaml").read_text(encoding="utf-8"))


def known(id: str) -> Known:
    """Return what is known of the columns of the schema *id*; nothing for one that nobody has looked at."""
    raw = _data()["models"].get(id)
    if raw is None:
        return Known()
    return Known(
        is_list=raw["kind"] == "list",
        typed=raw.get("typed", True),
        usual=frozenset(raw.get("usual", ())),
        if_has=frozenset(raw.get("if_has", ())),
        columns=raw["columns"],
    )


def described() -> Collection[str]:
    """The ids of the schemas that ``prefilled.yaml`` knows."""
    return _data()["models"].keys()


def values(id: str, descriptor: Mapping[str, Any], facts: Facts, year: int | None = None) -> dict[str, str]:
    """Return the cells that are the same on every row, by column; columns without a known fact are not there.

    What a spreadsheet would take for a formula is left out rather than disguised.
    """
    words = _data()["words"]
    have = {
        "name": facts.name,
        "siret": facts.siret,
        "siren": facts.siren,
        "insee": facts.insee,
        "commune": facts.commune,
        "postal_code": facts.postal_code,
        "email": facts.email,
        "year": str(year or ""),
        "scale": words["scale"].get(facts.kind, ""),
        "employer_kind": words["employer_kind"].get(facts.kind, ""),
    }
    there = {column["name"] for column in descriptor["fields"]}
    found = {column: " ".join(have[fact].split()) for column, fact in known(id).columns.items() if column in there}
    return {
        column: text[:_LONGEST_FACT]
        for column, text in found.items()
        if text and not text.startswith(_STARTS_OF_FORMULAS)
    }


def prefilled_csv(
    id: str, descriptor: Mapping[str, Any], facts: Facts, *, year: int | None = None, rows: int = 1
) -> bytes:
    """Return the model as CSV (semicolons, UTF-8 with BOM) with *rows* rows prepared, at most :data:`MOST_ROWS`."""
    names = [column["name"] for column in descriptor["fields"]]
    cells = values(id, descriptor, facts, year)
    return table_csv(names, [cells] * min(rows, MOST_ROWS) if cells else [])


def prefilled_xlsx(
    id: str,
    descriptor: Mapping[str, Any],
    facts: Facts,
    title: str = "",
    language: str = "fr",
    *,
    year: int | None = None,
) -> bytes:
    """Return the model as XLSX: the first row is prepared, the rows below complete themselves when filled in.

    So the SIRET that the portal does not know is typed once. Lists, formats and help are those of the blank model.
    """
    cells = values(id, descriptor, facts, year)
    same = [column for column in known(id).columns if column in {f["name"] for f in descriptor["fields"]}]
    stream = io.BytesIO()
    write_xlsx(stream, descriptor, title, language, rows=[cells] if same else [], repeated=same)
    return stream.getvalue()


def table_csv(names: Sequence[str], rows: Sequence[Mapping[str, str]]) -> bytes:
    """Return a table as CSV the way French Excel opens it at a double click: semicolons, UTF-8 with BOM."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow(names)
    writer.writerows([row.get(name, "") for name in names] for row in rows)
    return stream.getvalue().encode("utf-8-sig")
