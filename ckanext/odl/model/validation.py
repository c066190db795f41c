"""What is known of each uploaded file, and the checks of its contents.

One row of :class:`Validation` is one file content (sha256) held against one schema version for one resource, or,
without a dataset, for one file of a deposit. The row is the truth; the job queue is only a hint that there is work.
Times are the database's, never a machine's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Any, cast
from uuid import uuid4

import sqlalchemy as sa
from ckan.plugins import toolkit as tk
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, Session

from ckanext.odl import config
from ckanext.odl.validation import is_document

#: Deaths after which a file is left alone.
MAX_ATTEMPTS = 3


class State(str, Enum):
    """Where a check stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    INTERRUPTED = "interrupted"
    CANCELLED = "cancelled"


def clock(seconds: float = 0) -> Any:
    """The database's own time, *seconds* from now."""
    return sa.func.clock_timestamp() + sa.text(f"interval '{seconds} seconds'")


def change(session: Session, statement: Any) -> int:
    """Run an update; the number of rows that it changed."""
    return cast(Any, session.execute(statement)).rowcount


class StoredFile(tk.BaseModel):
    """Identity of the bytes behind an uploaded file.

    ``stamp`` is CKAN's ``last_modified`` of the resource when the bytes were read, ``trace`` what the disk said of the
    file (empty when it says nothing): when one of them moves, the bytes are read again.
    """

    __table__ = sa.Table(
        "odl_file",
        tk.BaseModel.metadata,
        sa.Column("resource_id", sa.UnicodeText, primary_key=True),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("stamp", sa.Text, nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trace", sa.Text, nullable=False, server_default=""),
    )

    resource_id: Mapped[str]
    sha256: Mapped[str]
    size: Mapped[int]
    stamp: Mapped[str]
    seen_at: Mapped[dt.datetime]
    trace: Mapped[str]

    @classmethod
    def record(cls, session: Session, resource_id: str, sha256: str, size: int, stamp: str, trace: str) -> None:
        """Write what the file is now, whatever was known before."""
        values = {"sha256": sha256, "size": size, "stamp": stamp, "trace": trace, "seen_at": clock()}
        session.execute(
            insert(cls.__table__)
            .values(resource_id=resource_id, **values)
            .on_conflict_do_update(index_elements=["resource_id"], set_=values)
        )


class Validation(tk.BaseModel):
    """One check: a resource, the sha256 of its bytes, a schema and its version (empty strings without a schema)."""

    __table__ = sa.Table(
        "odl_validation",
        tk.BaseModel.metadata,
        sa.Column("id", sa.UnicodeText, primary_key=True),
        sa.Column("resource_id", sa.UnicodeText, nullable=False),
        sa.Column("package_id", sa.UnicodeText, nullable=False, index=True),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("schema_id", sa.Text, nullable=False, server_default=""),
        sa.Column("schema_version", sa.Text, nullable=False, server_default=""),
        sa.Column("file_name", sa.Text, nullable=False, server_default=""),
        sa.Column("size", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("state", sa.Text, nullable=False, index=True),
        sa.Column("status", sa.Text),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("counts", JSONB),
        sa.Column("report", JSONB),
        # Whether the search knows the outcome; false for the moment between the two, or as long as it is down.
        sa.Column("said", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.UniqueConstraint("resource_id", "sha256", "schema_id", "schema_version", name="odl_validation_key"),
        sa.Index("idx_odl_validation_unsaid", "package_id", postgresql_where=sa.text("not said")),
    )

    id: Mapped[str]
    resource_id: Mapped[str]
    package_id: Mapped[str]
    sha256: Mapped[str]
    schema_id: Mapped[str]
    schema_version: Mapped[str]
    file_name: Mapped[str]
    size: Mapped[int]
    state: Mapped[str]
    status: Mapped[str | None]
    attempts: Mapped[int]
    lease_until: Mapped[dt.datetime | None]
    queued_at: Mapped[dt.datetime]
    started_at: Mapped[dt.datetime | None]
    finished_at: Mapped[dt.datetime | None]
    counts: Mapped[dict[str, Any] | None]
    report: Mapped[dict[str, Any] | None]
    said: Mapped[bool]

    @classmethod
    def ask(
        cls,
        session: Session,
        *,
        resource_id: str,
        package_id: str,
        sha256: str,
        schema_id: str,
        schema_version: str,
        file_name: str,
        size: int,
        sheet: str | None = None,
        again: bool = False,
    ) -> str | None:
        """Ask for a check.

        Returns the id of the row that now waits for a worker, or None when this content was already checked (or is
        being checked) against this version. With *again*, a finished check is run once more; with *sheet* ("" for
        none), one that was not asked to read this sheet of the workbook.
        """
        key = {
            "resource_id": resource_id,
            "sha256": sha256,
            "schema_id": schema_id,
            "schema_version": schema_version,
        }
        waiting = {"state": State.WAITING.value, "queued_at": clock(), "attempts": 0, "lease_until": None}
        table = cls.__table__
        redo = [State.CANCELLED.value] + ([State.DONE.value, State.INTERRUPTED.value] if again else [])
        asked = sa.func.coalesce(table.c.counts["sheet"].astext, "")
        otherwise = [] if sheet is None else [sa.and_(table.c.state == State.DONE.value, asked != sheet)]
        statement = (
            insert(table)
            .values(id=str(uuid4()), package_id=package_id, file_name=file_name, size=size, **key, **waiting)
            .on_conflict_do_update(
                constraint="odl_validation_key",
                set_={**waiting, "file_name": file_name, "package_id": package_id},
                where=sa.or_(table.c.state.in_(redo), *otherwise),
            )
            .returning(table.c.id)
        )
        return session.execute(statement).scalar()

    @classmethod
    def copy(
        cls,
        session: Session,
        id_: str,
        resource_id: str,
        package_id: str,
        schema_id: str,
        schema_version: str,
        sheet: str = "",
    ) -> None:
        """Give a resource the finished check that the same bytes have elsewhere, unless it has one.

        :param sheet: the one that it would be asked to read, and that was read
        """
        table = cls.__table__
        kept = ("sha256", "file_name", "size", "state", "status", "attempts", "queued_at", "started_at", "finished_at",
                "report")  # fmt: skip
        values = {"id": str(uuid4()), "resource_id": resource_id, "package_id": package_id, "schema_id": schema_id}
        values |= {"schema_version": schema_version, "said": False}
        named = [sa.literal(value, sa.Boolean if key == "said" else sa.Text) for key, value in values.items()]
        counts = table.c.counts.op("||")(sa.cast({"sheet": sheet}, JSONB)).label("counts")
        source = sa.select(*named, counts, *(table.c[name] for name in kept)).where(table.c.id == id_)
        session.execute(
            insert(table)
            .from_select([*values, "counts", *kept], source)
            .on_conflict_do_nothing(constraint="odl_validation_key")
        )

    @classmethod
    def checked(cls, session: Session, resource_ids: Collection[str]) -> set[tuple[str, str, str, str]]:
        """The checks that these files have or wait for: resource, sha256, schema, version."""
        table = cls.__table__
        keys = sa.select(table.c.resource_id, table.c.sha256, table.c.schema_id, table.c.schema_version)
        mine = (table.c.resource_id.in_(resource_ids), table.c.state != State.CANCELLED.value)
        return {tuple(row) for row in session.execute(keys.where(*mine))}

    @classmethod
    def claim(cls, session: Session, resource_id: str | None = None) -> Validation | None:
        """Take the check that waits longest for this worker, or None when nothing is left to do.

        :param resource_id: only one of this file
        """
        table = cls.__table__
        free = sa.or_(
            table.c.state == State.WAITING.value,
            sa.and_(table.c.state == State.RUNNING.value, table.c.lease_until < clock()),
        )
        this = [table.c.resource_id == resource_id] if resource_id else []
        first = (
            sa.select(table.c.id)
            .where(free, table.c.attempts < MAX_ATTEMPTS, *this)
            # somebody sits before a deposit and waits
            .order_by(table.c.package_id != "", table.c.queued_at)
            .limit(1)
            .with_for_update(skip_locked=True)
            .scalar_subquery()
        )
        claimed = session.execute(
            sa.update(table)
            .where(table.c.id == first)
            .values(
                state=State.RUNNING.value,
                attempts=table.c.attempts + 1,
                lease_until=clock(config.patience()),
                started_at=clock(),
            )
            .returning(table.c.id)
        ).scalar()
        session.commit()
        return session.get(cls, claimed, populate_existing=True) if claimed else None

    @classmethod
    def keep(cls, session: Session, id_: str, attempt: int) -> bool:
        """Renew the lease of a running check; False when it was given to another worker meanwhile."""
        kept = change(session, cls._mine(id_, attempt).values(lease_until=clock(config.patience())))
        session.commit()
        return bool(kept)

    @classmethod
    def finish(cls, session: Session, id_: str, attempt: int, report: dict[str, Any], sheet: str | None = None) -> bool:
        """Store the report; False (and nothing stored) when the check belongs to another worker by now.

        :param sheet: the one of a workbook that it was asked to read
        """
        done = change(
            session,
            cls._mine(id_, attempt).values(
                state=State.DONE.value,
                status=report["status"],
                counts={
                    **report["counts"],
                    **{name: report["file"].get(name) for name in ("rows", "years")},
                    **({"document": True} if is_document(report) else {}),
                    **({"sheet": sheet} if sheet else {}),
                },
                report=report,
                said=cls.__table__.c.package_id == "",
                lease_until=None,
                finished_at=clock(),
            ),
        )
        session.commit()
        return bool(done)

    @classmethod
    def cancel(cls, session: Session, id_: str, attempt: int) -> None:
        """Close a running check whose file is gone or was replaced."""
        session.execute(
            cls._mine(id_, attempt).values(state=State.CANCELLED.value, lease_until=None, finished_at=clock())
        )
        session.commit()

    @classmethod
    def give_back(cls, session: Session, id_: str, attempt: int) -> None:
        """Let a running check wait again, as if it had not begun: what stopped it has nothing to do with the file."""
        back = {"state": State.WAITING.value, "attempts": attempt - 1, "lease_until": None, "queued_at": clock()}
        session.execute(cls._mine(id_, attempt).values(**back))
        session.commit()

    @classmethod
    def give_up(cls, session: Session, id_: str, attempt: int) -> None:
        """Close a running check whose link could not be read; :meth:`try_again` takes it up again."""
        over = {"state": State.INTERRUPTED.value, "said": False, "lease_until": None, "finished_at": clock()}
        session.execute(cls._mine(id_, attempt).values(attempts=0, **over))
        session.commit()

    @classmethod
    def try_again(cls, session: Session, seconds: int) -> int:
        """Let the checks wait again whose link could not be read *seconds* ago or earlier; returns their number."""
        table = cls.__table__
        # a check whose worker died has its attempts
        old = (table.c.state == State.INTERRUPTED.value, table.c.attempts == 0, table.c.finished_at < clock(-seconds))
        found = change(session, sa.update(table).where(*old).values(state=State.WAITING.value, queued_at=clock()))
        session.commit()
        return found

    @classmethod
    def unsay(cls, session: Session, resource_id: str) -> None:
        """The search is to be told anew of a file whose checks have all ended."""
        mine = (cls.__table__.c.resource_id == resource_id, cls.__table__.c.finished_at.is_not(None))
        session.execute(sa.update(cls.__table__).where(*mine).values(said=False))

    @classmethod
    def unsaid(cls, session: Session, seconds: int) -> set[str]:
        """Datasets with a check that ended at least *seconds* ago, of which the search does not know."""
        table = cls.__table__
        late = sa.select(table.c.package_id).where(~table.c.said, table.c.finished_at < clock(-seconds))
        return set(session.execute(late).scalars())

    @classmethod
    @contextmanager
    def saying(cls, session: Session, package_ids: Collection[str]) -> Iterator[None]:
        """Inside, the search is told of these datasets; if nothing fails, their checks that had ended count as said."""
        table = cls.__table__
        mine = sa.select(table.c.id).where(~table.c.said, table.c.package_id.in_(package_ids))
        ids = list(session.execute(mine).scalars())
        session.commit()
        yield
        session.execute(sa.update(table).where(table.c.id.in_(ids)).values(said=True))
        session.commit()

    @classmethod
    def _mine(cls, id_: str, attempt: int) -> Any:
        table = cls.__table__
        return sa.update(table).where(
            table.c.id == id_, table.c.state == State.RUNNING.value, table.c.attempts == attempt
        )

    @classmethod
    def release_dead(cls, session: Session) -> tuple[int, list[str]]:
        """Give back the checks of workers that died.

        Returns how many wait again, and the datasets of those that are left alone after :data:`MAX_ATTEMPTS` deaths.
        """
        table = cls.__table__
        dead = sa.and_(table.c.state == State.RUNNING.value, table.c.lease_until < clock())
        given_up = (
            sa.update(table)
            .where(dead, table.c.attempts >= MAX_ATTEMPTS)
            .values(state=State.INTERRUPTED.value, said=table.c.package_id == "", lease_until=None, finished_at=clock())
            .returning(table.c.package_id)
        )
        packages = list(session.execute(given_up).scalars())
        again = change(
            session,
            sa.update(table).where(dead).values(state=State.WAITING.value, lease_until=None, queued_at=clock(-3600)),
        )
        session.commit()
        return again, packages

    @classmethod
    def late(cls, session: Session, seconds: int) -> int:
        """How many checks no worker took within *seconds*."""
        table = cls.__table__
        waiting = (table.c.state == State.WAITING.value, table.c.queued_at < clock(-seconds))
        found = session.execute(sa.select(sa.func.count()).select_from(table).where(*waiting)).scalar_one()
        session.rollback()
        return found
