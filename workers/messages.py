"""Messages on their way out, and what came with those that came in."""

from callcenter import operations
from callcenter.wiring import Wiring
from workers.job import job


@job
def send(wiring: Wiring, *, message_id: int) -> None:
    operations.send_message(wiring, message_id)


@job
def fetch_attachment(wiring: Wiring, *, attachment_id: int) -> None:
    operations.fetch_attachment(wiring, attachment_id)
