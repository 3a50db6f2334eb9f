"""Proposals from the past, and what a minute of work costs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261128_learning"
down_revision = "20261128_what_if"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("company", sa.Column("minute_cost", sa.Integer(), nullable=False, server_default="75"))
    op.create_table(
        "proposals",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("agent_id", sa.BigInteger(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("cases", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("rule_book", sa.Integer(), nullable=True),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("kind IN ('trust','teach_no','teach_unused')", name=op.f("ck_proposals_kind")),
        sa.CheckConstraint("state IN ('open','accepted','dismissed','gone')", name=op.f("ck_proposals_state")),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_proposals_agent_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["agents.id"], name=op.f("fk_proposals_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
    )
    op.create_index(
        "uq_proposals_open", "proposals", ["kind", "about"], unique=True, postgresql_where=sa.text("state = 'open'")
    )


def downgrade() -> None:
    op.drop_table("proposals")
    op.drop_column("company", "minute_cost")
