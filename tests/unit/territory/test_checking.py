"""What the reference says of a SIREN and an INSEE code together."""

from __future__ import annotations

import pytest

from ckanext.odl.territory import Listing, identity_problems, listing, of, reference, with_article


@pytest.mark.parametrize(
    ("kind", "siren", "insee"),
    [
        ("commune", "214800955", "48095"),
        ("commune", "", "98736"),  # overseas, without SIREN
        ("commune", "214 800 955", "48 095"),
        ("", "214800955", "48095"),
        ("epci", "200000172", ""),
        ("autre", "200057867", ""),
        ("epci", "200057867", ""),
        ("syndicat", "200000990", ""),  # syndicats are not in the reference
        ("departement", "224800011", ""),
        ("commune", "", ""),
        ("commune", "123", "20004"),  # of a wrong form: the fields say so
    ],
)
def test_what_agrees(kind: str, siren: str, insee: str):
    assert identity_problems(kind, siren, insee) == []


@pytest.mark.parametrize(
    ("kind", "siren", "insee", "field", "words"),
    [
        ("commune", "214801508", "48095", "siren", "celui de Saint-Flour-de-Mercoire. Celui de Mende est 214800955."),
        ("commune", "214801508", "98736", "siren", "et le code INSEE celui de Pirae"),
        ("commune", "214801508", "48901", "siren", "dont le code INSEE est 48150"),
        ("epci", "214800955", "", "siren", "celui de Mende (commune)"),
        ("commune", "200000172", "74042", "siren", "celui de la Communauté de communes Faucigny - Glières"),
        ("syndicat", "214800955", "", "siren", "Choisissez ce type de collectivité"),
        ("commune", "", "48300", "insee", "48300 est un code postal. Code INSEE\u00a0: 48080 (Langogne)"),
        ("commune", "", "48047", "insee", "aujourd’hui Peyre en Aubrac, code 48009"),
        ("", "", "75112", "insee", "la commune est Paris, code 75056"),
    ],
)
def test_a_contradiction_is_certain(kind: str, siren: str, insee: str, field: str, words: str):
    problem = identity_problems(kind, siren, insee)[0]

    assert (problem.field, problem.certain) == (field, True)
    assert words in problem.sentence("fr")
    assert problem.sentence("en") != problem.sentence("fr")
    assert "{" not in problem.sentence("en")


@pytest.mark.parametrize(
    ("kind", "siren", "insee", "codes"),
    [
        ("commune", "214809014", "48901", ["insee-unknown", "siren-unknown"]),
        ("commune", "200000990", "48095", ["siren-differs"]),
        ("epci", "200000990", "", ["siren-unknown"]),
    ],
)
def test_what_the_reference_does_not_know_is_no_contradiction(kind: str, siren: str, insee: str, codes: list[str]):
    problems = identity_problems(kind, siren, insee)

    assert [problem.code for problem in problems] == codes
    assert not any(problem.certain for problem in problems)
    assert all(problem.sentence("fr") and problem.sentence("en") for problem in problems)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (("commune", "214800955", "48095"), Listing(True, "214800955")),
        (("commune", None, "98736"), Listing(True, None)),  # overseas: the INSEE code alone
        (("commune", "214800955", "48047"), Listing(True, "200064731", "48009")),
        (("commune", "214809014", "48901"), Listing(False)),
        (("commune", None, None), Listing(False)),
        (("epci", "200000172", None), Listing(True)),
        (("epci", "200000990", None), Listing(False)),
        (("departement", "224800011", None), Listing(None)),
        (("syndicat", "200048130", None), Listing(None)),
        ((None, None, None), Listing(None)),
    ],
)
def test_where_an_identity_stands(asked: tuple, expected: Listing):
    assert listing(*asked) == expected


def test_every_body_agrees_with_itself():
    for code in list(reference().communes)[::50]:
        body = reference().commune(code)
        assert body is not None
        assert identity_problems("commune", body.siren, code) == []
    for siren in list(reference().establishments)[::20]:
        body = reference().by_siren(siren)
        assert body is not None
        assert identity_problems(body.kind, siren, "") == []


@pytest.mark.parametrize(
    ("name", "joined"),
    [
        ("Mende", "de Mende"),
        ("Arles", "d’Arles"),
        ("Évry", "d’Évry"),
        ("Le Havre", "du Havre"),
        ("Les Trois-Sources", "des Trois-Sources"),
        ("La Roche", "de La Roche"),
        ("L’Isle-d’Abeau", "de L’Isle-d’Abeau"),
        ("Hyères", "d’Hyères"),
        ("Honfleur", "de Honfleur"),
        ("Yutz", "de Yutz"),
        ("Département du Var", "du Département du Var"),
        ("Région Occitanie", "de la Région Occitanie"),
        ("Agglomération d’Agen", "de l’Agglomération d’Agen"),
        ("Communauté de communes du Causse", "de la Communauté de communes du Causse"),
        ("Eurométropole de Strasbourg", "de l’Eurométropole de Strasbourg"),
        ("Établissement public territorial Est Ensemble", "de l’Établissement public territorial Est Ensemble"),
    ],
)
def test_names_are_joined_as_in_french(name: str, joined: str):
    assert of(name) == joined


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("Mende", "Mende"),
        ("Le Havre", "Le Havre"),
        ("Communauté de communes du Causse", "la Communauté de communes du Causse"),
        ("Département du Var", "le Département du Var"),
        ("Agglomération d’Agen", "l’Agglomération d’Agen"),
    ],
)
def test_names_as_the_subject_of_a_sentence(name: str, subject: str):
    assert with_article(name) == subject
