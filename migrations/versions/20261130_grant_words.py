"""Grants, rule books and their events are stored with the field's words."""

from alembic import op

revision = "20261130_grant_words"
down_revision = "20261130_scenario"
branch_labels = None
depends_on = None

COLUMNS = {
    "grants": {"carry_out": "fulfilment", "carried_out_at": "fulfilled_at", "wished": "requested"},
    "approvals": {"told": "asked_by_sms"},
}
STATES = {"carried_out": "fulfilled"}
FACTS = {"matter": "case"}
REMEDIES = {"carry_out": "fulfilment"}
EVENTS = {
    "GrantCarriedOut": "GrantFulfilled",
    "GrantNotCarriedOut": "GrantNotFulfilled",
    "RemedyGiven": "RemedyGranted",
    "ApprovalPassedOn": "ApprovalEscalated",
}
RESULTS = {"wishes": "unmet"}
DUE = {"carry_out": "fulfil", "approval_turn": "escalation_step"}
Names = dict[str, str]


def upgrade() -> None:
    _rename(COLUMNS, STATES, FACTS, REMEDIES, EVENTS, RESULTS, DUE)


def downgrade() -> None:
    columns = {table: _turned(names) for table, names in COLUMNS.items()}
    _rename(columns, *(_turned(names) for names in (STATES, FACTS, REMEDIES, EVENTS, RESULTS, DUE)))


def _turned(names: Names) -> Names:
    return {new: old for old, new in names.items()}


def _rename(
    columns: dict[str, Names],
    states: Names,
    facts: Names,
    remedies: Names,
    events: Names,
    results: Names,
    due: Names,
) -> None:
    for table, names in columns.items():
        for old, new in names.items():
            op.alter_column(table, old, new_column_name=new)
    _rename_states(states)
    _rename_keys("grants", "facts", facts)
    _rename_keys("replays", "result", results)
    _rename_in_remedies(remedies)
    _rename_events(events)
    for old, new in due.items():
        op.execute(f"UPDATE due_failures SET kind = '{new}' WHERE kind = '{old}'")


def _rename_states(names: Names) -> None:
    for index in ("ix_grants_agent", "ix_grants_customer"):
        op.execute(f"DROP INDEX {index}")
    for constraint in ("ck_grants_state", "ck_grants_granted"):
        op.execute(f"ALTER TABLE grants DROP CONSTRAINT {constraint}")
    for old, new in names.items():
        op.execute(f"UPDATE grants SET state = '{new}' WHERE state = '{old}'")
    (done,) = names.values()
    op.execute(
        "ALTER TABLE grants ADD CONSTRAINT ck_grants_state CHECK (state IN ('awaiting','approved','granted',"
        f"'{done}','failed','reversed','refused','withdrawn','expired','not_asked'))"
    )
    op.execute(
        "ALTER TABLE grants ADD CONSTRAINT ck_grants_granted"
        f" CHECK ((granted_at IS NOT NULL) = (state IN ('granted','{done}','failed','reversed')))"
    )
    for index, column in (("ix_grants_agent", "agent_id"), ("ix_grants_customer", "customer_id")):
        op.execute(
            f"CREATE INDEX {index} ON grants ({column}, created_at)"
            f" WHERE state IN ('awaiting', 'approved', 'granted', '{done}', 'failed')"
        )


def _rename_keys(table: str, column: str, names: Names) -> None:
    for old, new in names.items():
        op.execute(
            f"UPDATE {table} SET {column} = {column} - '{old}' || jsonb_build_object('{new}', {column} -> '{old}')"
            f" WHERE jsonb_exists({column}, '{old}')"
        )


def _rename_in_remedies(names: Names) -> None:
    for old, new in names.items():
        op.execute(
            "UPDATE rule_books SET document = jsonb_set(document, '{remedies}', (SELECT jsonb_agg("
            f"  CASE WHEN jsonb_exists(one, '{old}') THEN one - '{old}' || jsonb_build_object('{new}', one -> '{old}')"
            "   ELSE one END ORDER BY place)"
            " FROM jsonb_array_elements(document -> 'remedies') WITH ORDINALITY AS remedy (one, place)))"
            " WHERE jsonb_array_length(document -> 'remedies') > 0"
        )


def _rename_events(names: Names) -> None:
    """History lets nobody change it; a migration is the one exception, within its own transaction."""
    op.execute("ALTER TABLE history DISABLE TRIGGER history_append_only")
    for old, new in names.items():
        op.execute(f"UPDATE history SET kind = '{new}' WHERE kind = '{old}'")
    op.execute("ALTER TABLE history ENABLE TRIGGER history_append_only")
