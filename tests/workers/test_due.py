"""Due things: each kind has its own query, and a failing row delays only itself."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

import workers.job
from callcenter import due
from callcenter.actions.callbacks import callback_admin
from callcenter.actions.calls import wrap_ups
from callcenter.actions.empowerment import approvals, replays
from callcenter.actions.inbound import inbound
from callcenter.actions.messages import messages, outgoing
from callcenter.actions.routing import offers
from callcenter.domain.channels import Channel
from callcenter.domain.errors import OfferEnded
from callcenter.domain.messages import IncomingFile, IncomingMessage
from callcenter.due import Due
from callcenter.storage import failures
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.empowerment.approvals import Approval
from callcenter.storage.failures import Failure
from callcenter.storage.work import Work
from callcenter.wiring import Wiring
from tests.carrier import Rest
from tests.empowered import Counter
from tests.factories import LI_LEI, OURS, Centre
from workers.clock import Clock
from workers.messages import send

SOME_TIME = 3 * 24 * 3600


def _two_offers(counter: Counter) -> None:
    counter.centre.available("alice", "bo")
    for number in (None, LI_LEI):
        counter.centre.call(number)
    assert len([row for row in counter.centre.rows(Interaction) if row.state == "offered"]) == 2


def _two_talks(counter: Counter) -> None:
    counter.centre.available("alice", "bo")
    for number in (None, LI_LEI):
        counter.centre.talk(number)


def _two_wait(counter: Counter) -> None:
    for number in (None, LI_LEI):
        counter.centre.call(number)


def _offers_run_out(counter: Counter) -> None:
    _two_offers(counter)
    counter.centre.clock.forward(60)


def _legs_do_not_come_up(counter: Counter) -> None:
    _two_offers(counter)
    for row in counter.centre.rows(Interaction):
        counter.centre.accept(row.id)
    counter.centre.clock.forward(60)


def _wrap_ups_are_over(counter: Counter) -> None:
    counter.centre.available("alice", "bo")
    for number in (None, LI_LEI):
        _, sid, _ = counter.centre.talk(number)
        counter.centre.report(sid)
    counter.centre.clock.forward(600)


def _callbacks(counter: Counter) -> None:
    centre = counter.centre
    for number in ("+14155550177", "+14155550178"):
        with centre.wiring.work() as work:
            callback_admin.create(work, actor=centre.actor("sam"), number=number, queue_id=centre.delivery, at=None)
    centre.run("UPDATE callbacks SET next_try_at = :now", now=centre.clock.now)


def _questions(counter: Counter) -> None:
    counter.budget(60_000)
    counter.at_screen("sam", "robin")
    for _ in range(2):
        counter.ask()


def _escalation_steps_are_over(counter: Counter) -> None:
    _questions(counter)
    counter.centre.clock.forward(130)


def _approved_and_not_given_on(counter: Counter) -> None:
    _questions(counter)
    counter.centre.run("UPDATE approvals SET state = 'answered', step_ends_at = NULL, answered_at = now()")
    counter.centre.run("UPDATE grants SET state = 'approved', valid_until = :now", now=counter.centre.clock.now)
    counter.centre.clock.forward(1)


def _telephones_to_ring(counter: Counter) -> None:
    _two_offers(counter)
    counter.centre.run("UPDATE offers SET ring_at = :now", now=counter.centre.clock.now)


def _callers_to_bring_back(counter: Counter) -> None:
    _two_wait(counter)
    counter.centre.run("UPDATE calls SET bring_back_at = :now", now=counter.centre.clock.now)


def _messages_to_send(counter: Counter) -> None:
    centre = counter.centre
    centre.available("alice")
    centre.text("hello")
    [row] = centre.rows(Interaction)
    centre.accept(row.id)
    for words in ("one moment", "it comes at 4"):
        with centre.wiring.work() as work:
            messages.send(work, row.id, actor=centre.actor("alice"), body=words)


def _files_to_fetch(counter: Counter) -> None:
    with counter.centre.wiring.work() as work:
        files = tuple(IncomingFile(source=f"https://x/{n}", stated_type="image/png") for n in (1, 2))
        sms = IncomingMessage(sid="MM1", channel=Channel.SMS, sender=LI_LEI, recipient=OURS, body="look", files=files)
        inbound.receive(work, sms)


def _surveys_to_ask(counter: Counter) -> None:
    centre = counter.centre
    centre.available("alice", "bo")
    for number in ("+14155550142", LI_LEI):
        id_, sid, _ = centre.talk(number)
        centre.report(sid)
        with centre.wiring.work() as work:
            actor = centre.actor("alice" if centre.interaction(id_).agent_id == centre.people.alice else "bo")
            wrap_ups.finish(work, id_, outcome="solved", note="", actor=actor)
    centre.clock.forward(1)


def _given(counter: Counter) -> None:
    counter.budget(60_000)
    for _ in range(2):
        counter.make_grant(units=3000)
    counter.centre.run("UPDATE grants SET next_try_at = :now", now=counter.centre.clock.now)


def _what_ifs(counter: Counter) -> None:
    for _ in range(2):
        counter.centre.run(
            "INSERT INTO what_ifs (actor, scenario, state, due_at, tries, played, to_play, reason, created_at)"
            " VALUES ('system', '{}', 'queued', :now, 0, 0, 0, '', :now)",
            now=counter.centre.clock.now,
        )


def _replays(counter: Counter) -> None:
    centre = counter.centre
    for days in (30, 60):
        with centre.wiring.work() as work:
            since = work.now - timedelta(days=days)
            replays.ask(work, 1, since=since, until=work.now, actor=centre.actor("sam"))


def _agents_gone(counter: Counter) -> None:
    counter.at_screen("alice", "bo")
    counter.centre.available("alice", "bo")
    counter.centre.clock.forward(SOME_TIME)


def _approvers_gone(counter: Counter) -> None:
    _questions(counter)
    for row in counter.centre.rows(Approval):
        with counter.centre.wiring.work() as work:
            approvals.claim(work, row.id, actor=counter.actor("sam"))
    counter.centre.run("UPDATE approvals SET claimed_at = :now", now=counter.centre.clock.now - timedelta(hours=2))
    counter.centre.run("UPDATE connections SET gone_at = :now", now=counter.centre.clock.now)


def _absent_with_offers(counter: Counter) -> None:
    _two_offers(counter)
    counter.centre.run("UPDATE agents SET status = 'unavailable'")


def _quiet_calls(counter: Counter) -> None:
    _two_talks(counter)
    counter.centre.run("UPDATE calls SET reconcile_at = :now", now=counter.centre.clock.now)


def _wait_beside_free_agents(counter: Counter) -> None:
    _two_wait(counter)
    counter.centre.run("UPDATE agents SET status = 'available' WHERE username IN ('alice', 'bo')")


def _ranked_by_old_rules(counter: Counter) -> None:
    _two_wait(counter)
    counter.centre.run("UPDATE interactions SET aging = 3")


def _wait_too_long(counter: Counter) -> None:
    rules = '{"max_wait": 60, "overflow": "voicemail"}'
    counter.centre.run("UPDATE queues SET routing = routing || CAST(:rules AS jsonb)", rules=rules)
    _two_wait(counter)
    counter.centre.clock.forward(61)


TWO_OF: dict[str, Callable[[Counter], None]] = {
    "offer_expires": _offers_run_out,
    "leg_not_up": _legs_do_not_come_up,
    "wrap_up_over": _wrap_ups_are_over,
    "callback": _callbacks,
    "escalation_step": _escalation_steps_are_over,
    "grant_lapses": _approved_and_not_given_on,
    "ring_agent": _telephones_to_ring,
    "bring_back": _callers_to_bring_back,
    "send_message": _messages_to_send,
    "fetch_attachment": _files_to_fetch,
    "invite_to_survey": _surveys_to_ask,
    "fulfil": _given,
    "play_what_if": _what_ifs,
    "replay_rules": _replays,
    "agent_gone": _agents_gone,
    "approver_gone": _approvers_gone,
    "offer_to_absent": _absent_with_offers,
    "quiet_call": _quiet_calls,
    "outdated_rank": _ranked_by_old_rules,
    "waits_for_offer": _wait_beside_free_agents,
    "waits_too_long": _wait_too_long,
}


class Poisoned:
    """What is done with rows of one kind, where the first of them always fails."""

    def __init__(self, bad: int) -> None:
        self.bad, self.tried, self.done = bad, 0, list[int]()

    def __call__(self, _wiring: object, id_: int) -> None:
        if id_ == self.bad:
            self.tried += 1
            raise OfferEnded
        self.done.append(id_)


def _only(monkeypatch: pytest.MonkeyPatch, *kinds: Due) -> None:
    monkeypatch.setattr(due.register, "DUE", kinds)


@pytest.mark.usefixtures("web_listens")
@pytest.mark.parametrize("kind", [one.kind for one in due.DUE])
def test_a_poisoned_row_delays_only_itself(
    kind: str, counter: Counter, rest: Rest, monkeypatch: pytest.MonkeyPatch
) -> None:
    centre, ours = counter.centre, due.called(kind)
    TWO_OF[kind](counter)
    first, second = ours.ids(centre.wiring, but=())[:2]
    poisoned, behind = Poisoned(first), list[int]()
    after = Due("after", lambda _, id_: behind.append(id_), find=lambda *_: [7])
    _only(monkeypatch, replace(ours, do=poisoned), after)
    clock = Clock(centre.wiring)
    clock.tick()
    assert (poisoned.tried, second in poisoned.done, behind) == (1, True, [7])
    [kept] = centre.rows(Failure)
    assert (kept.kind, kept.row_id, kept.tries) == (kind, first, 1)
    assert kept.error.startswith("OfferEnded offer-ended test_due.py:")
    clock.tick()
    assert poisoned.tried == 1  # its time to be tried again has not come
    centre.clock.forward(1)
    clock.tick()
    [kept] = centre.rows(Failure)
    assert (poisoned.tried, kept.tries, kept.next_try_at) == (2, 2, centre.clock.now + failures.pause(2))


def test_the_next_moment_does_not_stand_still_at_a_poisoned_row(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    centre.available("alice")
    id_, _ = centre.call()
    centre.clock.forward(60)
    _only(monkeypatch, replace(due.called("offer_expires"), do=Poisoned(id_)))
    clock = Clock(centre.wiring)
    assert clock._until_next() == pytest.approx(0.05)
    clock.tick()
    assert clock._until_next() == pytest.approx(1.0)


def test_pauses_double_up_to_ten_minutes_and_after_fifteen_tries_it_is_given_up(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    centre.available("alice")
    id_, _ = centre.call()
    centre.clock.forward(60)
    poisoned = Poisoned(id_)
    ours = due.called("offer_expires")
    _only(monkeypatch, replace(ours, do=poisoned))
    clock, pauses = Clock(centre.wiring), []
    for _ in range(failures.MOST_TRIES):
        clock.tick()
        [kept] = centre.rows(Failure)
        pauses.append((kept.next_try_at - centre.clock.now).total_seconds() if kept.next_try_at else None)
        centre.clock.forward(pauses[-1] or 0)
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600, 600, 600, None]
    centre.clock.forward(SOME_TIME)
    clock.tick()
    assert poisoned.tried == failures.MOST_TRIES
    with centre.wiring.work() as work:
        assert failures.try_again(work.session, now=work.now) == 1
    _only(monkeypatch, ours)
    clock.tick()
    assert centre.asked(id_) is None
    clock.tick()
    assert not centre.rows(Failure)  # it is due no longer


def test_a_database_that_is_away_is_nobodys_fault(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise OperationalError("SELECT 1", {}, psycopg.errors.AdminShutdown("terminating connection"))

    _only(monkeypatch, Due("some", away, find=lambda *_: [1]))
    with pytest.raises(OperationalError):
        Clock(centre.wiring).tick()
    assert not centre.rows(Failure)


def test_a_clock_waits_for_the_database_and_gives_what_was_given_up_another_chance(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(failures.MOST_TRIES):
        due.note(centre.wiring, "some", 1, ZeroDivisionError())
    clock, done, whole, tries = Clock(centre.wiring), list[int](), centre.wiring.work, iter(range(3))
    monkeypatch.setattr("workers.clock.LONGEST_SLEEP", 0.0)

    @contextmanager
    def away_at_first() -> Iterator[Work]:
        if next(tries, None) is not None:
            raise OperationalError("SELECT 1", {}, psycopg.errors.ConnectionFailure("no connection"))
        with whole() as work:
            yield work

    def do(_wiring: object, id_: int) -> None:
        done.append(id_)
        clock.stop()

    monkeypatch.setattr(centre.wiring, "work", away_at_first)
    _only(monkeypatch, Due("some", do, find=lambda *_: [1]))
    clock.run()
    assert done == [1]


def test_a_question_that_fails_stops_no_other_kind(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[int] = []

    def broken(*_: object) -> list[int]:
        raise ZeroDivisionError

    _only(
        monkeypatch,
        Due("broken", lambda *_: None, find=broken),
        Due("whole", lambda _, id_: done.append(id_), find=lambda *_: [3]),
    )
    Clock(centre.wiring).tick()
    assert done == [3]


def test_a_job_that_fails_is_asked_for_again_later(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers.job, "process_wiring", lambda: centre.wiring)
    enqueued: list[int] = []
    monkeypatch.setattr(centre.wiring, "enqueue", lambda _, message_id: enqueued.append(message_id))
    centre.available("alice")
    centre.text("hello")
    [row] = centre.rows(Interaction)
    centre.accept(row.id)
    with centre.wiring.work() as work:
        message = messages.send(work, row.id, actor=centre.actor("alice"), body="one moment")

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("callcenter.operations.send_message", broken)
    clock = Clock(centre.wiring)
    clock.tick()
    assert enqueued == [message.id]
    with pytest.raises(ZeroDivisionError):
        send(message_id=message.id)
    [kept] = centre.rows(Failure)
    assert (kept.kind, kept.row_id) == ("send_message", message.id)
    clock.tick()
    assert enqueued == [message.id]
    centre.clock.forward(1)
    clock.tick()
    assert enqueued == [message.id, message.id]


def test_a_job_that_fails_with_its_lease_taken_is_counted_on_and_given_up(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers.job, "process_wiring", lambda: centre.wiring)
    centre.available("alice")
    centre.text("hello")
    [row] = centre.rows(Interaction)
    centre.accept(row.id)
    with centre.wiring.work() as work:
        message = messages.send(work, row.id, actor=centre.actor("alice"), body="one moment")

    def broken(wiring: Wiring, message_id: int) -> None:
        with wiring.work() as work:
            outgoing.claim(work, message_id)
        raise ZeroDivisionError

    monkeypatch.setattr("callcenter.operations.send_message", broken)
    clock = Clock(centre.wiring)
    for _ in range(failures.MOST_TRIES):
        clock.tick()
        with pytest.raises(ZeroDivisionError):
            send(message_id=message.id)
        centre.clock.forward(700)
    [kept] = centre.rows(Failure)
    assert (kept.row_id, kept.tries, kept.is_given_up) == (message.id, failures.MOST_TRIES, True)


def test_a_failure_of_a_kind_that_is_no_more_is_forgotten(centre: Centre) -> None:
    due.note(centre.wiring, "of an older version", 7, ZeroDivisionError())
    Clock(centre.wiring).tick()
    assert not centre.rows(Failure)


def test_an_error_in_one_offer_lets_the_others_run_out(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen once: one refusal in the midst of expiring, and nothing behind it ran."""
    centre.available("alice", "bo")
    first, _ = centre.call(None)
    second, _ = centre.call(LI_LEI)
    centre.clock.forward(60)
    whole = offers.missed

    def missed(work: object, interaction: Interaction, *more: object, **named: object) -> None:
        if interaction.id == first:
            raise OfferEnded
        whole(work, interaction, *more, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(offers, "missed", missed)
    Clock(centre.wiring).tick()
    assert centre.offer(first).state == "live"
    assert "OfferEnded" in centre.kinds(second)
    assert [(row.kind, row.row_id) for row in centre.rows(Failure)] == [("offer_expires", first)]
