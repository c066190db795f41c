"""A long file is judged by columns and a short one row by row: on any table both say the very same."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pyarrow as pa
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ckanext.odl.scdl import catalogue
from ckanext.odl.validation import blocks, limits, validate
from ckanext.odl.validation.arrays import np
from ckanext.odl.validation.checks import build_checks
from ckanext.odl.validation.columns import Texts
from ckanext.odl.validation.fields import FieldRule, build_fields
from ckanext.odl.validation.judges import ColumnJudge
from ckanext.odl.validation.proofs import proof_of
from ckanext.odl.validation.seen import FirstSeen
from ckanext.odl.validation.structure import Column

from .conftest import field, schema

SIRETS = ["21480095500017", "22480001100013", "35600000000048", "21480095500018", "2,20E+13", "130 025 265 00013", ""]
CELLS: dict[str, list[str]] = {
    "siret": SIRETS,
    "montant": ["12.5", "-3", "0", "1e3", "1 000 €", "12,5", ".5", "5.", "999999999999999999999", "100", "100.0", ""],
    "jour": ["2026-03-31", "2026-02-30", "2024-02-29", "1900-01-01", "31/03/2026", "2099-01-01", "2020-01-01", ""],
    "etat": ["oui", "non", "OUI", "", "NA"],
    "nom": [
        "Total",
        "Sous-total 2026",
        "é",
        "a\x85b",
        "a\x0bb",
        "ok",
        "ouiZZ",
        " ",
        "\u00a0",
        "x" * 30,
        "E+",
        "1234",
        "",
    ],
    "insee": ["48095", "2A004", "97411", "4809", "48 095", "é8095", ""],
    "lon": ["2.35", "48.85", "200", ""],
    "lat": ["44.5", "48.85", "2.35", "-21.1", ""],
    "numero": ["12", "012", "99999", "-1", "1.0", ""],
    "cle_interop": [
        "48095_0123_00012",
        "48095_0123_00013",
        "48095_0123_00012_bis",
        "2a004_0123_00012",
        "48001_0_1",
        "",
    ],
    "commune_insee": ["48095", "48001", "2A004", ""],
    "x": ["739747.31", "739000.0", "700000", "abc", ""],
    "y": ["6378371.06", "6378000.5", "6600000", ""],
    "long": ["3.5", "44.5", "55.5", "3.5000001", "3.05e1", ""],
    "id_ban_commune": ["0246a8f0-77c2-4bb8-8ab2-1c2b5d3c0a11", "0246A8F0-77C2-4BB8-8AB2-1C2B5D3C0A11", "x", ""],
    "id_ban_adresse": ["0246a8f0-77c2-4bb8-8ab2-1c2b5d3c0a11", ""],
}
TABLES = [
    schema(
        field("siret", pattern=r"^\d{14}$"),
        field("montant", "number", required=True, minimum=0, maximum=100),
        field("jour", "date", required=True, minimum="2020-01-01"),
        {"name": "etat", "type": "boolean", "trueValues": ["oui"], "falseValues": ["non"]},
        field("nom", required=True, minLength=2, maxLength=20),
        field("insee", required=True),
        custom_checks=[
            {"name": "siret", "params": {"column": "siret"}},
            {"name": "one-of-required", "params": {"column1": "siret", "column2": "insee"}},
            {"name": "cohesive-columns", "params": {"column": "siret", "othercolumns": ["etat"]}},
        ],
    ),
    schema(
        field("numero", "integer", unique=True),
        field("nom", unique=True),
        field("jour", "date"),
        field("lon", "number"),
        field("lat", "number"),
        field("etat", enum=["oui", "non"]),
        primaryKey=["jour", "etat"],
        missingValues=["", "NA"],
    ),
    schema(
        field("insee", required=True, minLength=5, maxLength=5, pattern=r"^([013-9]\d|2[AB1-9])\d{3}$"),
        field("numero", "integer", required=True, minimum=0, maximum=99999),
        field("montant", "number"),
        field("siret"),
        custom_checks=[
            {"name": "bal-single-commune", "params": {"commune_insee": "insee"}},
            {"name": "code-commune-insee", "params": {"column": "insee"}},
            {"name": "compare-columns", "params": {"column": "montant", "op": "<=", "column2": "numero"}},
            {"name": "siren", "params": {"column": "siret"}},
        ],
    ),
    schema("nom", field("etat", required=True), primaryKey="nom"),
    schema(
        field("cle_interop", required=True),
        "commune_insee",
        field("numero", "integer"),
        *(field(name, "number") for name in ("x", "y", "long", "lat")),
        {"name": "id_ban_commune", "type": "string", "format": "uuid"},
        {"name": "id_ban_adresse", "type": "string", "format": "uuid"},
        custom_checks=[{"name": f"bal-{name}"} for name in ("cle-interop", "coordinates", "single-commune", "ban-ids")],
    ),
]
ODD = ['"a;b"', '"a,b"', '"l\ni"', '"l\r\ni"', '"q""t"', 'a"b', '"a"b', '""', '" "', '"48095"', "\t", "’", '"', "a\rb"]


@st.composite
def texts(draw: st.DrawFn) -> tuple[dict[str, Any], bytes]:
    """A schema and a file that tries to fit it: odd quotes, ragged and blank rows, all kinds of line ends."""
    table = draw(st.sampled_from(TABLES))
    names = [declared["name"] for declared in table["fields"]]
    header = list(draw(st.permutations(names)))
    if draw(st.integers(0, 3)) == 0:
        header = header[:-1]
    header += draw(st.sampled_from([[], [], [""], ["autre"], ["", "autre", ""]]))
    delimiter = draw(st.sampled_from(";,\t"))
    ends = draw(st.sampled_from([["\n"], ["\r\n"], ["\n", "\r\n"], ["\n", "\n", "\n", "\r"]]))
    odd = draw(st.sampled_from([0, 0, 1, 5]))
    quoted = draw(st.sampled_from([0, 0, 10, 3]))
    good = draw(st.booleans())
    lines = []
    for _ in range(draw(st.integers(0, 30))):
        cells = []
        for name in header:
            pool = CELLS.get(name, ["", "", "x", " "])
            cell = draw(st.sampled_from(pool[: 1 if good and draw(st.integers(0, 9)) else None]))
            if odd and draw(st.integers(0, 99)) < odd:
                cell = draw(st.sampled_from(ODD))
            elif quoted and draw(st.integers(0, quoted)) == 0:
                cell = f'"{cell}"'
            cells.append(cell)
        shape = draw(st.integers(0, 24))
        if shape == 0:
            cells = []
        elif shape == 1:
            cells = [""] * len(cells)
        elif shape == 2:
            cells.append(draw(st.sampled_from(["", "x"])))
        elif shape == 3:
            cells = cells[: draw(st.integers(1, len(cells)))]
        elif shape == 4 and lines:
            lines.append(draw(st.sampled_from(lines)))
            continue
        elif shape == 5:
            cells = ["Total", *[""] * (len(cells) - 1)]
        lines.append(delimiter.join(cells))
    lines.insert(0, delimiter.join(header))
    if draw(st.integers(0, 9)) == 0:
        lines.insert(0, draw(st.sampled_from([f"sep={delimiter}", "Un titre", ""])))
    text = "".join(line + draw(st.sampled_from(ends)) for line in lines)
    if draw(st.booleans()):
        text = text.rstrip("\r\n")
    bom = draw(st.sampled_from(["", "", "\ufeff", "\ufeff\ufeff"]))
    encoding = draw(st.sampled_from(["utf-8", "utf-8", "utf-8", "utf-16", "cp1252"]))
    if encoding == "cp1252":
        return table, text.replace("\x85", "").encode("cp1252", "replace")
    return table, (bom + text).encode(encoding)


def both(path: Any, table: Any, monkeypatch: pytest.MonkeyPatch, block: int) -> list[dict[str, Any]]:
    reports = []
    for columnar in (0, 1 << 60):
        monkeypatch.setattr(limits, "COLUMNAR_BYTES", columnar)
        monkeypatch.setattr(limits, "COLUMNAR_CELLS", columnar)
        monkeypatch.setattr(limits, "BLOCK_BYTES", block)
        monkeypatch.setattr(limits, "BLOCK_ROWS", max(block // 40, 1))
        monkeypatch.setattr(blocks, "_FEW", 0)
        report = validate(path, table).to_dict()
        report["seconds"] = 0
        reports.append(report)
    return reports


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(file=texts(), block=st.sampled_from([40, 200, 1000, 100_000]))
def test_columns_and_rows_say_the_same(tmp_path, monkeypatch, file, block):
    table, content = file
    path = tmp_path / "fichier.csv"
    path.write_bytes(content)
    by_columns, by_rows = both(path, table, monkeypatch, block)
    assert by_columns == by_rows


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(file=texts(), block=st.sampled_from([40, 200, 100_000]))
def test_columns_and_rows_of_a_spreadsheet_say_the_same(tmp_path, monkeypatch, file, block):
    table, content = file
    path = tmp_path / "fichier.xlsx"
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet()
    for number, row in enumerate(csv.reader(io.StringIO(content.decode("utf-8", "ignore"), newline=""), delimiter=";")):
        for column, cell in enumerate(row):
            sheet.write(number, column, float(cell) if NUMBER.fullmatch(cell) else cell)
    book.close()
    by_columns, by_rows = both(path, table, monkeypatch, block)
    assert by_columns == by_rows


NUMBER = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{1,2})?")
"""What an agent types as a number; the rest is written as text."""

NASTY = [
    "", " ", "\u00a0", "\t", "a", "é", "ouiZZ", "oui", "non", "NA", "0", "00", "01", "-0", "-1", "+1", "1.", ".5",
    "1.0", "1.5", "1,5", "1e3", "1E+3", "2,20E+13", "1_000", "٣", "１２", "NaN", "inf", "1" * 18, "9" * 19, "0" * 8,
    "1234", "12345678", "1" * 13, "100", "99999", "100000", "1899-12-31", "1904-01-01", "1905-05-05", "1906-01-01",
    "2024-02-29", "2023-02-29", "2024-04-31", "2024-00-10", "2024-13-01", "2024-1-05", "2098-12-31", "2099-01-01",
    "20240101", "0000-01-01", "2024/01/01", "1905", "1906", "2026", "2099", "26", "48095", "2A004", "2a004", "97411",
    "20000", "98000", "00100", "21480095500017", "21480095500018", "35600000000048", "00000000000000", "552100554",
    "000000000", "22040000000000", "a\x0bb", "a\x7fb", "a\x80b", "a\x9fb", "a\xa0b", "a\u2028b", "l\nf", "x" * 256,
    "é" * 256, "x" * 257, "1 000 €", "12 €", "Total", "0246a8f0-77c2-4bb8-8ab2-1c2b5d3c0a11",
    "0246a8f0-77c2-9bb8-8ab2-1c2b5d3c0a11", "Ⅷ", "²", "E+", "e+1",
]  # fmt: skip


def test_no_proof_says_more_than_the_rule():
    """What is proven clean for a whole column is clean for the scalar rule, in every column of the catalogue."""
    proven = columns_proven = 0
    for entry in catalogue():
        if not entry.is_table:
            continue
        descriptor = catalogue().table(entry.id, entry.latest)
        rules = build_fields(descriptor)
        checks = build_checks(descriptor, rules, frozenset(rule.name for rule in rules))
        for index, rule in enumerate(rules):
            judge = ColumnJudge(Column(index, rule), [check for check in checks.cells if check.column == rule.name])
            proof = proof_of(judge)
            if proof is None:
                continue
            columns_proven += 1
            pool = [*NASTY, *map(str, rule.constraints.get("enum") or ()), rule.example or ""]
            clean = proof(Texts(pa.array(pool, pa.string())))
            wrong = [text for text, sure in zip(pool, clean, strict=True) if sure and judge[text]]
            assert not wrong, (entry.id, rule.name, wrong)
            proven += int(clean.sum())
    assert columns_proven > 300
    assert proven > 10 * columns_proven


@given(texts=st.lists(st.text(st.sampled_from("0123456789-.+eE aé\x80\u00a0"), max_size=16), min_size=1, max_size=40))
@settings(max_examples=60, deadline=None)
@pytest.mark.parametrize(
    "declared",
    [
        field("a", "integer", minimum=-5, maximum=100),
        field("a", "number", minimum=0.1, maximum=1.5),
        field("a", "date", minimum="2020-01-01"),
        field("a", "year"),
        field("a", minLength=2, maxLength=4, required=True),
        field("a", pattern=r"\d+(\.\w)?|-|[^\W\d]"),
        field("insee"),
        field("montant"),
    ],
)
def test_no_proof_says_more_on_any_text(declared, texts):
    judge = ColumnJudge(Column(0, FieldRule(declared, [""])), [])
    proof = proof_of(judge)
    if proof is not None:
        clean = proof(Texts(pa.array(texts, pa.string())))
        assert not [text for text, sure in zip(texts, clean, strict=True) if sure and judge[text]]


def test_a_million_hashes_find_what_a_dict_finds():
    seen, known = FirstSeen(), {}
    generator = np.random.default_rng(7)
    for start in range(0, 60_000, 7_000):
        values = generator.integers(0, 30_000, 7_000)
        rows = np.arange(start, start + 7_000)
        expected = [known.setdefault(int(value), int(row)) for value, row in zip(values, rows, strict=True)]
        # Few distinct first hashes: the second one has to tell the values apart.
        pairs = np.stack([(values % 5_000).astype(np.uint64), values.astype(np.uint64)])
        assert seen.first(pairs, rows).tolist() == expected


AMOUNTS = schema(field("jour", "date"), field("montant", "number"), field("etat", enum=["oui", "non"]), field("note"))


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ("2026-01-01,12,5,oui,x", "B2"),
        ("2026-01-01,12,5,oui,", "B2"),
        ("2026-01-01,12,oui,Dupont, Jean", "D2"),
        ("2026-01-01,12,oui,x,", None),
        ("2026-01-01,12,peut-être,x,y,z", "E2"),
    ],
)
def test_a_row_too_long_is_shown_where_it_was_cut(check, row, place):
    report = check(f"jour,montant,etat,note\n{row}\n", AMOUNTS)
    assert [error["cell"] for error in report["errors"]] == ([place] if place else [])


def test_the_value_shown_is_the_one_that_was_cut(check):
    report = check("jour,montant,etat,note\n2026-01-01,12,50,oui,x\n", AMOUNTS)
    assert report["errors"][0]["value"] == "12,50"
