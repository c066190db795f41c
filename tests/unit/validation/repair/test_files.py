"""Every format that is read; encodings and separators; what is offered for a number that is lost."""

from __future__ import annotations

import io
import json

import pytest
from openpyxl import Workbook, load_workbook

from ckanext.odl.validation import Stopped, in_child, validate
from ckanext.odl.validation.repair import default_choices, proposals, repair

from ..conftest import field, schema
from ..files import cell, ods, row
from .conftest import ids, mend, proposal, rows_of

MODEL = schema(
    field("idAttribuant", pattern="[0-9]{14}", required=True),
    field("jour", "date"),
    field("montant", "number"),
    field("cp", pattern="[0-9]{5}"),
)
MODEL["custom_checks"] = [{"name": "french-siret-value", "params": {"column": "idAttribuant"}}]
OWN = "21480095500012"
OTHER = "22480001100013"


def workbook(*rows: list, title: str = "Subventions") -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for cells in rows:
        sheet.append(cells)
    notes = book.create_sheet("Notes")
    notes.append(["à lire"])
    notes.append(["et à relire"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_stays_one_with_its_types(file):
    path = file(
        workbook(
            ["Subventions versées"],
            ["idAttribuant", "jour", "montant", "cp"],
            [OWN, "31/12/2024", "1 234,50 €", 1004],
            [OTHER, "2024-01-05", 12, "48000"],
        ),
        "fichier.xlsx",
    )

    done = mend(path, MODEL)
    sheet = load_workbook(done.path).active

    assert done.result["format"] == "xlsx"
    assert done.report["valid"] is True
    assert sheet is not None
    assert sheet.title == "Subventions"
    assert sheet["A2"].value == OWN
    assert [cell.data_type for cell in sheet[2]] == ["s", "d", "n", "s"]
    assert done.rows[1] == [OWN, "2024-12-31", "1234.5", "01004"]
    assert any("Notes" in note for note in done.proposed["notes"])


def test_a_workbook_may_become_a_text_and_a_text_a_workbook(file):
    book = workbook(["idAttribuant", "jour", "montant", "cp"], [OWN, "31/12/2024", 5, "01004"])
    text = f"idAttribuant;jour;montant;cp\n{OWN};31/12/2024;5;01004\n"

    as_text = mend(file(book, "fichier.xlsx"), MODEL, format="csv")
    as_book = mend(file(text), MODEL, format="xlsx")

    assert as_text.path.read_bytes() == f"idAttribuant,jour,montant,cp\r\n{OWN},2024-12-31,5,01004\r\n".encode(
        "utf-8-sig"
    )
    assert as_book.rows == as_text.rows
    assert as_book.report["valid"] is True


def test_a_libreoffice_file_is_repaired_to_a_workbook(file):
    content = ods(
        row(*map(cell, ("idAttribuant", "jour", "montant", "cp"))), row(*map(cell, (OWN, "31/12/2024", "12,5", "1004")))
    )

    done = mend(file(content, "fichier.ods"), MODEL)

    assert done.result["format"] == "xlsx"
    assert done.rows[1] == [OWN, "2024-12-31", "12.5", "01004"]
    assert done.report["valid"] is True


@pytest.mark.parametrize(
    ("encoding", "delimiter", "written", "mark"),
    [
        ("cp1252", ";", ";", True),
        ("utf-8", ",", ",", False),
        ("utf-8-sig", ";", ";", True),
        ("utf-16", "\t", ",", True),
    ],
)
def test_a_text_is_written_in_utf_8(file, encoding, delimiter, written, mark):
    content = "nom;jour\nécole;31/12/2024\n".replace(";", delimiter)

    done = mend(file(content.encode(encoding)), schema("nom", field("jour", "date")))

    expected = "nom;jour\r\nécole;2024-12-31\r\n".replace(";", written)
    assert done.path.read_bytes() == expected.encode("utf-8-sig" if mark else "utf-8")
    assert ("encoding" in ids(done.proposed)) is (encoding in ("cp1252", "utf-16"))
    assert ("separator" in ids(done.proposed)) is (delimiter == "\t")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (json.dumps([{"jour": "31/12/2024"}]).encode(), "f.json"),
        (b"%PDF-1.7", "f.csv"),
        (b"", "f.csv"),
        (b"\n\n\n", "f.csv"),
        (b'a;b\n1;"2\n', "f.csv"),
    ],
)
def test_what_is_no_table_has_nothing_to_choose(file, content, name):
    proposed = proposals(file(content, name), MODEL, name=name)

    assert (proposed["repairs"], proposed["impossible"]) == ([], [])


