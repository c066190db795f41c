"""The register of duties: which text concerns a collectivité, why, and which proofs it has given.

Never a verdict: only how many of the proofs expected were given on a day, and what the law asks beyond the portal.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .definition import Checklist, Duty, DutyProof
from .proofs import standing
from .results import DONE, STALE, UNKNOWN, StepResult, Text, plain
from .rules import RULES
from .rules.base import go
from .snapshot import Snapshot

YES, NO = "yes", "no"
NOT_APPLICABLE, TODO, BEGUN, LATE, GIVEN = "not_applicable", "todo", "begun", "late", "given"
DUTY_STATES = (NOT_APPLICABLE, UNKNOWN, TODO, BEGUN, LATE, GIVEN)

#: Fields of the organization's form that answer a question about a fact.
FIELDS = {
    "kind": "odl_kind",
    "population": "odl_population",
    "etp_band": "odl_etp_band",
    "competences": "odl_competences",
    "has": "odl_has",
    "profile": "odl_profile",
}


@dataclass(frozen=True)
class DutyResult:
    """A duty of one collectivité on one day.

    *facts*: what was looked at (name → value, None when unknown); *asked*: the (set, word) pairs of the condition;
    *missing*: facts to ask for; *given*: for each proof expected, whether it is there; *none*: it declared that it has
    nothing of the kind; *hint*: whether the rule that helps without proving holds.
    """

    id: str
    applies: str
    state: str
    facts: Mapping[str, Any]
    asked: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    given: tuple[bool, ...]
    none: bool = False
    hint: bool = False
    reason: Text | None = None
    action: Text | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            **{key: plain(value) for key, value in vars(self).items() if key not in ("reason", "action")},
            "reason": self.reason.to_dict() if self.reason else None,
            "action": self.action.to_dict() if self.action else None,
        }


def evaluate_duties(
    checklist: Checklist,
    snapshot: Snapshot,
    today: dt.date,
    steps: Mapping[str, StepResult],
    facts: Mapping[str, Any],
) -> tuple[DutyResult, ...]:
    """Evaluate every duty of a definition.

    :param steps: the steps that duties name, evaluated on the same day
    :param facts: what conditions look at (:func:`.evaluation.facts_of`)
    """
    return tuple(_duty(duty, snapshot, today, steps, facts) for duty in checklist.duties.values())


def _duty(
    duty: Duty,
    snapshot: Snapshot,
    today: dt.date,
    steps: Mapping[str, StepResult],
    facts: Mapping[str, Any],
) -> DutyResult:
    holds = duty.applies_if.evaluate(facts, {id: step.is_settled for id, step in steps.items()})
    applies = {True: YES, False: NO, None: UNKNOWN}[holds]
    looked_at = {name: facts.get(name) for name in duty.applies_if.facts}
    if "population" in looked_at:
        looked_at["population_year"] = facts.get("population_year")
    base: dict[str, Any] = {
        "id": duty.id,
        "applies": applies,
        "facts": looked_at,
        "asked": duty.applies_if.asked,
        "missing": duty.applies_if.missing(facts) if applies == UNKNOWN else (),
    }
    if applies == NO:
        return DutyResult(state=NOT_APPLICABLE, given=(False,) * len(duty.proofs), **base)
    none = _says_none(duty, snapshot, today)
    found = [_proof(duty, proof, snapshot, today, steps) for proof in duty.proofs]
    given = tuple(none or state == GIVEN for state, _, _ in found)
    open_proofs = [(state, reason, action) for state, reason, action in found if state != GIVEN]
    reason, action = next(((reason, action) for _, reason, action in open_proofs), (None, None))
    state = _state(duty, [state for state, _, _ in found], none)
    if applies == UNKNOWN:
        state, action = UNKNOWN, go("say_facts", "organization_edit")
    elif state == GIVEN:
        reason = action = None
    return DutyResult(
        state=state, given=given, none=none, hint=_hint(duty, snapshot, today), reason=reason, action=action, **base
    )


def _says_none(duty: Duty, snapshot: Snapshot, today: dt.date) -> bool:
    """Whether it was declared, not too long ago, that there is nothing of the kind."""
    if duty.none is None:
        return False
    found = standing(snapshot, duty.id, ("confirmation",), "review", duty.proofs[0].params, today)
    return found is not None and not found.expired


def _state(duty: Duty, states: list[str], none: bool) -> str:
    if none:
        return GIVEN
    if LATE in states:
        return LATE
    if all(state == GIVEN for state in states):
        return duty.ceiling or GIVEN
    if GIVEN in states:
        return BEGUN
    return UNKNOWN if all(state == UNKNOWN for state in states) else TODO


def _proof(
    duty: Duty, proof: DutyProof, snapshot: Snapshot, today: dt.date, steps: Mapping[str, StepResult]
) -> tuple[str, Text | None, Text | None]:
    """State of one proof (given, late, unknown, todo), why, and where to give it."""
    give = go("give_proof", f"evidence:{duty.id}")
    if proof.evidence:
        found = standing(snapshot, duty.id, proof.evidence, None, proof.params, today)
        if found and not found.expired:
            return GIVEN, None, None
    if proof.step:
        step = steps.get(proof.step)
        if step and step.state == DONE:
            return GIVEN, None, None
        return TODO, step.reason if step else None, step.action if step else None
    if proof.rule:
        result = RULES[proof.rule](snapshot, proof.params, today)
        if result.state == DONE:
            return GIVEN, None, None
        if result.state == STALE and proof.late:
            return LATE, result.reason, result.action
        is_unknown = result.state == UNKNOWN and not proof.evidence
        return UNKNOWN if is_unknown else TODO, result.reason, result.action or give
    return TODO, None, give


def _hint(duty: Duty, snapshot: Snapshot, today: dt.date) -> bool:
    return bool(duty.hint and RULES[duty.hint.rule](snapshot, duty.hint.params, today).state == DONE)


@dataclass(frozen=True)
class Register:
    """The duties of a collectivité on one day; :meth:`to_dict` is plain JSON, without words of any language."""

    date: dt.date
    duties: tuple[DutyResult, ...]

    def to_dict(self) -> dict[str, Any]:
        return {"date": plain(self.date), "duties": [duty.to_dict() for duty in self.duties]}
