"""Facts of a case that an agent claims; published rule books that nobody changes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "20261201_claims"
down_revision = "20261130_grant_words"
branch_labels = None
depends_on = None

# A published version was the basis of grants. Whole rows: a wrong version is followed by another one.
PUBLISHED = """
CREATE FUNCTION published_rules_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'published' THEN
        RAISE EXCEPTION 'published rules stay as they are: a correction is a new version';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER rule_books_published_stay BEFORE UPDATE OR DELETE ON rule_books
    FOR EACH ROW EXECUTE FUNCTION published_rules_stay();
CREATE FUNCTION rule_books_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'published rules stay as they are: a correction is a new version';
END $$;
CREATE TRIGGER rule_books_no_truncate BEFORE TRUNCATE ON rule_books
    FOR EACH STATEMENT EXECUTE FUNCTION rule_books_stay();
"""


def upgrade() -> None:
    op.add_column("tickets", sa.Column("claims", JSONB(), nullable=False, server_default="{}"))
    op.execute(PUBLISHED)


def downgrade() -> None:
    op.execute("DROP TRIGGER rule_books_published_stay ON rule_books")
    op.execute("DROP FUNCTION published_rules_stay()")
    op.execute("DROP TRIGGER rule_books_no_truncate ON rule_books")
    op.execute("DROP FUNCTION rule_books_stay()")
    op.drop_column("tickets", "claims")
