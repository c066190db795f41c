"""Where a collectivité stands on one day: each step's state, what to do next, what is left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .calendar import restrained_by
from .checking import PHASES, WHO
from .definition import Checklist, Step
from .duties import Register, evaluate_duties
from .proofs import last_day, standing
from .results import (
    DONE,
    NOT_APPLICABLE,
    STALE,
    TODO,
    UNKNOWN,
    PhaseResult,
    Progress,
    RuleResult,
    StepResult,
    Text,
)
from .rules import RULES
from .rules.base import go
from .rules.evidence import declared, expired
from .snapshot import ETP_BANDS, KINDS, Snapshot

Previous = Mapping[str, tuple[str, "dt.date | str"]]

#: Minutes up to which a step is done in one go, and in an afternoon.
_ONE_GO, _AFTERNOON = 60, 240


def facts_of(snapshot: Snapshot) -> dict[str, Any]:
    """The facts that conditions look at; None for what is not known."""
    return {
        "kind": snapshot.kind if snapshot.kind in KINDS else None,
        "profile": snapshot.computed_profile,
        "etp_band": snapshot.etp_band if snapshot.etp_band in ETP_BANDS else None,
        "population": snapshot.population,
        "population_year": snapshot.population_year,
        "competences": snapshot.competences,
        "has": snapshot.has,
    }


def evaluate(checklist: Checklist, snapshot: Snapshot, today: dt.date, previous: Previous | None = None) -> Progress:
    """Evaluate every step of a collectivité.

    :param previous: step id → (state, since) of the last evaluation: a step that was done and is not any more becomes
        ``stale``. Leave out the step whose proof was just withdrawn by a person: it is to do again, not out of date.
    :returns: the same for the same input, whatever the order of datasets, people and proofs
    """
    profile = snapshot.computed_profile
    steps = checklist.steps(profile)
    facts = facts_of(snapshot)
    last = {id: (state, _day(since)) for id, (state, since) in (previous or {}).items()}
    results: dict[str, StepResult] = {}
    for step in _in_order(steps, checklist):
        extra = {}
        if step.rule == "obligations_clear":
            duties = evaluate_duties(checklist, snapshot, today, results, facts)
            extra["duties"] = tuple((duty.id, duty.applies, duty.state) for duty in duties)
        results[step.id] = _step(step, snapshot, today, facts, results, last.get(step.id), extra)
    results = {id: results[id] for id in steps}
    phases = tuple(_phase(id, results) for id in PHASES)
    known = {*steps, *checklist.duties}
    return Progress(
        date=today,
        profile=profile,
        steps=results,
        phases=phases,
        current=next((phase.id for phase in phases if phase.done < phase.applicable), None),
        next=_next(steps, results),
        retired={step: count for step, count in sorted(snapshot.history) if step not in known},
        **_figures(snapshot, today),
    )


def register(checklist: Checklist, snapshot: Snapshot, today: dt.date) -> Register:
    """The register of duties of a collectivité, from the same snapshot as its path."""
    steps = evaluate(checklist, snapshot, today).steps
    return Register(today, evaluate_duties(checklist, snapshot, today, steps, facts_of(snapshot)))


def _day(value: dt.date | str) -> dt.date:
    return dt.date.fromisoformat(value[:10]) if isinstance(value, str) else value


def _in_order(steps: Mapping[str, Step], checklist: Checklist) -> list[Step]:
    """Steps after those that they look at; the definition has no cycle."""
    register = {id for duty in checklist.duties.values() for id in duty.steps}
    ordered: dict[str, Step] = {}

    def put(step: Step) -> None:
        if step.id in ordered:
            return
        needed = set(step.applies_if.steps) if step.applies_if else set()
        if step.rule == "obligations_clear":
            needed |= register
        for id in sorted(needed):
            if id in steps:
                put(steps[id])
        ordered[step.id] = step

    for step in steps.values():
        put(step)
    return list(ordered.values())


def _step(
    step: Step,
    snapshot: Snapshot,
    today: dt.date,
    facts: Mapping[str, Any],
    results: Mapping[str, StepResult],
    last: tuple[str, dt.date] | None,
    extra: Mapping[str, Any],
) -> StepResult:
    waiver = max((w for w in snapshot.waivers if w.step == step.id), key=lambda w: (w.on, w.reason), default=None)
    applies: bool | None = True
    if waiver:
        result = RuleResult(waiver.state, Text(f"reasons.{waiver.state}", {"why": waiver.reason, "day": waiver.on}))
    else:
        if step.applies_if:
            applies = step.applies_if.evaluate(facts, {id: other.is_settled for id, other in results.items()})
        if applies is False:
            result = RuleResult(NOT_APPLICABLE, Text("reasons.does_not_apply", {"step": step.id}))
        else:
            result = _judge(step, snapshot, today, extra)
    if applies is None and result.state != DONE and step.applies_if:
        missing = Text("reasons.facts_missing", {"step": step.id, "missing": step.applies_if.missing(facts)})
        action = go("say_facts", "organization_edit")
        result = replace(result, state=UNKNOWN, reason=missing, facts=(), action=action)
    if last and last[0] in (DONE, STALE) and result.state in (TODO, UNKNOWN):
        was = (Text("facts.was_done", {"day": last[1]}),) if last[0] == DONE else ()
        result = replace(result, state=STALE, facts=(*was, *result.facts))
    expires_on = result.expires_on if result.state == DONE else None
    election = restrained_by(snapshot.kind, today) if step.communicates and result.state != NOT_APPLICABLE else None
    proofs = _proofs(step, snapshot, today)
    proposal = max((p for p in snapshot.proposals if p.step == step.id), key=lambda p: (p.on, p.reason), default=None)
    used = next((proof for proof in proofs if proof["id"] == result.proof), None)
    return StepResult(
        id=step.id,
        phase=step.phase,
        state=result.state,
        reason=result.reason,
        since=_since(result, used, last, today),
        minutes=step.minutes,
        facts=result.facts,
        action=result.action if result.state in (TODO, STALE, UNKNOWN) else None,
        declared=result.declared,
        proof=used,
        proofs=tuple(proofs),
        expires_on=expires_on,
        expires_soon=expires_on is not None and (expires_on - today).days <= step.params["warn_days"],
        election_on=election.election if election else None,
        waiver=_entry(waiver) if waiver else None,
        proposal=_entry(proposal) if proposal and not waiver else None,
    )


def _judge(step: Step, snapshot: Snapshot, today: dt.date, extra: Mapping[str, Any]) -> RuleResult:
    """What the rule says; where the portal has no tool for it, what a person declared."""
    own = {"step": step.id, "accepts": step.accepts, "expires": step.expires}
    result = RULES[step.rule](snapshot, {**step.params, **own, **extra}, today)
    if not (result.tool_missing and step.accepts):
        return result
    give = go("give_proof", f"evidence:{step.id}")
    found = standing(snapshot, step.id, step.accepts, step.expires, step.params, today)
    if found is None:
        return replace(result, action=give)
    return expired(found, give) if found.expired else declared(found)


def _since(
    result: RuleResult, proof: Mapping[str, Any] | None, last: tuple[str, dt.date] | None, today: dt.date
) -> dt.date:
    if last and last[0] == result.state:
        return last[1]
    return proof["given_on"] if proof and result.state == DONE else today


def _proofs(step: Step, snapshot: Snapshot, today: dt.date) -> list[dict[str, Any]]:
    """Every proof given for the step, newest first, each with the last day on which it holds."""
    given = sorted(
        (proof for proof in snapshot.proofs if proof.step == step.id),
        key=lambda proof: (proof.given_on, proof.id),
        reverse=True,
    )
    return [
        {**_entry(proof), "expires_on": last_day(proof, step.expires, snapshot.kind, step.params)} for proof in given
    ]


def _entry(thing: Any) -> dict[str, Any]:
    return {key: value for key, value in vars(thing).items() if key != "step"}


def _phase(id: str, results: Mapping[str, StepResult]) -> PhaseResult:
    steps = [step for step in results.values() if step.phase == id]
    return PhaseResult(
        id,
        done=sum(step.is_settled for step in steps),
        applicable=sum(step.is_applicable for step in steps),
        minutes_left=sum(step.minutes_left for step in steps),
    )


def _next(steps: Mapping[str, Step], results: Mapping[str, StepResult], count: int = 3) -> tuple[str, ...]:
    """The steps to advise: what fell back first, then by phase; what can be done before what must be looked into, in
    one go before at length, by an agent before others; then as in the definition."""
    order = {id: place for place, id in enumerate(steps)}

    def rank(step: StepResult) -> tuple[Any, ...]:
        effort = 0 if step.minutes_left <= _ONE_GO else 1 if step.minutes_left <= _AFTERNOON else 2
        who = min(WHO.index(who) for who in steps[step.id].who)
        return (step.state != STALE, step.phase, step.state == UNKNOWN, effort, who, order[step.id])

    able = [step for step in results.values() if step.is_open and step.action]
    return tuple(step.id for step in sorted(able, key=rank)[:count])


def _figures(snapshot: Snapshot, today: dt.date) -> dict[str, Any]:
    files = [file for dataset in snapshot.own_datasets for file in dataset.files]
    days = [
        *(file.changed_on for file in files),
        *(dataset.changed_on for dataset in snapshot.own_datasets),
        *(person.last_seen for person in snapshot.people or () if not person.is_atd),
        *(proof.given_on for proof in snapshot.proofs),
    ]
    return {
        "valid_files": sum(file.badge == "valid" for file in files),
        "files_to_mend": sum(file.badge in ("invalid", "unreadable") for file in files),
        "last_activity": max((day for day in days if day and day <= today), default=None),
        "has_contact": "@" in snapshot.address,
    }
