"""The outcome "no_matter" is called "no_action_needed", where it stands and in the history of it."""

from alembic import op

revision = "20261130_no_action_needed"
down_revision = "20261130_due_failures"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _rename("no_matter", "no_action_needed")


def downgrade() -> None:
    _rename("no_action_needed", "no_matter")


def _rename(old: str, new: str) -> None:
    """History lets nobody change it; a migration is the one exception, within its own transaction."""
    op.execute(f"UPDATE interactions SET outcome = '{new}' WHERE outcome = '{old}'")
    op.execute("ALTER TABLE history DISABLE TRIGGER history_append_only")
    op.execute(
        f"UPDATE history SET data = jsonb_set(data, '{{outcome}}', '\"{new}\"') "
        f"WHERE kind = 'WrapUpFinished' AND data ->> 'outcome' = '{old}'"
    )
    op.execute("ALTER TABLE history ENABLE TRIGGER history_append_only")
