"""What is of a call, and of its wrap-up, has tables of its own: the row of a live interaction changes less often."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261130_calls_and_wrap_ups"
down_revision = "20261130_words"
branch_labels = None
depends_on = None

MOVED = {
    "calls": ("menu_keys", "held_since", "held_seconds", "held_times", "reconcile_at", "bring_back_at"),
    "wrap_ups": ("wrap_up_until", "wrap_up_limit", "outcome", "note"),
}
CLOSED = {
    "ended_by": ("customer", "agent", "system"),
    "result": (
        *("served", "abandoned", "left_in_menu", "closed", "failed", "callback", "voicemail", "not_reached"),
        *("replaced", "cancelled"),
    ),
}
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "calls",
        sa.Column("id", sa.BigInteger(), sa.ForeignKey("interactions.id", name="fk_calls_id"), autoincrement=False),
        sa.Column("menu_keys", postgresql.JSONB(), nullable=False),
        sa.Column("held_since", TIME),
        sa.Column("held_seconds", sa.Integer(), nullable=False),
        sa.Column("held_times", sa.SmallInteger(), nullable=False),
        sa.Column("reconcile_at", TIME),
        sa.Column("bring_back_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_calls"),
    )
    op.create_table(
        "wrap_ups",
        sa.Column("id", sa.BigInteger(), sa.ForeignKey("interactions.id", name="fk_wrap_ups_id"), autoincrement=False),
        sa.Column("ends_at", TIME),
        sa.Column("latest_end_at", TIME),
        sa.Column("outcome", sa.String()),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_wrap_ups"),
    )
    op.execute(
        "INSERT INTO calls (id, menu_keys, held_since, held_seconds, held_times, reconcile_at, bring_back_at)"
        " SELECT id, menu_keys, held_since, held_seconds, held_times, reconcile_at, bring_back_at FROM interactions"
        " WHERE channel = 'voice'"
    )
    op.execute(
        "INSERT INTO wrap_ups (id, ends_at, latest_end_at, outcome, note)"
        " SELECT id, wrap_up_until, wrap_up_limit, outcome, note FROM interactions"
        " WHERE wrap_up_limit IS NOT NULL OR outcome IS NOT NULL OR note <> ''"
    )
    for name, column in (("ix_calls_reconcile", "reconcile_at"), ("ix_calls_bring_back", "bring_back_at")):
        op.create_index(name, "calls", [column], postgresql_where=sa.text(f"{column} IS NOT NULL"))
    op.create_index("ix_wrap_ups_ends", "wrap_ups", ["ends_at"], postgresql_where=sa.text("ends_at IS NOT NULL"))
    for name in ("ix_interactions_wrap_up", "ix_interactions_reconcile", "ix_interactions_bring_back"):
        op.drop_index(name, "interactions")
    for column in (*MOVED["calls"], *MOVED["wrap_ups"], "conference_sid"):
        op.drop_column("interactions", column)
    op.execute("UPDATE interactions SET ended_by = 'system' WHERE ended_by LIKE '%:%'")  # who cancelled a callback
    for column, codes in CLOSED.items():
        known = ", ".join(f"'{code}'" for code in codes)
        op.create_check_constraint(op.f(f"ck_interactions_{column}"), "interactions", f"{column} IN ({known})")


def downgrade() -> None:
    for column in CLOSED:
        op.drop_constraint(op.f(f"ck_interactions_{column}"), "interactions")
    op.add_column("interactions", sa.Column("menu_keys", postgresql.JSONB(), nullable=False, server_default="[]"))
    op.add_column("interactions", sa.Column("held_seconds", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("interactions", sa.Column("held_times", sa.SmallInteger(), nullable=False, server_default="0"))
    op.add_column("interactions", sa.Column("note", sa.String(), nullable=False, server_default=""))
    for column in ("held_since", "reconcile_at", "bring_back_at", "wrap_up_until", "wrap_up_limit"):
        op.add_column("interactions", sa.Column(column, TIME))
    for column in ("outcome", "conference_sid"):
        op.add_column("interactions", sa.Column(column, sa.String()))
    of_call = ", ".join(f"{column} = c.{column}" for column in MOVED["calls"])
    op.execute(f"UPDATE interactions i SET {of_call} FROM calls c WHERE c.id = i.id")
    op.execute(
        "UPDATE interactions i SET wrap_up_until = w.ends_at, wrap_up_limit = w.latest_end_at, outcome = w.outcome,"
        " note = w.note FROM wrap_ups w WHERE w.id = i.id"
    )
    for column in ("menu_keys", "held_seconds", "held_times", "note"):
        op.alter_column("interactions", column, server_default=None)
    op.create_index(
        "ix_interactions_wrap_up", "interactions", ["wrap_up_until"], postgresql_where=sa.text("state = 'wrap_up'")
    )
    for name, column in (("reconcile", "reconcile_at"), ("bring_back", "bring_back_at")):
        where = sa.text(f"{column} IS NOT NULL")
        op.create_index(f"ix_interactions_{name}", "interactions", [column], postgresql_where=where)
    op.drop_table("wrap_ups")
    op.drop_table("calls")
