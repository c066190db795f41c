"""What evaluation gives back: states, reasons and figures, without words of any language.

:meth:`Progress.to_dict` is the stored shape (JSON)::

    {"format": 1, "date": "2026-11-22", "profile": "small",
     "phases": [{"id": "p1", "done": 4, "applicable": 8, "minutes_left": 95}, …],
     "current": "p2" | None, "next": ["p2.choose", …≤3],
     "done": 11, "applicable": 44, "stale": 1, "stale_since": "2026-11-02" | None, "minutes_left": 1850,
     "valid_files": 3, "files_to_mend": 1, "last_activity": "2026-11-20" | None, "has_contact": True,
     "retired": {"p9.old": 3},
     "steps": {"p1.identity": {
         "phase": "p1", "state": "done", "declared": False,
         "reason": {"key": "identity_known.listed", "params": {…}},
         "facts": [{"key": "…", "params": {…}, "place": "dataset:budget" | None}, …],
         "action": {"key": "organization_edit", "place": "organization_edit"} | None,
         "proof": {"id", "kind", "value", "url", "author", "given_on", "expires_on"} | None, "proofs": [the same…],
         "since": "2026-10-01", "stale_since": None, "expires_soon": False, "expires_on": None,
         "minutes": 5, "minutes_left": 0,
         "reminder": None | "election" (and "election_on"), "waiver": {…} | None, "proposal": {…} | None}, …}}
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TODO, DONE, STALE, WAIVED = "todo", "done", "stale", "waived"
NOT_APPLICABLE, UNKNOWN = "not_applicable", "unknown"
STATES = (TODO, DONE, STALE, WAIVED, NOT_APPLICABLE, UNKNOWN)

#: Shape of :meth:`Progress.to_dict`; raised when it changes, so that what is stored is computed again.
FORMAT = 1


@dataclass(frozen=True)
class Text:
    """A sentence to be: its key in ``words.yaml`` and what fills it. *place*: where in the portal it leads, or None."""

    key: str
    params: Mapping[str, Any] = field(default_factory=dict)
    place: str | None = None

    def to_dict(self) -> dict[str, Any]:
        return {"key": self.key, "params": plain(self.params), "place": self.place}


@dataclass(frozen=True)
class RuleResult:
    """What a rule says: a state, why, the facts behind it, and where to go next.

    *declared*: it rests on what a person declared (*proof*: its id). *expires_on*: the last day on which it holds, when
    known. *tool_missing*: nothing on the portal could know, so that a declared proof may stand for the rule.
    """

    state: str
    reason: Text
    facts: tuple[Text, ...] = ()
    action: Text | None = None
    declared: bool = False
    proof: str | None = None
    expires_on: dt.date | None = None
    tool_missing: bool = False


@dataclass(frozen=True)
class StepResult:
    """A step of one collectivité on one day."""

    id: str
    phase: str
    state: str
    reason: Text
    since: dt.date
    minutes: int
    facts: tuple[Text, ...] = ()
    action: Text | None = None
    declared: bool = False
    proof: Mapping[str, Any] | None = None
    proofs: tuple[Mapping[str, Any], ...] = ()
    expires_on: dt.date | None = None
    expires_soon: bool = False
    election_on: dt.date | None = None
    waiver: Mapping[str, Any] | None = None
    proposal: Mapping[str, Any] | None = None

    @property
    def minutes_left(self) -> int:
        """Work left, in minutes: in proportion where the reason counts, rounded up to five.

        It counts what is there (7 of the 10 datasets asked for), or what lacks something (1 of the 20 public ones): one
        new dataset does not ask again for the work that was done on the others.
        """
        if not self.is_open:
            return 0
        n, least, total = (self.reason.params.get(name) for name in ("n", "least", "total"))
        if isinstance(n, int) and isinstance(least, int) and 0 < n < least:
            return self._share(least - n, least)
        if isinstance(n, int) and isinstance(total, int) and least is None and 0 < n < total:
            return self._share(n, total)
        return self.minutes

    def _share(self, left: int, whole: int) -> int:
        return min(self.minutes, -(-self.minutes * left // (5 * whole)) * 5)

    @property
    def is_applicable(self) -> bool:
        return self.state != NOT_APPLICABLE

    @property
    def is_settled(self) -> bool:
        """Nothing more is asked: done, or waived."""
        return self.state in (DONE, WAIVED)

    @property
    def is_open(self) -> bool:
        return self.state in (TODO, STALE, UNKNOWN)

    def to_dict(self) -> dict[str, Any]:
        return {
            "phase": self.phase,
            "state": self.state,
            "declared": self.declared,
            "reason": self.reason.to_dict(),
            "facts": [fact.to_dict() for fact in self.facts],
            "action": self.action.to_dict() if self.action else None,
            "proof": plain(self.proof),
            "proofs": plain(self.proofs),
            "since": plain(self.since),
            "stale_since": plain(self.since) if self.state == STALE else None,
            "expires_on": plain(self.expires_on),
            "expires_soon": self.expires_soon,
            "minutes": self.minutes,
            "minutes_left": self.minutes_left,
            "reminder": "election" if self.election_on else None,
            "election_on": plain(self.election_on),
            "waiver": plain(self.waiver),
            "proposal": plain(self.proposal),
        }


@dataclass(frozen=True)
class PhaseResult:
    """A phase: applicable steps, those settled (done or waived), minutes of work left."""

    id: str
    done: int
    applicable: int
    minutes_left: int


@dataclass(frozen=True)
class Progress:
    """Where a collectivité stands on one day."""

    date: dt.date
    profile: str
    steps: Mapping[str, StepResult]
    phases: tuple[PhaseResult, ...]
    current: str | None
    next: tuple[str, ...]
    valid_files: int = 0
    files_to_mend: int = 0
    last_activity: dt.date | None = None
    has_contact: bool = False
    retired: Mapping[str, int] = field(default_factory=dict)

    @property
    def done(self) -> int:
        return sum(phase.done for phase in self.phases)

    @property
    def applicable(self) -> int:
        return sum(phase.applicable for phase in self.phases)

    @property
    def minutes_left(self) -> int:
        return sum(phase.minutes_left for phase in self.phases)

    @property
    def stale(self) -> tuple[StepResult, ...]:
        return tuple(step for step in self.steps.values() if step.state == STALE)

    @property
    def stale_since(self) -> dt.date | None:
        """The day of the oldest step to bring up to date."""
        return min((step.since for step in self.stale), default=None)

    def states(self) -> dict[str, tuple[str, dt.date]]:
        """What to give as *previous* to the next evaluation."""
        return {step.id: (step.state, step.since) for step in self.steps.values()}

    def to_dict(self) -> dict[str, Any]:
        """The stored shape (see the module)."""
        return {
            "format": FORMAT,
            "date": plain(self.date),
            "profile": self.profile,
            "phases": [dict(vars(phase)) for phase in self.phases],
            "current": self.current,
            "next": list(self.next),
            "done": self.done,
            "applicable": self.applicable,
            "stale": len(self.stale),
            "stale_since": plain(self.stale_since),
            "minutes_left": self.minutes_left,
            "valid_files": self.valid_files,
            "files_to_mend": self.files_to_mend,
            "last_activity": plain(self.last_activity),
            "has_contact": self.has_contact,
            "retired": dict(self.retired),
            "steps": {step.id: step.to_dict() for step in self.steps.values()},
        }


def plain(value: Any) -> Any:
    """The same as JSON holds it: dates in ISO 8601, lists, sorted sets."""
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(plain(item) for item in value)
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    return value
