"""Text conversations with customers."""

from collections.abc import Sequence

from callcenter.actions.messages import attachments, outgoing
from callcenter.actions.messages.attachments import File
from callcenter.actions.messages.received import Received
from callcenter.actions.routing import routing
from callcenter.domain import customers as people
from callcenter.domain import languages, texts
from callcenter.domain.channels import Channel, Thread
from callcenter.domain.errors import (
    CustomerOptedOut,
    InteractionEnded,
    Invalid,
    NoNumberToReach,
    NotFound,
    NotYourInteraction,
)
from callcenter.domain.events import ConversationStarted
from callcenter.domain.interactions import WITH_CUSTOMER, State
from callcenter.domain.messages import IncomingMessage
from callcenter.domain.permissions import Actor, may_serve
from callcenter.storage.administration import company, settings_cache
from callcenter.storage.administration.company import Number, Queue
from callcenter.storage.calls import interactions
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.customers import customers as known
from callcenter.storage.customers.customers import Customer
from callcenter.storage.messages import messages as rows
from callcenter.storage.messages.messages import Message
from callcenter.storage.work import Work


def converse(work: Work, received: Received) -> bool:
    """Add the message to its conversation, opening one if needed. Always True."""
    customer = received.customer(work)
    interaction = interactions.conversation(work.session, received.thread)
    fresh = interaction is None
    if interaction is None:
        interaction = _begin(work, received.message, customer)
    interaction.unanswered_since = interaction.unanswered_since or work.now
    received.keep(work, purpose="conversation", customer=customer, interaction=interaction)
    if fresh:
        routing.enter(work, interaction, customer)
        routing.route(work, interaction, is_new=True)
    return True


def _begin(work: Work, message: IncomingMessage, customer: Customer | None) -> Interaction:
    ours = company.number(work.session, message.recipient) or next(iter(company.numbers(work.session)), None)
    if ours is None:
        raise NotFound
    language = customer.language if customer else people.language_of(people.e164(message.sender)) or ours.language
    interaction = Interaction(
        channel=message.channel,
        state=State.WAITING,
        language=languages.served(language),
        our_address=message.recipient,
        their_address=message.sender,
        customer_id=customer.id if customer else None,
        queue_id=_queue_for(work, ours, message.channel),
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


def _queue_for(work: Work, ours: Number, channel: Channel) -> int | None:
    """The number's message queue if it takes this channel, else the first queue that does."""
    own = [settings_cache.queue(work.session, id_) for id_ in (ours.sms_queue_id, ours.queue_id) if id_]
    others = [] if any(_takes(queue, channel) for queue in own) else company.queues(work.session)
    taking = (queue.id for queue in (*own, *others) if queue and _takes(queue, channel))
    # Without a suitable queue the number's own takes it: no message is lost.
    return next(taking, ours.sms_queue_id or ours.queue_id)


def _takes(queue: Queue | None, channel: Channel) -> bool:
    return queue is not None and queue.is_active and channel in queue.policy.channels


def send(work: Work, interaction_id: int, *, actor: Actor, body: str, files: Sequence[File] = ()) -> Message:
    """By the serving agent, in a conversation or during a call.

    NotYourInteraction, InteractionEnded, Invalid, and the errors of `_writable`.
    """
    interaction = interactions.get(work.session, interaction_id, lock=True)
    if interaction is None:
        raise NotFound
    if not may_serve(actor, interaction_agent_id=interaction.agent_id):
        raise NotYourInteraction
    if interaction.state not in (*WITH_CUSTOMER, State.WRAP_UP):
        raise InteractionEnded
    thread = _writable(work, interaction)
    sent = attachments.checked(files, thread.channel)
    text = _checked(body, thread.channel, may_be_empty=bool(sent))
    interaction.unanswered_since = None
    interaction.first_reply_at = interaction.first_reply_at or work.now
    return outgoing.write(
        work,
        thread,
        body=text,
        files=sent,
        customer_id=interaction.customer_id,
        interaction_id=interaction.id,
        agent_id=actor.agent_id,
    )


def _writable(work: Work, interaction: Interaction) -> Thread:
    """The thread to write on; NoNumberToReach, CustomerOptedOut or WindowClosed."""
    thread = interaction.thread
    if thread is None or not people.is_reachable(thread.kind, thread.theirs):
        raise NoNumberToReach
    if known.has_opted_out(work.session, thread.kind, thread.theirs):
        raise CustomerOptedOut
    if not outgoing.is_open(work, thread):
        raise outgoing.shut(thread.channel)
    return thread


def _checked(body: str, channel: Channel, *, may_be_empty: bool) -> str:
    text = texts.clean(body)
    if not text and not may_be_empty:
        raise Invalid("Nothing is written yet.", field="body")
    if len(text) > channel.traits.longest:
        raise Invalid(
            "The message has %(length)d characters, %(limit)d are possible. Shorten it or send two.",
            field="body",
            length=len(text),
            limit=channel.traits.longest,
        )
    return text


def read(work: Work, interaction_id: int, *, actor: Actor) -> None:
    interaction = interactions.get(work.session, interaction_id)
    if interaction and may_serve(actor, interaction_agent_id=interaction.agent_id):
        rows.mark_read(work.session, interaction_id, at=work.now)
