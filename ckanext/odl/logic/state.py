"""Where each file stands, in one of the words shown everywhere on the portal (``badge``)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.odl import links, storage
from ckanext.odl.intake import Declared, declared, followed, stamp_of
from ckanext.odl.model import State, StoredFile, Validation

#: From what must be looked at first to what needs nothing.
BADGES = ("unreadable", "invalid", "to_check", "checking", "no_schema", "valid", "document")
#: What is counted as « to correct » wherever files or datasets are counted.
TO_MEND = ("unreadable", "invalid")

#: The columns of a check without its report.
SUMMARY = (
    Validation.id,
    Validation.resource_id,
    Validation.sha256,
    Validation.schema_id,
    Validation.schema_version,
    Validation.file_name,
    Validation.size,
    Validation.state,
    Validation.status,
    Validation.counts,
    Validation.queued_at,
    Validation.started_at,
    Validation.finished_at,
)


@dataclass(frozen=True)
class FileState:
    """One file of a dataset: what it declares, what was found, and the word for it."""

    resource_id: str
    badge: str
    schema: Declared
    is_upload: bool
    #: Whether the portal reads it at all: it is kept here, or declares a model behind an address that may be asked.
    is_read: bool
    sha256: str | None = None
    size: int | None = None
    #: The check of these bytes against this schema, if there is one (columns of ``odl_validation`` without the report).
    check: Any = None
    #: The period that it is said to cover (ISO 8601), "" when nothing is said.
    period: str = ""

    @property
    def state(self) -> str | None:
        """State of the current check (``waiting``, ``running``, ``done``, ``interrupted``, ``cancelled``)."""
        return self.check.state if self.check else None

    @property
    def counts(self) -> dict[str, Any]:
        return (self.check and self.check.counts) or {}

    @property
    def date(self) -> dt.datetime | None:
        return self.check.finished_at if self.check else None

    @property
    def is_document(self) -> bool:
        """Whether it is no table at all (a picture, a PDF…) and says so: it needs no model."""
        return self.badge == "document"

    def as_dict(self) -> dict[str, Any]:
        """The same for the API; dates in ISO 8601 with their offset."""
        return {
            "resource_id": self.resource_id,
            "state": self.state,
            "status": self.check.status if self.check else None,
            "badge": self.badge,
            "current": self.state == State.DONE.value,
            "schema_id": self.schema.schema_id or None,
            "schema_version": self.schema.version or None,
            "sha256": self.sha256,
            "size": self.size,
            "counts": self.counts or None,
            "started": iso(self.check.started_at) if self.check else None,
            "finished": iso(self.date),
        }


def iso(date: dt.datetime | None) -> str | None:
    """A date and time in ISO 8601, or None."""
    return date.isoformat() if date else None


def of_resources(resources: Sequence[dict[str, Any]]) -> list[FileState]:
    """The state of each of these resources (dicts of ``resource_show``), in two queries at most."""
    ids = [resource["id"] for resource in resources]
    files = {
        file.resource_id: file
        for file in model.Session.scalars(sa.select(StoredFile).where(StoredFile.resource_id.in_(ids)))
    }
    checks = {}
    if files:
        of_files = sa.select(*SUMMARY).where(Validation.resource_id.in_(files))
        checks = {
            (row.resource_id, row.sha256, row.schema_id, row.schema_version): row
            for row in model.Session.execute(of_files)
        }
    return [judge(resource, files.get(resource["id"]), checks) for resource in resources]


def judge(resource: dict[str, Any], file: StoredFile | None, checks: dict[tuple[str, ...], Any]) -> FileState:
    """The state of a file, from what is known of its bytes and from its checks.

    :param checks: rows of :data:`SUMMARY` by resource, sha256, schema and version
    """
    schema = declared(resource)
    is_upload, is_link = resource.get("url_type") == "upload", links.is_readable(resource)
    base: dict[str, Any] = {
        "resource_id": resource["id"],
        "schema": schema,
        "is_upload": is_upload,
        "is_read": is_upload or (is_link and bool(schema.schema_id)),
        "period": resource.get("odl_period") or "",
    }
    if not base["is_read"]:
        return FileState(badge="to_check" if schema.schema_id else "no_schema", **base)
    if file is None or file.stamp != (links.key(resource) if is_link else stamp_of(resource.get("last_modified"))):
        return FileState(badge="checking" if schema.schema_id else "no_schema", **base)
    if file.trace and (trace := storage.trace(resource)) != file.trace:
        badge = "to_check" if trace == storage.GONE else "checking"
        return FileState(badge=badge if schema.schema_id else "no_schema", **base)
    here = (resource["id"], file.sha256)

    def was_checked(one: Declared) -> bool:
        found = checks.get((*here, *one))
        return found is not None and found.state != State.CANCELLED.value

    base["schema"] = schema = followed(resource, was_checked)
    check = checks.get((*here, *schema))
    known = {} if is_link else {"sha256": file.sha256, "size": file.size}
    return FileState(badge=_badge(schema, check), check=check, **known, **base)


def _badge(schema: Declared, check: Any) -> str:
    if not schema.schema_id:
        return unmodelled(check)
    if check is None or check.state in (State.WAITING.value, State.RUNNING.value):
        return "checking"
    if check.state == State.DONE.value and check.status in BADGES:
        return check.status
    return "to_check"


def unmodelled(check: Any) -> str:
    """The word for a file that follows no model: ``no_schema``, unless it could not even be read as a table."""
    if check is None or check.state != State.DONE.value or check.status != "unreadable":
        return "no_schema"
    return "document" if (check.counts or {}).get("document") else "unreadable"


def leading(files: Sequence[FileState]) -> list[FileState]:
    """The files of a dataset that give it its word: of a series, one file for each period, only those of the latest.

    A file of ten years ago that nobody will mend says nothing of what the collectivité publishes today.
    """
    latest: dict[str, str] = {}
    for file in files:
        if file.schema.schema_id and file.period:
            latest[file.schema.schema_id] = max(latest.get(file.schema.schema_id, ""), _end(file.period))
    return [
        file
        for file in files
        if not (file.schema.schema_id and file.period) or _end(file.period) == latest[file.schema.schema_id]
    ]


def _end(period: str) -> str:
    return period.rpartition("/")[2]


def worst(badges: Iterable[str]) -> str:
    """The word for several files together: the one to look at first among those that have a model, else ``no_schema``.

    A notice in PDF beside a compliant table takes nothing from it; ``document`` is the word where there is no table.
    """
    present = set(badges)
    told = present - {"no_schema", "document"}
    if not told and present == {"document"}:
        return "document"
    return next((badge for badge in BADGES if badge in told), "no_schema")


def history(resource_id: str) -> list[Any]:
    """Checks of one resource, newest first, without their reports."""
    checks = sa.select(*SUMMARY).where(Validation.resource_id == resource_id)
    return list(model.Session.execute(checks.order_by(Validation.queued_at.desc())))


def report(validation_id: str) -> dict[str, Any] | None:
    """The stored report of one check."""
    return model.Session.execute(sa.select(Validation.report).where(Validation.id == validation_id)).scalar()
