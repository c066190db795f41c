from __future__ import annotations

import pytest

from ckanext.odl.scdl import catalogue
from ckanext.odl.validation import SchemaRefused

from .conftest import codes, field, found, schema

TABLE = schema(
    field("nomBeneficiaire", required=True),
    field("montant", "number", required=True),
    field("objet"),
)


def test_a_missing_required_column_is_an_error_said_first_and_the_others_are_checked(check):
    report = check("montant;objet\nx;a\n", TABLE)
    assert [error["code"] for error in report["errors"]] == ["header-missing-column", "type-error"]
    assert report["errors"][0]["row"] == 1
    assert report["errors"][0]["field"] == "nomBeneficiaire"


def test_optional_extra_and_reordered_columns_are_warnings(check):
    report = check("montant;nomBeneficiaire;remarques\n1;a;b\n", TABLE)
    assert report["status"] == "valid"
    assert sorted(codes(report, "warnings")) == ["header-missing-column", "header-order", "header-unknown"]


def test_a_header_of_another_case_is_warned_and_really_checked(check):
    report = check("NomBeneficiaire;MONTANT;objet\n;abc;x\n", TABLE)
    assert codes(report, "warnings") == ["header-case", "header-case"]
    assert found(report) == [("constraint-error", "A2"), ("type-error", "B2")]


def test_an_exact_header_wins_over_one_of_another_case(check):
    report = check("MONTANT;nomBeneficiaire;montant;objet\nabc;a;1;b\n", TABLE)
    assert report["errors"] == []
    assert codes(report, "warnings") == ["header-unknown"]


def test_duplicates_are_named(check):
    report = check("nomBeneficiaire;montant;montant;objet\na;1;2;b\n", TABLE)
    assert found(report) == [("header-duplicate", "C1")]
    assert "colonne B" in report["errors"][0]["message"]


def test_blank_headers(check):
    report = check("nomBeneficiaire;;montant;objet;;\na;x;1;b;;\n", TABLE)
    assert found(report) == [("header-blank", "B1")]
    assert codes(report, "notices") == ["header-blank"]
    assert report["notices"][0]["params"]["count"] == 2


def test_trailing_separators_of_excel_beyond_the_header_are_harmless(check):
    report = check("nomBeneficiaire;montant;objet\na;1;b;;;\nc;2;d;;;\n", TABLE)
    assert report["status"] == "valid"
    assert codes(report, "notices") == ["header-blank"]


def test_spaces_and_invisible_characters_in_headers_are_trimmed_with_a_notice(check):
    report = check('" nomBeneficiaire\u00a0";"montant\n";"\ufeffobjet"\na;x;b\n', TABLE)
    assert sorted(codes(report, "notices")) == ["header-invisible-char", "header-normalised", "header-normalised"]
    assert found(report) == [("type-error", "B2")]
    assert report["warnings"] == []


def test_a_near_miss_is_proposed_on_both_sides(check):
    report = check("nomBenificiaire;montant;objet\na;1;b\n", TABLE)
    missing, unknown = report["errors"][0], report["warnings"][0]
    assert missing["params"]["suggestion"] == "nomBenificiaire"
    assert unknown["params"]["suggestion"] == "nomBeneficiaire"
    assert missing["cell"] == "A1"


def test_title_lines_before_the_header(check):
    report = check("Subventions 2025;;\n;;\nnomBeneficiaire;montant;objet\na;x;b\n", TABLE)
    assert report["file"]["header_row"] == 3
    assert codes(report, "notices") == ["header-not-first"]
    assert found(report) == [("type-error", "B4")]


def test_a_heading_written_again_among_the_rows_is_not_the_first_one(check):
    rows = "".join(f"commune {n};{n};x\n" for n in range(8))
    report = check(f"beneficiaire;somme;motif\n{rows}nomBeneficiaire;montant;objet\n{rows}", TABLE)
    assert report["file"]["header_row"] == 1
    assert report["file"]["rows"] == 17


def test_lines_that_explain_the_columns_may_stand_above_their_names(check):
    lines = "À qui;Somme;But\nqui reçoit;combien;pour quoi\ntexte;nombre;texte\n"
    report = check(f"{lines}nomBeneficiaire;montant;objet\na;1;b\n", TABLE)
    assert (report["file"]["header_row"], report["status"]) == (4, "valid")


def test_ragged_rows(check):
    report = check("nomBeneficiaire;montant;objet\na;1\nb;1;c;d\ne,1,f\n", TABLE)
    assert found(report) == [("missing-cell", "C2"), ("extra-cell", "D3"), ("delimiter-mixed", "A4")]


def test_blank_rows_are_errors_in_the_middle_and_one_notice_at_the_end(check):
    report = check("nomBeneficiaire;montant;objet\na;1;b\n;;\nc;1;d\n" + "\n" * 300, TABLE)
    assert found(report) == [("blank-row", 3)]
    assert [(notice["code"], notice["params"]["count"]) for notice in report["notices"]] == [("blank-row", 300)]
    assert report["file"]["rows"] == 2
    assert report["counts"]["rows_with_errors"] == 0


def test_a_header_alone_is_no_file_to_publish(check):
    report = check("nomBeneficiaire;montant;objet\n", TABLE)
    assert (report["status"], codes(report, "warnings")) == ("invalid", [])
    assert [error["code"] for error in report["errors"]] == ["no-rows"]


def test_without_a_schema_only_the_structure_is_judged(check):
    report = check("a;b;a\n1;2;3\n", None)
    assert report["schema"] is None
    assert report["guess"] is None
    assert found(report) == [("header-duplicate", "C1")]


def test_the_catalogue_is_asked_and_the_schema_guessed(check):
    header = ";".join(name["name"] for name in catalogue().table("scdl/prenoms")["fields"])
    row = "Rennes;35238;M;Adam;12;2024"
    report = check(f"{header}\n{row}\n")
    assert report["guess"]["id"] == "scdl/prenoms"
    assert report["guess"]["matched"] == report["guess"]["total"]
    assert report["schema"]["id"] == "scdl/prenoms"
    assert check(f"{header}\n{row}\n", "scdl/prenoms@1.1.6")["schema"] == {"id": "scdl/prenoms", "version": "1.1.6"}


@pytest.mark.parametrize("reference", ["scdl/inconnu", "scdl/prenoms@99", "etalab/schema-zfe@99"])
def test_an_unknown_schema_is_refused(check, reference):
    with pytest.raises(SchemaRefused) as refused:
        check("a;b\n1;2\n", reference)
    assert refused.value.code == "schema-unknown"


def test_a_few_columns_of_a_large_model_do_not_make_it_the_model(check):
    report = check("Nom;Adresse;CP;Commune;Téléphone\nMédiathèque;1 rue Haute;48000;Mende;04 66 00 00 00\n")
    assert (report["schema"], report["guess"]) == (None, None)
    assert report["errors"] == []
