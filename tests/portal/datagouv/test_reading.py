"""The portal reads data.gouv.fr as it is set, and takes what comes from there by the rules of its own forms."""

from __future__ import annotations

import pytest
from ckan.common import config_declaration
from ckan.config.declaration.key import Key
from ckan.tests import factories, helpers

from ckanext.odl import config
from ckanext.odl.datagouv import DatagouvError, incoming, vocabulary
from ckanext.odl.scdl import catalogue
from tests.national import NationalServer, invented
from tests.national.records import ORGANIZATION, dataset, resource

FIELDS = (
    "license_id",
    "frequency",
    "temporal_start",
    "temporal_end",
    "odl_territory",
    "odl_service",
    "maintainer_email",
)
FILE_FIELDS = ("odl_schema", "odl_schema_version", "odl_national_schema", "odl_national_type", "hash", "size")


@pytest.mark.usefixtures("with_plugins")
class TestSettings:
    def test_by_default_it_is_data_gouv_fr_itself_and_no_other_host(self, ckan_config):
        for name in ("url", "loopback"):  # the tests have others: none of them may reach the real one
            option = f"ckanext.odl.datagouv.{name}"
            ckan_config[option] = config_declaration[Key.from_string(option)].default
        guard = config.datagouv_guard()

        assert config.datagouv_enabled()
        assert config.datagouv_url() == "https://www.data.gouv.fr"
        assert config.datagouv_rate() == 2.0
        assert guard.hosts == {"www.data.gouv.fr"}
        assert not guard.loopback

    @pytest.mark.ckan_config("ckanext.odl.datagouv.loopback", "true")
    def test_the_client_names_the_portal_and_asks_the_address_that_is_set(self, ckan_config):
        with NationalServer(invented(3)) as national:
            ckan_config["ckanext.odl.datagouv.url"] = f" {national.url}/ "
            client = config.datagouv_client(sleep=lambda _seconds: None)

            assert len(client.datasets(ORGANIZATION)) == 3
            assert client.base_url == national.url
            assert ckan_config["ckan.site_url"] in national.headers[0]["user-agent"]

    @pytest.mark.ckan_config("ckanext.odl.datagouv.loopback", "false")
    def test_a_stand_in_on_this_machine_is_not_read_unless_it_is_allowed(self, ckan_config):
        with NationalServer(invented(3)) as national:
            ckan_config["ckanext.odl.datagouv.url"] = national.url

            with pytest.raises(DatagouvError, match="address-refused"):
                config.datagouv_client().datasets(ORGANIZATION)
            assert national.requests == []

    @pytest.mark.parametrize(("said", "rate"), [("0.5", 0.5), ("4", 4), ("0", 2), ("-1", 2), ("fast", 2), ("nan", 2)])
    def test_a_rate_that_is_none_is_the_usual_one(self, ckan_config, said, rate):
        ckan_config["ckanext.odl.datagouv.rate"] = said

        assert config.datagouv_rate() == rate


ADDRESSES = {"latest": "https://www.data.gouv.fr/api/1/datasets/r/x", "url": "https://exemple.fr/a.csv"}
SQUARE = {"type": "MultiPolygon", "coordinates": [[[[0, 0], [0, 1], [1, 1], [0, 0]]]]}
KINDS = ("main", "documentation", "update", "api", "code", "other")
VARIATIONS = {
    "license": [*vocabulary.licences(), "maison", None],
    "frequency": ["threeTimesADay", "twelveHours", "annual", "irregular", "unknown", "whenever"],
    "spatial": [
        {"zones": ["country:fr"]},
        {"zones": ["fr:commune:2A004"]},
        {"zones": ["fr:epci:243500741"]},
        {"zones": ["fr:departement:48"]},
        {"zones": ["fr:region:53"]},
        {"zones": ["mars:1"]},
        {"zones": ["fr:commune:35328", "fr:commune:35236"]},
        {"geom": SQUARE},
    ],
    "tags": [["l'eau", "x", "été 2025", "a.b_c-d", "A" * 100], []],
    "temporal_coverage": [{"start": "2025-01-01", "end": "2024-01-01"}, {"start": "2024-01-01", "end": "2024-12-31"}],
    "contact_points": [
        [{"name": "Nul", "email": "pas une adresse"}],
        [{"name": "Été « SIG »", "email": "sig@mairie.exemple.fr"}],
        [],
    ],
    "title": ["T" * 1200, "Subventions"],
    "description": ["<script>alert(1)</script>\n\n" + "é" * 50_000, "", None],
    "resources": [
        [],
        [resource(1, **ADDRESSES, schema={"name": "scdl/subventions", "version": "2.1.1"})],
        [resource(2, **ADDRESSES, schema={"name": "scdl/subventions"})],
        [resource(3, **ADDRESSES, schema={"name": "moi/mien", "version": "1"})],
        [resource(4, **ADDRESSES, schema={"url": "https://exemple.fr/schema.json"})],
        [resource(5, place, **ADDRESSES, type=kind) for place, kind in enumerate(KINDS)],
        [resource(6, latest="https://e.fr/a b?c=d#é", filesize=2**40, title="")],
    ],
}


def records():
    """Invented records that together have every variation; those of the longest list come once."""
    for number in range(max(map(len, VARIATIONS.values()))):
        changes = {name: values[number % len(values)] for name, values in VARIATIONS.items()}
        if number >= len(VARIATIONS["resources"]):
            changes["resources"] = []  # a file is of one dataset
        yield dataset(number, **changes)


@pytest.mark.usefixtures("clean_db", "clean_index")
def test_the_portal_takes_every_record_as_it_was_understood_and_takes_it_again(ckan_config):
    organization = factories.Organization(odl_kind="commune", odl_insee="35328")
    known, context = catalogue(), {"user": factories.Sysadmin()["name"]}
    for record in records():
        package = incoming.dataset(record, known)

        owned = {**package, "owner_org": organization["id"]}
        created = helpers.call_action("package_create", dict(context), **owned, name=record["slug"])
        again = helpers.call_action("package_update", dict(context), **{**created, **owned})

        for shown in (created, again):
            territory = incoming.differences(shown, package)
            # A dataset without a territory takes that of its collectivité.
            assert [each for each in territory if package["odl_territory"] or each["field"] != "odl_territory"] == []
            for field in FIELDS:
                assert not package[field] or shown[field] == package[field], (record["id"], field)
            for file, given in zip(shown["resources"], package["resources"], strict=True):
                assert file["id"] == given["id"]
                assert {name: file.get(name) for name in FILE_FIELDS} == {name: given.get(name) for name in FILE_FIELDS}
