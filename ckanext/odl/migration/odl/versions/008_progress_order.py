"""The order in which an ATD reads its list.

Revision ID: 008
Revises: 007
Create Date: 2026-11-23
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "008"
down_revision = "007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    columns = [sa.text("priority DESC"), "sort_title", "organization_id"]
    op.create_index("idx_odl_progress_order", "odl_progress", columns)


def downgrade() -> None:
    op.drop_index("idx_odl_progress_order", "odl_progress")
