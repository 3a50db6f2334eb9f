"""Alembic's entry: runs the migrations on the URL given in the configuration's attributes, on PostgreSQL only."""

from alembic import context
from sqlalchemy import create_engine

from callcenter.storage import (
    access,
    agents,
    callbacks,
    company,
    customers,
    failures,
    history,
    interactions,
    messages,
    offers,
    surveys,
    tickets,
)
from callcenter.storage.database import Row
from callcenter.storage.empowerment import approvals, budgets, departments, grants, proposals, replays, rule_books

EMPOWERMENT = (approvals, budgets, departments, grants, proposals, replays, rule_books)
MODELS = (
    access,
    agents,
    callbacks,
    company,
    customers,
    failures,
    history,
    interactions,
    messages,
    offers,
    surveys,
    tickets,
)


def run() -> None:
    engine = create_engine(context.config.attributes["url"])
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Row.metadata,
            transaction_per_migration=True,
            compare_type=True,
            compare_server_default=False,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
