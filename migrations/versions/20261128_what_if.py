"""Past days played again with something otherwise: wishes, how far they are, and results."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "20261128_what_if"
down_revision = "20261128_empowerment"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "what_ifs",
        sa.Column("asked_by", sa.BigInteger()),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("wish", JSONB(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", TIME),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("played", sa.Integer(), nullable=False),
        sa.Column("to_play", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("result", JSONB()),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("begun_at", TIME),
        sa.Column("ended_at", TIME),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_what_ifs"),
        sa.ForeignKeyConstraint(["asked_by"], ["agents.id"], name="fk_what_ifs_asked_by"),
        sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed')", name="ck_what_ifs_state"),
        sa.CheckConstraint("(state IN ('queued', 'running')) = (due_at IS NOT NULL)", name="ck_what_ifs_due"),
        sa.CheckConstraint("(state = 'done') = (result IS NOT NULL)", name="ck_what_ifs_result"),
    )
    op.create_index("ix_what_ifs_due", "what_ifs", ["due_at"], postgresql_where=sa.text("due_at IS NOT NULL"))


def downgrade() -> None:
    op.drop_table("what_ifs")
