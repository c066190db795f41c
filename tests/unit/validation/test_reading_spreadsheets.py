from __future__ import annotations

import io
import struct
import zipfile
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from ckanext.odl.validation import validate

from .conftest import codes, field, found, schema

TABLE = schema(
    field("siret", pattern=r"^\d{14}$"),
    field("jour", "date"),
    field("montant", "number"),
    field("oui", "boolean"),
    field("heure", "time"),
)


def workbook(*sheets: tuple[str, list[list[object]]]) -> bytes:
    out = io.BytesIO()
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(out)
    return out.getvalue()


MIDNIGHT = datetime(2026, 3, 31)  # noqa: DTZ001 (a spreadsheet knows no time zone)
HEADER = ["siret", "jour", "montant", "oui", "heure"]
ROW = [13002526500013, date(2026, 3, 31), 12.5, True, time(14, 30)]


def test_cells_are_read_as_what_they_are(check):
    report = check(workbook(("F", [HEADER, ROW, ["13002526500013", MIDNIGHT, 3, False, "14:30:00"]])), TABLE, "f.xlsx")
    assert report["errors"] == []
    assert report["file"] | {"size": 0, "sha256": "", "name": ""} == {
        "name": "", "size": 0, "sha256": "", "format": "xlsx", "encoding": None, "delimiter": None, "sheet": "F",
        "sheets": [{"name": "F", "rows": 2, "hidden": False}], "sheet_why": "only",
        "header_row": 1, "rows": 2, "columns": 5,
    }  # fmt: skip


def test_a_date_is_a_date_whatever_its_display_and_fractions_have_no_noise(tmp_path):
    path = tmp_path / "f.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["jour", "part", "somme"])
        sheet.write_datetime(1, 0, MIDNIGHT, book.add_format({"num_format": "dd/mm/yyyy"}))
        sheet.write_number(1, 1, 0.45, book.add_format({"num_format": "0 %"}))
        sheet.write_number(1, 2, 0.1 + 0.2)
    table = schema(
        field("jour", "date"), field("part", "number", enum=["0.45"]), field("somme", "number", enum=["0.3"])
    )
    assert validate(path, table).status == "valid"


def test_the_sheet_that_fits_is_chosen_and_said(check):
    content = workbook(("Lisez-moi", [["Ce classeur"], ["est à lire"]]), ("Données", [["Titre"], [], HEADER, ROW]))
    report = check(content, TABLE, "f.xlsx")
    assert report["status"] == "valid"
    assert report["file"]["sheet"] == "Données"
    assert set(codes(report, "notices")) == {"sheet-chosen", "header-not-first"}


def test_without_a_known_column_the_sheet_with_a_table_is_chosen(check):
    content = workbook(("Couverture", [["Données 2025"]]), ("T", [["a", "b", "c", "d"], [1, 2, 3, 4]]))
    assert check(content, None, "f.xlsx")["file"]["sheet"] == "T"


def test_formatted_empty_rows_are_not_rows(tmp_path):
    path = tmp_path / "f.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        grey = book.add_format({"bg_color": "#cccccc"})
        sheet.write_row(0, 0, ["a", "b"])
        sheet.write_row(1, 0, [1, 2])
        for row in range(2, 500):
            sheet.write_blank(row, 0, None, grey)
    report = validate(path, schema("a", "b")).to_dict()
    assert (report["status"], report["file"]["rows"], report["notices"]) == ("valid", 1, [])


def test_ods_is_read(tmp_path):
    path = tmp_path / "f.ods"
    cells = (
        '<table:table-row><table:table-cell office:value-type="string"><text:p>a</text:p></table:table-cell>'
        '<table:table-cell office:value-type="string"><text:p>b</text:p></table:table-cell></table:table-row>'
        '<table:table-row table:number-rows-repeated="2"><table:table-cell office:value-type="float" office:value="1"/>'
        '<table:table-cell office:value-type="date" office:date-value="2026-03-31"/></table:table-row>'
    )
    namespaces = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content{namespaces}><office:body><office:spreadsheet>'
            f'<table:table table:name="F">{cells}</table:table></office:spreadsheet></office:body>'
            "</office:document-content>",
        )
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    report = validate(path, schema(field("a", "integer", unique=True), field("b", "date"))).to_dict()
    assert report["file"]["format"] == "ods"
    assert report["file"]["rows"] == 2
    assert found(report) == [("unique-error", "A3")]


