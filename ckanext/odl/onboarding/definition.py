"""The definition of the path: phases, steps and duties, read from YAML and found right before anything uses them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from .checking import PHASES, Checker
from .expression import Expression, parse
from .reading import ChecklistError, Document, Problem, merge, read
from .rules import SHARED
from .snapshot import PROFILES

__all__ = ["Checklist", "ChecklistError", "Duty", "DutyProof", "Phase", "Problem", "Step", "load", "packaged"]

Words = Mapping[str, str]


@dataclass(frozen=True)
class Phase:
    """A phase of the path; *label* and *about* by language."""

    id: str
    label: Words
    about: Words


@dataclass(frozen=True)
class Step:
    """A step as it is asked of one profile. *minutes*: work left when it is not done; *doc*: address of a guide."""

    id: str
    phase: str
    label: Words
    why: Words
    how: Words
    who: tuple[str, ...]
    minutes: int
    auto: str
    rule: str
    params: Mapping[str, Any]
    accepts: tuple[str, ...] = ()
    expires: str | None = None
    applies_if: Expression | None = None
    concerns: Words | None = None
    communicates: bool = False
    doc: str | None = None


@dataclass(frozen=True)
class DutyProof:
    """One proof that a duty expects: a step, a rule, or evidence given (a rule and evidence: either)."""

    label: Words
    step: str | None = None
    rule: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    evidence: tuple[str, ...] = ()
    #: Whether a file that is out of date makes the duty late.
    late: bool = False


@dataclass(frozen=True)
class Hint:
    """A rule whose success is told beside a duty, without counting as proof of it."""

    rule: str
    params: Mapping[str, Any]
    says: Words


@dataclass(frozen=True)
class Duty:
    """A legal duty: the text, whom it concerns, what it asks, and the proofs expected."""

    id: str
    label: Words
    text: str
    applies_if: Expression
    concerns: Words
    asks: Words
    proofs: tuple[DutyProof, ...]
    since: dt.date | None = None
    since_note: Words | None = None
    to_confirm: bool = False
    #: ``begun`` when the law asks more than the portal can ever see.
    ceiling: str | None = None
    says: Words | None = None
    #: What is said when the collectivité declares that it has nothing of the kind; None: it cannot.
    none: Words | None = None
    hint: Hint | None = None
    doc: str | None = None

    @property
    def evidence(self) -> tuple[str, ...]:
        """Kinds of evidence accepted for the duty itself (without those of its steps)."""
        kinds = [kind for proof in self.proofs for kind in proof.evidence]
        return tuple(dict.fromkeys([*kinds, *(["confirmation"] if self.none else [])]))

    @property
    def steps(self) -> tuple[str, ...]:
        """Steps that are among its proofs or its condition."""
        return (*(proof.step for proof in self.proofs if proof.step), *self.applies_if.steps)


@dataclass(frozen=True)
class Checklist:
    """A definition that was found right.

    *retired*: steps and duties that left it, with their labels, so that their history can be read.
    """

    name: str
    phases: tuple[Phase, ...]
    by_profile: Mapping[str, Mapping[str, Step]]
    duties: Mapping[str, Duty]
    retired: Mapping[str, Words]
    params: Mapping[str, Any]
    document: Document

    def steps(self, profile: str = "other") -> Mapping[str, Step]:
        """The steps asked of a profile, by id, in the order of the path."""
        return self.by_profile[profile if profile in self.by_profile else "other"]

    def step(self, id: str, profile: str = "other") -> Step:
        """One step.

        :raises KeyError: there is none of this id
        """
        return self.steps(profile)[id]

    def accepts(self, id: str, profile: str = "other") -> tuple[str, ...]:
        """Kinds of proof that a person may give for a step or a duty (empty: none, or no such id)."""
        if id in self.duties:
            return self.duties[id].evidence
        steps = self.steps(profile)
        return steps[id].accepts if id in steps else ()


def load(text: str, name: str, base: Checklist | None = None) -> Checklist:
    """Read a definition.

    :param text: YAML; a whole definition, or with *base* only what changes it
    :param name: what problems call the file
    :param base: the definition that *text* adds to, changes or switches off in part
    :raises ChecklistError: with every problem found, its file, line and remedy
    """
    document = read(text, name)
    if base is not None:
        document = merge(base.document, document)
    problems = Checker(document).run()
    if problems:
        raise ChecklistError(sorted(problems, key=lambda problem: (problem.file != name, problem.line)))
    return _build(name, document, base)


@cache
def packaged() -> Checklist:
    """The definition that comes with the extension."""
    path = Path(__file__).parent / "checklist.yaml"
    return load(path.read_text("utf-8"), path.name)


def _build(name: str, document: Document, base: Checklist | None) -> Checklist:
    values = document.values
    docs, shared = values.get("docs", {}), {key: values["params"][key] for key in SHARED}
    retired = {id: entry["label"] for id, entry in values.get("retired", {}).items()}
    off = [*values["steps"].items(), *values["duties"].items()]
    retired.update({id: entry["label"] for id, entry in off if not entry.get("enabled", True)})
    if base is not None:
        retired = {**base.retired, **retired}
    by_profile = {}
    for profile in PROFILES:
        changes = (values.get("profiles", {}).get(profile) or {}).get("steps", {})
        steps = [
            _step(id, {**entry, **_over(entry, changes.get(id, {}))}, shared, docs) for id, entry in _ordered(values)
        ]
        by_profile[profile] = {step.id: step for step in steps if step}
    duties = {
        id: _duty(id, entry, shared, docs) for id, entry in values["duties"].items() if entry.get("enabled", True)
    }
    retired = {id: label for id, label in retired.items() if id not in by_profile["other"] and id not in duties}
    phases = tuple(Phase(id, values["phases"][id]["label"], values["phases"][id]["about"]) for id in PHASES)
    return Checklist(name, phases, by_profile, duties, retired, shared, document)


def _over(entry: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes of a profile, texts and parameters completed by those of the step."""
    return {
        key: {**entry.get(key, {}), **value} if isinstance(value, dict) else value for key, value in changes.items()
    }


