"""Every code, in both languages: no empty place, no ``None``, no English in French."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ckanext.odl.validation import SchemaRefused, groups, headline, localise, validate
from ckanext.odl.validation.codes import CODES
from ckanext.odl.validation.sentences import PARTS, entry_of, fill, messages, number, render_all

from .conftest import field, schema

PARAMS: dict[str, Any] = {
    "accepted": ["oui", "non"], "announced": "csv", "columns": ["a", "b"], "count": 3, "empty": ["b"],
    "encoding": "UTF-16", "examples": ["Ã©"], "expected": 4, "filled": ["a"], "first_column": 2, "first_row": 5,
    "format": "default", "found": "xlsx", "kilometres": 3, "length": 4, "limit": 5, "line": 7, "lines": 2,
    "name": "siret", "names": ["a", "b"], "op": ">=", "other": "b", "other_value": "9", "others": ["a", "b"],
    "asked": "G", "sheet": "F", "siren": "130025265", "suggestion": "x", "sum": "3", "year": "1900",
    "digits": 4, "period": "2025", "number": "150", "share": "1.5",
    "values": ["a", "b"], "missing": ["a", "b"], "unknown": ["c", "d"],
    "place": "1, 2", "record": 12, "list": "marche", "path": "a/b", "accepted_count": 2, "more": None,
    "description": "Une phrase.", "example": "exemple", "title": "Titre",
}  # fmt: skip
ROW_NUMBERS = {"missing-cell", "extra-cell"}
ENGLISH = re.compile(r"\b(?:the|is not|was|were|your|column|row|cell|value|file|expected|sheet)\b", re.IGNORECASE)


def all_entries() -> list[tuple[str, str | None]]:
    book = messages("fr")
    return [
        (code, variant)
        for code in book
        if code != "_gestures"
        for variant in (None, *(book[code].get("variants") or {}))
    ]


def rendered(code: str, variant: str | None, language: str, count: int) -> dict[str, str]:
    params = {**PARAMS, "count": count, "length": count, "lines": count}
    if code in ROW_NUMBERS:
        params["found"] = count
    if code == "delimiter-mixed":
        params |= {"found": ",", "expected": ";"}
    facts = {"row": 12, "cell": "F12", "column": "F", "field": "siret", "value": "2,20E+13", "more": None, **params}
    chosen = {"variant": variant} if variant else {}
    return {part: fill(text, facts, language) for part, text in entry_of(code, chosen, language).items()}


def test_both_books_hold_exactly_the_codes_of_the_table_and_the_same_variants():
    french, english = messages("fr"), messages("en")
    assert set(french) - {"_gestures"} == set(CODES) == set(english) - {"_gestures"}
    for code in CODES:
        assert set(french[code].get("variants") or {}) == set(english[code].get("variants") or {}), code


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(("code", "variant"), all_entries())
def test_every_sentence_is_whole(code, variant, language):
    for count in (1, 3):
        words = rendered(code, variant, language, count)
        assert set(words) == set(PARTS)
        for part, text in words.items():
            if part in ("excel", "libreoffice") and not text:
                continue
            assert text, (code, variant, part)
            assert not re.search(r"None|\{|\}|  |\.\.(?!\.)| \.(?!\w)|@(?!CTES|exemple|A)", text), text
            assert text[0] == text[0].upper(), text
            if part in ("message", "remedy"):
                assert re.search(r"[.?!][»”]?$", text), text
            if language == "fr":
                assert not ENGLISH.search(text.replace("CSV UTF-8", "")), text
                assert not re.search(r"[^\u00a0]»|«[^\u00a0]| [:;?!]", text.replace("« ; »", "")), text
            else:
                assert not re.search(r"[«»]|\b(?:vous|colonne|fichier|ligne)\b", text), text


def _as_the_engine_says() -> list[tuple[str, dict[str, Any]]]:
    """Each type with each hint, each constraint with each hint, and each check with each hint, as little and as much
    told as can be."""
    variants = messages("fr")["type-error"]["variants"]
    hints = [None, *(name for name in variants if name not in TYPES and "." not in name)]
    types = [("type-error", {"type": type_, "format": "default", "hint": hint}) for type_ in TYPES for hint in hints]
    variants = messages("fr")["constraint-error"]["variants"]
    hints = [None, *(name.rpartition(".")[2] for name in variants if name not in CONSTRAINTS)]
    return types + [
        ("constraint-error", {"constraint": name, "type": "string", "hint": hint})
        for name in CONSTRAINTS
        for hint in hints
    ]


TYPES = [
    "string", "integer", "number", "boolean", "date", "datetime", "time", "year", "yearmonth", "duration", "geopoint",
    "geojson", "object", "array", "any", "list",
]  # fmt: skip
CONSTRAINTS = [
    "required", "enum", "pattern", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum",
    "exclusiveMaximum",
]  # fmt: skip
ALWAYS = {
    "enum": {"accepted": ["oui", "non"], "total": 14}, "boolean": {"accepted": ["oui", "non"]},
    "minLength": {"limit": "5", "length": 4}, "maxLength": {"limit": "5", "length": 9}, "minimum": {"limit": "1234.5"},
    "maximum": {"limit": "2026-03-01"}, "exclusiveMinimum": {"limit": "0"}, "exclusiveMaximum": {"limit": "0"},
}  # fmt: skip
WITH_HINT = {
    "percent-sign": {"number": "150", "share": "1.5"}, "percent": {"suggestion": "0.45"},
    "date-part": {"suggestion": "2025-01-01"}, "spelling": {"suggestion": "oui"}, "close": {"suggestion": "oui"},
    "stray": {"suggestion": "12"},
}  # fmt: skip


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(("code", "facts"), _as_the_engine_says())
def test_every_type_and_constraint_with_every_hint(code, facts, language):
    kind = facts.get("constraint") or facts["type"]
    params = {key: value for key, value in facts.items() if value is not None}
    params |= ALWAYS.get(kind, {}) | WITH_HINT.get(facts["hint"] or "", {})
    told = {"suggestion": "proposition", "title": "Titre", "description": "Une phrase.", "example": "exemple"}
    for more in ({}, told):
        found = {"code": code, "row": 12, "column": 6, "cell": "F12", "field": "siret", "value": "45"}
        words = render_all({**found, "params": {**more, **params}}, language)
        assert all(words.values()), words
        for text in words.values():
            assert not re.search(r"None|[{}…]|  |\.\.|[a-z]\.[A-Z]| \.(?!\w)", text), text
            assert (ENGLISH if language == "fr" else FRENCH).search(text.replace("CSV UTF-8", "")) is None, text
        if more and kind in ("pattern", "required"):
            assert "Une phrase." in words["remedy"] or facts["hint"], words


FRENCH = re.compile(r"[«»]|\b(?:vous|colonne|fichier|ligne|cellule|valeur|écrivez)\b", re.IGNORECASE)


def test_numbers_and_dates_are_written_in_french():
    found = {"code": "constraint-error", "row": 2, "column": 1, "cell": "A2", "field": "a", "value": "3"}
    minimum = {"constraint": "minimum", "type": "number", "limit": "12345.5"}
    maximum = {"constraint": "maximum", "type": "date", "limit": "2026-03-01"}
    assert "12\u202f345,5" in render_all({**found, "params": minimum}, "fr")["message"]
    assert "1er mars 2026" in render_all({**found, "params": maximum}, "fr")["message"]
    assert "1 March 2026" in render_all({**found, "params": maximum}, "en")["message"]


def test_singular_and_plural():
    assert "1 ligne vide termine" in rendered("blank-row", "end", "fr", 1)["message"]
    assert "3 lignes vides terminent" in rendered("blank-row", "end", "fr", 3)["message"]


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [
        ("1234", "1234", "1234"),
        ("1234567.5", "1\u202f234\u202f567,5", "1,234,567.5"),
        ("-0.5", "-0,5", "-0.5"),
        ("abc", "abc", "abc"),
    ],
)
def test_numbers(value, french, english):
    assert (number(value, "fr"), number(value, "en")) == (french, english)


def test_a_pattern_is_never_shown(check):
    declared = {"name": "rna", "type": "string", "description": "Un W puis neuf chiffres.", "example": "W380475558"}
    report = check("rna\nX1\n", schema({**declared, "constraints": {"pattern": r"^W\d{9}$"}}))
    text = str([error["message"] + error["remedy"] for error in report["errors"]])
    assert r"\d" not in text
    assert "Un W puis neuf chiffres." in text
    assert "W380475558" in text


@pytest.mark.parametrize(
    ("pattern", "french", "english"),
    [
        (r"^\d{5}$", "(5 chiffres)", "(5 digits)"),
        (
            r"(?:(?:^|\|)(Fixe|Itinérant))+$",
            "séparées par «\u00a0|\u00a0», parmi\u00a0: Fixe, Itinérant)",
            "among: Fixe",
        ),
        (r"(?P<a>[xyz])(b|c)?\.", "n’a pas la forme attendue.", "does not have the expected form."),
    ],
)
def test_a_pattern_is_told_in_words(check, pattern, french, english):
    report = check("a;b\n§;1\n", schema(field("a", pattern=pattern), "b"))
    assert french in report["errors"][0]["message"]
    assert english in localise(report, "en")["errors"][0]["message"]
    assert pattern not in str(report["errors"])


def test_a_stored_report_is_told_again_in_another_language(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text("jour;montant\n31/03/2026;1,5\n", "utf-8")
    table = schema(field("jour", "date"), field("montant", "number"), field("objet", required=True))
    french, english = validate(path, table).to_dict(), validate(path, table, language="en").to_dict()
    assert localise(french, "en") | {"seconds": 0} == english | {"seconds": 0}
    assert localise(english, "fr") | {"seconds": 0} == french | {"seconds": 0}
    assert headline(french, "fr") == "Il manque 1 colonne obligatoire, et il y a 2 problèmes sur 1 ligne."
    assert headline(french, "en") == "1 required column is missing, and there are 2 problems on 1 row."


def test_the_headline_says_of_a_misnamed_column_that_it_seems_to_be_there(check):
    table = schema(*(field(name, required=True) for name in ("montant", "objet", "nature", "mairie", "commune")), "a")
    one = check("Montant (€);objet;nature;mairie;commune;a\n1;x;y;z;t;u\n", table)
    assert headline(one, "fr") == (
        "«\u00a0montant\u00a0» est attendu\u00a0; votre colonne «\u00a0Montant (€)\u00a0» semble être la même."
    )
    assert headline(one, "en") == "“montant” is expected; your column “Montant (€)” seems to be it."

    several = check("Montant (€);objet.;nature;a\n1;;y;u\n", table)
    assert headline(several, "fr") == (
        "Il manque 2 colonnes obligatoires. 2 colonnes obligatoires semblent là sous un autre nom\u00a0: "
        "«\u00a0Montant (€)\u00a0» pour «\u00a0montant\u00a0», «\u00a0objet.\u00a0» pour «\u00a0objet\u00a0»."
    )
    assert headline(several, "en") == (
        "2 required columns are missing. 2 required columns seem to be there under another name: "
        "“Montant (€)” for “montant”, “objet.” for “objet”."
    )

    many = check("Montant (€);objet.;nature.;mairie.;commune;a\n1;x;y;z;;u\n", table)
    assert headline(many, "fr").startswith("4 colonnes obligatoires semblent là sous un autre nom, dont «\u00a0Montant")
    assert headline(many, "fr").endswith("pour «\u00a0nature\u00a0». Il y a aussi 1 problème sur 1 ligne.")
    assert headline(many, "en").endswith("for “nature”. There is also 1 problem on 1 row.")


def test_the_headline_counts_rows(check):
    table = schema(field("a", "integer"), "b")
    assert headline(check("a;b\nx;1\ny;2\n3;3\n", table), "fr") == "2 problèmes sur 2 lignes\u00a0; 1 ligne est bonne."
    assert headline(check("a;b\n1;1\n", table), "fr") == "Aucun problème\u00a0: la ligne est bonne."
    assert headline(check("a;b\n1;1\n2;2\n", table), "en") == "No problem: all 2 rows are good."
    assert headline(check("", table), "fr") == "Le fichier ne contient rien."


def test_groups_tell_structure_then_what_repeats_most(check):
    table = schema(field("jour", "date"), field("n", "integer"), field("objet", required=True), "x", "y")
    rows = "".join("31/03/2026;1\n" for _ in range(150))
    report = check("jour;n\n" + rows + "2026-01-01;z\n", table)
    told = groups(report, "fr")
    assert [(g.severity, g.code, g.count) for g in told][:4] == [
        ("error", "header-missing-column", 1), ("error", "type-error", 150), ("error", "type-error", 1),
        ("warning", "header-missing-column", 2),
    ]  # fmt: skip
    dates = told[1]
    assert (dates.column, dates.field, dates.title) == ("A", "jour", "Dates au mauvais format")
    assert len(dates.places) == len(dates.rows) == 100
    assert dates.expected == "2026-03-31"
    assert "colonne A" in dates.excel
    assert "colonne A" in dates.libreoffice
    assert report["truncated"] is True


def test_a_refused_schema_is_worded_too(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text("a\n1\n")
    for table in (
        "pas/un-modele",
        {"fields": []},
        {"fields": [{"type": "string"}]},
        {"fields": [{"$ref": "http://x"}]},
    ):
        with pytest.raises(SchemaRefused) as refused:
            validate(path, table)
        assert refused.value.code.startswith("schema-")
