"""What the portal knows of a file goes with it to the check."""

from __future__ import annotations

import pytest

from tests.portal.conftest import GOOD, call, run_checks, state_of


def _warned(resource, agent) -> list[str]:
    return [found["code"] for found in state_of(resource, agent)["report"]["warnings"]]


@pytest.mark.usefixtures("clean_db", "clean_index", "with_plugins", "with_request_context")
def test_the_owner_and_the_period_are_held_against_the_file(commune, agent, deposit):
    # Nothing is known of the commune: nothing is said.
    first = deposit(GOOD)
    run_checks()
    assert _warned(first, agent) == []

    call("organization_patch", None, id=commune["id"], odl_kind="commune", odl_insee="48904")
    other = deposit(GOOD + b"Valbrune,48903,F,Rose,1,2024\n", odl_period="2025")
    run_checks()
    assert _warned(other, agent) == ["siret-other-organization", "year-outside-period", "year-outside-period"]

    # The next check knows what changed meanwhile.
    call("organization_patch", None, id=commune["id"], odl_kind="commune", odl_insee="48903")
    call("resource_patch", agent, id=other["id"], odl_period="2024")
    call("odl_validation_run", agent, id=other["id"])
    run_checks()
    assert _warned(other, agent) == []
