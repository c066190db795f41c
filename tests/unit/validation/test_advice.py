"""What a person reads and is told to do: advice that mends the file and destroys nothing in it."""

from __future__ import annotations

from typing import Any

import pytest

from ckanext.odl.validation import Group, groups, headline

from .conftest import field, schema


def only(report: dict[str, Any], code: str, language: str = "fr") -> Group:
    told = [group for group in groups(report, language) if group.code == code]
    assert len(told) == 1, [group.title for group in told]
    return told[0]


def gestures(group: Group) -> str:
    return f"{group.excel} {group.libreoffice}"


REQUIRED = [field(name, required=True) for name in ("nomAttribuant", "dateConvention", "montant")]


def test_columns_with_names_of_the_house_are_renamed_and_not_deleted(check):
    report = check("Collectivité;Signée le;Somme versée\nGrandville;2026-01-01;12\n", schema(*REQUIRED))
    extra, missing = only(report, "header-unknown"), only(report, "header-missing-column")
    assert extra.title == "Colonnes en plus, ou colonnes à renommer"
    assert extra.remedy.startswith("Ne les supprimez pas\u00a0: regardez d’abord")
    assert "«\u00a0nomAttribuant\u00a0», «\u00a0dateConvention\u00a0» et «\u00a0montant\u00a0»" in extra.remedy
    assert "«\u00a0Signée le\u00a0»" in missing.remedy
    assert "Supprimer" not in gestures(extra) + gestures(missing)
    assert "A1" not in gestures(extra)


def test_one_column_missing_and_one_too_many(check):
    report = check("nomAttribuant;dateConvention;Somme versée\nGrandville;2026-01-01;12\n", schema(*REQUIRED))
    missing, extra = groups(report, "fr")
    assert "parmi les colonnes hors du modèle («\u00a0Somme versée\u00a0»)" in missing.remedy
    assert "renommez-la en «\u00a0montant\u00a0»" in missing.remedy
    assert "sous un autre nom («\u00a0montant\u00a0»)" in extra.remedy
    assert "C1" in extra.excel


def test_a_column_too_many_in_a_whole_file_may_stay(check):
    extra = only(check("a;b;note\n1;2;3\n", schema("a", "b")), "header-unknown")
    assert "vous pouvez la garder" in extra.remedy
    assert "uppr" not in extra.remedy + gestures(extra)


def test_all_missing_columns_are_named(check):
    names = [f"colonne_{number}" for number in range(1, 31)]
    report = check("a\n1\n", schema("a", *(field(name, required=True) for name in names)))
    assert all(f"«\u00a0{name}\u00a0»" in only(report, "header-missing-column").explanation for name in names)


def test_the_two_ways_out_of_a_column_twice_are_the_same_in_words_and_gesture(check):
    twice = only(check("a;b;a\n1;2;3\n", schema("a", "b")), "header-duplicate")
    assert twice.remedy.endswith("supprimez celle-ci\u00a0; sinon, donnez-lui un autre titre.")
    assert "Si la colonne C répète la colonne A" in twice.excel
    assert "tapez un autre titre" in twice.excel


def test_a_replacement_asks_for_whole_cells(check):
    kinds = field("nature", enum=["aide en numéraire", "aide en nature"])
    refused = only(check("nature;b\nnuméraire;1\nnuméraire;2\nautre chose;3\n", schema(kinds, "b")), "constraint-error")
    assert "Totalité du contenu de la cellule" in refused.excel
    assert "Rechercher «\u00a0numéraire\u00a0», Remplacer par aide en numéraire" in refused.excel
    assert "Cellules entières" in refused.libreoffice
    boolean = only(check("ouvert\nx\n", schema(field("ouvert", "boolean"))), "type-error")
    assert "Rechercher «\u00a0x\u00a0», Remplacer par true" in boolean.excel


def test_a_percentage_where_a_share_is_expected_is_divided(check):
    share = field("pourcentage", "number", minimum=0, maximum=1)
    for text, wanted in (("100%", "1"), ("45 %", "0.45"), ("12,5 %", "0.125")):
        told = only(check(f"pourcentage;b\n{text};1\n", schema(share, "b")), "type-error")
        assert told.remedy == f"Divisez par 100\u00a0: écrivez {wanted}."
        assert told.expected == wanted


PERIOD = field("periode", pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}(/[0-9]{4}-[0-9]{2}-[0-9]{2})?$")


