"""The generated catalogue of a collectivité respects the national model, whatever its datasets say of themselves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from ckanext.odl.scdl import Facts, catalogue
from ckanext.odl.scdl.own_catalogue import MODEL, Dataset, columns, row, sorted_rows
from ckanext.odl.scdl.prefilled import table_csv
from ckanext.odl.validation import validate

VALBRUNE = Facts(name="Valbrune", kind="commune", siren="214800955", siret="21480095500012", insee="48095")
BARE = Dataset(
    name="donnees",
    title="",
    url="https://portail.example.org/dataset/donnees",
    published="2026-01-20",
    changed="2026-03-02",
    formats=[""],
    files=1,
)
FULL = replace(
    BARE,
    name="subventions",
    title="Subventions versées par Valbrune",
    description="Deux lignes\nde description ; avec un point-virgule.",
    theme="Économie et finances",
    keywords=["Associations", "Été"],
    frequency="http://publications.europa.eu/resource/authority/frequency/ANNUAL",
    licence="lov2",
    level="epci",
    territory="Causse",
    start="2025-01-01",
    end="2025-12-31",
    formats=["CSV", "xlsx", "CSV"],
    files=3,
)


def judged(tmp_path: Path, *datasets: Dataset, facts: Facts = VALBRUNE) -> dict:
    path = tmp_path / "catalogue.csv"
    path.write_bytes(table_csv(columns(), sorted_rows(datasets, facts)))
    return validate(path, MODEL, owner_siren=facts.siren).to_dict()


def test_a_catalogue_is_valid_without_a_warning(tmp_path: Path):
    report = judged(tmp_path, FULL, BARE)

    assert (report["status"], report["errors"], report["warnings"]) == ("valid", [], [])
    assert report["file"]["rows"] == 2


@pytest.mark.parametrize("kind", ["commune", "epci", "departement", "region", "syndicat", "autre", ""])
def test_it_is_valid_for_every_kind_of_collectivite(kind: str, tmp_path: Path):
    assert judged(tmp_path, BARE, facts=replace(VALBRUNE, kind=kind))["status"] == "valid"


def frequencies() -> list[str]:
    fields = yaml.safe_load(Path("ckanext/odl/schemas/dataset.yaml").read_text(encoding="utf-8"))["dataset_fields"]
    return [choice["value"] for field in fields if field["field_name"] == "frequency" for choice in field["choices"]]


@pytest.mark.parametrize("frequency", ["", *frequencies()])
def test_every_frequency_of_the_portal_has_its_word(frequency: str, tmp_path: Path):
    assert judged(tmp_path, replace(BARE, frequency=frequency))["status"] == "valid"


@pytest.mark.parametrize(
    ("licence", "word"),
    [
        ("lov2", "Licence Ouverte-LO"),
        ("fr-lo", "Licence Ouverte-LO"),
        ("odc-odbl", "Open Database License-ODBL"),
        ("cc-by", "Creative Commons-CC"),
        ("notspecified", "Spécifique ou autre"),
        ("", "Spécifique ou autre"),
    ],
)
def test_licences_are_those_of_the_model(licence: str, word: str):
    assert row(replace(BARE, licence=licence), VALBRUNE)["LICENCE"] == word


def test_what_a_dataset_says_is_what_is_written():
    line = row(FULL, VALBRUNE)

    assert line["MOTS_CLES"] == "associations;ete"
    assert line["FORMAT_RESSOURCES"] == "csv;xlsx"
    assert (line["COUV_SPAT_MAILLE"], line["COUV_SPAT_NOM"]) == ("Intercommunale", "Causse")
    assert (line["COUV_TEMP_DEBUT"], line["COUV_TEMP_FIN"]) == ("2025-01-01", "2025-12-31")
    assert line["FREQ_MAJ"] == "Annuelle"
    assert line["PRODUCTEUR_SIRET"] == line["COLL_SIRET"] == "21480095500012"


def test_a_list_kept_up_to_date_ends_on_the_day_of_its_last_change():
    line = row(replace(BARE, start="2024-01-01"), VALBRUNE)

    assert (line["COUV_TEMP_DEBUT"], line["COUV_TEMP_FIN"]) == ("2024-01-01", "2026-03-02")


def test_the_theme_of_its_model_stands_for_that_of_a_dataset():
    line = row(replace(BARE, schema_id="scdl/prenoms"), VALBRUNE)

    assert line["THEME"] == catalogue().get("scdl/prenoms").theme_title("fr")


def test_without_a_siret_the_file_says_so_by_being_wrong(tmp_path: Path):
    report = judged(tmp_path, BARE, facts=replace(VALBRUNE, siret=""))

    assert report["status"] == "invalid"
    assert {finding["field"] for finding in report["errors"]} == {"COLL_SIRET", "PRODUCTEUR_SIRET"}
