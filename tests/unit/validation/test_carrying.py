"""Last year's list is the beginning of this year's: nothing of it is lost, and it is valid again."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import openpyxl
import pytest

from ckanext.odl.scdl import blank_csv, blank_xlsx, catalogue
from ckanext.odl.scdl.prefilled import described, known, table_csv
from ckanext.odl.validation import carrying, validate
from ckanext.odl.validation.guard import in_child

LISTS = [id for id in described() if known(id).is_list and catalogue().get(id).is_table]


def carry(path: Path, to: Path, schema: str, **options: Any) -> dict[str, Any]:
    with to.open("wb") as file:
        return carrying.carry(path, schema=schema, outputs=[file], **options)


@pytest.mark.parametrize("id", LISTS)
@pytest.mark.parametrize("extension", ["csv", "xlsx"])
def test_a_list_brought_forward_is_valid_as_it_stands(id: str, extension: str, tmp_path: Path):
    last = tmp_path / f"annee-derniere.{extension}"
    make = blank_csv if extension == "csv" else blank_xlsx
    last.write_bytes(make(catalogue().table(id), with_example=True))
    before = validate(last, id).to_dict()

    found = carry(last, tmp_path / "reprise.xlsx", id, version=catalogue().get(id).latest)
    after = validate(tmp_path / "reprise.xlsx", id).to_dict()

    assert found["rows"] == before["file"]["rows"] == after["file"]["rows"] == 1
    assert (after["status"], [(e["code"], e["field"], e["value"]) for e in after["errors"]]) == ("valid", [])


@pytest.mark.parametrize("id", LISTS)
def test_a_list_in_the_oldest_version_takes_the_columns_of_the_newest(id: str, tmp_path: Path):
    entry = catalogue().get(id)
    last = tmp_path / "ancien.csv"
    last.write_bytes(blank_csv(catalogue().table(id, entry.versions[-1]), with_example=True))

    found = carry(last, tmp_path / "reprise.xlsx", id, version=entry.versions[-1])

    names = [field["name"] for field in catalogue().table(id)["fields"]]
    sheet = openpyxl.load_workbook(tmp_path / "reprise.xlsx")["Données"]
    heading = [cell.value for cell in sheet[1]]
    assert heading[: len(names)] == names
    assert heading[len(names) :] == found["more"]
    former = [field["name"] for field in catalogue().table(id, entry.versions[-1])["fields"]]
    moved = dict(found["renamed"])
    assert {moved.get(name, name) for name in former} <= set(heading)


def test_columns_of_ones_own_are_kept_and_codes_keep_their_zeros(tmp_path: Path):
    names = [field["name"] for field in catalogue().table("scdl/equipements")["fields"]]
    row = {"COLL_NOM": "Bourg", "ADR_CODEPOSTAL": "01000", "clef du local": "=1+1", "EQUIP_TEL": "+33474000000"}
    last = tmp_path / "equipements.csv"
    last.write_bytes(table_csv([*names, "clef du local"], [row]))

    found = carry(last, tmp_path / "reprise.xlsx", "scdl/equipements")

    assert found["more"] == ["clef du local"]
    [heading, line] = openpyxl.load_workbook(tmp_path / "reprise.xlsx")["Données"].iter_rows(max_row=2)
    cells = {a.value: b for a, b in zip(heading, line, strict=True)}
    assert cells["ADR_CODEPOSTAL"].value == "01000"
    assert (cells["clef du local"].value, cells["clef du local"].data_type) == ("=1+1", "s")
    assert cells["EQUIP_TEL"].data_type == "s"


def test_what_is_known_fills_only_what_is_empty(tmp_path: Path):
    last = tmp_path / "equipements.csv"
    last.write_bytes(table_csv(["COLL_NOM", "EQUIP_NOM"], [{"EQUIP_NOM": "Mairie"}, {"COLL_NOM": "Autre"}]))

    carry(last, tmp_path / "reprise.xlsx", "scdl/equipements", facts={"COLL_NOM": "Bourg"})

    sheet = openpyxl.load_workbook(tmp_path / "reprise.xlsx")["Données"]
    assert [sheet["A2"].value, sheet["A3"].value] == ["Bourg", "Autre"]


def test_a_list_too_long_for_a_workbook_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(carrying, "MOST_ROWS", 2)
    last = tmp_path / "equipements.csv"
    last.write_bytes(table_csv(["COLL_NOM"], [{"COLL_NOM": str(number)} for number in range(3)]))

    assert carry(last, tmp_path / "reprise.xlsx", "scdl/equipements")["too_many"]
    assert (tmp_path / "reprise.xlsx").read_bytes() == b""


def test_it_is_done_in_a_child(tmp_path: Path):
    last = tmp_path / "equipements.csv"
    last.write_bytes(blank_csv(catalogue().table("scdl/equipements"), with_example=True))

    with TemporaryFile() as made:
        options = {"schema": "scdl/equipements"}
        found = in_child("ckanext.odl.validation.carrying:carry", last, options=options, outputs=[made])
        made.seek(0)
        start = made.read(2)

    assert (found["rows"], start) == (1, b"PK")


def test_the_rows_of_a_small_file_are_read_back(tmp_path: Path):
    path = tmp_path / "prenoms.csv"
    rows = [{"ENFANT_PRENOM": "Louise", "ANNEE": "2024"}, {}, {"ENFANT_PRENOM": "Jean; dit\nJeannot"}]
    path.write_bytes(table_csv(["ENFANT_PRENOM", "ANNEE", "remarque"], rows))

    found = carrying.rows(path, schema="scdl/prenoms")

    assert found["rows"] == [rows[0], rows[2]]
    assert (found["more"], found["left_out"]) == (False, ["remarque"])
    assert carrying.rows(path, schema="scdl/prenoms", most=1)["more"]


@pytest.mark.parametrize(
    ("numbers", "learned"),
    [
        (["21480095500012", "21480095500012", ""], "21480095500012"),
        (["214 800 955 00012"], "21480095500012"),
        (["21480095500013"], None),
        (["21480150800011"], None),
        ([], None),
    ],
)
def test_a_siret_is_learned_from_a_file_of_ones_own_only(numbers: list[str], learned: str | None, tmp_path: Path):
    path = tmp_path / "subventions.csv"
    path.write_bytes(table_csv(["idAttribuant", "objet"], [{"idAttribuant": n, "objet": "Fête"} for n in numbers]))

    found = carrying.siret(path, schema="scdl/subventions", column="idAttribuant", siren="214800955")

    assert found == {"siret": learned}
