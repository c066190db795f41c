"""The engine and frictionless (schema_sync) agree on which cells are wrong; each known difference is cited."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from frictionless import Detector, Schema
from frictionless.resources import TableResource
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ckanext.odl.validation.fields import FieldRule

from .conftest import schema

TEXTS = [
    "", "0", "1", "-3", "007", "1.5", "-0.25", "1e3", "abc", "oui", "non", "true", "false", "2026-03-31", "2026-02-30",
    "31/03/2026", "2026", "26", "2026-03", "14:30:00", "2026-03-31T10:00:00Z", "é", "a;b", 'q"t', "l\nf", "x" * 40,
    "2.3,48.8", "[1]", "{}", "mairie@exemple.fr", "https://exemple.fr", "ouiZ", "12345", "1234", "NA", "’", "a\tb",
    "a,b",
]  # fmt: skip
CONSTRAINTS: dict[str, dict[str, list[Any]]] = {
    "string": {
        "required": [True],
        "minLength": [2],
        "maxLength": [4],
        "pattern": [r"\d{5}", "^[a-z]+$"],
        "enum": [["oui", "é"]],
    },
    "integer": {"required": [True], "minimum": [1], "maximum": [100], "enum": [[1, 2026]]},
    "number": {"required": [True], "minimum": [0], "maximum": [1.5]},
    "boolean": {"required": [True]},
    "date": {"required": [True], "minimum": ["2026-01-01"]},
    "year": {"required": [True]},
    "yearmonth": {},
    "time": {},
    "datetime": {},
    "geopoint": {},
    "array": {},
}


@st.composite
def fields(draw: st.DrawFn) -> list[dict[str, Any]]:
    declared: list[dict[str, Any]] = [{"name": "id", "type": "string", "constraints": {"unique": True}}]
    for index in range(draw(st.integers(1, 5))):
        type_ = draw(st.sampled_from(sorted(CONSTRAINTS)))
        possible = CONSTRAINTS[type_]
        names = draw(st.lists(st.sampled_from(sorted(possible)), unique=True, max_size=2)) if possible else []
        constraints = {name: draw(st.sampled_from(possible[name])) for name in names}
        declared.append({"name": f"c{index}", "type": type_, "constraints": constraints})
    return declared


def by_frictionless(table: dict[str, Any], header: list[str], rows: list[list[str]]) -> set[tuple[int, str]]:
    resource = TableResource(
        data=[header, *rows], schema=Schema.from_descriptor(table), detector=Detector(schema_sync=True)
    )
    report = resource.validate(limit_errors=100_000)
    wrong = set()
    for row, name in report.flatten(["rowNumber", "fieldName"]):
        assert row is not None, report.flatten(["type", "note"])
        wrong.add((row, name))
    return wrong


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(declared=fields(), data=st.data())
def test_the_same_cells_are_wrong(check, declared, data):
    header = [field["name"] for field in declared]
    kept = [header[0], *data.draw(st.permutations(header[1:]))]
    optional = [f["name"] for f in declared[1:] if not f["constraints"].get("required")]
    if optional and data.draw(st.booleans()):
        kept.remove(optional[0])
    row = st.tuples(st.sampled_from(["k1", "k2", "k3", "k4"]), *(st.sampled_from(TEXTS) for _ in kept[1:]))
    rows = [list(cells) for cells in data.draw(st.lists(row, min_size=1, max_size=8))]
    out = io.StringIO()
    writer = csv.writer(
        out, delimiter=data.draw(st.sampled_from(";,\t|")), lineterminator=data.draw(st.sampled_from(["\n", "\r\n"]))
    )
    writer.writerow(kept)
    writer.writerows(rows)
    table = schema(*declared, missingValues=["", "NA"])
    report = check(out.getvalue().encode("utf-8-sig" if data.draw(st.booleans()) else "utf-8"), table)
    ours = {(error["row"], error["field"]) for error in report["errors"]}
    assert ours == by_frictionless(table, kept, rows)


STRICTER = [
    # Table Schema 1.0, integer and number: the lexical form is digits with an optional sign; underscores are Python's.
    ("integer", {}, "1_000"),
    ("number", {}, "1_000.5"),
    # Same: digits are those of XML Schema, 0 to 9.
    ("integer", {}, "٣"),
    # Same: no white space belongs to the lexical form.
    ("integer", {}, " 5 "),
    # Table Schema 1.0 number: NaN and INF are written exactly so; our rule, stated in limits: numbers are finite.
    ("number", {}, "NaN"),
    ("number", {}, "1e999999999"),
    # Table Schema 1.0 date: YYYY-MM-DD, exactly.
    ("date", {}, "2024-1-5"),
    ("date", {"format": "%d/%m/%Y"}, "1/3/2026"),
    # Table Schema 1.0 datetime: YYYY-MM-DDThh:mm:ssZ.
    ("datetime", {}, "2026-03-31 10:00:00"),
    # Table Schema 1.0 pattern: an XML Schema regular expression, which matches the whole value.
    ("string", {"constraints": {"pattern": "oui|non"}}, "ouiZZ"),
    ("string", {"constraints": {"pattern": "oui"}}, "oui\n"),
    # XML Schema digits in a pattern are meant as 0 to 9 in codes.
    ("string", {"constraints": {"pattern": r"\d{2}"}}, "１２"),
    # Table Schema 1.0 required: the value cannot be missing; spaces say nothing.
    ("string", {"constraints": {"required": True}}, "  "),
]


@pytest.mark.parametrize(("type_", "keys", "text"), STRICTER)
def test_known_differences_are_refusals_of_ours(type_, keys, text):
    declared = {"name": "a", "type": type_, **keys}
    assert FieldRule(declared, [""]).judge(text)[1] is not None
    assert Schema.from_descriptor({"fields": [declared]}).fields[0].create_cell_reader()(text)[1] is None
