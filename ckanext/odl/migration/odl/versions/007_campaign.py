"""Collection campaigns: lists of members, campaigns, links to deposit without an account.

Revision ID: 007
Revises: 006
Create Date: 2026-11-23
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "007"
down_revision = "006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "odl_member_contact",
        sa.Column("atd_id", sa.UnicodeText, primary_key=True),
        sa.Column("organization_id", sa.UnicodeText, primary_key=True),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.UnicodeText),
    )
    op.create_table(
        "odl_member_import",
        sa.Column("id", sa.UnicodeText, primary_key=True),
        sa.Column("atd_id", sa.UnicodeText, nullable=False, index=True),
        sa.Column("file_name", sa.Text, nullable=False, server_default=""),
        sa.Column("department", sa.Text, nullable=False, server_default=""),
        sa.Column("columns", JSONB),
        sa.Column("state", sa.Text, nullable=False, index=True),
        sa.Column("created_by", sa.UnicodeText, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "odl_member_row",
        sa.Column("import_id", sa.UnicodeText, primary_key=True),
        sa.Column("line", sa.Integer, primary_key=True),
        sa.Column("data", JSONB, nullable=False),
        sa.Column("body", sa.Text),
        sa.Column("organization_id", sa.UnicodeText),
        sa.Column("result", sa.Text),
        sa.Column("why", sa.Text, nullable=False, server_default=""),
    )
    op.create_table(
        "odl_campaign",
        sa.Column("id", sa.UnicodeText, primary_key=True),
        sa.Column("atd_id", sa.UnicodeText, nullable=False, index=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("schema_id", sa.Text, nullable=False),
        sa.Column("schema_version", sa.Text, nullable=False, server_default=""),
        sa.Column("period", sa.Text, nullable=False, server_default=""),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("texts", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.Column("contact", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.Column("created_by", sa.UnicodeText, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True)),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "odl_campaign_member",
        sa.Column("campaign_id", sa.UnicodeText, primary_key=True),
        sa.Column("organization_id", sa.UnicodeText, primary_key=True),
        sa.Column("email", sa.Text, nullable=False, server_default=""),
        sa.Column("link_id", sa.UnicodeText),
        sa.Column("mail_kind", sa.Text, nullable=False, server_default=""),
        sa.Column("mail_state", sa.Text, nullable=False, server_default="none"),
        sa.Column("mail_error", sa.Text, nullable=False, server_default=""),
        sa.Column("mail_detail", sa.Text, nullable=False, server_default=""),
        sa.Column("mail_attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("mail_due_at", sa.DateTime(timezone=True)),
        sa.Column("invited_at", sa.DateTime(timezone=True)),
        sa.Column("reminded_at", sa.DateTime(timezone=True)),
        sa.Column("reminders", sa.Integer, nullable=False, server_default="0"),
        sa.Column("accept_asked_by", sa.UnicodeText),
        sa.Column("accept_asked_at", sa.DateTime(timezone=True)),
        sa.Column("accept_problem", sa.Text, nullable=False, server_default=""),
        sa.Index("idx_odl_campaign_mail", "mail_state", "mail_due_at"),
        sa.Index("idx_odl_campaign_member_of", "organization_id"),
    )
    op.create_table(
        "odl_deposit_link",
        sa.Column("id", sa.UnicodeText, primary_key=True),
        sa.Column("token_hash", sa.Text, nullable=False, unique=True),
        sa.Column("atd_id", sa.UnicodeText, nullable=False),
        sa.Column("organization_id", sa.UnicodeText, nullable=False, index=True),
        sa.Column("campaign_id", sa.UnicodeText, index=True),
        sa.Column("schema_id", sa.Text, nullable=False),
        sa.Column("schema_version", sa.Text, nullable=False, server_default=""),
        sa.Column("period", sa.Text, nullable=False, server_default=""),
        sa.Column("created_by", sa.UnicodeText),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_on", sa.Date, nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True)),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.Column("revoked_by", sa.UnicodeText),
    )


def downgrade() -> None:
    op.drop_table("odl_deposit_link")
    op.drop_table("odl_campaign_member")
    op.drop_table("odl_campaign")
    op.drop_table("odl_member_row")
    op.drop_table("odl_member_import")
    op.drop_table("odl_member_contact")
