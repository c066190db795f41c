"""The page of a dataset before anyone has typed a word."""

from __future__ import annotations

from typing import Any

import pytest

from ckanext.odl.deposit import propose
from ckanext.odl.deposit.proposal import in_place_of
from ckanext.odl.deposit.words import texts
from ckanext.odl.scdl import catalogue

MENDE = {
    "title": "Mende",
    "odl_kind": "commune",
    "odl_insee": "48095",
    "odl_siren": "214800955",
    "odl_contact": "mairie@exemple.fr",
    "odl_default_licence": "odc-odbl",
}


def seen(columns: list[str], period: str = "", schema: str = "") -> dict[str, Any]:
    return {
        "report": {"file": {"format": "csv", "rows": 12}},
        "matches": [{"id": schema, "matched": len(columns), "total": 16}] if schema else [],
        "columns": columns,
        "period": {"value": period, "why": "Toutes les dates sont de 2025."} if period else None,
    }


def test_everything_that_is_known_is_filled_in_with_its_reason():
    inspection = seen(["nomAttribuant", "montant", "objet"], "2025", "scdl/subventions")
    found = propose(MENDE, {"id": "scdl/subventions", "version": "2.1.1"}, inspection, "subventions_2025.csv")
    package, resource = found["package"], found["resource"]
    assert package["title"] == "Subventions versées par Mende"
    assert package["license_id"] == "odc-odbl"
    assert package["maintainer_email"] == "mairie@exemple.fr"
    assert package["odl_territory"] == "commune 48095 Mende"
    assert (package["temporal_start"], package["temporal_end"]) == ("2025-01-01", "2025-12-31")
    assert package["frequency"].endswith("/ANNUAL")
    assert package["theme"].endswith("/ECON")
    assert "subventions" in package["tag_string"].split(", ")
    assert resource == {
        "name": "Subventions 2025",
        "odl_schema": "scdl/subventions",
        "odl_schema_version": "2.1.1",
        "odl_period": "2025",
        "format": "CSV",
    }
    assert set(found["why"]) == set(package) | set(resource)
    assert found["why"]["odl_schema"] == "3 colonnes sur 16 du modèle «\u00a0Subventions\u00a0»."
    assert found["why"]["odl_period"] == "Toutes les dates sont de 2025."


def test_the_description_says_what_is_in_it_where_it_comes_from_and_what_is_left_out():
    inspection = seen(["nomAttribuant", "montant", "objet"], "2025", "scdl/subventions")
    notes = propose(MENDE, "scdl/subventions@2.1.1", inspection, "x.csv")["package"]["notes"]
    assert len(notes) >= 100
    assert notes.startswith(catalogue().get("scdl/subventions").description("fr"))
    assert "Données de 2025, publiées par Mende." in notes
    assert "Ces colonnes du modèle n’y figurent pas\u00a0: " in notes
    assert notes.count("..") == 0


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("Le Mans", "Délibérations du Mans"),
        ("Les Ulis", "Délibérations des Ulis"),
        ("Aix-en-Provence", "Délibérations d’Aix-en-Provence"),
        ("Hyères", "Délibérations d’Hyères"),
        ("La Rochelle", "Délibérations de La Rochelle"),
        ("L’Isle-d’Abeau", "Délibérations de L’Isle-d’Abeau"),
        ("Département de la Lozère", "Délibérations du Département de la Lozère"),
        ("Région Occitanie", "Délibérations de la Région Occitanie"),
        ("Communauté de communes Cœur de Lozère", "Délibérations de la Communauté de communes Cœur de Lozère"),
        ("Agglomération d’Agen", "Délibérations de l’Agglomération d’Agen"),
    ],
)
def test_titles_are_joined_as_in_french(name: str, title: str):
    assert propose({"title": name}, "scdl/deliberations", None, "x.csv")["package"]["title"] == title


