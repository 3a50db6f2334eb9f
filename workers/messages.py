"""Sends messages, and fetches files of incoming ones."""

from callcenter import operations
from callcenter.wiring import Wiring
from workers.job import job


@job
def send(wiring: Wiring, *, message_id: int) -> None:
    operations.send_message(wiring, message_id)


@job
def fetch_attachment(wiring: Wiring, *, attachment_id: int) -> None:
    operations.fetch_attachment(wiring, attachment_id)
