"""Model files with what is known of a collectivité: every known column exists, and the filled file is valid."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from ckanext.odl.scdl import Facts, catalogue, example, prefilled_csv, prefilled_xlsx
from ckanext.odl.scdl.models import REPEATED_ROWS
from ckanext.odl.scdl.prefilled import described, known, values
from ckanext.odl.validation import validate

MENDE = Facts(
    name="Ville de Mende",
    kind="commune",
    siren="214800955",
    siret="21480095500012",
    insee="48095",
    commune="Mende",
    postal_code="48000",
    email="mairie@mende.example.org",
    has=frozenset({"dae"}),
)
#: The columns that the facts of a commune fill in everywhere.
FILLED = [id for id in described() if known(id).columns and catalogue().get(id).is_table]


def read_csv(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


@pytest.mark.parametrize("id", FILLED)
def test_every_column_that_is_known_is_in_the_newest_version(id: str):
    names = {field["name"] for field in catalogue().table(id)["fields"]}

    assert set(known(id).columns) <= names


def test_the_models_of_the_socle_commun_that_name_the_collectivite_are_known():
    lacking = []
    for entry in catalogue():
        if not entry.is_table or not entry.label_socle or entry.obsolete or entry.id in described():
            continue
        own = [
            field["name"]
            for field in catalogue().table(entry.id)["fields"]
            if re.search(r"coll_?(nom|siret|insee)|attribuant|commune_(nom|insee)", field["name"], re.IGNORECASE)
        ]
        lacking += [f"{entry.id}: {name}" for name in own]

    assert lacking == []


@pytest.mark.parametrize("id", FILLED)
def test_the_csv_is_valid_once_the_rest_is_filled_in(id: str, tmp_path: Path):
    descriptor = catalogue().table(id)
    [row] = read_csv(prefilled_csv(id, descriptor, MENDE, year=2025))
    assert any(row.values())
    rest = {field["name"]: example(field) for field in descriptor["fields"] if not row[field["name"]]}
    path = tmp_path / "modele.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, [field["name"] for field in descriptor["fields"]], delimiter=";")
        writer.writeheader()
        writer.writerow({**row, **rest})

    report = validate(path, id, owner_siren=MENDE.siren, owner_insee=MENDE.insee).to_dict()

    problems = [(finding["code"], finding["field"], finding["value"]) for finding in report["errors"]]
    assert (report["status"], problems) == ("valid", [])


def computed(content: bytes, filled: set[int]) -> bytes:
    """The workbook as a spreadsheet saves it: each formula of ours with its value, on the rows that are filled in."""
    book = zipfile.ZipFile(io.BytesIO(content))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as written:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        strings = re.findall(r"<si><t[^>]*>(.*?)</t></si>", book.read("xl/sharedStrings.xml").decode())
        first = {
            match[1]: strings[int(match[3])] if match[2] else match[3]
            for match in re.finditer(r'<c r="([A-Z]+)2"[^>]*?( t="s")?><v>(.*?)</v>', sheet)
        }

        def value(match: re.Match[str]) -> str:
            column, row = match[1], int(match[2])
            return match[0].replace("<v> </v>", f"<v>{first.get(column, '') if row in filled else ''}</v>")

        sheet = re.sub(r'<c r="([A-Z]+)(\d+)"[^>]*t="str"><f>.*?</f><v> </v></c>', value, sheet)
        for name in book.namelist():
            written.writestr(name, sheet if name == "xl/worksheets/sheet1.xml" else book.read(name))
    return out.getvalue()


def test_rows_that_nobody_fills_in_are_no_rows(tmp_path: Path):
    path = tmp_path / "subventions.xlsx"
    path.write_bytes(computed(prefilled_xlsx("scdl/subventions", catalogue().table("scdl/subventions"), MENDE), set()))

    report = validate(path, "scdl/subventions").to_dict()

    assert report["file"]["rows"] == 1
    assert {finding["row"] for finding in report["errors"]} == {2}


@pytest.mark.parametrize("id", FILLED)
def test_the_workbook_is_valid_once_the_rest_is_filled_in(id: str, tmp_path: Path):
    descriptor = catalogue().table(id)
    content = prefilled_xlsx(id, descriptor, MENDE, year=2025)
    path = tmp_path / "modele.xlsx"
    path.write_bytes(content)
    book = openpyxl.load_workbook(path)
    sheet = book["Données"]
    names = [cell.value for cell in sheet[1]]
    for row in (2, 3):
        for column, field in enumerate(descriptor["fields"], start=1):
            cell = sheet.cell(row, column)
            if row == 3 and str(cell.value or "").startswith("="):
                assert names[column - 1] in known(id).columns
                cell.value = sheet.cell(2, column).value  # what the spreadsheet computes
            elif cell.value is None:
                cell.value = example(field) or None
        if row == 3:
            for column, field in enumerate(descriptor["fields"], start=1):
                if field["name"] in _keys(descriptor):
                    sheet.cell(3, column).value = f"{sheet.cell(2, column).value}"[:-1] + "9"
    for row in range(4, sheet.max_row + 1):
        for column in range(1, len(names) + 1):
            sheet.cell(row, column).value = None
    book.save(path)

    report = validate(path, id).to_dict()

    # the second row repeats the first one: that is said, and no other thing
    problems = [finding for finding in report["errors"] if finding["row"] == 2]
    assert problems == []
    assert report["file"]["rows"] == 2


def _keys(descriptor: dict[str, Any]) -> set[str]:
    key = descriptor.get("primaryKey") or []
    unique = {field["name"] for field in descriptor["fields"] if (field.get("constraints") or {}).get("unique")}
    return {key} | unique if isinstance(key, str) else {*key, *unique}


def test_a_siret_typed_once_appears_on_the_rows_below():
    descriptor = catalogue().table("scdl/subventions")
    unknown = Facts(name="Valbrune", kind="commune", siren="214800955")
    sheet = openpyxl.load_workbook(io.BytesIO(prefilled_xlsx("scdl/subventions", descriptor, unknown)))["Données"]

    assert (sheet["A2"].value, sheet["B2"].value) == ("Valbrune", None)
    assert sheet["B3"].value == '=IF(AND(COUNTA(C3:P3)>0,B$2<>""),B$2,"")'
    assert sheet.max_row == 2 + REPEATED_ROWS


@pytest.mark.parametrize("name", ['=HYPERLINK("http://exemple.test","x")', "+33", "-1+1", "@SUM(A1)", "\t=1+1"])
def test_no_name_can_run_as_a_formula(name: str):
    descriptor = catalogue().table("scdl/subventions")
    facts = Facts(name=name, kind="commune", siret=MENDE.siret)
    sheet = openpyxl.load_workbook(io.BytesIO(prefilled_xlsx("scdl/subventions", descriptor, facts)))["Données"]
    [row] = read_csv(prefilled_csv("scdl/subventions", descriptor, facts))

    assert sheet["A2"].value is None
    assert row["nomAttribuant"] == ""
    assert row["idAttribuant"] == MENDE.siret


def test_what_is_of_a_commune_is_not_written_for_others():
    epci = Facts(name="Communauté de communes du Causse", kind="epci", siren="200069144")
    cells = values("scdl/catalogue", catalogue().table("scdl/catalogue"), epci)
    equipment = values("scdl/equipements", catalogue().table("scdl/equipements"), epci)

    assert cells["COUV_SPAT_MAILLE"] == "Intercommunale"
    assert set(equipment) == {"COLL_NOM"}


def test_a_model_is_for_those_who_own_what_it_lists():
    assert known("atlasante/schema-dae").is_for(MENDE)
    assert not known("etalab/schema-irve-statique").is_for(MENDE)
    assert known("scdl/prenoms").is_for(MENDE)
    assert not known("scdl/prenoms").is_for(Facts(kind="epci"))


def test_several_rows_of_a_csv_are_prepared():
    rows = read_csv(prefilled_csv("scdl/prenoms", catalogue().table("scdl/prenoms"), MENDE, year=2024, rows=10))

    assert len(rows) == 10
    assert {(row["COMMUNE_NOM"], row["COLL_INSEE"], row["ANNEE"]) for row in rows} == {("Mende", "48095", "2024")}
