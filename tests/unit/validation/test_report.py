from __future__ import annotations

import csv
import hashlib
import io
import json

import openpyxl
import pytest

from ckanext.odl.validation import as_csv, as_xlsx, limits
from ckanext.odl.validation.command import main
from ckanext.odl.validation.export import neutralise

from .conftest import field, schema

TABLE = schema(field("a", "integer"), "b")


def test_the_shape_of_the_contract(check):
    content = "a;b\nx;1\n2;2\n"
    digest = hashlib.sha256(content.encode()).hexdigest()
    report = check(content, {**TABLE, "name": "essai", "version": "1.0.0"}, "données.csv")
    assert report["schema"] == {"id": "essai", "version": "1.0.0"}
    assert report["file"] == {
        "name": "données.csv", "size": len(content), "sha256": digest, "format": "csv",
        "encoding": "utf-8", "delimiter": ";", "sheet": None, "sheets": None,
        "sheet_why": None, "header_row": 1, "rows": 2, "columns": 2,
    }  # fmt: skip
    assert report["counts"] == {
        "errors": 1, "warnings": 0, "notices": 0, "rows_with_errors": 1,
        "by_code": [
            {"code": "type-error", "constraint": None, "field": "a", "column": 1, "severity": "error", "count": 1,
             "first_row": 2}
        ],
    }  # fmt: skip
    error = report["errors"][0]
    assert (error["code"], error["row"], error["column"], error["cell"], error["field"], error["value"]) == (
        "type-error",
        2,
        1,
        "A2",
        "a",
        "x",
    )
    assert report["report_version"] == 1
    assert json.loads(json.dumps(report)) == report


def test_counts_are_exact_and_lists_cut_at_100_per_code_and_column(check):
    report = check("a;b\n" + "x;1\n" * 250, TABLE)
    assert report["counts"]["errors"] == 250
    assert report["counts"]["rows_with_errors"] == 250
    assert len(report["errors"]) == 100
    assert report["truncated"] is True


def test_the_report_is_never_larger_than_its_limit(check):
    fields = [field(f"colonne_{i}", "integer") for i in range(200)]
    header = ";".join(f["name"] for f in fields)
    row = ";".join("é" * 150 for _ in fields)
    report = check(header + "\n" + (row + "\n") * 120, schema(*fields))
    assert len(json.dumps(report, ensure_ascii=False).encode()) <= limits.REPORT_BYTES
    assert report["counts"]["errors"] == 200 * 120
    assert report["notices"][-1]["code"] == "report-truncated"


def test_values_are_cut(check):
    report = check("a;b\n" + "x" * 5000 + ";1\n", TABLE)
    assert len(report["errors"][0]["value"]) == limits.VALUE_CHARACTERS


def test_the_extract_shows_wrong_rows_with_the_row_before(check):
    report = check("a;b\n1;1\nx;2\ny;3\n4;4\n5;5\nz;" + "l" * 300 + "\n", TABLE)
    extract = report["extract"]
    assert (extract["header"], extract["header_row"]) == (["a", "b"], 1)
    assert [row["row"] for row in extract["rows"]] == [2, 3, 4, 6, 7]
    assert len(extract["rows"][-1]["cells"][1]) == 80
    many = check("a;b\n" + "x;1\n" * 500, TABLE)["extract"]["rows"]
    assert len(many) == limits.EXTRACT_ROWS + 1


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1"])
def test_formulas_are_neutralised(text):
    assert neutralise(text) == "'" + text


@pytest.mark.parametrize("text", ["-12", "+33", "-1,5", "abc", "", "12"])
def test_plain_text_and_numbers_are_left(text):
    assert neutralise(text) == text


def test_exports_hold_every_finding_and_no_formula(check):
    report = check('a;b\n=HYPERLINK("http://x");1\n@x;2\n', {**TABLE, "custom_checks": [{"name": "=x", "params": {}}]})
    rows = list(csv.reader(io.StringIO(as_csv(report, "fr").decode("utf-8-sig")), delimiter=";"))
    assert rows[0][0] == "Gravité"
    assert len(rows) == 4
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(report, "fr")))
    assert book.sheetnames == ["Problèmes", "Par cause"]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert all(cell.data_type != "f" for cell in cells)
    texts = [str(cell.value) for cell in cells] + [cell for row in rows for cell in row]
    assert not [text for text in texts if text[:1] in ("=", "+", "-", "@", "\t")]
    assert as_csv(report, "en").decode("utf-8-sig").startswith("Severity;")


def test_the_command(tmp_path, capsys):
    table = tmp_path / "t.json"
    table.write_text(json.dumps(TABLE))
    good, bad, empty = tmp_path / "bon.csv", tmp_path / "faux.csv", tmp_path / "vide.csv"
    good.write_text("a;b\n1;1\n")
    bad.write_text("a;b\nx;\x1b[31m\n")
    empty.write_text("")
    assert main([str(good), "--schema", str(table)]) == 0
    assert "conforme" in capsys.readouterr().out
    assert main([str(good), str(bad), "--schema", str(table), "--json"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["status"] for line in lines] == ["valid", "invalid"]
    assert main([str(empty), str(bad), "--schema", str(table)]) == 2
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "A2" in shown
    assert main([str(bad), "--schema", str(table), "--language", "en"]) == 1
    assert "to be corrected" in capsys.readouterr().out
    assert main([str(good), "--schema", "pas/un-modele"]) == 3
    assert main([str(tmp_path / "absent.csv")]) == 3
    with pytest.raises(SystemExit) as refused:
        main([])
    assert refused.value.code == 3
