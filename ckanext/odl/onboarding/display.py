"""Puts words on what evaluation found: what pages and the API show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .definition import Checklist, Duty, Step
from .duties import FIELDS
from .results import DONE
from .words import fill, has, join, language_of, number, sentence, typography


def localise(
    progress: Mapping[str, Any], checklist: Checklist, language: str = "fr", atd: str | None = None
) -> dict[str, Any]:
    """Put a stored progress in words.

    :param progress: :meth:`.results.Progress.to_dict`, of this definition or an older one
    :param atd: name of the body that supports the collectivité, as its own people call it
    :returns: ``{"date", "profile", "phases": [{"id", "label", "about", "done", "applicable", "minutes_left", "steps"}],
        "current", "next": [STEP], "done", "applicable", "stale", "stale_since", "minutes_left", "retired"}``, with STEP
        = ``{"id", "phase", "label", "why", "how", "who", "who_label", "minutes", "minutes_left", "state",
        "state_label", "declared", "reason", "facts": [{"text", "place"}], "action": {"label", "place"} | None, "proof",
        "proofs", "since", "stale_since", "expires_on", "expires_soon", "reminder", "accepts", "waiver", "proposal",
        "doc"}``. ``place`` names somewhere in the portal: ``organization_edit``, ``members``, ``mandates``,
        ``deposit``, ``schemas``, ``schema:<id>``, ``dataset:<name>``, ``dataset_edit:<name>``,
        ``report:<resource id>``, ``duties``, ``evidence:<step or duty>``, ``report_page``, ``collectivite``, or a tool
        (``plan``, ``requests``…).
    """
    language = language_of(language)
    steps = checklist.steps(progress["profile"])
    shown = {id: _step(steps[id], stored, language, atd) for id, stored in progress["steps"].items() if id in steps}
    counts = {phase["id"]: phase for phase in progress["phases"]}
    phases = [
        {
            **counts.get(phase.id, {"id": phase.id, "done": 0, "applicable": 0, "minutes_left": 0}),
            "label": _text(phase.label, language, {"atd": atd}),
            "about": _text(phase.about, language, {"atd": atd}),
            "steps": [shown[id] for id in steps if id in shown and shown[id]["phase"] == phase.id],
        }
        for phase in checklist.phases
    ]
    retired = [
        {"id": id, "label": _text(checklist.retired.get(id, {}), language, {"atd": atd}) or id, "history": count}
        for id, count in progress.get("retired", {}).items()
    ]
    kept = ("date", "profile", "current", "done", "applicable", "stale", "stale_since", "minutes_left")
    return {
        **{key: progress[key] for key in kept},
        "phases": phases,
        "next": [shown[id] for id in progress["next"] if id in shown],
        "retired": retired,
    }


def _text(words: Mapping[str, str], language: str, params: Mapping[str, Any]) -> str:
    """A text of the definition, filled in."""
    return fill(typography(words.get(language, ""), language), params, language)


def _step(step: Step, stored: Mapping[str, Any], language: str, atd: str | None) -> dict[str, Any]:
    names = {**step.params, "atd": atd}
    concerns = _text(step.concerns or {}, language, names)
    declared = stored["declared"] and stored["state"] == DONE
    election = stored.get("election_on")
    return {
        "id": step.id,
        "phase": step.phase,
        "label": _text(step.label, language, names),
        "why": _text(step.why, language, names),
        "how": _text(step.how, language, names),
        "who": list(step.who),
        "who_label": join([sentence(f"words.who.{who}", names, language) for who in step.who], language),
        "minutes": step.minutes,
        "minutes_left": stored["minutes_left"],
        "auto": step.auto,
        "state": stored["state"],
        "state_label": sentence(f"words.state.{'declared' if declared else stored['state']}", {}, language),
        "declared": declared,
        "reason": say(stored["reason"], language, atd=atd, concerns=concerns),
        "facts": [{"text": say(fact, language, atd=atd), "place": fact["place"]} for fact in stored["facts"]],
        "action": action(stored["action"], language),
        "proof": stored["proof"],
        "proofs": list(stored["proofs"]),
        "since": stored["since"],
        "stale_since": stored["stale_since"],
        "expires_on": stored["expires_on"],
        "expires_soon": stored["expires_soon"],
        "reminder": sentence("reminders.election", {"day": election}, language) if election else None,
        "accepts": list(step.accepts),
        "waiver": stored["waiver"],
        "proposal": stored["proposal"],
        "doc": step.doc,
    }


def label_of(
    checklist: Checklist, id: str, language: str = "fr", *, profile: str = "other", atd: str | None = None
) -> str:
    """The label of a step or a duty, of one that left the checklist too; its id when nothing is known of it."""
    step = checklist.steps(profile).get(id) or checklist.steps().get(id)
    found = step or checklist.duties.get(id)
    words = found.label if found else checklist.retired.get(id, {})
    params = {**(step.params if step else {}), "atd": atd}
    return _text(words, language_of(language), params) or id


def step_label(checklist: Checklist, id: str, language: str = "fr", atd: str | None = None) -> str:
    """The label of a step for collectivités of any profile: « Atteindre 5 ou 10 jeux publics »."""
    language = language_of(language)
    asked = [steps[id] for steps in checklist.by_profile.values() if id in steps]
    own = checklist.steps().get(id) or asked[0]
    params: dict[str, Any] = {"atd": atd}
    for name, value in own.params.items():
        values = sorted({step.params[name] for step in asked if name in step.params}) if _is_count(value) else [value]
        params[name] = join([number(one, language) for one in values], language, "or") if len(values) > 1 else value
    return _text(own.label, language, params)


def _is_count(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def say(text: Mapping[str, Any], language: str, **more: Any) -> str:
    """The words of a stored :class:`.results.Text`; a key that left the vocabulary says nothing."""
    return sentence(text["key"], {**more, **text["params"]}, language) if has(text["key"]) else ""


def action(stored: Mapping[str, Any] | None, language: str) -> dict[str, Any] | None:
    """Label and place of what to do next."""
    return {"label": say(stored, language), "place": stored["place"]} if stored else None


def state_label(state: str, language: str = "fr", *, declared: bool = False) -> str:
    """The word of a step's state."""
    return sentence(f"words.state.{'declared' if declared and state == DONE else state}", {}, language)


