"""From the files of a record of data.gouv.fr to files of the portal."""

from __future__ import annotations

import pytest

from ckanext.odl.scdl import catalogue
from tests.national.records import resource
from tests.unit.datagouv.incoming_records import codes, imported, of_file


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
