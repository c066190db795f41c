"""Who the collectivité is, and what it says of itself."""

from __future__ import annotations

import datetime as dt

from ckanext.odl.territory import insee_is_valid, siren_is_valid

from ..results import RuleResult
from ..snapshot import Snapshot
from .base import Params, done, fact, go, rule, todo, unknown

#: Licences of CRPA D323-2-1 (data), by their ids on this portal.
DECREE_LICENCES = ("lov2", "etalab-2.0", "fr-lo", "odc-odbl")
#: Kinds that the official reference lists whole.
LISTED_KINDS = ("commune", "epci")
#: Kinds for which no official population is published.
WITHOUT_POPULATION = ("syndicat", "autre")

_FORM = "organization_edit"


@rule()
def identity_known(snapshot: Snapshot, params: Params, today: dt.date) -> RuleResult:
    """Kind, SIREN (by its key) and INSEE code agree with the official reference.

    Overseas communes that have no SIREN there are known by their INSEE code; bodies that are in no list by their SIREN.
    """
    choose, mend = go("choose_identity", _FORM), go("mend_identity", _FORM)
    siren, insee, kind = snapshot.siren, snapshot.insee, snapshot.kind
    if not kind:
        return todo("identity_known.kind", choose)
    if siren and not siren_is_valid(siren):
        return todo("identity_known.siren_key", mend, siren=siren)
    if kind == "commune":
        if not insee:
            return todo("identity_known.insee", choose)
        if not insee_is_valid(insee):
            return todo("identity_known.insee_form", mend, insee=insee)
    elif not siren:
        return todo("identity_known.siren", choose)
    if snapshot.listed is False:
        return todo("identity_known.not_listed", mend, code=insee if kind == "commune" else siren)
    if snapshot.listed is None and kind in LISTED_KINDS:
        return unknown("identity_known.not_looked_up", mend)
    seen = tuple(fact(key, _FORM, code=code) for key, code in (("siren", siren), ("insee", insee)) if code)
    if kind != "commune":
        return done("identity_known.by_siren", facts=seen)
    if snapshot.current_insee and snapshot.current_insee != insee:
        return todo("identity_known.merged", mend, facts=seen, insee=insee, current=snapshot.current_insee)
    if not snapshot.reference_siren:
        return done("identity_known.by_insee", facts=seen)
    if not siren:
        return todo("identity_known.siren", choose, facts=seen)
    if siren != snapshot.reference_siren:
        return todo("identity_known.mismatch", mend, facts=seen, siren=siren, expected=snapshot.reference_siren)
    return done("identity_known.by_both", facts=seen)


@rule()
def obligations_assessed(snapshot: Snapshot, params: Params, today: dt.date) -> RuleResult:
    """The facts that decide of the duties are known: kind, population (where there is one), staff."""
    needs_population = snapshot.kind not in WITHOUT_POPULATION
    missing = [
        name
        for name, is_known in (
            ("kind", snapshot.kind is not None),
            ("population", snapshot.population is not None or not needs_population),
            ("etp_band", snapshot.etp_band is not None),
        )
        if not is_known
    ]
    facts = []
    if snapshot.population is not None:
        known_year = {"year": snapshot.population_year} if snapshot.population_year else {}
        facts.append(fact("population", _FORM, population=snapshot.population, **known_year))
    if snapshot.etp_band:
        facts.append(fact("etp_band", _FORM, etp_band=snapshot.etp_band))
    if missing:
        return todo("obligations_assessed.missing", go("say_facts", _FORM), facts=tuple(facts), missing=missing)
    return done("obligations_assessed.known", facts=tuple(facts))


@rule()
def profile_complete(snapshot: Snapshot, params: Params, today: dt.date) -> RuleResult:
    """Presentation, logo, generic e-mail, website and a default licence of the decree."""
    missing = [
        name
        for name, is_there in (
            ("description", len(snapshot.description.strip()) >= params["description_min"]),
            ("image", snapshot.has_image),
            ("contact", "@" in snapshot.contact),
            ("website", bool(snapshot.website.strip())),
            ("default_licence", snapshot.default_licence in DECREE_LICENCES),
        )
        if not is_there
    ]
    if missing:
        return todo(
            "profile_complete.missing",
            go("complete_page", _FORM),
            missing=missing,
            n=len(missing),
            least=params["description_min"],
        )
    return done("profile_complete.whole")
