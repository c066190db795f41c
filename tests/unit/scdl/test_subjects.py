"""What a file speaks of, when its columns have names of the house."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.odl.scdl import UnknownSchema, catalogue, compare, subjects
from ckanext.odl.scdl.subjects import _vocabulary


def first(headings: list[str], *texts: str, sample: list[list[str]] | None = None) -> str | None:
    found = subjects(headings, texts, sample or [])
    return found[0].id if found else None


def test_every_subject_is_a_model():
    ids = [words.id for words in _vocabulary()]
    assert set(ids) <= {entry.id for entry in catalogue()}
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("headings", "id"),
    [
        (["Association", "Montant 2024", "Montant 2025"], "scdl/subventions"),
        (["N° délibération", "Rapporteur", "Titre"], "scdl/deliberations"),
        (["Prénoms", "Sexe", "Année", "Nombre de naissances"], "scdl/prenoms"),
        (["Exercice", "Section", "Chapitre", "Montant"], "scdl/budget"),
        (["NBRE_PLACE,N,4,0", "TYPARK,C,254", "EXPLOI,C,50"], "etalab/schema-stationnement"),
        (["N° marché", "Titulaire", "Date de notification", "Montant"], "139bercy/format-commande-publique"),
        (["voie_nom", "numéro", "suffixe"], "etalab/schema-bal"),
    ],
)
def test_headings_tell_the_subject(headings: list[str], id: str):
    assert first(headings) == id


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("defibrillateurs-saint-exemple", "atlasante/schema-dae"),
        ("Subventions aux associations", "scdl/subventions"),
        ("menus cantine mars", "scdl/menus-collectifs"),
        ("arrêts de taxi", "openmaraude/schema-stationstaxi"),
    ],
)
def test_the_name_or_title_tells_the_subject(text: str, id: str):
    assert first(["a", "b"], text) == id
    assert subjects(["a", "b"], [text])[0].reasons()[0].startswith("Le nom ou le titre du fichier dit")


def test_cells_that_repeat_a_word_tell_the_subject():
    assert first(["type", "lieu"], sample=[["Piste cyclable", "a"]] * 5) == "etalab/schema-amenagements-cyclables"


@pytest.mark.parametrize(
    ("headings", "text"),
    [
        (["nom", "prénom", "adresse", "date de naissance"], "liste"),
        (["date", "heure", "température"], "meteo"),
        (["bureau", "inscrits", "votants", "exprimés"], "élections"),
        (["id", "nom", "adresse", "cp", "ville"], "cinémas"),
        (["code", "libellé"], "nomenclature"),
        (["date", "prénom", "service", "motif", "durée"], "absences"),
    ],
)
def test_what_is_no_subject_of_a_model(headings: list[str], text: str):
    assert first(headings, text) is None


@given(st.lists(st.text(max_size=20), max_size=12), st.text(max_size=30))
def test_any_words_get_an_answer(headings: list[str], text: str):
    for subject in subjects(headings, [text], [headings]):
        assert subject.reasons("fr")
        assert subject.reasons("en")


def test_a_chosen_model_is_compared_however_little_there_is():
    match = compare(["nomBeneficiaire", "autre"], "scdl/subventions")
    assert (match.matched, match.total, match.unknown) == (1, 16, ("autre",))
    assert compare(["x"], "scdl/subventions").matched == 0
    with pytest.raises(UnknownSchema):
        compare(["x"], "scdl/nothing")
