"""A strict commune with a public dataset, and a worker that works while calls wait for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories

from ckanext.odl import config, storage
from ckanext.odl.deposit import privacy
from ckanext.odl.logic.deposit import due, holding, opening
from tests.portal.conftest import GOOD, call, run_checks, upload
from tests.portal.forms.conftest import page, territory  # noqa: F401 (fixtures)

#: Another good file, to tell what is online from what was sent.
BETTER = GOOD.replace(b"Louise,3", b"Louise,5")

#: « No » to each question on personal data that is not about a finding.
NOTHING_PERSONAL = {
    question["id"]: next(answer["value"] for answer in question["answers"] if answer["outcome"] == "ok")
    for question in privacy.questions()
    if not question["only_if"]
}


@contextmanager
def working() -> Iterator[None]:
    """A worker at work: it checks what there is whenever a call waits."""
    clock = SimpleNamespace(monotonic=time.monotonic, sleep=lambda _seconds: run_checks())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(holding, "time", clock)
        patch.setattr(opening, "time", clock)
        yield


@pytest.fixture
def worker() -> Iterator[None]:
    """A worker at work during the whole test."""
    with working():
        yield


@pytest.fixture
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers wait for no check."""
    monkeypatch.setitem(tk.config, config.ANSWER_SECONDS, 0)


@pytest.fixture
def strict(commune: dict[str, Any]) -> dict[str, Any]:
    """The commune, where wrong files wait."""
    call("organization_patch", None, id=commune["id"], odl_strictness="block")
    return commune


@pytest.fixture
def online(strict: dict[str, Any], deposit: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """A good file that is published."""
    with working():
        made = deposit()
    run_checks()
    return made


@pytest.fixture
def send(agent: dict[str, Any]) -> Callable[..., Any]:
    """A function that gives a published file other bytes, as a vendor does."""

    def put(resource: dict[str, Any], content: bytes, action: str = "resource_patch", **more: Any) -> Any:
        name = more.pop("file_name", "prenoms.csv")
        return call(action, agent, id=resource["id"], upload=upload(content, name), url=name, **more)

    return put


def refusal(do: Callable[[], Any]) -> dict[str, Any]:
    """The errors with which a call is refused."""
    with pytest.raises(tk.ValidationError) as refused:
        do()
    model.Session.rollback()
    return dict(refused.value.error_dict)


def bytes_of(resource: dict[str, Any]) -> bytes:
    """What is online."""
    shown = call("resource_show", None, id=resource["id"])
    return b"".join(storage.stream(shown))


def deposits(user: dict[str, Any] | None, **asked: Any) -> list[dict[str, Any]]:
    model.Session.expire_all()
    return call("odl_deposit_list", user, **asked)["results"]


def sweep() -> dict[str, int]:
    found = due.sweep()
    model.Session.expire_all()
    return found


def headers(user: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": factories.APIToken(user=user["name"])["token"]}
