"""What a deposit could be the same as, asked before a duplicate is born."""

from __future__ import annotations

from typing import Any

from ckanext.odl.deposit import alike

PROPOSAL = {
    "package": {"title": "Subventions versées par Mende"},
    "resource": {"odl_schema": "scdl/subventions", "odl_period": "2025"},
}


def dataset(id: str, title: str, *resources: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": id,
        "title": title,
        "resources": [{"id": f"{id}-{n}", "name": "f", **r} for n, r in enumerate(resources)],
    }


def grants(period: str, sha256: str = "") -> dict[str, Any]:
    return {"odl_schema": "scdl/subventions", "odl_period": period, "hash": sha256}


def test_the_surest_question_comes_first():
    datasets = [
        dataset("near", "SUBVENTIONS versees par Mende en 2019"),
        dataset("series", "Aides", grants("2023"), grants("2024")),
        dataset("other", "Menus de la cantine", {"odl_schema": "scdl/menus-collectifs", "odl_period": "2025"}),
        dataset("same", "Aides 2025", grants("2025")),
        dataset("bytes", "Divers", {"hash": "abc"}),
    ]
    found = alike({"sha256": "abc"}, PROPOSAL, datasets)
    assert [(entry["question"], entry["package_id"], entry["resource_id"]) for entry in found] == [
        ("same-file", "bytes", "bytes-0"),
        ("same-data", "same", "same-0"),
        ("new-period", "series", ""),
        ("near-title", "near", ""),
    ]
    assert "2023, 2024" in found[2]["why"]
    assert all(entry["why"].endswith(".") for entry in found)


def test_of_two_series_the_one_with_the_nearer_title_comes_first():
    datasets = [dataset("far", "Divers", grants("2024")), dataset("near", "Subventions de Mende", grants("2024"))]
    assert [entry["package_id"] for entry in alike({}, PROPOSAL, datasets)] == ["near", "far"]


def test_without_a_period_the_same_model_is_the_same_data():
    proposal = {"package": {"title": "x"}, "resource": {"odl_schema": "scdl/equipements"}}
    (found,) = alike({}, proposal, [dataset("e", "Lieux", {"odl_schema": "scdl/equipements"})])
    assert (found["question"], found["resource_id"]) == ("same-data", "e-0")


def test_nothing_is_like_an_empty_file():
    assert alike({}, {"package": {}, "resource": {}}, [dataset("a", "", {}), dataset("b", "2024", {"hash": ""})]) == []


def test_both_languages():
    french = alike({}, PROPOSAL, [dataset("s", "Aides", grants("2024"))])
    english = alike({}, PROPOSAL, [dataset("s", "Aides", grants("2024"))], language="en")
    assert "«\u00a0Aides\u00a0»" in french[0]["why"]
    assert "“Aides”" in english[0]["why"]
