"""Deposits: files on their way to being published.

Revision ID: 006
Revises: 005
Create Date: 2026-11-23
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "006"
down_revision = "005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "odl_deposit",
        sa.Column("id", sa.UnicodeText, primary_key=True),
        sa.Column("organization_id", sa.UnicodeText, nullable=False),
        sa.Column("owner_id", sa.UnicodeText, index=True),
        sa.Column("link_id", sa.UnicodeText, index=True),
        sa.Column("campaign_id", sa.UnicodeText, index=True),
        sa.Column("split_of", sa.UnicodeText, index=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.Column("schema_id", sa.Text, nullable=False, server_default=""),
        sa.Column("schema_version", sa.Text, nullable=False, server_default=""),
        sa.Column("schema_chosen", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("place", sa.Text, nullable=False, server_default="dataset"),
        sa.Column("package_id", sa.UnicodeText, index=True),
        sa.Column("resource_id", sa.UnicodeText, index=True),
        sa.Column("package", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.Column("resource", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.Column("answers", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.Column("file_id", sa.UnicodeText),
        sa.Column("publish_on", sa.Date),
        sa.Column("approved_by", sa.Text, nullable=False, server_default=""),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.Index("idx_odl_deposit_of", "organization_id", "state", "updated_at"),
        sa.Index("idx_odl_deposit_expiry", "state", "expires_at"),
    )
    op.create_table(
        "odl_deposit_file",
        sa.Column("id", sa.UnicodeText, primary_key=True),
        sa.Column("deposit_id", sa.UnicodeText, nullable=False, index=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False, index=True),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("made_from", sa.UnicodeText),
        sa.Column("changes", JSONB),
        sa.Column("inspection", JSONB),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.UnicodeText),
        sa.Column("discarded_at", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "odl_deposit_event",
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("deposit_id", sa.UnicodeText, nullable=False, index=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.UnicodeText),
        sa.Column("link_id", sa.UnicodeText),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("detail", JSONB),
    )
    op.create_table(
        "odl_privacy_answer",
        sa.Column("package_id", sa.UnicodeText, primary_key=True),
        sa.Column("columns_key", sa.Text, primary_key=True),
        sa.Column("answers", JSONB, nullable=False),
        sa.Column("answered_by", sa.UnicodeText),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("odl_privacy_answer")
    op.drop_table("odl_deposit_event")
    op.drop_table("odl_deposit_file")
    op.drop_table("odl_deposit")
