"""How long nobody is asked twice is the company's own choice."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_survey_cool_down"
down_revision = "20261122_the_house"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("company", sa.Column("survey_cool_down_hours", sa.Integer(), nullable=False, server_default="24"))
    op.alter_column("company", "survey_cool_down_hours", server_default=None)


def downgrade() -> None:
    op.drop_column("company", "survey_cool_down_hours")
