"""A short way from a table to its proposals, its repaired file and the list of changes."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ckanext.odl.validation import validate
from ckanext.odl.validation.reading import FileFacts, open_table
from ckanext.odl.validation.repair import default_choices, proposals, repair

Rows = list[list[str]]


@dataclass
class Repaired:
    """One file repaired: what was proposed, the new file, its rows, its report, the list of changes."""

    proposed: dict[str, Any]
    result: dict[str, Any]
    path: Path
    rows: Rows
    report: dict[str, Any]
    changes: list[dict[str, str]]

    @property
    def cells(self) -> list[tuple[str, str, str]]:
        return [(change["Cellule"], change["Avant"], change["Après"]) for change in self.changes]


def rows_of(path: Path, name: str | None = None) -> Rows:
    """All rows of a file, as the checker reads them."""
    return [cells for _, cells in open_table(path, FileFacts(name or path.name), []).open_rows()]


def proposal(proposed: dict[str, Any], id_: str) -> dict[str, Any]:
    return next(one for one in proposed["repairs"] if one["id"] == id_)


def ids(proposed: dict[str, Any]) -> list[str]:
    return [one["id"] for one in proposed["repairs"]]


def mend(
    path: Path, schema: Any, chosen: dict[str, Any] | None = None, format: str | None = None, **options: Any
) -> Repaired:
    """Propose, choose (by default: what is chosen by default), repair, check again."""
    proposed = proposals(path, schema, **options)
    chosen = default_choices(proposed) if chosen is None else chosen
    repaired, changes = path.with_name("repaired"), path.with_name("changes.csv")
    before = path.read_bytes()
    with repaired.open("wb") as first, changes.open("wb") as second:
        result = repair(path, schema, chosen, format, outputs=[first, second], **options)
    assert path.read_bytes() == before
    new = repaired.rename(path.with_name(f"repaired.{result['format']}"))
    listed = list(csv.DictReader(io.StringIO(changes.read_text("utf-8-sig")), delimiter=";"))
    return Repaired(proposed, result, new, rows_of(new), validate(new, schema).to_dict(), listed)


@pytest.fixture
def file(tmp_path: Path):
    """``file(content, name="f.csv")`` writes a file and gives its path."""

    def write(content: str | bytes, name: str = "fichier.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write
