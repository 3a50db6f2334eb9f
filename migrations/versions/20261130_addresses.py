"""Interactions, messages and surveys hold the addresses that they came by: no longer numbers of telephones alone."""

from alembic import op

revision = "20261130_addresses"
down_revision = "20261130_no_action_needed"
branch_labels = None
depends_on = None

TABLES = ("interactions", "messages", "surveys")


def upgrade() -> None:
    for table in TABLES:
        op.alter_column(table, "our_number", new_column_name="our_address")
        op.alter_column(table, "their_number", new_column_name="their_address")
    op.execute("ALTER INDEX ix_interactions_number RENAME TO ix_interactions_address")


def downgrade() -> None:
    op.execute("ALTER INDEX ix_interactions_address RENAME TO ix_interactions_number")
    for table in TABLES:
        op.alter_column(table, "our_address", new_column_name="our_number")
        op.alter_column(table, "their_address", new_column_name="their_number")
