"""The path of each collectivité: progress, proofs, mandates, history.

Revision ID: 002
Revises: 001
Create Date: 2026-11-22
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "002"
down_revision = "001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "odl_progress",
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
    op.create_table(
        "odl_proof",
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
    op.create_table(
        "odl_mandate",
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
    op.create_table(
        "odl_path_history",
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
    )
    op.create_index("odl_path_history_of", "odl_path_history", ["organization_id", "id"])


def downgrade() -> None:
    op.drop_table("odl_path_history")
    op.drop_table("odl_mandate")
    op.drop_table("odl_proof")
    op.drop_table("odl_progress")
