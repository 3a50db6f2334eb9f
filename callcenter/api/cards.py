"""The customer card as JSON, available before the agent accepts."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from callcenter import wiring
from callcenter.api.customers import CustomerShown, shown
from callcenter.api.interactions import InteractionShown, visible
from callcenter.api.operations import operation
from callcenter.api.shapes import ResponseBody
from callcenter.api.surveys import SurveyShown
from callcenter.api.tickets import TicketShown
from callcenter.declared import everyone
from callcenter.reports.customers import card


class EffortShown(ResponseBody):
    """The customer's effort on this case so far, including this contact."""

    contacts: int
    waiting: Annotated[int, Field(description="Seconds.")]
    held: Annotated[int, Field(description="Seconds.")]
    talking: Annotated[int, Field(description="Seconds.")]
    seconds: Annotated[int, Field(description="All three together.")]
    first_asked_at: datetime | None
    is_heavy: Annotated[bool, Field(description="From the third contact, or half an hour of their time.")]


class ContactShown(ResponseBody):
    """An earlier contact on any channel."""

    id: int
    channel: str
    at: datetime
    agent: str
    outcome: str | None
    result: str | None
    note: str
    seconds: int
    ticket_id: int | None


class CardShown(ResponseBody):
    """The customer card. `customer` is null for a withheld number, and for a shared one until the agent identifies
    the customer: `perhaps` lists the candidates."""

    interaction: InteractionShown
    customer: CustomerShown | None
    perhaps: list[CustomerShown]
    number: str | None
    opted_out: bool
    account: str
    answers_for_it: Annotated[str, Field(description="The agent who answers for the account.")]
    ticket: Annotated[TicketShown | None, Field(description="The ticket it belongs to, or would once accepted.")]
    effort: EffortShown
    keys: Annotated[list[str], Field(description="Pressed in the menu, each with what it stands for.")]
    open_tickets: list[TicketShown]
    contacts: list[ContactShown]
    contacts_in_a_year: int
    last_survey: SurveyShown | None


@operation("GET", "/interactions/{interaction_id}/card", answer=CardShown)
@everyone
def get_card(interaction_id: int) -> CardShown:
    """Get the customer card: the customer, their tickets and contacts, and their effort so far."""
    with wiring.current().reading() as session:
        visible(session, interaction_id)
        found = card.of_interaction(session, interaction_id, wiring.current().clock())
        assert found is not None
        return CardShown(
            interaction=InteractionShown.of(found.interaction),
            customer=shown(session, [found.customer])[0] if found.customer else None,
            perhaps=shown(session, found.perhaps),
            number=found.number,
            opted_out=found.opted_out,
            account=found.account,
            answers_for_it=found.answers_for_it,
            ticket=TicketShown.of(found.ticket) if found.ticket else None,
            effort=EffortShown.of(found.effort),
            keys=found.keys,
            open_tickets=TicketShown.all_of(found.open_tickets),
            contacts=ContactShown.all_of(found.contacts),
            contacts_in_a_year=found.contacts_in_a_year,
            last_survey=SurveyShown.of(found.last_survey) if found.last_survey else None,
        )
