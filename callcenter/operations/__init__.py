"""What needs the house and the outside: look, go outside, write down. Never the two in one transaction.

Whatever crashes in between is found again: by a lease in the row, or by what the telephone company reports itself.
"""

from callcenter.operations.calls import (
    agent_not_connected,
    ask_about,
    bring_back,
    call_customer,
    carry_out,
    end_lines,
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
    "carry_out",
    "end_lines",
    "fetch_attachment",
    "hang_up",
    "hold",
    "part",
    "resume",
    "ring_agent",
    "send_message",
]