def test_a_year_alone_is_no_matter_of_format(check):
    for text, wanted in (
        ("2025", "2025-01-01/2025-12-31"),
        ("2025-02", "2025-02-01/2025-02-28"),
        ("2024-12", "2024-12-01/2024-12-31"),
        ("2024/2025", "2024-01-01/2025-12-31"),
    ):
        told = only(check(f"periode\n{text}\n", schema(PERIOD)), "constraint-error")
        assert told.remedy.startswith(f"Tapez une date complète, par exemple {wanted}, sans changer le format")
        assert "aaaa" not in gestures(told).lower()
    day = only(check("jour\n2025\n", schema(field("jour", "date"))), "type-error")
    assert "par exemple 2025-01-01," in day.remedy
    assert "aaaa" not in gestures(day).lower()


def test_the_number_of_a_date_takes_its_format_back(check):
    for table in (schema(field("periode", "date")), schema(PERIOD)):
        (told,) = groups(check("periode\n43655\n", table), "fr")
        assert told.remedy == "Ce numéro est la date 2019-07-09. Redonnez à la colonne un format de date."
        assert "Convertir" not in told.excel
        assert "Format de cellule › Nombre › Date" in told.excel


def test_words_for_nothing_are_emptied_where_the_column_is_optional(check):
    code = field("code", maxLength=5, keys={"example": "10427"})
    for text in ("sans objet", "SANS OBJET", "Non communiqué"):
        told = only(check(f"code;b\n{text};1\n", schema(code, "b")), "constraint-error")
        assert told.remedy == "Laissez la cellule vide."
        assert told.expected is None
        assert f"Rechercher «\u00a0{text}\u00a0», laissez vide Remplacer par" in told.excel
    number = only(check("n;b\nN.C.;1\n", schema(field("n", "number"), "b")), "type-error")
    assert number.remedy == "Laissez la cellule vide."
    siret = schema("siret", "b", custom_checks=[{"name": "french-siret-value", "params": {"column": "siret"}}])
    assert only(check("siret;b\nnéant;1\n", siret), "siret").remedy == "Laissez la cellule vide."
    required = only(check("code\nsans objet\n", schema(field("code", maxLength=5, required=True))), "constraint-error")
    assert required.remedy.startswith("Retrouvez la valeur")


def test_all_that_is_no_digit_goes_from_a_siret(check):
    siret = schema("siret", custom_checks=[{"name": "french-siret-value", "params": {"column": "siret"}}])
    told = only(check("siret\n130 025 265 000 13'\n", siret), "siret")
    assert told.remedy == "Ne gardez que les chiffres\u00a0: 13002526500013."
    assert "chaque signe qui n’est pas un chiffre" in told.excel
    assert only(check("siret\nSIRET : 13002526500013\n", siret), "siret").expected == "13002526500013"
    pattern = schema(field("siret", pattern="^[0-9]{14}$"))
    assert only(check("siret\n130 025 265 000 13'\n", pattern), "constraint-error").expected == "13002526500013"


def test_headings_alone_are_no_success(check):
    report = check("a;b\n", schema("a", "b"))
    assert headline(report, "fr") == "Le fichier ne contient aucune ligne de données."
    assert headline(report, "en") == "The file contains no row of data."
    assert only(report, "no-rows").explanation.endswith("il n’y a rien à réutiliser.")


def test_a_valid_file_with_warnings_is_not_said_free_of_them(check):
    point = schema(field("coordonnees", "geopoint", keys={"format": "array"}), "b")
    report = check("coordonnees;b\n[48.8566,2.3522];1\n", point)
    assert [warning["code"] for warning in report["warnings"]] == ["coordinates-suspect"]
    (reversed_point,) = groups(report, "fr")
    assert "écrivez la longitude d’abord\u00a0: «\u00a0[2.3522,48.8566]\u00a0»" in reversed_point.remedy
    assert "deux colonnes" not in reversed_point.remedy + gestures(reversed_point)
    assert headline(report, "fr") == "Fichier conforme\u00a0; 1 point à regarder."
    assert headline(report, "en") == "The file follows its model; 1 point worth a look."


def test_a_group_counts_what_it_is_about(check):
    told = groups(check("a;z\n1\n\nx;2\n", schema(field("a", "integer"), field("b", required=True), "c")), "fr")
    assert {(group.code, group.unit) for group in told} == {
        ("header-missing-column", "column"), ("header-unknown", "column"), ("missing-cell", "row"),
        ("blank-row", "row"), ("type-error", "cell"),
    }  # fmt: skip


