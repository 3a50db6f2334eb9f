"""Locks per agent and customer, so that limits also hold for concurrent grants."""

from sqlalchemy import text
from sqlalchemy.orm import Session

AGENT, CUSTOMER, TICKET = 7_100_001, 7_100_002, 7_100_003
LOCK = text("SELECT pg_advisory_xact_lock(:kind, CAST(:id % 2147483647 AS integer))")


def agent_and_customer(session: Session, *, agent_id: int, customer_id: int | None, ticket_id: int) -> None:
    # Always in this order, to avoid deadlocks.
    session.execute(LOCK, {"kind": AGENT, "id": agent_id})
    # Without a customer, the ticket.
    kind, id_ = (CUSTOMER, customer_id) if customer_id else (TICKET, ticket_id)
    session.execute(LOCK, {"kind": kind, "id": id_})
