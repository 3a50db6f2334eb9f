"""Customers have addresses of several kinds; conversations and surveys belong to a channel, of which there may be more."""

import sqlalchemy as sa
from alembic import op

revision = "20261130_channels"
down_revision = "20261130_addresses"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _addresses()
    op.drop_constraint(op.f("ck_interactions_channel"), "interactions", type_="check")
    _conversations(["channel", "their_address", "our_address"])
    op.add_column("surveys", sa.Column("channel", sa.String))
    op.execute("UPDATE surveys SET channel = 'sms'")
    op.alter_column("surveys", "channel", nullable=False)
    _questions(["channel", "their_address", "our_address"])
    heard = sa.text("direction = 'in'")
    op.create_index("ix_messages_heard", "messages", ["their_address", "created_at"], postgresql_where=heard)


def _addresses() -> None:
    op.rename_table("customer_phones", "customer_addresses")
    op.execute("ALTER SEQUENCE customer_phones_id_seq RENAME TO customer_addresses_id_seq")
    op.alter_column("customer_addresses", "number", new_column_name="address")
    op.add_column("customer_addresses", sa.Column("kind", sa.String, server_default="phone", nullable=False))
    op.alter_column("customer_addresses", "kind", server_default=None)
    for name in ("since", "verified_at", "last_seen_at"):
        op.add_column("customer_addresses", sa.Column(name, TIME))
    op.execute(
        "UPDATE customer_addresses SET since = c.since, verified_at = seen.first, last_seen_at = seen.last"
        " FROM customers c LEFT JOIN LATERAL (SELECT min(created_at) AS first, max(created_at) AS last FROM interactions"
        "  WHERE customer_id = c.id) AS seen ON true WHERE c.id = customer_addresses.customer_id"
    )
    op.alter_column("customer_addresses", "since", nullable=False)
    op.drop_index("uq_customer_phones_pair")
    op.drop_index("ix_customer_phones_customer_id")
    op.drop_index("ix_customer_phones_number")
    pair = ["customer_id", "kind", "address"]
    op.create_index("uq_customer_addresses_kind", "customer_addresses", pair, unique=True)
    op.create_index("ix_customer_addresses_address", "customer_addresses", ["address"])
    for old in ("pk_customer_phones", "fk_customer_phones_customer_id"):
        new = old.replace("customer_phones", "customer_addresses")
        op.execute(f"ALTER TABLE customer_addresses RENAME CONSTRAINT {old} TO {new}")


def _conversations(columns: list[str]) -> None:
    op.drop_index("uq_interactions_conversation")
    live = sa.text("channel <> 'voice' AND state IN ('waiting', 'offered', 'active')")
    op.create_index("uq_interactions_conversation", "interactions", columns, unique=True, postgresql_where=live)


def _questions(columns: list[str]) -> None:
    op.drop_index("uq_surveys_asked")
    asked = sa.text("state = 'asked'")
    op.create_index("uq_surveys_asked", "surveys", columns, unique=True, postgresql_where=asked)


def downgrade() -> None:
    """What has no place in the older tables, people without a number and what they wrote, has to be gone before."""
    op.drop_index("ix_messages_heard")
    _questions(["their_address", "our_address"])
    op.drop_column("surveys", "channel")
    _conversations(["their_address", "our_address"])
    op.create_check_constraint(op.f("ck_interactions_channel"), "interactions", "channel IN ('voice','sms')")
    for new in ("pk_customer_addresses", "fk_customer_addresses_customer_id"):
        old = new.replace("customer_addresses", "customer_phones")
        op.execute(f"ALTER TABLE customer_addresses RENAME CONSTRAINT {new} TO {old}")
    op.drop_index("ix_customer_addresses_address")
    op.drop_index("uq_customer_addresses_kind")
    for name in ("last_seen_at", "verified_at", "since", "kind"):
        op.drop_column("customer_addresses", name)
    op.alter_column("customer_addresses", "address", new_column_name="number")
    op.execute("ALTER SEQUENCE customer_addresses_id_seq RENAME TO customer_phones_id_seq")
    op.rename_table("customer_addresses", "customer_phones")
    op.create_index("ix_customer_phones_number", "customer_phones", ["number"])
    op.create_index("ix_customer_phones_customer_id", "customer_phones", ["customer_id"])
    op.create_index("uq_customer_phones_pair", "customer_phones", ["customer_id", "number"], unique=True)
