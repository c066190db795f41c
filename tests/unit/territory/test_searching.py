"""A collectivité is found as people type it, and nothing that they type breaks the search."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.odl.territory import commune, reference, search
from ckanext.odl.territory.searching import fold


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Mende", "Mende (48 Lozère)"),
        ("MENDE", "Mende (48 Lozère)"),
        ("mairie de Mende", "Mende (48 Lozère)"),
        ("Commune de Mende", "Mende (48 Lozère)"),
        ("mende 48", "Mende (48 Lozère)"),
        ("48000 Mende", "Mende (48 Lozère)"),
        ("Mende cedex", "Mende (48 Lozère)"),
        ("mend", "Mende (48 Lozère)"),
        ("chateau thierry", "Château-Thierry (02 Aisne)"),
        ("Château–Thierry", "Château-Thierry (02 Aisne)"),
        ("thierry chateau", "Château-Thierry (02 Aisne)"),
        ("st etienne", "Saint-Étienne (42 Loire)"),
        ("Ste-Enimie", "Gorges du Tarn Causses (48 Lozère)"),
        ("l'abergement clemenciat", "L'Abergement-Clémenciat (01 Ain)"),
        ("L’Abergement-Clémenciat", "L'Abergement-Clémenciat (01 Ain)"),
        ("abergement clemenciat", "L'Abergement-Clémenciat (01 Ain)"),
        ("Havre (Le)", "Le Havre (76 Seine-Maritime)"),
        ("havre", "Le Havre (76 Seine-Maritime)"),
        ("Ville d’Avray", "Ville-d'Avray (92 Hauts-de-Seine)"),
        ("Ville de Paris", "Paris (75 Paris)"),
        ("Oeuilly 02", "Œuilly (02 Aisne)"),
        ("œuilly 51", "Œuilly (51 Marne)"),
        ("Saint-Denis 93", "Saint-Denis (93 Seine-Saint-Denis)"),
        ("Saint-Denis (Seine-Saint-Denis)", "Saint-Denis (93 Seine-Saint-Denis)"),
        ("Saint-Denis (93 Seine-Saint-Denis)", "Saint-Denis (93 Seine-Saint-Denis)"),
        ("ajaccio 2a", "Ajaccio (2A Corse-du-Sud)"),
        ("vitry s/ seine", "Vitry-sur-Seine (94 Val-de-Marne)"),
        ("CC Coeur de Lozère", "Communauté de communes Coeur de Lozère (48 Lozère)"),
        ("comcom cœur de lozère", "Communauté de communes Coeur de Lozère (48 Lozère)"),
        ("métropole de Lyon", "Métropole de Lyon (69 Rhône)"),
        ("Lozère", "Lozère (48)"),
        ("Conseil départemental de la Lozère", "Lozère (48)"),
        ("occitanie", "Occitanie (76)"),
        ("plaine commune", "Établissement public territorial Plaine Commune (93 Seine-Saint-Denis)"),
        ("Papeete", "Papeete (987 Polynésie française)"),
        ("48095", "Mende (48 Lozère)"),
        ("2a004", "Ajaccio (2A Corse-du-Sud)"),
        ("1001", "L'Abergement-Clémenciat (01 Ain)"),
        ("214 800 955", "Mende (48 Lozère)"),
        ("21480095500012", "Mende (48 Lozère)"),
        ("2A", "Corse-du-Sud (2A)"),
    ],
)
def test_the_first_answer(text: str, first: str):
    found = search(text)

    assert found
    assert found[0].label == first


@pytest.mark.parametrize("text", ["", " ", "zzzzzz", "48901", "214800956", "99999999999999", "'", "((", "\x00", "…"])
def test_nothing_is_found(text: str):
    assert search(text) == []


def test_namesakes_are_told_apart():
    found = search("Sainte-Colombe", limit=20)
    same = [body for body in found if body.name == "Sainte-Colombe"]

    assert same == found[: len(same)]
    assert len(same) == 12
    assert len({body.label for body in found}) == len(found)


def test_a_code_may_be_that_of_a_commune_and_postal():
    found = search("48150")

    assert (found[0].name, found[0].remark) == ("Saint-Flour-de-Mercoire", None)
    assert "Meyrueis" in [body.name for body in found[1:]]
    assert all(body.remark and body.remark.code == "postal" for body in found[1:])


def test_a_part_is_found_by_its_name_and_leads_to_its_commune():
    (found,) = search("Arbignieu")

    assert found.name == "Arboys en Bugey"
    assert "Arbignieu (01015) est une commune déléguée" in found.remark_text()


def test_only_the_kinds_that_are_asked_for():
    assert {body.kind for body in search("lozère", kinds=["epci"])} == {"epci"}
    assert search("48095", kinds=["epci"]) == []
    assert search("mende", kinds=[]) == []


def test_the_limit_holds():
    assert len(search("saint", limit=3)) == 3
    assert search("saint", limit=0) == []
    assert len(search("75", limit=100)) == 1


def test_every_commune_is_found_by_its_name_with_its_departement():
    """By its name alone among its namesakes; with its département, one of the first two everywhere."""
    for code in list(reference().communes)[::29]:
        body = commune(code)
        assert body is not None
        found = [other.code for other in search(f"{body.name} {body.department}", kinds=["commune"], limit=20)]
        assert code in found[:2], body.label
        same = [other for other in search(body.name, kinds=["commune"], limit=50) if other.name == body.name]
        assert code in [other.code for other in same], body.label


def test_every_establishment_is_found_by_its_name():
    for siren in list(reference().establishments)[::9]:
        body = reference().by_siren(siren)
        assert body is not None
        assert siren in [other.siren for other in search(body.name, limit=20)], body.label


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_no_text_breaks_the_search(text: str):
    assert len(search(text, limit=5)) <= 5


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="aeilnorstdm 'éÉœ-’(/)0123456789AB\n\t", max_size=40))
def test_no_likely_text_breaks_the_search(text: str):
    for body in search(text, limit=5):
        assert body.label


def test_a_text_of_any_length_costs_what_a_name_costs():
    def cost(text: str) -> float:
        start = time.perf_counter()
        search(text)
        return time.perf_counter() - start

    search("mende")
    short = max(cost("saint de la sur") for _ in range(5))
    assert min(cost("saint de la sur " * 10_000) for _ in range(5)) < 20 * short


@given(st.text(max_size=40))
def test_folding_leaves_small_letters_and_figures(text: str):
    assert not fold(text).strip("abcdefghijklmnopqrstuvwxyz0123456789 \n")
    assert fold(fold(text)) == fold(text)