@pytest.mark.parametrize("id", [entry.id for entry in catalogue()])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_model_has_a_page(id: str, language: str):
    found = propose({"title": "La Rochelle"}, id, None, "fichier.csv", language=language)
    package = found["package"]
    assert "La Rochelle" in package["title"]
    assert len(package["notes"]) >= 100
    assert package["theme"]
    assert "base-adresse-locale" not in package.get("tag_string", "")
    assert all(said.endswith(".") and "{" not in said for said in found["why"].values())


def test_every_model_described_here_is_in_the_catalogue():
    assert set(texts("proposal")["models"]) <= {entry.id for entry in catalogue()}
    assert set(texts("proposal")["themes"]) >= {entry.theme for entry in catalogue()}


def test_a_file_without_model_is_named_by_its_name_and_described_by_its_columns():
    found = propose(MENDE, None, seen(["bureau", "inscrits", "votants"]), "elections_2024.xlsx")
    assert found["package"]["title"] == "Elections 2024 de Mende"
    assert "12 lignes et 3 colonnes\u00a0: bureau, inscrits, votants" in found["package"]["notes"]
    assert found["resource"]["name"] == "Elections 2024"
    assert "odl_schema" not in found["resource"]
    assert "frequency" not in found["package"]


def test_a_dataset_that_exists_keeps_what_it_says_and_covers_the_new_period():
    existing = {
        "title": "Nos subventions",
        "notes": "Ce que la commune verse.",
        "license_id": "lov2",
        "temporal_start": "2023-01-01",
        "temporal_end": "2024-12-31",
        "tags": [{"name": "argent"}],
        "theme": "",
    }
    inspection = seen(["montant"], "2025", "scdl/subventions")
    found = propose(MENDE, "scdl/subventions", inspection, "x.csv", existing)
    package = found["package"]
    assert (package["title"], package["notes"], package["license_id"]) == (
        "Nos subventions",
        "Ce que la commune verse.",
        "lov2",
    )
    assert (package["temporal_start"], package["temporal_end"]) == ("2023-01-01", "2025-12-31")
    assert package["tag_string"] == "argent"
    assert package["theme"].endswith("/ECON")
    assert found["why"]["temporal_end"] == "Toutes les dates sont de 2025."


def test_a_departement_and_a_region_are_territories_by_their_code():
    def territory(**organization: str) -> str | None:
        return propose(organization, None, None, "x.csv")["package"].get("odl_territory")

    lozere = "Département de la Lozère"
    assert territory(title=lozere, odl_kind="departement", odl_department="48") == f"departement 48 {lozere}"
    assert territory(title="Région Occitanie", odl_kind="region") == "region 76 Région Occitanie"
    assert territory(title="Cœur de Lozère", odl_kind="epci", odl_siren="200069268") == "epci 200069268 Cœur de Lozère"
    assert territory(title="Syndicat des eaux", odl_kind="syndicat", odl_siren="200069268") is None
    assert territory(title="Nulle part", odl_kind="region") is None


@pytest.mark.parametrize(
    ("online", "name", "period"),
    [
        ({"name": "Nos subventions 2025", "odl_period": "2025"}, "Nos subventions 2025", "2025"),
        ({"name": "Nos subventions", "odl_period": "2024"}, "Nos subventions", "2025"),
        ({"name": "Nos subventions 2024", "odl_period": "2024"}, "Subventions 2025", "2025"),
        ({"name": "Subventions 2021-2025", "odl_period": "2021/2025"}, "Subventions 2021-2025", "2021/2025"),
        ({"name": "", "odl_period": ""}, "Subventions 2025", "2025"),
    ],
)
def test_what_replaces_a_file_keeps_its_name_and_period_while_they_are_true(
    online: dict[str, str], name: str, period: str
):
    found = propose(MENDE, "scdl/subventions", seen(["montant"], "2025", "scdl/subventions"), "x.csv")
    resource, why = in_place_of(found, online)
    assert (resource["name"], resource["odl_period"]) == (name, period)
    assert ("remplace" in why["name"]) == (name == online["name"])
