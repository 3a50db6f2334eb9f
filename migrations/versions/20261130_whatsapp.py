"""Queues that take texts take those of WhatsApp as well."""

from alembic import op

revision = "20261130_whatsapp"
down_revision = "20261130_attachments"
branch_labels = None
depends_on = None

CHANNELS = "routing -> 'channels'"


def upgrade() -> None:
    more = f"jsonb_set(routing, '{{channels}}', ({CHANNELS}) || '[\"whatsapp\"]')"
    op.execute(f"UPDATE queues SET routing = {more} WHERE {CHANNELS} ? 'sms' AND NOT {CHANNELS} ? 'whatsapp'")


def downgrade() -> None:
    less = f"jsonb_set(routing, '{{channels}}', ({CHANNELS}) - 'whatsapp')"
    op.execute(f"UPDATE queues SET routing = {less} WHERE {CHANNELS} ? 'whatsapp'")
