"""Everybody who wrote in a rule book's draft is kept, so that none of them reviews it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261128_rule_book_editors"
down_revision = "20261128_learning"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "rule_books", sa.Column("editor_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False, server_default="{}")
    )
    op.create_check_constraint("nobody_reviews_their_own", "rule_books", "reviewer_id <> ALL (editor_ids)")


def downgrade() -> None:
    op.drop_column("rule_books", "editor_ids")