def zipped(**entries: bytes | str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("__", "/").replace("_x", ".x"), content)
    return out.getvalue()


def test_hostile_archives_are_refused_before_they_are_opened(check):
    good = workbook(("F", [HEADER, ROW]))
    many = zipped(**{"xl__workbook_xml": "<a/>", **{f"e{i}": "x" for i in range(600)}})
    assert codes(check(many, TABLE, "f.xlsx"), "errors") == ["archive-entries"]
    bomb = zipped(xl__workbook_xml="<a/>", big=b"\0" * 110_000_000)
    assert codes(check(bomb, TABLE, "f.xlsx"), "errors") == ["archive-ratio"]
    dtd = zipped(xl__workbook_xml='<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a/>')
    assert codes(check(dtd, TABLE, "f.xlsx"), "errors") == ["xml-dtd"]
    assert codes(check(good[: len(good) // 2], TABLE, "f.xlsx"), "errors") == ["archive-truncated"]
    damaged = bytearray(good)
    damaged[200:230] = b"\xff" * 30
    assert check(bytes(damaged), TABLE, "f.xlsx")["status"] == "unreadable"
    assert codes(check(zipped(a_txt="x"), TABLE, "f.xlsx"), "errors") == ["archive-not-allowed"]
    assert codes(check(far_cell(good), TABLE, "f.xlsx"), "errors") == ["too-many-cells"]


def far_cell(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            if name.startswith("xl/worksheets/"):
                last = b'<row r="1048576"><c r="XFD1048576" t="n"><v>1</v></c></row></sheetData>'
                part = part.replace(b"</sheetData>", last)
            target.writestr(name, part)
    return out.getvalue()


def container(*names: str, loop: bool = False) -> bytes:
    """A compound file of empty streams; ``loop``: its directory's chain comes back on itself."""
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<HHHHH", header, 24, 62, 3, 0xFFFE, 9, 6)
    struct.pack_into("<I", header, 48, 1)
    struct.pack_into("<IIII", header, 60, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    struct.pack_into("<109I", header, 76, 0, *[0xFFFFFFFF] * 108)
    table = struct.pack("<128I", 0xFFFFFFFD, 1 if loop else 0xFFFFFFFE, *[0xFFFFFFFF] * 126)
    entries = b"".join(
        (name.encode("utf-16-le") + b"\0\0").ljust(64, b"\0") + struct.pack("<HB", len(name) * 2 + 2, 2) + bytes(61)
        for name in names
    )
    return bytes(header) + table + entries.ljust(512, b"\0")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (container("EncryptedPackage"), "office-encrypted"),
        (container("Workbook"), "office-no-sheet"),
        (container("WordDocument"), "not-a-table"),
        (container("Workbook", loop=True), "office-broken"),
        (container("Workbook")[:700], "office-broken"),
    ],
)
def test_compound_files(check, content, code):
    assert codes(check(content, TABLE, "f.xls"), "errors") == [code]


@pytest.mark.parametrize(("name", "content"), [("f.csv", workbook(("F", [HEADER, ROW]))), ("f.xlsx", b"a;b\n1;2\n")])
def test_a_name_that_lies_is_said(check, name: str, content: bytes):
    report = check(content, TABLE, name)
    assert codes(report, "errors") == ["wrong-extension"]


def test_an_empty_workbook(check):
    assert codes(check(workbook(("F", [])), TABLE, "f.xlsx"), "errors") == ["file-empty"]


def test_no_path_of_the_server_in_a_report(tmp_path: Path):
    path = tmp_path / "f.xlsx"
    path.write_bytes(b"PK\x03\x04 broken")
    assert str(tmp_path) not in str(validate(path, TABLE, name="mon fichier.xlsx").to_dict())
