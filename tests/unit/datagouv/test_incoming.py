"""A record of data.gouv.fr becomes a dataset of the portal, or says why not."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.odl.datagouv import incoming
from ckanext.odl.datagouv.words import texts
from ckanext.odl.scdl import catalogue
from ckanext.odl.territory import parse_territory
from tests.national.records import dataset, resource

FREQUENCY = "http://publications.europa.eu/resource/authority/frequency/"


def whole(number=0, **changes):
    """An invented record whose files have addresses."""
    record = dataset(number, **changes)
    for place, file in enumerate(record["resources"]):
        if isinstance(file, dict) and str(file.get("latest")).startswith("/api/"):
            file["latest"] = f"https://www.data.gouv.fr/api/1/datasets/r/{number}-{place}"
    return record


def imported(number=0, **changes):
    return incoming.read(whole(number, **changes), catalogue())


def codes(found):
    return [note.code for note in found.notes]


def of_file(**changes):
    found = imported(resources=[resource(1, **changes)])
    return (found.package["resources"] or [None])[0], codes(found)


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


# -- files -------------------------------------------------------------------------------------------------------------


def test_a_file_without_permanent_address_keeps_its_own():
    file, said = of_file(latest=None, url="https://exemple.fr/un fichier.csv")
    assert file["url"] == "https://exemple.fr/un%20fichier.csv"
    assert said == []


@pytest.mark.parametrize("url", [None, "", "javascript:alert(1)", "fichier.csv", "https://", "http://[", 3])
def test_a_file_without_address_is_no_file(url):
    assert of_file(latest=url, url=url) == (None, ["file-without-address"])


@pytest.mark.parametrize("broken", [None, "x", [], {}, {"id": "x"}, {"id": None, "title": "T"}])
def test_a_malformed_file_does_not_end_the_others(broken):
    good = resource(1)
    found = imported(resources=[broken, good, good])

    assert [file["id"] for file in found.package["resources"]] == [good["id"]]
    assert codes(found) == ["file-malformed", "file-twice"]


@pytest.mark.parametrize(
    ("checksum", "expected", "said"),
    [
        ({"type": "sha1", "value": "A" * 40}, ("a" * 40, "sha1"), []),
        ({"type": "sha256", "value": "b" * 64}, ("b" * 64, "sha256"), []),
        ({"type": "sha2", "value": "b" * 64}, ("b" * 64, "sha256"), []),
        ({"type": "md5", "value": "c" * 32}, ("c" * 32, "md5"), []),
        ({"type": "crc", "value": "12345678"}, (None, None), ["checksum-left-out"]),
        ({"type": "sha256", "value": "b" * 40}, (None, None), ["checksum-left-out"]),
        ({"type": "sha1", "value": "z" * 40}, (None, None), ["checksum-left-out"]),
        ({"type": "sha1", "value": None}, (None, None), []),
        (None, (None, None), []),
        ("x", (None, None), []),
    ],
)
def test_checksums(checksum, expected, said):
    file, notes = of_file(checksum=checksum)

    assert (file.get("hash"), file.get("hash_algorithm")) == expected
    assert notes == said


URL = "https://schema.data.gouv.fr/schemas"


@pytest.mark.parametrize(
    ("schema", "expected", "said"),
    [
        ({"name": "scdl/subventions", "version": "2.1.1"}, ("scdl/subventions", "2.1.1", None), []),
        ({"name": "scdl/subventions", "version": "v2.1.1"}, ("scdl/subventions", "2.1.1", None), []),
        ({"name": "SCDL/subventions", "version": None}, ("scdl/subventions", None, None), []),
        ({"name": "scdl/subventions", "version": "latest"}, ("scdl/subventions", None, None), []),
        ({"name": "cerema/schema-aire-livraison"}, ("CEREMA/schema-aire-livraison", None, None), []),
        (
            {"name": "scdl/subventions", "version": "9.9"},
            (None, None, "scdl/subventions@9.9"),
            ["unknown-schema-version"],
        ),
        ({"name": "moi/mien", "version": "1"}, (None, None, "moi/mien@1"), ["unknown-schema"]),
        ({"name": "moi/mien"}, (None, None, "moi/mien"), ["unknown-schema"]),
        ({"url": f"{URL}/scdl/subventions/2.1.1/schema.json"}, ("scdl/subventions", "2.1.1", None), []),
        (
            {"url": f"{URL}/etalab/schema-irve-statique/latest/schema-statique.json"},
            ("etalab/schema-irve-statique", None, None),
            [],
        ),
        (
            {"url": f"{URL}/scdl/subventions/9.9/schema.json"},
            (None, None, "scdl/subventions@9.9"),
            ["unknown-schema-version"],
        ),
        ({"url": "https://exemple.fr/schema.json"}, (None, None, "https://exemple.fr/schema.json"), ["unknown-schema"]),
        ({"name": None, "url": None, "version": None}, (None, None, None), []),
        ("x", (None, None, None), []),
    ],
)
def test_schemas(schema, expected, said):
    file, notes = of_file(schema=schema)

    assert (file.get("odl_schema"), file.get("odl_schema_version"), file.get("odl_national_schema")) == expected
    assert notes == said


def test_the_schemas_that_the_portal_sends_come_back():
    for entry in catalogue():
        for version in entry.versions:
            file, notes = of_file(schema={"url": entry.schema_url(version)})
            if entry.schema_url_pattern:
                assert (file["odl_schema"], file["odl_schema_version"], notes) == (entry.id, version, [])


@pytest.mark.parametrize(
    ("kind", "type_", "national"),
    [
        ("main", "file", None),
        ("documentation", "documentation", None),
        ("api", "api", None),
        ("update", "file", "update"),
        ("code", "file", "code"),
        (None, "file", None),
    ],
)
def test_kinds_of_files(kind, type_, national):
    file, _ = of_file(type=kind)

    assert (file["resource_type"], file.get("odl_national_type")) == (type_, national)


@pytest.mark.parametrize("size", [-1, 1.5, True, "12", 2**70, float("inf")])
def test_a_size_that_is_none_is_left_out(size):
    assert "size" not in of_file(filesize=size)[0]


def test_moments_are_in_utc():
    file, _ = of_file(created_at="2024-01-05T01:00:00.123456+02:00", last_modified="hier")

    assert file["created"] == "2024-01-04T23:00:00"
    assert "last_modified" not in file


# -- whose it is -------------------------------------------------------------------------------------------------------


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


# -- fingerprints and differences --------------------------------------------------------------------------------------


def test_a_fingerprint_changes_with_what_is_taken_over_only():
    mark = incoming.fingerprint(dataset(0))

    assert mark == incoming.fingerprint(json.loads(json.dumps(dataset(0))))
    assert mark == incoming.fingerprint(dataset(0, metrics={"views": 99}, quality=None, slug="autre", extras={"a": 1}))
    for changes in (
        {"title": "Autre"},
        {"license": "odc-odbl"},
        {"archived": "2026-01-01"},
        {"organization": {"id": "x"}},
        {"resources": []},
        {"resources": [resource(0, checksum=None)]},
        {"resources": [resource(0, last_modified="2026-01-01")]},
    ):
        assert mark != incoming.fingerprint(dataset(0, **changes)), changes


def shown(package):
    """A dataset as ``package_show`` gives one that was brought in."""
    tags = [{"name": tag["name"], "state": "active"} for tag in reversed(package["tags"])]
    files = [{**file, "position": place, "cache_url": None} for place, file in enumerate(package["resources"])]
    return {**package, "tags": tags, "resources": files[::-1], "id": "x", "groups": [], "odl_procedure": "…"}


def test_equal_datasets_have_no_differences():
    for number in range(10):
        package = imported(number).package
        assert incoming.differences(shown(package), package) == []


def test_differences_name_the_field_and_the_file():
    files = [resource(0, latest="https://e.fr/a"), resource(0, 1, latest="https://e.fr/b", title="Notice")]
    theirs = imported(resources=files).package
    ours = shown(theirs)
    ours["title"] = "Autre titre"
    ours["tags"] = []
    ours["resources"] = [
        {"id": "local", "name": "Ma note", "url": "https://e.fr/note"},
        {"id": "x", "name": "donnees-0.csv", "url": "https://e.fr/ancien", "format": "csv", "hash": "f" * 40},
    ]

    listed = incoming.differences(ours, theirs)
    found = {(each["field"], each["resource"]): (each["ours"], each["theirs"]) for each in listed}

    assert found[("title", None)] == ("Autre titre", "Subventions 2000, série 0")
    assert found[("tags", None)] == ([], ["donnees", "sixt"])
    assert found[("url", "donnees-0.csv")] == ("https://e.fr/ancien", "https://e.fr/a")
    assert found[("resources", "Ma note")] == ("https://e.fr/note", None)
    assert found[("resources", "Notice")] == (None, "https://e.fr/b")
    assert ("format", "donnees-0.csv") not in found
    assert json.loads(json.dumps(listed)) == listed


def test_what_is_not_said_does_not_differ():
    theirs = incoming.dataset({"id": "6b02", "title": "Seul"}, catalogue())

    assert incoming.differences({"title": " Seul ", "license_id": None, "notes": None}, theirs) == []
    assert incoming.differences({"title": "Seul", "frequency": FREQUENCY + "UNKNOWN"}, theirs) == []


# -- anything at all ---------------------------------------------------------------------------------------------------

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
anything = st.recursive(
    scalars | st.sampled_from(["https://exemple.fr/a", "2024-01-01", "fr:commune:35328", "lov2", "main", "sha1"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
NAMES = sorted(dataset(0))
FILE_NAMES = sorted(resource(0))


@st.composite
def records(draw):
    """A record some of whose fields hold anything, its files too."""
    record = whole(draw(st.integers(0, 50)))
    for name in draw(st.lists(st.sampled_from(NAMES), max_size=6)):
        record[name] = draw(anything)
    if isinstance(record["resources"], list):
        for file in record["resources"]:
            if isinstance(file, dict):
                for name in draw(st.lists(st.sampled_from(FILE_NAMES), max_size=5)):
                    file[name] = draw(anything)
    shapes = {"spatial": ("zones", "geom"), "temporal_coverage": ("start", "end"), "harvest": ("domain", "remote_id")}
    for name, parts in shapes.items():
        if draw(st.booleans()):
            record[name] = {part: draw(anything) for part in parts}
    return record


@settings(max_examples=200, deadline=None)
@given(st.one_of(records(), anything))
def test_no_record_is_too_odd(record):
    before = json.dumps(record, default=str)

    found = incoming.read(record, catalogue())

    assert (found.error is None) == bool(found.package)
    assert incoming.fingerprint(record) == incoming.fingerprint(json.loads(json.dumps(record)))
    assert incoming.is_from(record, "https://odl.exemple.fr") in (True, False)
    assert json.dumps(record, default=str) == before
    for note in found.notes:
        assert note.sentence("fr")
        assert note.sentence("en")
        assert note.remedy("fr")
        assert json.dumps(note.as_dict())
    if found.package:
        json.dumps(found.package, allow_nan=False).encode()
        assert "\x00" not in json.dumps(found.package, ensure_ascii=False)
        assert incoming.differences(shown(found.package), found.package) == []
        territory = parse_territory(found.package["odl_territory"])
        assert territory is None or territory.code_is_valid
        for file in found.package["resources"]:
            assert re.fullmatch(r"(?:https?|ftps?)://[^\s/]+\S*", file["url"], re.IGNORECASE)


@settings(max_examples=100, deadline=None)
@given(anything, anything)
def test_two_things_can_always_be_compared(ours, theirs):
    ours, theirs = ({"resources": thing, "tags": thing, "title": thing} for thing in (ours, theirs))

    assert isinstance(incoming.differences(ours, theirs), list)
    assert incoming.differences(ours, ours) == [] or any(value != value for value in _leaves(ours))


def _leaves(value):
    if isinstance(value, dict):
        value = list(value.values())
    return [leaf for item in value for leaf in _leaves(item)] if isinstance(value, list) else [value]


def test_a_record_nested_too_deeply_is_read_all_the_same():
    deep: list = []
    for _ in range(100_000):
        deep = [deep]

    found = imported(spatial={"geom": deep}, tags=deep)

    assert codes(found) == ["outline-left-out"]
    assert incoming.fingerprint(dataset(0, spatial={"geom": deep}))


def test_each_sentence_is_whole_in_both_languages():
    for code, parts in texts("incoming.yaml").items():
        for part, languages in parts.items():
            assert set(languages) == {"fr", "en"}, (code, part)
            for language, text in languages.items():
                assert text.endswith("."), (code, part, language)
                if language == "fr":
                    assert not any(sign in text for sign in (" :", " ;", " !", " »", "« ", "'")), (code, part)