def test_how_to_open_a_csv_in_excel_is_said_once_and_where_it_matters(check):
    table = schema(field("idBeneficiaire"), field("a", "integer"), field("b", "date"))
    row = "x{0}31/03/2026\n"
    told = groups(check("idBeneficiaire;a;b\n13002526500013;" + row.format(";"), table), "fr")
    assert [group.excel.startswith("N’ouvrez pas ce fichier CSV par un double-clic") for group in told] == [True, False]
    commas = groups(check("idBeneficiaire,a,b\n13002526500013," + row.format(","), table), "fr")
    assert [group.excel.startswith("Un double-clic ouvrirait ce fichier CSV dans une seule") for group in commas] == [
        True,
        False,
    ]
    plain = schema(field("a", "integer"), field("b", "date"))
    assert all("double-clic" not in group.excel for group in groups(check("a;b\n" + row.format(";"), plain), "fr"))
    assert "double-clic" not in str([group.libreoffice for group in told])


def test_a_row_of_totals_is_one_thing_to_delete(check):
    table = schema(*(field(name, required=True) for name in "abcdef"), field("montant", "number", required=True))
    good = "1;2;3;4;5;6;7\n"
    report = check("a;b;c;d;e;f;montant\n" + good + "8;2;3;4;5;6;7\n" + "TOTAL GÉNÉRAL;;;;;;14\n", table)
    (told,) = groups(report, "fr")
    assert (told.title, told.remedy, told.unit) == ("Lignes de total", "Supprimez la ligne du total.", "row")
    assert "Clic droit sur le numéro de la ligne 4" in told.excel
    assert report["counts"]["rows_with_errors"] == 1

    (left,) = groups(check("a;b;c;d;e;f;montant\n" + good + ";;;;;non;1\n", table), "fr")
    assert left.explanation == (
        "La ligne 3 ne contient presque rien\u00a0: seulement «\u00a0non\u00a0» et «\u00a01\u00a0»."
    )


def test_a_row_called_total_that_is_filled_is_data(check):
    table = schema(*(field(name, required=True) for name in "abc"))
    assert check("a;b;c\nTotal énergies;2;3\n", table)["status"] == "valid"
    assert [e["code"] for e in check("a;b;c\nTotal énergies;2;\n", table)["errors"]] == ["constraint-error"]


def test_the_rows_above_the_headings_are_deleted_and_not_the_headings(check):
    report = check("Export du logiciel;;\n;;\na;b;c\n1;2;3\n", schema("a", "b", "c"))
    told = only(report, "header-not-first")
    assert "les numéros des lignes au-dessus de la ligne 3" in told.excel
    assert "sur le numéro de la ligne 3" not in gestures(told)


def test_a_heading_that_looks_like_the_missing_one_is_typed_again(check):
    (told,) = groups(check("nom_attribuant;b\nx;1\n", schema(field("nomAttribuant", required=True), "b")), "fr")
    assert "renommez «\u00a0nom_attribuant\u00a0» en «\u00a0nomAttribuant\u00a0»" in told.remedy
    assert told.excel.startswith("Cliquez sur la cellule de titre A1")


def test_a_column_without_a_heading_is_given_one(check):
    told = only(check("a;;c\n1;2;3\n", schema("a", "c")), "header-blank")
    assert told.excel.startswith("Cliquez sur la cellule B1 et tapez un titre qui dit ce que contient la colonne")


@pytest.mark.parametrize(
    ("type_", "text", "hint", "proposal"),
    [
        ("number", "150%", "percent-sign", None),
        ("number", "240 000 € (pour trois saisons)", "words", "240000"),
        ("integer", "150-200", "range", None),
        ("integer", "2,20E+13", "excel-rounded", None),
        ("integer", "NC", "unknown", None),
        ("number", "non précisé", "unknown", None),
        ("number", "–", "unknown", None),
        ("date", "néant", "unknown", None),
        ("date", "16 janvier 2018", "date-french", "2018-01-16"),
        ("date", "vendredi 1er août 2025", "date-french", "2025-08-01"),
        ("date", "déc. 2025", "date-part", "2025-12-01"),
        ("date", "31/03/2026 14:30", "date-french", "2026-03-31"),
        ("datetime", "31/03/2026 14:30", "date-french", "2026-03-31T14:30:00Z"),
        ("datetime", "2026-03-31 14:30:15", "date-french", "2026-03-31T14:30:15Z"),
        ("time", "14h30", "form", "14:30:00"),
        ("number", "La colonne", "header-repeated", None),
    ],
)
def test_what_people_write_in_numbers_and_dates(check, type_, text, hint, proposal):
    declared = field("colonne", type_, required=True, keys={"title": "La colonne"})
    (error,) = check(f'colonne;b\n"{text}";1\n', schema(declared, "b"))["errors"]
    assert (error["params"].get("hint"), error["params"].get("suggestion")) == (hint, proposal)
    assert text in error["message"]


