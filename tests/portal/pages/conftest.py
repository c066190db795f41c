"""Reading pages as a person does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup


@pytest.fixture
def look(app, authorization) -> Callable[..., BeautifulSoup]:
    """A function that opens a page, as *user* or as a stranger, and checks the status of the answer."""
    known: dict[str, dict[str, str]] = {}

    def open_page(address: str, user: dict[str, Any] | None = None, status: int = 200) -> BeautifulSoup:
        if user and user["name"] not in known:
            known[user["name"]] = authorization(user)
        headers = known[user["name"]] if user else {}
        answer = app.get(address, headers=headers)
        assert answer.status_code == status
        return BeautifulSoup(answer.data, "html.parser")

    return open_page


def words(element: Any) -> str:
    """The text that an element shows, on one line."""
    return " ".join(element.get_text(" ").split())
