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
    assert "de 2023 et 2024" in found[2]["why"]
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


def held(period: str = "", **years: int) -> dict[str, Any]:
    """A file of first names, of which its check counted the rows of each year."""
    counted = {name.lstrip("y"): count for name, count in years.items()}
    counts = {"rows": sum(counted.values()), "years": counted}
    return {"odl_schema": "scdl/prenoms", "odl_period": period, "counts": counts, "name": "prénoms.csv"}


NAMES = {"package": {"title": "Prénoms"}, "resource": {"odl_schema": "scdl/prenoms", "odl_period": "2025"}}
FIVE_YEARS = {f"y{year}": 6 for year in range(2021, 2026)}


def test_a_year_is_no_replacement_of_five():
    file = {"counts": {"rows": 12, "years": {"2025": 12}}}
    (found,) = alike(file, NAMES, [dataset("p", "Prénoms", held(**FIVE_YEARS))])
    assert (found["question"], found["resource_id"]) == ("new-period", "")
    (online,) = found["files"]
    assert (online["name"], online["holds"]) == ("prénoms.csv", "30 lignes de 2021 à 2025")
    assert online["loss"] == "Les lignes de 2021 à 2024 ne seront plus en ligne."


def test_the_year_that_is_there_is_found_among_the_files_of_a_series():
    series = dataset("p", "Prénoms", held("2024", y2024=9), held("2025", y2025=12), held("2023", y2023=9))
    (found,) = alike({"counts": {"rows": 13, "years": {"2025": 13}}}, NAMES, [series])
    assert (found["question"], found["resource_id"]) == ("same-data", "p-1")
    assert [(file["id"], file["loss"]) for file in found["files"]] == [("p-1", "")]


def test_of_files_of_another_time_the_latest_alone_may_be_replaced():
    series = dataset("p", "Prénoms", held("2023", y2023=9), held("2024", y2024=9), held("2022", y2022=9))
    (found,) = alike({"counts": {"rows": 12, "years": {"2025": 12}}}, NAMES, [series])
    assert [(file["id"], file["likely"]) for file in found["files"]] == [("p-1", True), ("p-0", False), ("p-2", False)]


def test_a_third_fewer_rows_is_said():
    (found,) = alike({"counts": {"rows": 7, "years": {"2025": 7}}}, NAMES, [dataset("p", "Prénoms", held(y2025=12))])
    assert found["files"][0]["loss"] == "Il y a 12 lignes en ligne aujourd’hui\u00a0; ce fichier en compte 7."


def test_what_is_not_known_is_said_and_takes_the_place_of_nothing():
    unknown = {"odl_schema": "scdl/prenoms", "name": "prénoms.csv"}
    (found,) = alike({"counts": {"rows": 12, "years": {"2025": 12}}}, NAMES, [dataset("p", "Prénoms", unknown)])
    assert (found["question"], found["files"][0]["holds"]) == ("new-period", "période inconnue")
