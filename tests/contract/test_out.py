"""What the portal publishes arrives whole on data.gouv.fr: a hundred datasets through udata's own harvesters."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from dev.national.service import National
from tests.contract import datasets, expected
from tests.contract.conftest import Portal
from tests.contract.world import COLLECTIVITE, NAME

#: A minute for fifty files of one line, on a machine with much to do.
PATIENCE = 180


@dataclass
class Published:
    """What stands on the portal. ``packages``: as anyone sees them; ``contents``: id of resource → bytes uploaded."""

    organization: dict[str, Any]
    packages: list[dict[str, Any]] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)


@dataclass
class Harvested:
    job: dict[str, Any]
    datasets: list[dict[str, Any]]


@pytest.fixture(scope="package")
def published(portal: Portal) -> Published:
    """The hundred datasets, and those that must stay: private, draft, deleted."""
    found = Published(portal.call("organization_create", COLLECTIVITE))
    for case in datasets.cases(found.organization["id"]):
        package = portal.call("package_create", case.package)
        for fields, name, content in case.uploads:
            data = {"package_id": package["id"], **fields}
            resource = portal.call("resource_create", data, files={"upload": (name, content)})
            found.contents[resource["id"]] = content
    stays = {"owner_org": found.organization["id"], "license_id": "lov2"}
    portal.call("package_create", {**stays, "name": "prive", "title": "Privé", "private": True})
    portal.call("package_create", {**stays, "name": "brouillon", "title": "Brouillon", "state": "draft"})
    portal.call("package_create", {**stays, "name": "efface", "title": "Effacé"})
    portal.call("package_delete", {"id": "efface"})
    _wait(lambda: all(_is_read(portal, id_) for id_ in found.contents))
    for number in range(datasets.COUNT):
        found.packages.append(portal.call("package_show", {"id": f"jeu-{number:03d}"}, anonymous=True))
    return found


def _is_read(portal: Portal, resource_id: str) -> bool:
    state = portal.call("odl_validation_show", {"id": resource_id})
    return state.get("state") not in ("waiting", "running")


def _wait(ready: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not ready():
        assert time.monotonic() < end, "the worker did not finish"
        time.sleep(0.5)


@pytest.fixture(scope="package")
def feed(portal: Portal) -> str:
    return f"{portal.site}/odl/dcat/{COLLECTIVITE['name']}"


@pytest.fixture(scope="package")
def harvested(national: National, published: Published, feed: str) -> Harvested:
    """What the platform holds once its harvester has read the feed."""
    job = national.harvest(national.source(NAME, f"{feed}.rdf"))
    return Harvested(job, national.datasets(NAME))


def test_every_dataset_arrives(harvested: Harvested, published: Published) -> None:
    assert harvested.job["errors"] == []
    assert [item for item in harvested.job["items"] if item["status"] != "done"] == []
    assert harvested.job["status"] == "done"
    titles = sorted(dataset["title"] for dataset in harvested.datasets)
    assert titles == sorted(package["title"] for package in published.packages)


def test_the_platform_has_nothing_to_remark(harvested: Harvested) -> None:
    logs = {log["message"] for item in harvested.job["items"] for log in item["logs"] if log["level"] != "DEBUG"}
    assert logs == set()


def test_nothing_is_lost(harvested: Harvested, published: Published, portal: Portal, figures: dict[str, Any]) -> None:
    held = {dataset["harvest"]["remote_id"]: expected.held(dataset) for dataset in harvested.datasets}
    compared, lost = 0, []
    for package in published.packages:
        ours = expected.of(package, published.organization, portal.site, published.contents)
        theirs = held[ours["harvest.remote_id"]]
        compared += len(ours)
        lost += [f"{package['name']}: {line}" for line in expected.differences(ours, theirs)]
    figures |= {"datasets out": len(held), "values compared out": compared, "lost out": len(lost)}
    assert lost == []


@pytest.mark.parametrize("ending", ["ttl", "jsonld"])
def test_other_formats_say_the_same(national: National, harvested: Harvested, feed: str, ending: str) -> None:
    job = national.harvest(national.source(NAME, f"{feed}.{ending}"))
    assert (job["status"], len(job["items"])) == ("done", datasets.COUNT)
    assert _lasting(national.datasets(NAME)) == _lasting(harvested.datasets)


def _lasting(found: list[dict[str, Any]]) -> dict[str, Any]:
    """What does not tell of one particular harvest."""
    return {dataset["id"]: expected.held(dataset) for dataset in found}
