"""Publishes events that a crash left unpublished after their commit."""

from callcenter.wiring import Wiring
from workers.job import job


@job
def republish(wiring: Wiring) -> None:
    wiring.republish()
