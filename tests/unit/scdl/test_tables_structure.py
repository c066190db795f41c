from __future__ import annotations

import re
from pathlib import Path

import pytest
from frictionless import Schema

from .tables import NAMES, PATHS, id_and_version, index, table

KEYS = {
    "$schema", "name", "title", "description", "version", "path", "fields",
    "missingValues", "primaryKey", "foreignKeys", "custom_checks",
}  # fmt: skip
FIELD_KEYS = {
    "name", "title", "description", "type", "format", "example", "constraints", "arrayItem",
    "trueValues", "falseValues", "bareNumber", "decimalChar", "groupChar", "floatNumber", "items", "missingValues",
    "rdfType", "customCheck",
}  # fmt: skip
CONSTRAINTS = {"required", "unique", "enum", "pattern", "minimum", "maximum", "minLength", "maxLength"}
NUMBERS_OF_COLUMNS = {"scdl/subventions": 16, "scdl/deliberations": 17, "scdl/catalogue": 20, "etalab/schema-bal": 20}


@pytest.mark.parametrize("path", PATHS, ids=NAMES)
def test_a_table_is_a_table_schema(path: Path) -> None:
    schema = Schema.from_descriptor({**table(path)})

    assert schema.field_names == [field["name"] for field in table(path)["fields"]]
    assert len(set(schema.field_names)) == len(schema.field_names)


@pytest.mark.parametrize("path", PATHS, ids=NAMES)
def test_a_table_is_named_after_its_place_and_the_national_address(path: Path) -> None:
    schema_id, version = id_and_version(path)
    entry = index()["schemas"][schema_id]

    assert table(path)["name"] == schema_id.split("/")[1]
    assert table(path)["version"] == version
    assert version in entry["versions"]
    if entry["schema_url"] is not None:
        assert table(path)["path"] == entry["schema_url"].replace("{version}", version)


@pytest.mark.parametrize("path", PATHS, ids=NAMES)
def test_a_table_has_no_misspelt_key(path: Path) -> None:
    assert set(table(path)) <= KEYS
    for field in table(path)["fields"]:
        assert set(field) <= FIELD_KEYS, field["name"]
        assert set(field.get("constraints", {})) <= CONSTRAINTS, field["name"]


@pytest.mark.parametrize("path", PATHS, ids=NAMES)
def test_every_pattern_compiles(path: Path) -> None:
    for field in table(path)["fields"]:
        re.compile(field.get("constraints", {}).get("pattern", ""))


@pytest.mark.parametrize("path", PATHS, ids=NAMES)
def test_checks_speak_of_columns_of_the_table(path: Path) -> None:
    names = {field["name"] for field in table(path)["fields"]}
    for check in table(path).get("custom_checks", []):
        assert set(check) == {"name", "params"}
        for key in ("column", "column1", "column2"):
            assert check["params"].get(key) in {*names, None}, check
        for key in ("columns", "othercolumns"):
            assert set(check["params"].get(key, [])) <= names, check


@pytest.mark.parametrize(("schema_id", "columns"), NUMBERS_OF_COLUMNS.items())
def test_the_newest_version_has_its_columns(schema_id: str, columns: int) -> None:
    newest = index()["schemas"][schema_id]["versions"][0]
    path = next(path for path in PATHS if id_and_version(path) == (schema_id, newest))

    assert len(table(path)["fields"]) == columns
