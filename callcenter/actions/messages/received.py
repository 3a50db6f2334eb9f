"""An incoming message as its handlers see it."""

from dataclasses import dataclass, field

from callcenter.actions.customers import customers
from callcenter.actions.messages import attachments
from callcenter.domain import customers as people
from callcenter.domain.channels import Thread
from callcenter.domain.events import MessageReceived
from callcenter.domain.messages import IncomingMessage, MessageStatus
from callcenter.domain.states import Way
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.customers.customers import Customer
from callcenter.storage.messages.messages import Message
from callcenter.storage.work import Work


@dataclass
class Received:
    """`thread` finds its conversation or open survey."""

    message: IncomingMessage
    _customers: list[Customer | None] = field(default_factory=list)

    @property
    def thread(self) -> Thread:
        return Thread(self.message.channel, self.message.recipient, self.message.sender)

    def customer(self, work: Work) -> Customer | None:
        """Creates a customer for an unknown address."""
        if not self._customers:
            message = self.message
            kind = message.channel.address_kind
            address = message.sender if people.is_reachable(kind, message.sender) else None
            self._customers.append(customers.identify(work, address, kind=kind, also=message.also, name=message.name))
        return self._customers[0]

    def keep(
        self, work: Work, *, purpose: str, customer: Customer | None, interaction: Interaction | None = None
    ) -> None:
        message = self.message
        row = Message(
            channel=message.channel,
            direction=Way.IN,
            purpose=purpose,
            interaction_id=interaction.id if interaction else None,
            customer_id=customer.id if customer else None,
            our_address=message.recipient,
            their_address=message.sender,
            body=message.body,
            files=len(message.files),
            sid=message.sid,
            status=MessageStatus.RECEIVED,
            created_at=work.now,
        )
        work.session.add(row)
        work.session.flush()
        attachments.expect(work, row, message.files)
        if interaction:
            about = {"customer_id": row.customer_id, "agent_id": interaction.agent_id}
            work.record(MessageReceived(interaction_id=interaction.id, **about, actor="customer", message_id=row.id))
