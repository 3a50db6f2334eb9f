"""Events say in which version they were written."""

import sqlalchemy as sa
from alembic import op

revision = "20261130_event_versions"
down_revision = "20261130_whatsapp"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("history", sa.Column("version", sa.SmallInteger, server_default="1", nullable=False))
    op.alter_column("history", "version", server_default=None)


def downgrade() -> None:
    op.drop_column("history", "version")
