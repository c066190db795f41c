"""Files on their way to being published: what was brought, what is known of it, what became of it.

A deposit belongs to an organization. Its files are never changed: one that is corrected or repaired is a new row with
bytes of its own, and the deposit says which one counts. The check of a file is a row of
:class:`~ckanext.odl.model.Validation` under the id of the file, without a dataset.
"""

from __future__ import annotations

import datetime as dt
from enum import Enum
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from ckan.plugins import toolkit as tk
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, Session

from .validation import change, clock


class DepositState(str, Enum):
    """Where a deposit stands; the reason of waiting says for whom or for what."""

    DRAFT = "draft"
    WAITING = "waiting"
    PUBLISHED = "published"
    ABANDONED = "abandoned"


class Place(str, Enum):
    """What a deposit is to become: a dataset of its own, one more file of a dataset, the next bytes of a file."""

    DATASET = "dataset"
    FILE = "file"
    REPLACE = "replace"


class FileKind(str, Enum):
    """How a file came: brought, brought again after correction, made by repairs, typed on line, cut from another, one
    sheet of a workbook."""

    ORIGINAL = "original"
    CORRECTED = "corrected"
    REPAIRED = "repaired"
    TYPED = "typed"
    PART = "part"
    SHEET = "sheet"


#: Lines of history by which a deposit is known that no person opened: a call of CKAN's own left its file here; the
#: check of a file that lies online found personal data in it.
DOOR, FOUND = "door", "found"
OPEN_STATES = (DepositState.DRAFT.value, DepositState.WAITING.value)


