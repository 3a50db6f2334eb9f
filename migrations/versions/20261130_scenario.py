"""Scenarios, responsible parties and reasons of breaks are called by the field's words."""

from alembic import op

revision = "20261130_scenario"
down_revision = "20261130_field_words"
branch_labels = None
depends_on = None

COLUMNS = (
    ("what_ifs", "wish", "scenario"),
    ("tickets", "fault", "responsible"),
    ("agents", "status_cause", "status_reason"),
    ("agents", "next_cause", "next_reason"),
    ("agent_intervals", "cause", "reason"),
)


def upgrade() -> None:
    for table, old, new in COLUMNS:
        op.alter_column(table, old, new_column_name=new)
    _rename_in_history(reason=("cause", "reason"), changed=("fault", "responsible"))


def downgrade() -> None:
    _rename_in_history(reason=("reason", "cause"), changed=("responsible", "fault"))
    for table, old, new in COLUMNS:
        op.alter_column(table, new, new_column_name=old)


def _rename_in_history(*, reason: tuple[str, str], changed: tuple[str, str]) -> None:
    """History lets nobody change it; a migration is the one exception, within its own transaction."""
    op.execute("ALTER TABLE history DISABLE TRIGGER history_append_only")
    old, new = reason
    op.execute(
        f"UPDATE history SET data = (data - '{old}') || jsonb_build_object('{new}', data->'{old}')"
        f" WHERE kind IN ('StatusChanged', 'SignedOut') AND data ? '{old}'"
    )
    old, new = changed
    op.execute(
        f"UPDATE history SET data = jsonb_set(data #- '{{changed,{old}}}', '{{changed,{new}}}', data #> '{{changed,{old}}}')"
        f" WHERE kind = 'TicketChanged' AND data->'changed' ? '{old}'"
    )
    op.execute("ALTER TABLE history ENABLE TRIGGER history_append_only")
