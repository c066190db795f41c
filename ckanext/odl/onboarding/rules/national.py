"""What data.gouv.fr takes and shows."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ..results import RuleResult
from ..snapshot import Snapshot
from .base import COUNT, SHARE, Params, done, fact, go, listed, no_tool, rule, stale, todo, unknown


@rule()
def harvest_clean(snapshot: Snapshot, params: Params, today: dt.date) -> RuleResult:
    """data.gouv.fr would refuse nothing of the public datasets; what it would lose is told, and undoes nothing."""
    check = snapshot.precheck
    if check is None:
        return no_tool("harvest_clean.no_tool")
    if not snapshot.public_datasets:
        return unknown("nothing_public", go("deposit", "deposit"))
    if check.on is None:
        return unknown("harvest_clean.never")
    if check.blocking:
        refused = [dataset for dataset in snapshot.public_datasets if dataset.id in check.refused]
        facts = listed(fact("dataset", f"dataset:{dataset.name}", title=dataset.title) for dataset in refused)
        return todo("harvest_clean.blocking", go("precheck", "precheck"), facts=facts, n=check.blocking)
    if (today - check.on).days > params["check_days"]:
        return stale("harvest_clean.old", go("precheck", "precheck"), day=check.on)
    facts = (fact("lossy", "precheck", n=check.lossy),) if check.lossy else ()
    # Without the day of the look: what changes each night would be stored anew each night.
    return done("harvest_clean.clean", facts=facts)


@rule("min", "min_count", min=SHARE, min_count=COUNT)
def harvested(snapshot: Snapshot, params: Params, today: dt.date) -> RuleResult:
    """Enough public datasets (a share, or a count) were found on data.gouv.fr, by their id, not long ago."""
    public = snapshot.public_datasets
    if all(dataset.twin is None for dataset in snapshot.own_datasets):
        return no_tool("harvested.no_tool")
    if not public:
        return unknown("nothing_public", go("deposit", "deposit"))
    recent = [
        (dataset, dataset.twin)
        for dataset in public
        if dataset.twin and 0 <= (today - dataset.twin.checked_on).days <= params["check_days"]
    ]
    found = [dataset for dataset, twin in recent if twin.found]
    lost = [dataset for dataset, twin in recent if not twin.found]
    unsure = len(public) - len(recent)
    facts = listed(fact("not_national", f"dataset:{dataset.name}", title=dataset.title) for dataset in lost)
    figures: dict[str, Any] = {"n": len(found), "total": len(public)}

    def is_enough(count: int) -> bool:
        if "min_count" in params and count >= params["min_count"]:
            return True
        return "min" in params and count + 1e-9 >= params["min"] * len(public)

    if is_enough(len(found)):
        return done("harvested.found", facts=facts, **figures)
    if is_enough(len(found) + unsure):
        return unknown("harvested.not_looked", facts=facts, **figures)
    return todo("harvested.lost", go("national", "national"), facts=facts, **figures)
