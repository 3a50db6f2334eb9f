"""Four processes route three hundred interactions over twenty agents: nothing is lost, nothing is done twice."""

import multiprocessing
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

import pytest
from sqlalchemy import func, select
from twilio.request_validator import RequestValidator

from callcenter.actions import agents
from callcenter.settings import Settings
from callcenter.storage.agents import Agent
from callcenter.storage.history import History
from callcenter.storage.interactions import Interaction
from callcenter.storage.offers import Offer
from tests.factories import ACCOUNT, CARLA, OURS, TOKEN, Shop
from tests.journeys import drill

PROCESSES, ARRIVALS, AGENTS = 4, 75, 20
SPAWN = multiprocessing.get_context("spawn")


def _staff(shop: Shop) -> None:
    with shop.wiring.work() as work:
        for turn in range(AGENTS):
            work.session.add(
                Agent(
                    username=f"agent{turn}",
                    name=f"Agent {turn}",
                    password_hash="",
                    role="agent",
                    language="en",
                    zone="UTC",
                    languages=["en", "zh"],
                    skills={"delivery": 3},
                    status_since=work.now,
                    state_since=work.now,
                    idle_since=work.now,
                    created_at=work.now,
                )
            )
        work.session.flush()
        ids = work.session.scalars(select(Agent.id).where(Agent.username.startswith("agent"))).all()
    for id_ in ids:
        with shop.wiring.work() as work:
            agents.choose_status(work, id_, "available")


def _too_much(shop: Shop) -> list[str]:
    """What an agent must never hold."""
    held = (
        select(Offer.agent_id, Offer.medium, func.count()).where(Offer.is_open).group_by(Offer.agent_id, Offer.medium)
    )
    with shop.wiring.reading() as session:
        loads = session.execute(held).all()
        twice = session.execute(
            select(Offer.interaction_id).where(Offer.is_open).group_by(Offer.interaction_id).having(func.count() > 1)
        ).all()
    most = {"voice": 1, "text": 3}
    return [f"agent {a} holds {n} {medium}" for a, medium, n in loads if n > most[medium]] + [str(t) for t in twice]


@pytest.mark.timeout(400)
def test_four_processes_lose_nothing_and_do_nothing_twice(shop: Shop, settings: Settings) -> None:
    _staff(shop)
    values = settings.model_dump()
    wrong: list[str] = []
    with ProcessPoolExecutor(PROCESSES, mp_context=SPAWN) as pool:
        shifts = [pool.submit(drill.work_a_shift, seed, values, ARRIVALS) for seed in range(1, PROCESSES + 1)]
        while not all(shift.done() for shift in shifts):
            wrong += _too_much(shop)
            time.sleep(0.2)
        for shift in shifts:
            wrong += shift.result()
    assert not wrong
    rows = shop.rows(Interaction)
    assert len(rows) == PROCESSES * ARRIVALS
    assert {row.state for row in rows} == {"ended"}
    ends = Counter(row.interaction_id for row in shop.rows(History) if row.kind in ("CallEnded", "ConversationEnded"))
    assert set(ends.values()) == {1}
    assert len(ends) == len(rows)
    assert not [offer for offer in shop.rows(Offer) if offer.is_open]
    assert {agent.state for agent in shop.rows(Agent)} == {"idle"}
    told = [row for row in shop.rows(History) if row.kind == "WrapUpFinished"]  # by time, and perhaps an outcome later
    assert set(Counter((row.interaction_id, row.data["outcome"]) for row in told).values()) <= {1}
    assert None not in {row.n for row in shop.rows(History)}


def test_the_same_webhook_at_the_same_instant_in_two_processes_is_one_call(shop: Shop, settings: Settings) -> None:
    path, values = "/webhooks/voice/incoming", settings.model_dump()
    form = {"AccountSid": ACCOUNT, "CallSid": "CA" + "7" * 32, "From": CARLA, "To": OURS, "CallStatus": "ringing"}
    signature = RequestValidator(TOKEN).compute_signature(settings.public_url + path, form)
    together = SPAWN.Barrier(2)
    with ProcessPoolExecutor(2, mp_context=SPAWN, initializer=drill.meet, initargs=(together,)) as pool:
        posts = [pool.submit(drill.post, values, path, form, signature) for _ in range(2)]
        answers = {post.result() for post in posts}
    assert len(answers) == 1
    assert b"Welcome to Harbor Home" in answers.pop()
    assert len(shop.rows(Interaction)) == 1
