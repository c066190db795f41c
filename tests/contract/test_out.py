"""What the portal publishes arrives whole on data.gouv.fr: a hundred datasets through udata's own harvesters."""

from __future__ import annotations

import hashlib
from typing import Any

import pysolr
import pytest

from ckanext.odl.datagouv import precheck
from dev.national.service import National
from dev.portal.instance import CONTRACT
from tests.contract import datasets, expected
from tests.contract.publishing import Harvested, Portal, Published, wait_for_checks
from tests.contract.world import BY_API, NAME


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


def test_by_the_ckan_api(
    national: National, published: Published, portal: Portal, figures: dict[str, Any], loaded_plugins: None
) -> None:
    """The other way in: what it takes is what the pre-check says, and what it can hold is not lost."""
    job = national.harvest(national.source(BY_API, f"{portal.site}/", "ckan"))
    items = {item["remote_id"]: item for item in job["items"]}
    assert items.keys() == {package["id"] for package in published.packages}
    held = {dataset["harvest"]["remote_id"]: dataset for dataset in national.datasets(BY_API)}
    compared, lost = 0, []
    for package in published.packages:
        findings = precheck.check(package, package["organization"], site_url=portal.site)
        foreseen = any(found.level == precheck.BLOCKING and found.concerns(precheck.CKAN) for found in findings)
        assert foreseen == (items[package["id"]]["status"] != "done"), (items[package["id"]], findings)
        if package["id"] in held:
            ours = expected.by_api(package)
            compared += len(ours)
            lines = expected.differences(ours, expected.held_by_api(held[package["id"]]))
            lost += [f"{package['name']}: {line}" for line in lines]
    figures |= {"datasets by the API": len(held), "values compared by the API": compared, "lost by the API": len(lost)}
    assert lost == []


def test_a_new_version_replaces_the_old_one(
    national: National, harvested: Harvested, published: Published, portal: Portal, feed: str
) -> None:
    """Another file under another name, another title: the same dataset and the same file there."""
    id_, content = next((id_, content) for id_, content in published.contents.items())
    package = next(p for p in published.packages if id_ in [resource["id"] for resource in p["resources"]])
    before = next(d for d in harvested.datasets if d["harvest"]["remote_id"].endswith(package["id"]))
    portal.call("package_patch", {"id": package["id"], "title": "Un tout autre titre"})
    new = content + b"deux;2\n"
    portal.call("resource_patch", {"id": id_}, files={"upload": ("nouveau nom.csv", new)})
    wait_for_checks(portal, [id_])
    job = national.harvest(national.source(NAME, f"{feed}.rdf"))
    assert job["status"] == "done"
    after = {dataset["id"]: dataset for dataset in national.datasets(NAME)}
    assert after.keys() == {dataset["id"] for dataset in harvested.datasets}
    assert after[before["id"]]["title"] == "Un tout autre titre"
    files = {file["id"]: file for file in after[before["id"]]["resources"]}
    assert files.keys() == {file["id"] for file in before["resources"]}
    assert hashlib.sha256(new).hexdigest() in [(file["checksum"] or {}).get("value") for file in files.values()]


def test_a_feed_that_cannot_be_complete_archives_nothing(
    national: National, harvested: Harvested, published: Published, portal: Portal, feed: str
) -> None:
    """While the index lacks a dataset the feed answers 503: the platform, which archives at once, leaves all there."""
    source = national.source(NAME, f"{feed}.rdf")
    assert national.harvest(source)["status"] == "done"
    everything = _seen(national)
    lost, hidden = published.packages[0]["id"], published.packages[1]["id"]
    pysolr.Solr(CONTRACT.environment["CKAN_SOLR_URL"]).delete(q=f"id:{lost}", commit=True)
    job = national.harvest(source)
    portal.call("package_patch", {"id": lost, "title": "Indexé de nouveau"})
    assert job["status"] == "failed"
    assert "503" in job["errors"][0]["message"]
    assert job["items"] == []
    assert _seen(national) == everything
    # as it would have done with a feed that lacks a dataset
    portal.call("package_patch", {"id": hidden, "private": True})
    assert national.harvest(source)["status"] == "done"
    assert _seen(national) == everything - {hidden}
    portal.call("package_patch", {"id": hidden, "private": False})
    assert national.harvest(source)["status"] == "done"
    assert _seen(national) == everything


def _seen(national: National) -> set[str]:
    """The ids here of the datasets that anyone sees on the platform: not of those that it put aside."""
    return {dataset["harvest"]["remote_id"].rpartition("/")[2] for dataset in national.datasets(NAME)}
