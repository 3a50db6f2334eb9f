"""What was due and failed: kept with its error, tried again later, and listed once it is given up."""

import sqlalchemy as sa
from alembic import op

revision = "20261130_due_failures"
down_revision = "20261128_replays"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "due_failures",
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("row_id", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("next_try_at", TIME),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_due_failures"),
        sa.UniqueConstraint("kind", "row_id", name="uq_due_failures_kind_row_id"),
    )


def downgrade() -> None:
    op.drop_table("due_failures")
