"""What udata refuses is what the pre-check says it refuses: nothing less, nothing more."""

from __future__ import annotations

from typing import Any

import pytest
from rdflib import Graph, URIRef

from ckanext.odl.datagouv import outgoing, precheck
from ckanext.odl.dcat_profile import RECORD, DatagouvProfile
from dev.national.service import National
from tests.contract import broken
from tests.contract.stage import Stage
from tests.contract.world import STAGE

#: The pre-check cannot know which zones the platform has, and warns whatever the name.
ONLY_THE_PLATFORM_KNOWS = {"extra unknown zone and polygon"}


#: CKAN gives every file an id; without one there is no address to send.
NEVER_IN_THE_FEED = {"file without id"}


@pytest.fixture(scope="module")
def packages() -> dict[str, broken.Package]:
    return dict(broken.packages())


@pytest.fixture(scope="module")
def refused_by_api(national: National, stage: Stage, packages: dict[str, broken.Package]) -> dict[str, str]:
    """What udata's harvester of the CKAN API does not take → its words."""
    job = national.harvest(national.source(STAGE, stage.play_ckan(list(packages.values())), "ckan"))
    assert len(job["items"]) == len(packages)
    items = {item["remote_id"]: item for item in job["items"]}
    # before it has read the id, udata knows a package by its name
    found = {name: items.get(package["id"]) or items[package["name"]] for name, package in packages.items()}
    return {name: _words(item) for name, item in found.items() if item["status"] != "done"}


def _words(item: dict[str, Any]) -> str:
    return "\n".join(error["message"] for error in item["errors"])


def foreseen(package: broken.Package, channel: str) -> list[str]:
    """The codes of what the pre-check says to be refused."""
    findings = precheck.check(package, package.get("organization"), site_url=broken.INNER_SITE)
    return [finding.code for finding in findings if finding.level == precheck.BLOCKING and finding.concerns(channel)]


@pytest.mark.parametrize("name", broken.CHANGES)
def test_by_the_ckan_api(name: str, packages: dict[str, Any], refused_by_api: dict[str, str]) -> None:
    ours = foreseen(packages[name], precheck.CKAN)
    if name in ONLY_THE_PLATFORM_KNOWS:
        assert ours
        assert name not in refused_by_api
    else:
        assert bool(ours) == (name in refused_by_api), f"udata: {refused_by_api.get(name)}; ours: {ours}"


def test_all_kinds_of_refusal_are_tried(packages: dict[str, Any], refused_by_api: dict[str, str]) -> None:
    tried = {code for package in packages.values() for code in foreseen(package, precheck.CKAN)}
    assert tried >= {code for code, rule in precheck._rules().items() if rule["levels"].get("ckan") == "blocking"}
    assert len(refused_by_api) > 60


# -- our feed


@pytest.fixture(scope="module")
def refused_by_feed(
    national: National, stage: Stage, packages: dict[str, broken.Package], loaded_plugins: None
) -> dict[str, str]:
    """What udata's DCAT harvester does not take of a feed with these packages → its words."""
    graph = Graph()
    profile = DatagouvProfile(graph)
    nodes = {}
    for name, package in packages.items():
        if name in NEVER_IN_THE_FEED:
            continue
        record = outgoing.record(package, site_url=stage.site, organization=package.get("organization"))
        nodes[name] = record.identifier
        profile.graph_from_dataset({**package, RECORD: record}, URIRef(record.uri))
    job = national.harvest(national.source(STAGE, stage.play_feed(graph.serialize(format="xml"))))
    assert job["errors"] == []
    items = {item["remote_id"]: item for item in job["items"]}
    assert items.keys() == set(nodes.values())
    return {name: _words(items[node]) for name, node in nodes.items() if items[node]["status"] != "done"}


@pytest.mark.parametrize("name", sorted(broken.CHANGES.keys() - NEVER_IN_THE_FEED))
def test_by_our_feed(name: str, packages: dict[str, Any], refused_by_feed: dict[str, str]) -> None:
    ours = foreseen(packages[name], precheck.DCAT)
    assert bool(ours) == (name in refused_by_feed), f"udata: {refused_by_feed.get(name)}; ours: {ours}"
