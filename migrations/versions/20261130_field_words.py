"""Columns and stored codes are called by the field's words."""

from alembic import op

revision = "20261130_field_words"
down_revision = "20261130_calls_and_wrap_ups"
branch_labels = None
depends_on = None

COLUMNS = {"growth": "aging", "points": "score", "passed_on": "transfer_reason"}
APPEND_ONLY = """
CREATE OR REPLACE FUNCTION history_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'UPDATE' AND OLD.{n} IS NULL AND NEW.{n} IS NOT NULL
       AND to_jsonb(OLD) - '{n}' = to_jsonb(NEW) - '{n}' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'history is append-only';
END $$
"""
# (table, jsonb column) with routing settings, of now or of then.
SETTINGS = (("queues", "routing"), ("company", "routing"), ("what_ifs", "wish"), ("what_ifs", "result"))


def upgrade() -> None:
    for old, new in COLUMNS.items():
        op.alter_column("interactions", old, new_column_name=new)
    op.alter_column("history", "n", new_column_name="sequence")
    op.execute("ALTER TABLE history RENAME CONSTRAINT uq_history_n TO uq_history_sequence")
    op.execute("ALTER SEQUENCE history_n RENAME TO history_sequence")
    op.execute(APPEND_ONLY.format(n="sequence"))
    _rename_codes(
        keys=("growth", "aging"),
        outcome=("passed_on", "transferred"),
        kind=("LineToEnd", "LegToEnd"),
        reason=("line_lost", "leg_lost"),
        due=("line_not_up", "leg_not_up"),
    )


def downgrade() -> None:
    _rename_codes(
        keys=("aging", "growth"),
        outcome=("transferred", "passed_on"),
        kind=("LegToEnd", "LineToEnd"),
        reason=("leg_lost", "line_lost"),
        due=("leg_not_up", "line_not_up"),
    )
    op.execute(APPEND_ONLY.format(n="n"))
    op.execute("ALTER SEQUENCE history_sequence RENAME TO history_n")
    op.execute("ALTER TABLE history RENAME CONSTRAINT uq_history_sequence TO uq_history_n")
    op.alter_column("history", "sequence", new_column_name="n")
    for old, new in COLUMNS.items():
        op.alter_column("interactions", new, new_column_name=old)


def _rename_codes(
    *,
    keys: tuple[str, str],
    outcome: tuple[str, str],
    kind: tuple[str, str],
    reason: tuple[str, str],
    due: tuple[str, str],
) -> None:
    """History lets nobody change it; a migration is the one exception, within its own transaction."""
    key = "replace({{column}}::text, '\"{}\":', '\"{}\":')::jsonb".format(*keys)
    for table, column in SETTINGS:
        op.execute(
            f"UPDATE {table} SET {column} = {key.format(column=column)} WHERE {column}::text LIKE '%\"{keys[0]}\"%'"
        )
    op.execute(f"UPDATE wrap_ups SET outcome = '{outcome[1]}' WHERE outcome = '{outcome[0]}'")
    op.execute(f"UPDATE offers SET end_reason = '{reason[1]}' WHERE end_reason = '{reason[0]}'")
    op.execute(f"UPDATE due_failures SET kind = '{due[1]}' WHERE kind = '{due[0]}'")
    op.execute("ALTER TABLE history DISABLE TRIGGER history_append_only")
    op.execute(f"UPDATE history SET kind = '{kind[1]}' WHERE kind = '{kind[0]}'")
    op.execute(f"UPDATE history SET data = {key.format(column='data')} WHERE data::text LIKE '%\"{keys[0]}\"%'")
    for name, (old, new) in {"outcome": outcome, "reason": reason}.items():
        op.execute(
            f"UPDATE history SET data = jsonb_set(data, '{{{name}}}', '\"{new}\"') WHERE data->>'{name}' = '{old}'"
            f" AND kind IN ('WrapUpFinished', 'OfferEnded')"
        )
    op.execute("ALTER TABLE history ENABLE TRIGGER history_append_only")
