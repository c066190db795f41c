"""Headings, rows and columns: what is put right, what is only shown."""

from __future__ import annotations

import pytest

from ..conftest import field, schema
from .conftest import ids, mend, proposal

MODEL = schema(
    field("nomAttribuant", required=True),
    field("idAttribuant", required=True),
    field("dateConvention", "date", required=True),
    field("montant", "number", required=True, keys={"title": "Montant versé"}),
    field("objet"),
)
HEADER = "nomAttribuant,idAttribuant,dateConvention,montant,objet\n"
ROW = "Mende,1,2024-01-01,10,a\n"


@pytest.mark.parametrize(
    ("header", "count"),
    [
        ("NomAttribuant,IDATTRIBUANT,dateConvention,montant,objet\n", 2),
        (" nomAttribuant,idAttribuant\u00a0,dateConvention,montant,objet\n", 2),
        ("nom_attribuant,id attribuant,date_convention,montant,objet\n", 3),
        ("nomAttribuant,idAttribuant,dateConvention,Montant versé,Objet\n", 2),
        ("nomAttribuant,idAttribuant,date\u200bConvention,montant,objet\n", 1),
    ],
)
def test_the_same_heading_written_otherwise_takes_the_name_of_the_model(file, header, count):
    done = mend(file(header + ROW), MODEL, {"headers": True})

    assert done.rows[0] == HEADER.strip().split(",")
    assert done.result["by_repair"] == {"headers": count}
    assert (done.report["status"], done.report["counts"]["warnings"]) == ("valid", 0)


def test_a_heading_spelt_almost_so_is_renamed_when_its_cells_fit(file):
    content = "nomAtribuant,idAttribuant,dateConventions,montant,objet\nMende,1,31/12/2024,10,a\n"

    done = mend(file(content), MODEL)

    assert proposal(done.proposed, "header:dateConvention")["examples"][0]["after"] == "dateConvention"
    assert done.cells == [
        ("A1", "nomAtribuant", "nomAttribuant"),
        ("C1", "dateConventions", "dateConvention"),
        ("C2", "31/12/2024", "2024-12-31"),
    ]
    assert done.report["valid"] is True


def test_a_heading_whose_cells_do_not_fit_is_left_to_the_person(file):
    content = "nomAttribuant,idAttribuant,dateConventions,montant,objet\n" + "Mende,1,échelonné,10,a\n" * 3

    done = mend(file(content + "Mende,1,31/12/2024,10,a\n"), MODEL)

    assert proposal(done.proposed, "header:dateConvention")["chosen_by_default"] is False
    assert proposal(done.proposed, "date:dateConvention")["chosen_by_default"] is False
    assert (done.rows[0][2], done.rows[4][2]) == ("dateConventions", "31/12/2024")


def test_cells_of_a_column_keep_their_values_when_its_new_name_is_not_chosen(file):
    content = "nomAttribuant,idAttribuant,dateConventions,montant,objet\nMende,1,31/12/2024,10,a\n"

    done = mend(file(content), MODEL, {"date:dateConvention": True})

    assert proposal(done.proposed, "date:dateConvention")["needs"] == "header:dateConvention"
    assert done.rows[1][2] == "31/12/2024"


def test_another_order_of_columns_is_no_problem(file):
    done = mend(file("objet,montant,dateConvention,idAttribuant,nomAttribuant\na,10,2024-01-01,1,Mende\n"), MODEL)

    assert ids(done.proposed) == []


def test_title_lines_and_blank_rows_go(file):
    content = f"Subventions 2024,,,,\n,,,,\n{HEADER}{ROW}\n{ROW.replace('10', '12,0')}"
    content = content.replace("12,0", '"12,5"') + "\n\n"

    done = mend(file(content), MODEL)

    assert done.rows == [
        HEADER.strip().split(","),
        ROW.strip().split(","),
        ROW.replace("10", "12.5").strip().split(","),
    ]
    assert done.result["by_repair"] == {"title-lines": 2, "blank-rows": 3, "decimal-comma:montant": 1}
    assert done.changes[0] == {
        "Ligne": "1",
        "Cellule": "",
        "Colonne": "",
        "Avant": "Subventions 2024",
        "Après": "(ligne supprimée)",
        "Réparation": "Ligne au-dessus des titres retirée",
    }
    assert done.report["valid"] is True


