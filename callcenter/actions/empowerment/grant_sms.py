"""The SMS text of a remedy."""

from sqlalchemy.orm import Session

from callcenter.domain import languages
from callcenter.domain.empowerment import Remedy, money
from callcenter.storage.administration import company
from callcenter.storage.agents.agents import Agent
from callcenter.storage.customers.customers import Customer
from callcenter.storage.tickets.tickets import Ticket


def sms_text(
    session: Session,
    remedy: Remedy,
    *,
    units: int,
    currency: str,
    language: str,
    customer: Customer | None,
    ticket: Ticket,
    agent: Agent,
) -> str:
    """Empty where the remedy sends nothing."""
    if remedy.sms is None:
        return ""
    ours = company.get(session)
    values = {
        "amount": money.formatted(units, currency, language) if remedy.is_money else f"{units} ×",
        "count": units,
        "name": customer.name if customer else "",
        "ticket": ticket.number,
        "agent": agent.name.split()[0],
        "company": ours.name(language) if ours else "",
    }
    return languages.of(remedy.sms, language).format_map(values)
