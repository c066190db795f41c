"""What is expected of one call of an action, or of one request to a route."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.portal.trust.people import EVERYBODY, NOBODY

LOGIN = "login"


@dataclass(frozen=True)
class Call:
    """One call of an action, or one request to a route.

    :param what: the name of the action, or method and rule of the route
    :param data: world -> the data of the call, or the variable parts of the route
    :param form: world -> the form that is posted
    :param query: what follows the question mark
    :param anonymous: what is said to a visitor when it is something else (``LOGIN``: log in first)
    :param asks_all: False when the call of one who may would change the world for the next
    """

    what: str
    data: Callable[[Any], dict[str, Any]] = lambda world: {}
    may: frozenset[str] = EVERYBODY
    sees: frozenset[str] = NOBODY
    others: int = 404
    form: Callable[[Any], dict[str, Any]] | None = None
    query: Callable[[Any], str] = lambda world: ""
    anonymous: Any = None
    asks_all: bool = True

    def expected(self, who: str) -> Any:
        """The status that *who* gets; 200 stands for all that was carried out."""
        if who in self.may:
            return 200
        if who == "anonymous" and self.anonymous is not None:
            return self.anonymous
        return 403 if who in self.sees else self.others


def org(name: str = "a", **more: Any) -> Callable[[Any], dict[str, Any]]:
    return lambda world: {"id": world.orgs[name], **more}


def resource(state: str, key: str = "id") -> Callable[[Any], dict[str, Any]]:
    return lambda world: {key: world.resources[state]}
