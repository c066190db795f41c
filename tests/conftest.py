"""Fixtures for the tests that run inside CKAN; the tests under ``unit`` need none of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

# the plugins that bring tables of their own
PLUGINS_WITH_TABLES = ("activity", "harvest", "odl")


@pytest.fixture
def clean_db(with_plugins: None, reset_db: Callable[[], None], migrate_db_for: Callable[[str], None]) -> None:
    """An empty database with the tables of CKAN and of the plugins.

    CKAN's own fixture leaves out the tables of plugins.
    """
    from ckan import model  # noqa: PLC0415 (the unit tests run without CKAN)

    reset_db()
    tables = set(sa.inspect(model.Session.get_bind()).get_table_names())
    for plugin in PLUGINS_WITH_TABLES:
        # Alembic takes a second for each: only when the tables are not there yet.
        if f"{plugin}_alembic_version" not in tables:
            migrate_db_for(plugin)


@pytest.fixture
def authorization() -> Callable[[dict[str, Any]], dict[str, str]]:
    """A function that gives a user a token and returns the request headers that carry it."""
    from ckan.tests import factories  # noqa: PLC0415 (the unit tests run without CKAN)

    def headers(user: dict[str, Any]) -> dict[str, str]:
        return {"Authorization": factories.APIToken(user=user["name"])["token"]}

    return headers
