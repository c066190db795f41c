"""The engine and frictionless (schema_sync) agree on which cells are wrong, but for the differences listed here.

Each difference has an example and the sentence of the specification that it rests on (Table Schema 1.0, by section);
any other difference fails the test.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from frictionless import Detector, Schema
from frictionless.resources import TableResource
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ckanext.odl.validation.fields import FieldRule

from .conftest import schema

Descriptor = dict[str, Any]


@dataclass(frozen=True)
class Difference:
    """Where we and frictionless part. ``applies`` tells which cells it explains; ``field`` and ``text`` show it."""

    source: str
    field: Descriptor
    text: str
    applies: Callable[[Descriptor, str], bool]
    ours_refuses: bool = True


def _type(*names: str) -> Callable[[Descriptor], bool]:
    return lambda field: field["type"] in names


_NUMBERS = _type("integer", "number")
_DATES = _type("date", "datetime", "time", "year", "yearmonth")
_PLAIN_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def _constraint(field: Descriptor, name: str) -> Any:
    return (field.get("constraints") or {}).get(name)


DIFFERENCES = [
    Difference(
        "Types and formats, number and integer: the lexical form is that of XML Schema, digits 0 to 9 and a sign; "
        "underscores and other scripts' digits are Python's",
        {"type": "integer"},
        "1_000",
        lambda field, text: _NUMBERS(field) and re.search(r"[_\u0660-\u0669\uff10-\uff19]", text) is not None,
    ),
    Difference(
        "Types and formats, number and integer: the lexical form of XML Schema holds no white space",
        {"type": "integer"},
        " 5 ",
        lambda field, text: _NUMBERS(field) and text != text.strip(),
    ),
    Difference(
        "Types and formats, geopoint, default: lon, lat as numbers, whose lexical form is that of XML Schema",
        {"type": "geopoint"},
        "1_0,4",
        lambda field, text: field["type"] == "geopoint" and re.search(r"[_\u0660-\u0669]", text) is not None,
    ),
    Difference(
        "Types and formats, number: NaN, INF and -INF are allowed by the letter; a published figure is finite, and "
        "so is a figure that a computer can hold (limits.NUMBER_DIGITS)",
        {"type": "number"},
        "NaN",
        lambda field, text: field["type"] == "number" and re.search(r"nan|inf|e[0-9]{4}", text, re.I) is not None,
    ),
    Difference(
        "Types and formats, date, default: YYYY-MM-DD; with a pattern, the value is written as the pattern says",
        {"type": "date", "format": "%d/%m/%Y"},
        "1/3/2026",
        lambda field, text: field["type"] == "date" and field.get("format") != "any",
    ),
    Difference(
        "Types and formats, datetime, default: YYYY-MM-DDThh:mm:ssZ",
        {"type": "datetime"},
        "2026-03-31 10:00:00",
        lambda field, text: field["type"] == "datetime" and field.get("format") != "any",
    ),
    Difference(
        "Types and formats, time, default: hh:mm:ss",
        {"type": "time"},
        "14:30:00,5",
        lambda field, text: field["type"] == "time" and re.fullmatch("[0-9:]{8}", text) is None,
    ),
    Difference(
        "Types and formats, year: XML Schema's gYear, four digits; Python also takes a sign, spaces and underscores",
        {"type": "year"},
        "+202",
        lambda field, text: field["type"] == "year" and re.fullmatch("[0-9]{4}", text) is None,
    ),
    Difference(
        "Types and formats, yearmonth: XML Schema's gYearMonth, YYYY-MM",
        {"type": "yearmonth"},
        "26-3",
        lambda field, text: field["type"] == "yearmonth" and re.fullmatch("[0-9]{4}-[0-9]{2}", text) is None,
    ),
    Difference(
        "Constraints, pattern: an XML Schema regular expression, which matches the whole value; frictionless puts ^ "
        "and $ around it without a group",
        {"type": "string", "constraints": {"pattern": "oui|non"}},
        "ouiZZ",
        lambda field, text: "|" in (_constraint(field, "pattern") or ""),
    ),
    Difference(
        "Same: $ lets a final line break through",
        {"type": "string", "constraints": {"pattern": "oui"}},
        "oui\n",
        lambda field, text: bool(_constraint(field, "pattern")) and text.endswith("\n"),
    ),
    Difference(
        r"Same: \d is meant as 0 to 9 in codes; Python takes the digits of every script",
        {"type": "string", "constraints": {"pattern": r"\d{2}"}},
        "１２",
        lambda field, text: "\\d" in (_constraint(field, "pattern") or "") and not text.isascii(),
    ),
    Difference(
        "Constraints, required: the value cannot be missing; spaces say nothing to a reader",
        {"type": "string", "constraints": {"required": True}},
        "  ",
        lambda field, text: bool(_constraint(field, "required")) and not text.strip(),
    ),
    Difference(
        "Concepts, physical and logical representation: the logical value is the data; a formula is how a spreadsheet "
        "would compute it (RFC 4180 knows none), and its result is not in the file",
        {"type": "string"},
        "=1+1",
        lambda field, text: re.match(r"=(?:[+-]?[A-Z$0-9(]|…)", text) is not None,
    ),
    Difference(
        "Same: the word that a spreadsheet shows in a cell that it could not compute is no value",
        {"type": "string"},
        "#N/A",
        lambda field, text: re.match(r"#[A-Z]+[/!? ]|Err ?:", text) is not None,
    ),
    Difference(
        "Types and formats, datetime: 'in UTC time'; a time without a zone is compared as UTC, where Python refuses to "
        "compare it with one that has a zone",
        {"type": "datetime", "constraints": {"minimum": "2026-01-01T00:00:00Z"}},
        "2026-03-31T10:00:00",
        lambda field, text: (
            field["type"] in ("datetime", "time") and any(_constraint(field, name) for name in ("minimum", "maximum"))
        ),
        ours_refuses=False,
    ),
]


@pytest.mark.parametrize(
    "difference", DIFFERENCES, ids=lambda difference: f"{difference.field['type']}-{difference.text!r}"
)
def test_each_known_difference_is_one(difference):
    declared = {"name": "a", **difference.field}
    assert difference.applies(declared, difference.text)
    ours = FieldRule(declared, [""]).judge(difference.text)[1] is not None
    assert ours is difference.ours_refuses
    assert _frictionless_refuses(declared, difference.text) is not ours


def _frictionless_refuses(declared: Descriptor, text: str) -> bool:
    try:
        return Schema.from_descriptor({"fields": [declared]}).fields[0].create_cell_reader()(text)[1] is not None
    except TypeError:  # it cannot compare, and the whole check stops there
        return True


# What the tables are made of: for each type its formats and constraints, and texts that are nearly right.

TEXTS = [
    "", "0", "1", "-3", "+4", "007", "1.5", "-0.25", ".5", "5.", "1e3", "1E-2", "1_000", "1 000", "1,5", "٣", " 5 ",
    "NaN", "-INF", "1e9999", "abc", "oui", "non", "true", "True", "false", "NA", "-", "’", "\t", "a,b", "é", "e\u0301",
    "a;b", "a|b", 'q"t', '"', "l\nf", "c\r\nd", "x" * 40, "\u00a0", " ", "  ", "\ufeff", "\u200b1", "a\x1cb", "=1+1",
    "2026-03-31", "2026-02-30", "2026-3-1", "31/03/2026", "1/3/2026", "20260331", "2026", "26", "+202", "2026-03",
    "26-3", "14:30:00", "14:30", "24:00:00", "14:30:00.5", "2026-03-31T10:00:00Z", "2026-03-31T10:00:00",
    "2026-03-31 10:00:00", "2026-03-31T10:00:00+02:00", "2.3,48.8", "2.3, 48.8", "1_0,4", "1_000 €", "200,10",
    "[2.3, 48.8]",
    '{"lon": 2.3, "lat": 48.8}', "[1]", "[]", '["a", 2]', "{}", '{"a": 1}', "null", "P1Y2M", "PT5M", "P", "48095",
    "2A004", "12345", "1234", "mairie@exemple.fr", "https://exemple.fr", "ouiZ", "ouiZZ", "oui\n", "１２",
    "95ecc380-afe9-11e4-9b6c-751b66dd541e", '{"type": "Point", "coordinates": [2, 48]}', "a:b", "1;2", "€",
]  # fmt: skip

KINDS: list[tuple[Descriptor, dict[str, list[Any]]]] = [
    (
        {"type": "string"},
        {
            "required": [True], "minLength": [2], "maxLength": [4], "enum": [["oui", "é"]],
            "pattern": [r"\d{5}", "^[a-z]+$", "oui|non", r"(\d{2}|2A)\d{3}", r"[^;]*", r".*", r"\S+", r"[\w' -]{1,4}"],
        },
    ),
    ({"type": "string", "format": "email"}, {"required": [True]}),
    ({"type": "string", "format": "uri"}, {}),
    ({"type": "string", "format": "uuid"}, {}),
    ({"type": "integer"}, {"required": [True], "minimum": [1], "maximum": [100], "enum": [[1, 2026]]}),
    ({"type": "integer", "bareNumber": False}, {"minimum": [1]}),
    ({"type": "number"}, {"required": [True], "minimum": [0], "maximum": [1.5], "enum": [[1.5, 7]]}),
    ({"type": "number", "decimalChar": ","}, {"maximum": [2]}),
    ({"type": "number", "groupChar": " ", "decimalChar": ","}, {"minimum": [0]}),
    ({"type": "number", "bareNumber": False}, {}),
    ({"type": "boolean"}, {"required": [True], "enum": [[True]]}),
    ({"type": "boolean", "trueValues": ["oui"], "falseValues": ["non"]}, {"required": [True]}),
    ({"type": "date"}, {"required": [True], "minimum": ["2026-01-01"], "maximum": ["2026-03-30"]}),
    ({"type": "date", "format": "%d/%m/%Y"}, {}),
    ({"type": "date", "format": "%Y"}, {}),
    ({"type": "datetime"}, {"required": [True]}),  # frictionless stops at a bound with a zone and a time without one
    ({"type": "time"}, {"maximum": ["20:00:00"]}),
    ({"type": "year"}, {"required": [True], "minimum": [2000]}),
    ({"type": "yearmonth"}, {"required": [True], "minimum": ["2026-01"]}),
    ({"type": "duration"}, {}),
    ({"type": "geopoint"}, {"required": [True]}),
    ({"type": "geopoint", "format": "array"}, {}),
    ({"type": "geopoint", "format": "object"}, {}),
    ({"type": "geojson"}, {}),
    ({"type": "object"}, {"minLength": [1]}),
    ({"type": "array"}, {"required": [True], "maxLength": [1]}),
    ({"type": "any"}, {"required": [True], "enum": [["oui", "1"]]}),
]  # fmt: skip


@st.composite
def fields(draw: st.DrawFn) -> list[Descriptor]:
    declared: list[Descriptor] = [{"name": "id", "type": "string", "constraints": {"unique": True}}]
    for index in range(draw(st.integers(1, 5))):
        kind, possible = draw(st.sampled_from(KINDS))
        names = draw(st.lists(st.sampled_from(sorted(possible)), unique=True, max_size=2)) if possible else []
        constraints = {name: draw(st.sampled_from(possible[name])) for name in names}
        declared.append({"name": f"c{index}", **kind, "constraints": constraints})
    return declared


@st.composite
def tables(draw: st.DrawFn) -> tuple[Descriptor, list[str], list[list[str]], bytes]:
    """A schema, the headings of a file, its rows and its bytes."""
    declared = draw(fields())
    names = [field["name"] for field in declared]
    header = [names[0], *draw(st.permutations(names[1:]))]
    optional = [field["name"] for field in declared[1:] if not field["constraints"].get("required")]
    if optional and draw(st.booleans()):
        header.remove(optional[0])
    if draw(st.booleans()):
        header.append("remarques")
    cell = st.sampled_from(TEXTS)
    key = st.sampled_from(["k1", "k2", "k3", "k4", "k5", "K1", "k1 ", "1", "01"])
    rows = []
    for _ in range(draw(st.integers(1, 8))):
        row = [draw(key), *(draw(cell) for _ in header[1:])]
        change = draw(st.integers(0, 19))
        if change == 0 and len(row) > 2:
            row = row[:-1]
        elif change == 1:
            row = [*row, "en trop"]
        elif change == 2:
            row = [""] * len(row)
        rows.append(row)
    # A wrong cell is no value for frictionless, and two wrong cells are then one key: only texts are keys here.
    texts = [field["name"] for field in declared[1:] if field["type"] == "string" and "format" not in field]
    texts = [name for name in texts if name in header and not _constraints(declared, name)]
    primary = draw(st.sampled_from([None, None, ["id"], ["id", *texts[:1]]]))
    table = schema(*declared, missingValues=draw(st.sampled_from([[""], ["", "NA"], ["", "-", "NA"]])))
    if primary:
        table["primaryKey"] = primary
    if primary == ["id"]:  # a key is unique by itself: one error for the row is enough
        del declared[0]["constraints"]
    return table, header, rows, draw(written(header, rows))


def _constraints(declared: list[Descriptor], name: str) -> Descriptor:
    return next(field["constraints"] for field in declared if field["name"] == name)


@st.composite
def written(draw: st.DrawFn, header: list[str], rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    # Which sign separates the cells is another question: where several could, quotation marks tell.
    ambiguous = any(re.search(r"[;,|\t]", cell) for row in rows for cell in row)
    writer = csv.writer(
        out,
        delimiter=draw(st.sampled_from(";,\t|")),
        lineterminator=draw(st.sampled_from(["\n", "\r\n"])),
        quoting=csv.QUOTE_ALL if ambiguous else draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
    )
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig" if draw(st.booleans()) else "utf-8")


Wrong = set[tuple[int, str | None]]


def by_frictionless(table: Descriptor, header: list[str], rows: list[list[str]]) -> Wrong:
    """Row and field of each wrong cell; None for a fault of the row (its width, its being blank, its key)."""
    resource = TableResource(
        data=[header, *rows], schema=Schema.from_descriptor(table), detector=Detector(schema_sync=True)
    )
    report = resource.validate(limit_errors=100_000)
    wrong: Wrong = set()
    for type_, row, name in report.flatten(["type", "rowNumber", "fieldName"]):
        assert row is not None, report.flatten(["type", "note"])
        of_row = type_ in ("missing-cell", "extra-cell", "blank-row", "primary-key")
        wrong.add((row, None if of_row else name))
    return wrong


_OF_ROW = ("missing-cell", "extra-cell", "blank-row", "primary-key-error", "row-almost-empty", "delimiter-mixed")


def by_us(report: dict[str, Any]) -> Wrong:
    return {
        (found["row"], None if found["code"] in _OF_ROW else found["field"])
        for found in report["errors"]
        if found["code"] != "no-rows"
    }


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(made=tables())
def test_the_same_cells_are_wrong(check, made):
    table, header, rows, content = made
    report = check(content, table)
    # The cells of a row with one too many are in the wrong columns: we compare none of them, keys included.
    compared = [[f"row {n}", *row[1:]] if len(row) > len(header) else row for n, row in enumerate(rows)]
    ours, theirs = by_us(report), by_frictionless(table, header, compared)
    almost_empty = {found["row"] for found in report["errors"] if found["code"] == "row-almost-empty"}
    last = max((number for number, cells in enumerate(rows, 2) if "".join(cells).strip()), default=1)
    for number, cells in enumerate(rows, 2):
        here, there = ({name for row, name in wrong if row == number} for wrong in (ours, theirs))
        if not "".join(cells).strip():
            # A blank row among the data is an error; at the end of the file it is no fault.
            assert there == {None}
            assert here == ({None} if number < last else set())
        elif len(cells) > len(header) or number in almost_empty:
            # One gesture, one error: what follows an extra cell is in the wrong columns.
            assert here == {None}
            assert there
        elif len(cells) < len(header):
            assert None in here
            _assert_agreed(table, header, cells, here - {None}, there & set(header[: len(cells)]))
        else:
            assert (None in here) is (None in there)
            _assert_agreed(table, header, cells, here - {None}, there - {None})


def _assert_agreed(table: Descriptor, header: list[str], cells: list[str], ours: set, theirs: set) -> None:
    by_name = {field["name"]: field for field in table["fields"]}
    for name in ours ^ theirs:
        text, refused = cells[header.index(name)], name in ours
        explained = any(d.ours_refuses is refused and d.applies(by_name[name], text) for d in DIFFERENCES)
        assert explained, (by_name[name], text, "we refuse" if refused else "frictionless refuses")
