"""The right value of a wrong cell: what the field's rule proposes, kept when the rule and its checks accept it.

A proposal is sure, or it depends on how the whole column is to be read (day or month first, what a comma means): it
then has *readings*, and the column decides, or the person who knows the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from .. import limits
from ..checks.identifiers import is_siren, is_siret
from ..hints import plain
from ..judges import ColumnJudge
from ..problems import Problem
from ..reading.text import unmangled
from ..structure import INVISIBLE
from . import readings

_KINDS = {
    "spaces": "spaces",
    "zero-lost": "zeros",
    "decimal-comma": "decimal-comma",
    "amount": "amount",
    "boolean": "boolean",
    "serial": "serial-date",
    "form": "form",
    "year": "year",
    "spelling": "accepted-value",
    "siret-given": "siren-of-siret",
    "with-code": "name-alone",
    "stray": "stray-signs",
    "date-french": "date",
}
"""Hint of the rule → kind of repair, where the right value is known."""
_OFFERED = {
    "close": "near-value",
    "words": "first-amount",
    "date-part": "whole-period",
    "percent": "share",
    "swapped-cell": "coordinates",
}
"""The same where it is only likely: shown, never chosen beforehand."""
_WARNED = {"zero-lost": "zeros-likely", "amount-format": "amount-text", "coordinates-suspect": "coordinates"}
"""Code of a warning → kind: the cell is allowed, the person decides."""
_LOST = ("excel-rounded", "no-establishment", "siren-given", "date-impossible", "key")
_LOST_CODES = ("cell-error", "formula-without-value")
_TRUE, _FALSE = ("oui", "vrai", "true", "1", "o", "yes"), ("non", "faux", "false", "0", "n", "no")
_WORDS = {word: words for words in (_TRUE, _FALSE) for word in words}
_QUOTED = re.compile(r"=?\"(.*)\"|'+(.*?)'*", re.DOTALL)
_MAIL = re.compile(
    r"(?:mailto\s*:)?[\s<(\[\"']*([^\s<>()\[\]\"',;:]+@[^\s<>()\[\]\"',;:]+?)[\s>)\]\"',;:.]*", re.IGNORECASE
)
_ADDRESS = re.compile(r"[\s<(\"']*(https?://[^\s<>\"']+?)[\s>)\"',;]*", re.IGNORECASE)
_DIGITS = re.compile(r"[^0-9]*?((?:\+|00)?[0-9][0-9 .\-/\u00a0\u202f]{7,20}[0-9])[^0-9]*")
_ODD_SPACES = re.compile("[\u00a0\u202f\u2007\u2009\t\r\n]")


@dataclass(frozen=True)
class Mending:
    """What a text becomes. ``after`` when it is known; else ``readings``: how the column is read → text."""

    kind: str
    after: str | None = None
    sure: bool = True
    readings: dict[str, str] = field(default_factory=dict)
    family: str = ""
    """What readings are about: ``date``, ``short-date``, ``comma``, ``percent``."""
    asks: str = ""
    """Kind of the repair while the column does not say how it is read."""
    proves: tuple[str, ...] = ()
    """The readings of the family that this text proves for its column."""
    years: tuple[int, int] | None = None


class CellMender:
    """The mendings of one column, each distinct text asked once."""

    def __init__(self, judge: ColumnJudge, *, mangled: bool = False) -> None:
        """``mangled``: somewhere in the file an accent was converted once too often."""
        self.judge = judge
        self.rule = judge.rule
        self._mangled = mangled
        self._known: dict[str, Mending | None] = {}
        self._phone = any(check.code == "phone-number" for check in judge.checks)

    def __call__(self, text: str) -> Mending | None:
        """The mending of a text; None for a clean one and for one that nobody can mend."""
        if text in self._known:
            return self._known[text]
        found = self._find(text)
        if len(self._known) >= limits.MEMORY_OF_VALUES:
            self._known.clear()
        self._known[text] = found
        return found

    def minds(self, text: str) -> bool:
        """Whether there may be something to mend: most texts are clean, and this is quick."""
        return bool(self.judge[text]) or (self._mangled and unmangled(text) is not None)

    def fits(self, text: str) -> bool:
        """Whether the field's rule and its checks have no error to say of a text."""
        return not any(problem.severity == "error" for problem in self.judge[text])

    def lost(self, text: str) -> str | None:
        """Why a wrong text cannot be mended by anybody but its author: a code, None when nothing special is known."""
        for problem in self.judge[text]:
            hint = problem.params.get("hint")
            if problem.code in _LOST_CODES or (problem.code == "excel-rounded" and not problem.params.get("variant")):
                return problem.code
            if hint in _LOST and problem.severity == "error":
                return str(hint)
        return None

    def _find(self, text: str) -> Mending | None:
        problems = self.judge[text]
        whole = unmangled(text) if self._mangled else None
        if whole is not None and self._settled(whole):
            return Mending("mojibake", whole)
        if not problems:
            return None
        if not any(problem.severity == "error" for problem in problems):
            return self._of_warnings(text, problems)
        for found in self._candidates(text):
            after = found.after
            if after is None or (after != text and self._settled(after)):
                return found
        return None

    def _settled(self, after: str) -> bool:
        """A value that is right and asks for nothing more: mending twice changes nothing."""
        if not after.strip():
            return self.rule.is_missing(after) and self.fits(after)
        return self.fits(after) and self._of_warnings(after, self.judge[after], deep=False) is None

    def _of_warnings(self, text: str, problems: tuple[Problem, ...], *, deep: bool = True) -> Mending | None:
        for problem in problems:
            after = problem.params.get("suggestion")
            if problem.code in _WARNED and isinstance(after, str) and self.fits(after):
                if deep and not self._settled(after):
                    continue
                return Mending(_WARNED[problem.code], after, sure=False)
        return None

    def _candidates(self, text: str) -> Iterator[Mending]:
        for base in self._bases(text):
            if base != text:
                yield self._cleaned(text, base)
            read = readings.of(self.judge, base, self.fits)
            if read is not None:
                yield Mending(**read)
            for problem in self.judge[base]:
                found = self._hinted(problem, base) if problem.severity == "error" else None
                if found is not None:
                    yield found
        yield from self._reduced(text)

    def _bases(self, text: str) -> Iterator[str]:
        """The text, then without what nobody sees, then without the quotes that spreadsheets leave."""
        yield text
        visible = INVISIBLE.sub("", text)
        seen = " ".join(_ODD_SPACES.sub(" ", visible).split())
        if seen and seen != text:
            yield seen
        quoted = _QUOTED.fullmatch(seen)
        bare = (quoted.group(1) or quoted.group(2) or "").strip() if quoted else ""
        if bare and bare != seen:
            yield bare

    def _cleaned(self, text: str, base: str) -> Mending:
        if re.sub(r"\s", "", text) == re.sub(r"\s", "", base):
            return Mending("spaces", base)
        return Mending("invisible" if INVISIBLE.search(text) else "stray-signs", base)

    def _hinted(self, problem: Problem, base: str) -> Mending | None:
        hint, after = str(problem.params.get("hint") or ""), problem.params.get("suggestion")
        if problem.code in _LOST_CODES:
            return None  # what the cell should hold is not known, not even that it is nothing
        if hint == "nothing":
            return Mending("nothing", "")
        if hint == "percent-sign":
            both = {"number": str(problem.params["number"]), "share": str(problem.params["share"])}
            fitting = {name: value for name, value in both.items() if self.fits(value)}
            return Mending("percent", readings=fitting, family="percent", asks="percent-sign") if fitting else None
        if not isinstance(after, str):
            return None
        if hint == "percent" and problem.code == "type-error":
            return Mending("percent", after)
        if hint in ("zero-lost", "stray", "spaces") and not self._has_its_key(after):
            return None
        if hint in _KINDS:
            if hint == "stray" and problem.code not in ("siren", "siret") and re.sub(r"\W", "", base) != after:
                return Mending("stray-likely", after, sure=False)
            if hint == "form" and base not in (base.upper(), base.lower()) and base.casefold() == after.casefold():
                return Mending("case", after, sure=False)  # a capital inside a name was put there by somebody
            return Mending(_KINDS[hint], after)
        return Mending(_OFFERED[hint], after, sure=False) if hint in _OFFERED else None

    def _has_its_key(self, after: str) -> bool:
        """A number of 14 or 9 digits called SIRET or SIREN is given back only when its key is right."""
        name = plain(f"{self.rule.name} {self.rule.title or ''}")
        if len(after) == 14 and after.isdigit() and ("siret" in name or after.startswith("0")):
            return is_siret(after)
        return is_siren(after) if len(after) == 9 and after.isdigit() and "siren" in name else True

    def _reduced(self, text: str) -> Iterator[Mending]:
        """What the rule has no hint for: words around an address or a telephone number, oui and VRAI."""
        for pattern, kind, there in ((_MAIL, "address", "@" in text), (_ADDRESS, "address", "://" in text)):
            match = pattern.fullmatch(text) if there else None
            if match:
                yield Mending(kind, match.group(1))
        match = _DIGITS.fullmatch(text) if self._phone else None
        if match:
            yield Mending("phone", match.group(1).strip())
        same = _WORDS.get(plain(text[:10]))
        if same and "enum" in self.rule.constraints:
            accepted = [str(value) for value in self.rule.constraints["enum"]]
            meant = [value for value in accepted if plain(value) in same]
            others = [value for value in accepted if _WORDS.get(plain(value), same) is not same]
            if len(meant) == 1 and others:
                yield Mending("boolean", meant[0])
