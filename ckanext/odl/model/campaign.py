"""Collection campaigns: lists of members that were brought, who was asked for which file, by which link.

E-mail addresses lie here and nowhere else: they are the structure's own and never public. Of a link only the hash of
its token is kept. Times are the database's.
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

from .validation import clock


class ImportState(str, Enum):
    """Where the import of a list stands: read and to be confirmed, being carried out, done."""

    READ = "read"
    RUNNING = "running"
    DONE = "done"


class RowResult(str, Enum):
    """What became of a row: created, a member already, on the portal under somebody else, not taken."""

    CREATED = "created"
    THERE = "there"
    ELSEWHERE = "elsewhere"
    REFUSED = "refused"


class CampaignState(str, Enum):
    """Prepared, sent, over."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class MailState(str, Enum):
    """Where the last message to a member stands; ``bounced``: no such address, said by a server or by a person."""

    NONE = "none"
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    BOUNCED = "bounced"


class MemberContact(tk.BaseModel):
    """The e-mail address at which a structure writes to one of its members."""

    __table__ = sa.Table(
        "odl_member_contact",
        tk.BaseModel.metadata,
        sa.Column("atd_id", sa.UnicodeText, primary_key=True),
        sa.Column("organization_id", sa.UnicodeText, primary_key=True),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.UnicodeText),
    )

    atd_id: Mapped[str]
    organization_id: Mapped[str]
    email: Mapped[str]
    updated_at: Mapped[dt.datetime]
    updated_by: Mapped[str | None]

    @classmethod
    def put(cls, session: Session, atd_id: str, organization_id: str, email: str, by: str | None) -> None:
        """Keep an address in place of the one before."""
        values = {"email": email, "updated_at": clock(), "updated_by": by}
        session.execute(
            insert(cls.__table__)
            .values(atd_id=atd_id, organization_id=organization_id, **values)
            .on_conflict_do_update(index_elements=["atd_id", "organization_id"], set_=values)
        )

    @classmethod
    def remove(cls, session: Session, atd_id: str, organization_id: str) -> None:
        """Forget an address."""
        table = cls.__table__
        session.execute(sa.delete(table).where(table.c.atd_id == atd_id, table.c.organization_id == organization_id))


