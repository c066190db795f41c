"""A carrier on a stand-in of data.gouv.fr that tells of its harvester and of what it took."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories

from ckanext.odl import config
from ckanext.odl.logic.datagouv import looking
from ckanext.odl.logic.path import snapshot
from ckanext.odl.model import DatagouvLink
from tests.national.records import dataset as national_dataset
from tests.national.records import organization
from tests.national.server import NationalServer
from tests.portal.conftest import GOOD, call, upload

SITE = "http://test.ckan.net"
THERE = "6b0200000000000000000001"
ELSEWHERE = "6b0200000000000000000002"
SOURCE = "6b0200000000000000000101"
JOB = "6b0200000000000000000201"
TWIN = "6b0200000000000000000301"


@pytest.fixture
def atd() -> dict[str, Any]:
    return factories.Organization(name="aurette", title="Pays d’Aurette", odl_is_atd="true", user=factories.Sysadmin())


@pytest.fixture
def commune(atd: dict[str, Any]) -> dict[str, Any]:
    return factories.Organization(
        name="valbrune", title="Valbrune", groups=[{"name": atd["name"]}], user=factories.Sysadmin()
    )


@pytest.fixture
def file(dataset: dict[str, Any], agent: dict[str, Any]) -> dict[str, Any]:
    data = {"package_id": dataset["id"], "name": "Prénoms 2024", "odl_schema": "scdl/prenoms"}
    return call("resource_create", agent, upload=upload(GOOD), url="prenoms.csv", format="CSV", **data)


class National:
    """The stand-in, told by what a person would see there."""

    def __init__(self, server: NationalServer) -> None:
        self.server = server
        self.items: list[dict[str, Any]] = []
        self.job: dict[str, Any] = {
            "id": JOB,
            "status": "done",
            "created": "2099-01-01T00:00:00+00:00",
            "started": "2099-01-01T00:00:00+00:00",
            "ended": "2099-01-01T00:10:00+00:00",
            "errors": [],
        }
        self.source: dict[str, Any] = {
            "id": SOURCE,
            "name": "Portail d’Aurette",
            "url": f"{SITE}/odl/dcat/aurette.rdf",
            "backend": "dcat",
            "active": True,
            "deleted": None,
            "validation": {"state": "accepted", "comment": None},
        }

    def takes(self, package: dict[str, Any], id_: str = TWIN, owner: str = THERE) -> dict[str, Any]:
        """data.gouv.fr took a dataset; as it left unless told otherwise."""
        record = national_dataset(
            1,
            owner,
            id=id_,
            title=package["title"],
            slug=f"{package['name']}-{id_[-3:]}",
            license="lov2",
            tags=[],
            temporal_coverage=None,
            frequency="unknown",
            description="",
            contact_points=[],
            resources=[],
            harvest={
                "backend": "DCAT",
                "domain": "test.ckan.net",
                "remote_id": f"{SITE}/dataset/{package['id']}",
                "remote_url": f"{SITE}/dataset/{package['id']}",
                "last_update": "2099-01-01T00:05:00+00:00",
            },
            metrics={"reuses": 0, "discussions": 0, "views": 12, "resources_downloads": 3},
        )
        record["organization"] |= {"name": "Valbrune"}
        self.server.datasets[id_] = record
        self.item(package, "done", dataset={"id": id_, "title": package["title"]})
        return record

    def item(self, package: dict[str, Any], status: str, *messages: str, dataset: Any = None) -> None:
        self.items.append(
            {
                "remote_id": f"{SITE}/dataset/{package['id']}",
                "status": status,
                "errors": [{"message": message} for message in messages],
                "ended": "2099-01-01T00:05:00+00:00",
                "dataset": dataset,
            }
        )

    def ready(self) -> None:
        """What was said above is what the stand-in answers now."""
        by_status: dict[str, int] = {}
        for item in self.items:
            by_status[item["status"]] = by_status.get(item["status"], 0) + 1
        job = {**self.job, "items": {"by_status": by_status, "total": len(self.items)}}
        source = {**self.source, "last_job": job}
        self.server.hand = {
            "/api/1/harvest/sources/[]": [source],
            f"/api/1/harvest/source/{SOURCE}/": source,
            f"/api/1/harvest/source/{SOURCE}/jobs/[]": [job],
            f"/api/1/harvest/job/{JOB}/": job,
            f"/api/1/harvest/job/{JOB}/items/[]": self.items,
            **{key: value for key, value in self.server.hand.items() if "reuses" in key or "discussions" in key},
        }


@pytest.fixture
def national(monkeypatch: pytest.MonkeyPatch, ckan_config: Any, atd: dict[str, Any]) -> Iterator[National]:
    organizations = [organization(THERE, "Pays d’Aurette"), organization(ELSEWHERE, "Une autre")]
    with NationalServer([], organizations) as server:
        monkeypatch.setitem(ckan_config, "ckanext.odl.datagouv.url", server.url)
        monkeypatch.setitem(ckan_config, "ckanext.odl.datagouv.loopback", True)
        monkeypatch.setitem(ckan_config, "ckanext.odl.datagouv.rate", "1000")
        DatagouvLink.put(model.Session(), atd["id"], national_id=THERE, national_name="Pays d’Aurette")
        model.Session.commit()
        yield National(server)


def look(national: National, atd: dict[str, Any], **options: Any) -> None:
    national.ready()
    looking.look(atd["id"], config.datagouv_client(tries=1, patience=0, **options))
    model.Session.expire_all()


def twin_of(package: dict[str, Any], user: dict[str, Any] | None) -> dict[str, Any]:
    return call("odl_datagouv_twin_show", user, id=package["id"])


def visitor(action: str, **data: Any) -> Any:
    return tk.get_action(action)({"user": "", "ignore_auth": False}, data)


def facts(organization_: dict[str, Any], package: dict[str, Any]) -> Any:
    gathered = snapshot.gather(organization_["id"])
    assert gathered is not None
    return next(one for one in gathered.snapshot.datasets if one.id == package["id"])
