"""Whatever is sent to an action, the answer is one that its description names: no fault of the portal, no odd shape.

``ODL_EXAMPLES=200`` looks longer; the run is the same each time unless ``ODL_SEED`` is set.
"""

from __future__ import annotations

import os
import traceback
from typing import Any

import pytest
import schemathesis
from ckan import model
from ckan.views import api
from hypothesis import HealthCheck, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from schemathesis.core.failures import FailureGroup
from schemathesis.generation.modes import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.portal.conftest import GOOD, SCHEMA, WRONG
from tests.portal.trust import world as worlds
from tests.portal.trust.doors import flask, our_actions
from tests.portal.trust.world import World

pytestmark = pytest.mark.usefixtures("with_plugins")

EXAMPLES = int(os.environ.get("ODL_EXAMPLES", "8"))
SEED = os.environ.get("ODL_SEED")
#: ``status_code_conformance`` covers 500 as well: no description names it.
CHECKS: Any = [status_code_conformance, content_type_conformance, response_schema_conformance]
BOUNDED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=SEED is None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def kept() -> dict[str, World]:
    return {}


@pytest.fixture
def world(with_plugins: None, kept: dict[str, World], request: pytest.FixtureRequest) -> World:
    return worlds.world_of(request, kept)


def known(world: World) -> dict[str, list[Any]]:
    """Values that mean something on this portal, by the name of the parameter that they are put into."""
    organizations = [world.orgs["a"], world.orgs["atd"]]
    return {
        "id": [*organizations, world.packages["public"], world.resources["public"], *world.things.values(), SCHEMA],
        "ids": [[world.orgs["a"]], [world.orgs["b"], "inconnue"]],
        "atd": [world.orgs["atd"]],
        "organization": organizations,
        "organization_id": organizations,
        "package_id": [world.packages["public"]],
        "resource_id": [world.resources["public"]],
        "schema": [SCHEMA],
        "model": [SCHEMA],
        "step": ["p1.elected", "p1.team"],
        "kind": ["note", "url", "file"],
        "mandate": [world.things["mandate"]],
        "period": ["2025", "2025-02-31"],
        "upload": [GOOD, WRONG, b""],
        "file": [GOOD, WRONG, b""],
    }


def operations(app: Any) -> list[Any]:
    schema = schemathesis.openapi.from_wsgi("/odl/openapi.json", flask(app.flask_app))
    found = [result.ok() for result in schema.get_all_operations()]
    return [one for one in found if one.path.rpartition("/")[2] in our_actions()]


def put_known(draw: Any, case: Any, values: dict[str, list[Any]]) -> None:
    """Put things that exist into about half of the parameters that name one."""
    for part in (case.body, case.query):
        for name in part if isinstance(part, dict) else ():
            if name in values and draw(st.booleans()):
                part[name] = draw(st.sampled_from(values[name]))


def is_of_ckan(trace: traceback.StackSummary) -> bool:
    """Whether CKAN's own action, its rights or (2.11) one of its validators broke on what ours does not look at."""
    ours = [frame for frame in trace if "/ckanext/odl/" in frame.filename]
    if not ours:
        return trace[-1].filename.endswith("/ckan/logic/validators.py")
    return any(call in (ours[-1].line or "") for call in ("next_action(", "tk.check_access("))


def look_at(operation: Any, mode: GenerationMode, world: World, traces: list[traceback.StackSummary]) -> None:
    """Send one action what fits its description (or, in negative mode, what does not), as several people."""
    values = known(world)

    @seeded(int(SEED or 0))
    @BOUNDED
    @given(st.data())
    def send(data: Any) -> None:
        case = data.draw(operation.as_strategy(generation_mode=mode))
        put_known(data.draw, case, values)
        who = data.draw(st.sampled_from(["sysadmin", "editor_a", "anonymous"]))
        headers = {"Authorization": world.tokens[who]} if who in world.tokens else {}
        model.Session.remove()
        traces.clear()
        answer = case.call(headers=headers)
        if not (traces and is_of_ckan(traces[-1])):
            case.validate_response(answer, checks=CHECKS)

    send()


def fault_of(operation: Any, mode: GenerationMode, world: World, traces: list[traceback.StackSummary]) -> str:
    """What is wrong with an action, with the last trace when it broke; empty when nothing is."""
    try:
        look_at(operation, mode, world, traces)
    except (FailureGroup, Exception) as fault:  # a group of failures is no Exception
        return "".join([str(fault)[:1500], "\n", *(traces[-1].format()[-8:] if traces else ())])
    return ""


@pytest.fixture
def traces(monkeypatch: pytest.MonkeyPatch) -> list[traceback.StackSummary]:
    """The traces of what CKAN answers with a 500, which it writes into its log."""
    found: list[traceback.StackSummary] = []
    monkeypatch.setattr(api.log, "exception", lambda fault: found.append(traceback.extract_tb(fault.__traceback__)))
    return found


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_no_input_makes_a_fault(app, world, mode, traces):
    faults = {}
    looked_at = operations(app)
    assert {one.path.rpartition("/")[2] for one in looked_at} == our_actions()

    for operation in looked_at:
        if fault := fault_of(operation, mode, world, traces):
            faults[operation.label] = fault
    assert not faults, "\n\n".join(f"{label}\n{fault}" for label, fault in faults.items())
