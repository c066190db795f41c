"""A form that another site filled in changes nothing, whatever was asked before; and no page changes anything."""

from __future__ import annotations

import pytest

from tests.portal.trust import world as worlds
from tests.portal.trust.doors import CARRIED_OUT, DEAD_LINK, address, our_routes
from tests.portal.trust.expectations import ROUTES
from tests.portal.trust.world import World

pytestmark = [pytest.mark.ckan_config("WTF_CSRF_ENABLED", True), pytest.mark.usefixtures("with_plugins")]

VISITS = 20
#: One request for each route that takes a form.
FORMS = list({call.what: call for call in reversed(ROUTES) if call.what.startswith("POST ")}.values())
PAGES = [call for call in ROUTES if call.what.startswith("GET ")]


@pytest.fixture(scope="module")
def kept() -> dict[str, World]:
    return {}


@pytest.fixture
def world(with_plugins: None, kept: dict[str, World], request: pytest.FixtureRequest) -> World:
    made = worlds.world_of(request, kept)
    if "browser" not in made.clients:
        made.clients["browser"] = worlds.session(made, "sysadmin")
    return made


def forge(world: World, call, **more) -> int:
    """Post the form with the cookie of a sysadmin and with no token, or a wrong one; the status."""
    form = {**(call.form(world) if call.form else {}), **more}
    return world.ask("browser", "post", address(world, call), data=form).status_code


def test_every_form_of_ours_is_here(app):
    assert {what for what in our_routes(app.flask_app) if not what.startswith("GET ")} == {call.what for call in FORMS}


def test_a_form_without_its_token_is_refused(world):
    before = world.fingerprint()

    found = {call.what: (forge(world, call), forge(world, call, _csrf_token="invented")) for call in FORMS}

    assert found == {call.what: (400, 400) for call in FORMS}
    assert world.fingerprint() == before


def test_also_after_many_anonymous_visits(world):
    """CKAN 2.12.0 stops checking a page of its own after the first of them (CVE-2026-41255)."""
    before = world.fingerprint()
    for call in FORMS:
        for _ in range(VISITS):
            world.ask("anonymous", "get", address(world, call))
        world.ask("anonymous", "post", address(world, call))

    assert {call.what: forge(world, call) for call in FORMS} == {call.what: 400 for call in FORMS}
    assert world.fingerprint() == before


def test_also_after_a_call_with_an_api_token(world):
    before = world.fingerprint()
    for call in FORMS:
        for method in ("get", "post"):
            world.ask("admin_a", method, address(world, call))

    assert {call.what: forge(world, call) for call in FORMS} == {call.what: 400 for call in FORMS}
    assert world.fingerprint() == before


def test_a_page_changes_nothing(world):
    world.settle()
    before, found = world.fingerprint(), []
    for call in PAGES:
        answer = world.ask("browser", "get", address(world, call))
        after = world.fingerprint()
        if after != before:
            found.append((call.what, [table for table, rows in after.items() if rows != before[table]]))
            before = after
        assert answer.status_code in {*CARRIED_OUT, DEAD_LINK, 404}, call.what

    assert found == []


def test_with_the_token_of_the_page_it_is_taken(world):
    browser = world.clients["browser"]
    token = worlds.csrf_token(browser, f"/odl/collectivite/{world.orgs['a']}/parcours/p1.elected")

    found = {call.what: forge(world, call, _csrf_token=token) for call in FORMS}

    assert {what: status for what, status in found.items() if status not in CARRIED_OUT} == {}
