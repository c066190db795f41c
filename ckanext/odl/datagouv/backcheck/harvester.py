"""The harvester of data.gouv.fr that reads a feed of ours: which one it is, and how it fares."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from .reading import address, host, mapping, mappings, moment, number, text
from .refusals import Refusal, of_errors

#: How a harvester fares, from « there is none » to « all is well ».
STATES = (
    "absent", "deleted", "refused", "to_validate", "inactive", "never_run", "running", "failed", "empty",
    "done_with_errors", "late", "done", "unknown",
)  # fmt: skip
#: data.gouv.fr runs each validated harvester every night; after so many days without a run something is wrong.
LATE_DAYS = 3
#: States of a job of udata that has not ended.
_UNDER_WAY = ("pending", "initializing", "initialized", "processing", "started")
_ENDING = re.compile(r"\.(rdf|ttl|jsonld|xml|n3|nt|trig)$")


@dataclass(frozen=True)
class Harvester:
    """One harvester and its last run. ``state``: one of :data:`STATES`.

    ``comment``: what the team of data.gouv.fr wrote when it validated or refused it. ``items``: how many datasets the
    last run met, by their status. ``is_ours``: whether it reads the very address of the feed that this portal gives.
    """

    state: str
    id: str = ""
    name: str = ""
    url: str = ""
    backend: str = ""
    comment: str = ""
    is_ours: bool = True
    run: str = ""
    started: dt.datetime | None = None
    ended: dt.datetime | None = None
    items: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[Refusal, ...] = ()

    @property
    def has_run(self) -> bool:
        """Whether a run has ended, well or badly."""
        return self.state in ("failed", "empty", "done_with_errors", "late", "done")

    @property
    def is_complete(self) -> bool:
        """Whether the last run went through the whole feed: what it did not meet was not there."""
        return self.state in ("empty", "done_with_errors", "done", "late")

    def to_dict(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "state": self.state,
            "id": self.id,
            "name": self.name,
            "url": self.url,
            "backend": self.backend,
            "comment": self.comment,
            "is_ours": self.is_ours,
            "run": self.run,
            "started": self.started.isoformat() if self.started else None,
            "ended": self.ended.isoformat() if self.ended else None,
            "items": dict(self.items),
            "problems": [problem.to_dict() for problem in self.problems],
        }


def choose(sources: Iterable[Any], feeds: Collection[str]) -> Mapping[str, Any] | None:
    """The harvester that reads one of these feeds, or at least this portal; None when there is none.

    :param sources: what ``GET /api/1/harvest/sources/?organization=<id>`` lists
    :param feeds: addresses of the feeds, the wanted one first
    """
    ours = [source for source in mappings(list(sources)) if _reads(source, feeds)]
    return max(ours, key=lambda source: (*_rank(source, feeds), text(source.get("created_at"))), default=None)


def _reads(source: Mapping[str, Any], feeds: Collection[str]) -> bool:
    return bool(host(source.get("url"))) and host(source.get("url")) in {host(feed) for feed in feeds}


def _rank(source: Mapping[str, Any], feeds: Collection[str]) -> tuple[bool, bool, bool]:
    state = text(mapping(source.get("validation")).get("state"))
    return not source.get("deleted"), is_feed(source.get("url"), feeds), state == "accepted"


def is_feed(url: Any, feeds: Collection[str]) -> bool:
    """Whether an address is that of one of these feeds, whatever its format."""
    return _plain(url) in {_plain(feed) for feed in feeds}


def _plain(url: Any) -> str:
    try:
        parts = urlsplit(address(url))
    except ValueError:
        return ""
    return f"{(parts.netloc or '').lower()}{_ENDING.sub('', parts.path)}"


def examine(source: Any, job: Any, feeds: Collection[str], sent: int, now: dt.datetime) -> Harvester:
    """How a harvester fares.

    :param source: ``GET /api/1/harvest/source/<id>/``; None when the organization has none for this portal
    :param job: its last job, ``GET /api/1/harvest/job/<id>/``; None when it never ran
    :param feeds: addresses of our feeds
    :param sent: how many datasets our feed holds
    """
    source, job = mapping(source), mapping(job)
    if not source:
        return Harvester("absent")
    validation = mapping(source.get("validation"))
    items = {
        name: found
        for name, value in mapping(mapping(job.get("items")).get("by_status")).items()
        if isinstance(name, str) and (found := number(value))
    }
    ended = moment(job.get("ended"))
    return Harvester(
        state=_state(source, text(validation.get("state")), job, items, sent, now),
        id=text(source.get("id")),
        name=text(source.get("name")),
        url=text(source.get("url")),
        backend=text(source.get("backend")),
        comment=text(validation.get("comment")),
        is_ours=is_feed(source.get("url"), feeds),
        run=text(job.get("id")),
        started=moment(job.get("started")) or moment(job.get("created")),
        ended=ended,
        items=items,
        problems=tuple(of_errors(job.get("errors"))),
    )


def _state(
    source: Mapping[str, Any],
    validation: str,
    job: Mapping[str, Any],
    items: Mapping[str, int],
    sent: int,
    now: dt.datetime,
) -> str:
    status = text(job.get("status"))
    if source.get("deleted"):
        return "deleted"
    if validation in ("refused", "pending"):
        return "refused" if validation == "refused" else "to_validate"
    if source.get("active") is False:
        return "inactive"
    if not job:
        return "never_run"
    if status in _UNDER_WAY:
        return "running"
    if status == "failed":
        return "failed"
    if status not in ("done", "done-errors"):
        return "unknown"
    met = sum(number_ for name, number_ in items.items() if name != "archived")
    if sent and not met and number(mapping(job.get("items")).get("total")) is not None:
        return "empty"
    ended = moment(job.get("ended"))
    if ended and now - ended > dt.timedelta(days=LATE_DAYS):
        return "late"
    return "done_with_errors" if status == "done-errors" else "done"
