"""Conversations by text: what a customer writes finds its place, what an agent writes is sent."""

from callcenter.actions import approving_by_sms, customers, outgoing, routing, surveys
from callcenter.domain import customers as people
from callcenter.domain import languages
from callcenter.domain import messages as rules
from callcenter.domain import surveys as survey_rules
from callcenter.domain.errors import (
    CustomerOptedOut,
    InteractionEnded,
    Invalid,
    NoNumberToReach,
    NotFound,
    NotYourInteraction,
)
from callcenter.domain.events import ConversationStarted, CustomerOptedIn, MessageReceived
from callcenter.domain.events import CustomerOptedOut as CustomerHasOptedOut
from callcenter.domain.interactions import WITH_CUSTOMER, State
from callcenter.domain.messages import IncomingMessage, MessageStatus
from callcenter.domain.permissions import Actor, may_serve
from callcenter.storage import access, company, interactions
from callcenter.storage import customers as known
from callcenter.storage import messages as rows
from callcenter.storage import surveys as asked
from callcenter.storage.customers import Customer
from callcenter.storage.interactions import Interaction
from callcenter.storage.messages import Message
from callcenter.storage.work import Work


def receive(work: Work, message: IncomingMessage) -> None:
    """A text from a customer: a wish to stop, an answer to our question, or a word in a conversation. Twice is once."""
    if not access.claim_receipt(work.session, f"message:{message.sid}", now=work.now):
        return
    known.lock_number(work.session, message.sender)
    if approving_by_sms.reply(work, message):
        _keep(work, message, None, None, purpose="approval")
        return
    customer = customers.identify(work, people.e164(message.sender))
    wish = rules.wish(message.body, message.opt_out)
    if wish:
        _keep(work, message, customer, None, purpose="wish")
        _obey(work, message, stop=wish == "stop")
    elif not _answers_survey(work, message, customer):
        _converse(work, message, customer)


def _obey(work: Work, message: IncomingMessage, *, stop: bool) -> None:
    changed = known.opt_out(work.session, message.sender, at=work.now if stop else None)
    if stop:
        surveys.stop(work, our_number=message.recipient, their_number=message.sender)
    for customer_id in changed:
        event = CustomerHasOptedOut if stop else CustomerOptedIn
        work.record(event(customer_id=customer_id, actor="customer"))


def _answers_survey(work: Work, message: IncomingMessage, customer: Customer | None) -> bool:
    pair = {"our_number": message.recipient, "their_number": message.sender}
    answer = survey_rules.read(message.body)
    survey = asked.asked(work.session, **pair)
    if survey and answer:
        _keep(work, message, customer, None, purpose="survey")
        surveys.answer(work, survey, answer)
        return True
    if interactions.conversation(work.session, **pair):
        return False
    late = asked.last_answered(work.session, **pair, since=work.now - survey_rules.COMMENT_WITHIN)
    if late and message.body.strip():
        _keep(work, message, customer, None, purpose="survey")
        surveys.add_comment(work, late, message.body)
        return True
    return False


def _converse(work: Work, message: IncomingMessage, customer: Customer | None) -> None:
    interaction = interactions.conversation(work.session, our_number=message.recipient, their_number=message.sender)
    fresh = interaction is None
    if interaction is None:
        interaction = _begin(work, message, customer)
    interaction.unanswered_since = interaction.unanswered_since or work.now
    _keep(work, message, customer, interaction)
    if fresh:
        routing.enter(work, interaction, customer)
        routing.route(work, interaction, is_new=True)


def _begin(work: Work, message: IncomingMessage, customer: Customer | None) -> Interaction:
    ours = company.number(work.session, message.recipient) or next(iter(company.numbers(work.session)), None)
    if ours is None:
        raise NotFound
    language = customer.language if customer else people.language_of(people.e164(message.sender)) or ours.language
    interaction = Interaction(
        channel=message.channel,
        state=State.WAITING,
        language=languages.served(language),
        our_number=message.recipient,
        their_number=message.sender,
        customer_id=customer.id if customer else None,
        queue_id=ours.sms_queue_id or ours.queue_id,
        menu_keys=[],
        created_at=work.now,
        joined_at=work.now,
    )
    work.session.add(interaction)
    work.session.flush()
    work.record(
        ConversationStarted(
            interaction_id=interaction.id,
            customer_id=interaction.customer_id,
            actor="customer",
            queue_id=interaction.queue_id or 0,
            channel=message.channel,
        )
    )
    return interaction


def _keep(
    work: Work,
    message: IncomingMessage,
    customer: Customer | None,
    interaction: Interaction | None,
    *,
    purpose: str = "conversation",
) -> None:
    row = Message(
        channel=message.channel,
        direction="in",
        purpose=purpose,
        interaction_id=interaction.id if interaction else None,
        customer_id=customer.id if customer else None,
        our_number=message.recipient,
        their_number=message.sender,
        body=message.body,
        media=list(message.media),
        sid=message.sid,
        status=MessageStatus.RECEIVED,
        created_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    if interaction:
        work.record(
            MessageReceived(
                interaction_id=interaction.id,
                customer_id=row.customer_id,
                agent_id=interaction.agent_id,
                actor="customer",
                message_id=row.id,
            )
        )


def send(work: Work, interaction_id: int, *, actor: Actor, body: str) -> Message:
    """The agent who serves writes to the customer, in a conversation or beside a call."""
    interaction = interactions.get(work.session, interaction_id, lock=True)
    if interaction is None:
        raise NotFound
    if not may_serve(actor, interaction_agent_id=interaction.agent_id):
        raise NotYourInteraction
    text = _checked(body)
    if interaction.state not in (*WITH_CUSTOMER, State.WRAP_UP):
        raise InteractionEnded
    if not interaction.their_number or people.e164(interaction.their_number) is None:
        raise NoNumberToReach
    if known.has_opted_out(work.session, interaction.their_number):
        raise CustomerOptedOut
    interaction.unanswered_since = None
    interaction.first_reply_at = interaction.first_reply_at or work.now
    return outgoing.write(
        work,
        body=text,
        our_number=interaction.our_number,
        their_number=interaction.their_number,
        customer_id=interaction.customer_id,
        interaction_id=interaction.id,
        agent_id=actor.agent_id,
    )


def _checked(body: str) -> str:
    text = body.replace("\x00", "").strip()
    if not text:
        raise Invalid("Nothing is written yet.", field="body")
    if len(text) > rules.BODY_LIMIT:
        raise Invalid(
            "The message has %(length)d characters, %(limit)d are possible. Shorten it or send two.",
            field="body",
            length=len(text),
            limit=rules.BODY_LIMIT,
        )
    return text


def read(work: Work, interaction_id: int, *, actor: Actor) -> None:
    """The agent who serves has seen what the customer wrote so far."""
    interaction = interactions.get(work.session, interaction_id)
    if interaction and may_serve(actor, interaction_agent_id=interaction.agent_id):
        rows.mark_read(work.session, interaction_id, at=work.now)
