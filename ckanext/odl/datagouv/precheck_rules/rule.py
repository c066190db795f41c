"""One place where a rule of the pre-check applies, and the register of the rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as default
from typing import Any

from ..precheck_view import View


@dataclass(frozen=True)
class Hit:
    """One place where a rule applies; ``field``: when it is not that of the rule."""

    resource: str | None = None
    values: Mapping[str, Any] = default(default_factory=dict)
    field: str = ""


Rule = Callable[[View, str], Iterable[Hit]]
RULES: dict[str, Rule] = {}


def rule(function: Rule) -> Rule:
    """Register a rule under the name of its function, written with hyphens."""
    RULES[function.__name__.replace("_", "-")] = function
    return function
