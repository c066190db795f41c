from __future__ import annotations

import re
from typing import Any

import pytest

from .tables import PATHS, id_and_version, index

SCHEMAS: dict[str, dict[str, Any]] = index()["schemas"]
KEYS = {
    "title", "family", "theme", "kind", "description", "producers", "law", "frequency", "tags", "national_url",
    "schema_url", "versions", "accepted", "replaced_by", "obsolete", "label_socle",
}  # fmt: skip
# Codes of http://publications.europa.eu/resource/authority/frequency
FREQUENCIES = {
    "ANNUAL", "ANNUAL_2", "ANNUAL_3", "BIENNIAL", "TRIENNIAL", "QUARTERLY", "BIMONTHLY", "MONTHLY", "MONTHLY_2",
    "WEEKLY", "DAILY", "HOURLY", "CONT", "UPDATE_CONT", "IRREG", "AS_NEEDED", "NEVER",
}  # fmt: skip


def _order(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]


@pytest.mark.parametrize("schema_id", SCHEMAS)
def test_an_entry_is_complete_in_both_languages(schema_id: str) -> None:
    entry = SCHEMAS[schema_id]

    assert set(entry) == KEYS
    for key in ("title", "description", "producers", "law"):
        if key != "law" or entry["law"] is not None:
            assert set(entry[key]) == {"fr", "en"}
            assert all(isinstance(text, str) and text.strip() for text in entry[key].values())
    assert entry["family"] in index()["families"]
    assert entry["theme"] in index()["themes"]
    assert entry["kind"] in {"table", "geojson", "json"}
    assert entry["frequency"] in {*FREQUENCIES, None}
    assert isinstance(entry["obsolete"], bool)
    assert isinstance(entry["label_socle"], bool)


@pytest.mark.parametrize("schema_id", SCHEMAS)
def test_versions_are_newest_first_and_the_newest_is_accepted(schema_id: str) -> None:
    entry = SCHEMAS[schema_id]

    assert entry["versions"] == sorted(entry["versions"], key=_order, reverse=True)
    assert set(entry["accepted"]) <= set(entry["versions"])
    if entry["obsolete"]:
        assert entry["replaced_by"] is None or re.fullmatch(r"[^/]+/[^/]+", entry["replaced_by"])
        assert not entry["accepted"]
    else:
        assert entry["versions"][0] in entry["accepted"]


def test_every_table_is_in_the_index_and_every_version_of_the_index_is_a_table() -> None:
    declared = {
        (schema_id, version)
        for schema_id, entry in SCHEMAS.items()
        if entry["kind"] == "table"
        for version in entry["versions"]
    }
    assert declared == {id_and_version(path) for path in PATHS}


@pytest.mark.parametrize("key", ["families", "themes"])
def test_families_and_themes_have_a_name_in_both_languages(key: str) -> None:
    for names in index()[key].values():
        assert set(names) == {"fr", "en"}
        assert all(names.values())
