"""Who acts for the collectivité."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from ..results import RuleResult
from ..snapshot import EDITING_ROLES, Snapshot
from .base import COUNT, Params, done, fact, go, rule, stale, todo, unknown


@rule("min", min=COUNT, by=("accounts", "mandate"))
def active_editors(snapshot: Snapshot, params: Params, today: dt.date) -> RuleResult:
    """Enough active accounts may publish, one of which showed a sign of life; *by* mandate: enough named referents."""
    if params.get("by") == "mandate":
        return _mandated(snapshot, params, today)
    action = go("members", "members")
    if snapshot.people is None:
        return unknown("active_editors.not_known", action)
    editors = {
        person.id: person
        for person in snapshot.people
        if person.active and not person.is_atd and person.role in EDITING_ROLES
    }
    if len(editors) < params["min"]:
        return todo("active_editors.few", action, n=len(editors), least=params["min"])
    seen = [person.last_seen for person in editors.values() if person.last_seen]
    if not seen:
        return unknown("active_editors.never_seen", action, n=len(editors))
    last = max(seen)
    if (today - last).days > params["login_days"]:
        return stale("active_editors.asleep", action, day=last)
    return done("active_editors.enough", n=len(editors), day=last)


def _mandated(snapshot: Snapshot, params: Params, today: dt.date) -> RuleResult:
    action = go("mandates", "mandates")
    begun = [mandate for mandate in snapshot.mandates if mandate.since <= today]
    current = [mandate for mandate in begun if mandate.until is None or mandate.until >= today]
    if len(current) >= params["min"]:
        facts = tuple(
            fact("mandate", "mandates", function=mandate.function, since=mandate.since)
            for mandate in sorted(current, key=lambda mandate: (mandate.since, mandate.id))
        )
        ends = sorted((mandate.until or dt.date.max for mandate in current), reverse=True)
        end = ends[params["min"] - 1]
        result = done("active_editors.mandated", facts=facts, n=len(current))
        return result if end == dt.date.max else replace(result, expires_on=end)
    over = [mandate.until for mandate in begun if mandate.until and mandate.until < today]
    if over:
        return stale("active_editors.mandate_over", action, day=max(over))
    return todo("active_editors.no_mandate", action)
