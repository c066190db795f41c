"""The path of the commune Valbrune, its agent and its ATD."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup

from tests.portal.conftest import call
from tests.portal.pages.conftest import look, words

__all__ = ["PATH", "look", "state_of", "words"]

PATH = "/fr/odl/collectivite/valbrune/parcours"


@pytest.fixture
def staff(member: dict[str, Any], adviser: dict[str, Any]) -> dict[str, Any]:
    """Somebody of the structure that supports the commune."""
    return call("user_patch", None, id=adviser["id"], fullname="Karim Attal")


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