@pytest.mark.parametrize("siren", [OWN[:9], OWN])
def test_the_own_number_is_offered_for_a_lost_one(file, siren):
    content = (
        f"idAttribuant;jour;montant;cp\n2,15E+13;2024-12-31;5;01004\n{OWN};2024-12-31;5;01004\n;2024-01-01;5;01004\n"
    )

    untouched = mend(file(content), MODEL, owner_siren=siren)
    lost = {one["code"]: one for one in untouched.proposed["impossible"]}
    done = mend(file(content), MODEL, {"own-siret:idAttribuant": True}, owner_siren=siren)

    assert untouched.rows[1][0] == "2,15E+13"
    assert lost["excel-rounded"]["offer"] == {
        "id": "own-siret:idAttribuant",
        "value": OWN,
        "label": f"Mettre {OWN}, le numéro de votre collectivité",
    }
    assert "rien ne peut les rendre" in lost["excel-rounded"]["message"]
    assert done.cells == [("A2", "2,15E+13", OWN), ("A4", "", OWN)]
    assert done.report["valid"] is True


@pytest.mark.parametrize(
    ("lost", "offered"),
    [
        ("2,15E+13", True),
        ("2,1480E+13", True),
        ("2,20E+13", False),
        ("21480000000000", True),
        ("22480000000000", False),
        (f"{OWN[:12]}{OWN[13]}{OWN[12]}" if OWN[12] != OWN[13] else f"{OWN[:13]}{(int(OWN[13]) + 1) % 10}", True),
        (f"{OWN[:5]}{(int(OWN[5]) + 1) % 10}{OWN[6:]}", True),
        (f"{OWN[:9]}{(int(OWN[9:]) + 111) % 100000:05}", False),
    ],
)
def test_the_own_number_is_not_offered_where_the_digits_left_speak_against_it(file, lost, offered):
    proposed = proposals(file(f"idAttribuant;jour\n{lost};2024-12-31\n"), MODEL, owner_siren=OWN)

    assert [bool(one["offer"]) for one in proposed["impossible"]] == [offered]


def test_no_number_is_offered_in_the_column_of_others_or_to_nobody(file):
    model = schema(field("idBeneficiaire"), "nom")
    model["custom_checks"] = [{"name": "french-siret-value", "params": {"column": "idBeneficiaire"}}]
    content = "idBeneficiaire;nom\n2,15E+13;a\n"

    of_others = proposals(file(content), model, owner_siren=OWN)["impossible"]
    of_nobody = proposals(file(content.replace("idBeneficiaire", "idAttribuant")), MODEL)["impossible"]

    assert [one["offer"] for one in of_others + of_nobody] == [None, None]


def test_what_cannot_be_restored_is_said(file):
    content = (
        "idAttribuant;jour;montant\n21480095500013;31/02/2024;#N/A\n214800955;2024-01-01;=A1*2\n"
        "21480095500000;2024-01-01;3\n"
    )
    found = {one["code"]: one for one in mend(file(content), MODEL).proposed["impossible"]}

    assert set(found) == {
        "key", "date-impossible", "cell-error", "siren-given", "formula-without-value", "no-establishment",
    }  # fmt: skip
    assert all("{" not in one["message"] for one in found.values())
    assert found["key"]["examples"] == [{"cell": "A2", "before": "21480095500013"}]


