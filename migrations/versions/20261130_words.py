"""Columns are called by the field's words."""

from alembic import op

revision = "20261130_words"
down_revision = "20261130_event_versions"
branch_labels = None
depends_on = None

COLUMNS = {
    "quiet_check_at": "reconcile_at",
    "line_rank": "queue_rank",
    "bonds": "affinities",
    "told_place": "announced_place",
    "told_seconds": "announced_seconds",
}
INDEXES = {
    "ix_interactions_quiet": "ix_interactions_reconcile",
    "ix_interactions_line": "ix_interactions_queue_rank",
    "ix_history_untold": "ix_history_unpublished",
}


def upgrade() -> None:
    for old, new in COLUMNS.items():
        op.alter_column("interactions", old, new_column_name=new)
    for old, new in INDEXES.items():
        op.execute(f"ALTER INDEX {old} RENAME TO {new}")


def downgrade() -> None:
    for old, new in INDEXES.items():
        op.execute(f"ALTER INDEX {new} RENAME TO {old}")
    for old, new in COLUMNS.items():
        op.alter_column("interactions", new, new_column_name=old)
