"""Versions of schemas that this portal brought from the national catalogue. A row is written once and never changes."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from ckan.plugins import toolkit as tk
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session

from ckanext.odl.scdl import BroughtVersion

from .validation import clock


class SchemaVersion(tk.BaseModel):
    """One version of one schema. ``content`` is the file as it came, for the order of its keys means something."""

    __table__ = sa.Table(
        "odl_schema_version",
        tk.BaseModel.metadata,
        sa.Column("schema_id", sa.Text, primary_key=True),
        sa.Column("version", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False, server_default=""),
        sa.Column("description", sa.Text, nullable=False, server_default=""),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("brought_at", sa.DateTime(timezone=True), nullable=False),
    )

    schema_id: Mapped[str]
    version: Mapped[str]
    kind: Mapped[str]
    title: Mapped[str]
    description: Mapped[str]
    url: Mapped[str]
    content: Mapped[str]
    brought_at: Mapped[dt.datetime]

    @classmethod
    def add(cls, session: Session, one: BroughtVersion) -> bool:
        """Keep a version for good; False when there was one with this number, which stays as it is."""
        statement = (
            insert(cls.__table__)
            .values(
                schema_id=one.id,
                version=one.version,
                kind=one.kind,
                title=one.title,
                description=one.description,
                url=one.url,
                content=one.content,
                brought_at=clock(),
            )
            .on_conflict_do_nothing()
            .returning(cls.__table__.c.version)
        )
        added = session.execute(statement).scalar() is not None
        session.commit()
        return added

    @classmethod
    def stamp(cls, connection: sa.engine.Connection) -> tuple[int, dt.datetime | None]:
        """What changes when a version is added or gone: how many there are, and when the last one came."""
        table = cls.__table__
        count, last = connection.execute(sa.select(sa.func.count(), sa.func.max(table.c.brought_at))).one()
        return count, last

    @classmethod
    def everything(cls, connection: sa.engine.Connection) -> tuple[BroughtVersion, ...]:
        """All that was brought, in the order in which it came."""
        table = cls.__table__
        rows = connection.execute(sa.select(table).order_by(table.c.brought_at, table.c.schema_id, table.c.version))
        return tuple(
            BroughtVersion(
                id=row.schema_id,
                version=row.version,
                kind=row.kind,
                title=row.title,
                description=row.description,
                url=row.url,
                content=row.content,
                day=row.brought_at.date().isoformat(),
            )
            for row in rows
        )
