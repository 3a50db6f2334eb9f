"""Empowerment: rule books, grants, approvals, budgets with their ledger, departments, causes, entitlements, systems."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261128_empowerment"
down_revision = "20261122_routing"
branch_labels = None
depends_on = None


APPEND_ONLY = """
CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only: a correction is a new line';
END $$;
CREATE TRIGGER budget_entries_append_only BEFORE UPDATE OR DELETE ON budget_entries
    FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER budget_entries_no_truncate BEFORE TRUNCATE ON budget_entries
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
"""
TABLES = (
    "approval_words", "requests", "approvals", "grants", "entitlements", "budget_entries", "budget_periods", "rule_books",
    "budgets", "causes",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "company_systems",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_systems")),
        sa.UniqueConstraint("key", name=op.f("uq_company_systems_key")),
    )
    op.create_table(
        "departments",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("names", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departments")),
        sa.UniqueConstraint("key", name=op.f("uq_departments_key")),
    )
    op.create_table(
        "causes",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("names", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("department_id", sa.BigInteger(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"], name=op.f("fk_causes_department_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_causes")),
        sa.UniqueConstraint("key", name=op.f("uq_causes_key")),
    )
    op.create_table(
        "budgets",
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("agent_id", sa.BigInteger(), nullable=True),
        sa.Column("team_id", sa.BigInteger(), nullable=True),
        sa.Column("department_id", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("warn_percent", sa.SmallInteger(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint(
            "(agent_id IS NOT NULL) = (scope = 'agent') AND (team_id IS NOT NULL) = (scope = 'team') AND (department_id IS NOT NULL) = (scope = 'department')",
            name=op.f("ck_budgets_one_scope"),
        ),
        sa.CheckConstraint("period IN ('month','quarter')", name=op.f("ck_budgets_period")),
        sa.CheckConstraint("scope IN ('agent','team','department','company')", name=op.f("ck_budgets_scope")),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_budgets_amount")),
        sa.CheckConstraint("warn_percent BETWEEN 1 AND 100", name=op.f("ck_budgets_warn_percent")),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_budgets_agent_id")),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"], name=op.f("fk_budgets_department_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_budgets_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budgets")),
    )
    op.create_index(
        "uq_budgets_scope",
        "budgets",
        ["scope", sa.literal_column("coalesce(agent_id, team_id, department_id, 0)"), "currency"],
        unique=True,
        postgresql_where=sa.text("is_active"),
    )
    op.create_table(
        "rule_books",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("reviewer_id", sa.BigInteger(), nullable=True),
        sa.Column("review_note", sa.String(), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("effective_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("(state = 'published') = (published_at IS NOT NULL)", name=op.f("ck_rule_books_published")),
        sa.CheckConstraint("state <> 'published' OR effective_from IS NOT NULL", name=op.f("ck_rule_books_effective")),
        sa.CheckConstraint(
            "state IN ('draft','in_review','reviewed','published','dropped')", name=op.f("ck_rule_books_state")
        ),
        sa.CheckConstraint("reviewer_id <> author_id", name=op.f("ck_rule_books_second_person")),
        sa.ForeignKeyConstraint(["author_id"], ["agents.id"], name=op.f("fk_rule_books_author_id")),
        sa.ForeignKeyConstraint(["published_by"], ["agents.id"], name=op.f("fk_rule_books_published_by")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["agents.id"], name=op.f("fk_rule_books_reviewer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_books")),
        sa.UniqueConstraint("number", name=op.f("uq_rule_books_number")),
    )
    op.create_index(
        "ix_rule_books_published",
        "rule_books",
        ["effective_from"],
        unique=False,
        postgresql_where=sa.text("state = 'published'"),
    )
    op.create_table(
        "budget_periods",
        sa.Column("budget_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("limit_amount", sa.BigInteger(), nullable=False),
        sa.Column("reserved", sa.BigInteger(), nullable=False),
        sa.Column("committed", sa.BigInteger(), nullable=False),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("committed >= 0", name=op.f("ck_budget_periods_committed")),
        sa.CheckConstraint("reserved + committed <= limit_amount", name=op.f("ck_budget_periods_never_overdrawn")),
        sa.CheckConstraint("reserved >= 0", name=op.f("ck_budget_periods_reserved")),
        sa.ForeignKeyConstraint(["budget_id"], ["budgets.id"], name=op.f("fk_budget_periods_budget_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_periods")),
    )
    op.create_index("uq_budget_periods_start", "budget_periods", ["budget_id", "starts_at"], unique=True)
    op.create_table(
        "budget_entries",
        sa.Column("period_id", sa.BigInteger(), nullable=False),
        sa.Column("grant_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("limit_change", sa.BigInteger(), nullable=False),
        sa.Column("reserved_change", sa.BigInteger(), nullable=False),
        sa.Column("committed_change", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint(
            "kind IN ('allot','change','reserve','commit','release','reverse','correct')",
            name=op.f("ck_budget_entries_kind"),
        ),
        sa.ForeignKeyConstraint(["period_id"], ["budget_periods.id"], name=op.f("fk_budget_entries_period_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_entries")),
    )
    op.create_index(
        "ix_budget_entries_grant",
        "budget_entries",
        ["grant_id", "id"],
        unique=False,
        postgresql_where=sa.text("grant_id IS NOT NULL"),
    )
    op.create_index("ix_budget_entries_period", "budget_entries", ["period_id", "id"], unique=False)
    op.create_table(
        "entitlements",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("names", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_entitlements_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entitlements")),
    )
    op.create_index(op.f("ix_entitlements_customer_id"), "entitlements", ["customer_id"], unique=False)
    op.create_table(
        "grants",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("agent_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("remedy", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("wished", sa.BigInteger(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("worth", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("interaction_id", sa.BigInteger(), nullable=True),
        sa.Column("rest_of", sa.BigInteger(), nullable=True),
        sa.Column("rule_book", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("usage", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("decision", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("sms", sa.String(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("carry_out", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("carried_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.String(), nullable=False),
        sa.Column("reversed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reversed_by", sa.BigInteger(), nullable=True),
        sa.Column("reverse_reason", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint(
            "(granted_at IS NOT NULL) = (state IN ('granted','carried_out','failed','reversed'))",
            name=op.f("ck_grants_granted"),
        ),
        sa.CheckConstraint(
            "state IN ('awaiting','approved','granted','carried_out','failed','reversed','refused','withdrawn','expired','not_asked')",
            name=op.f("ck_grants_state"),
        ),
        sa.CheckConstraint("units > 0 AND wished > 0 AND worth >= 0 AND cost >= 0", name=op.f("ck_grants_amounts")),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_grants_agent_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_grants_customer_id")),
        sa.ForeignKeyConstraint(["interaction_id"], ["interactions.id"], name=op.f("fk_grants_interaction_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_grants_message_id")),
        sa.ForeignKeyConstraint(["rest_of"], ["grants.id"], name=op.f("fk_grants_rest_of")),
        sa.ForeignKeyConstraint(["reversed_by"], ["agents.id"], name=op.f("fk_grants_reversed_by")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_grants_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grants")),
    )
    op.create_index(
        "ix_grants_agent",
        "grants",
        ["agent_id", "created_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('awaiting', 'approved', 'granted', 'carried_out', 'failed')"),
    )
    op.create_index("ix_grants_created", "grants", ["created_at", "id"], unique=False)
    op.create_index(
        "ix_grants_customer",
        "grants",
        ["customer_id", "created_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('awaiting', 'approved', 'granted', 'carried_out', 'failed')"),
    )
    op.create_index(
        "ix_grants_due", "grants", ["next_try_at"], unique=False, postgresql_where=sa.text("next_try_at IS NOT NULL")
    )
    op.create_index("ix_grants_ticket", "grants", ["ticket_id", "id"], unique=False)
    op.create_index(
        "ix_grants_valid", "grants", ["valid_until"], unique=False, postgresql_where=sa.text("state = 'approved'")
    )
    op.create_index("uq_grants_key", "grants", ["agent_id", "key"], unique=True)
    op.create_table(
        "approvals",
        sa.Column("grant_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=True),
        sa.Column("steps", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("step_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("otherwise", sa.String(), nullable=False),
        sa.Column("promise_minutes", sa.Integer(), nullable=False),
        sa.Column("own_limit", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("told", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_by", sa.BigInteger(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.BigInteger(), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answer_units", sa.BigInteger(), nullable=True),
        sa.Column("answer_remedy", sa.String(), nullable=True),
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("held_before", sa.Integer(), nullable=False),
        sa.Column("held_seconds", sa.Integer(), nullable=False),
        sa.Column("callback_id", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("(state = 'open') = (step_ends_at IS NOT NULL)", name=op.f("ck_approvals_open")),
        sa.CheckConstraint("state IN ('open','answered','withdrawn','expired')", name=op.f("ck_approvals_state")),
        sa.ForeignKeyConstraint(["answered_by"], ["agents.id"], name=op.f("fk_approvals_answered_by")),
        sa.ForeignKeyConstraint(["callback_id"], ["callbacks.id"], name=op.f("fk_approvals_callback_id")),
        sa.ForeignKeyConstraint(["claimed_by"], ["agents.id"], name=op.f("fk_approvals_claimed_by")),
        sa.ForeignKeyConstraint(["grant_id"], ["grants.id"], name=op.f("fk_approvals_grant_id")),
        sa.ForeignKeyConstraint(["seen_by"], ["agents.id"], name=op.f("fk_approvals_seen_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
        sa.UniqueConstraint("grant_id", name=op.f("uq_approvals_grant_id")),
    )
    op.create_index(
        "ix_approvals_answered",
        "approvals",
        ["answered_at"],
        unique=False,
        postgresql_where=sa.text("answered_at IS NOT NULL"),
    )
    op.create_index(
        "ix_approvals_due", "approvals", ["step_ends_at"], unique=False, postgresql_where=sa.text("state = 'open'")
    )
    op.create_index("uq_approvals_code", "approvals", ["code"], unique=True, postgresql_where=sa.text("state = 'open'"))
    op.create_table(
        "requests",
        sa.Column("department_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("grant_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_by", sa.BigInteger(), nullable=True),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.BigInteger(), nullable=True),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("state IN ('open','done','refused')", name=op.f("ck_requests_state")),
        sa.ForeignKeyConstraint(["answered_by"], ["agents.id"], name=op.f("fk_requests_answered_by")),
        sa.ForeignKeyConstraint(["asked_by"], ["agents.id"], name=op.f("fk_requests_asked_by")),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"], name=op.f("fk_requests_department_id")),
        sa.ForeignKeyConstraint(["grant_id"], ["grants.id"], name=op.f("fk_requests_grant_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_requests_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requests")),
        sa.UniqueConstraint("grant_id", name=op.f("uq_requests_grant_id")),
    )
    op.create_index(
        "ix_requests_open",
        "requests",
        ["department_id", "due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(op.f("ix_requests_ticket_id"), "requests", ["ticket_id"], unique=False)
    op.create_table(
        "approval_words",
        sa.Column("approval_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["approval_id"], ["approvals.id"], name=op.f("fk_approval_words_approval_id")),
        sa.ForeignKeyConstraint(["author_id"], ["agents.id"], name=op.f("fk_approval_words_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_words")),
    )
    op.create_index(op.f("ix_approval_words_approval_id"), "approval_words", ["approval_id"], unique=False)
    op.add_column("agents", sa.Column("level", sa.SmallInteger(), nullable=False, server_default="1"))
    op.add_column("agents", sa.Column("mobile", sa.String(), nullable=True))
    op.create_unique_constraint(op.f("uq_agents_mobile"), "agents", ["mobile"])
    op.add_column("teams", sa.Column("department_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_teams_department_id"), "teams", "departments", ["department_id"], ["id"])
    op.add_column("tickets", sa.Column("product", sa.String(), nullable=False, server_default=""))
    op.add_column("tickets", sa.Column("price", sa.BigInteger(), nullable=True))
    op.execute(APPEND_ONLY)


def downgrade() -> None:
    for table, column in (("tickets", "price"), ("tickets", "product"), ("agents", "mobile"), ("agents", "level")):
        op.drop_column(table, column)
    op.drop_column("teams", "department_id")
    for table in (*TABLES, "departments", "company_systems"):
        op.drop_table(table)
    op.execute("DROP FUNCTION ledger_is_append_only()")
