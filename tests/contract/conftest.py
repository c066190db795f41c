"""Two portals and the national platform between them.

``portal`` is a whole portal with a web server, harvested by udata's own harvesters under a public name. The CKAN inside
the tests is the second one: what data.gouv.fr then holds comes back into it through our own harvester.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dev.national.service import National
from dev.portal.instance import CONTRACT
from tests.contract import datasets
from tests.contract.publishing import Harvested, Portal, Published, publish
from tests.contract.stage import Stage
from tests.contract.world import COLLECTIVITE, NAME, WORLD

#: What was measured, for the last lines of the run.
FIGURES = pytest.StashKey[dict[str, Any]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FIGURES] = {}


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    figures = config.stash[FIGURES]
    if figures:
        terminalreporter.write_line("contract: " + ", ".join(f"{name} {value}" for name, value in figures.items()))


@pytest.fixture
def figures(pytestconfig: pytest.Config) -> dict[str, Any]:
    return pytestconfig.stash[FIGURES]


@pytest.fixture(scope="package")
def portal() -> Iterator[Portal]:
    """A portal with a web server and a worker, without data."""
    CONTRACT.stop()
    CONTRACT.empty()
    Path(dict(CONTRACT.settings)["ckanext.odl.datagouv.outlines"]).write_text(datasets.outlines())
    CONTRACT.start()
    known = json.loads(CONTRACT.accounts.read_text())
    yield Portal(CONTRACT.url, dict(CONTRACT.settings)["ckan.site_url"], known["accounts"][0]["token"])
    CONTRACT.stop()


@pytest.fixture(scope="package")
def loaded_plugins(loaded: Any) -> None:
    """CKAN inside the tests, with the plugins of the settings, for what is made once for many tests."""
    from ckan.tests.helpers import _get_test_app  # noqa: PLC0415 (starts CKAN)

    _get_test_app()
    loaded.settings = None  # so that the next test that wants plugins of its own loads them anew


@pytest.fixture(scope="package")
def stage() -> Iterator[Stage]:
    """A web server that plays a portal whose answers a test writes."""
    with Stage() as server:
        yield server


@pytest.fixture(scope="package")
def national(stage: Stage) -> Iterator[National]:
    """data.gouv.fr: the real udata with the rules of production."""
    platform = National("contract")
    roads = {dict(CONTRACT.settings)["ckan.site_url"]: CONTRACT.url, stage.site: stage.url}
    platform.start(WORLD, roads=roads, grace=-1)
    yield platform
    platform.stop()


@pytest.fixture(scope="package")
def published(portal: Portal) -> Published:
    """The hundred datasets, and those that must stay: private, draft, deleted."""
    return publish(portal)


@pytest.fixture(scope="package")
def feed(portal: Portal) -> str:
    """Address of the feed of the collectivité, without its ending."""
    return f"{portal.site}/odl/dcat/{COLLECTIVITE['name']}"


@pytest.fixture(scope="package")
def harvested(national: National, published: Published, feed: str) -> Harvested:
    """What the platform holds once its harvester has read the feed."""
    job = national.harvest(national.source(NAME, f"{feed}.rdf"))
    return Harvested(job, national.datasets(NAME))
