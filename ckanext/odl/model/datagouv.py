"""What is known of data.gouv.fr: whose organizations are whose, which datasets are the same as ours, what each run did.

Sources and jobs are ckanext-harvest's own rows; :class:`DatagouvRun` says of a job what they have no place for. Times
are the database's, never a machine's, but those that data.gouv.fr gives.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from ckan.plugins import toolkit as tk
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, Session

from .validation import clock

#: How a collectivité is present there: by an organization of its own, or carried by that of its ATD.
MODES = OWN, CARRIED = "own", "carried"

#: Which side a dataset comes from.
ORIGINS = NATIONAL, PORTAL = "national", "portal"

#: Where a national dataset stands here: to be looked at, brought in by us, the same as one of ours, refused for good,
#: no longer there (flagged), and archived here since.
TWIN_STATES = REVIEW, IMPORTED, LINKED, IGNORED, FLAGGED, ARCHIVED = (
    "review",
    "imported",
    "linked",
    "ignored",
    "flagged",
    "archived",
)

#: Where a run stands. ``incomplete``: something could not be read, nothing was removed. ``stopped``: it would have
#: removed too much and waits for a person.
RUN_STATES = WAITING, RUNNING, DONE, INCOMPLETE, STOPPED = "waiting", "running", "done", "incomplete", "stopped"


class DatagouvLink(tk.BaseModel):
    """The organization of data.gouv.fr that a person confirmed for one organization of the portal.

    ``mode``: one of :data:`MODES`. ``auto_accept``: new datasets come in without review. ``withheld``: nothing of the
    organization leaves, for the reason that its staff gave (``withheld_reason``). ``harvester_id``: the harvester of
    data.gouv.fr that reads its feed. ``backcheck``: what was last seen there of what left, when (``backchecked_at``),
    and why not (``backcheck_error``).
    """

    __table__ = sa.Table(
        "odl_datagouv_link",
        tk.BaseModel.metadata,
        sa.Column("organization_id", sa.UnicodeText, primary_key=True),
        sa.Column("national_id", sa.Text, nullable=False, server_default="", index=True),
        sa.Column("national_name", sa.Text, nullable=False, server_default=""),
        sa.Column("siret", sa.Text, nullable=False, server_default=""),
        sa.Column("mode", sa.Text, nullable=False, server_default=CARRIED),
        sa.Column("auto_accept", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("withheld", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("withheld_reason", sa.Text, nullable=False, server_default=""),
        sa.Column("confirmed_by", sa.UnicodeText),
        sa.Column("confirmed_at", sa.DateTime(timezone=True)),
        sa.Column("harvester_id", sa.Text, nullable=False, server_default=""),
        sa.Column("backcheck", JSONB),
        sa.Column("backchecked_at", sa.DateTime(timezone=True)),
        sa.Column("backcheck_error", JSONB),
        sa.Column("backcheck_asked_at", sa.DateTime(timezone=True)),
        sa.Column("backcheck_listed_at", sa.DateTime(timezone=True)),
    )

    organization_id: Mapped[str]
    national_id: Mapped[str]
    national_name: Mapped[str]
    siret: Mapped[str]
    mode: Mapped[str]
    auto_accept: Mapped[bool]
    withheld: Mapped[bool]
    withheld_reason: Mapped[str]
    confirmed_by: Mapped[str | None]
    confirmed_at: Mapped[dt.datetime | None]
    harvester_id: Mapped[str]
    backcheck: Mapped[dict[str, Any] | None]
    backchecked_at: Mapped[dt.datetime | None]
    backcheck_error: Mapped[dict[str, Any] | None]
    backcheck_asked_at: Mapped[dt.datetime | None]
    backcheck_listed_at: Mapped[dt.datetime | None]

    @classmethod
    def put(cls, session: Session, organization_id: str, **values: Any) -> None:
        """Write these columns of one organization's link, whether it was declared before or not."""
        session.execute(
            insert(cls.__table__)
            .values(organization_id=organization_id, **values)
            .on_conflict_do_update(index_elements=["organization_id"], set_=values)
            if values
            else insert(cls.__table__).values(organization_id=organization_id).on_conflict_do_nothing()
        )


