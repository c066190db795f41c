"""The path of the commune Valbrune, its agent and its ATD."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from ckan.tests import factories

from tests.portal.conftest import call

from ..pages.conftest import look as look
from ..pages.conftest import words as words

PATH = "/fr/odl/collectivite/valbrune/parcours"


@pytest.fixture
def atd(commune: dict[str, Any]) -> dict[str, Any]:
    """The structure that supports the commune."""
    above = factories.Organization(
        name="pays-d-aurette", title="Pays d’Aurette", odl_is_atd="true", user=factories.Sysadmin()
    )
    call("organization_patch", None, id=commune["id"], groups=[{"name": above["name"]}])
    return above


@pytest.fixture
def staff(atd: dict[str, Any]) -> dict[str, Any]:
    """Somebody of that structure."""
    user = factories.User(name="karim", fullname="Karim Attal")
    call("organization_member_create", None, id=atd["id"], username=user["name"], role="editor")
    return user


@pytest.fixture
def send(app: Any, authorization: Callable[[dict[str, Any]], dict[str, str]]) -> Callable[..., BeautifulSoup]:
    """A function that sends a form of a step as a browser does, and returns the page that answers."""

    def post(user: dict[str, Any], step: str, status: int = 200, htmx: bool = False, **fields: Any) -> BeautifulSoup:
        headers = {**authorization(user), **({"HX-Request": "true"} if htmx else {})}
        answer = app.post(f"{PATH}/{step}", headers=headers, data=fields)
        assert answer.status_code == status
        return BeautifulSoup(answer.data, "html.parser")

    return post


def state_of(page: BeautifulSoup, step: str) -> str:
    """The word for a step on the page of the path."""
    return words(page.select_one(f"#step-{step.replace('.', '-')} .odl-state"))
