"""What people type is text: no page makes an element of it, no export a formula, whatever it says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ckan.plugins import toolkit as tk

from tests.portal.conftest import call
from tests.portal.trust import world as worlds
from tests.portal.trust.doors import address
from tests.portal.trust.expectations import ELSEWHERE, ROUTES
from tests.portal.trust.payloads import ALL, FORMULAS, SCRIPTS, formulas, living
from tests.portal.trust.world import World

pytestmark = pytest.mark.usefixtures("with_plugins")

#: Where a text can stand in a page that forgot to escape it.
CONTEXTS = (
    "<p>{}</p>",
    '<p title="{}"></p>',
    "<p title='{}'></p>",
    "<p title={}></p>",
    "<title>{}</title>",
    "<textarea>{}</textarea>",
    "<style>{}</style>",
    "<script>{}</script>",
    "<!-- {} -->",
    "<a href='{}'></a>",
)


@pytest.fixture(scope="module")
def kept() -> dict[str, World]:
    return {}


def with_scripts(flask_app: Any) -> World:
    """The world of the other tests, with all scripts in every text that people type."""
    cells = (*SCRIPTS, *FORMULAS)
    # a function takes no address and no telephone number
    functions = tuple(script for script in SCRIPTS if "@" not in script and sum(map(str.isdigit, script)) < 8)
    more = {"more_name": SCRIPTS[1], "more_functions": functions, "more_columns": cells, "more_cells": cells}
    world = worlds.build(flask_app, more_text=ALL, **more)
    for name, id_ in world.orgs.items():
        call("organization_patch", None, id=id_, title=f"{name} {ALL}", description=f"{name} {ALL}")
    for who, user in world.users.items():
        call("user_patch", None, id=user["id"], fullname=f"{who} {ALL}", about=ALL)
    call("odl_group_update", None, atd=world.orgs["atd"], ids=[world.orgs["a"]], group=SCRIPTS[1])
    # what was given or said is shown with the names of those who did
    world.settle()
    return world


@pytest.fixture
def world(with_plugins: None, kept: dict[str, World], request: pytest.FixtureRequest) -> World:
    return worlds.world_of(request, kept, with_scripts)


@pytest.mark.parametrize("script", [script for script in SCRIPTS if script[0] not in "[!]"])
def test_each_script_would_be_found(script):
    """Every one of them lives in at least one page that forgets to escape it."""
    assert any(living(context.replace("{}", script)) for context in CONTEXTS)


def test_no_element_comes_from_a_text(world):
    found, texts = {}, 0
    asked = [(who, call.what, address(world, call)) for call in ROUTES if call.what.startswith("GET ")
             for who in ("sysadmin", "editor_a", "anonymous")]  # fmt: skip
    asked += [(who, what, where(world)) for what, where in ELSEWHERE for who in ("sysadmin", "anonymous")
              if not what.startswith("api ")]  # fmt: skip
    for who, what, where in asked:
        answer = world.ask(who, "get", where)
        if not answer.headers.get("Content-Type", "").startswith(("text/html", "image/svg")):
            continue
        page = answer.get_data(as_text=True)
        texts += "zqx" in page
        if alive := living(page):
            found[f"{who}: {what}"] = alive[:3]

    assert texts > 60  # the pages do show these texts
    assert found == {}


def test_what_was_refused_comes_back_as_text(world):
    """A form that is not taken shows again what was typed."""
    found = {}
    forms = {
        f"/odl/atd/{world.orgs['atd']}/appel": {"organization": world.orgs["a"], "note": ALL, "on": f"1999 {ALL}"},
        f"/odl/atd/{world.orgs['atd']}/groupe": {"id": world.orgs["a"], "group_name": ALL},
        f"/odl/atd/{world.orgs['atd']}/dispense": {"id": world.orgs["a"], "step": "p1.team", "reason": ALL * 3},
        f"/odl/collectivite/{world.orgs['a']}/parcours/p1.elected": {"do": "evidence", "note": ALL, "given_on": ALL},
        f"/odl/collectivite/{world.orgs['a']}/parcours/referents": {"role": ALL, "title": f"@{ALL}", "user": ALL},
        f"/odl/territoire/choisir/{world.orgs['a']}": {"odl_find": ALL, "title": ALL, "odl_siren": ALL},
        "/odl/territoire/choisir": {"odl_find": ALL, "title": ALL, "odl_group": ALL},
    }
    for where, form in forms.items():
        answer = world.ask("sysadmin", "post", where, data=form)
        assert answer.status_code in (200, 404, 422), where
        if alive := living(answer.get_data(as_text=True)):
            found[where] = alive[:3]
    for where in ("/odl/avancement", "/odl/schemas", "/odl/collectivite", f"/odl/atd/{world.orgs['atd']}"):
        for name in ("q", "group", "theme", "kind", "department"):
            page = world.ask("sysadmin", "get", where, query_string={name: ALL}).get_data(as_text=True)
            if alive := living(page):
                found[f"{where}?{name}"] = alive[:3]

    assert found == {}


def test_no_cell_of_an_export_is_a_formula(world):
    found, cells = {}, 0
    for formula in FORMULAS:
        call("organization_patch", None, id=world.orgs["a"], title=formula, odl_group=formula[:60])
        group = {"atd": world.orgs["atd"], "ids": [world.orgs["a"]], "group": formula[:60]}
        tk.get_action("odl_group_update")({"user": world.users["sysadmin"]["name"]}, group)
        world.settle()
        for call_ in ROUTES:
            if not any(word in call_.what for word in ("export.", "avancement.", ".csv", ".xlsx")):
                continue
            answer = world.ask("sysadmin", "get", address(world, call_))
            content = answer.get_data()
            if answer.status_code != 200 or not content or content.startswith((b"{", b"<")):
                continue
            cells += 1
            if alive := list(formulas(content)):
                found[f"{call_.what} {formula}"] = alive[:3]

    assert cells >= 8 * len(FORMULAS)
    assert found == {}


def test_data_for_machines_stay_data(world):
    """JSON holds the texts as they are, and no page takes it for one."""
    for call_ in ROUTES:
        if not call_.what.startswith("GET "):
            continue
        answer = world.ask("sysadmin", "get", address(world, call_))
        if answer.headers.get("Content-Type", "").startswith("application/json"):
            json.loads(answer.get_data(as_text=True))
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
