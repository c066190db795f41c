"""What every public dataset must say, and what makes it easy to use."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable

from ..freshness import OPEN_ENDED, PERIODS, WITHOUT_PERIOD, is_periodic
from ..results import RuleResult
from ..snapshot import DatasetFacts, Snapshot
from .base import COUNT, Params, done, fact, first_place, go, listed, rule, todo, unknown
from .identity import DECREE_LICENCES

_FILE_NAME = re.compile(r"\S+\.(csv|xlsx?|ods|json|geojson|zip|pdf|txt|xml|docx?)", re.IGNORECASE)


def _every(name: str, datasets: tuple[DatasetFacts, ...], missing: Callable[[DatasetFacts], list[str]]) -> RuleResult:
    """Every dataset misses nothing; facts name what each misses. No dataset at all says nothing."""
    if not datasets:
        return unknown("nothing_public", go("deposit", "deposit"))
    lacking = {dataset.id: (dataset, missing(dataset)) for dataset in datasets}
    facts = listed(
        fact("dataset_lacks", f"dataset:{dataset.name}", title=dataset.title, missing=words)
        for dataset, words in lacking.values()
        if words
    )
    bad = sum(1 for _, words in lacking.values() if words)
    if bad:
        place = first_place(facts, "deposit")
        action = go("complete_dataset", place.replace("dataset:", "dataset_edit:", 1))
        return todo(f"{name}.some", action, facts=facts, n=bad, total=len(datasets))
    return done(f"{name}.all", n=len(datasets))


@rule()
def all_licence(snapshot: Snapshot, params: Params, today: dt.date) -> RuleResult:
    """Every public dataset has a licence of the decree, or says by which decision another was chosen."""

    def missing(dataset: DatasetFacts) -> list[str]:
        is_right = dataset.licence in DECREE_LICENCES or dataset.homologation_note.strip()
        return [] if is_right else ["licence"]

    return _every("all_licence", snapshot.public_datasets, missing)


@rule(tags=COUNT)
def all_described(snapshot: Snapshot, params: Params, today: dt.date) -> RuleResult:
    """Every public dataset has a title that is no file name, a description long enough and keywords."""

    def missing(dataset: DatasetFacts) -> list[str]:
        title = dataset.title.strip()
        is_file_name = _FILE_NAME.fullmatch(title) or title in {file.name for file in dataset.files if "." in file.name}
        return [
            *(["title"] if not title or is_file_name else []),
            *(["description"] if len(dataset.description.strip()) < params["description_min"] else []),
            *(["tags"] if dataset.tags < params.get("tags", 3) else []),
        ]

    return _every("all_described", snapshot.public_datasets, missing)


@rule()
def all_findable(snapshot: Snapshot, params: Params, today: dt.date) -> RuleResult:
    """Every public dataset says its rhythm, its period (both ends, unless it never ends), its territory, a contact, and
    holds a file in an open format. data.gouv.fr drops a period with a single end."""

    def missing(dataset: DatasetFacts) -> list[str]:
        period = (dataset.temporal_start, dataset.temporal_end)
        has_period = all(period) or (dataset.frequency in OPEN_ENDED and dataset.temporal_start is not None)
        return [
            *([] if dataset.frequency in PERIODS or dataset.frequency in WITHOUT_PERIOD else ["frequency"]),
            *([] if has_period else ["period"]),
            *([] if dataset.has_territory else ["territory"]),
            *([] if "@" in dataset.contact else ["contact"]),
            *([] if any(file.is_open_format for file in dataset.files) else ["open_format"]),
        ]

    return _every("all_findable", snapshot.public_datasets, missing)


@rule()
def owners_named(snapshot: Snapshot, params: Params, today: dt.date) -> RuleResult:
    """Every public dataset names who keeps the file, with an address that is not that of somebody who left."""

    def missing(dataset: DatasetFacts) -> list[str]:
        return [
            *([] if dataset.service.strip() else ["service"]),
            *([] if "@" in dataset.contact else ["contact"]),
            *(["contact_lapsed"] if dataset.contact_lapsed else []),
        ]

    return _every("owners_named", snapshot.public_datasets, missing)


@rule()
def procedure_written(snapshot: Snapshot, params: Params, today: dt.date) -> RuleResult:
    """Every public dataset with a rhythm says how to make its file again."""
    periodic = tuple(dataset for dataset in snapshot.public_datasets if is_periodic(dataset))
    if snapshot.public_datasets and not periodic:
        return unknown("no_rhythm", go("say_rhythm", f"dataset:{min(d.name for d in snapshot.public_datasets)}"))
    return _every("procedure_written", periodic, lambda dataset: [] if dataset.procedure.strip() else ["procedure"])


@rule()
def no_duplicates(snapshot: Snapshot, params: Params, today: dt.date) -> RuleResult:
    """No two active datasets of the same title, no two files of the same bytes."""
    datasets = snapshot.own_datasets
    if not datasets:
        return unknown("nothing_yet", go("deposit", "deposit"))
    titles: dict[str, list[DatasetFacts]] = defaultdict(list)
    contents: dict[str, set[str]] = defaultdict(set)
    by_id = {dataset.id: dataset for dataset in datasets}
    doubled: set[str] = set()
    for dataset in datasets:
        titles[normalised(dataset.title)].append(dataset)
        for file in dataset.files:
            if file.sha256:
                if contents[file.sha256]:
                    doubled |= {*contents[file.sha256], dataset.id}
                contents[file.sha256].add(dataset.id)
    same_title = {dataset.id for group in titles.values() if len(group) > 1 for dataset in group}
    if not same_title and not doubled:
        return done("no_duplicates.none", n=len(datasets))
    facts = listed(
        fact(
            "same_title" if id in same_title else "same_file",
            f"dataset:{by_id[id].name}",
            title=by_id[id].title,
        )
        for id in same_title | doubled
    )
    action = go("sort_out", first_place(facts, "deposit"))
    return todo("no_duplicates.some", action, facts=facts, n=len(same_title | doubled))


def normalised(title: str) -> str:
    """A title without case, accents, signs or doubled spaces."""
    bare = unicodedata.normalize("NFKD", title.casefold())
    return " ".join(re.findall(r"\w+", "".join(c for c in bare if not unicodedata.combining(c))))


@rule()
def dictionary(snapshot: Snapshot, params: Params, today: dt.date) -> RuleResult:
    """Every public table follows a model, or has a notice beside it, or its columns are explained on the portal."""
    if not snapshot.public_datasets:
        return unknown("nothing_public", go("deposit", "deposit"))
    tables, bare, unsure = 0, {}, {}
    for dataset in snapshot.public_datasets:
        has_notice = any(file.is_documentation for file in dataset.files)
        for file in dataset.files:
            if file.is_documentation or (file.is_table is False and not file.schema_id):
                continue
            tables += 1
            if file.schema_id or has_notice or file.has_dictionary:
                continue
            is_bare = file.is_table and file.has_dictionary is False
            item = fact("file", f"dataset:{dataset.name}", title=file.name)
            (bare if is_bare else unsure)[file.id] = item
    if bare:
        facts = listed(bare.values())
        action = go("explain_columns", first_place(facts, "deposit"))
        return todo("dictionary.some", action, facts=facts, n=len(bare), total=tables)
    if unsure:
        facts = listed(unsure.values())
        action = go("explain_columns", first_place(facts, "deposit"))
        return unknown("dictionary.unsure", action, facts=facts, n=len(unsure))
    if not tables:
        return unknown("dictionary.no_table")
    return done("dictionary.all", n=tables)


@rule()
def preview(snapshot: Snapshot, params: Params, today: dt.date) -> RuleResult:
    """A public file can be seen as a table, a map or a chart."""
    public = snapshot.public_datasets
    if not public:
        return unknown("nothing_public", go("deposit", "deposit"))
    seen = [(dataset, file) for dataset in public for file in dataset.files if file.has_view]
    if seen:
        facts = listed(fact("file", f"dataset:{dataset.name}", title=file.name) for dataset, file in seen)
        return done("preview.seen", facts=facts, n=len(seen))
    action = go("add_view", f"dataset:{min(dataset.name for dataset in public)}")
    if any(file.has_view is None for dataset in public for file in dataset.files):
        return unknown("preview.not_known", action)
    return todo("preview.none", action)
