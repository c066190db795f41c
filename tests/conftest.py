"""Fixtures for the tests that run inside CKAN; the tests under ``unit`` need none of them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa

# the plugins that bring tables of their own
PLUGINS_WITH_TABLES = ("activity", "harvest", "odl")


@dataclass
class Loaded:
    """CKAN with its plugins, as the last test left it."""

    settings: dict[str, Any] | None = None
    config: dict[str, Any] = field(default_factory=dict)
    app: Any = None


@pytest.fixture(scope="session")
def loaded() -> Loaded:
    return Loaded()


@pytest.fixture
def with_plugins(ckan_config: Any, loaded: Loaded) -> None:
    """CKAN with the plugins and the settings of the test.

    CKAN's own fixtures load all plugins anew for each test, and twice for one that opens a page; that takes longer
    than most tests do. Here they are loaded again only when a test asks for other settings than the one before.
    """
    from ckan.lib.app_globals import _CONFIG_CACHE  # noqa: PLC0415 (the unit tests run without CKAN)
    from ckan.tests.helpers import _get_test_app  # noqa: PLC0415 (likewise)

    settings = copy.deepcopy(dict(ckan_config))
    if settings != loaded.settings:
        loaded.settings = None
        _CONFIG_CACHE.clear()
        loaded.app = _get_test_app().app
        loaded.settings, loaded.config = settings, copy.deepcopy(dict(ckan_config))
        return
    ckan_config.clear()
    ckan_config.update(copy.deepcopy(loaded.config))


@pytest.fixture
def app(with_plugins: None, loaded: Loaded) -> Any:
    """A client without cookies."""
    from ckan.tests.helpers import CKANTestApp  # noqa: PLC0415 (the unit tests run without CKAN)

    return CKANTestApp(loaded.app)


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Passwords of invented people need not be hard to guess."""
    from passlib.hash import pbkdf2_sha512  # noqa: PLC0415 (comes with CKAN)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pbkdf2_sha512, "default_rounds", pbkdf2_sha512.min_rounds)
        yield


@pytest.fixture
def clean_db(with_plugins: None, reset_db: Callable[[], None], migrate_db_for: Callable[[str], None]) -> None:
    """An empty database with the tables of CKAN and of the plugins.

    CKAN's own fixture leaves out the tables of plugins.
    """
    from ckan import model  # noqa: PLC0415 (the unit tests run without CKAN)

    engine = model.meta.engine
    reset_db()
    tables = set(sa.inspect(model.Session.get_bind()).get_table_names())
    for plugin in PLUGINS_WITH_TABLES:
        # Alembic takes a second for each: only when the tables are not there yet.
        if f"{plugin}_alembic_version" not in tables:
            migrate_db_for(plugin)
    if model.meta.engine is not engine:
        # CKAN's migrations leave an engine behind that connects anew for each query.
        model.init_model(engine)


@pytest.fixture
def authorization() -> Callable[[dict[str, Any]], dict[str, str]]:
    """A function that gives a user a token and returns the request headers that carry it."""
    from ckan.tests import factories  # noqa: PLC0415 (the unit tests run without CKAN)

    def headers(user: dict[str, Any]) -> dict[str, str]:
        return {"Authorization": factories.APIToken(user=user["name"])["token"]}

    return headers