def test_a_share_over_one_hundred_per_cent(check):
    share = field("part", "number", maximum=1)
    (error,) = check("part;b\n150%;1\n", schema(share, "b"))["errors"]
    assert error["message"] == "«\u00a0150%\u00a0» dépasse 100 %\u00a0; le modèle attend une part entre 0 et 1."


def test_two_dates_make_a_period(check):
    period = field("quand", pattern=r"\d{4}-\d{2}-\d{2}/\d{4}-\d{2}-\d{2}")
    for text in ("2017-06-27_2018-06-27", "27/06/2017 au 27/06/2018", "2017-06-27 - 2018-06-27"):
        (error,) = check(f"quand;b\n{text};1\n", schema(period, "b"))["errors"]
        assert error["params"]["suggestion"] == "2017-06-27/2018-06-27", text


def test_each_kind_of_fault_in_a_column_has_its_gesture(check):
    rows = "31/03/2026\n" * 130 + "2018-04\n" * 2 + "45000\n"
    report = check("jour\n" + rows, schema(field("jour", "date")))
    told = groups(report, "fr")
    assert [(group.title, group.count) for group in told] == [
        ("Dates au mauvais format", 130), ("Dates incomplètes", 2), ("Dates devenues des nombres", 1),
    ]  # fmt: skip
    assert len({group.excel for group in told}) == 3
    assert [len(group.places) for group in told] == [98, 1, 1]  # a hundred places, each kind among them
    assert sum(entry["count"] for entry in report["counts"]["by_code"]) == 133


def test_kinds_that_one_gesture_mends_are_told_together(check):
    siret = schema("siret", "b", custom_checks=[{"name": "siret", "params": {"column": "siret"}}])
    report = check("siret;b\n1234;1\n1235;1\n13002526500014;1\nabc;1\n", siret)
    told = only(report, "siret")
    assert told.count == 4
    assert told.explanation.replace("\u00a0", " ") == (
        "« 1234 » compte 4 chiffres ; un SIRET en a 14. "
        "1 autre cellule : « 13002526500014 » a 14 chiffres, mais ce n’est pas un SIRET qui existe : "
        "sa clé de contrôle est fausse, un chiffre a sans doute été mal tapé. "
        "1 autre cellule : « abc » n’est pas un numéro SIRET : il contient autre chose que des chiffres."
    )
    assert told.remedy.count("annuaire-entreprises") == 1


def test_the_remedy_of_one_cell_is_an_example_beside_others(check):
    table = schema(field("montant", "number"), "b")
    several = only(check("montant;b\n9 000 €;1\n4 000 €;2\n", table), "type-error")
    assert several.remedy == "Dans la cellule A2\u00a0: écrivez 9000. Faites de même pour les autres."
    alike = only(check("montant;b\n9 000 €;1\n9 000 €;2\n", table), "type-error")
    assert alike.remedy == "Écrivez 9000."
    assert (
        only(check("montant;b\n9 000 €;1\n4 000 €;2\n", table), "type-error", "en").remedy
        == "In cell A2: write 9000. Do the same for the others."
    )


def test_columns_without_titles_are_one_cause(check):
    told = only(check("a;;b;;c\n1;2;3;4;5\n", schema("a", "b", "c")), "header-blank")
    assert told.explanation == (
        "2 colonnes n’ont pas de titre, mais des cellules y sont remplies\u00a0: «\u00a0B\u00a0» et «\u00a0D\u00a0»."
    )


def test_what_published_files_hold(check):
    """The faults of published files, in files of our own: one cell is one thing to mend, said by what it is."""
    siret = field("idAttribuant", pattern=r"\d{14}")
    table = schema(siret, "objet", custom_checks=[{"name": "siret", "params": {"column": "idAttribuant"}}])
    (error,) = check("idAttribuant;objet\n130025265;a\n", table)["errors"]
    assert (error["code"], error["params"]["hint"]) == ("siret", "siren-given")
    point = schema(field("coordonneesXY", "geopoint", keys={"format": "array"}), "id")
    swapped = only(check('coordonneesXY;id\n"[44.51,3.49]";1\n"[44.52,3.48]";2\n', point), "coordinates-suspect")
    assert (swapped.title, swapped.count) == ("Coordonnées peut-être inversées", 2)
    assert "[3.49,44.51]" in swapped.remedy
    repeated = schema(field("nature", enum=["aide en nature"]), field("montant", "number"))
    told = groups(check("Nature;Montant\naide en nature;12\nNature;Montant\naide en nature;5\n", repeated), "fr")
    assert [group.title for group in told if group.severity == "error"] == ["Titres répétés parmi les données"] * 2
