"""Files of messages are rows of their own, with their content; until now a message named where they lay."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "20261130_attachments"
down_revision = "20261130_channels"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attachments",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("message_id", sa.BigInteger, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("stated_kind", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("kind", sa.String),
        sa.Column("size", sa.Integer),
        sa.Column("content", sa.LargeBinary),
        sa.Column("token", sa.String),
        sa.Column("tries", sa.SmallInteger, nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(state = 'kept') = (content IS NOT NULL)", name=op.f("ck_attachments_kept")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_attachments_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
        sa.UniqueConstraint("token", name=op.f("uq_attachments_token")),
    )
    op.create_index("ix_attachments_message", "attachments", ["message_id", "id"])
    due = sa.text("next_try_at IS NOT NULL")
    op.create_index("ix_attachments_due", "attachments", ["next_try_at"], postgresql_where=due)
    op.execute(
        "INSERT INTO attachments (message_id, source, stated_kind, state, name, tries, next_try_at, created_at)"
        " SELECT messages.id, file ->> 'url', file ->> 'type', 'due', '', 0, now(), created_at"
        " FROM messages, jsonb_array_elements(media) AS file"
    )
    op.add_column("messages", sa.Column("files", sa.SmallInteger, server_default="0", nullable=False))
    op.execute("UPDATE messages SET files = jsonb_array_length(media) WHERE media <> '[]'")
    op.alter_column("messages", "files", server_default=None)
    op.drop_column("messages", "media")


def downgrade() -> None:
    """The files themselves have no place in the older tables: where they lay is what remains."""
    media = sa.Column("media", JSONB, server_default="[]", nullable=False)
    op.add_column("messages", media)
    op.execute(
        "UPDATE messages SET media = (SELECT jsonb_agg(jsonb_build_object('url', source, 'type', stated_kind) ORDER BY id)"
        " FROM attachments WHERE message_id = messages.id) WHERE files > 0"
    )
    op.alter_column("messages", "media", server_default=None)
    op.drop_column("messages", "files")
    op.drop_table("attachments")
