"""The path of each collectivité: where it stands, what was given as proof, who may act for it, and all that changed.

:class:`PathProgress` is computed from everything else and can be thrown away; the three other tables cannot. Times are
the database's, never a machine's.
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


class PathProgress(tk.BaseModel):
    """Where one organization stands: what lists sort and filter by, and the whole evaluation (``progress``).

    ``dirty_at``: something changed then that no computation has seen yet. ``sent_at``: a worker was last told so.
    """

    __table__ = sa.Table(
        "odl_progress",
        tk.BaseModel.metadata,
        sa.Column("organization_id", sa.UnicodeText, primary_key=True),
        sa.Column("dirty_at", sa.DateTime(timezone=True), index=True),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("computed_at", sa.DateTime(timezone=True)),
        sa.Column("computed_on", sa.Date),
        sa.Column("definition", sa.Text, nullable=False, server_default=""),
        sa.Column("sort_title", sa.Text, nullable=False, server_default=""),
        sa.Column("kind", sa.Text, nullable=False, server_default=""),
        sa.Column("department", sa.Text, nullable=False, server_default=""),
        sa.Column("group_name", sa.Text, nullable=False, server_default=""),
        sa.Column("profile", sa.Text, nullable=False, server_default=""),
        sa.Column("population", sa.Integer),
        sa.Column("is_atd", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("is_public", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("current", sa.Text, nullable=False, server_default=""),
        sa.Column("done", sa.Integer, nullable=False, server_default="0"),
        sa.Column("applicable", sa.Integer, nullable=False, server_default="0"),
        sa.Column("stale", sa.Integer, nullable=False, server_default="0"),
        sa.Column("stale_since", sa.Date),
        sa.Column("minutes_left", sa.Integer, nullable=False, server_default="0"),
        sa.Column("valid_files", sa.Integer, nullable=False, server_default="0"),
        sa.Column("files_to_mend", sa.Integer, nullable=False, server_default="0"),
        sa.Column("proposals", sa.Integer, nullable=False, server_default="0"),
        sa.Column("expiring", sa.Integer, nullable=False, server_default="0"),
        sa.Column("last_activity", sa.Date),
        sa.Column("has_contact", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("advanced_on", sa.Date),
        sa.Column("priority", sa.Integer, nullable=False, server_default="0"),
        sa.Column("why", JSONB),
        sa.Column("phases", JSONB),
        sa.Column("progress", JSONB),
    )

    organization_id: Mapped[str]
    dirty_at: Mapped[dt.datetime | None]
    sent_at: Mapped[dt.datetime | None]
    computed_at: Mapped[dt.datetime | None]
    computed_on: Mapped[dt.date | None]
    definition: Mapped[str]
    sort_title: Mapped[str]
    kind: Mapped[str]
    department: Mapped[str]
    group_name: Mapped[str]
    profile: Mapped[str]
    population: Mapped[int | None]
    is_atd: Mapped[bool]
    is_public: Mapped[bool]
    current: Mapped[str]
    done: Mapped[int]
    applicable: Mapped[int]
    stale: Mapped[int]
    stale_since: Mapped[dt.date | None]
    minutes_left: Mapped[int]
    valid_files: Mapped[int]
    files_to_mend: Mapped[int]
    proposals: Mapped[int]
    expiring: Mapped[int]
    last_activity: Mapped[dt.date | None]
    has_contact: Mapped[bool]
    advanced_on: Mapped[dt.date | None]
    priority: Mapped[int]
    why: Mapped[list[dict[str, Any]] | None]
    phases: Mapped[list[dict[str, Any]] | None]
    progress: Mapped[dict[str, Any] | None]

    @classmethod
    def mark(cls, session: Session, organization_ids: Iterable[str]) -> None:
        """Say that something changed for these organizations."""
        ids = sorted(set(organization_ids))  # in one order, so that two callers never wait for each other
        if ids:
            statement = insert(cls.__table__).values([{"organization_id": id_, "dirty_at": clock()} for id_ in ids])
            session.execute(
                statement.on_conflict_do_update(index_elements=["organization_id"], set_={"dirty_at": clock()})
            )
        session.commit()

    @classmethod
    def claim(cls, session: Session, seconds: int) -> str | None:
        """The organization that waits longest; it is marked as taken, and given again after *seconds* if nothing comes
        of it."""
        table = cls.__table__
        first = (
            sa.select(table.c.organization_id)
            .where(table.c.dirty_at.isnot(None), cls._free(seconds))
            .order_by(table.c.dirty_at)
            .limit(1)
            .with_for_update(skip_locked=True)
            .scalar_subquery()
        )
        statement = sa.update(table).where(table.c.organization_id == first).values(sent_at=clock())
        taken = session.execute(statement.returning(table.c.organization_id)).scalar()
        session.commit()
        return taken

    @classmethod
    def _free(cls, seconds: int) -> Any:
        table = cls.__table__
        return sa.or_(table.c.sent_at.is_(None), table.c.sent_at < clock(-seconds))

    @classmethod
    def late(cls, session: Session, seconds: int) -> int:
        """How many organizations no worker took within *seconds*."""
        table = cls.__table__
        waiting = (table.c.dirty_at < clock(-seconds), cls._free(seconds))
        found = session.execute(sa.select(sa.func.count()).select_from(table).where(*waiting)).scalar_one()
        session.commit()
        return found

    @classmethod
    def lock(cls, session: Session, organization_id: str) -> dt.datetime:
        """Wait until nobody else computes this organization, to the end of the transaction.

        All that is read afterwards is at least as new as the moment returned, by the database's clock.
        """
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(f"odl_progress:{organization_id}"))))
        return session.execute(sa.select(sa.func.clock_timestamp())).scalar_one()

    @classmethod
    def store(cls, session: Session, organization_id: str, started: dt.datetime, values: dict[str, Any]) -> bool:
        """Write a computation whose facts were read after *started*; False when a newer one is there already.

        What changed after *started* leaves the row dirty.
        """
        table = cls.__table__
        seen = sa.case((table.c.dirty_at <= started, sa.null()), else_=table.c.dirty_at)
        statement = insert(table).values(organization_id=organization_id, computed_at=started, **values)
        written = session.execute(
            statement.on_conflict_do_update(
                index_elements=["organization_id"],
                set_={**values, "computed_at": started, "dirty_at": seen, "sent_at": None},
                where=sa.or_(table.c.computed_at.is_(None), table.c.computed_at <= started),
            ).returning(table.c.organization_id)
        )
        return written.first() is not None

    @classmethod
    def is_dirty(cls, session: Session, organization_id: str) -> bool:
        """Whether something changed that the stored computation has not seen."""
        table = cls.__table__
        return session.execute(
            sa.select(table.c.dirty_at.isnot(None)).where(table.c.organization_id == organization_id)
        ).scalar_one()

    @classmethod
    def is_fresh(cls, session: Session, organization_id: str, day: dt.date, definition: str) -> bool:
        """Whether the stored computation is of that day and checklist, and nothing changed since."""
        table = cls.__table__
        return bool(
            session.execute(
                sa.select(table.c.organization_id).where(
                    table.c.organization_id == organization_id, sa.not_(cls._outdated(day, definition))
                )
            ).first()
        )

    @classmethod
    def _outdated(cls, day: dt.date, definition: str) -> Any:
        table = cls.__table__
        return sa.or_(
            table.c.dirty_at.isnot(None),
            table.c.progress.is_(None),
            table.c.computed_on.is_distinct_from(day),
            table.c.definition != definition,
        )

    @classmethod
    def _to_do(cls, before: dt.datetime, day: dt.date | None, definition: str) -> Any:
        """Rows not computed since *before*; with *day*, of these only the outdated."""
        table = cls.__table__
        old = sa.or_(table.c.computed_at.is_(None), table.c.computed_at < before)
        return old if day is None else sa.and_(old, cls._outdated(day, definition))

    @classmethod
    def take(
        cls, session: Session, before: dt.datetime, limit: int, *, day: dt.date | None, definition: str
    ) -> list[str]:
        """The next organizations to compute that no other process took since *before*; they are marked as taken."""
        table = cls.__table__
        free = sa.or_(table.c.sent_at.is_(None), table.c.sent_at < before)
        chosen = (
            sa.select(table.c.organization_id)
            .where(cls._to_do(before, day, definition), free)
            .order_by(table.c.organization_id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        statement = sa.update(table).where(table.c.organization_id.in_(chosen)).values(sent_at=clock())
        ids = list(session.execute(statement.returning(table.c.organization_id)).scalars())
        session.commit()
        return sorted(ids)

    @classmethod
    def left(cls, session: Session, before: dt.datetime, *, day: dt.date | None, definition: str) -> int:
        """How many organizations :meth:`take` has still to give."""
        table = cls.__table__
        free = sa.or_(table.c.sent_at.is_(None), table.c.sent_at < before)
        number = session.execute(
            sa.select(sa.func.count()).select_from(table).where(cls._to_do(before, day, definition), free)
        ).scalar_one()
        session.commit()
        return number

    @classmethod
    def remove(cls, session: Session, organization_id: str) -> None:
        """Forget where a deleted organization stood; its proofs and its history stay."""
        session.execute(sa.delete(cls.__table__).where(cls.__table__.c.organization_id == organization_id))


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
