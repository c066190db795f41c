"""A workbook with several sheets: which one is read, which others hold data, and the one that a person asks for."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from ckanext.odl.scdl import catalogue
from ckanext.odl.scdl.models import blank_xlsx
from ckanext.odl.validation import validate
from ckanext.odl.validation.command import main

from .conftest import codes, schema
from .files import cell, ods, row

TABLE = schema("nom", "montant")
GRANTS = [["nom", "montant"], ["Judo", 1], ["Chorale", 2]]
MEMBERS = [["adhérent", "ville", "année"], ["A", "Mende", 2024], ["B", "Mende", 2024], ["C", "Florac", 2025]]


def workbook(*sheets: tuple[str, list[list[Any]]], hidden: str = "") -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for cells in rows:
            sheet.append(cells)
        sheet.sheet_state = "hidden" if name == hidden else "visible"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(tmp_path: Path, content: bytes, table: Any = None, sheet: str | None = None, name: str = "f.xlsx") -> Any:
    path = tmp_path / name
    path.write_bytes(content)
    return validate(path, table, sheet=sheet).to_dict()


def test_each_sheet_with_data_is_named_with_its_rows_hidden_ones_too(tmp_path: Path):
    empty = [("Vide", []), ("Titre", [["2025"]]), ("Entêtes", [["nom", "montant"]])]
    report = read(tmp_path, workbook(*empty, ("S", GRANTS), ("Adhérents", MEMBERS), hidden="Adhérents"), TABLE)
    assert report["file"]["sheets"] == [
        {"name": "S", "rows": 2, "hidden": False},
        {"name": "Adhérents", "rows": 3, "hidden": True},
    ]
    assert (report["file"]["sheet"], report["file"]["sheet_why"]) == ("S", "columns")
    assert "Adhérents" in report["notices"][0]["message"]


def test_without_a_model_the_first_visible_table_is_read(tmp_path: Path):
    report = read(tmp_path, workbook(("A", MEMBERS), ("S", GRANTS), hidden="A"))
    assert (report["file"]["sheet"], report["file"]["sheet_why"]) == ("S", "first")


def test_sheets_without_rows_are_not_spoken_of(tmp_path: Path):
    report = read(tmp_path, workbook(("Lisez-moi", [["À lire"]]), ("S", GRANTS), ("Feuil3", [])), TABLE)
    assert (report["file"]["sheet"], report["file"]["sheet_why"]) == ("S", "only")
    assert codes(report, "notices") == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_sheets_beside_the_data_of_our_models_are_not_spoken_of(tmp_path: Path, language: str):
    table = catalogue().table("scdl/subventions")
    content = blank_xlsx(table, "Subventions", language, with_example=True)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert len(re.findall("<sheet ", archive.read("xl/workbook.xml").decode())) > 1
    report = read(tmp_path, content, "scdl/subventions")
    assert report["file"]["sheet_why"] == "only"
    assert "sheet-chosen" not in codes(report, "notices")
    assert [sheet["rows"] for sheet in report["file"]["sheets"]] == [1]


def test_a_sheet_that_only_has_the_name_of_ours_is_data(tmp_path: Path):
    report = read(tmp_path, workbook(("S", GRANTS), ("Colonnes", MEMBERS), ("Listes", MEMBERS)), TABLE)
    assert [sheet["name"] for sheet in report["file"]["sheets"]] == ["S", "Colonnes", "Listes"]


def test_another_sheet_is_read_when_it_is_asked_for(tmp_path: Path):
    content = workbook(("S", GRANTS), ("Adhérents", MEMBERS))
    report = read(tmp_path, content, TABLE, "Adhérents")
    assert (report["file"]["sheet"], report["file"]["sheet_why"], report["file"]["rows"]) == ("Adhérents", "asked", 3)
    assert report["extract"]["header"] == MEMBERS[0]
    assert "S" in report["notices"][0]["params"]["others"]


def test_a_sheet_that_is_not_there_is_said_and_the_likely_one_read(tmp_path: Path):
    report = read(tmp_path, workbook(("S", GRANTS)), TABLE, "Subventions 2024")
    assert (report["file"]["sheet"], report["file"]["sheet_why"]) == ("S", "only")
    assert "Subventions 2024" in report["notices"][0]["message"]
    assert codes(read(tmp_path, b"nom,montant\nJudo,1\n", TABLE, "S", "f.csv"), "notices") == []


def test_an_ods_tells_its_sheets_too(tmp_path: Path):
    first = ods(row(cell("nom"), cell("montant")), row(cell("Judo"), cell("1")), name="S")
    table = (
        '<table:table table:name="A">' + "".join(row(cell(str(at)), cell("x")) for at in range(4)) + "</table:table>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(first)) as source, zipfile.ZipFile(out, "w") as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "content.xml":
                content = content.replace(b"</office:spreadsheet>", table.encode() + b"</office:spreadsheet>")
            target.writestr(entry, content)
    report = read(tmp_path, out.getvalue(), TABLE, name="f.ods")
    assert [(sheet["name"], sheet["rows"]) for sheet in report["file"]["sheets"]] == [("S", 1), ("A", 3)]
    assert read(tmp_path, out.getvalue(), TABLE, "A", "f.ods")["file"]["rows"] == 3


def test_the_command_checks_the_sheet_that_it_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "f.xlsx"
    path.write_bytes(workbook(("S", GRANTS), ("Adhérents", MEMBERS)))
    main([str(path), "--sheet", "Adhérents", "--json"])
    assert json.loads(capsys.readouterr().out)["file"]["sheet"] == "Adhérents"
    assert main([str(path), "--sheet", "Autre"]) == 3
    assert "Autre" in capsys.readouterr().err
    out = tmp_path / "out.csv"
    assert main([str(path), "--sheet", "Autre", "--repair", str(out)]) == 3
    main([str(path), "--sheet", "Adhérents", "--repair", str(out)])
    assert out.read_text("utf-8-sig").startswith("adhérent")
