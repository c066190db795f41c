"""Where each collectivité stands on its path: computed from everything else, it can be thrown away.

Times are the database's, never a machine's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, Session

from .validation import clock

#: What lists count and filter by, each as a condition on a row. The database keeps the answers as bits of ``flags``, in
#: this order: no write can forget them. A new one goes to the end, with a migration.
FLAGS = {
    "stale": "stale > 0",
    "no_contact": "computed_at IS NOT NULL AND NOT has_contact",
    "quiet": """why @> '[{"code": "quiet"}]'""",
    "to_mend": "files_to_mend > 0",
    "proposal": "proposals > 0",
    "expiring": "expiring > 0",
    "not_begun": """computed_at IS NOT NULL AND (last_activity IS NULL OR why @> '[{"code": "no_file"}]')""",
    "waiting": "computed_at IS NULL",
    "inactive": "last_activity IS NULL",
}
_FLAGS = " + ".join(f"CASE WHEN {condition} THEN {1 << bit} ELSE 0 END" for bit, condition in enumerate(FLAGS.values()))
#: What the figures of a list are made of: an index holds it, so that they are counted without opening the rows.
COUNTED = ("facets", "flags", "advanced_on", "proposals", "valid_files", "files_to_mend", "minutes_left")
#: What lists are narrowed to, in the order in which ``facets`` holds the values of a row, between unit separators.
FACETS = ("current", "kind", "department", "profile", "group_name")
FACET_SEPARATOR = "\x1f"
_FACETS = " || chr(31) || ".join(f'"{name}"' for name in FACETS)


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
        sa.Column("flags", sa.SmallInteger, sa.Computed(_FLAGS, persisted=True)),
        sa.Column("facets", sa.Text, sa.Computed(f"left({_FACETS}, 500)", persisted=True)),
        sa.Index("idx_odl_progress_order", sa.text("priority DESC"), "sort_title", "organization_id"),
        sa.Index("idx_odl_progress_figures", "organization_id", postgresql_include=COUNTED),
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
    flags: Mapped[int]
    facets: Mapped[str]

    @classmethod
    def has(cls, flag: str, column: Any = None) -> Any:
        """The condition that a row has one of :data:`FLAGS`; *column*: where its flags stand."""
        flags = cls.__table__.c.flags if column is None else column
        return flags.op("&")(1 << list(FLAGS).index(flag)) != 0

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
    def mark_owners(cls, session: Session, package_ids: Iterable[str]) -> None:
        """Say it for the organizations that own these datasets, or owned them before; the caller commits."""
        member: Any = model.Member
        owners = (
            sa.select(member.group_id, clock())
            .where(
                member.table_name == "package",
                member.table_id.in_(list(package_ids)),
                member.capacity == "organization",
                member.group_id.isnot(None),
            )
            .group_by(member.group_id)
            .order_by(member.group_id)  # in one order, so that two callers never wait for each other
        )
        statement = insert(cls.__table__).from_select(["organization_id", "dirty_at"], owners)
        session.execute(statement.on_conflict_do_update(index_elements=["organization_id"], set_={"dirty_at": clock()}))

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
