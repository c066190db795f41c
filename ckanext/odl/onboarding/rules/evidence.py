"""What only a person can say.

Evaluation gives these rules the step they judge: ``params["step"]``, ``params["accepts"]``, ``params["expires"]``.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from ..calendar import add_months
from ..proofs import Standing, standing
from ..results import DONE, RuleResult, Text
from ..snapshot import Snapshot
from .base import Params, go, rule, stale, todo


@rule()
def evidence_present(snapshot: Snapshot, params: Params, today: dt.date) -> RuleResult:
    """A proof of an accepted kind was given and holds."""
    found = _standing(snapshot, params, today)
    give = go("give_proof", f"evidence:{params['step']}")
    if found is None:
        return todo("evidence_present.none", give)
    return expired(found, give) if found.expired else declared(found)


@rule()
def report_generated(snapshot: Snapshot, params: Params, today: dt.date) -> RuleResult:
    """The account was presented (a proof says when), and where the portal knows it, it was made not long ago."""
    found = _standing(snapshot, params, today)
    if found is None:
        return todo("report_generated.none", go("print_report", "report_page"))
    give = go("give_proof", f"evidence:{params['step']}")
    if found.expired:
        return expired(found, give)
    if snapshot.report_on and add_months(snapshot.report_on, params["review_months"]) < today:
        return stale("report_generated.old", go("print_report", "report_page"), day=snapshot.report_on)
    return declared(found)


def declared(found: Standing) -> RuleResult:
    """Done, because somebody says so."""
    proof = found.proof
    key = "reasons.declared_until" if found.expires_on else "reasons.declared"
    params = {"kind": proof.kind, "day": proof.given_on, **({"end": found.expires_on} if found.expires_on else {})}
    return RuleResult(DONE, Text(key, params), declared=True, proof=proof.id, expires_on=found.expires_on)


def expired(found: Standing, action: Text) -> RuleResult:
    """Was done by a proof that holds no longer."""
    result = stale("expired", action, day=found.expires_on, given=found.proof.given_on)
    return replace(result, declared=True, proof=found.proof.id)


def _standing(snapshot: Snapshot, params: Params, today: dt.date) -> Standing | None:
    return standing(snapshot, params["step"], params["accepts"], params["expires"], params, today)
