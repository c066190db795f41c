"""The trace of a file on its disk, and whether the search knows the outcome of a check.

Revision ID: 003
Revises: 002
Create Date: 2026-11-22
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "003"
down_revision = "002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("odl_file", sa.Column("trace", sa.Text, nullable=False, server_default=""))
    op.add_column("odl_validation", sa.Column("said", sa.Boolean, nullable=False, server_default=sa.true()))
    op.create_index("idx_odl_validation_unsaid", "odl_validation", ["package_id"], postgresql_where=sa.text("not said"))


def downgrade() -> None:
    op.drop_index("idx_odl_validation_unsaid", "odl_validation")
    op.drop_column("odl_validation", "said")
    op.drop_column("odl_file", "trace")
