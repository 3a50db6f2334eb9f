"""Alembic's entry: runs the migrations on the URL given in the configuration's attributes, on PostgreSQL only."""

from alembic import context
from sqlalchemy import create_engine

from callcenter.storage import failures, history
from callcenter.storage.administration import access, company
from callcenter.storage.agents import agents
from callcenter.storage.callbacks import callbacks
from callcenter.storage.calls import interactions
from callcenter.storage.customers import customers
from callcenter.storage.database import Row
from callcenter.storage.empowerment import approvals, budgets, departments, grants, proposals, replays, rule_books
from callcenter.storage.messages import messages
from callcenter.storage.routing import offers
from callcenter.storage.surveys import surveys
from callcenter.storage.tickets import tickets

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
