"""Eight processes route over two hundred agents, and some are killed: nothing is lost, nothing is done twice.

Hundreds of interactions here; `make drill` runs ten thousand."""

from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from twilio.request_validator import RequestValidator

from callcenter.settings import Settings
from callcenter.storage.calls.interactions import Interaction
from tests.factories import ACCOUNT, CARLA, OURS, TOKEN, Centre
from tests.journeys import drill_post
from tests.journeys.drill import Drill, table
from tests.programs import FORKING

INTERACTIONS, KILLS = 250, 3
pytestmark = pytest.mark.processes


def test_routers_that_are_killed_lose_nothing_and_do_nothing_twice(settings: Settings, tmp_path: Path) -> None:
    told = Drill(settings, arrivals=INTERACTIONS, kills=KILLS, folder=tmp_path).run()
    assert not told.wrong, table(told)
    assert told.kills == KILLS
    assert told.ends.total() == INTERACTIONS
    assert {"voice, served", "voice, abandoned", "sms, served"} <= set(told.ends)
    assert {"accepted", "declined", "withdrawn: customer_left", "withdrawn: signed_out"} <= set(told.offers)
    assert told.looks > 20


def test_the_same_webhook_at_the_same_instant_in_two_processes_is_one_call(centre: Centre, settings: Settings) -> None:
    path, values = "/webhooks/voice/incoming", settings.model_dump()
    form = {"AccountSid": ACCOUNT, "CallSid": "CA" + "7" * 32, "From": CARLA, "To": OURS, "CallStatus": "ringing"}
    signature = RequestValidator(TOKEN).compute_signature(settings.public_url + path, form)
    together = FORKING.Barrier(2)
    with ProcessPoolExecutor(2, mp_context=FORKING, initializer=drill_post.meet, initargs=(together,)) as pool:
        posts = [pool.submit(drill_post.post, values, path, form, signature) for _ in range(2)]
        answers = {post.result(60) for post in posts}
    assert len(answers) == 1
    assert b"Welcome to Harbor Home" in answers.pop()
    assert len(centre.rows(Interaction)) == 1
