"""What the tests of deposits have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ckanext.odl.deposit import privacy
from tests.portal.conftest import GOOD, call, run_checks, upload
from tests.portal.pages.conftest import look  # noqa: F401 (fixture)

#: « No » to each question on personal data that is not about a finding.
NOTHING_PERSONAL = {
    question["id"]: next(answer["value"] for answer in question["answers"] if answer["outcome"] == "ok")
    for question in privacy.questions()
    if not question["only_if"]
}


@pytest.fixture
def bring(commune: dict[str, Any], agent: dict[str, Any]) -> Callable[..., dict[str, Any]]:
    """A function by which the agent deposits a file for the commune; it is checked unless ``check`` is false."""

    def put(content: bytes = GOOD, name: str = "prenoms.csv", *, check: bool = True, **more: Any) -> dict[str, Any]:
        made = call("odl_deposit_create", agent, organization=commune["name"], upload=upload(content, name), **more)
        if check:
            run_checks()
        return call("odl_deposit_show", agent, id=made["id"])

    return put


@pytest.fixture
def publish(agent: dict[str, Any]) -> Callable[..., dict[str, Any]]:
    """A function by which the agent answers the questions on personal data and publishes."""

    def do(deposit: dict[str, Any], **order: Any) -> dict[str, Any]:
        call("odl_deposit_update", agent, id=deposit["id"], answers=NOTHING_PERSONAL)
        return call("odl_deposit_publish", agent, id=deposit["id"], **order)

    return do
