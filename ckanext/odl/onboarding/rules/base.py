"""What a rule is: a pure function, the parameters it takes, and its name in the definition."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..results import DONE, STALE, TODO, UNKNOWN, RuleResult, Text
from ..snapshot import Snapshot

Params = Mapping[str, Any]
Check = Callable[[Snapshot, Params, dt.date], RuleResult]

# Kinds of parameters
COUNT, DAYS, SHARE, FLAG, WORD = "count", "days", "share", "flag", "word"

#: Parameters shared by rules and set once for all in ``params:``; a step may still set its own.
SHARED: dict[str, str] = {
    "grace_days": DAYS,
    "description_min": COUNT,
    "login_days": DAYS,
    "review_months": COUNT,
    "answer_days": DAYS,
    "check_days": DAYS,
    "usage_days": DAYS,
    "plan_late_days": DAYS,
    "warn_days": DAYS,
    "sponsor_months": COUNT,
}


@dataclass(frozen=True)
class Rule:
    """A rule by its name; *params*: those that a step may set, *required*: those it must."""

    name: str
    check: Check
    params: Mapping[str, str | tuple[str, ...]]
    required: tuple[str, ...] = ()

    def __call__(self, snapshot: Snapshot, params: Params, today: dt.date) -> RuleResult:
        return self.check(snapshot, params, today)


RULES: dict[str, Rule] = {}


def rule(*required: str, **params: str | tuple[str, ...]) -> Callable[[Check], Check]:
    """Register a rule under the name of its function, with the kinds of its parameters."""

    def register(check: Check) -> Check:
        name = getattr(check, "__name__", "")
        RULES[name] = Rule(name, check, params, required)
        return check

    return register


def param_is_right(kind: str | tuple[str, ...], value: Any) -> bool:
    """Tell whether *value* is right for a kind of parameter (a tuple: one of these words)."""
    if isinstance(kind, tuple):
        return value in kind
    if kind == FLAG:
        return isinstance(value, bool)
    if kind == WORD:
        return isinstance(value, str) and bool(value.strip())
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    if kind == SHARE:
        return 0 < value <= 1
    return isinstance(value, int) and (1 if kind == COUNT else 0) <= value <= 100_000


def done(key: str, *, facts: tuple[Text, ...] = (), action: Text | None = None, **params: Any) -> RuleResult:
    """The rule holds."""
    return RuleResult(DONE, Text(f"reasons.{key}", params), facts, action)


def todo(key: str, action: Text | None, *, facts: tuple[Text, ...] = (), **params: Any) -> RuleResult:
    """The rule does not hold."""
    return RuleResult(TODO, Text(f"reasons.{key}", params), facts, action)


def stale(key: str, action: Text | None, *, facts: tuple[Text, ...] = (), **params: Any) -> RuleResult:
    """What would hold is out of date."""
    return RuleResult(STALE, Text(f"reasons.{key}", params), facts, action)


def unknown(key: str, action: Text | None = None, *, facts: tuple[Text, ...] = (), **params: Any) -> RuleResult:
    """Nothing says whether it holds."""
    return RuleResult(UNKNOWN, Text(f"reasons.{key}", params), facts, action)


def no_tool(key: str, action: Text | None = None, **params: Any) -> RuleResult:
    """The portal has no tool that would know: a declared proof may stand for it."""
    return RuleResult(UNKNOWN, Text(f"reasons.{key}", params), (), action, tool_missing=True)


def go(key: str, place: str, **params: Any) -> Text:
    """What to do next, and where in the portal."""
    return Text(f"actions.{key}", params, place)


#: Facts listed at most; the count in the sentence is always the whole count.
MOST_FACTS = 10


def fact(key: str, place: str | None = None, **params: Any) -> Text:
    """Something that the rule saw, and where to see it."""
    return Text(f"facts.{key}", params, place)


def listed(facts: Iterable[Text]) -> tuple[Text, ...]:
    """Facts in an order of their own (whatever that of the snapshot), cut at :data:`MOST_FACTS`, which is then said."""
    ordered = sorted(facts, key=lambda item: (str(item.params.get("title", "")).casefold(), item.place or "", item.key))
    if len(ordered) <= MOST_FACTS:
        return tuple(ordered)
    return (*ordered[:MOST_FACTS], Text("facts.more", {"n": len(ordered) - MOST_FACTS}))


def first_place(facts: tuple[Text, ...], otherwise: str) -> str:
    """Where the first fact leads, or *otherwise*."""
    return next((item.place for item in facts if item.place), otherwise)
