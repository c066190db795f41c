"""A long file is judged by columns and a short one row by row: on any table both say the very same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ckanext.odl.validation import blocks, limits, validate

from .conftest import field, schema

SIRETS = ["21480095500017", "22480001100013", "35600000000048", "21480095500018", "2,20E+13", "130 025 265 00013", ""]
CELLS: dict[str, list[str]] = {
    "siret": SIRETS,
    "montant": ["12.5", "-3", "0", "1e3", "1 000 €", "12,5", ".5", "5.", "999999999999999999999", "100", "100.0", ""],
    "jour": ["2026-03-31", "2026-02-30", "2024-02-29", "1900-01-01", "31/03/2026", "2099-01-01", "2020-01-01", ""],
    "etat": ["oui", "non", "OUI", "", "NA"],
    "nom": ["Total", "Sous-total 2026", "é", "a\x85b", "a\x0bb", "ok", "ouiZZ", " ", "\u00a0", "x" * 30, "E+", "1234", ""],
    "insee": ["48095", "2A004", "97411", "4809", "48 095", "é8095", ""],
    "lon": ["2.35", "48.85", "200", ""],
    "lat": ["48.85", "2.35", "-21.1", ""],
    "numero": ["1", "01", "99999", "-1", "1.0", ""],
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
        monkeypatch.setattr(limits, "BLOCK_BYTES", block)
        monkeypatch.setattr(blocks, "_FEW", 0)
        report = validate(path, table).to_dict()
        report["seconds"] = 0
        reports.append(report)
    return reports


from hypothesis import Phase
PH=(Phase.explicit,Phase.generate)
@settings(max_examples=int(__import__("os").environ.get("N","250")), deadline=None, phases=PH, suppress_health_check=list(HealthCheck))
@given(file=texts(), block=st.sampled_from([40, 200, 1000, 100_000]))
def test_columns_and_rows_say_the_same(tmp_path, monkeypatch, file, block):
    table, content = file
    path = tmp_path / "fichier.csv"
    path.write_bytes(content)
    by_columns, by_rows = both(path, table, monkeypatch, block)
    assert by_columns == by_rows


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
