"""A clock that only moves when somebody sleeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from ckanext.odl.datagouv import Client
from ckanext.odl.fetch import Guard
from tests.national import NationalServer


class Clock:
    """Seconds that pass by sleeping."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def national() -> Iterator[Callable[..., NationalServer]]:
    """Starts stand-ins of data.gouv.fr that end with the test."""
    with ExitStack() as stack:
        yield lambda *args, **options: stack.enter_context(NationalServer(*args, **options))


@pytest.fixture
def client_of(clock: Clock) -> Callable[..., Client]:
    """A client of a stand-in, on the clock of the test; ``guard`` are options of its guard."""

    def build(server: NationalServer, guard: dict[str, Any] | None = None, **options: Any) -> Client:
        fetch = Guard(hosts={"127.0.0.1"}, loopback=True, **(guard or {})).fetch
        return Client(fetch, server.url, clock=clock, sleep=clock.sleep, **options)

    return build
