"""A record of data.gouv.fr becomes a dataset of the portal, or says why not."""

from __future__ import annotations

import json

import pytest

from ckanext.odl.datagouv import incoming
from ckanext.odl.datagouv.words import texts
from ckanext.odl.scdl import catalogue
from tests.national.records import dataset, resource
from tests.unit.datagouv.incoming_records import FREQUENCY, codes, imported


def test_a_whole_record():
    latest = "https://www.data.gouv.fr/api/1/datasets/r/x"
    given = dataset(0, resources=[resource(0, latest=latest, url="https://s.fr/a.csv")])

    package = incoming.dataset(given, catalogue())

    file = package.pop("resources")[0]
    assert package == {
        "title": "Subventions 2000, série 0",
        "notes": "# Série 0\n\nDonnées **inventées**.\n\n- une\n- deux",
        "license_id": "lov2",
        "odl_homologation_note": "",
        "frequency": FREQUENCY + "ANNUAL",
        "temporal_start": "2024-01-01",
        "temporal_end": "2024-12-31",
        "odl_territory": "commune 35328 Sixt-sur-Aff",
        "tags": [{"name": "donnees"}, {"name": "sixt"}],
        "odl_service": "Secrétariat",
        "maintainer_email": "mairie@sixt.example",
        "url": f"https://www.data.gouv.fr/datasets/{given['id']}",
        "extras": [],
    }
    assert file == {
        "id": given["resources"][0]["id"],
        "url": latest,
        "name": "donnees-0.csv",
        "description": "Une ligne par enregistrement.",
        "format": "CSV",
        "mimetype": "text/csv",
        "size": 1234,
        "hash": "0" * 40,
        "hash_algorithm": "sha1",
        "resource_type": "file",
        "created": "2024-01-05T09:00:00",
        "last_modified": "2024-02-01T09:00:00",
    }


def test_a_record_that_holds_nothing_but_a_title():
    found = incoming.read({"id": "6b02", "title": "Seul"}, catalogue())

    assert found.error is None
    assert found.notes == ()
    assert found.package["title"] == "Seul"
    assert found.package["license_id"] == "notspecified"
    assert found.package["resources"] == []


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (None, "not-a-record"),
        ([], "not-a-record"),
        ("x", "not-a-record"),
        ({}, "no-identifier"),
        ({"id": 3, "title": "x"}, "no-identifier"),
        ({"id": "6b02"}, "no-title"),
        ({"id": "6b02", "title": " \x00 "}, "no-title"),
        ({"id": "6b02", "title": "x", "resources": [None] * 5001}, "too-many-files"),
    ],
)
def test_what_is_no_dataset_says_why(record, code):
    error = incoming.read(record, catalogue()).error

    assert error is not None
    assert error.as_dict()["code"] == code
    assert error.sentence().endswith(".")
    with pytest.raises(incoming.RecordError):
        incoming.dataset(record, catalogue())


# -- fields ------------------------------------------------------------------------------------------------------------


def test_a_licence_outside_the_decree_has_its_reason_and_an_unknown_one_is_said():
    assert imported(license="cc-by").package["odl_homologation_note"].startswith("Licence choisie")
    assert imported(license="odc-odbl").package["odl_homologation_note"] == ""

    found = imported(license="licence-maison")
    assert found.package["license_id"] == "notspecified"
    assert codes(found) == ["unknown-licence"]
    assert "« licence-maison »" in found.notes[0].sentence().replace("\u00a0", " ")

    found = imported(license=None, access_type="restricted")
    assert found.package["license_id"] == "notspecified"
    assert codes(found) == ["not-open"]


def test_frequencies():
    assert imported(frequency="biannual").package["frequency"] == FREQUENCY + "ANNUAL_2"
    assert imported(frequency="unknown").package["frequency"] == ""
    assert codes(imported(frequency="unknown")) == codes(imported(frequency=None)) == []
    assert codes(imported(frequency="whenever")) == ["unknown-frequency"]


@pytest.mark.parametrize(
    ("period", "start", "end", "said"),
    [
        (None, "", "", []),
        ({"start": "2024-01-01", "end": None}, "2024-01-01", "", []),
        ({"start": "2024-01-01T00:00:00+00:00", "end": "2024-12-31T23:00:00Z"}, "2024-01-01", "2024-12-31", []),
        ({"start": "2025-01-01", "end": "2024-01-01"}, "2025-01-01", "", ["period-reversed"]),
        ({"start": "2024-02-30", "end": 7}, "", "", ["period-unreadable", "period-unreadable"]),
        ("2024", "", "", []),
    ],
)
def test_periods(period, start, end, said):
    found = imported(temporal_coverage=period)

    assert (found.package["temporal_start"], found.package["temporal_end"]) == (start, end)
    assert codes(found) == said


