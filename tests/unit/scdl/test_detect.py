from __future__ import annotations

from functools import cache

import pytest

from ckanext.odl.scdl import catalogue, detect, example

TABLES = [(entry.id, version) for entry in catalogue() if entry.is_table for version in entry.versions]


@cache
def _headers(id: str, version: str | None = None) -> list[str]:
    return [field["name"] for field in catalogue().table(id, version)["fields"]]


@pytest.mark.parametrize(("id", "version"), TABLES)
def test_the_model_of_every_schema_comes_first(id: str, version: str):
    row = [example(field) for field in catalogue().table(id, version)["fields"]]

    best = detect(_headers(id, version), [row])[0]

    assert best.id == id
    assert not best.missing_required
    assert set(_headers(id, version)) <= set(_headers(id, best.version)) | set(best.unknown)


MAPS = [(entry.id, entry.kind) for entry in catalogue() if not entry.is_table]


@pytest.mark.parametrize(("id", "kind"), MAPS)
def test_maps_and_json_are_told_by_the_names_of_their_properties(id, kind):
    names = [field["name"].rpartition(".")[2] for field in catalogue().descriptor(id)["fields"]]

    best = detect(list(dict.fromkeys(names)), kinds=(kind,))[0]

    assert (best.id, best.version) == (id, catalogue().get(id).latest)
    # A spreadsheet with the same columns follows none of them.
    assert id not in [match.id for match in detect(names)]


def test_case_accents_spaces_and_order_do_not_count():
    headers = [" " + name.upper().replace("E", "É") + "\u00a0" for name in reversed(_headers("scdl/subventions"))]

    best = detect(headers)[0]

    assert (best.id, best.version, best.matched, best.total) == ("scdl/subventions", "2.1.1", 16, 16)


def _written_otherwise(name: str, position: int) -> str:
    """The name as another hand types it: capitals, accents, spaces, other signs between the words."""
    ways = (
        lambda text: f"  {text.upper()} ",
        lambda text: text.replace("e", "é").replace("E", "É"),
        lambda text: text.replace("_", " ") + "\u00a0",
        lambda text: text.title().replace("_", "-"),
    )
    return ways[position % len(ways)](name)


@pytest.mark.parametrize("id", [entry.id for entry in catalogue() if entry.is_table])
def test_every_schema_is_known_whatever_the_hand_that_typed_its_columns(id: str):
    names = _headers(id)
    headers = [_written_otherwise(name, position) for position, name in enumerate(names)][::-1]

    best = detect(headers)[0]

    assert (best.id, best.version) == (id, catalogue().get(id).latest)
    assert best.matched == best.total == len(names)
    assert (best.near, best.unknown, best.missing_required) == ((), (), ())
    assert catalogue().get(id).title() in best.reasons()[0]
    assert f" {len(names)} " in best.reasons("en")[0]


@pytest.mark.parametrize("id", [entry.id for entry in catalogue() if entry.is_table])
def test_two_columns_among_others_are_no_schema(id: str):
    names = _headers(id)
    others = [f"{word} {n}" for n in range(1, 6) for word in ("indicateur", "relevé", "commentaire interne")]

    assert detect(names[:2] + others) == []


@pytest.mark.parametrize("id", [entry.id for entry in catalogue() if entry.is_table])
def test_three_columns_of_four_name_the_schema_before_all_others(id: str):
    names = _headers(id)
    kept = [name for position, name in enumerate(names) if position % 4 != 3 or len(names) < 8]

    matches = detect(kept)

    assert matches[0].id == id or matches[0].matched >= matches[0].total  # all of a smaller schema is there too
    assert id in [match.id for match in matches]


def test_a_near_name_is_taken_and_said():
    headers = [name.replace("Beneficiaire", "Benificiaire") for name in _headers("scdl/subventions")]

    best = detect(headers)[0]

    assert (best.id, best.matched) == ("scdl/subventions", 16)
    assert ("nomBenificiaire", "nomBeneficiaire") in best.near


def test_numbered_columns_are_not_near_one_another():
    best = detect([name for name in _headers("atlasante/schema-dae") if name != "tel1"] + ["tel9"])[0]

    assert "tel9" in best.unknown


def test_missing_and_unknown_columns_are_named():
    headers = [name for name in _headers("scdl/subventions") if name != "montant"] + ["remarques", ""]

    best = detect(headers)[0]

    assert best.missing_required == ("montant",)
    assert best.unknown == ("remarques",)
    reasons = " ".join(best.reasons("fr"))
    assert reasons.startswith("15 colonnes sur 16 du modèle «\u00a0Subventions\u00a0» sont dans le fichier.")
    assert "Colonnes obligatoires absentes\u00a0: montant." in reasons
    assert "remarques" in " ".join(best.reasons("en"))


def test_the_newest_version_is_chosen_when_it_fits_as_well():
    assert detect(_headers("scdl/subventions", "2.0.0"))[0].version == "2.1.1"


def test_an_older_version_is_chosen_when_it_fits_clearly_better():
    assert detect(_headers("etalab/schema-bal", "1.4.0"))[0].version == "1.4.0"
    assert detect(_headers("etalab/schema-bal", "1.3.0"))[0].version == "1.3.0"


def test_titles_instead_of_names_are_recognised():
    titles = [field["title"] for field in catalogue().table("scdl/subventions")["fields"]]

    assert detect(titles)[0].id == "scdl/subventions"


def test_words_instead_of_names_are_recognised():
    headers = [
        "Nom de l'attribuant *",
        "Date de la convention",
        "Référence de la décision",
        "Nom du bénéficiaire",
        "Objet de la subvention",
        "Montant",
        "Nature de la subvention",
        "Conditions de versement",
    ]

    assert detect(headers)[0].id == "scdl/subventions"


@pytest.mark.parametrize(
    "headers",
    [
        [],
        ["", " "],
        ["a", "b", "c"],
        ["nom", "adresse", "commune"],
        ["id", "longitude", "latitude"],
        ["Exercice", "Section", "Nature", "Libellé", "Montant"],
        ["date", "température", "humidité"],
        ["nom", "prénom", "date de naissance", "classe"],
        [str(year) for year in range(2000, 2030)],
    ],
)
def test_a_file_of_none_says_none(headers: list[str]):
    assert detect(headers) == []


def test_values_tell_apart_what_the_names_do_not():
    headers = ["nom", "date", "valeur"]
    from ckanext.odl.scdl.catalogue import Catalogue, SchemaEntry  # noqa: PLC0415 (only this test looks inside)

    tables = {
        "x/dates": [{"name": "nom"}, {"name": "date", "type": "date"}, {"name": "valeur", "type": "number"}],
        "x/words": [{"name": "nom"}, {"name": "date", "type": "integer"}, {"name": "valeur", "type": "boolean"}],
    }

    class Two(Catalogue):
        def table(self, id: str, version: str | None = None) -> dict:
            return {"fields": tables[id]}

    both = Two([SchemaEntry(id, "table", ("1",), ("1",), {"fr": id}) for id in tables], None)  # type: ignore[arg-type] (no folder is read)

    assert detect(headers, [["a", "2025-01-31", "3,5"]], schemas=both)[0].id == "x/dates"
    assert detect(headers, [["a", "2025", "oui"]], schemas=both)[0].id == "x/words"
