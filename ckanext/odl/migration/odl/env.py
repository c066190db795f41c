"""Alembic's entry: the history of our own tables, kept apart from CKAN's in ``odl_alembic_version``."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import context
from ckan.model.meta import metadata

VERSION_TABLE = "odl_alembic_version"


def _ours(_object: Any, name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:
    return kind != "table" or (name or "").startswith("odl_")


def _migrate(**target: Any) -> None:
    context.configure(target_metadata=metadata, version_table=VERSION_TABLE, include_object=_ours, **target)
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    _migrate(url=context.config.get_main_option("sqlalchemy.url"), literal_binds=True)
else:
    engine = sa.engine_from_config(
        context.config.get_section(context.config.config_ini_section) or {},
        prefix="sqlalchemy.",
        poolclass=sa.pool.NullPool,
    )
    with engine.connect() as connection:
        _migrate(connection=connection)
