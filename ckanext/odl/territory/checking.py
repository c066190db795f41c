"""Do the codes of a collectivité agree with the reference, and with one another?"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import Any

from .bodies import Body, sentence
from .identity import insee_is_valid, siren_is_valid
from .naming import of
from .reference import reference

_NEAR = 3
"""Communes named of a postal code; the others are counted by « … »."""

_OF_SEVERAL_KINDS = ("EPT", "MET69")
"""Establishments that people file under one kind or another: those of Grand Paris, the Métropole of Lyon."""


@dataclass(frozen=True)
class IdentityProblem:
    """What does not agree.

    ``field`` is ``siren`` or ``insee``. ``certain`` tells a contradiction within the reference (another body's SIREN,
    a postal code, a former code) from what the reference merely does not know: a code of the right form that is not
    there may be that of a body founded since, or of a kind that the reference leaves out.
    """

    field: str
    code: str
    certain: bool
    values: dict[str, str] = dataclasses.field(default_factory=dict, compare=False)
    body: Body | None = None

    def sentence(self, language: str = "fr") -> str:
        """The problem in words, with what to write instead where that is known."""
        if self.body and self.body.remark and self.code == "insee-former":
            return self.body.remark_text(language)
        values: dict[str, Any] = dict(self.values)
        for key in ("name", "right_name"):
            if key in values:
                values[f"of_{key}"] = of(values[key])
        if self.body:
            values["kind"] = self.body.kind_text(language)
        return sentence("problems", self.code, language, **values)


def identity_problems(kind: str, siren: str, insee: str) -> list[IdentityProblem]:
    """Return what does not agree in the identity of a collectivité; codes of a wrong form are not judged here.

    :param kind: ``commune``, ``epci``, ``departement``, ``region``, ``syndicat``, ``autre`` or "" (not said)
    :param siren: "" when there is none: a commune overseas is known by its INSEE code alone
    :param insee: "" when there is none
    :returns: none when the reference holds this body under these codes; the certain ones first
    """
    siren, insee = re.sub(r"\s", "", siren), re.sub(r"\s", "", insee).upper()
    found = [
        *(_of_insee(insee) if insee_is_valid(insee) and kind in ("", "commune") else ()),
        *(_of_siren(kind, siren, insee) if siren_is_valid(siren) else ()),
    ]
    return sorted(found, key=lambda problem: not problem.certain)


def _of_insee(insee: str) -> list[IdentityProblem]:
    commune = reference().commune(insee)
    if commune is not None:
        return [IdentityProblem("insee", "insee-former", True, body=commune)] if commune.remark else []
    places = reference().by_postal_code(insee)
    if places:
        choices = ", ".join(f"{place.code} ({place.name})" for place in places[:_NEAR])
        values = {"code": insee, "choices": choices + ("…" if len(places) > _NEAR else "")}
        return [IdentityProblem("insee", "insee-postal", True, values)]
    return [IdentityProblem("insee", "insee-unknown", False, {"code": insee})]


def _of_siren(kind: str, siren: str, insee: str) -> list[IdentityProblem]:
    body = reference().by_siren(siren)
    commune = reference().commune(insee) if insee and kind in ("", "commune") else None
    if body is None:
        if commune and commune.siren:
            values = {"name": commune.name, "right": commune.siren}
            return [IdentityProblem("siren", "siren-differs", False, values, commune)]
        return [] if kind in ("syndicat", "departement", "region", "autre") else [_unknown(siren)]
    values = {"name": body.name}
    if kind and kind != body.kind and not (body.type in _OF_SEVERAL_KINDS and kind != "commune"):
        return [IdentityProblem("siren", "siren-of-other-kind", True, values, body)]
    if body.kind == "commune" and insee and insee != body.insee:
        if commune is None:
            return [IdentityProblem("siren", "siren-of-other-code", True, {**values, "right": body.insee}, body)]
        code = "siren-of-another" if commune.siren else "siren-of-other-place"
        right = {"right_name": commune.name, "right": commune.siren}
        return [IdentityProblem("siren", code, True, {**values, **right}, body)]
    return []


def _unknown(siren: str) -> IdentityProblem:
    return IdentityProblem("siren", "siren-unknown", False, {"code": siren})


@dataclass(frozen=True)
class Listing:
    """Where the identity of a collectivité stands in the reference.

    ``listed`` is None for the kinds whose codes the reference does not hold (départements and régions are there without
    their SIREN; syndicats and others are not). ``current_insee`` is set when the code is no longer that of a commune.
    """

    listed: bool | None = None
    reference_siren: str | None = None
    current_insee: str | None = None


def listing(kind: str | None, siren: str | None, insee: str | None) -> Listing:
    """Say whether the reference holds a collectivité: a commune by its INSEE code alone, an EPCI by its SIREN."""
    if kind == "commune":
        body = reference().commune(insee or "")
        if body is None:
            return Listing(listed=False)
        return Listing(True, body.siren or None, body.code if body.code != insee else None)
    if kind == "epci":
        return Listing(listed=(siren or "") in reference().establishments)
    return Listing()