def test_it_runs_in_a_child_that_writes_only_what_it_is_given(file, tmp_path):
    path = file(f"idAttribuant;jour;montant;cp\n{OWN};31/12/2024;12,5;1004\n")
    model = file(json.dumps(MODEL), "model.json")
    proposed = in_child(
        "ckanext.odl.validation.repair:proposals", path, options={"schema": str(model), "name": "subventions.csv"}
    )
    with (tmp_path / "new").open("w+b") as new, (tmp_path / "changes").open("w+b") as changes:
        result = in_child(
            "ckanext.odl.validation.repair:repair",
            path,
            options={"schema": str(model), "chosen": default_choices(proposed), "format": "xlsx"},
            outputs=[new, changes],
        )

    assert result["by_repair"] == {"date:jour": 1, "decimal-comma:montant": 1, "zeros:cp": 1}
    assert rows_of(tmp_path / "new", "new.xlsx")[1] == [OWN, "2024-12-31", "12.5", "01004"]
    assert (tmp_path / "changes").read_bytes().startswith(b"\xef\xbb\xbfLigne;Cellule;")
    with pytest.raises(Stopped), (tmp_path / "new").open("w+b") as new:
        in_child("ckanext.odl.validation.repair:repair", file(b"%PDF-1.7"), outputs=[new, new])


def test_the_list_of_changes_runs_no_formula(file):
    done = mend(file("a;jour\nx;=2024-12-31\n;\n@b;31/12/2024\n"), schema("a", field("jour", "date")))

    assert done.changes[0]["Avant"] == ""
    raw = done.path.with_name("changes.csv").read_text("utf-8-sig")
    assert not any(part.startswith(("=", "@", "+")) for line in raw.splitlines() for part in line.split(";"))


def test_english_words(file):
    path = file("a;jour\nx;31/12/2024\n")
    proposed = proposals(path, schema("a", field("jour", "date")), language="en")
    out, changes = io.BytesIO(), io.BytesIO()
    repair(path, schema("a", field("jour", "date")), default_choices(proposed), outputs=[out, changes], language="en")

    assert proposal(proposed, "date:jour")["title"] == "Write dates as year-month-day"
    assert proposal(proposed, "date:jour")["why"] == (
        "In column “jour”, the order of day and month is certain: “31/12/2024” is 31 December 2024."
    )
    assert changes.getvalue().decode("utf-8-sig").splitlines() == [
        "Row;Cell;Column;Before;After;Repair",
        "2;B2;jour;31/12/2024;2024-12-31;Date as year-month-day",
    ]


def test_nothing_is_chosen_for_a_valid_file(file):
    path = file("\nA;jour\nx;2024-12-31\n\n".encode("utf-16"))
    model = schema("a", field("jour", "date"))

    proposed = proposals(path, model)

    assert validate(path, model).valid is True
    assert ids(proposed) == ["encoding", "headers", "title-lines", "blank-rows"]
    assert default_choices(proposed) == {}


def test_what_nobody_can_mend_is_counted_whatever_it_is(file):
    model = schema(field("nom", required=True), field("jour", "date"), field("code", required=True))
    proposed = proposals(file("nom;jour\nA;jamais\n;un jour\n;2025-01-01\nB;2025-01-01;x;y\n"), model)
    left = {one["code"]: (one["column"], one["count"]) for one in proposed["impossible"]}
    assert left == {"lacking-column": (None, 1), "required": ("A", 2), "other": ("B", 2), "too-long": (None, 1)}
    messages = " ".join(one["message"] for one in proposed["impossible"])
    assert "2 cellules sont vides" in messages
    assert "« jamais »".replace(" ", "\u00a0") in messages


def test_rows_and_columns_taken_away_say_so(file):
    proposed = proposals(file("nom;jour;\nA;2025-01-01;\n;;\nB;2025-01-01;\n"), schema(field("nom"), field("jour")))
    assert proposal(proposed, "blank-rows")["removes"] == "row"
    assert proposal(proposed, "blank-rows")["examples"][0]["cell"] == "3"
    assert proposal(proposed, "empty-columns")["removes"] == "column"
