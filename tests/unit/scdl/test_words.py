from __future__ import annotations

import re

import pytest

from ckanext.odl.scdl import accepted, catalogue, changes, describe, describe_table, rules

N = "\u00a0"


@pytest.mark.parametrize(
    ("field", "french", "english"),
    [
        ({"type": "date"}, "une date, au format année-mois-jour", "a date, written year-month-day"),
        (
            {"type": "date", "format": "%d/%m/%Y"},
            "une date, au format jour/mois/année",
            "a date, written day/month/year",
        ),
        ({"type": "date", "format": "%Y"}, "une année sur quatre chiffres", "a year in four digits"),
        ({"type": "boolean", "trueValues": ["oui"], "falseValues": ["non"]}, "oui ou non", "oui or non"),
        ({"type": "boolean"}, f"true ou false (accepté aussi{N}: 1 ou 0)", "true or false (also accepted: 1 or 0)"),
        (
            {"type": "number", "constraints": {"minimum": 0.01, "maximum": 1}},
            "un nombre entre 0,01 et 1 (décimales après un point)",
            "a number between 0.01 and 1 (decimals after a point)",
        ),
        (
            {"type": "integer", "constraints": {"minimum": 0}},
            "un nombre entier, 0 ou plus",
            "a whole number, 0 or more",
        ),
        (
            {"type": "integer", "constraints": {"maximum": 99999}},
            "un nombre entier, 99\u202f999 au plus",
            "a whole number, 99,999 at most",
        ),
        (
            {"type": "string", "constraints": {"enum": ["rouge", "vert"]}},
            f"une valeur parmi{N}: rouge, vert",
            "one of: rouge, vert",
        ),
        (
            {"constraints": {"enum": ["en nature", "en argent"]}},
            f"une valeur parmi{N}: «{N}en nature{N}», «{N}en argent{N}»",
            "one of: “en nature”, “en argent”",
        ),
        ({"constraints": {"pattern": r"^\d{14}$"}}, "14 chiffres", "14 digits"),
        ({"constraints": {"pattern": r"[0-9]{5}"}}, "5 chiffres", "5 digits"),
        ({"constraints": {"maxLength": 256}}, "un texte de 256 caractères au plus", "a text of at most 256 characters"),
        ({"constraints": {"minLength": 5, "maxLength": 5}}, "un texte de 5 caractères", "a text of 5 characters"),
        (
            {"constraints": {"pattern": "^Z(?=q)x*$"}, "example": "Zqx"},
            f"un texte de la forme «{N}Zqx{N}»",
            "a text of the form “Zqx”",
        ),
        (
            {"constraints": {"pattern": r"(?:(?:^|\|)(Fixe|Itinérant))+$"}},
            f"une ou plusieurs valeurs parmi{N}: Fixe, Itinérant, séparées par «{N}|{N}»",
            "one or more of: Fixe, Itinérant, separated by “|”",
        ),
        (
            {"constraints": {"unique": True}},
            f"un texte{N}; une valeur différente à chaque ligne",
            "a text; a different value in each row",
        ),
        ({"type": "geopoint"}, "la longitude puis la latitude, séparées par une virgule, comme 3.5012, 44.5176", None),
        ({}, "un texte", "a text"),
    ],
)
def test_what_a_column_accepts_is_said_in_words(field: dict, french: str, english: str | None):
    assert accepted({"name": "x", **field}, "fr") == french
    assert english is None or accepted({"name": "x", **field}, "en") == english


def test_a_long_list_is_cut_and_kept_apart():
    words = describe({"name": "x", "constraints": {"enum": [f"v{i}" for i in range(40)]}})

    assert words.accepted.endswith("v3… et 36 autres")
    assert len(words.choices) == 40
    assert words.cut


def test_examples_are_written_as_in_a_cell():
    assert describe({"name": "x", "example": 5}).example == "5"
    assert (
        describe(
            {"name": "x", "type": "boolean", "example": True, "trueValues": ["oui"], "falseValues": ["non"]}
        ).example
        == "oui"
    )
    assert describe({"name": "x", "examples": ["a", "b"]}).example == "a"
    assert describe({"name": "x", "type": "array", "example": ["é"]}).example == '["é"]'


def test_a_national_check_gives_its_words_to_its_column():
    words = {word.name: word for word in describe_table(catalogue().table("scdl/subventions"), "fr")}

    assert words["idBeneficiaire"].accepted == f"un numéro SIRET{N}: 14 chiffres"
    assert words["idBeneficiaire"].required is False


def test_rules_between_columns_are_sentences():
    assert rules(catalogue().table("scdl/subventions"), "fr") == [
        f"Au moins une des deux colonnes «{N}idBeneficiaire{N}» et «{N}rnaBeneficiaire{N}» est remplie."
    ]
    english = rules(catalogue().table("scdl/deliberations"), "en")
    assert "“VOTE_REEL” is the sum of “VOTE_POUR”, “VOTE_CONTRE” and “VOTE_ABSTENTION”." in english


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_column_of_the_catalogue_shows_a_pattern(language: str):
    for entry in catalogue():
        for version in entry.versions if entry.is_table else ():
            for words in describe_table(catalogue().table(entry.id, version), language):
                assert words.accepted, (entry.id, version, words.name)
                assert words.accepted.strip() == words.accepted
                assert "None" not in words.accepted
                if not words.choices:
                    assert not re.search(r"\\[dws]|\[\w-\w|\(\?|\{\d", words.accepted), (entry.id, version, words)


def test_changes_between_versions_are_sentences():
    old = {
        "fields": [
            {"name": "nom"},
            {"name": "DateActe", "type": "date"},
            {"name": "nature", "constraints": {"enum": ["a", "b"]}},
            {"name": "montant", "type": "integer"},
            {"name": "ancien"},
        ]
    }
    new = {
        "fields": [
            {"name": "nom", "constraints": {"required": True}},
            {"name": "date_acte", "type": "date"},
            {"name": "nature", "constraints": {"enum": ["b", "c"]}},
            {"name": "montant", "type": "number"},
            {"name": "lien", "constraints": {"required": True}},
            {"name": "note"},
        ],
        "primaryKey": "nom",
    }

    assert changes(old, new, "fr") == [
        f"Colonne ajoutée (obligatoire){N}: lien.",
        f"Colonne ajoutée (facultative){N}: note.",
        f"Colonne retirée{N}: ancien.",
        f"Colonne renommée{N}: «{N}DateActe{N}» devient «{N}date_acte{N}».",
        f"Colonne devenue obligatoire{N}: nom.",
        f"«{N}nature{N}» accepte aussi c et n’accepte plus a.",
        f"«{N}montant{N}» attend maintenant un nombre (décimales après un point) (avant{N}: un nombre entier).",
        f"Nouvelle règle{N}: La valeur de «{N}nom{N}» est différente à chaque ligne.",
    ]
    assert changes(old, new, "en")[0] == "Column added (compulsory): lien."
    assert changes(new, new, "fr") == []


def test_the_real_changes_of_subventions_are_told():
    told = " ".join(
        changes(catalogue().table("scdl/subventions", "2.0.2"), catalogue().table("scdl/subventions", "2.1.0"))
    )

    assert "rnaBeneficiaire" in told
    assert f"Colonne devenue facultative{N}: idBeneficiaire." in told
