"""What one file of the corpus is: its name, how its bytes are made, and the model it is said to follow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

SCHEMA = "scdl/prenoms@1.1.6"
NAMES = ["COMMUNE_NOM", "COLL_INSEE", "ENFANT_SEXE", "ENFANT_PRENOM", "NOMBRE_OCCURRENCES", "ANNEE"]
ROW = ["Valbrune", "48903", "F", "Louise", "3", "2024"]


@dataclass(frozen=True)
class Case:
    """The answer that it deserves is in ``manifest.csv``, under its name."""

    name: str
    make: Callable[[], bytes]
    schema: str | None = SCHEMA


def rows(count: int = 3, **changed: str) -> list[list[str]]:
    """Good rows, each of another first name; *changed* cells by column name are in the second one."""
    table = [
        [*ROW[:3], f"Louise{'abcdefghijklmnopqrstuvwxyz'[n % 26]}", str(n % 900 + 1), ROW[5]] for n in range(count)
    ]
    for name, value in changed.items():
        table[min(1, count - 1)][NAMES.index(name)] = value
    return table


def text(table: list[list[str]], separator: str = ",", end: str = "\n", header: list[str] | None = None) -> str:
    """A delimited text, nothing quoted."""
    return end.join(separator.join(cells) for cells in [header or NAMES, *table]) + end


def csv(table: list[list[str]] | None = None, **shape: str) -> bytes:
    return text(rows() if table is None else table, **shape).encode()
