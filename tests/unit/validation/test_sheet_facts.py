"""What an agent sees in a spreadsheet and its values do not say: errors, formulas, merges, hidden rows, zeros shown."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
import xlsxwriter

from ckanext.odl.validation import limits

from .conftest import codes, field, found, schema
from .files import cell, number, ods, row, xls

TABLE = schema(field("nom", required=True), field("montant", "number"), field("code", pattern="[0-9]{5}"))
HEADER = ["nom", "montant", "code"]


def book(fill: Any, header: list[str] | None = None) -> bytes:
    """An XLSX whose first sheet has the header and what ``fill(sheet, book)`` writes."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as workbook:
        sheet = workbook.add_worksheet("Données")
        sheet.write_row(0, 0, header or HEADER)
        fill(sheet, workbook)
    return out.getvalue()


def changed(content: bytes, part: str, *pairs: tuple[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            text = source.read(name)
            if name == part:
                for old, new in pairs:
                    assert old.encode() in text
                    text = text.replace(old.encode(), new.encode())
            target.writestr(name, text)
    return out.getvalue()


def fill_errors(sheet: Any, workbook: Any) -> None:
    sheet.write_formula(1, 0, "=NA()", None, "#N/A")
    sheet.write_formula(1, 1, "=1/0", None, "#DIV/0!")
    sheet.write_row(2, 0, ["a", 1, "48094"])
    sheet.write_formula(3, 0, "=Autre!A1", None, "#REF!")
    sheet.write_formula(4, 1, "=B2+B3", None, "")
    sheet.write(4, 0, "b")
    sheet.write_formula(5, 1, "=1+1", None, 2)
    sheet.write(5, 0, "c")


def test_a_cell_in_error_is_not_an_empty_cell(check):
    report = check(book(fill_errors), TABLE, "f.xlsx")
    assert [(error["code"], error["cell"], error["value"]) for error in report["errors"]] == [
        ("cell-error", "A2", "#N/A"),
        ("cell-error", "B2", "#DIV/0!"),
        ("cell-error", "A4", "#REF!"),
        ("formula-without-value", "B5", "=B2+B3"),
    ]
    assert "divise par zéro" in report["errors"][1]["message"]
    assert "enregistrez-le" in report["errors"][3]["remedy"]
    assert report["extract"]["rows"][1]["cells"][:2] == ["#N/A", "#DIV/0!"]


def test_errors_of_the_last_row_are_not_lost(check):
    report = check(book(lambda sheet, _: sheet.write_formula(1, 0, "=NA()", None, "#N/A")), TABLE, "f.xlsx")
    assert found(report) == [("cell-error", "A2")]


def test_a_shared_formula_without_value_is_found(check):
    content = book(lambda sheet, _: (sheet.write(1, 0, "a"), sheet.write_formula(1, 1, "=1+1", None, "")))
    content = changed(content, "xl/worksheets/sheet1.xml", ("<f>1+1</f><v></v>", '<f t="shared" si="0"/>'))
    assert found(check(content, TABLE, "f.xlsx")) == [("formula-without-value", "B2")]


def test_an_empty_text_is_a_result(check):
    content = book(lambda sheet, _: (sheet.write(1, 0, "a"), sheet.write_formula(1, 1, '=""', None, "")))
    content = changed(content, "xl/worksheets/sheet1.xml", ('<c r="B2"><f>', '<c r="B2" t="str"><f>'))
    assert check(content, TABLE, "f.xlsx")["status"] == "valid"


@pytest.mark.parametrize("text", ["#N/A", "#N/D", "#REF !", "#DIV/0 !", "#VALEUR !", "#NOM ?", "#VALUE!", "Err :502"])
def test_the_words_of_errors_are_known_in_a_csv_too(check, text):
    assert found(check(f"nom;montant;code\na;{text};48094\n", TABLE)) == [("cell-error", "B2")]


@pytest.mark.parametrize(
    ("text", "code"), [("=A1+B2", "formula-without-value"), ("=SOMME(A1:A3)", "formula-without-value")]
)
def test_a_formula_left_in_a_csv_is_said(check, text, code):
    assert found(check(f"nom;montant;code\na;{text};48094\n", TABLE)) == [(code, "B2")]
    assert found(check("nom;montant;code\n=> voir l’annexe;1;48094\n", TABLE)) == []


def test_the_zeros_that_a_format_shows_are_read(check):
    def fill(sheet: Any, workbook: Any) -> None:
        sheet.write_row(1, 0, ["a", 12])
        sheet.write_number(1, 2, 1004, workbook.add_format({"num_format": "00000"}))
        sheet.write_row(2, 0, ["b", 7, 1004])

    report = check(book(fill), TABLE, "f.xlsx")
    assert [(error["cell"], error["value"]) for error in report["errors"]] == [("C3", "1004")]


def test_merged_cells_and_hidden_rows_are_said(check):
    def fill(sheet: Any, workbook: Any) -> None:
        sheet.merge_range("A2:A4", "ensemble")
        for line in range(1, 4):
            sheet.write_row(line, 1, [line, "48094"])
        sheet.write_row(4, 0, ["b", 1, "48094"])
        sheet.set_row(4, None, None, {"hidden": True})
        sheet.set_row(9, None, None, {"hidden": True})

    report = check(book(fill), TABLE, "f.xlsx")
    assert found(report) == [("constraint-error", "A3"), ("constraint-error", "A4")]
    messages = {notice["code"]: notice["message"] for notice in report["notices"]}
    assert set(messages) == {"cells-merged", "rows-hidden"}
    assert "1 groupe" in messages["cells-merged"]
    assert "A2:A4" in messages["cells-merged"]
    assert "1 ligne masquée" in messages["rows-hidden"]
    assert "ligne 5" in messages["rows-hidden"]
    assert report["file"]["rows"] == 4


def test_the_declared_dimension_is_not_believed(check):
    content = book(lambda sheet, _: sheet.write_row(1, 0, ["a", 1, "48094"]))
    for dimension in ("A1", "A1:XFD1048576", "Z9"):
        lying = changed(
            content, "xl/worksheets/sheet1.xml", ('<dimension ref="A1:C2"/>', f'<dimension ref="{dimension}"/>')
        )
        report = check(lying, TABLE, "f.xlsx")
        assert (report["status"], report["file"]["rows"]) == ("valid", 1)


def test_the_facts_are_those_of_the_sheet_that_was_chosen(check):
    def fill(sheet: Any, workbook: Any) -> None:
        sheet.write_row(1, 0, ["a", 1, "48094"])
        other = workbook.add_worksheet("Notes")
        other.merge_range("A1:C1", "Notes")
        other.write_formula(1, 0, "=NA()", None, "#N/A")
        other.write(2, 0, "à lire")

    report = check(book(fill), TABLE, "f.xlsx")
    assert codes(report, "notices") == ["sheet-chosen"]
    assert report["status"] == "valid"


def test_an_ods_says_the_same(check):
    table = schema(
        field("nom", required=True),
        field("montant", "number"),
        field("jour", "date"),
        field("code", pattern="[0-9]{5}"),
    )
    report = check(ods(), table, "f.ods")
    assert found(report) == [("cell-error", "B3"), ("cell-error", "B4")]
    assert report["file"]["rows"] == 3
    messages = {notice["code"]: notice["message"] for notice in report["notices"]}
    assert "A2:B2" in messages["cells-merged"]
    assert "2 lignes masquées" in messages["rows-hidden"]
    assert report["extract"]["rows"][0]["cells"] == ["école", "", "2026-03-31", "01004"]


def test_what_is_repeated_in_an_ods(check):
    head = row(*map(cell, HEADER))
    filled = row(cell("a"), number("1", "1"), cell("48094"), number_rows_repeated="3")
    empty = row('<table:table-cell table:number-columns-repeated="16384"/>', number_rows_repeated="1048576")
    report = check(ods(head, filled, empty), TABLE, "f.ods")
    assert (report["status"], report["file"]["rows"], report["file"]["columns"]) == ("valid", 3, 3)
    unknown = '<table:table-cell table:formula="of:=[.A1]+1"/>'
    report = check(ods(head, row(cell("a"), unknown, cell("48094"))), TABLE, "f.ods")
    assert [(error["code"], error["value"]) for error in report["errors"]] == [("formula-without-value", "=A1+1")]
    bomb = row(cell("a", number_columns_repeated="99"), number_rows_repeated="1000000")
    assert codes(check(ods(head, bomb), TABLE, "f.ods"), "errors") == ["too-many-cells"]
    wide = row(cell("a", number_columns_repeated=str(limits.COLUMNS + 1)))
    assert codes(check(ods(head, wide), TABLE, "f.ods"), "errors") == ["too-many-columns"]


def test_an_xls_says_the_same(check):
    rows = [HEADER, ["a", 1004.0, "48094"], ["b", 2.0, "48094"]]
    content = xls(rows, errors=[(3, 0, 0x17), (3, 1, 0x07)], merged=[(1, 2, 2, 2), (0, 0, 0, 1)], hidden=[2])
    report = check(content, TABLE, "f.xls")
    assert [(error["code"], error["cell"], error["value"]) for error in report["errors"]] == [
        ("cell-error", "A4", "#REF!"),
        ("cell-error", "B4", "#DIV/0!"),
    ]
    messages = {notice["code"]: notice["message"] for notice in report["notices"]}
    assert "«\u00a0A1:B1\u00a0», «\u00a0C2:C3\u00a0»" in messages["cells-merged"]
    assert "ligne 3" in messages["rows-hidden"]


@pytest.mark.parametrize(
    ("name", "content", "code", "variant"),
    [
        ("f.xls", b"<table><tr><td>a</td></tr></table>", "not-a-table", "html-table"),
        (
            "f.xls",
            b'<html xmlns:x="urn:schemas-microsoft-com:office:excel"><table></table></html>',
            "not-a-table",
            "html-table",
        ),
        ("f.csv", b"<!DOCTYPE html><html></html>", "not-a-table", "html"),
        (
            "f.xls",
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
            "not-a-table",
            "xml-spreadsheet",
        ),
        ("f.kml", b'<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"/>', "not-a-table", "kml"),
        ("f.csv", b"%PDF-1.4\n", "not-a-table", "pdf"),
        ("f.csv", b"\x89PNG\r\n\x1a\n\0\0", "not-a-table", "picture"),
        ("f.bmp", b"BM\x36\0\0\0\0\0\0\0" + bytes(40), "not-a-table", "picture"),
        ("f.shp", b"\0\0\x27\x0a" + bytes(60), "format-not-allowed", "shapefile"),
        ("f.dbf", b"\x03\x5f\x07\x1a" + bytes(60), "format-not-allowed", "dbf"),
        ("f.csv", b"a;b\n1;2\n", None, None),
        ("f.xls", b"a;b\n1;2\n", "wrong-extension", None),
    ],
)
def test_the_content_says_the_format(check, name, content, code, variant):
    report = check(content, None, name)
    assert [(error["code"], error["params"].get("variant")) for error in report["errors"]] == (
        [(code, variant)] if code else []
    )


def test_an_archive_says_what_it_holds(check):
    def zipped(*names: str) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for name in names:
                archive.writestr(name, "a;b\n")
        return out.getvalue()

    error = check(zipped("dossier/subventions.csv", "lisez-moi.md"), None, "f.zip")["errors"][0]
    assert (error["code"], error["params"]["variant"]) == ("archive-not-allowed", "tables")
    assert "«\u00a0subventions.csv\u00a0»" in error["message"]
    assert check(zipped("a.shp", "a.dbf"), None, "f.zip")["errors"][0]["params"]["variant"] == "shapefile"
    assert check(zipped("a.md"), None, "f.csv")["errors"][0]["params"]["variant"] == "archive"
    assert check(zipped("xl/workbook.bin"), None, "f.xlsb")["errors"][0]["params"]["variant"] == "xlsb"