@pytest.mark.parametrize(
    ("zones", "line", "said"),
    [
        (["fr:commune:2A004"], "commune 2A004 Ajaccio", []),
        (["fr:commune:35328@1970-01-01"], "commune 35328 Sixt-sur-Aff", []),
        (["fr/commune/35328"], "commune 35328 Sixt-sur-Aff", []),
        ([{"id": "fr:commune:35328", "name": "Sixt"}], "commune 35328 Sixt-sur-Aff", []),
        (["fr:departement:48"], "departement 48 Lozère", []),
        (["fr:region:53"], "region 53 Bretagne", []),
        (["fr:epci:243500741"], "epci 243500741 Communauté d'agglomération Redon Agglomération", []),
        (["country:fr"], "france", []),
        (["fr:commune:99999"], "commune 99999", []),
        (["fr:commune:01004x"], "", ["territory-unknown"]),
        (["country-group:ue"], "", ["territory-unknown"]),
        ([{"id": "country-group:ue", "name": "Union européenne"}], "autre Union européenne", []),
        (["fr:commune:35328", "fr:commune:35328"], "commune 35328 Sixt-sur-Aff", []),
        (["fr:commune:35328", "fr:commune:35236"], "autre Sixt-sur-Aff, Redon", ["several-territories"]),
        ([None, 3, {}], "", []),
        ("fr:commune:35328", "", []),
    ],
)
def test_territories(zones, line, said):
    found = imported(spatial={"zones": zones, "geom": None})

    assert found.package["odl_territory"] == line
    assert codes(found) == said


def test_a_commune_that_merged_is_written_as_it_is_called_today():
    found = imported(spatial={"zones": ["fr:commune:01340"]})

    assert found.package["odl_territory"] == "commune 01015 Arboys en Bugey"
    assert codes(found) == ["former-territory"]


def test_an_outline_is_kept_when_the_portal_can_hold_it():
    square = [[[[0, 0], [0, 1], [1, 1], [0, 0]]]]
    kept = imported(spatial={"geom": {"type": "MultiPolygon", "coordinates": square}, "zones": None})
    large = {"type": "MultiPolygon", "coordinates": square * 2000}

    assert json.loads(kept.package["extras"][0]["value"])["coordinates"] == square
    assert kept.package["extras"][0]["key"] == "spatial"
    for geom in (large, {"type": "Point", "coordinates": [0, 0]}, [], "x"):
        found = imported(spatial={"geom": geom})
        assert found.package["extras"] == []
        assert codes(found) == ["outline-left-out"]


def test_keywords_are_those_that_the_portal_takes():
    found = imported(tags=["l'eau", "x", "eau", "eau", "été 2025", None, 3, "y" * 101])

    assert [tag["name"] for tag in found.package["tags"]] == ["l eau", "eau", "été 2025"]
    assert codes(found) == ["keyword-left-out", "keyword-left-out"]


def test_contacts():
    points = [{"name": "Web", "contact_form": "https://a.fr/"}, {"name": "SIG", "email": "sig@a.fr"}]
    found = imported(contact_points=points)
    assert (found.package["odl_service"], found.package["maintainer_email"]) == ("SIG", "sig@a.fr")
    assert found.notes[0].details["value"] == ["Web"]

    assert codes(imported(contact_points=points[:1])) == ["contact-form"]
    own = [{"name": "Commune de Sixt-sur-Aff", "email": "pas une adresse"}]
    assert imported(contact_points=own).package["odl_service"] == ""
    assert imported(contact_points=own).package["maintainer_email"] == ""


def test_line_breaks_in_html():
    assert imported(description="Un<br>Deux <br />\nTrois\r\nQuatre").package["notes"] == "Un\nDeux\nTrois\nQuatre"


@pytest.mark.parametrize(
    ("harvest", "site", "is_ours"),
    [
        ({"domain": "odl.exemple.fr"}, "https://odl.exemple.fr", True),
        ({"domain": "ODL.exemple.fr:443"}, "https://odl.exemple.fr/", True),
        ({"domain": "autre.fr", "remote_id": "https://odl.exemple.fr/dataset/1"}, "https://odl.exemple.fr", True),
        ({"domain": "odl.exemple.fr", "remote_url": "https://mairie.fr/"}, "https://odl.exemple.fr", True),
        ({"remote_url": "http://odl.exemple.fr/dataset/1"}, "https://odl.exemple.fr", True),
        ({"domain": "exemple.fr", "remote_url": "https://exemple.fr/geo/1"}, "https://exemple.fr/data", False),
        ({"domain": "exemple.fr", "remote_url": "https://exemple.fr/database"}, "https://exemple.fr/data", False),
        ({"domain": "exemple.fr", "remote_url": "https://exemple.fr/data/d/1"}, "https://exemple.fr/data", True),
        ({"domain": "127.0.0.1", "remote_url": "http://127.0.0.1:5901/d"}, "http://127.0.0.1:5000", False),
        ({"domain": "autre.fr", "remote_url": "https://autre.fr/odl.exemple.fr"}, "https://odl.exemple.fr", False),
        ({"domain": "odl.exemple.fr.autre.fr"}, "https://odl.exemple.fr", False),
        ({"domain": None, "remote_id": 3, "remote_url": "http://["}, "https://odl.exemple.fr", False),
        (None, "https://odl.exemple.fr", False),
        ("x", "https://odl.exemple.fr", False),
        ({"domain": ""}, "", False),
    ],
)
def test_what_came_from_our_portal_is_known(harvest, site, is_ours):
    assert incoming.is_from(dataset(0, harvest=harvest), site) is is_ours


def test_quality():
    assert incoming.quality(dataset(0)) == 0.78
    for score in ("x", 7, True, None):
        assert incoming.quality({"quality": {"score": score}}) is None
    for odd in (None, [], {"quality": 3}):
        assert incoming.quality(odd) is None


def test_each_sentence_is_whole_in_both_languages():
    for code, parts in texts("incoming.yaml").items():
        for part, languages in parts.items():
            assert set(languages) == {"fr", "en"}, (code, part)
            for language, text in languages.items():
                assert text.endswith("."), (code, part, language)
                if language == "fr":
                    assert not any(sign in text for sign in (" :", " ;", " !", " »", "« ", "'")), (code, part)
