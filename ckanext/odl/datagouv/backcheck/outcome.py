"""What became of each dataset that left: the one question the last run of the national harvester is asked."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .duplicates import SAME_IDENTIFIER, Duplicate
from .harvester import Harvester
from .losses import Loss, losses
from .reading import address, mapping, mappings, moment, number, text
from .refusals import Refusal, of_errors

ARRIVED, FAILED, SKIPPED, ARCHIVED, MISSING, WAITING, LEFT, WITHHELD, UNKNOWN = STATES = (
    "arrived", "failed", "skipped", "archived", "missing", "waiting", "left", "withheld", "unknown",
)  # fmt: skip
#: What data.gouv.fr counts of a dataset, and our word for it.
METRICS = {
    "reuses": "reuses",
    "discussions": "discussions",
    "discussions_open": "discussions_open",
    "views": "views",
    "resources_downloads": "downloads",
    "followers": "followers",
}


@dataclass(frozen=True)
class Sent:
    """One dataset of ours.

    ``identifiers``: what data.gouv.fr may know it by (its address in the feed, its id over CKAN's API); ``fields``:
    what left, as :func:`ckanext.odl.datagouv.backcheck.losses` takes it; ``withheld``: why it does not leave, empty
    when it
    does; ``changed_at``: its last change here.
    """

    id: str
    identifiers: tuple[str, ...]
    fields: Mapping[str, Any] = field(default_factory=dict)
    withheld: str = ""
    changed_at: dt.datetime | None = None


@dataclass(frozen=True)
class Found:
    """Where data.gouv.fr stands with one dataset of ours: the item of the last run, and its dataset there."""

    item: Mapping[str, Any] | None = None
    record: Mapping[str, Any] | None = None
    national_id: str = ""
    #: Other national datasets that bear the same identifier.
    others: tuple[str, ...] = ()

    def with_record(self, record: Mapping[str, Any]) -> Found:
        """The same, with a dataset that was read by its id."""
        return replace(self, record=record, national_id=text(record.get("id")))


@dataclass(frozen=True)
class Outcome:
    """What became of one dataset of ours. ``state``:

    - ``arrived``: data.gouv.fr holds it, and took it in the last run (or said nothing against it);
    - ``failed``, ``skipped``: the last run refused it, or passed over it (``problems`` says why);
    - ``archived``: it is there, put aside; ``left``: it is still there though nothing leaves any more;
    - ``missing``: the last run went through the whole feed after its last change here and did not meet it;
    - ``waiting``: no run has had the occasion yet; ``withheld``: it does not leave (``why``);
    - ``unknown``: nobody can say.

    ``late``: it changed here after it was last read, so what differs may yet arrive.
    """

    id: str
    state: str
    national_id: str = ""
    since: dt.datetime | None = None
    collected: dt.datetime | None = None
    late: bool = False
    why: str = ""
    owner: Mapping[str, str] = field(default_factory=dict)
    losses: tuple[Loss, ...] = ()
    problems: tuple[Refusal, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()
    metrics: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_there(self) -> bool:
        """Whether everybody finds it on data.gouv.fr today."""
        return bool(self.national_id) and self.state not in (ARCHIVED, UNKNOWN)

    def to_dict(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "state": self.state,
            "national_id": self.national_id,
            "since": self.since.isoformat() if self.since else None,
            "collected": self.collected.isoformat() if self.collected else None,
            "late": self.late,
            "why": self.why,
            "owner": dict(self.owner),
            "losses": [loss.to_dict() for loss in self.losses],
            "problems": [problem.to_dict() for problem in self.problems],
            "duplicates": [duplicate.to_dict() for duplicate in self.duplicates],
            "metrics": dict(self.metrics),
        }

    def with_duplicates(self, duplicates: Iterable[Duplicate]) -> Outcome:
        """The same, with these beside those that are known by their identifier."""
        known = {one.id for one in self.duplicates}
        return replace(self, duplicates=(*self.duplicates, *(one for one in duplicates if one.id not in known)))


class Lookup:
    """The items of a job and the datasets of a national organization, by the identifiers that they bear.

    :param items: all items of the last job that ended
    :param records: datasets of the organization, whole or light
    """

    def __init__(self, items: Iterable[Any], records: Iterable[Any]) -> None:
        self._items: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for item in mappings(list(items)):
            if text(item.get("remote_id")):
                self._items[address(item.get("remote_id"))].append(item)
        self._records = {text(record.get("id")): record for record in mappings(list(records)) if text(record.get("id"))}
        self._ids: dict[str, list[str]] = defaultdict(list)
        for id_, record in self._records.items():
            harvest = mapping(record.get("harvest"))
            for identifier in {address(harvest.get(name)) for name in ("remote_id", "dct_identifier")} - {""}:
                self._ids[identifier].append(id_)

    @property
    def titles(self) -> dict[str, str]:
        """Titles of the national datasets by their id."""
        return {id_: text(record.get("title")) for id_, record in self._records.items()}

    def find(self, one: Sent) -> Found:
        """What data.gouv.fr has of a dataset of ours, whoever owns it there: by identifier, by nothing else."""
        identifiers = [identifier for name in one.identifiers if (identifier := address(name))]
        items = [item for identifier in identifiers for item in self._items.get(identifier, ())]
        # A doubled identifier gives one item that was taken and one that was refused: the dataset itself is there.
        item = min(items, key=lambda item: _ITEM_RANK.get(text(item.get("status")), 9), default=None)
        ids = [text(mapping(found.get("dataset")).get("id")) for found in ([item] if item else [])]
        ids += [id_ for identifier in identifiers for id_ in self._ids.get(identifier, ())]
        ids = [id_ for id_ in dict.fromkeys(ids) if id_]
        # The one that everybody sees comes first.
        ids.sort(key=lambda id_: bool(self._records.get(id_, {}).get("archived")))
        if not ids:
            return Found(item)
        return Found(item, self._records.get(ids[0]), ids[0], tuple(ids[1:]))


_ITEM_RANK = {"done": 0, "failed": 1, "skipped": 2, "started": 3, "pending": 4, "archived": 5}


def judge(
    one: Sent,
    found: Found,
    harvester: Harvester,
    record: Any = None,
    titles: Mapping[str, str] | None = None,
) -> Outcome:
    """What became of one dataset.

    :param record: the whole national dataset, when it was read; without it nothing is said of what was lost
    :param titles: titles of national datasets by id, to name the duplicates
    """
    whole = mapping(record)
    light = mapping(found.record)
    seen = whole or light
    status = text(mapping(found.item).get("status"))
    collected = moment(mapping(seen.get("harvest")).get("last_update"))
    if status == "done":
        collected = moment(mapping(found.item).get("ended")) or collected
    state = _state(one, found, harvester, status, seen)
    is_late = bool(one.changed_at and collected and one.changed_at > collected)
    problems = of_errors(mapping(found.item).get("errors")) if status in ("failed", "skipped") else []
    return Outcome(
        id=one.id,
        state=state,
        national_id=found.national_id,
        since=since(seen),
        collected=collected,
        late=is_late,
        why=one.withheld,
        owner=owner(seen),
        losses=tuple(losses(one.fields, whole)) if whole and state not in (LEFT, WITHHELD) else (),
        problems=tuple(problems),
        duplicates=tuple(Duplicate(id_, (titles or {}).get(id_, ""), SAME_IDENTIFIER) for id_ in found.others),
        metrics=metrics(light) or metrics(whole),
    )


def _state(one: Sent, found: Found, harvester: Harvester, status: str, seen: Mapping[str, Any]) -> str:
    if one.withheld:
        return LEFT if found.national_id and not _is_aside(seen, status) else WITHHELD
    if status in ("failed", "skipped"):
        return FAILED if status == "failed" else SKIPPED
    if found.national_id and _is_aside(seen, status):
        return ARCHIVED
    if found.national_id:
        return ARRIVED
    if status == "done":  # taken, and the dataset was deleted there since
        return MISSING
    if harvester.state == "unknown":
        return UNKNOWN
    if not harvester.is_complete or harvester.started is None:
        return WAITING
    return MISSING if one.changed_at is None or one.changed_at < harvester.started else WAITING


def _is_aside(seen: Mapping[str, Any], status: str) -> bool:
    return status == "archived" or bool(seen.get("archived") or seen.get("deleted"))


def owner(record: Any) -> dict[str, str]:
    """The organization that has a dataset on data.gouv.fr: ``id`` and ``name``, empty when it is not said."""
    found = mapping(mapping(record).get("organization"))
    id_, name = text(found.get("id")), text(found.get("name"))
    return {"id": id_, "name": name} if id_ or name else {}


def since(record: Any) -> dt.datetime | None:
    """When a dataset came to data.gouv.fr (``created_at`` is when it was created where it came from)."""
    record = mapping(record)
    internal = mapping(record.get("internal"))
    return moment(internal.get("created_at_internal")) or moment(record.get("created_at"))


def metrics(record: Any) -> dict[str, int]:
    """How often a national dataset is used, seen and spoken of; what is not counted is left out."""
    counted = mapping(mapping(record).get("metrics"))
    return {word: found for name, word in METRICS.items() if (found := number(counted.get(name))) is not None}