def localise_register(
    register: Mapping[str, Any], checklist: Checklist, language: str = "fr", atd: str | None = None
) -> dict[str, Any]:
    """Put a register of duties in words.

    :param register: :meth:`.duties.Register.to_dict`
    :returns: ``{"date", "summary", "counts": {"applies", "unknown", "given", "expected"}, "duties": [{"id", "label",
        "text", "since", "since_note", "to_confirm", "asks", "applies": "yes|no|unknown", "why", "state",
        "state_label", "says", "proofs": {"given", "expected", "list": [{"label", "given"}]}, "step", "accepts",
        "questions": [{"field", "label", "place"}], "action", "doc"}]}``
    """
    language = language_of(language)
    date = register["date"]
    duties = [
        _duty(checklist.duties[stored["id"]], stored, language, atd, date)
        for stored in register["duties"]
        if stored["id"] in checklist.duties
    ]
    concerned = [duty for duty in duties if duty["applies"] == "yes"]
    counts = {
        "applies": len(concerned),
        "unknown": sum(duty["applies"] == "unknown" for duty in duties),
        "given": sum(duty["proofs"]["given"] for duty in concerned),
        "expected": sum(duty["proofs"]["expected"] for duty in concerned),
    }
    summary = [sentence("duties.summary", {**counts, "day": date}, language)]
    if counts["unknown"]:
        summary.append(sentence("duties.summary_unknown", {"n": counts["unknown"]}, language))
    return {"date": date, "summary": " ".join(summary), "counts": counts, "duties": duties}


def _duty(duty: Duty, stored: Mapping[str, Any], language: str, atd: str | None, date: str) -> dict[str, Any]:
    names = {"atd": atd}
    labels = [_text(proof.label, language, names) for proof in duty.proofs]
    given = list(stored["given"])
    step = next((proof.step for proof in duty.proofs if proof.step), duty.id)
    return {
        "id": duty.id,
        "label": _text(duty.label, language, names),
        "text": typography(duty.text, language),
        "since": duty.since.isoformat() if duty.since else None,
        "since_note": _text(duty.since_note, language, names) if duty.since_note else None,
        "to_confirm": duty.to_confirm,
        "asks": _text(duty.asks, language, names),
        "applies": stored["applies"],
        "why": _why(duty, stored, language),
        "state": stored["state"],
        "state_label": sentence(f"words.duty_state.{stored['state']}", {}, language),
        "says": _says(duty, stored, labels, language, atd, date),
        "proofs": {
            "given": sum(given),
            "expected": len(labels),
            "list": [{"label": label, "given": there} for label, there in zip(labels, given, strict=True)],
        },
        "step": step,
        "accepts": list(duty.evidence),
        "questions": [
            {"field": FIELDS[name], "label": sentence(f"questions.{name}", {}, language), "place": "organization_edit"}
            for name in stored["missing"]
            if name in FIELDS
        ],
        "action": action(stored["action"], language),
        "doc": duty.doc,
    }


def _why(duty: Duty, stored: Mapping[str, Any], language: str) -> str:
    """Whether it applies, to whom it does in general, and what is known of this collectivité."""
    parts = [
        sentence(f"duties.applies_{stored['applies']}", {"missing": stored["missing"]}, language),
        sentence("duties.concerns", {"concerns": _text(duty.concerns, language, {})}, language),
    ]
    facts = []
    known = stored["facts"]
    for name in ("kind", "population", "etp_band"):
        if known.get(name) is not None:
            params = {name: known[name], "year": known.get("population_year")}
            facts.append(sentence(f"duties.fact_{name}", params, language))
    for name, word in stored["asked"]:
        if known.get(name) is not None:
            key = "duties.fact_holds" if word in known[name] else "duties.fact_lacks"
            facts.append(sentence(key, {"word": word}, language))
    if facts:
        parts.append(sentence("duties.you", {"facts": facts}, language))
    if duty.to_confirm and stored["applies"] != "no":
        parts.append(sentence("duties.to_confirm", {}, language))
    return " ".join(parts)


def _says(duty: Duty, stored: Mapping[str, Any], labels: list[str], language: str, atd: str | None, date: str) -> str:
    """Which proofs were given on which day, and what the law asks beyond them. Never that the duty is fulfilled."""
    if stored["state"] == "not_applicable":
        return ""
    given = list(stored["given"])
    parts = [] if stored["state"] != "late" else [sentence("duties.late", {}, language)]
    if stored["none"] and duty.none:
        parts.append(_text(duty.none, language, {"atd": atd}))
    count = {"given": sum(given), "expected": len(given), "day": date}
    parts.append(sentence("duties.count", count, language))
    missing = [label for label, there in zip(labels, given, strict=True) if not there]
    if missing:
        parts.append(sentence("duties.expected", {"labels": missing}, language))
    if duty.says and stored["state"] == "begun":
        parts.append(_text(duty.says, language, {"atd": atd}))
    if stored["hint"] and duty.hint:
        parts.append(_text(duty.hint.says, language, {"atd": atd}))
    if stored["reason"] and stored["applies"] == "yes" and stored["state"] in ("late", "begun", "todo", "unknown"):
        parts.append(say(stored["reason"], language, atd=atd))
    return " ".join(parts)
