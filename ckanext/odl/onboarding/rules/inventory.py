"""What the law asks of the whole: the register of duties, the inventory, personal data."""

from __future__ import annotations

import datetime as dt

from ..calendar import add_months
from ..results import RuleResult
from ..snapshot import DatasetFacts, FileFacts, Snapshot
from .base import WORD, Params, done, fact, first_place, go, listed, no_tool, rule, stale, todo, unknown


@rule()
def obligations_clear(snapshot: Snapshot, params: Params, today: dt.date) -> RuleResult:
    """No duty that applies is late or without proof.

    Evaluation gives ``params["duties"]``: (id, applies, state) of each duty; without it nothing is known.
    """
    duties = params.get("duties")
    action = go("duties", "duties")
    if duties is None:
        return unknown("obligations_clear.not_known", action)
    missing = [id for id, applies, state in duties if applies == "yes" and state in ("todo", "late")]
    unsure = [id for id, applies, state in duties if applies == "unknown" or (applies == "yes" and state == "unknown")]
    applying = sum(1 for _, applies, _ in duties if applies == "yes")
    if missing:
        return todo("obligations_clear.missing", action, n=len(missing), total=applying)
    if unsure:
        return unknown("obligations_clear.unsure", action, n=len(unsure))
    if not applying:
        return unknown("obligations_clear.none", action)
    return done("obligations_clear.clear", n=applying, begun=sum(1 for _, _, state in duties if state == "begun"))


@rule("schema", schema=WORD)
def inventory_published(snapshot: Snapshot, params: Params, today: dt.date) -> RuleResult:
    """A valid public catalogue of less than a year lists every other public dataset."""
    schema = params["schema"]
    public = snapshot.public_datasets
    if not public:
        return unknown("nothing_public", go("deposit", "deposit"))
    files = [(dataset, file) for dataset in public for file in dataset.files if file.schema_id == schema]
    valid = [(dataset, file) for dataset, file in files if file.badge == "valid"]
    if not valid:
        return _not_valid(files, schema)
    results = [_one(dataset, file, public, params, today) for dataset, file in sorted(valid, key=_newest, reverse=True)]
    for result in results:
        if result.state == "done":
            return result
    return next((result for result in results if result.tool_missing), results[0])


def _newest(pair: tuple[DatasetFacts, FileFacts]) -> tuple[dt.date, str]:
    return (pair[1].changed_on or dt.date.min, pair[1].id)


def _not_valid(files: list[tuple[DatasetFacts, FileFacts]], schema: str) -> RuleResult:
    facts = listed(fact("file", f"report:{file.id}", title=file.name) for _, file in files)
    if any(file.badge == "to_check" and file.was_checked for _, file in files):
        return stale("inventory_published.outdated", go("report", first_place(facts, "deposit")), facts=facts)
    if any(file.badge == "checking" for _, file in files):
        return unknown("inventory_published.checking", facts=facts)
    if files:
        return todo("inventory_published.to_mend", go("mend", first_place(facts, "deposit")), facts=facts)
    return todo("inventory_published.none", go("model", f"schema:{schema}"))


def _one(
    dataset: DatasetFacts, file: FileFacts, public: tuple[DatasetFacts, ...], params: Params, today: dt.date
) -> RuleResult:
    action = go("update", f"dataset:{dataset.name}")
    if file.changed_on is None:
        return unknown("inventory_published.no_date", action)
    if add_months(file.changed_on, params["review_months"]) < today:
        return stale("inventory_published.old", action, day=file.changed_on)
    others = [other for other in public if other.id != dataset.id]
    if file.lists is None:
        if file.rows is not None and file.rows < len(others):
            return todo("inventory_published.rows", action, rows=file.rows, n=len(others))
        return no_tool("inventory_published.not_read", action)
    facts = listed(
        fact("dataset", f"dataset:{other.name}", title=other.title)
        for other in others
        if not {other.id, other.name} & file.lists
    )
    missing = sum(1 for other in others if not {other.id, other.name} & file.lists)
    if missing:
        return todo("inventory_published.missing", action, facts=facts, n=missing)
    return done("inventory_published.whole", n=len(public), day=file.changed_on)


@rule()
def privacy_answered(snapshot: Snapshot, params: Params, today: dt.date) -> RuleResult:
    """Every public dataset has privacy answers for the columns it has today; what a scan found is justified."""
    if all(dataset.privacy is None for dataset in snapshot.own_datasets):
        return no_tool("privacy_answered.no_tool")
    public = snapshot.public_datasets
    if not public:
        return unknown("nothing_public", go("deposit", "deposit"))
    states = {"missing": [], "changed": [], "found": [], "unsure": []}
    for dataset in public:
        answers = dataset.privacy
        item = fact("dataset", f"dataset:{dataset.name}", title=dataset.title)
        if answers is None:
            states["unsure"].append(item)
        elif not answers.answered:
            states["missing"].append(item)
        elif answers.columns_changed:
            states["changed"].append(item)
        elif answers.findings and not answers.justified:
            states["found"].append(item)
    for state, make in (("missing", todo), ("found", todo), ("changed", stale), ("unsure", unknown)):
        if states[state]:
            facts = listed(states[state])
            action = go("privacy", first_place(facts, "deposit"))
            return make(f"privacy_answered.{state}", action, facts=facts, n=len(states[state]))
    return done("privacy_answered.all", n=len(public))