class MemberImport(tk.BaseModel):
    """One list that was brought. ``state``: :class:`ImportState`."""

    __table__ = sa.Table(
        "odl_member_import",
        tk.BaseModel.metadata,
        sa.Column("id", sa.UnicodeText, primary_key=True),
        sa.Column("atd_id", sa.UnicodeText, nullable=False, index=True),
        sa.Column("file_name", sa.Text, nullable=False, server_default=""),
        sa.Column("department", sa.Text, nullable=False, server_default=""),
        sa.Column("columns", JSONB),
        sa.Column("state", sa.Text, nullable=False, index=True),
        sa.Column("created_by", sa.UnicodeText, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
    )

    id: Mapped[str]
    atd_id: Mapped[str]
    file_name: Mapped[str]
    department: Mapped[str]
    columns: Mapped[dict[str, Any] | None]
    state: Mapped[str]
    created_by: Mapped[str]
    created_at: Mapped[dt.datetime]
    started_at: Mapped[dt.datetime | None]
    finished_at: Mapped[dt.datetime | None]

    @classmethod
    def add(cls, session: Session, rows: list[dict[str, Any]], **values: Any) -> str:
        """Store a list and its rows; returns its id."""
        id_ = str(uuid4())
        session.execute(
            insert(cls.__table__).values(id=id_, created_at=clock(), state=ImportState.READ.value, **values)
        )
        if rows:
            session.execute(insert(MemberRow.__table__), [{"import_id": id_, **row} for row in rows])
        return id_


class MemberRow(tk.BaseModel):
    """One row of a list: what was read in it (``data``), who it is (``body``), what became of it (``result``)."""

    __table__ = sa.Table(
        "odl_member_row",
        tk.BaseModel.metadata,
        sa.Column("import_id", sa.UnicodeText, primary_key=True),
        sa.Column("line", sa.Integer, primary_key=True),
        sa.Column("data", JSONB, nullable=False),
        sa.Column("body", sa.Text),
        sa.Column("organization_id", sa.UnicodeText),
        sa.Column("result", sa.Text),
        sa.Column("why", sa.Text, nullable=False, server_default=""),
    )

    import_id: Mapped[str]
    line: Mapped[int]
    data: Mapped[dict[str, Any]]
    body: Mapped[str | None]
    organization_id: Mapped[str | None]
    result: Mapped[str | None]
    why: Mapped[str]


class Campaign(tk.BaseModel):
    """Files asked of members: a model, a period, a day. ``state``: :class:`CampaignState`.

    ``texts``: what the structure wrote over the messages that the portal proposes (``subject``, ``message``,
    ``reminder_subject``, ``reminder_message``). ``contact``: name, e-mail and telephone of whom to ask.
    """

    __table__ = sa.Table(
        "odl_campaign",
        tk.BaseModel.metadata,
        sa.Column("id", sa.UnicodeText, primary_key=True),
        sa.Column("atd_id", sa.UnicodeText, nullable=False, index=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("schema_id", sa.Text, nullable=False),
        sa.Column("schema_version", sa.Text, nullable=False, server_default=""),
        sa.Column("period", sa.Text, nullable=False, server_default=""),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("texts", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.Column("contact", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.Column("created_by", sa.UnicodeText, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True)),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
    )

    id: Mapped[str]
    atd_id: Mapped[str]
    title: Mapped[str]
    schema_id: Mapped[str]
    schema_version: Mapped[str]
    period: Mapped[str]
    due_on: Mapped[dt.date]
    state: Mapped[str]
    texts: Mapped[dict[str, str]]
    contact: Mapped[dict[str, str]]
    created_by: Mapped[str]
    created_at: Mapped[dt.datetime]
    opened_at: Mapped[dt.datetime | None]
    closed_at: Mapped[dt.datetime | None]


class CampaignMember(tk.BaseModel):
    """One member of a campaign, with the state of the last message to it (:class:`MailState`).

    ``email``: the address that was last written to; where the next message goes is not kept here. ``mail_kind``:
    ``invitation`` or ``reminder``; ``mail_error``: code of the reason (see ``letters.yaml``);
    ``mail_detail``: what the server said; ``mail_due_at``: not before then. ``accept_asked_by``: who asked that its
    deposit be published and is still waiting for it; ``accept_problem``: why the last attempt did not.
    """

    __table__ = sa.Table(
        "odl_campaign_member",
        tk.BaseModel.metadata,
        sa.Column("campaign_id", sa.UnicodeText, primary_key=True),
        sa.Column("organization_id", sa.UnicodeText, primary_key=True),
        sa.Column("email", sa.Text, nullable=False, server_default=""),
        sa.Column("link_id", sa.UnicodeText),
        sa.Column("mail_kind", sa.Text, nullable=False, server_default=""),
        sa.Column("mail_state", sa.Text, nullable=False, server_default="none"),
        sa.Column("mail_error", sa.Text, nullable=False, server_default=""),
        sa.Column("mail_detail", sa.Text, nullable=False, server_default=""),
        sa.Column("mail_attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("mail_due_at", sa.DateTime(timezone=True)),
        sa.Column("invited_at", sa.DateTime(timezone=True)),
        sa.Column("reminded_at", sa.DateTime(timezone=True)),
        sa.Column("reminders", sa.Integer, nullable=False, server_default="0"),
        sa.Column("accept_asked_by", sa.UnicodeText),
        sa.Column("accept_asked_at", sa.DateTime(timezone=True)),
        sa.Column("accept_problem", sa.Text, nullable=False, server_default=""),
        sa.Index("idx_odl_campaign_mail", "mail_state", "mail_due_at"),
        sa.Index("idx_odl_campaign_member_of", "organization_id"),
    )

    campaign_id: Mapped[str]
    organization_id: Mapped[str]
    email: Mapped[str]
    link_id: Mapped[str | None]
    mail_kind: Mapped[str]
    mail_state: Mapped[str]
    mail_error: Mapped[str]
    mail_detail: Mapped[str]
    mail_attempts: Mapped[int]
    mail_due_at: Mapped[dt.datetime | None]
    invited_at: Mapped[dt.datetime | None]
    reminded_at: Mapped[dt.datetime | None]
    reminders: Mapped[int]
    accept_asked_by: Mapped[str | None]
    accept_asked_at: Mapped[dt.datetime | None]
    accept_problem: Mapped[str]


class DepositLink(tk.BaseModel):
    """A link by which one organization brings a file of one model without an account.

    ``token_hash``: SHA-256 of the token, in hexadecimal; the token itself is kept nowhere. ``expires_on``: the last day
    on which it works. ``revoked_at``: from then on it is dead everywhere.
    """

    __table__ = sa.Table(
        "odl_deposit_link",
        tk.BaseModel.metadata,
        sa.Column("id", sa.UnicodeText, primary_key=True),
        sa.Column("token_hash", sa.Text, nullable=False, unique=True),
        sa.Column("atd_id", sa.UnicodeText, nullable=False),
        sa.Column("organization_id", sa.UnicodeText, nullable=False, index=True),
        sa.Column("campaign_id", sa.UnicodeText, index=True),
        sa.Column("schema_id", sa.Text, nullable=False),
        sa.Column("schema_version", sa.Text, nullable=False, server_default=""),
        sa.Column("period", sa.Text, nullable=False, server_default=""),
        sa.Column("created_by", sa.UnicodeText),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_on", sa.Date, nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True)),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.Column("revoked_by", sa.UnicodeText),
    )

    id: Mapped[str]
    token_hash: Mapped[str]
    atd_id: Mapped[str]
    organization_id: Mapped[str]
    campaign_id: Mapped[str | None]
    schema_id: Mapped[str]
    schema_version: Mapped[str]
    period: Mapped[str]
    created_by: Mapped[str | None]
    created_at: Mapped[dt.datetime]
    expires_on: Mapped[dt.date]
    opened_at: Mapped[dt.datetime | None]
    used_at: Mapped[dt.datetime | None]
    revoked_at: Mapped[dt.datetime | None]
    revoked_by: Mapped[str | None]
