"""Jobs for calls in progress: commands to the provider."""

from callcenter import operations
from callcenter.wiring import Wiring
from workers.job import job


@job
def ring_agent(wiring: Wiring, *, offer_id: int) -> None:
    operations.ring_agent(wiring, offer_id)


@job
def bring_back(wiring: Wiring, *, interaction_id: int) -> None:
    operations.bring_back(wiring, interaction_id)


@job
def call_customer(wiring: Wiring, *, interaction_id: int) -> None:
    operations.call_customer(wiring, interaction_id)


@job
def end_legs(wiring: Wiring, *, interaction_id: int) -> None:
    operations.end_legs(wiring, interaction_id)
