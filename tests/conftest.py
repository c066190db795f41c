"""Fixtures for the tests that run inside CKAN; the tests under ``unit`` need none of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

# the plugins that bring tables of their own
PLUGINS_WITH_TABLES = ("activity", "harvest", "odl")
MIGRATIONS = Path(__file__).parents[1] / "ckanext" / "odl" / "migration" / "odl"


@pytest.fixture
def clean_db(with_plugins: None, reset_db: Callable[[], None], migrate_db_for: Callable[[str], None]) -> None:
    """An empty database with the tables of CKAN and of the plugins.

    CKAN's own fixture leaves out the tables of plugins from the second test on.
    """
    reset_db()
    for plugin in PLUGINS_WITH_TABLES:
        if plugin != "odl" or MIGRATIONS.exists():
            migrate_db_for(plugin)


@pytest.fixture
def authorization() -> Callable[[dict[str, Any]], dict[str, str]]:
    """A function that gives a user a token and returns the request headers that carry it."""
    from ckan.tests import factories  # noqa: PLC0415 (the unit tests run without CKAN)

    def headers(user: dict[str, Any]) -> dict[str, str]:
        return {"Authorization": factories.APIToken(user=user["name"])["token"]}

    return headers
