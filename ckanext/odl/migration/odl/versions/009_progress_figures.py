"""What the figures of a list are made of, kept by the database beside each row.

Revision ID: 009
Revises: 008
Create Date: 2026-11-23
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "009"
down_revision = "008"
branch_labels = None
depends_on = None

_FLAGS = """
    CASE WHEN stale > 0 THEN 1 ELSE 0 END
    + CASE WHEN computed_at IS NOT NULL AND NOT has_contact THEN 2 ELSE 0 END
    + CASE WHEN why @> '[{"code": "quiet"}]' THEN 4 ELSE 0 END
    + CASE WHEN files_to_mend > 0 THEN 8 ELSE 0 END
    + CASE WHEN proposals > 0 THEN 16 ELSE 0 END
    + CASE WHEN expiring > 0 THEN 32 ELSE 0 END
    + CASE WHEN computed_at IS NOT NULL AND (last_activity IS NULL OR why @> '[{"code": "no_file"}]')
      THEN 64 ELSE 0 END
    + CASE WHEN computed_at IS NULL THEN 128 ELSE 0 END
    + CASE WHEN last_activity IS NULL THEN 256 ELSE 0 END
"""
_FACETS = """
    left("current" || chr(31) || kind || chr(31) || department || chr(31) || profile || chr(31) || group_name, 500)
"""


def upgrade() -> None:
    op.add_column("odl_progress", sa.Column("flags", sa.SmallInteger, sa.Computed(_FLAGS, persisted=True)))
    op.add_column("odl_progress", sa.Column("facets", sa.Text, sa.Computed(_FACETS, persisted=True)))
    op.create_index(
        "idx_odl_progress_figures",
        "odl_progress",
        ["organization_id"],
        postgresql_include=[
            "facets", "flags", "advanced_on", "proposals", "valid_files", "files_to_mend", "minutes_left",
        ],
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("idx_odl_progress_figures", "odl_progress")
    op.drop_column("odl_progress", "facets")
    op.drop_column("odl_progress", "flags")
