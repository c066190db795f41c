"""The rows of one member, out of a file for several: the same rows, the same values, nothing lost."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ckanext.odl.deposit import inspect, part
from ckanext.odl.validation.reading import FileFacts, open_table

A, B = "21480095500016", "21480092200016"


def taken(path: Path, values: list[str], **options: Any) -> tuple[dict[str, object], bytes]:
    output = io.BytesIO()
    return part(path, column="A", values=values, outputs=[output], name=path.name, **options), output.getvalue()


def test_a_text_keeps_its_separator_its_zeros_and_its_quotes(tmp_path: Path):
    path = tmp_path / "x.csv"
    path.write_text(f'siret;code;objet\n{A};00123;"a;b"\n{B};1;c\n{A[:3]} {A[3:]};2;"d ""e"""\n', "utf-8")
    told, content = taken(path, [A])
    assert told == {"rows": 2, "format": "csv"}
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    assert rows == [["siret", "code", "objet"], [A, "00123", "a;b"], [f"{A[:3]} {A[3:]}", "2", 'd "e"']]


def test_a_workbook_gives_a_workbook_with_the_same_texts(tmp_path: Path):
    path = tmp_path / "x.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    for row, cells in enumerate(
        [["titre"], ["siret", "montant", "code"], [A, 12.5, "007"], [B, 1, "8"], [A, 3, "=1+1"]]
    ):
        for column, cell in enumerate(cells):
            (sheet.write_number if isinstance(cell, float | int) else sheet.write_string)(row, column, cell)
    book.close()
    told, content = taken(path, [A], columns=["siret", "montant", "code"])
    assert told == {"rows": 2, "format": "xlsx"}
    result = tmp_path / "part.xlsx"
    result.write_bytes(content)
    rows = [cells for _, cells in open_table(result, FileFacts("part.xlsx"), []).open_rows()]
    assert rows == [["siret", "montant", "code"], [A, "12.5", "007"], [A, "3", "=1+1"]]


@pytest.mark.parametrize("geo", [False, True])
def test_json_gives_the_same_records(tmp_path: Path, geo: bool):
    records = [{"siret": A, "lots": ["x"]}, {"siret": B, "lots": []}]
    content: object = records
    if geo:
        features = [{"type": "Feature", "geometry": None, "properties": record} for record in records]
        content = {"type": "FeatureCollection", "features": features}
    path = tmp_path / ("x.geojson" if geo else "x.json")
    path.write_text(json.dumps(content), "utf-8")
    told, written = taken(path, [B])
    assert told["rows"] == 1
    found = json.loads(written)
    assert (found["features"][0]["properties"] if geo else found[0]) == records[1]


def test_a_value_that_is_not_there_gives_the_headings_alone(tmp_path: Path):
    path = tmp_path / "x.csv"
    path.write_text(f"siret,objet\n{A},a\n", "utf-8")
    told, content = taken(path, [B])
    assert told["rows"] == 0
    assert content.decode("utf-8-sig").strip() == "siret,objet"


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["48095", "48092", "01004", ""]), min_size=1, max_size=30))
def test_the_parts_make_the_whole(tmp_path: Path, codes: list[str]):
    path = tmp_path / "x.csv"
    path.write_text("code_insee;n\n" + "".join(f"{code};{n}\n" for n, code in enumerate(codes)), "utf-8")
    owners = inspect(path, name="x.csv")["owners"]
    told = dict(owners["values"]) if owners else {}
    for code in set(codes) - {""}:
        told_rows, content = taken(path, [code])
        assert told_rows["rows"] == told[code] == codes.count(code)
        rest, others = taken(path, [code], others=True)
        assert rest["rows"] == len(codes) - codes.count(code)
        assert sorted(content.splitlines()[1:] + others.splitlines()[1:]) == sorted(path.read_bytes().splitlines()[1:])
    assert bool(owners) == bool(set(codes) - {""})
