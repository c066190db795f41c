"""Members that a dataset of the structure above them speaks of.

Revision ID: 010
Revises: 008
Create Date: 2026-11-23
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "010"
down_revision = "009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("odl_deposit", sa.Column("covers", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "odl_covered",
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


def downgrade() -> None:
    op.drop_table("odl_covered")
    op.drop_column("odl_deposit", "covers")
