"""Transfers of calls and conversations."""

from typing import Annotated

from pydantic import Field

from callcenter import operations, wiring
from callcenter.actions.calls import transfers
from callcenter.api.authentication import actor
from callcenter.api.interactions import NOT_YOURS, visible
from callcenter.api.operations import operation
from callcenter.api.shapes import Id, RequestBody, Text
from callcenter.declared import everyone
from callcenter.domain.errors import Invalid


class TransferSent(RequestBody):
    """A transfer to either `queue_id` or `agent_id`, with a reason."""

    queue_id: Id | None = None
    agent_id: Id | None = None
    reason: Annotated[Text, Field(min_length=1, max_length=transfers.LONGEST_REASON)]


@operation(
    "POST",
    "/interactions/{interaction_id}/transfer",
    body=TransferSent,
    refuses={**NOT_YOURS, 409: ("agent-not-free", "queue-closed", "not-connected")},
)
@everyone
def transfer(interaction_id: int, body: TransferSent) -> None:
    """Transfer the customer to a queue, where their waiting time still counts, or to an agent with capacity."""
    if (body.queue_id is None) == (body.agent_id is None):
        raise Invalid("Give a queue or an agent.", field="queue_id")
    with wiring.current().work() as work:
        visible(work.session, interaction_id)
        if body.queue_id is not None:
            transfers.to_queue(work, interaction_id, queue_id=body.queue_id, reason=body.reason, actor=actor())
        if body.agent_id is not None:
            transfers.to_agent(work, interaction_id, agent_id=body.agent_id, reason=body.reason, actor=actor())
    operations.part(wiring.current(), interaction_id)
