"""What people did on the path of a collectivité: proofs they gave, who may act for it, and all that changed.

Nothing of it can be computed again. Times are the database's, never a machine's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from enum import Enum
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from ckan.plugins import toolkit as tk
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, Session

from .validation import change, clock

#: What a person gives as proof of a step, and what else is decided about one.
EVIDENCE = ("file", "url", "note", "confirmation")
WAIVER, PROPOSAL = "waiver", "proposal"


class What(str, Enum):
    """What a line of the history tells."""

    STATE = "state"
    GIVEN = "proof_given"
    WITHDRAWN = "proof_withdrawn"
    WAIVED = "waived"
    UNWAIVED = "unwaived"
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    MANDATE_GIVEN = "mandate_given"
    MANDATE_CHANGED = "mandate_changed"
    MANDATE_ENDED = "mandate_ended"
    CALL = "call"


class PathProof(tk.BaseModel):
    """What a person said of a step: a proof (:data:`EVIDENCE`), the ATD's waiver, or a proposal of « sans objet ».

    ``value`` is the address, the text or the reason. ``outcome``: of a waiver the state it gives (``waived``,
    ``not_applicable``), of a proposal ``open``, ``accepted`` or ``refused``. ``body_id`` and ``mandate_id`` say for
    which body and under which mandate the author acted; ``ended_at`` that it counts no more.
    """

    __table__ = sa.Table(
        "odl_proof",
        tk.BaseModel.metadata,
        sa.Column("id", sa.UnicodeText, primary_key=True),
        sa.Column("organization_id", sa.UnicodeText, nullable=False, index=True),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False, server_default=""),
        sa.Column("outcome", sa.Text, nullable=False, server_default=""),
        sa.Column("file_name", sa.Text, nullable=False, server_default=""),
        sa.Column("file_type", sa.Text, nullable=False, server_default=""),
        sa.Column("file_size", sa.BigInteger),
        sa.Column("given_on", sa.Date, nullable=False),
        sa.Column("expires_on", sa.Date),
        sa.Column("author_id", sa.UnicodeText, nullable=False, server_default=""),
        sa.Column("body_id", sa.UnicodeText),
        sa.Column("mandate_id", sa.UnicodeText),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("ended_by", sa.UnicodeText),
        sa.Column("answer", sa.Text, nullable=False, server_default=""),
    )

    id: Mapped[str]
    organization_id: Mapped[str]
    step: Mapped[str]
    kind: Mapped[str]
    value: Mapped[str]
    outcome: Mapped[str]
    file_name: Mapped[str]
    file_type: Mapped[str]
    file_size: Mapped[int | None]
    given_on: Mapped[dt.date]
    expires_on: Mapped[dt.date | None]
    author_id: Mapped[str]
    body_id: Mapped[str | None]
    mandate_id: Mapped[str | None]
    created_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    ended_by: Mapped[str | None]
    answer: Mapped[str]

    @classmethod
    def add(cls, session: Session, **values: Any) -> str:
        """Store one; returns its id (``id`` may be given, when a file was stored under it)."""
        id_ = values.pop("id", None) or str(uuid4())
        session.execute(insert(cls.__table__).values(id=id_, created_at=clock(), **values))
        return id_

    @classmethod
    def end(cls, session: Session, id_: str, by: str, *, outcome: str | None = None, answer: str = "") -> bool:
        """Let it count no more; False when it had ended already."""
        table = cls.__table__
        values: dict[str, Any] = {"ended_at": clock(), "ended_by": by, "answer": answer}
        if outcome is not None:
            values["outcome"] = outcome
        return bool(
            change(session, sa.update(table).where(table.c.id == id_, table.c.ended_at.is_(None)).values(values))
        )

    @classmethod
    def current(cls, session: Session, organization_id: str, step: str, *kinds: str) -> list[PathProof]:
        """What counts today for a step, of these kinds, newest first."""
        statement = sa.select(cls).where(
            cls.organization_id == organization_id, cls.step == step, cls.kind.in_(kinds), cls.ended_at.is_(None)
        )
        return list(session.scalars(statement.order_by(cls.created_at.desc())))


class PathMandate(tk.BaseModel):
    """Who is the referent of a collectivité, as what, from and until when; never an address or a telephone number.

    ``role``: agent, elu, atd, epci, secretary. ``title``: the function in words. ``user_id``: their account.
    ``body_id``: the body that lends them (ATD, EPCI, another commune), when there are.
    """

    __table__ = sa.Table(
        "odl_mandate",
        tk.BaseModel.metadata,
        sa.Column("id", sa.UnicodeText, primary_key=True),
        sa.Column("organization_id", sa.UnicodeText, nullable=False, index=True),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False, server_default=""),
        sa.Column("user_id", sa.UnicodeText),
        sa.Column("body_id", sa.UnicodeText),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("until", sa.Date),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.UnicodeText, nullable=False, server_default=""),
        sa.Column("removed_at", sa.DateTime(timezone=True)),
    )

    id: Mapped[str]
    organization_id: Mapped[str]
    role: Mapped[str]
    title: Mapped[str]
    user_id: Mapped[str | None]
    body_id: Mapped[str | None]
    since: Mapped[dt.date]
    until: Mapped[dt.date | None]
    created_at: Mapped[dt.datetime]
    created_by: Mapped[str]
    removed_at: Mapped[dt.datetime | None]

    @classmethod
    def put(cls, session: Session, id_: str | None, **values: Any) -> str:
        """Write a new mandate, or other values into the one with this id; returns its id."""
        if id_:
            session.execute(sa.update(cls.__table__).where(cls.__table__.c.id == id_).values(values))
            return id_
        id_ = str(uuid4())
        session.execute(insert(cls.__table__).values(id=id_, created_at=clock(), **values))
        return id_

    @classmethod
    def remove(cls, session: Session, id_: str) -> None:
        """Take back a mandate; the history keeps it."""
        session.execute(sa.update(cls.__table__).where(cls.__table__.c.id == id_).values(removed_at=clock()))


class PathHistory(tk.BaseModel):
    """One change: what (:class:`What`), before and after, why, by whom (nobody: computed), for which body."""

    __table__ = sa.Table(
        "odl_path_history",
        tk.BaseModel.metadata,
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("organization_id", sa.UnicodeText, nullable=False),
        sa.Column("step", sa.Text, nullable=False, server_default=""),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("before", JSONB),
        sa.Column("after", JSONB),
        sa.Column("why", JSONB),
        sa.Column("user_id", sa.UnicodeText),
        sa.Column("body_id", sa.UnicodeText),
        sa.Column("mandate_id", sa.UnicodeText),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Index("odl_path_history_of", "organization_id", "id"),
    )

    id: Mapped[int]
    organization_id: Mapped[str]
    step: Mapped[str]
    what: Mapped[str]
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    why: Mapped[dict[str, Any] | None]
    user_id: Mapped[str | None]
    body_id: Mapped[str | None]
    mandate_id: Mapped[str | None]
    at: Mapped[dt.datetime]

    @classmethod
    def write(cls, session: Session, lines: Iterable[dict[str, Any]]) -> None:
        """Add lines (columns of the table but ``id`` and ``at``)."""
        rows = [{"before": None, "after": None, "why": None, **line, "at": clock()} for line in lines]
        if rows:
            keys = {key for row in rows for key in row}
            session.execute(insert(cls.__table__).values([{**dict.fromkeys(keys), **row} for row in rows]))
