"""Routing: what queues and the company set, what a waiting interaction is ordered by, callbacks, skills, kinds of break."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "20261122_routing"
down_revision = "20261122_survey_cool_down"
branch_labels = None
depends_on = None

NEW = (
    ("company", "routing", JSONB(), "{}"),
    ("queues", "greetings", JSONB(), "{}"),
    ("queues", "routing", JSONB(), "{}"),
    ("agents", "limits", JSONB(), "{}"),
    ("agents", "next_cause", sa.String(), ""),
    ("interactions", "growth", sa.Float(), "1"),
    ("interactions", "tier", sa.String(), ""),
    ("interactions", "points", JSONB(), "{}"),
    ("interactions", "bonds", JSONB(), "[]"),
    ("interactions", "passed_on", sa.String(), ""),
)


def upgrade() -> None:
    for table, name, kind, default in NEW:
        op.add_column(table, sa.Column(name, kind, nullable=False, server_default=default))
    op.add_column("interactions", sa.Column("line_rank", sa.Float()))
    op.execute("UPDATE interactions SET line_rank = extract(epoch FROM joined_at) WHERE state = 'waiting'")
    op.create_index(
        "ix_interactions_line",
        "interactions",
        ["queue_id", "channel", "language", "line_rank", "id"],
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.execute(
        "UPDATE queues SET routing = jsonb_build_object('skills', jsonb_build_object(skill, level))"
        " WHERE coalesce(skill, '') <> ''"
    )
    op.drop_column("queues", "skill")
    op.drop_column("queues", "level")
    _words("skills")
    _words("break_reasons", sa.Column("is_active", sa.Boolean(), nullable=False))
    op.execute(
        "INSERT INTO skills (key, names) SELECT DISTINCT one, jsonb_build_object('en', initcap(one))"
        " FROM agents CROSS JOIN jsonb_object_keys(skills) AS one"
    )
    _callbacks()


def _words(table: str, *more: sa.Column[bool]) -> None:
    op.create_table(
        table,
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("names", JSONB(), nullable=False),
        *more,
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.UniqueConstraint("key", name=f"uq_{table}_key"),
    )


def _callbacks() -> None:
    time = sa.DateTime(timezone=True)
    op.create_table(
        "callbacks",
        sa.Column("interaction_id", sa.BigInteger(), nullable=False),
        sa.Column("call_id", sa.BigInteger()),
        sa.Column("customer_id", sa.BigInteger()),
        sa.Column("queue_id", sa.BigInteger(), nullable=False),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("number", "our_number", "state", "first", "source", "note")
        ),
        *(sa.Column(name, sa.SmallInteger(), nullable=False) for name in ("tries", "attempts", "spacing_minutes")),
        *(
            sa.Column(name, time, nullable=False)
            for name in ("created_at", "joined_at", "promised_from", "promised_until")
        ),
        *(sa.Column(name, time) for name in ("next_try_at", "connected_at", "ended_at")),
        sa.Column("end_reason", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'calling', 'connected', 'failed', 'cancelled')", name=op.f("ck_callbacks_state")
        ),
        sa.CheckConstraint("first IN ('agent', 'customer')", name=op.f("ck_callbacks_first")),
        sa.ForeignKeyConstraint(["interaction_id"], ["interactions.id"], name="fk_callbacks_interaction_id"),
        sa.ForeignKeyConstraint(["call_id"], ["interactions.id"], name="fk_callbacks_call_id"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_callbacks_customer_id"),
        sa.ForeignKeyConstraint(["queue_id"], ["queues.id"], name="fk_callbacks_queue_id"),
        sa.PrimaryKeyConstraint("id", name="pk_callbacks"),
        sa.UniqueConstraint("interaction_id", name="uq_callbacks_interaction_id"),
        sa.UniqueConstraint("call_id", name="uq_callbacks_call_id"),
    )
    open_ones, due = sa.text("ended_at IS NULL"), sa.text("next_try_at IS NOT NULL")
    op.create_index("ix_callbacks_open", "callbacks", ["promised_until"], postgresql_where=open_ones)
    op.create_index("ix_callbacks_due", "callbacks", ["next_try_at"], postgresql_where=due)
    op.create_index("ix_callbacks_customer", "callbacks", ["customer_id", sa.text("promised_until DESC")])


def downgrade() -> None:
    op.drop_table("callbacks")
    op.drop_table("break_reasons")
    op.drop_table("skills")
    op.add_column("queues", sa.Column("skill", sa.String()))
    op.add_column("queues", sa.Column("level", sa.SmallInteger(), nullable=False, server_default="1"))
    op.alter_column("queues", "level", server_default=None)
    op.execute(
        "UPDATE queues SET (skill, level) = (SELECT key, value::int FROM jsonb_each_text(routing -> 'skills') LIMIT 1)"
        " WHERE routing -> 'skills' <> '{}'"
    )
    op.drop_index("ix_interactions_line", "interactions")
    op.drop_column("interactions", "line_rank")
    for table, name, _, _ in reversed(NEW):
        op.drop_column(table, name)
