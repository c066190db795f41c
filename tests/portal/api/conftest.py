"""A commune with a SIREN, and its agent's program."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from ckan.tests import factories

from tests.portal.conftest import GOOD, SCHEMA, call

SIREN = "214809030"
#: No personal data: what a program says once for a dataset.
ANSWERS = {"persons": "no", "contact": "no", "sensitive": "no", "small": "no", "text": "none"}


@pytest.fixture
def commune() -> dict[str, Any]:
    return factories.Organization(title="Valbrune", name="valbrune", odl_siren=SIREN, odl_kind="commune")


@pytest.fixture
def send(app: Any, agent: dict[str, Any], authorization: Callable[..., Any]) -> Callable[..., Any]:
    """A function that calls ``odl_publish`` over HTTP as a program does, and returns the whole answer."""
    headers = authorization(agent)

    def post(content: bytes | None = GOOD, name: str = "prenoms-2024.csv", **more: Any) -> Any:
        asked = more.pop("headers", headers)
        data: dict[str, Any] = {"organization": SIREN, "model": SCHEMA, "period": "2024", **more}
        data = {key: json.dumps(value) if isinstance(value, dict) else value for key, value in data.items()}
        if content is not None:
            data["file"] = (io.BytesIO(content), name)
        kept = {key: value for key, value in data.items() if value is not None}
        return app.post("/api/3/action/odl_publish", data=kept, headers=asked)

    return post


@pytest.fixture
def publish(send: Callable[..., Any]) -> Callable[..., dict[str, Any]]:
    """The same with the questions on personal data answered; returns the result."""

    def done(content: bytes = GOOD, **more: Any) -> dict[str, Any]:
        answer = send(content, **{"answers": ANSWERS, **more})
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.json["result"]

    return done


@pytest.fixture
def datasets() -> Callable[[], list[dict[str, Any]]]:
    """A function that returns the datasets of the portal."""
    return lambda: call("package_search", None, include_private=True, sort="metadata_created asc")["results"]
