"""Replays of rule books over what was recorded: how far they are, what they come to, and the cases that change."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "20261128_replays"
down_revision = "20261128_rule_book_editors"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "replays",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document", JSONB(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.Column("asked_by", sa.BigInteger()),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", TIME),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("to_do", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("result", JSONB()),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("begun_at", TIME),
        sa.Column("ended_at", TIME),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_replays"),
        sa.ForeignKeyConstraint(["asked_by"], ["agents.id"], name="fk_replays_asked_by"),
        sa.CheckConstraint("state IN ('queued','running','done','failed')", name="ck_replays_state"),
        sa.CheckConstraint("(state IN ('queued','running')) = (due_at IS NOT NULL)", name="ck_replays_due"),
        sa.CheckConstraint("(state = 'done') = (result IS NOT NULL)", name="ck_replays_result"),
        sa.CheckConstraint("since < until", name="ck_replays_period"),
    )
    op.create_index("ix_replays_due", "replays", ["due_at"], postgresql_where=sa.text("due_at IS NOT NULL"))
    op.create_index("ix_replays_number", "replays", ["number", "id"])
    op.create_table(
        "replay_cases",
        sa.Column("replay_id", sa.BigInteger(), nullable=False),
        sa.Column("grant_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("units_before", sa.BigInteger(), nullable=False),
        sa.Column("units_after", sa.BigInteger(), nullable=False),
        sa.Column("remedy_after", sa.String(), nullable=False),
        sa.Column("rule_id", sa.Integer()),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_replay_cases"),
        sa.ForeignKeyConstraint(["replay_id"], ["replays.id"], name="fk_replay_cases_replay_id", ondelete="CASCADE"),
    )
    op.create_index("ix_replay_cases_replay", "replay_cases", ["replay_id", "kind", "id"])


def downgrade() -> None:
    op.drop_table("replay_cases")
    op.drop_table("replays")