class Deposit(tk.BaseModel):
    """One deposit.

    ``owner_id``: the account that brought it; ``link_id``: the link by which it came, when there was no account.
    ``split_of``: the deposit of which it is a part. ``schema_id`` empty: none; ``schema_chosen``: a person said so, and
    nothing guesses over it. ``package`` and ``resource`` hold only what a person wrote or confirmed, over what the
    portal proposes. ``answers``: of the questions on personal data. ``covers``: published as one file, with the name of
    each member of whom it holds rows. ``approved_by``: who said that it may be published.
    """

    __table__ = sa.Table(
        "odl_deposit",
        tk.BaseModel.metadata,
        sa.Column("id", sa.UnicodeText, primary_key=True),
        sa.Column("organization_id", sa.UnicodeText, nullable=False),
        sa.Column("owner_id", sa.UnicodeText, index=True),
        sa.Column("link_id", sa.UnicodeText, index=True),
        sa.Column("campaign_id", sa.UnicodeText, index=True),
        sa.Column("split_of", sa.UnicodeText, index=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.Column("schema_id", sa.Text, nullable=False, server_default=""),
        sa.Column("schema_version", sa.Text, nullable=False, server_default=""),
        sa.Column("schema_chosen", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("place", sa.Text, nullable=False, server_default="dataset"),
        sa.Column("package_id", sa.UnicodeText, index=True),
        sa.Column("resource_id", sa.UnicodeText, index=True),
        sa.Column("package", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.Column("resource", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.Column("answers", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.Column("file_id", sa.UnicodeText),
        sa.Column("covers", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("publish_on", sa.Date),
        sa.Column("approved_by", sa.Text, nullable=False, server_default=""),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.Index("idx_odl_deposit_of", "organization_id", "state", "updated_at"),
        sa.Index("idx_odl_deposit_expiry", "state", "expires_at"),
    )

    id: Mapped[str]
    organization_id: Mapped[str]
    owner_id: Mapped[str | None]
    link_id: Mapped[str | None]
    campaign_id: Mapped[str | None]
    split_of: Mapped[str | None]
    state: Mapped[str]
    reason: Mapped[str]
    schema_id: Mapped[str]
    schema_version: Mapped[str]
    schema_chosen: Mapped[bool]
    place: Mapped[str]
    package_id: Mapped[str | None]
    resource_id: Mapped[str | None]
    package: Mapped[dict[str, Any]]
    resource: Mapped[dict[str, Any]]
    answers: Mapped[dict[str, Any]]
    file_id: Mapped[str | None]
    covers: Mapped[bool]
    publish_on: Mapped[dt.date | None]
    approved_by: Mapped[str]
    created_at: Mapped[dt.datetime]
    updated_at: Mapped[dt.datetime]
    published_at: Mapped[dt.datetime | None]
    expires_at: Mapped[dt.datetime | None]

    @classmethod
    def add(cls, session: Session, **values: Any) -> str:
        """Store a draft; returns its id (``id`` may be given)."""
        id_ = values.pop("id", None) or str(uuid4())
        now = {"created_at": clock(), "updated_at": clock()}
        session.execute(insert(cls.__table__).values(id=id_, **{"state": DepositState.DRAFT.value, **now, **values}))
        return id_

    @classmethod
    def put(cls, session: Session, id_: str, **values: Any) -> bool:
        """Write *values* (columns of the table) into a deposit; False when there is none."""
        table = cls.__table__
        return bool(
            change(session, sa.update(table).where(table.c.id == id_).values(**{"updated_at": clock(), **values}))
        )


class DepositFile(tk.BaseModel):
    """The bytes of a deposit at one moment, kept in CKAN's storage under this id.

    ``made_from``: the file that was repaired or cut; ``changes``: the summary of what was changed in it, its list is
    kept beside it (with an empty ``sha256``, what is still to be changed); ``inspection``: what the
    portal read in it beyond the report of its check.
    """

    __table__ = sa.Table(
        "odl_deposit_file",
        tk.BaseModel.metadata,
        sa.Column("id", sa.UnicodeText, primary_key=True),
        sa.Column("deposit_id", sa.UnicodeText, nullable=False, index=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False, index=True),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("made_from", sa.UnicodeText),
        sa.Column("changes", JSONB),
        sa.Column("inspection", JSONB),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.UnicodeText),
        sa.Column("discarded_at", sa.DateTime(timezone=True)),
    )

    id: Mapped[str]
    deposit_id: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str]
    sha256: Mapped[str]
    size: Mapped[int]
    made_from: Mapped[str | None]
    changes: Mapped[dict[str, Any] | None]
    inspection: Mapped[dict[str, Any] | None]
    created_at: Mapped[dt.datetime]
    created_by: Mapped[str | None]
    discarded_at: Mapped[dt.datetime | None]

    @classmethod
    def add(cls, session: Session, **values: Any) -> str:
        """Store what is known of bytes that are kept already under ``id``; returns the id."""
        session.execute(insert(cls.__table__).values(created_at=clock(), **values))
        return values["id"]


class DepositEvent(tk.BaseModel):
    """One line of a deposit's history: when, by which account or link (neither: the portal itself), what."""

    __table__ = sa.Table(
        "odl_deposit_event",
        tk.BaseModel.metadata,
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("deposit_id", sa.UnicodeText, nullable=False, index=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.UnicodeText),
        sa.Column("link_id", sa.UnicodeText),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("detail", JSONB),
    )

    id: Mapped[int]
    deposit_id: Mapped[str]
    at: Mapped[dt.datetime]
    user_id: Mapped[str | None]
    link_id: Mapped[str | None]
    what: Mapped[str]
    detail: Mapped[dict[str, Any] | None]

    @classmethod
    def add(
        cls,
        session: Session,
        deposit_id: str,
        what: str,
        *,
        user_id: str | None = None,
        link_id: str | None = None,
        **detail: Any,
    ) -> None:
        """Write a line."""
        line = {
            "deposit_id": deposit_id,
            "what": what,
            "user_id": user_id,
            "link_id": link_id,
            "detail": detail or None,
        }
        session.execute(insert(cls.__table__).values(at=clock(), **line))


class PrivacyAnswer(tk.BaseModel):
    """The answers to the questions on personal data, once for a dataset as long as its columns stay the same."""

    __table__ = sa.Table(
        "odl_privacy_answer",
        tk.BaseModel.metadata,
        sa.Column("package_id", sa.UnicodeText, primary_key=True),
        sa.Column("columns_key", sa.Text, primary_key=True),
        sa.Column("answers", JSONB, nullable=False),
        sa.Column("answered_by", sa.UnicodeText),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
    )

    package_id: Mapped[str]
    columns_key: Mapped[str]
    answers: Mapped[dict[str, Any]]
    answered_by: Mapped[str | None]
    answered_at: Mapped[dt.datetime]

    @classmethod
    def put(cls, session: Session, package_id: str, columns_key: str, answers: dict[str, Any], by: str | None) -> None:
        """Write the answers for a dataset, whatever was answered before for the same columns."""
        values = {"answers": answers, "answered_by": by, "answered_at": clock()}
        session.execute(
            insert(cls.__table__)
            .values(package_id=package_id, columns_key=columns_key, **values)
            .on_conflict_do_update(index_elements=["package_id", "columns_key"], set_=values)
        )
