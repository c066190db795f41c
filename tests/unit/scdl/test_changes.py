"""What changed between two versions of a table."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ckanext.odl.scdl import changes

N = "\u00a0"
NAMES = ["a", "b", "c", "d", "e"]
FIELDS = st.fixed_dictionaries(
    {"type": st.sampled_from(["string", "integer", "number", "date", "boolean", "year"])},
    optional={
        "constraints": st.fixed_dictionaries(
            {},
            optional={
                "required": st.booleans(),
                "unique": st.booleans(),
                "enum": st.lists(st.sampled_from(["1", "2", "3", "x"]), min_size=1, max_size=4, unique=True),
                "pattern": st.sampled_from(["^[0-9]{5}$", "^[0-9]{9}$", "^(?:un|deux)$", "^.[a-q]+x?$", "^Z.*y$"]),
                "minimum": st.integers(0, 9),
                "maxLength": st.integers(1, 9),
            },
        )
    },
)
TABLES = st.dictionaries(st.sampled_from(NAMES), FIELDS, min_size=1).map(
    lambda fields: {"fields": [{"name": name, **field} for name, field in fields.items()]}
)


@given(TABLES, st.sampled_from(["fr", "en"]))
def test_nothing_changed_between_a_table_and_itself(table: dict[str, Any], language: str):
    assert changes(table, json.loads(json.dumps(table)), language) == []


def _bare(field: dict[str, Any]) -> dict[str, Any]:
    constraints = {key: value for key, value in (field.get("constraints") or {}).items() if value is not False}
    if "enum" in constraints:
        constraints["enum"] = sorted(constraints["enum"])
    return {"type": field["type"], **constraints}


@given(TABLES, TABLES, st.sampled_from(["fr", "en"]))
def test_every_column_that_changed_is_named(old: dict[str, Any], new: dict[str, Any], language: str):
    before = {field["name"]: field for field in old["fields"]}
    after = {field["name"]: field for field in new["fields"]}
    quoted = {name: (f"«{N}{name}{N}»", f"“{name}”") for name in NAMES}

    told = changes(old, new, language)

    lists = " ".join(sentence.rpartition(":")[2].rstrip(".") for sentence in told if sentence.startswith("Colon"))
    lists += " " + " ".join(
        sentence.rpartition(":")[2].rstrip(".") for sentence in told if sentence.startswith("Colum")
    )
    listed_ = set(lists.replace(",", " ").split())
    for name in before.keys() ^ after.keys():
        assert name in listed_, (name, told)
    for name in before.keys() & after.keys():
        one, other = _bare(before[name]), _bare(after[name])
        if one.pop("required", False) != other.pop("required", False):
            assert name in listed_, (name, told)
        is_named = any(quote in sentence for sentence in told for quote in quoted[name])
        assert is_named == (one != other), (name, told)
