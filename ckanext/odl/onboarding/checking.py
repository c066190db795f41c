"""What makes a definition right: its keys, words, rules, parameters, conditions and references; problems by line."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any

from .expression import ExpressionError, parse
from .reading import Document, Path, Problem
from .rules import RULES, SHARED, param_is_right
from .snapshot import PROFILES, PROOF_KINDS

LANGUAGES = ("fr", "en")
WHO = ("agent", "elu", "atd")
AUTO = ("full", "partial", "manual")
EXPIRES = ("review", "own", "mandate")
PHASES = ("p1", "p2", "p3", "p4", "p5", "p6")

#: Rules that look at the proofs of a step, or at the register itself: no duty may name them.
STEPS_ONLY = ("evidence_present", "report_generated", "obligations_clear")

_TOP = ("version", "params", "docs", "phases", "steps", "profiles", "retired", "duties")
_STEP_TEXTS = ("label", "why", "how")
_STEP = (
    *_STEP_TEXTS, "concerns", "who", "minutes", "auto", "rule", "params", "accepts", "expires", "applies_if",
    "communicates", "doc", "phase", "after", "enabled",
)  # fmt: skip
_PROFILE_STEP = ("label", "why", "how", "who", "minutes", "params", "accepts", "enabled")
_DUTY = (
    "label", "text", "since", "since_note", "to_confirm", "applies_if", "concerns", "asks", "proofs", "ceiling", "says",
    "none", "hint", "doc", "enabled",
)  # fmt: skip
_PROOF = ("label", "step", "rule", "params", "evidence", "late")
_HINT = ("rule", "params", "says")
_ID = re.compile(r"[a-z0-9]+\.[a-z0-9_]+")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


class Checker:
    """Looks at a whole document and keeps every problem it meets."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.values = document.values
        self.problems: list[Problem] = []

    def add(self, key: str, *path: str, **params: Any) -> None:
        self.problems.append(self.document.problem(key, path, **params))

    def run(self) -> list[Problem]:
        """All problems, none when the definition may be used."""
        self.keys(self.values, (), _TOP)
        for key in ("params", "phases", "steps", "duties"):
            if key not in self.values:
                self.add("missing", name=key)
        if self.values.get("version") != 1:
            self.add("version", "version", found=self.values.get("version"))
        self.shared()
        for name, address in self.mapping(self.values, "docs").items():
            if not (isinstance(address, str) and address.startswith(("https://", "http://"))):
                self.add("address", "docs", name)
        phases = self.mapping(self.values, "phases")
        self.keys(phases, ("phases",), PHASES)
        for phase in PHASES:
            entry = self.entry(phases, phase, "phases")
            for key in ("label", "about"):
                self.words(entry, ("phases", phase), key)
        self.steps()
        self.duties()
        for id in self.mapping(self.values, "retired"):
            self.words(self.entry(self.values["retired"], id, "retired"), ("retired", id), "label")
        if not self.problems:
            self.cycles()
        return self.problems

    # Small looks

    def mapping(self, values: Mapping[str, Any], key: str, *above: str) -> dict[str, Any]:
        value = values.get(key, {})
        if isinstance(value, dict):
            return value
        self.add("mapping", *above, key)
        return {}

    def entry(self, values: Mapping[str, Any], id: str, *above: str) -> dict[str, Any]:
        value = values.get(id)
        if isinstance(value, dict):
            return value
        self.add("mapping" if id in values else "missing", *above, id, name=id)
        return {}

    def keys(self, values: Mapping[str, Any], path: Path, known: Iterable[str]) -> None:
        for key in values:
            if key not in known:
                self.add("key", *path, key, name=key, known=list(known))

    def words(
        self, entry: Mapping[str, Any], path: Path, key: str, *, required: bool = True, names: Iterable[str] = ()
    ) -> None:
        if key not in entry:
            if required and entry:
                self.add("missing", *path, name=key)
            return
        texts = entry[key]
        if not isinstance(texts, dict):
            self.add("words", *path, key, name=key)
            return
        self.keys(texts, (*path, key), LANGUAGES)
        for language in LANGUAGES:
            text = texts.get(language)
            if not isinstance(text, str) or not text.strip():
                self.add(
                    "language", *path, key, *([language] if language in texts else []), name=key, language=language
                )
                continue
            for name in _PLACEHOLDER.findall(text):
                if name not in names:
                    self.add("placeholder", *path, key, language, name=name, known=sorted(names))

    def among(self, entry: Mapping[str, Any], path: Path, key: str, known: Iterable[str]) -> None:
        """The words of a list, or the one word, are known."""
        if key not in entry:
            return
        found = entry[key]
        for word in found if isinstance(found, list) else [found]:
            if word not in known:
                self.add("word", *path, key, name=word, known=list(known))

    def a_list(self, entry: Mapping[str, Any], path: Path, key: str, known: Iterable[str]) -> None:
        if key in entry and not (isinstance(entry[key], list) and entry[key]):
            self.add("list", *path, key, name=key)
        else:
            self.among(entry, path, key, known)

    def flag(self, entry: Mapping[str, Any], path: Path, *keys: str) -> None:
        for key in keys:
            if key in entry and not isinstance(entry[key], bool):
                self.add("flag", *path, key, name=key)

    def doc(self, entry: Mapping[str, Any], path: Path) -> None:
        doc = entry.get("doc")
        docs = self.mapping(self.values, "docs")
        if doc is not None and doc not in docs and not str(doc).startswith(("https://", "http://")):
            self.add("doc", *path, "doc", name=doc, known=sorted(docs))

    def condition(self, entry: Mapping[str, Any], path: Path) -> None:
        text = entry.get("applies_if")
        if text is None:
            return
        if not isinstance(text, str):
            self.add("condition", *path, "applies_if")
            return
        try:
            expression = parse(text)
        except ExpressionError as error:
            says = {"inner": error.key, **error.params}
            self.add("expression", *path, "applies_if", position=error.position + 1, text=text, **says)
            return
        for step in expression.steps:
            if not self.is_active(step):
                self.add("done_unknown", *self.where_off(step, (*path, "applies_if")), name=step, where=path[-1])

    def is_active(self, step: Any) -> bool:
        entry = self.mapping(self.values, "steps").get(step)
        return isinstance(entry, dict) and entry.get("enabled", True) is not False

    def where_off(self, step: Any, otherwise: Path) -> Path:
        """Where a step is switched off, when that is why it is missing."""
        is_off = step in self.mapping(self.values, "steps")
        return ("steps", str(step), "enabled") if is_off else otherwise

    # Parts

    def shared(self) -> None:
        params = self.mapping(self.values, "params")
        self.keys(params, ("params",), SHARED)
        for name, kind in SHARED.items():
            if name not in params:
                self.add("missing", "params", name=name)
            elif not param_is_right(kind, params[name]):
                self.add("param", "params", name, name=name, kind=kind, found=str(params[name]))

    def rule(self, entry: Mapping[str, Any], path: Path) -> list[str]:
        """Check a rule and its parameters; return the names that its texts may hold."""
        rule = RULES.get(entry.get("rule", ""))
        params = self.mapping(entry, "params", *path)
        if rule is None:
            self.add("rule", *path, "rule", name=entry.get("rule"), known=sorted(RULES))
            return [*SHARED, *params]
        for name, value in params.items():
            kind = rule.params.get(name) or SHARED.get(name)
            if kind is None:
                known = [*rule.params, *SHARED]
                self.add("param_unknown", *path, "params", name, name=name, rule=rule.name, known=known)
            elif not param_is_right(kind, value):
                shown = "choice" if isinstance(kind, tuple) else kind
                known = list(kind) if isinstance(kind, tuple) else []
                self.add("param", *path, "params", name, name=name, kind=shown, known=known, found=str(value))
        if rule.required and not any(name in params for name in rule.required):
            self.add("param_missing", *path, rule=rule.name, known=list(rule.required))
        return [*SHARED, *params]

    def steps(self) -> None:
        steps = self.mapping(self.values, "steps")
        wrong: set[str] = set()
        for id in steps:
            entry, path = self.entry(steps, id, "steps"), ("steps", id)
            if not entry:
                continue
            before = len(self.problems)
            if not _ID.fullmatch(id):
                self.add("id", *path, name=id)
            self.step(id, entry, path, _STEP)
            if len(self.problems) > before:
                wrong.add(id)
        profiles = self.mapping(self.values, "profiles")
        self.keys(profiles, ("profiles",), PROFILES)
        for profile in PROFILES:
            changes = self.mapping(profiles, profile, "profiles")
            self.keys(changes, ("profiles", profile), ("steps",))
            for id, change in self.mapping(changes, "steps", "profiles", profile).items():
                path = ("profiles", profile, "steps", id)
                if not isinstance(change, dict):
                    self.add("mapping", *path)
                elif id not in steps:
                    self.add("step", *path, name=id)
                elif isinstance(steps[id], dict) and id not in wrong:
                    self.keys(change, path, _PROFILE_STEP)
                    whole = {key: value for key, value in steps[id].items() if key not in ("applies_if", "after")}
                    for key, value in change.items():
                        old = whole.get(key)
                        whole[key] = {**old, **value} if isinstance(old, dict) and isinstance(value, dict) else value
                    self.step(id, whole, path, _STEP)

    def step(self, id: str, entry: Mapping[str, Any], path: Path, keys: Iterable[str]) -> None:
        self.keys(entry, path, keys)
        self.flag(entry, path, "enabled", "communicates")
        phase = entry.get("phase", id.partition(".")[0])
        if phase not in PHASES:
            self.add("phase", *path, "phase", name=phase, known=list(PHASES))
        if "after" in entry:
            self.after(id, entry, path)
        names = ["atd", *self.rule(entry, path)] if "rule" in entry else ["atd"]
        for key in ("who", "minutes", "rule"):
            if key not in entry:
                self.add("missing", *path, name=key)
        for key in _STEP_TEXTS:
            self.words(entry, path, key, names=names)
        self.words(entry, path, "concerns", required="applies_if" in entry)
        minutes = entry.get("minutes", 1)
        if isinstance(minutes, bool) or not isinstance(minutes, int) or not 1 <= minutes <= 10_000:
            self.add("minutes", *path, "minutes", found=str(minutes))
        self.a_list(entry, path, "who", WHO)
        self.a_list(entry, path, "accepts", PROOF_KINDS)
        self.among(entry, path, "auto", AUTO)
        self.among(entry, path, "expires", EXPIRES)
        if entry.get("rule") in ("evidence_present", "report_generated") and "accepts" not in entry:
            self.add("missing", *path, name="accepts")
        self.condition(entry, path)
        self.doc(entry, path)

    def after(self, id: str, entry: Mapping[str, Any], path: Path) -> None:
        """The chain of ``after`` comes to a step of the same phase that says none."""
        steps, seen, at = self.values["steps"], {id}, entry["after"]
        while True:
            other = steps.get(at) if isinstance(at, str) else None
            if not isinstance(other, dict):
                return self.add("step", *path, "after", name=at)
            if at in seen:
                return self.add("cycle", *path, "after", names=sorted(seen))
            seen.add(at)
            phases = {values.get("phase", name.partition(".")[0]) for name, values in ((id, entry), (at, other))}
            if len(phases) > 1:
                return self.add("after_phase", *path, "after", name=at)
            if "after" not in other:
                return None
            at = other["after"]

    def duties(self) -> None:
        duties = self.mapping(self.values, "duties")
        for id in duties:
            entry, path = self.entry(duties, id, "duties"), ("duties", id)
            if not entry:
                continue
            if not _ID.fullmatch(id) or id in self.mapping(self.values, "steps"):
                self.add("id", *path, name=id)
            self.keys(entry, path, _DUTY)
            self.flag(entry, path, "enabled", "to_confirm")
            for key in ("label", "concerns", "asks"):
                self.words(entry, path, key)
            for key in ("since_note", "says", "none"):
                self.words(entry, path, key, required=key == "says" and "ceiling" in entry)
            for key in ("text", "applies_if", "proofs"):
                if key not in entry:
                    self.add("missing", *path, name=key)
            if "since" in entry and not isinstance(entry["since"], dt.date):
                self.add("date", *path, "since", found=str(entry["since"]))
            self.among(entry, path, "ceiling", ("begun",))
            self.condition(entry, path)
            self.doc(entry, path)
            self.proofs(entry, path)

    def proofs(self, entry: Mapping[str, Any], path: Path) -> None:
        proofs = entry.get("proofs", [])
        if "proofs" in entry and not (isinstance(proofs, list) and proofs):
            self.add("list", *path, "proofs", name="proofs")
            return
        for place, proof in enumerate(proofs, 1):
            here = (*path, "proofs", str(place))
            if not isinstance(proof, dict):
                self.add("mapping", *here)
                continue
            self.keys(proof, here, _PROOF)
            self.words(proof, here, "label")
            self.flag(proof, here, "late")
            self.a_list(proof, here, "evidence", PROOF_KINDS)
            if proof.get("rule") in STEPS_ONLY:
                self.add("rule_of_steps", *here, "rule", name=proof["rule"])
            elif "rule" in proof:
                self.rule(proof, here)
            if "step" in proof and not self.is_active(proof["step"]) and entry.get("enabled", True):
                where = self.where_off(proof["step"], (*here, "step"))
                self.add("duty_step", *where, name=proof["step"], duty=path[-1])
            if not {"rule", "step", "evidence"} & set(proof):
                self.add("proof", *here)
        hint = entry.get("hint")
        if hint is not None:
            hint = self.entry(entry, "hint", *path)
            self.keys(hint, (*path, "hint"), _HINT)
            if hint.get("rule") in STEPS_ONLY:
                self.add("rule_of_steps", *path, "hint", "rule", name=hint["rule"])
            else:
                self.rule(hint, (*path, "hint"))
            self.words(hint, (*path, "hint"), "says")

    def cycles(self) -> None:
        """No step waits for itself: through ``done(…)``, or through the register that one rule reads."""
        steps = {id: entry for id, entry in self.values["steps"].items() if entry.get("enabled", True)}
        register: set[str] = set()
        for entry in self.values.get("duties", {}).values():
            if entry.get("enabled", True):
                register.update(proof["step"] for proof in entry["proofs"] if "step" in proof)
                register.update(parse(entry["applies_if"]).steps)
        needs = {
            id: {
                *(parse(entry["applies_if"]).steps if "applies_if" in entry else ()),
                *(register if entry["rule"] == "obligations_clear" else ()),
            }
            for id, entry in steps.items()
        }
        settled: set[str] = set()
        while ready := {id for id in needs if id not in settled and needs[id] <= settled}:
            settled |= ready
        for id in needs:
            if id not in settled and self._reaches(id, needs):
                self.add("cycle", "steps", id, names=sorted(set(needs) - settled))

    @staticmethod
    def _reaches(id: str, needs: Mapping[str, set[str]]) -> bool:
        """Whether a step comes back to itself, and does not merely wait for one that does."""
        seen: set[str] = set()
        front = set(needs[id])
        while front:
            seen |= front
            front = {later for at in front for later in needs.get(at, ())} - seen
        return id in seen