class Twin(tk.BaseModel):
    """One dataset of data.gouv.fr, and what it is to us; known by its id there, never by its title or address.

    ``origin``: one of :data:`ORIGINS`; ``state``: one of :data:`TWIN_STATES`. ``package_id``: the dataset of ours that
    it is. ``fingerprint``: of the national record last brought in. ``written``: the values that the import last wrote,
    field by field; what the dataset holds instead was edited here and is listed in ``local_fields``. ``outgoing``: what
    was seen there of a dataset of ours. ``error``: why the last attempt failed.
    """

    __table__ = sa.Table(
        "odl_twin",
        tk.BaseModel.metadata,
        sa.Column("national_id", sa.Text, primary_key=True),
        sa.Column("organization_id", sa.UnicodeText, nullable=False),
        sa.Column("package_id", sa.UnicodeText, index=True),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False, server_default=""),
        sa.Column("slug", sa.Text, nullable=False, server_default=""),
        sa.Column("record", JSONB),
        sa.Column("fingerprint", sa.Text, nullable=False, server_default=""),
        sa.Column("national_modified", sa.DateTime(timezone=True)),
        sa.Column("source_id", sa.UnicodeText, index=True),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("last_seen", sa.DateTime(timezone=True)),
        sa.Column("gone_since", sa.DateTime(timezone=True)),
        sa.Column("decided_by", sa.UnicodeText),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("written", JSONB),
        sa.Column("local_fields", JSONB),
        sa.Column("outgoing", JSONB),
        sa.Column("error", JSONB),
        sa.Index("idx_odl_twin_of", "organization_id", "state"),
    )

    national_id: Mapped[str]
    organization_id: Mapped[str]
    package_id: Mapped[str | None]
    origin: Mapped[str]
    state: Mapped[str]
    title: Mapped[str]
    slug: Mapped[str]
    record: Mapped[dict[str, Any] | None]
    fingerprint: Mapped[str]
    national_modified: Mapped[dt.datetime | None]
    source_id: Mapped[str | None]
    first_seen: Mapped[dt.datetime]
    last_seen: Mapped[dt.datetime | None]
    gone_since: Mapped[dt.datetime | None]
    decided_by: Mapped[str | None]
    decided_at: Mapped[dt.datetime | None]
    written: Mapped[dict[str, Any] | None]
    local_fields: Mapped[list[str] | None]
    outgoing: Mapped[dict[str, Any] | None]
    error: Mapped[dict[str, Any] | None]

    @classmethod
    def put(cls, session: Session, national_id: str, **values: Any) -> None:
        """Write these columns of one national dataset, known before or not (a new one needs ``organization_id``,
        ``origin`` and ``state``)."""
        session.execute(
            insert(cls.__table__)
            .values(national_id=national_id, **values)
            .on_conflict_do_update(index_elements=["national_id"], set_=values)
        )

    @classmethod
    def of_package(cls, session: Session, package_id: str) -> list[Twin]:
        """What data.gouv.fr holds of a dataset of ours, the oldest first (several: it is there twice)."""
        statement = sa.select(cls).where(cls.package_id == package_id).order_by(cls.first_seen, cls.national_id)
        return list(session.scalars(statement))


class DatagouvRun(tk.BaseModel):
    """One run of a source, beside the job of ckanext-harvest with the same id.

    ``state``: one of :data:`RUN_STATES`. ``confirmed``: a person allowed it to remove more than a fifth. ``progress``:
    ``{"phase", "done", "total"}``. ``counts``: how many were added, updated, …. ``problems``: what could not be read.
    """

    __table__ = sa.Table(
        "odl_datagouv_run",
        tk.BaseModel.metadata,
        sa.Column("id", sa.UnicodeText, primary_key=True),
        sa.Column("source_id", sa.UnicodeText, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("asked_by", sa.UnicodeText),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("progress", JSONB),
        sa.Column("counts", JSONB),
        sa.Column("problems", JSONB),
        sa.Index("idx_odl_datagouv_run_of", "source_id", "asked_at"),
    )

    id: Mapped[str]
    source_id: Mapped[str]
    state: Mapped[str]
    asked_by: Mapped[str | None]
    asked_at: Mapped[dt.datetime]
    confirmed: Mapped[bool]
    attempts: Mapped[int]
    started_at: Mapped[dt.datetime | None]
    finished_at: Mapped[dt.datetime | None]
    progress: Mapped[dict[str, Any] | None]
    counts: Mapped[dict[str, Any] | None]
    problems: Mapped[list[dict[str, Any]] | None]

    @classmethod
    def ask(cls, session: Session, id_: str, source_id: str, by: str | None, confirmed: bool) -> None:
        """Note that a run was asked for."""
        values = {"source_id": source_id, "asked_by": by, "confirmed": confirmed}
        session.execute(insert(cls.__table__).values(id=id_, state=WAITING, asked_at=clock(), **values))
