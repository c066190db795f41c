"""What is published, and what follows its model."""

from __future__ import annotations

import datetime as dt

from ..freshness import is_overdue
from ..results import RuleResult
from ..snapshot import DatasetFacts, FileFacts, Snapshot
from .base import COUNT, FLAG, WORD, Params, done, fact, first_place, go, listed, rule, stale, todo, unknown


@rule("min", min=COUNT)
def public_count(snapshot: Snapshot, params: Params, today: dt.date) -> RuleResult:
    """Enough public datasets."""
    public = snapshot.public_datasets
    facts = listed(fact("dataset", f"dataset:{dataset.name}", title=dataset.title) for dataset in public)
    if len(public) >= params["min"]:
        return done("public_count.enough", facts=facts, n=len(public))
    if public:
        return todo("public_count.few", go("deposit", "deposit"), facts=facts, n=len(public), least=params["min"])
    return todo("public_count.none", go("deposit", "deposit"))


@rule()
def dataset_chosen(snapshot: Snapshot, params: Params, today: dt.date) -> RuleResult:
    """A dataset, private, planned or public, says which model it follows."""
    chosen = [dataset for dataset in snapshot.own_datasets if any(file.schema_id for file in dataset.files)]
    if chosen:
        facts = listed(fact("dataset", f"dataset:{dataset.name}", title=dataset.title) for dataset in chosen)
        return done("dataset_chosen.chosen", facts=facts, n=len(chosen))
    key = "dataset_chosen.no_model" if snapshot.own_datasets else "dataset_chosen.none"
    return todo(key, go("choose_model", "schemas"))


@rule()
def file_checked(snapshot: Snapshot, params: Params, today: dt.date) -> RuleResult:
    """A file was checked against a model, whatever came out."""
    files = [file for dataset in snapshot.own_datasets for file in dataset.files]
    checked = [file for file in files if file.was_checked]
    if checked:
        return done("file_checked.checked", facts=_reports(checked), n=len(checked))
    if any(file.badge == "checking" for file in files):
        return unknown("file_checked.checking")
    return todo("file_checked.none", go("deposit", "deposit"))


@rule("min", min=COUNT, tag=WORD, schema=WORD, fresh=FLAG)
def valid_schema_count(snapshot: Snapshot, params: Params, today: dt.date) -> RuleResult:
    """Enough different models (*tag*: of those; *schema*: this one) have a public file that follows them.

    A report of other bytes or of another version proves nothing. With *fresh* the dataset must not be late either.
    """
    wanted = [
        (dataset, file)
        for dataset in snapshot.public_datasets
        for file in dataset.files
        if file.schema_id and _is_wanted(file, params)
    ]
    valid = [(dataset, file) for dataset, file in wanted if file.badge == "valid"]
    n, least = _models(valid), params["min"]
    if n >= least:
        return _fresh(valid, params, today) if params.get("fresh") else _enough(valid, n)
    to_check = [(dataset, file) for dataset, file in wanted if file.badge == "to_check" and file.was_checked]
    if _models(valid + to_check) >= least:
        facts = _reports(file for _, file in to_check)
        return stale("valid_schema_count.outdated", go("report", first_place(facts, "deposit")), facts=facts)
    checking = [(dataset, file) for dataset, file in wanted if file.badge == "checking"]
    if _models(valid + to_check + checking) >= least:
        return unknown("valid_schema_count.checking", facts=_reports(file for _, file in checking))
    to_mend = listed(
        fact(f"file_{file.badge}", f"report:{file.id}", title=file.name)
        for _, file in wanted
        if file.badge in ("invalid", "unreadable")
    )
    if to_mend:
        action = go("mend", first_place(to_mend, "deposit"))
        return todo("valid_schema_count.to_mend", action, facts=to_mend, n=n, least=least)
    return todo("valid_schema_count.few", go("deposit", "deposit"), n=n, least=least)


def _is_wanted(file: FileFacts, params: Params) -> bool:
    if params.get("schema") and file.schema_id != params["schema"]:
        return False
    return not params.get("tag") or params["tag"] in file.schema_tags


def _models(pairs: list[tuple[DatasetFacts, FileFacts]]) -> int:
    return len({file.schema_id for _, file in pairs})


def _enough(valid: list[tuple[DatasetFacts, FileFacts]], n: int) -> RuleResult:
    return done("valid_schema_count.enough", facts=_reports(file for _, file in valid), n=n)


def _fresh(valid: list[tuple[DatasetFacts, FileFacts]], params: Params, today: dt.date) -> RuleResult:
    late = {dataset.id: is_overdue(dataset, today, params["grace_days"]) for dataset, _ in valid}
    current = [(dataset, file) for dataset, file in valid if late[dataset.id] is False]
    n = _models(current)
    if n >= params["min"]:
        return _enough(current, n)
    facts = listed(fact("dataset", f"dataset:{dataset.name}", title=dataset.title) for dataset, _ in valid)
    action = go("update", first_place(facts, "deposit"))
    if _models([(dataset, file) for dataset, file in valid if late[dataset.id] is not True]) >= params["min"]:
        return unknown("valid_schema_count.no_rhythm", action, facts=facts)
    return stale("valid_schema_count.late", action, facts=facts)


def _reports(files):
    return listed(fact("file", f"report:{file.id}", title=file.name) for file in files)
