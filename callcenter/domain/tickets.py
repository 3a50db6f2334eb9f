"""Tickets: statuses, priorities, and the status after each outcome."""

from enum import StrEnum

from callcenter.domain.interactions import Outcome


class TicketStatus(StrEnum):
    OPEN = "open"
    WAITING_FOR_CUSTOMER = "waiting_for_customer"
    WAITING_FOR_DEPARTMENT = "waiting_for_department"
    SOLVED = "solved"
    CLOSED = "closed"


UNSOLVED = (TicketStatus.OPEN, TicketStatus.WAITING_FOR_CUSTOMER, TicketStatus.WAITING_FOR_DEPARTMENT)


class Priority(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class TicketType(StrEnum):
    QUESTION = "question"
    ORDER = "order"
    COMPLAINT = "complaint"
    RETURN = "return"
    REPAIR = "repair"
    BILLING = "billing"


class ResponsibleParty(StrEnum):
    UNKNOWN = "unknown"
    OURS = "ours"
    CARRIER = "carrier"
    SUPPLIER = "supplier"
    CUSTOMER = "customer"
    NOBODY = "nobody"


# Facts that rules of grants ask for. What an agent sets here is a claim until somebody confirms it.
FACTS = ("type", "cause", "responsible", "product", "price", "priority")
SERVED = ("cause", "responsible", "price")  # of these, only those who serve the case
FIELDS = ("subject", "status", "type", "cause", "responsible", "product", "price", "priority", "owner_id")

AFTER: dict[Outcome, TicketStatus] = {
    Outcome.SOLVED: TicketStatus.SOLVED,
    Outcome.PROMISE_MADE: TicketStatus.OPEN,
    Outcome.WAITING_FOR_DEPARTMENT: TicketStatus.WAITING_FOR_DEPARTMENT,
    Outcome.WAITING_FOR_CUSTOMER: TicketStatus.WAITING_FOR_CUSTOMER,
    Outcome.TRANSFERRED: TicketStatus.OPEN,
    Outcome.NO_ACTION_NEEDED: TicketStatus.CLOSED,
}


def number_of(year: int, serial: int) -> str:
    """26-4118: short enough to say."""
    return f"{year % 100:02d}-{serial}"
