"""What is personal in a file is found, counted and shown masked; what only looks like it is left alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.odl.deposit.persons import civil_name, looks_like_person
from ckanext.odl.deposit.reading import Block
from ckanext.odl.deposit.signals import SignalWatch, sentence
from ckanext.odl.scdl import catalogue

NIR = "185057800608491"
IBAN = "FR7630006000011234567890189"


def look(header: Sequence[str], rows: Sequence[Sequence[str]], schema: str = "") -> list[dict[str, Any]]:
    fields = catalogue().table(schema)["fields"] if schema else ()
    watch = SignalWatch(header, fields, dt.date(2026, 1, 1))
    columns = [tuple(row[index] for row in rows) for index in range(len(header))]
    watch.see(Block(list(range(2, len(rows) + 2)), columns))
    return watch.found()


def kinds(found: Sequence[dict[str, Any]]) -> list[tuple[str, str, int]]:
    return [(signal["kind"], signal["column"], signal["count"]) for signal in found]


def test_each_kind_is_found_with_its_place_and_masked():
    header = ["nom", "prenom", "date de naissance", "remarques"]
    rows = [
        ["Roux", "Anne", "12/03/1985", f"sécu {NIR}"],
        ["Blanc", "Luc", "1979-11-02", f"compte {IBAN[:4]} {IBAN[4:]}"],
        ["Petit", "Zoé", "01/01/2001", "joindre a.petit@exemple.fr ou 06 12 34 56 78"],
    ]
    found = look(header, rows)
    assert kinds(found) == [
        ("nir", "D", 1),
        ("iban", "D", 1),
        ("birth-date", "C", 3),
        ("person-name", "A", 3),
        ("email", "D", 1),
        ("phone", "D", 1),
    ]
    assert [signal["places"][0]["cell"] for signal in found] == ["D2", "D3", "C2", "A2", "D4", "D4"]
    shown = repr(found)
    for secret in (NIR, IBAN, "a.petit", "12 34 56", "Roux", "Anne", "12/03"):
        assert secret not in shown
    assert not any(signal["expected"] for signal in found)


def test_codes_amounts_dates_and_positions_are_no_telephone_numbers():
    header = ["SIRET", "code_insee", "montant", "date", "latitude", "N° de dossier", "code_nic"]
    rows = [["21480095500016", "48095", "0612345678", "2025-01-12", "0.123456789", "2025-0612", "0612345678"]] * 30
    assert look(header, rows) == []


def test_numbers_of_fifteen_digits_that_have_the_key_by_chance_are_left_alone():
    rows = [[f"1850578{number:08}"] for number in range(100, 600)]
    assert look(["numéro de dossier"], rows) == []


def test_counts_are_exact_and_places_few():
    found = look(["contact"], [[f"jean.dupont{number}@exemple.fr"] for number in range(700)])
    assert [(signal["count"], signal["personal"], len(signal["places"])) for signal in found] == [(700, 700, 5)]


def test_the_contact_that_the_model_asks_for_is_expected_unless_it_is_a_person():
    header = ["contact_operateur", "telephone_operateur"]
    service = look(header, [["mairie@exemple.fr", "04 66 49 40 00"]], "etalab/schema-irve-statique")
    assert [(signal["kind"], signal["expected"]) for signal in service] == [("email", True), ("phone", True)]
    person = look(header, [["anne.roux@exemple.fr", "06 66 49 40 00"]], "etalab/schema-irve-statique")
    assert [(signal["kind"], signal["expected"]) for signal in person] == [("email", False), ("phone", False)]
    house = look(["courriel"], [["mairie@exemple.fr"]])
    assert [signal["expected"] for signal in house] == [False]


def test_persons_among_bodies():
    names = ["Club de judo", "DUPONT Jean", "SARL Martin", "M. Paul ROUX", "Comité des fêtes Jean Moulin", "Anne Petit"]
    (found,) = look(["nomBeneficiaire"], [[name] for name in names], "scdl/subventions")
    assert (found["kind"], found["count"], found["expected"]) == ("person-name", 3, False)
    assert [place["cell"] for place in found["places"]] == ["A3", "A5", "A7"]


def test_halls_named_after_people_are_no_persons():
    header = ["nom", "adresse"]
    rows = [[f"Salle {number}", "rue Jean Moulin"] for number in range(20)] + [["Jean Moulin", "place de l’Église"]]
    assert look(header, rows) == []


def test_a_column_of_names_alone_is_a_list_of_persons():
    (found,) = look(["Nom", "montant"], [["Jean Dupont", "50"], ["Anne Petit", "20"], ["Club de judo", "10"]])
    assert (found["kind"], found["count"]) == ("person-name", 2)


def test_elected_members_in_their_office_are_expected():
    (found,) = look(["Rapporteur", "objet"], [["Jean DUPONT", "Budget"], ["Anne Petit", "Voirie"]])
    assert (found["kind"], found["count"], found["expected"]) == ("person-name", 2, True)


def test_first_names_of_the_newborn_are_no_persons():
    header = ["COLL_NOM", "COLL_INSEE", "ENFANT_SEXE", "ENFANT_PRENOM", "NOMBRE_OCCURRENCES", "ANNEE"]
    assert look(header, [["Mende", "48095", "F", "Jeanne", "5", "2025"]] * 10, "scdl/prenoms") == []


@pytest.mark.parametrize("heading", ["date de naissance", "Né(e) le", "DDN", "date_naissance"])
def test_dates_of_birth_by_their_heading(heading: str):
    assert kinds(look([heading], [["12/03/1985"], ["sans"], ["12/03/1785"], ["1985"], ["12/03/2085"]])) == [
        ("birth-date", "A", 1)
    ]


@pytest.mark.parametrize("text", ["Monsieur le Maire", "M. Le Maire", "Madame la Préfète", "MM", "M. de", "Mme Maire"])
def test_offices_are_not_names(text: str):
    assert civil_name(text) is None


def test_a_name_inside_a_sentence():
    assert civil_name("Bail consenti à Mme Anne ROUX pour un an") == "Mme Anne ROUX"
    assert civil_name("Bail consenti à M. et Mme Roux") == "M. et Mme Roux"


@given(st.text())
def test_any_text_gets_an_answer(text: str):
    looks_like_person(text)
    header = ["nom", "remarques", "date de naissance", "siret"]
    found = look(header, [[text] * 4])
    assert all(signal["count"] == 1 and sentence(signal).endswith(".") for signal in found)


@given(st.lists(st.sampled_from([NIR, "rien", "mairie@exemple.fr", "06 12 34 56 78", ""]), max_size=40))
def test_every_cell_is_counted_once(cells: list[str]):
    found = {signal["kind"]: signal["count"] for signal in look(["remarques"], [[cell] for cell in cells])}
    wanted = {
        "nir": cells.count(NIR),
        "email": cells.count("mairie@exemple.fr"),
        "phone": cells.count("06 12 34 56 78"),
    }
    assert found == {kind: count for kind, count in wanted.items() if count}


def test_a_sign_in_words():
    (found,) = look(["tel"], [["04 66 49 40 00"]] * 3 + [["06 66 49 40 00"]])
    assert sentence(found) == "4 numéros de téléphone dans la colonne A («\u00a0tel\u00a0»), dont 1 de mobile."
    assert sentence(found, "en") == "4 telephone numbers in column A (“tel”), 1 of them mobile."
