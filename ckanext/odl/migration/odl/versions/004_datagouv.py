"""Links with data.gouv.fr: organizations, datasets, runs.

Revision ID: 004
Revises: 003
Create Date: 2026-11-22
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "004"
down_revision = "003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "odl_datagouv_link",
        sa.Column("organization_id", sa.UnicodeText, primary_key=True),
        sa.Column("national_id", sa.Text, nullable=False, server_default="", index=True),
        sa.Column("national_name", sa.Text, nullable=False, server_default=""),
        sa.Column("siret", sa.Text, nullable=False, server_default=""),
        sa.Column("mode", sa.Text, nullable=False, server_default="carried"),
        sa.Column("auto_accept", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("withheld", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("withheld_reason", sa.Text, nullable=False, server_default=""),
        sa.Column("confirmed_by", sa.UnicodeText),
        sa.Column("confirmed_at", sa.DateTime(timezone=True)),
        sa.Column("harvester_id", sa.Text, nullable=False, server_default=""),
        sa.Column("backcheck", JSONB),
        sa.Column("backchecked_at", sa.DateTime(timezone=True)),
        sa.Column("backcheck_error", JSONB),
        sa.Column("backcheck_asked_at", sa.DateTime(timezone=True)),
        sa.Column("backcheck_listed_at", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "odl_twin",
        sa.Column("national_id", sa.Text, primary_key=True),
        sa.Column("organization_id", sa.UnicodeText, nullable=False),
        sa.Column("package_id", sa.UnicodeText, index=True),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False, server_default=""),
        sa.Column("slug", sa.Text, nullable=False, server_default=""),
        sa.Column("record", JSONB),
        sa.Column("fingerprint", sa.Text, nullable=False, server_default=""),
        sa.Column("national_modified", sa.DateTime(timezone=True)),
        sa.Column("source_id", sa.UnicodeText, index=True),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("last_seen", sa.DateTime(timezone=True)),
        sa.Column("gone_since", sa.DateTime(timezone=True)),
        sa.Column("decided_by", sa.UnicodeText),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("written", JSONB),
        sa.Column("local_fields", JSONB),
        sa.Column("outgoing", JSONB),
        sa.Column("error", JSONB),
    )
    op.create_index("idx_odl_twin_of", "odl_twin", ["organization_id", "state"])
    op.create_table(
        "odl_datagouv_run",
        sa.Column("id", sa.UnicodeText, primary_key=True),
        sa.Column("source_id", sa.UnicodeText, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("asked_by", sa.UnicodeText),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("progress", JSONB),
        sa.Column("counts", JSONB),
        sa.Column("problems", JSONB),
    )
    op.create_index("idx_odl_datagouv_run_of", "odl_datagouv_run", ["source_id", "asked_at"])


def downgrade() -> None:
    op.drop_table("odl_datagouv_run")
    op.drop_table("odl_twin")
    op.drop_table("odl_datagouv_link")
