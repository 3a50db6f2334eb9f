"""Provider operations: read and claim, call the provider, write the result; no provider call in a transaction.

After a crash a lease in the row, or the provider's own report, resumes the work.
"""

from callcenter.operations.calls import (
    agent_not_connected,
    ask_about,
    bring_back,
    call_customer,
    end_legs,
    fulfil,
    hang_up,
    hold,
    part,
    resume,
    ring_agent,
)
from callcenter.operations.messages import fetch_attachment, send_message

__all__ = [
    "agent_not_connected",
    "ask_about",
    "bring_back",
    "call_customer",
    "end_legs",
    "fetch_attachment",
    "fulfil",
    "hang_up",
    "hold",
    "part",
    "resume",
    "ring_agent",
    "send_message",
]