def _ordered(values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Steps by phase; one that says ``after`` follows that step, the others keep the order of the file."""
    steps = values["steps"]
    order = [id for phase in PHASES for id in steps if phase_of(id, steps[id]) == phase and "after" not in steps[id]]
    waiting = [id for id in steps if "after" in steps[id]]
    while waiting:
        id = next(id for id in waiting if steps[id]["after"] in order)
        order.insert(order.index(steps[id]["after"]) + 1, id)
        waiting.remove(id)
    return [(id, steps[id]) for id in order]


def phase_of(id: str, entry: Mapping[str, Any]) -> str:
    """The phase a step names, else the beginning of its id."""
    return entry.get("phase") or id.partition(".")[0]


def _step(id: str, entry: Mapping[str, Any], shared: Mapping[str, Any], docs: Mapping[str, str]) -> Step | None:
    if not entry.get("enabled", True):
        return None
    return Step(
        id=id,
        phase=phase_of(id, entry),
        label=entry["label"],
        why=entry["why"],
        how=entry["how"],
        who=tuple(entry["who"]),
        minutes=entry["minutes"],
        auto=entry.get("auto", "manual"),
        rule=entry["rule"],
        params={**shared, **entry.get("params", {})},
        accepts=tuple(entry.get("accepts", ())),
        expires=entry.get("expires"),
        applies_if=parse(entry["applies_if"]) if "applies_if" in entry else None,
        concerns=entry.get("concerns"),
        communicates=entry.get("communicates", False),
        doc=_doc(entry, docs),
    )


def _doc(entry: Mapping[str, Any], docs: Mapping[str, str]) -> str | None:
    """The address of a guide, by its name in ``docs`` or as it is."""
    name = entry.get("doc")
    return docs.get(name, name) if name else None


def _duty(id: str, entry: Mapping[str, Any], shared: Mapping[str, Any], docs: Mapping[str, str]) -> Duty:
    proofs = tuple(
        DutyProof(
            label=proof["label"],
            step=proof.get("step"),
            rule=proof.get("rule"),
            params={**shared, **proof.get("params", {})},
            evidence=tuple(proof.get("evidence", ())),
            late=proof.get("late", False),
        )
        for proof in entry["proofs"]
    )
    hint = entry.get("hint")
    since = entry.get("since")
    return Duty(
        id=id,
        label=entry["label"],
        text=entry["text"],
        applies_if=parse(entry["applies_if"]),
        concerns=entry["concerns"],
        asks=entry["asks"],
        proofs=proofs,
        since=since if isinstance(since, dt.date) else None,
        since_note=entry.get("since_note"),
        to_confirm=entry.get("to_confirm", False),
        ceiling=entry.get("ceiling"),
        says=entry.get("says"),
        none=entry.get("none"),
        hint=Hint(hint["rule"], {**shared, **hint.get("params", {})}, hint["says"]) if hint else None,
        doc=_doc(entry, docs),
    )
