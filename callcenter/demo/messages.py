"""One message of the demo year."""

from datetime import datetime

from callcenter.demo.book import Book, Values
from callcenter.domain.channels import Channel
from callcenter.domain.messages import MessageStatus
from callcenter.storage.messages.messages import Message


def write(
    book: Book,
    visit: Values,
    at: datetime,
    body: str,
    *,
    agent_id: int | None = None,
    purpose: str = "conversation",
    is_ours: bool | None = None,
) -> Values:
    """A delivered message. Outbound if there is an agent, else as `is_ours` says."""
    ours = agent_id is not None if is_ours is None else is_ours
    return book.add(
        Message,
        channel=Channel(visit["channel"]).to_write(),
        direction="out" if ours else "in",
        purpose=purpose,
        interaction_id=visit["id"] if purpose in ("conversation", "grant") else None,
        customer_id=visit["customer_id"],
        agent_id=agent_id,
        our_address=visit["our_address"],
        their_address=visit["their_address"],
        body=body,
        files=0,
        sid=book.sid("SM"),
        status=MessageStatus.DELIVERED if ours else MessageStatus.RECEIVED,
        tries=1 if ours else 0,
        created_at=at,
        sent_at=at if ours else None,
        read_at=None if ours else at,
    )
