"""What leaves for data.gouv.fr, decision by decision."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.odl.datagouv import mirrored, outgoing, outgoing_values, vocabulary
from ckanext.odl.scdl import catalogue

SITE = "https://portail.exemple.fr"
ID = "5d7f4b9e-3c55-4c7d-9b1d-0a8f3f0f3b11"
SQUARE = {"type": "Polygon", "coordinates": [[[3.5, 44.5], [3.6, 44.5], [3.6, 44.6], [3.5, 44.5]]]}


class Known:
    """One outline, that of Valbrune."""

    def get(self, level: str, code: str) -> dict[str, Any] | None:
        return SQUARE if (level, code) == ("commune", "48903") else None


def record(**package: Any) -> outgoing.Record:
    return outgoing.record({"id": ID, "title": "Jeu", **package}, site_url=SITE)


def file(**resource: Any) -> outgoing.File:
    resource = {"id": "r1", "package_id": ID, "url": "https://exemple.fr/a.csv", **resource}
    (found,) = record(resources=[resource]).files
    return found


# -- who leaves ----------------------------------------------------------------------------------------------


def test_a_public_dataset_leaves() -> None:
    assert outgoing.withheld({"type": "dataset", "state": "active", "private": False}) is None
    assert outgoing.withheld({}) is None


@pytest.mark.parametrize(
    ("package", "more", "reason"),
    [
        ({"type": "harvest"}, {}, outgoing.NOT_A_DATASET),
        ({"private": True}, {}, outgoing.PRIVATE),
        ({"state": "draft"}, {}, outgoing.DRAFT),
        ({"state": "draft-complete"}, {}, outgoing.DRAFT),
        ({"state": "deleted"}, {}, outgoing.DELETED),
        ({"state": "pending"}, {}, outgoing.DELETED),
        ({}, {"from_datagouv": True}, outgoing.FROM_DATAGOUV),
        ({}, {"held_back": True}, outgoing.WITHHELD),
        ({}, {"own_harvester": True}, outgoing.OWN_HARVESTER),
        ({"private": True}, {"held_back": True}, outgoing.PRIVATE),
    ],
)
def test_why_a_dataset_stays(package: dict[str, Any], more: dict[str, bool], reason: str) -> None:
    assert outgoing.withheld(package, **more) == reason
    assert reason in outgoing.REASONS


# -- addresses -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("remote", [f"{SITE}/dataset/{ID}", ID, f"http://portail.exemple.fr/dataset/{ID}", ID.upper()])
def test_our_dataset_from_its_remote_id(remote: str) -> None:
    assert outgoing.package_id(remote, SITE + "/") == ID


@pytest.mark.parametrize("remote", ["", None, "subventions", f"https://autre.fr/dataset/{ID}", f"{SITE}/dataset/"])
def test_another_remote_id(remote: str | None) -> None:
    assert outgoing.package_id(remote, SITE) is None


def test_identifier_and_package_id_are_inverse() -> None:
    for id_ in (ID, "subventions 2024", "une/barre"):
        identifier = outgoing.record({"id": id_}, site_url=SITE).identifier
        assert outgoing.package_id(identifier, SITE) == (id_ if "/" not in id_ else None)


def test_uploaded_file_keeps_its_address_whatever_its_name() -> None:
    addresses = {file(url=name, url_type="upload").url for name in ("a.csv", "autre nom.xlsx", "")}
    assert addresses == {f"{SITE}/dataset/{ID}/resource/r1/download"}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://exemple.fr/a b.csv", "https://exemple.fr/a%20b.csv"),
        (" https://exemple.fr/é?x={1}|2#<y>", "https://exemple.fr/é?x=%7B1%7D%7C2#%3Cy%3E"),
        ("https://exemple.fr/a%20b", "https://exemple.fr/a%20b"),
        ("ftp://exemple.fr/x", "ftp://exemple.fr/x"),
        ("exemple.fr/x", None),
        ("http://pas une adresse", None),
        ("http://[::1", None),
        ("javascript:alert(1)", None),
        ("mailto:a@exemple.fr", None),
        ("", None),
        (None, None),
        (12, None),
    ],
)
def test_web_address(given: Any, kept: str | None) -> None:
    assert outgoing_values.web_address(given) == kept


def test_link_without_address_does_not_leave() -> None:
    assert record(resources=[{"id": "r1", "package_id": ID, "url": "à venir"}]).files == ()


# -- licence, frequency, schema, checksum --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "id_", "url"),
    [
        ("lov2", "lov2", "https://www.etalab.gouv.fr/licence-ouverte-open-licence"),
        ("odc-odbl", "odc-odbl", "http://opendatacommons.org/licenses/odbl/summary/"),
        ("other-at", "other-at", ""),
    ],
)
def test_licence(given: str, id_: str, url: str) -> None:
    found = outgoing_values.licence({"license_id": given})
    assert found is not None
    assert (found.id, found.url) == (id_, url)


def test_licence_of_the_portal_alone_keeps_its_address() -> None:
    own = {"license_id": "maison", "license_title": "Licence maison", "license_url": "https://exemple.fr/licence"}
    assert outgoing_values.licence(own) == outgoing_values.Licence(
        "maison", "Licence maison", "https://exemple.fr/licence"
    )
    assert outgoing_values.licence({}) is None


def test_frequency() -> None:
    annual = vocabulary.FREQUENCIES + "ANNUAL"
    assert outgoing_values.frequency(annual) == annual
    for other in ("", None, "chaque année", "http://exemple.fr/ANNUAL", vocabulary.FREQUENCIES):
        assert outgoing_values.frequency(other) == ""


def test_schema_url_is_that_of_the_version() -> None:
    stem = "https://schema.data.gouv.fr/schemas/"
    assert outgoing_values.schema_url("scdl/subventions", "2.1.0") == stem + "scdl/subventions/2.1.0/schema.json"
    latest = catalogue().get("etalab/schema-irve-statique").latest
    expected = f"{stem}etalab/schema-irve-statique/{latest}/schema-statique.json"
    assert outgoing_values.schema_url("etalab/schema-irve-statique") == expected


@pytest.mark.parametrize("given", [("", ""), (None, None), ("inconnu/inconnu", ""), ("scdl/subventions", "0.0.0")])
def test_no_schema_url(given: tuple[Any, Any]) -> None:
    assert outgoing_values.schema_url(*given) == ""


def test_every_version_of_the_catalogue_has_its_own_address_or_none() -> None:
    for entry in catalogue():
        addresses = [outgoing_values.schema_url(entry.id, version) for version in entry.versions]
        assert addresses == [""] * len(addresses) or len(set(addresses)) == len(addresses)
        assert all(version in address for version, address in zip(entry.versions, addresses, strict=True) if address)


@pytest.mark.parametrize(
    ("digits", "algorithm", "name"),
    [
        ("a" * 32, None, "md5"),
        ("A" * 40, "", "sha1"),
        ("0" * 64, "SHA-256", "sha256"),
        ("sha256:" + "0" * 64, None, "sha256"),
        ("0" * 64, "http://spdx.org/rdf/terms#checksumAlgorithm_sha256", "sha256"),
    ],
)
def test_checksum(digits: str, algorithm: str | None, name: str) -> None:
    found = outgoing_values.checksum(digits, algorithm)
    assert found == (f"http://spdx.org/rdf/terms#checksumAlgorithm_{name}", digits.lower().rpartition(":")[2])


@pytest.mark.parametrize(
    ("digits", "algorithm"),
    [("", None), (None, None), ("0" * 10, None), ("z" * 32, None), ("0" * 64, "md5"), ("0" * 128, "sha512")],
)
def test_checksum_that_data_gouv_fr_would_not_take(digits: Any, algorithm: Any) -> None:
    assert outgoing_values.checksum(digits, algorithm) is None


def test_bytes_that_were_read_win_over_what_is_said_of_them() -> None:
    resource = {"id": "r1", "package_id": ID, "url_type": "upload", "url": "a.csv", "hash": "0" * 32, "size": 1}
    sent = outgoing.record({"id": ID, "resources": [resource]}, site_url=SITE, stored={"r1": ("f" * 64, 2048)}).files[0]
    assert (sent.size, sent.checksum) == (2048, outgoing_values.checksum("f" * 64))
    unread = outgoing.record({"id": ID, "resources": [resource]}, site_url=SITE).files[0]
    assert (unread.size, unread.checksum) == (1, outgoing_values.checksum("0" * 32))


@pytest.mark.parametrize("size", [None, "", 0, -1, "beaucoup"])
def test_size_that_is_none(size: Any) -> None:
    assert file(size=size).size is None


# -- period, place, people -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "period"),
    [
        ("2024-01-01", "2024-12-31", (dt.date(2024, 1, 1), dt.date(2024, 12, 31))),
        ("2024-01-01", None, (dt.date(2024, 1, 1), None)),
        (None, "2024-12-31", (None, dt.date(2024, 12, 31))),
        ("2024-12-31", "2024-01-01", (dt.date(2024, 12, 31), None)),
        ("hier", "", (None, None)),
        ("2024-01-01T12:00:00", "2024-12-31", (dt.date(2024, 1, 1), dt.date(2024, 12, 31))),
    ],
)
def test_period(start: Any, end: Any, period: tuple[Any, Any]) -> None:
    found = record(temporal_start=start, temporal_end=end)
    assert (found.start, found.end) == period


@pytest.mark.parametrize(
    ("line", "uri", "code", "name"),
    [
        ("commune 48903 Valbrune", "http://id.insee.fr/geo/commune/48903", "48903", "Valbrune"),
        ("commune 2A004 Ajaccio", "http://id.insee.fr/geo/commune/2A004", "2A004", "Ajaccio"),
        ("departement 48 Lozère", "http://id.insee.fr/geo/departement/48", "48", "Lozère"),
        ("region 76 Occitanie", "http://id.insee.fr/geo/region/76", "76", "Occitanie"),
        ("autre Vallée du Lot", "", "", "Vallée du Lot"),
    ],
)
def test_place(line: str, uri: str, code: str, name: str) -> None:
    assert outgoing_values.place({"odl_territory": line}) == outgoing_values.Place(uri, code, name)


def test_place_with_an_outline() -> None:
    found = outgoing_values.place({"odl_territory": "commune 48903 Valbrune"}, Known())
    assert found is not None
    assert json.loads(found.geometry) == SQUARE
    other = outgoing_values.place({"odl_territory": "commune 48095 Mende"}, Known())
    assert other is not None
    assert other.geometry == ""


def test_outline_of_the_dataset_itself_comes_first() -> None:
    own = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
    extras = [{"key": "spatial", "value": json.dumps(own)}]
    for line in ("commune 48903 Valbrune", ""):
        found = outgoing_values.place({"odl_territory": line, "extras": extras}, Known())
        assert found is not None
        assert (json.loads(found.geometry), found.uri) == (own, "")
    point = [{"key": "spatial", "value": '{"type": "Point", "coordinates": [0, 0]}'}]
    found = outgoing_values.place({"odl_territory": "commune 48903 Valbrune", "extras": point}, Known())
    assert found is not None
    assert json.loads(found.geometry) == SQUARE


def organization(**more: Any) -> dict[str, Any]:
    return {"id": "o1", "name": "valbrune", "title": "Valbrune", **more}


def contact(package: dict[str, Any], **more: Any) -> outgoing_values.Contact | None:
    return outgoing_values.contact(package, outgoing_values.publisher(organization(**more), SITE))


def test_publisher() -> None:
    found = outgoing_values.publisher(organization(odl_siren="200000990", odl_contact="mairie@exemple.fr"), SITE)
    assert found == outgoing_values.Agent(f"{SITE}/organization/o1", "Valbrune", "200000990", "mairie@exemple.fr", "")
    assert outgoing_values.publisher(None, SITE) is None


def test_contact() -> None:
    own = contact({"maintainer_email": "finances@exemple.fr", "odl_service": "Finances"}, odl_contact="m@exemple.fr")
    assert own == outgoing_values.Contact("Finances", "Valbrune", "finances@exemple.fr")
    assert contact({}, odl_contact="m@exemple.fr") == outgoing_values.Contact("Valbrune", "", "m@exemple.fr")
    website = contact({"odl_service": "Finances"}, odl_website="https://exemple.fr")
    assert website == outgoing_values.Contact("Finances", "Valbrune", "", "https://exemple.fr")
    assert contact({"odl_service": "Finances", "maintainer_email": "mairie"}) is None


# -- the API of CKAN -----------------------------------------------------------------------------------------

FIELDS = {
    "frequency": vocabulary.FREQUENCIES + "ANNUAL",
    "temporal_start": "2024-01-01",
    "temporal_end": "2024-12-31",
    "odl_territory": "commune 48903 Valbrune",
}


def test_mirrored() -> None:
    found = {extra["key"]: extra["value"] for extra in mirrored.mirrored(FIELDS, Known())}
    geometry = json.loads(found.pop("spatial"))
    assert {key: geometry[key] for key in SQUARE} == SQUARE
    assert found == {key: FIELDS[key] for key in mirrored.MIRRORED}
    assert mirrored.mirrored({}) == []


@pytest.mark.parametrize("missing", [set(some) for count in range(5) for some in itertools.combinations(FIELDS, count)])
def test_mirrored_and_taken_out_again(missing: set[str]) -> None:
    package = {key: value for key, value in FIELDS.items() if key not in missing}
    own = [{"key": "source", "value": "registre"}]
    shown = {**package, "extras": own + mirrored.mirrored({**package, "extras": own}, Known())}
    assert mirrored.mirrored(shown, Known()) == []
    assert mirrored.without_mirrored(shown["extras"], shown, package) == own
    # fields that the writer left out are known from what is stored
    assert mirrored.without_mirrored(shown["extras"], {}, package) == own


def test_what_somebody_wrote_is_left() -> None:
    written: list[Any] = [
        {"key": "frequency", "value": "annual"},
        {"key": "spatial", "value": json.dumps(SQUARE)},
        {"key": "spatial", "value": None},
        "n’importe quoi",
        {},
    ]
    assert mirrored.without_mirrored(written, {"title": "Jeu"}, {}) == written


@pytest.mark.parametrize(
    ("given", "kept"),
    [("file", "file"), ("documentation", "documentation"), ("metadata", "file"), ("", ""), (None, ""), ("api", "api")],
)
def test_resource_type(given: Any, kept: str) -> None:
    assert mirrored.resource_type(given) == kept


ANYTHING = st.one_of(st.none(), st.integers(), st.text(alphabet="aé<>/:@.-[]{} \x00\ud800?%0192", max_size=30))


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "title",
                "notes",
                "license_id",
                "license_url",
                "theme",
                "tags",
                "frequency",
                "temporal_start",
                "temporal_end",
                "odl_territory",
                "odl_service",
                "maintainer_email",
                "metadata_created",
                "metadata_modified",
            ]
        ),
        ANYTHING,
    ),
    st.dictionaries(
        st.sampled_from(
            [
                "name",
                "description",
                "url",
                "format",
                "mimetype",
                "size",
                "hash",
                "hash_algorithm",
                "odl_schema",
                "created",
            ]
        ),
        ANYTHING,
    ),
)
def test_any_value_leaves_or_stays_but_breaks_nothing(package: dict[str, Any], resource: dict[str, Any]) -> None:
    package.pop("tags", None)
    sent = outgoing.record(
        {"id": ID, "name": "jeu", **package, "resources": [{"id": "r1", "package_id": ID, **resource}]}, site_url=SITE
    )
    assert sent.identifier == f"{SITE}/dataset/{ID}"
    assert "\x00" not in sent.title + sent.description
