"""Jobs and the clock: the database is the truth, not the job queue; a failed job is reported."""

from datetime import timedelta

import pytest
import redis
from rq import Queue, SimpleWorker
from rq.job import JobStatus

import workers.job
from callcenter import background, due
from callcenter.actions.calls import calls
from callcenter.background import LONG, ON, QUEUES, Job
from callcenter.storage.administration import access
from callcenter.storage.agents import agents
from callcenter.storage.routing.offers import Offer
from callcenter.wiring import Wiring
from tests.factories import Centre
from workers.clock import Clock
from workers.schedule import TIMETABLE


def test_the_same_job_for_the_same_thing_stands_in_the_queue_once(wiring: Wiring) -> None:
    for _ in range(3):
        wiring.background.enqueue(Job.SEND_MESSAGE, message_id=7)
    wiring.background.enqueue(Job.SEND_MESSAGE, message_id=8)
    assert Queue("live", connection=wiring.background.redis).count == 2


def test_every_job_has_a_function_and_a_queue(wiring: Wiring) -> None:
    assert set(ON) == set(Job)
    assert set(ON.values()) <= {*QUEUES, LONG}
    for job in Job:
        module, _, name = job.value.rpartition(".")
        assert callable(getattr(__import__(module, fromlist=[name]), name)), job


def test_a_job_left_behind_by_a_killed_worker_is_enqueued_anew_after_half_a_minute(
    wiring: Wiring, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = Queue("live", connection=wiring.background.redis)
    wiring.background.enqueue(Job.SEND_MESSAGE, message_id=7)
    job = queue.jobs[0]
    job.prepare_for_execution("a worker that is killed", wiring.background.redis.pipeline())
    job.set_status(JobStatus.STARTED)
    job.started_at = background.datetime.now(background.UTC)
    job.save()
    queue.remove(job.id)
    wiring.background.enqueue(Job.SEND_MESSAGE, message_id=7)
    assert queue.count == 0  # it may still be at it
    monkeypatch.setattr(background, "ABANDONED", timedelta(0))
    wiring.background.enqueue(Job.SEND_MESSAGE, message_id=7)
    assert queue.count == 1


def test_a_nudge_while_redis_is_away_is_no_fault(wiring: Wiring, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise redis.ConnectionError

    monkeypatch.setattr(wiring.background, "enqueue", away)
    wiring.enqueue(Job.SEND_MESSAGE, message_id=7)


def test_a_job_that_fails_is_logged_and_kept_as_failed(
    wiring: Wiring, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(workers.job, "process_wiring", lambda: wiring)
    monkeypatch.setattr(wiring, "republish", lambda: 1 / 0)
    wiring.background.enqueue(Job.REPUBLISH)
    queue = Queue("later", connection=wiring.background.redis)
    SimpleWorker([queue], connection=wiring.background.redis).work(burst=True, logging_level="CRITICAL")
    assert "ZeroDivisionError" in capsys.readouterr().out
    assert queue.failed_job_registry.count == 1


def test_the_clock_sleeps_until_the_next_thing_is_due_and_no_longer_than_a_second(centre: Centre) -> None:
    clock = Clock(centre.wiring)
    assert clock._until_next() == 1.0
    centre.available("alice")
    centre.call()
    with centre.wiring.reading() as session:
        assert due.next_moment(session, centre.clock()) == centre.clock() + timedelta(seconds=20)
    centre.clock.forward(19.6)
    assert clock._until_next() == pytest.approx(0.4)
    centre.clock.forward(5)
    assert clock._until_next() == pytest.approx(0.05)


def test_the_timetable_keeps_the_database_tidy(centre: Centre) -> None:
    centre.call()
    with centre.wiring.work() as work:
        for sid in ("s1", "s2"):
            agents.connect(work.session, sid=sid, agent_id=centre.people.alice, now=work.now)
    centre.clock.forward(timedelta(days=3).total_seconds())
    for entry in TIMETABLE:
        entry.do(centre.wiring)
    assert not centre.rows(access.Receipt)
    assert [row.sid for row in centre.rows(agents.AgentConnection)] == ["s2"]
    assert len({entry.lock for entry in TIMETABLE}) == len(TIMETABLE)


def test_a_clock_that_starts_asks_about_all_calls(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    call_id, _ = centre.call()
    clock = Clock(centre.wiring)
    monkeypatch.setattr(clock, "tick", clock.stop)
    clock.run()
    assert centre.interaction(call_id).call.reconcile_at == centre.clock.now


def test_the_clock_goes_on_when_the_database_was_away(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(centre.wiring)
    clock._another_chance()  # at its start it asks about all calls
    call_id, _ = centre.call()
    tries = []

    def tick() -> None:
        tries.append(centre.interaction(call_id).call.reconcile_at)
        if len(tries) == 1:
            centre.run("SELECT pg_terminate_backend(pg_backend_pid())")
        clock.stop()

    monkeypatch.setattr(clock, "tick", tick)
    monkeypatch.setattr("workers.clock.LONGEST_SLEEP", 0.01)
    clock.run()
    assert tries == [centre.clock.now + calls.QUIET_AFTER, centre.clock.now]  # whose reports got no answer meanwhile


def test_an_offer_that_reached_an_agent_who_was_just_going_moves_on_at_once(centre: Centre) -> None:
    """A router was faster than her signing out, or the clock that had found her gone died before it said so."""
    for status, reason in (("signed_out", "signed_out"), ("unavailable", "connection_lost")):
        centre.available("alice", "bo")
        interaction_id, sid = centre.call()
        assert centre.asked(interaction_id) == "alice"
        centre.change("alice", status=status)
        Clock(centre.wiring).tick()
        assert centre.asked(interaction_id) == "bo"
        assert [offer.end_reason for offer in centre.rows(Offer)][-2:] == [reason, ""]
        centre.report(sid)
