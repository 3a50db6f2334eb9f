"""While the database is away, a caller waits and comes back; nothing the caller did is lost."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from callcenter.actions.calls import calls
from callcenter.domain.interactions import State
from callcenter.embedded import EmbeddedServer
from callcenter.storage.calls.interactions import Interaction
from callcenter.webhooks import guard
from tests.carrier import Carrier
from tests.factories import CARLA, LI_LEI, OURS, Centre, new_sid

ALLOWED_WHILE_WAITING = {"Say", "Play", "Pause", "Redirect"}
FORM = {"From": CARLA, "To": OURS, "CallStatus": "in-progress"}


def next_address(answer: TestResponse) -> str:
    """Where the caller comes back to: the only thing that the answer asks for, after a pause."""
    assert answer.status_code == 200
    verbs = list(ET.fromstring(answer.data))
    assert {verb.tag for verb in verbs} <= ALLOWED_WHILE_WAITING
    assert [verb.tag for verb in verbs][-2:] == ["Pause", "Redirect"]
    return (verbs[-1].text or "").removeprefix(Carrier.base)


def spoken(answer: TestResponse) -> str:
    return " ".join(say.text or "" for say in ET.fromstring(answer.data).iter("Say"))


@contextmanager
def frozen(server: EmbeddedServer) -> Iterator[None]:
    """Its processes stand still: the kernel still takes what is sent to them."""
    main = psutil.Process(server.pid)
    processes = [main, *main.children(recursive=True)]
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            process.resume()


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "SOON", 0.01)


QUESTIONS: list[tuple[str, dict[str, str]]] = [
    ("incoming", {}),
    ("fallback", {}),
    ("menu/1", {"Digits": "2"}),
    ("wait/1", {}),
    ("wait/1?again=1", {}),
    ("left/1", {"DialCallStatus": "answered"}),
    ("callback/1", {"Digits": "1"}),
    ("message/1", {"RecordingUrl": "https://api.twilio.com/R1", "RecordingDuration": "7"}),
    ("called/1", {}),
    ("again/1", {}),
    ("agent", {"From": "client:agent-1", "interaction": "1", "offer": "1"}),
    ("agent/answered/1", {}),
    ("agent/pressed/1", {"Digits": "1"}),
]


def test_every_question_of_a_call_waits_for_the_database(
    centre: Centre, carrier: Carrier, postgres_server: EmbeddedServer
) -> None:
    postgres_server.stop()
    for path, more in QUESTIONS:
        form = {**FORM, "CallSid": new_sid(), **more}
        first = carrier.post(f"/webhooks/voice/{path}", form)
        address = next_address(first)
        assert address.startswith(f"/webhooks/voice/{path.partition('?')[0]}?")
        assert "One moment" in spoken(first), path
        for name in set(more) & set(guard.ONCE):
            assert more[name].rpartition("/")[2] in address
        again = carrier.post(address, {name: value for name, value in form.items() if name not in guard.ONCE})
        assert (next_address(again), spoken(again)) == (address, "")
    assert "请稍候" in spoken(carrier.incoming(new_sid(), LI_LEI))


@pytest.mark.parametrize("door", ["incoming", "fallback"])
def test_a_caller_who_came_meanwhile_has_waited_since_the_first_ring(
    centre: Centre, carrier: Carrier, postgres_server: EmbeddedServer, door: str
) -> None:
    rang, sid = centre.clock.now, new_sid()
    postgres_server.stop()
    address = next_address(carrier.post(f"/webhooks/voice/{door}", {**FORM, "CallSid": sid}))
    centre.clock.forward(40)
    postgres_server.start()
    menu = carrier.post(address, {**FORM, "CallSid": sid})
    assert "Gather" in menu.text
    [row] = centre.rows(Interaction)
    assert (row.state, row.created_at) == (State.MENU, rang)


def test_the_key_that_was_pressed_meanwhile_counts_from_when_it_was_pressed(
    centre: Centre, carrier: Carrier, postgres_server: EmbeddedServer
) -> None:
    sid = new_sid()
    carrier.incoming(sid)
    [row] = centre.rows(Interaction)
    pressed = centre.clock.now
    postgres_server.stop()
    address = next_address(carrier.press(row.id, "1", sid))
    centre.clock.forward(25)
    postgres_server.start()
    assert "Dial" in carrier.post(address, {**FORM, "CallSid": sid}).text
    after = centre.interaction(row.id)
    assert (after.state, after.queue_id, after.joined_at) == (State.WAITING, centre.delivery, pressed)


def test_a_first_try_of_yesterday_or_tomorrow_is_not_believed(centre: Centre, carrier: Carrier) -> None:
    for since in ("1", "99999999999", "x"):
        carrier.post(f"/webhooks/voice/incoming?since={since}", {**FORM, "CallSid": new_sid()})
    times = [row.created_at for row in centre.rows(Interaction)]
    assert times == [centre.clock.now - calls.LONGEST_AWAY, centre.clock.now, centre.clock.now]


def test_a_moments_absence_is_not_noticed(centre: Centre, carrier: Carrier, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a restart, or a change of the primary."""
    receive, tries = calls.receive, []

    def away_once(*args: object, **named: object) -> object:
        tries.append(1)
        if len(tries) == 1:
            raise OperationalError("SELECT 1", {}, ConnectionError("gone"))
        return receive(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(calls, "receive", away_once)
    assert "Gather" in carrier.incoming(new_sid(), LI_LEI).text
    assert len(tries) == 2


def test_a_frozen_database_keeps_nobody_waiting_for_an_answer(
    centre: Centre, carrier: Carrier, postgres_server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "LONGEST_WORK", 0.5)
    sid = new_sid()
    carrier.incoming(sid)  # with a connection that is open already
    with frozen(postgres_server):
        address = next_address(carrier.incoming(new_sid()))
        next_address(carrier.post("/webhooks/voice/fallback", {**FORM, "CallSid": sid}))
    assert "Gather" in carrier.post(address, {**FORM, "CallSid": sid}).text
    assert len(centre.rows(Interaction)) == 1
