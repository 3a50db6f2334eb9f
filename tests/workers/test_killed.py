"""A worker killed with SIGKILL inside a job: the next worker finishes it, once."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
from sqlalchemy import text

from callcenter import background
from callcenter.actions.calls import wrap_ups
from callcenter.actions.messages import messages
from callcenter.clock import utc_now
from callcenter.settings import Settings
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.messages.messages import Message
from callcenter.storage.surveys.surveys import Survey
from callcenter.wiring import Wiring
from tests import programs
from tests.carrier import Rest
from tests.factories import Centre
from tests.waiting import until
from workers.clock import Clock

pytestmark = pytest.mark.processes


@pytest.fixture
def worker(settings: Settings, rest: Rest, tmp_path: Path) -> Iterator[Callable[[], ForkServerProcess]]:
    """Starts `python -m workers`, as in life."""
    started: list[ForkServerProcess] = []

    def start() -> ForkServerProcess:
        environment = programs.environment_of(settings, TWILIO_API_URL=rest.url)
        started.append(programs.fork(programs.WORKER, environment, tmp_path / "worker.log"))
        return started[-1]

    yield start
    for process in started:
        programs.kill(process)


@pytest.fixture
def centre_now(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> Centre:
    """With the wall's clock, as the worker's is; a killed job counts as abandoned at once."""
    centre.available("alice")
    centre.wiring.clock = utc_now
    monkeypatch.setattr(background, "ABANDONED", timedelta(0))
    return centre


def _enqueue_until(wiring: Wiring, done: object) -> None:
    clock = Clock(wiring)

    def enqueued() -> bool:
        clock.tick()
        return bool(done())  # type: ignore[operator]

    until(enqueued)


def test_a_message_in_the_hands_of_a_killed_worker_is_sent_exactly_once(
    centre_now: Centre, worker: Callable[[], ForkServerProcess], rest: Rest
) -> None:
    centre = centre_now
    centre.text("hello")
    id_ = centre.rows(Interaction)[-1].id
    centre.accept(id_)
    with centre.wiring.work() as work:
        message = messages.send(work, id_, actor=centre.actor("alice"), body="we are on our way")
    rest.silent_seconds = 3
    first = worker()
    until(lambda: "Messages" in rest.commands())
    programs.kill(first)
    assert centre.row(Message, message.id).status == "sending"
    until(lambda: rest.sent)  # the carrier had it already
    rest.silent_seconds = 0
    centre.run(
        "UPDATE messages SET next_try_at = now() - interval '1 second' WHERE direction = 'out'"
    )  # the lease of a minute is over
    worker()
    _enqueue_until(centre.wiring, lambda: centre.row(Message, message.id).status == "queued")
    assert [sent["body"] for sent in rest.sent] == ["we are on our way"]
    assert centre.row(Message, message.id).sid == rest.sent[0]["sid"]


def test_a_survey_in_the_hands_of_a_killed_worker_is_asked_exactly_once(
    centre_now: Centre, worker: Callable[[], ForkServerProcess], rest: Rest
) -> None:
    centre = centre_now
    id_, sid, _ = centre.talk()
    centre.report(sid)
    with centre.wiring.work() as work:
        wrap_ups.finish(work, id_, outcome="solved", note="", actor=centre.actor("alice"))
    centre.run("UPDATE surveys SET due_at = now() - interval '1 second'")
    with centre.wiring.database.begin() as held:
        held.execute(text("LOCK TABLE messages IN SHARE ROW EXCLUSIVE MODE"))  # the job stops in the middle
        Clock(centre.wiring).tick()
        first = worker()
        until(lambda: _somebody_waits(centre))
        programs.kill(first)
    assert not [row for row in centre.rows(Message) if row.purpose == "survey"]
    worker()
    _enqueue_until(centre.wiring, lambda: rest.sent)
    _enqueue_until(centre.wiring, lambda: centre.rows(Survey)[0].state == "asked")
    assert [row.purpose for row in centre.rows(Message)] == ["survey"]
    assert len(rest.sent) == 1


def _somebody_waits(centre: Centre) -> bool:
    with centre.wiring.reading() as session:
        return bool(session.scalar(text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")))
