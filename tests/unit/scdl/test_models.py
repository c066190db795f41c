from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import Any

import openpyxl
import pytest
from frictionless import Resource, Schema

from ckanext.odl.scdl import blank_csv, blank_xlsx, catalogue

NEWEST = [entry.id for entry in catalogue() if entry.is_table]


def _book(id: str, **options: Any) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(blank_xlsx(catalogue().table(id), "Modèle", **options)))


def _as_typed(cell: Any) -> str:
    if cell is None:
        return ""
    return cell.strftime("%Y-%m-%d") if isinstance(cell, datetime) else str(cell)


def _problems(id: str, rows: list[list[str]]) -> list[Any]:
    stream = io.StringIO()
    csv.writer(stream).writerows(rows)
    schema = Schema.from_descriptor(catalogue().table(id))
    report = Resource(data=stream.getvalue().encode(), format="csv", encoding="utf-8", schema=schema).validate()
    return report.flatten(["fieldName", "type", "note"])


def test_the_csv_opens_in_french_excel():
    content = blank_csv(catalogue().table("scdl/subventions"))

    assert content.startswith(b"\xef\xbb\xbfnomAttribuant;idAttribuant;")
    assert content.count(b"\r\n") == 1


@pytest.mark.parametrize("id", NEWEST)
def test_a_csv_model_filled_with_the_examples_is_right(id: str):
    text = blank_csv(catalogue().table(id), with_example=True).decode("utf-8-sig")

    assert _problems(id, list(csv.reader(io.StringIO(text), delimiter=";"))) == []


@pytest.mark.parametrize("id", NEWEST)
def test_an_excel_model_filled_with_the_examples_is_right(id: str):
    sheet = _book(id, with_example=True).worksheets[0]

    assert _problems(id, [[_as_typed(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]) == []


@pytest.mark.parametrize("id", NEWEST)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_an_empty_excel_model_has_one_row_of_names_and_explains_each(id: str, language: str):
    names = [field["name"] for field in catalogue().table(id)["fields"]]

    data, explanations = _book(id, language=language).worksheets[:2]

    assert [[cell.value for cell in row] for row in data.iter_rows()] == [names]
    explained = [row[0] for row in explanations.iter_rows(min_row=5, values_only=True)]
    assert explained[: len(names)] == names


def test_the_sheets_speak_french():
    book = _book("scdl/subventions")

    assert book.sheetnames == ["Données", "Colonnes"]
    assert book["Colonnes"]["D4"].value == "Obligatoire\u00a0?"
    assert book["Colonnes"]["D5"].value == "Obligatoire"


def test_codes_are_text_and_dates_are_dates():
    sheet = _book("scdl/subventions").worksheets[0]
    styles = {cell.value: sheet.column_dimensions[cell.column_letter].number_format for cell in sheet[1]}

    assert styles["idAttribuant"] == "@"
    assert styles["dateConvention"] == "yyyy-mm-dd"


def test_the_heading_is_frozen_and_marks_what_is_compulsory():
    sheet = _book("scdl/subventions").worksheets[0]
    cells = {cell.value: cell for cell in sheet[1]}

    assert sheet.freeze_panes == "A2"
    assert cells["montant"].font.bold
    assert "(obligatoire)" in cells["montant"].comment.text
    assert cells["idRAE"].font.italic
    assert "(facultatif)" in cells["idRAE"].comment.text


def test_accepted_values_are_drop_down_lists():
    book = _book("scdl/subventions")
    lists = {
        str(rule.sqref): rule for rule in book.worksheets[0].data_validations.dataValidation if rule.type == "list"
    }
    letters = {cell.value: cell.column_letter for cell in book.worksheets[0][1]}

    yes_no = lists[f"{letters['notificationUE']}2:{letters['notificationUE']}1048576"]
    assert yes_no.formula1 == '"oui,non"'
    assert "nature" in letters
    assert any("aide en nature" in rule.formula1 for rule in lists.values())


def test_a_long_list_is_on_a_hidden_sheet():
    descriptor = {
        "fields": [{"name": "couleur", "constraints": {"enum": [f"une couleur numéro {i}" for i in range(60)]}}]
    }

    book = openpyxl.load_workbook(io.BytesIO(blank_xlsx(descriptor)))

    assert book["Listes"].sheet_state == "hidden"
    assert book["Listes"]["A60"].value == "une couleur numéro 59"
    assert book.worksheets[0].data_validations.dataValidation[0].formula1 == "'Listes'!$A$1:$A$60"


def test_the_same_model_is_the_same_bytes():
    table = catalogue().table("scdl/subventions")

    assert blank_xlsx(table, "Subventions") == blank_xlsx(table, "Subventions")
