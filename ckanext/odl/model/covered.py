"""Members that a dataset of the structure above them speaks of: named with it, or refusing to be."""

from __future__ import annotations

import datetime as dt
from enum import Enum
from typing import Any

import sqlalchemy as sa
from ckan.plugins import toolkit as tk
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, Session

from .validation import clock


class CoverState(str, Enum):
    """What the page of a dataset says of a member: its name, or nothing, because it refused."""

    NAMED = "named"
    REFUSED = "refused"


class Covered(tk.BaseModel):
    """A member of whom rows stand in the files of a dataset.

    ``files``: how many rows, by file (resource). A refusal outlives the rows: it holds for the files to come.
    ``for_them``: somebody of the structure above wrote the answer down, not its own people. ``mail_due_at``: when the
    structure is to be told of a refusal, None once it was.
    """

    __table__ = sa.Table(
        "odl_covered",
        tk.BaseModel.metadata,
        sa.Column("package_id", sa.UnicodeText, primary_key=True),
        sa.Column("organization_id", sa.UnicodeText, primary_key=True),
        sa.Column("state", sa.Text, nullable=False, server_default="named"),
        sa.Column("files", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column("answered_by", sa.UnicodeText),
        sa.Column("for_them", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("why", sa.Text, nullable=False, server_default=""),
        sa.Column("mail_due_at", sa.DateTime(timezone=True), index=True),
        sa.Column("mail_attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Index("idx_odl_covered_of", "organization_id", "state"),
    )

    package_id: Mapped[str]
    organization_id: Mapped[str]
    state: Mapped[str]
    files: Mapped[dict[str, Any]]
    named_at: Mapped[dt.datetime]
    answered_at: Mapped[dt.datetime | None]
    answered_by: Mapped[str | None]
    for_them: Mapped[bool]
    why: Mapped[str]
    mail_due_at: Mapped[dt.datetime | None]
    mail_attempts: Mapped[int]

    @classmethod
    def put(cls, session: Session, package_id: str, resource_id: str, rows: dict[str, int]) -> None:
        """Write whom a file speaks of, whatever was known of it before; who refused stays one who refuses.

        :param rows: how many rows of it, by member
        """
        table = cls.__table__
        mine = table.c.package_id == package_id
        session.execute(
            sa.update(table)
            .where(mine, table.c.files.has_key(resource_id))
            .values(files=table.c.files.op("-")(sa.cast(resource_id, sa.Text)))
        )
        if rows:
            values = [
                {"package_id": package_id, "organization_id": id_, "files": {resource_id: count}, "named_at": clock()}
                for id_, count in sorted(rows.items())
            ]
            statement = insert(table).values(values)
            session.execute(
                statement.on_conflict_do_update(
                    index_elements=["package_id", "organization_id"],
                    set_={"files": table.c.files.concat(statement.excluded.files)},
                )
            )
        cls.forget(session, package_id)

    @classmethod
    def forget(cls, session: Session, package_id: str) -> None:
        """Take away those of whom nothing is left in a dataset, but for the refusals."""
        table = cls.__table__
        session.execute(
            sa.delete(table).where(
                table.c.package_id == package_id,
                table.c.state == CoverState.NAMED.value,
                table.c.files == sa.text("'{}'::jsonb"),
            )
        )