def test_a_row_of_totals_is_shown_and_kept_until_it_is_chosen(file):
    content = HEADER + ROW + "Total,,,10,\n\n" + ROW.replace("10", "20")

    untouched = mend(file(content), MODEL)
    done = mend(file(content), MODEL, {"totals": True, "blank-rows": True})

    assert ids(untouched.proposed) == ["blank-rows", "totals"]
    assert proposal(untouched.proposed, "totals")["chosen_by_default"] is False
    assert ["Total", "", "", "10", ""] in untouched.rows
    assert len(done.rows) == 3
    assert done.report["valid"] is True


def test_headings_repeated_among_the_rows_go(file):
    done = mend(file(HEADER + ROW + HEADER + ROW.replace("10", "20")), MODEL)

    assert done.result["by_repair"] == {"header-rows": 1}
    assert done.report["valid"] is True


@pytest.mark.parametrize("heading", ["", "  ", "Colonne1"])
def test_an_empty_column_goes(file, heading):
    content = HEADER.strip() + f",{heading}\n" + "Mende,1,01/02/2024,10,a,\nMende,1,31/12/2024,11,a, \n"

    done = mend(file(content), MODEL)

    assert done.rows[0] == HEADER.strip().split(",")
    assert {len(row) for row in done.rows} == {5}
    assert done.result["by_repair"]["empty-columns"] == 1


def test_a_column_without_a_name_that_is_filled_stays(file):
    done = mend(file(HEADER.strip() + ",\nMende,1,01/02/2024,10,a,z\n"), MODEL)

    assert "empty-columns" not in ids(done.proposed)
    assert done.rows[1][5] == "z"


@pytest.mark.parametrize(("second", "goes"), [("10", True), ("", True), ("11", False)])
def test_a_repeated_column_goes_when_it_says_nothing_else(file, second, goes):
    done = mend(file(HEADER.strip() + ",montant\n" + ROW.strip() + f",{second}\n"), MODEL)

    assert ("same-columns" in ids(done.proposed)) is goes
    assert len(done.rows[0]) == (5 if goes else 6)


def test_an_amount_cut_by_its_comma_is_joined(file):
    content = HEADER + "Mende,1,2024-01-01,1 250,50,a\nMende,1,31/12/2024,12,5,a\n" + ROW

    done = mend(file(content), MODEL)

    assert [row[3] for row in done.rows[1:]] == ["1250.50", "12.5", "10"]
    assert done.cells == [("D2", "1 250,50", "1250.50"), ("D3", "12,5", "12.5"), ("C3", "31/12/2024", "2024-12-31")]
    assert done.report["valid"] is True


def test_a_text_cut_in_two_is_only_shown(file):
    content = HEADER + "Mende,1,2024-01-01,10,achat de livres, de cahiers\n" + ROW

    untouched = mend(file(content), MODEL)
    done = mend(file(content), MODEL, {"cut-texts": True})

    assert proposal(untouched.proposed, "cut-texts")["chosen_by_default"] is False
    assert untouched.result["changes"] == 0
    assert done.rows[1][4] == "achat de livres, de cahiers"
    assert done.report["valid"] is True


def test_a_row_with_another_separator_is_put_into_columns(file):
    done = mend(file(HEADER + ROW + "Mende;1;31/12/2024;10;a\n"), MODEL)

    assert done.rows[2] == ["Mende", "1", "2024-12-31", "10", "a"]
    assert done.result["by_repair"] == {"row-separators": 1, "date:dateConvention": 1}


def test_a_row_that_ends_before_optional_columns_is_completed(file):
    done = mend(file(HEADER + ROW + "Mende,1,2024-12-31,10\nMende,1,2024-12-31\n"), MODEL)

    assert done.rows[2] == ["Mende", "1", "2024-12-31", "10", ""]
    assert done.rows[3] == ["Mende", "1", "2024-12-31"]
    assert [error["code"] for error in done.report["errors"]] == ["missing-cell"]


def test_without_a_model_only_the_form_is_put_right(file):
    done = mend(file("Titre du tableau;;\na;b;c\n31/12/2024;12,5;x\n;;\n1;2;3\n"), None)

    assert done.rows == [["a", "b", "c"], ["31/12/2024", "12,5", "x"], ["1", "2", "3"]]
    assert done.result["by_repair"] == {"title-lines": 1, "blank-rows": 1}
