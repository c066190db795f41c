"""What a person reads and is told to do: advice that mends the file and destroys nothing in it."""

from __future__ import annotations

from typing import Any

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
