"""One sheet of a workbook as a workbook of its own: the same rows, the same values, and nothing of the others."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ckanext.odl.deposit import inspect, lone_sheet
from ckanext.odl.validation.reading import FileFacts, open_table
from tests.unit.validation.files import ods, xls

FIRST, LAST = dt.datetime(1950, 1, 1), dt.datetime(2100, 1, 1)  # noqa: DTZ001 (a spreadsheet knows no time zone)


def rows_of(path: Path, sheet: str | None = None) -> list[list[str]]:
    return [cells for _, cells in open_table(path, FileFacts(path.name), (), sheet).open_rows()]


def alone(path: Path, sheet: str) -> Path:
    output = io.BytesIO()
    assert lone_sheet(path, sheet=sheet, outputs=[output], name=path.name)["rows"] is not None
    result = path.with_name("seule.xlsx")
    result.write_bytes(output.getvalue())
    return result


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**16), 10**16),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.datetimes(FIRST, LAST).map(lambda at: at.replace(microsecond=0)),
    st.text(
        st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"), max_size=12
    ),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(CELLS, min_size=1, max_size=5), min_size=1, max_size=8))
def test_the_rows_are_those_of_the_sheet(tmp_path: Path, rows: list[list[Any]]):
    path = tmp_path / "classeur.xlsx"
    options = {"strings_to_formulas": False, "strings_to_urls": False, "default_date_format": "dd/mm/yyyy hh:mm"}
    book = xlsxwriter.Workbook(path, options)
    book.add_worksheet("Autre").write_row(0, 0, ["a", "b", "c"])
    sheet: Any = book.add_worksheet("Celle-ci")
    sheet.write_string(0, 0, "titre")
    for at, cells in enumerate(rows, 1):
        sheet.write_row(at, 0, cells)
    book.close()
    assert rows_of(alone(path, "Celle-ci")) == rows_of(path, "Celle-ci")


def test_nothing_of_the_other_sheets_is_left(tmp_path: Path):
    path = tmp_path / "classeur.xlsx"
    book = xlsxwriter.Workbook(path)
    data, hidden = book.add_worksheet("Données"), book.add_worksheet("Adhérents")
    for row, cells in enumerate([["nom", "montant", "code"], ["Judo", 12.5, "007"], ["Chorale", 3, "=1+1"]]):
        for column, value in enumerate(cells):
            (data.write_string if isinstance(value, str) else data.write_number)(row, column, value)
    for row, cells in enumerate([["nom", "mail"], ["x", "anne.roux@exemple.fr"], ["y", "jean.noel@exemple.fr"]]):
        hidden.write_row(row, 0, cells)
    hidden.hide()
    book.close()
    assert inspect(path, name=path.name)["signals"]
    result = alone(path, "Données")
    assert openpyxl.load_workbook(result).sheetnames == ["Données"]
    assert inspect(result, name=result.name)["signals"] == []
    assert b"anne.roux" not in result.read_bytes()
    assert rows_of(result)[2] == ["Chorale", "3", "=1+1"]


def test_what_a_cell_shows_or_fails_to_say_is_kept(tmp_path: Path):
    for name, content in (("a.ods", ods()), ("a.xls", xls())):
        path = tmp_path / name
        path.write_bytes(content)
        assert rows_of(alone(path, "F")) == rows_of(path)


def test_a_sheet_that_is_not_there_writes_nothing(tmp_path: Path):
    path = tmp_path / "a.ods"
    path.write_bytes(ods())
    output = io.BytesIO()
    assert lone_sheet(path, sheet="G", outputs=[output]) == {"rows": None}
    assert output.getvalue() == b""


def test_names_that_only_an_ods_may_have(tmp_path: Path):
    path = tmp_path / "a.ods"
    path.write_bytes(ods(name="2024/2025 : subventions versées par la commune"))
    assert rows_of(alone(path, "2024/2025 : subventions versées par la commune")) == rows_of(path)
