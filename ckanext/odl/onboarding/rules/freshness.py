"""What is kept up to date."""

from __future__ import annotations

import datetime as dt

from ..freshness import expected_on, is_overdue, is_periodic
from ..results import RuleResult
from ..snapshot import Snapshot
from .base import SHARE, Params, done, fact, first_place, go, listed, rule, todo, unknown


@rule("min", min=SHARE)
def fresh_ratio(snapshot: Snapshot, params: Params, today: dt.date) -> RuleResult:
    """Enough of the public datasets that have a rhythm are not late. None with a rhythm says nothing."""
    if not snapshot.public_datasets:
        return unknown("nothing_public", go("deposit", "deposit"))
    periodic = [dataset for dataset in snapshot.public_datasets if is_periodic(dataset)]
    if not periodic:
        return unknown("no_rhythm", go("say_rhythm", f"dataset:{min(d.name for d in snapshot.public_datasets)}"))
    late = {dataset.id: is_overdue(dataset, today, params["grace_days"]) for dataset in periodic}
    total = len(periodic)
    fresh = sum(1 for is_late in late.values() if is_late is False)
    facts = listed(
        fact("late", f"dataset:{dataset.name}", title=dataset.title, day=expected_on(dataset))
        for dataset in periodic
        if late[dataset.id]
    )
    figures = {"n": fresh, "total": total, "least": params["min"]}
    # Compared as products: 0.8 × 5 must be 4
    if fresh + 1e-9 >= params["min"] * total:
        return done("fresh_ratio.enough", facts=facts, **figures)
    action = go("update", first_place(facts, "deposit"))
    unsure = sum(1 for is_late in late.values() if is_late is None)
    if fresh + unsure + 1e-9 >= params["min"] * total:
        return unknown("fresh_ratio.no_date", action, facts=facts, **figures)
    return todo("fresh_ratio.few", action, facts=facts, late=total - fresh - unsure, **figures)
