"""the house."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261122_the_house"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = """
CREATE FUNCTION history_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.n IS NULL AND NEW.n IS NOT NULL
       AND (to_jsonb(NEW) - 'n') = (to_jsonb(OLD) - 'n') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'history is append-only';
END $$;
CREATE TRIGGER history_append_only BEFORE UPDATE OR DELETE ON history
    FOR EACH ROW EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER history_no_truncate BEFORE TRUNCATE ON history
    FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
"""


def upgrade() -> None:
    op.execute("CREATE SEQUENCE history_n")
    op.execute("CREATE SEQUENCE ticket_serial START 4000")
    op.create_table(
        "company",
        sa.Column("names", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("survey_delay_seconds", sa.Integer(), nullable=False),
        sa.Column("survey_quiet_hours", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_company_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company")),
    )
    op.create_table(
        "history",
        sa.Column("n", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("interaction_id", sa.BigInteger(), nullable=True),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("agent_id", sa.BigInteger(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history")),
        sa.UniqueConstraint("n", name=op.f("uq_history_n")),
    )
    op.create_index(
        "ix_history_customer_id",
        "history",
        ["customer_id", "id"],
        unique=False,
        postgresql_where=sa.text("customer_id IS NOT NULL"),
    )
    op.create_index(
        "ix_history_interaction_id",
        "history",
        ["interaction_id", "id"],
        unique=False,
        postgresql_where=sa.text("interaction_id IS NOT NULL"),
    )
    op.create_index(
        "ix_history_ticket_id",
        "history",
        ["ticket_id", "id"],
        unique=False,
        postgresql_where=sa.text("ticket_id IS NOT NULL"),
    )
    op.create_index("ix_history_untold", "history", ["id"], unique=False, postgresql_where=sa.text("n IS NULL"))
    op.create_table(
        "login_tries",
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_tries")),
    )
    op.create_index("ix_login_tries_address", "login_tries", ["address", "at"], unique=False)
    op.create_index("ix_login_tries_name", "login_tries", ["username", "at"], unique=False)
    op.create_table(
        "queues",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("names", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("skill", sa.String(), nullable=True),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("target_seconds", sa.Integer(), nullable=False),
        sa.Column("target_percent", sa.SmallInteger(), nullable=False),
        sa.Column("handling_seconds", sa.Integer(), nullable=False),
        sa.Column("wrap_up_seconds", sa.Integer(), nullable=False),
        sa.Column("wrap_up_limit_seconds", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("hours", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("holidays", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queues")),
        sa.UniqueConstraint("key", name=op.f("uq_queues_key")),
    )
    op.create_table(
        "receipts",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipts")),
        sa.UniqueConstraint("key", name=op.f("uq_receipts_key")),
    )
    op.create_index(op.f("ix_receipts_at"), "receipts", ["at"], unique=False)
    op.create_table(
        "teams",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams")),
        sa.UniqueConstraint("name", name=op.f("uq_teams_name")),
    )
    op.create_table(
        "agents",
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("team_id", sa.BigInteger(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("languages", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("skills", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("max_conversations", sa.SmallInteger(), nullable=False),
        sa.Column("desk_telephone", sa.String(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("status_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status_cause", sa.String(), nullable=False),
        sa.Column("next_status", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idle_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("missed_in_a_row", sa.SmallInteger(), nullable=False),
        sa.Column("session_key", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_agents_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agents")),
        sa.UniqueConstraint("email", name=op.f("uq_agents_email")),
        sa.UniqueConstraint("username", name=op.f("uq_agents_username")),
    )
    op.create_index(
        "ix_agents_available",
        "agents",
        ["id"],
        unique=False,
        postgresql_where=sa.text("status = 'available' AND is_active"),
    )
    op.create_index("ix_agents_name_lower", "agents", [sa.literal_column("lower(username)")], unique=False)
    op.create_table(
        "numbers",
        sa.Column("e164", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("menu", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("queue_id", sa.BigInteger(), nullable=False),
        sa.Column("sms_queue_id", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["queue_id"], ["queues.id"], name=op.f("fk_numbers_queue_id")),
        sa.ForeignKeyConstraint(["sms_queue_id"], ["queues.id"], name=op.f("fk_numbers_sms_queue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_numbers")),
        sa.UniqueConstraint("e164", name=op.f("uq_numbers_e164")),
    )
    op.create_table(
        "accounts",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["agents.id"], name=op.f("fk_accounts_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
    )
    op.create_table(
        "agent_intervals",
        sa.Column("agent_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_agent_intervals_agent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent_intervals")),
    )
    op.create_index("ix_agent_intervals_day", "agent_intervals", ["agent_id", "started_at"], unique=False)
    op.create_index(
        "uq_agent_intervals_open",
        "agent_intervals",
        ["agent_id", "kind"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "api_tokens",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("agent_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_api_tokens_agent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("hash", name=op.f("uq_api_tokens_hash")),
    )
    op.create_table(
        "connections",
        sa.Column("sid", sa.String(), nullable=False),
        sa.Column("agent_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_connections_agent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connections")),
        sa.UniqueConstraint("sid", name=op.f("uq_connections_sid")),
    )
    op.create_index(op.f("ix_connections_agent_id"), "connections", ["agent_id"], unique=False)
    op.create_table(
        "drafts",
        sa.Column("agent_id", sa.BigInteger(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_drafts_agent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
    )
    op.create_index("uq_drafts_one", "drafts", ["agent_id", "about"], unique=True)
    op.create_table(
        "customers",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("tier", sa.String(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("value_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_customers_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers")),
    )
    op.create_index(op.f("ix_customers_account_id"), "customers", ["account_id"], unique=False)
    op.create_index("ix_customers_name_lower", "customers", [sa.literal_column("lower(name)")], unique=False)
    op.create_table(
        "customer_phones",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("opted_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_customer_phones_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_phones")),
    )
    op.create_index(op.f("ix_customer_phones_customer_id"), "customer_phones", ["customer_id"], unique=False)
    op.create_index(op.f("ix_customer_phones_number"), "customer_phones", ["number"], unique=False)
    op.create_index("uq_customer_phones_pair", "customer_phones", ["customer_id", "number"], unique=True)
    op.create_table(
        "tickets",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("priority", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("fault", sa.String(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("queue_id", sa.BigInteger(), nullable=True),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.BigInteger(), nullable=True),
        sa.Column("first_answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("solved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("priority IN ('low','normal','high','urgent')", name=op.f("ck_tickets_priority")),
        sa.CheckConstraint(
            "status IN ('open','waiting_for_customer','waiting_for_department','solved','closed')",
            name=op.f("ck_tickets_status"),
        ),
        sa.ForeignKeyConstraint(["changed_by"], ["agents.id"], name=op.f("fk_tickets_changed_by")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_tickets_customer_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["agents.id"], name=op.f("fk_tickets_owner_id")),
        sa.ForeignKeyConstraint(["queue_id"], ["queues.id"], name=op.f("fk_tickets_queue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tickets")),
        sa.UniqueConstraint("number", name=op.f("uq_tickets_number")),
    )
    op.create_index(
        "ix_tickets_customer", "tickets", ["customer_id", sa.literal_column("created_at DESC")], unique=False
    )
    op.create_index(
        "ix_tickets_owner_unsolved",
        "tickets",
        ["owner_id", "id"],
        unique=False,
        postgresql_where=sa.text("status IN ('open', 'waiting_for_customer', 'waiting_for_department')"),
    )
    op.create_index(
        "ix_tickets_unsolved",
        "tickets",
        ["id"],
        unique=False,
        postgresql_where=sa.text("status IN ('open', 'waiting_for_customer', 'waiting_for_department')"),
    )
    op.create_table(
        "interactions",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("our_number", sa.String(), nullable=False),
        sa.Column("their_number", sa.String(), nullable=True),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("queue_id", sa.BigInteger(), nullable=True),
        sa.Column("agent_id", sa.BigInteger(), nullable=True),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("menu_keys", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("told_place", sa.SmallInteger(), nullable=True),
        sa.Column("told_seconds", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_seconds", sa.Integer(), nullable=False),
        sa.Column("held_times", sa.SmallInteger(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("wrap_up_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wrap_up_limit", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unanswered_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_reply_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("conference_sid", sa.String(), nullable=True),
        sa.Column("quiet_check_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bring_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("(state = 'ended') = (finished_at IS NOT NULL)", name=op.f("ck_interactions_finished")),
        sa.CheckConstraint("channel IN ('voice','sms')", name=op.f("ck_interactions_channel")),
        sa.CheckConstraint(
            "state IN ('menu','waiting','offered','active','wrap_up','ended')", name=op.f("ck_interactions_state")
        ),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_interactions_agent_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_interactions_customer_id")),
        sa.ForeignKeyConstraint(["queue_id"], ["queues.id"], name=op.f("fk_interactions_queue_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_interactions_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interactions")),
    )
    op.create_index("ix_interactions_agent_day", "interactions", ["agent_id", "created_at"], unique=False)
    op.create_index(
        "ix_interactions_bring_back",
        "interactions",
        ["bring_back_at"],
        unique=False,
        postgresql_where=sa.text("bring_back_at IS NOT NULL"),
    )
    op.create_index("ix_interactions_created", "interactions", ["created_at"], unique=False)
    op.create_index(
        "ix_interactions_customer", "interactions", ["customer_id", sa.literal_column("created_at DESC")], unique=False
    )
    op.create_index(
        "ix_interactions_live",
        "interactions",
        ["state", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('menu', 'waiting', 'offered', 'active', 'wrap_up')"),
    )
    op.create_index(
        "ix_interactions_mine",
        "interactions",
        ["agent_id"],
        unique=False,
        postgresql_where=sa.text("state IN ('offered', 'active', 'wrap_up')"),
    )
    op.create_index(
        "ix_interactions_number", "interactions", ["their_number", sa.literal_column("created_at DESC")], unique=False
    )
    op.create_index(
        "ix_interactions_quiet",
        "interactions",
        ["quiet_check_at"],
        unique=False,
        postgresql_where=sa.text("quiet_check_at IS NOT NULL"),
    )
    op.create_index(
        "ix_interactions_ticket",
        "interactions",
        ["ticket_id"],
        unique=False,
        postgresql_where=sa.text("ticket_id IS NOT NULL"),
    )
    op.create_index(
        "ix_interactions_waiting",
        "interactions",
        ["queue_id", "joined_at"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "ix_interactions_wrap_up",
        "interactions",
        ["wrap_up_until"],
        unique=False,
        postgresql_where=sa.text("state = 'wrap_up'"),
    )
    op.create_index(
        "uq_interactions_conversation",
        "interactions",
        ["their_number", "our_number"],
        unique=True,
        postgresql_where=sa.text("channel <> 'voice' AND state IN ('waiting', 'offered', 'active')"),
    )
    op.create_table(
        "ticket_comments",
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=True),
        sa.Column("interaction_id", sa.BigInteger(), nullable=True),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["agents.id"], name=op.f("fk_ticket_comments_author_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_comments_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_comments")),
    )
    op.create_index(op.f("ix_ticket_comments_ticket_id"), "ticket_comments", ["ticket_id"], unique=False)
    op.create_table(
        "legs",
        sa.Column("sid", sa.String(), nullable=False),
        sa.Column("interaction_id", sa.BigInteger(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("agent_id", sa.BigInteger(), nullable=True),
        sa.Column("offer_id", sa.BigInteger(), nullable=True),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column("conference_sid", sa.String(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("party IN ('customer', 'agent')", name=op.f("ck_legs_party")),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_legs_agent_id")),
        sa.ForeignKeyConstraint(["interaction_id"], ["interactions.id"], name=op.f("fk_legs_interaction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legs")),
        sa.UniqueConstraint("sid", name=op.f("uq_legs_sid")),
    )
    op.create_index(op.f("ix_legs_interaction_id"), "legs", ["interaction_id"], unique=False)
    op.create_table(
        "messages",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("interaction_id", sa.BigInteger(), nullable=True),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("agent_id", sa.BigInteger(), nullable=True),
        sa.Column("our_number", sa.String(), nullable=False),
        sa.Column("their_number", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("media", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sid", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("error_code", sa.Integer(), nullable=True),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("direction IN ('in', 'out')", name=op.f("ck_messages_direction")),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_messages_agent_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_messages_customer_id")),
        sa.ForeignKeyConstraint(["interaction_id"], ["interactions.id"], name=op.f("fk_messages_interaction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("sid", name=op.f("uq_messages_sid")),
    )
    op.create_index("ix_messages_customer", "messages", ["customer_id", "id"], unique=False)
    op.create_index(
        "ix_messages_due",
        "messages",
        ["next_try_at"],
        unique=False,
        postgresql_where=sa.text("next_try_at IS NOT NULL"),
    )
    op.create_index("ix_messages_interaction", "messages", ["interaction_id", "id"], unique=False)
    op.create_table(
        "offers",
        sa.Column("interaction_id", sa.BigInteger(), nullable=False),
        sa.Column("agent_id", sa.BigInteger(), nullable=False),
        sa.Column("medium", sa.String(), nullable=False),
        sa.Column("slot", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ring_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("connect_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(), nullable=False),
        sa.Column("reason", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("medium IN ('voice','text')", name=op.f("ck_offers_medium")),
        sa.CheckConstraint(
            "state IN ('live','accepted','declined','expired','withdrawn','failed')", name=op.f("ck_offers_state")
        ),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_offers_agent_id")),
        sa.ForeignKeyConstraint(["interaction_id"], ["interactions.id"], name=op.f("fk_offers_interaction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offers")),
    )
    op.create_index("ix_offers_agent", "offers", ["agent_id", "id"], unique=False)
    op.create_index(
        "ix_offers_connecting",
        "offers",
        ["connect_by"],
        unique=False,
        postgresql_where=sa.text("connect_by IS NOT NULL"),
    )
    op.create_index(op.f("ix_offers_interaction_id"), "offers", ["interaction_id"], unique=False)
    op.create_index(
        "ix_offers_live", "offers", ["expires_at"], unique=False, postgresql_where=sa.text("state = 'live'")
    )
    op.create_index(
        "ix_offers_to_ring", "offers", ["ring_at"], unique=False, postgresql_where=sa.text("ring_at IS NOT NULL")
    )
    op.create_index(
        "uq_offers_interaction_open", "offers", ["interaction_id"], unique=True, postgresql_where=sa.text("is_open")
    )
    op.create_index(
        "uq_offers_slot_open",
        "offers",
        ["agent_id", "medium", "slot"],
        unique=True,
        postgresql_where=sa.text("is_open"),
    )
    op.create_table(
        "surveys",
        sa.Column("interaction_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("agent_id", sa.BigInteger(), nullable=True),
        sa.Column("queue_id", sa.BigInteger(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("our_number", sa.String(), nullable=False),
        sa.Column("their_number", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("score", sa.SmallInteger(), nullable=True),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("(state = 'answered') = (score IS NOT NULL)", name=op.f("ck_surveys_answered")),
        sa.CheckConstraint(
            "state IN ('planned','asked','answered','cancelled','expired')", name=op.f("ck_surveys_state")
        ),
        sa.CheckConstraint("score BETWEEN 1 AND 5", name=op.f("ck_surveys_score")),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_surveys_agent_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_surveys_customer_id")),
        sa.ForeignKeyConstraint(["interaction_id"], ["interactions.id"], name=op.f("fk_surveys_interaction_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_surveys_message_id")),
        sa.ForeignKeyConstraint(["queue_id"], ["queues.id"], name=op.f("fk_surveys_queue_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_surveys_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_surveys")),
        sa.UniqueConstraint("interaction_id", name=op.f("uq_surveys_interaction_id")),
    )
    op.create_index("ix_surveys_agent", "surveys", ["agent_id", "answered_at"], unique=False)
    op.create_index(
        "ix_surveys_answered", "surveys", ["answered_at"], unique=False, postgresql_where=sa.text("state = 'answered'")
    )
    op.create_index("ix_surveys_customer", "surveys", ["customer_id", "id"], unique=False)
    op.create_index(
        "ix_surveys_due", "surveys", ["due_at"], unique=False, postgresql_where=sa.text("state = 'planned'")
    )
    op.create_index(op.f("ix_surveys_ticket_id"), "surveys", ["ticket_id"], unique=False)
    op.create_index(
        "uq_surveys_asked",
        "surveys",
        ["their_number", "our_number"],
        unique=True,
        postgresql_where=sa.text("state = 'asked'"),
    )
    op.execute(APPEND_ONLY)


def downgrade() -> None:
    op.drop_index("uq_surveys_asked", table_name="surveys", postgresql_where=sa.text("state = 'asked'"))
    op.drop_index(op.f("ix_surveys_ticket_id"), table_name="surveys")
    op.drop_index("ix_surveys_due", table_name="surveys", postgresql_where=sa.text("state = 'planned'"))
    op.drop_index("ix_surveys_customer", table_name="surveys")
    op.drop_index("ix_surveys_answered", table_name="surveys", postgresql_where=sa.text("state = 'answered'"))
    op.drop_index("ix_surveys_agent", table_name="surveys")
    op.drop_table("surveys")
    op.drop_index("uq_offers_slot_open", table_name="offers", postgresql_where=sa.text("is_open"))
    op.drop_index("uq_offers_interaction_open", table_name="offers", postgresql_where=sa.text("is_open"))
    op.drop_index("ix_offers_to_ring", table_name="offers", postgresql_where=sa.text("ring_at IS NOT NULL"))
    op.drop_index("ix_offers_live", table_name="offers", postgresql_where=sa.text("state = 'live'"))
    op.drop_index(op.f("ix_offers_interaction_id"), table_name="offers")
    op.drop_index("ix_offers_connecting", table_name="offers", postgresql_where=sa.text("connect_by IS NOT NULL"))
    op.drop_index("ix_offers_agent", table_name="offers")
    op.drop_table("offers")
    op.drop_index("ix_messages_interaction", table_name="messages")
    op.drop_index("ix_messages_due", table_name="messages", postgresql_where=sa.text("next_try_at IS NOT NULL"))
    op.drop_index("ix_messages_customer", table_name="messages")
    op.drop_table("messages")
    op.drop_index(op.f("ix_legs_interaction_id"), table_name="legs")
    op.drop_table("legs")
    op.drop_index(op.f("ix_ticket_comments_ticket_id"), table_name="ticket_comments")
    op.drop_table("ticket_comments")
    op.drop_index(
        "uq_interactions_conversation",
        table_name="interactions",
        postgresql_where=sa.text("channel <> 'voice' AND state IN ('waiting', 'offered', 'active')"),
    )
    op.drop_index("ix_interactions_wrap_up", table_name="interactions", postgresql_where=sa.text("state = 'wrap_up'"))
    op.drop_index("ix_interactions_waiting", table_name="interactions", postgresql_where=sa.text("state = 'waiting'"))
    op.drop_index(
        "ix_interactions_ticket", table_name="interactions", postgresql_where=sa.text("ticket_id IS NOT NULL")
    )
    op.drop_index(
        "ix_interactions_quiet", table_name="interactions", postgresql_where=sa.text("quiet_check_at IS NOT NULL")
    )
    op.drop_index("ix_interactions_number", table_name="interactions")
    op.drop_index(
        "ix_interactions_mine",
        table_name="interactions",
        postgresql_where=sa.text("state IN ('offered', 'active', 'wrap_up')"),
    )
    op.drop_index(
        "ix_interactions_live",
        table_name="interactions",
        postgresql_where=sa.text("state IN ('menu', 'waiting', 'offered', 'active', 'wrap_up')"),
    )
    op.drop_index("ix_interactions_customer", table_name="interactions")
    op.drop_index("ix_interactions_created", table_name="interactions")
    op.drop_index(
        "ix_interactions_bring_back", table_name="interactions", postgresql_where=sa.text("bring_back_at IS NOT NULL")
    )
    op.drop_index("ix_interactions_agent_day", table_name="interactions")
    op.drop_table("interactions")
    op.drop_index(
        "ix_tickets_unsolved",
        table_name="tickets",
        postgresql_where=sa.text("status IN ('open', 'waiting_for_customer', 'waiting_for_department')"),
    )
    op.drop_index(
        "ix_tickets_owner_unsolved",
        table_name="tickets",
        postgresql_where=sa.text("status IN ('open', 'waiting_for_customer', 'waiting_for_department')"),
    )
    op.drop_index("ix_tickets_customer", table_name="tickets")
    op.drop_table("tickets")
    op.drop_index("uq_customer_phones_pair", table_name="customer_phones")
    op.drop_index(op.f("ix_customer_phones_number"), table_name="customer_phones")
    op.drop_index(op.f("ix_customer_phones_customer_id"), table_name="customer_phones")
    op.drop_table("customer_phones")
    op.drop_index("ix_customers_name_lower", table_name="customers")
    op.drop_index(op.f("ix_customers_account_id"), table_name="customers")
    op.drop_table("customers")
    op.drop_index("uq_drafts_one", table_name="drafts")
    op.drop_table("drafts")
    op.drop_index(op.f("ix_connections_agent_id"), table_name="connections")
    op.drop_table("connections")
    op.drop_table("api_tokens")
    op.drop_index("uq_agent_intervals_open", table_name="agent_intervals", postgresql_where=sa.text("ended_at IS NULL"))
    op.drop_index("ix_agent_intervals_day", table_name="agent_intervals")
    op.drop_table("agent_intervals")
    op.drop_table("accounts")
    op.drop_table("numbers")
    op.drop_index("ix_agents_name_lower", table_name="agents")
    op.drop_index(
        "ix_agents_available", table_name="agents", postgresql_where=sa.text("status = 'available' AND is_active")
    )
    op.drop_table("agents")
    op.drop_table("teams")
    op.drop_index(op.f("ix_receipts_at"), table_name="receipts")
    op.drop_table("receipts")
    op.drop_table("queues")
    op.drop_index("ix_login_tries_name", table_name="login_tries")
    op.drop_index("ix_login_tries_address", table_name="login_tries")
    op.drop_table("login_tries")
    op.drop_index("ix_history_untold", table_name="history", postgresql_where=sa.text("n IS NULL"))
    op.drop_index("ix_history_ticket_id", table_name="history", postgresql_where=sa.text("ticket_id IS NOT NULL"))
    op.drop_index(
        "ix_history_interaction_id", table_name="history", postgresql_where=sa.text("interaction_id IS NOT NULL")
    )
    op.drop_index("ix_history_customer_id", table_name="history", postgresql_where=sa.text("customer_id IS NOT NULL"))
    op.drop_table("history")
    op.drop_table("company")
    op.execute("DROP FUNCTION history_is_append_only()")
    op.execute("DROP SEQUENCE ticket_serial")
    op.execute("DROP SEQUENCE history_n")
