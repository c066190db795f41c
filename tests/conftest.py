"""Fixtures for the tests that run inside CKAN; the tests under ``unit`` need none of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

# the plugins that bring tables of their own
PLUGINS_WITH_TABLES = ("activity", "harvest", "odl")


@pytest.fixture(scope="session")
def migrated() -> set[str]:
    """The plugins whose tables were made in this run."""
    return set()


@pytest.fixture
def clean_db(
    with_plugins: None, reset_db: Callable[[], None], migrate_db_for: Callable[[str], None], migrated: set[str]
) -> None:
    """An empty database with the tables of CKAN and of the plugins.

    CKAN's own fixture leaves out the tables of plugins. The first test of a run makes all tables anew, so that a
    migration that changed since the last run counts; the others empty them.
    """
    reset_db()
    for plugin in PLUGINS_WITH_TABLES:
        if plugin not in migrated:
            migrate_db_for(plugin)
            migrated.add(plugin)


@pytest.fixture
def authorization() -> Callable[[dict[str, Any]], dict[str, str]]:
    """A function that gives a user a token and returns the request headers that carry it."""
    from ckan.tests import factories  # noqa: PLC0415 (the unit tests run without CKAN)

    def headers(user: dict[str, Any]) -> dict[str, str]:
        return {"Authorization": factories.APIToken(user=user["name"])["token"]}

    return headers
