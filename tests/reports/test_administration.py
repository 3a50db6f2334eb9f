"""What the administrator's home measures: each fact, seen false and seen true."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from rq import Worker
from sqlalchemy import delete, update

from callcenter import due, embedded, passwords
from callcenter.background import LONG, QUEUES, Job
from callcenter.domain.events import MenuChosen
from callcenter.domain.messages import MessageStatus
from callcenter.reports.administration import arrival, findings, servers, snapshot, state, steps
from callcenter.reports.administration.findings import Fact, Finding
from callcenter.reports.administration.steps import Step, StepFact
from callcenter.settings import TWILIO_API, Settings, load
from callcenter.storage import failures, history
from callcenter.storage.administration import access
from callcenter.storage.administration.company import BreakReason, Company, Number, Queue, Skill
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.database import Row, newest_revision
from callcenter.storage.messages.messages import Message
from callcenter.storage.surveys.surveys import Survey
from callcenter.wiring import Process, Wiring
from tests.carrier import Carrier
from tests.empowered import Counter
from tests.factories import OURS, Centre, new_sid

ACCOUNT = {
    "twilio_account_sid": "AC" + "1" * 32,
    "twilio_auth_token": "2" * 32,
    "twilio_api_key": "SK" + "3" * 32,
    "twilio_api_secret": "4" * 32,
    "twilio_twiml_app_sid": "AP" + "5" * 32,
    "twilio_api_url": TWILIO_API,
    "public_url": "https://desk.harbor.example",
}


def arriving(centre: Centre, **settings: object) -> dict[str, Finding]:
    """{subject: what was found}, in production with all settings unless told otherwise."""
    ours = load(**centre.wiring.settings.model_dump() | ACCOUNT | settings)
    with centre.wiring.reading() as session:
        found = arrival.findings(session, ours, centre.clock(), snapshot.take(session))
    return {one.fact.subject: one for one in found}


def answer(centre: Centre, **settings: object) -> str:
    return arrival.answer(list(arriving(centre, **settings).values()))


def system(centre: Centre, **settings: object) -> dict[Fact, Finding]:
    ours = load(**centre.wiring.settings.model_dump() | settings)
    with centre.wiring.reading() as session:
        late = due.lateness(session, centre.clock())
        redis = centre.wiring.background.redis
        found = state.findings(session, ours, centre.clock(), redis=redis, clock=Process.CLOCK, late=late)
    return {one.fact: one for one in found}


def left(centre: Centre, **settings: object) -> dict[str, Step]:
    ours = load(**centre.wiring.settings.model_dump() | ACCOUNT | {"callcenter_env": "production"} | settings)
    with centre.wiring.reading() as session:
        found = steps.findings(session, ours, centre.clock(), snapshot.take(session))
    return {one.fact.step: one for one in found}


def step(centre: Centre, name: str, **settings: object) -> tuple[str, StepFact]:
    one = left(centre, **settings)[name]
    return one.progress, one.fact


def change(centre: Centre, kind: type[Row], **values: object) -> None:
    """All rows of this kind."""
    with centre.wiring.work() as work:
        work.session.execute(update(kind).values(**values))


def remove(centre: Centre, *kinds: type[Row]) -> None:
    with centre.wiring.work() as work:
        for kind in kinds:
            work.session.execute(delete(kind))


# Can a call arrive now?


def test_a_call_arrives_where_there_are_a_number_a_carrier_an_open_queue_and_an_agent(centre: Centre) -> None:
    centre.change("alice", skills={"delivery": 1, "billing": 1})
    centre.available("alice")
    found = arriving(centre)
    assert found["numbers"].values == {"numbers": [OURS]}
    assert found["carrier"].fact == Fact.CARRIER_KNOWN
    assert found["address"].fact == Fact.ADDRESS_PUBLIC
    assert found["queues"].fact == Fact.QUEUES_OPEN
    assert found["agents"].values == {"count": 1, "idle": 1}
    assert answer(centre) == "yes"


def test_without_a_number_no_call_arrives(centre: Centre) -> None:
    remove(centre, Number)
    found = arriving(centre)
    assert (found["numbers"].fact, found["queues"].fact) == (Fact.NUMBERS_NONE, Fact.QUEUES_NONE)
    assert answer(centre) == "no"


def test_without_the_carriers_token_every_call_is_refused_without_a_key_only_browsers_are_without(
    centre: Centre,
) -> None:
    centre.available("alice")
    nothing = arriving(centre, twilio_auth_token="", twilio_api_key="")["carrier"]
    assert (nothing.fact, nothing.values["names"]) == (Fact.CARRIER_UNKNOWN, ["TWILIO_AUTH_TOKEN", "TWILIO_API_KEY"])
    assert answer(centre, twilio_auth_token="") == "no"
    partly = arriving(centre, twilio_twiml_app_sid="")["carrier"]
    assert (partly.fact, partly.verdict) == (Fact.CARRIER_INCOMPLETE, "note")
    assert answer(centre, twilio_twiml_app_sid="") == "yes"


@pytest.mark.parametrize(
    ("given", "fact", "answered"),
    [
        ({"public_url": "http://127.0.0.1:8000"}, Fact.ADDRESS_LOCAL, "no"),
        ({"public_url": "http://desk.harbor.example"}, Fact.ADDRESS_INSECURE, "yes"),
        (
            {"twilio_api_url": "http://127.0.0.1:9", "public_url": "http://127.0.0.1:8000"},
            Fact.ADDRESS_SIMULATED,
            "yes",
        ),
    ],
)
def test_the_carrier_must_reach_our_address(centre: Centre, given: dict[str, str], fact: Fact, answered: str) -> None:
    centre.available("alice")
    assert arriving(centre, **given)["address"].fact == fact
    assert answer(centre, **given) == answered


def test_the_last_signed_report_is_named_and_a_programs_request_is_none(centre: Centre, carrier: Carrier) -> None:
    assert arriving(centre)["webhook"].fact == Fact.WEBHOOK_NONE
    carrier.incoming(new_sid())
    at = centre.clock.now
    centre.clock.forward(60)
    with centre.wiring.work() as work:
        access.claim_receipt(work.session, "api:1:something", now=work.now)
    found = arriving(centre)["webhook"]
    assert (found.fact, found.values["at"]) == (Fact.WEBHOOK_LAST, at)


def test_a_forged_report_is_no_sign_of_the_carrier(centre: Centre, carrier: Carrier) -> None:
    carrier.token = "another token"
    assert carrier.incoming(new_sid()).status_code == 403
    assert arriving(centre)["webhook"].fact == Fact.WEBHOOK_NONE


def test_closed_queues_say_when_the_first_opens(centre: Centre) -> None:
    centre.available("alice")
    opening = centre.clock.now + timedelta(days=1)
    day = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[opening.weekday()]
    change(centre, Queue, zone="UTC", hours={day: [["09:00", "10:00"]]})
    found = arriving(centre)["queues"]
    assert (found.fact, found.values["queue"]["en"]) == (Fact.QUEUES_CLOSED, "Delivery")
    assert found.values["at"] == opening.replace(hour=9, minute=0, second=0, microsecond=0)
    assert answer(centre) == "closed"
    change(centre, Queue, hours={"mon": []})
    assert arriving(centre)["queues"].fact == Fact.QUEUES_SHUT
    assert answer(centre) == "closed"


def test_callers_wait_where_nobody_with_the_skill_is_available(centre: Centre) -> None:
    change(centre, Queue, hours={})  # Billing too, for which nobody has the skill
    assert arriving(centre)["agents"].fact == Fact.AGENTS_NONE
    assert answer(centre) == "waits"
    centre.available("alice")
    found = arriving(centre)["agents"]
    assert (found.fact, [names["en"] for names in found.values["queues"]]) == (Fact.AGENTS_NOT_FOR, ["Billing"])
    centre.change("alice", skills={"delivery": 1, "billing": 1})
    centre.call()  # offered to Alice: available, but not free
    assert arriving(centre)["agents"].values == {"count": 1, "idle": 0}


# The system


def test_all_of_the_system_in_order(centre: Centre, settings: Settings) -> None:
    clock = Wiring(settings, process=Process.CLOCK)
    with clock.reading(), working(centre, *QUEUES), working(centre, LONG):
        found = system(centre)
    clock.close()
    wrong = {fact for fact, finding in found.items() if finding.verdict != "ok"} - {Fact.DISK_FULL}
    assert wrong == {Fact.RULES_NONE}
    assert {Fact.DATABASE_WORKS, Fact.REDIS_WORKS, Fact.CLOCK_RUNS, Fact.WORKERS_RUN, Fact.LONG_WORKERS_RUN} < set(
        found
    )
    assert {Fact.DUE_IN_TIME, Fact.STUCK_NONE, Fact.LIVE_SOUND, Fact.MESSAGES_SENT, Fact.SERVERS_OWN} < set(found)
    assert found[Fact.WORKERS_RUN].values["count"] == 1
    assert found[Fact.WORKERS_RUN].values["seconds"] < 30


@contextmanager
def working(centre: Centre, *queues: str) -> Iterator[None]:
    """A worker that has registered with Redis for these queues."""
    worker = Worker(list(queues), connection=centre.wiring.background.redis)
    worker.register_birth()
    yield
    worker.register_death()


def test_nobody_works_and_no_clock_looks(centre: Centre) -> None:
    centre.wiring.enqueue(Job.SEND_MESSAGE, message_id=1)
    found = system(centre)
    assert found[Fact.WORKERS_NONE].values == {"waiting": 1}
    assert found[Fact.LONG_WORKERS_NONE].verdict == "note"
    assert found[Fact.CLOCK_NONE].verdict == "problem"


def test_a_clock_that_hangs_is_not_one_that_runs(
    centre: Centre, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state, "SILENT", 0.1)
    clock = Wiring(settings, process=Process.CLOCK)
    with clock.reading() as session:
        assert Fact.CLOCK_RUNS in system(centre)
        time.sleep(0.15)
        assert system(centre)[Fact.CLOCK_SILENT].values["seconds"] > 0.1
        session.connection().exec_driver_sql("SELECT 1")
        assert Fact.CLOCK_RUNS in system(centre)
    clock.close()


def test_without_redis_the_rest_is_still_measured(centre: Centre, redis_server: embedded.EmbeddedServer) -> None:
    redis_server.stop()
    found = system(centre)
    redis_server.start()
    assert found[Fact.REDIS_AWAY].verdict == "problem"
    assert {Fact.WORKERS_UNKNOWN, Fact.LONG_WORKERS_UNKNOWN, Fact.DATABASE_WORKS, Fact.DUE_IN_TIME} < set(found)
    assert Fact.REDIS_WORKS in system(centre)


def test_a_database_behind_or_too_old_or_too_small(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Fact.DATABASE_CROWDED in system(centre, web_processes=64, database_pool=200)
    centre.run("UPDATE alembic_version SET version_num = 'older'")
    behind = system(centre)[Fact.DATABASE_BEHIND]
    centre.run("UPDATE alembic_version SET version_num = :newest", newest=newest_revision())
    assert behind.values == {"revision": "older", "newest": newest_revision()}
    assert Fact.DATABASE_WORKS in system(centre)
    monkeypatch.setattr(servers, "OLDEST_POSTGRES", 99)
    monkeypatch.setattr(servers, "OLDEST_REDIS", (99, 0))
    assert {Fact.DATABASE_OLD, Fact.REDIS_OLD} < set(system(centre))


def test_late_work_names_the_latest_and_who_should_do_it(centre: Centre) -> None:
    message = outgoing(centre, MessageStatus.DUE)
    centre.run("UPDATE messages SET next_try_at = :now", now=centre.clock.now)
    centre.clock.forward(20)
    assert system(centre)[Fact.DUE_IN_TIME].values == {"due": 1}
    centre.clock.forward(15)
    late = system(centre)[Fact.DUE_LATE]
    assert (late.verdict, late.values) == (
        "note",
        {"kind": "send_message", "seconds": 35.0, "due": 1, "by": "worker"},
    )
    centre.clock.forward(120)
    assert system(centre)[Fact.DUE_LATE].verdict == "problem"
    due.note(centre.wiring, "send_message", message, ZeroDivisionError())
    assert Fact.DUE_IN_TIME in system(centre)  # it is put off, and said to be failing


def outgoing(centre: Centre, status: MessageStatus) -> int:
    with centre.wiring.work() as work:
        row = Message(
            channel="sms",
            direction="out",
            our_address=OURS,
            their_address="+14155550142",
            body="Tuesday.",
            status=status,
            created_at=work.now,
        )
        work.session.add(row)
        work.session.flush()
        return row.id


def test_failed_work_is_counted_and_what_is_given_up_is_worse(centre: Centre) -> None:
    due.note(centre.wiring, "send_message", 41, ZeroDivisionError())
    assert (found := system(centre)[Fact.STUCK_FAILING]).values == {"count": 1}
    assert found.verdict == "note"
    for _ in range(failures.MOST_TRIES):
        due.note(centre.wiring, "send_message", 42, ZeroDivisionError())
    assert system(centre)[Fact.STUCK_GIVEN_UP].values == {"count": 1, "again": 1}


def test_a_broken_invariant_and_an_unpublished_event(centre: Centre) -> None:
    centre.available("alice")
    centre.call()
    with centre.wiring.database.begin() as session:  # as a crash after the commit leaves it behind
        history.add(session, [MenuChosen(interaction_id=1, digit="1", queue_id=centre.delivery)], at=centre.clock.now)
    assert Fact.LIVE_SOUND in system(centre)
    centre.clock.forward(12)
    assert system(centre)[Fact.LIVE_UNPUBLISHED].values == {"count": 1}
    centre.clock.forward(60)  # the offer should have ended
    assert system(centre)[Fact.LIVE_BROKEN].values["count"] >= 1


def test_messages_that_were_not_delivered_in_the_last_day(centre: Centre) -> None:
    outgoing(centre, MessageStatus.FAILED)
    centre.clock.forward(90_000)
    outgoing(centre, MessageStatus.DELIVERED)
    assert system(centre)[Fact.MESSAGES_SENT].values == {"of": 1}
    outgoing(centre, MessageStatus.UNDELIVERED)
    assert system(centre)[Fact.MESSAGES_FAILED].values == {"count": 1, "of": 2}


def test_the_rules_in_force_have_a_version(counter: Counter) -> None:
    found = system(counter.centre)[Fact.RULES_IN_FORCE]
    assert found.values["number"] >= 1


def test_whose_servers_these_are_and_how_full_the_disk_is(
    centre: Centre, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = system(centre, embedded_servers="PostgreSQL Redis", callcenter_data=tmp_path / "not" / "made")
    assert found[Fact.SERVERS_EMBEDDED].values == {"names": ["PostgreSQL", "Redis"]}
    monkeypatch.setattr(state, "FEW", 0.0)
    assert system(centre)[Fact.DISK_ROOM].values["free"] > 0
    monkeypatch.setattr(state, "FEW", 1.1)
    assert system(centre)[Fact.DISK_FULL].verdict == "note"
    monkeypatch.setattr(state, "ALMOST_NONE", 1.1)
    assert system(centre)[Fact.DISK_FULL].verdict == "problem"


# What is left to set up


def test_an_empty_company_has_everything_to_do_now(wiring: Wiring) -> None:
    given = ACCOUNT | {"twilio_auth_token": "", "public_url": "http://127.0.0.1:8000"}
    ours = load(**wiring.settings.model_dump() | given)
    with wiring.reading() as session:
        found = steps.findings(session, ours, wiring.clock(), snapshot.take(session))
    now = {one.fact for one in found if one.progress == "now"} - {StepFact.ADDRESS_LOCAL}
    assert now == {
        StepFact.COMPANY_NONE,
        StepFact.NUMBERS_NONE,
        StepFact.CARRIER_INCOMPLETE,
        StepFact.QUEUES_NONE,
        StepFact.AGENTS_NONE,
    }
    assert {one.fact for one in found if one.progress == "later"} >= {
        StepFact.ADMINISTRATORS_ONE,
        StepFact.APPROVERS_ONE,
        StepFact.TEXTING_NONE,
        StepFact.RULES_NONE,
        StepFact.BUDGETS_NONE,
        StepFact.SURVEYS_NEVER,
    }


def test_the_company_has_its_name_in_both_languages(centre: Centre) -> None:
    assert step(centre, "company") == ("done", StepFact.COMPANY_KNOWN)
    change(centre, Company, names={"en": "Harbor Home"})
    found = left(centre)["company"]
    assert (found.progress, found.fact, found.values) == ("later", StepFact.COMPANY_NAMELESS, {"languages": ["zh"]})


def test_numbers_and_those_that_take_messages(centre: Centre) -> None:
    assert (step(centre, "numbers")[0], step(centre, "texting")[0]) == ("done", "done")
    change(centre, Number, sms_queue_id=None)
    assert step(centre, "texting") == ("later", StepFact.TEXTING_NONE)
    assert step(centre, "numbers") == ("done", StepFact.NUMBERS_KNOWN)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, ("done", StepFact.CARRIER_KNOWN)),
        ({"twilio_api_secret": ""}, ("now", StepFact.CARRIER_INCOMPLETE)),
        ({"twilio_api_url": "http://127.0.0.1:9"}, ("later", StepFact.CARRIER_SIMULATED)),
    ],
)
def test_the_carrier_is_set_up(centre: Centre, given: dict[str, str], found: tuple[str, StepFact]) -> None:
    assert step(centre, "carrier", **given) == found


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, ("done", StepFact.ADDRESS_PUBLIC)),
        ({"public_url": "http://localhost:8000"}, ("now", StepFact.ADDRESS_LOCAL)),
        ({"public_url": "http://desk.harbor.example"}, ("now", StepFact.ADDRESS_INSECURE)),
        (
            {"public_url": "http://localhost:8000", "twilio_api_url": "http://127.0.0.1:9"},
            ("later", StepFact.ADDRESS_LOCAL),
        ),
    ],
)
def test_the_address_is_public_and_has_a_certificate(
    centre: Centre, given: dict[str, str], found: tuple[str, StepFact]
) -> None:
    assert step(centre, "address", **given) == found


def test_queues_with_hours_need_a_holiday_ahead(centre: Centre) -> None:
    found = left(centre)["queues"]
    assert (found.fact, [names["en"] for names in found.values["queues"]]) == (
        StepFact.QUEUES_NO_HOLIDAYS,
        ["Billing"],  # Delivery is open round the clock
    )
    change(centre, Queue, holidays=["2020-12-25"])
    assert step(centre, "queues") == ("later", StepFact.QUEUES_NO_HOLIDAYS)
    change(centre, Queue, holidays=[(centre.clock.now + timedelta(days=30)).date().isoformat()])
    assert step(centre, "queues") == ("done", StepFact.QUEUES_KNOWN)
    change(centre, Queue, is_active=False)
    assert step(centre, "queues") == ("now", StepFact.QUEUES_NONE)


def test_each_queue_is_served_in_each_language_and_each_skill_is_somebodys(centre: Centre) -> None:
    found = left(centre)["agents"]
    assert (found.progress, found.fact, [names["en"] for names in found.values["queues"]]) == (
        "now",
        StepFact.AGENTS_NOT_FOR_QUEUE,
        ["Billing"],
    )
    centre.change("alice", skills={"delivery": 1, "billing": 1}, languages=["en"])
    found = left(centre)["agents"]
    assert (found.progress, found.fact) == ("later", StepFact.AGENTS_NOT_IN_LANGUAGE)
    assert [(names["en"], code) for names, code in found.values["pairs"]] == [("Billing", "zh")]
    centre.change("bo", skills={"delivery": 1, "billing": 1})
    with centre.wiring.work() as work:
        work.session.add(Skill(key="french", names={"en": "French", "zh": "法语"}))
    found = left(centre)["agents"]
    assert (found.fact, found.values["skills"][0]["en"]) == (StepFact.AGENTS_SKILL_OF_NOBODY, "French")
    centre.change("bo", skills={"delivery": 1, "billing": 1, "french": 1})
    assert step(centre, "agents") == ("done", StepFact.AGENTS_KNOWN)


def test_the_demos_password_is_found_though_only_a_few_are_tried_at_once(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers, "_opened", {})
    for name in ("alice", "bo", "sam", "robin"):
        centre.change(name, password_hash=passwords.hashed(f"{name} has one of their own"))
    centre.change("sam", password_hash=passwords.hashed(passwords.DEMO))
    monkeypatch.setattr(steps, "HASHES_AT_ONCE", 2)
    found = left(centre)["passwords"]
    assert (found.progress, found.fact, found.values) == ("later", StepFact.PASSWORDS_UNTRIED, {"count": 2})
    found = left(centre)["passwords"]
    assert (found.progress, found.fact, found.values) == ("now", StepFact.PASSWORDS_OF_DEMO, {"people": ["sam"]})
    assert step(centre, "passwords", callcenter_env="demo")[0] == "later"
    centre.change("sam", password_hash=passwords.hashed("sam has one of his own"))
    assert step(centre, "passwords") == ("done", StepFact.PASSWORDS_OWN)


def test_a_second_administrator_and_a_second_person_for_approvals(centre: Centre) -> None:
    assert step(centre, "administrators") == ("later", StepFact.ADMINISTRATORS_ONE)
    assert step(centre, "approvers") == ("done", StepFact.APPROVERS_SEVERAL)
    centre.change("bo", role="administrator")
    assert step(centre, "administrators") == ("done", StepFact.ADMINISTRATORS_SEVERAL)
    centre.change("bo", is_active=False)
    centre.change("sam", is_active=False)
    assert step(centre, "approvers") == ("later", StepFact.APPROVERS_ONE)


def test_texts_are_there_in_both_languages(centre: Centre) -> None:
    assert step(centre, "texts") == ("done", StepFact.TEXTS_COMPLETE)
    with centre.wiring.work() as work:
        work.session.add(BreakReason(key="lunch", names={"en": "Lunch", "zh": " "}))
    change(centre, Queue, greetings={"en": "Good day."})
    found = left(centre)["texts"]
    assert (found.progress, found.fact, found.values["count"]) == ("later", StepFact.TEXTS_MISSING, 3)


def test_rules_and_budgets(counter: Counter) -> None:
    assert step(counter.centre, "rules") == ("done", StepFact.RULES_PUBLISHED)
    assert step(counter.centre, "budgets") == ("later", StepFact.BUDGETS_NONE)
    counter.budget(200_000)
    assert step(counter.centre, "budgets") == ("done", StepFact.BUDGETS_ACTIVE)


def test_surveys_are_on_once_a_customer_was_asked(centre: Centre) -> None:
    assert left(centre)["surveys"].values == {"seconds": 0}
    assert step(centre, "surveys") == ("later", StepFact.SURVEYS_NEVER)
    call, _ = centre.call()
    with centre.wiring.work() as work:
        row = work.session.get(Interaction, call)
        assert row is not None
        work.session.add(
            Survey(
                interaction_id=call,
                customer_id=row.customer_id or centre.customer("Ana", "+14155550152"),
                language="en",
                channel="sms",
                our_address=OURS,
                their_address="+14155550142",
                state="asked",
                due_at=work.now,
                asked_at=work.now,
                created_at=work.now,
            )
        )
    assert step(centre, "surveys") == ("done", StepFact.SURVEYS_ASKED)


def test_the_worst_of_several_counts() -> None:
    assert findings.worst([]) == "ok"
    assert findings.worst([findings.ok(Fact.STUCK_NONE), findings.note(Fact.RULES_NONE)]) == "note"
    assert findings.worst([findings.note(Fact.RULES_NONE), findings.problem(Fact.REDIS_AWAY)]) == "problem"
