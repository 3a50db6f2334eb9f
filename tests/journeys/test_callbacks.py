"""Whole calls through the simulator: * while waiting and while speaking, the callback, transfers."""

from urllib.parse import quote

from callcenter import operations
from callcenter.actions.calls import transfers
from callcenter.storage.administration.company import Queue
from callcenter.storage.callbacks.callbacks import Callback
from callcenter.storage.calls.interactions import Interaction
from tests.factories import CARLA, Centre
from tests.journeys.test_telephone_company import _dial, _join, company, running, settings
from tests.simulator.company import Company
from tests.waiting import until
from workers.clock import Clock

__all__ = ["company", "running", "settings"]


def _together(company: Company, *sids: str) -> bool:
    rooms = {company.call(sid)["conference_sid"] for sid in sids}
    return len(rooms) == 1 and None not in rooms


def press(company: Company, sid: str, digits: str) -> None:
    company.post(f"/control/calls/{sid}/digits", {"digits": digits})


def ask(company: Company, sid: str) -> None:
    press(company, sid, "*")
    until(lambda: any("Press 1, and we call you back" in text for text in company.heard(sid)))


def waits(centre: Centre, company: Company) -> tuple[int, str]:
    sid = company.dial(CARLA, keys="1")
    until(lambda: company.call(sid)["conference"])
    return int(until(lambda: next((row.id for row in centre.rows(Interaction) if row.state == "waiting"), 0))), sid


def _asked(centre: Centre, id_: int) -> str | None:
    """Who is asked, with the clock that asks again: a webhook may have had the call in hand as the agent came."""
    Clock(centre.wiring).tick()
    return centre.asked(id_)


def test_star_and_1_end_the_call_and_we_call_back_with_an_agent_on_the_line(centre: Centre, company: Company) -> None:
    _, sid = waits(centre, company)
    until(lambda: any("press star" in text for text in company.heard(sid)))
    ask(company, sid)
    press(company, sid, "1")
    assert company.wait_over(sid) == "completed"
    assert any("We call you back" in text for text in company.heard(sid))
    [row] = centre.rows(Callback)
    assert centre.interaction(row.call_id or 0).result == "callback"
    centre.available("alice")
    id_ = row.interaction_id
    browser = _callback_agent(centre, company, id_)
    until(lambda: centre.row(Callback, row.id).state == "calling")
    operations.call_customer(centre.wiring, id_)
    back = ringing(company)
    company.post(f"/control/calls/{back}/answer")
    until(lambda: centre.row(Callback, row.id).state == "connected")
    until(lambda: _together(company, back, browser))
    company.post(f"/control/calls/{back}/hangup")
    until(lambda: centre.interaction(id_).state == "wrap_up")
    assert company.wait_over(browser) == "completed"
    assert centre.interaction(id_).result == "served"


def test_who_hangs_up_as_soon_as_they_answer_leaves_no_agent_on_the_line(centre: Centre, company: Company) -> None:
    _, sid = waits(centre, company)
    ask(company, sid)
    press(company, sid, "1")
    company.wait_over(sid)
    [row] = centre.rows(Callback)
    centre.available("alice")
    browser = _callback_agent(centre, company, row.interaction_id)
    until(lambda: centre.row(Callback, row.id).state == "calling")
    operations.call_customer(centre.wiring, row.interaction_id)
    back = ringing(company)
    company.post(f"/control/calls/{back}/answer")
    until(lambda: centre.row(Callback, row.id).state == "connected")
    company.post(f"/control/calls/{back}/hangup")
    until(lambda: centre.interaction(row.interaction_id).state == "wrap_up")
    operations.end_legs(centre.wiring, row.interaction_id)
    assert company.wait_over(browser) == "completed"


def ringing(company: Company) -> str:
    """Carla's telephone rings; the sid."""
    found = until(lambda: company.get(f"/control/calls?status=ringing&number={quote(CARLA)}"))
    return str(found[0]["sid"])


def _callback_agent(centre: Centre, company: Company, id_: int) -> str:
    offer = centre.accept(id_)
    return company.connect(f"agent-{centre.offer(id_).agent_id}", interaction=str(id_), offer=str(offer))


def test_a_telephone_that_is_busy_is_called_again_later_and_the_agent_is_free_at_once(
    centre: Centre, company: Company
) -> None:
    _, sid = waits(centre, company)
    ask(company, sid)
    press(company, sid, "1")
    company.wait_over(sid)
    [row] = centre.rows(Callback)
    centre.available("alice")
    browser = _callback_agent(centre, company, row.interaction_id)
    until(lambda: centre.row(Callback, row.id).state == "calling")
    operations.call_customer(centre.wiring, row.interaction_id)
    company.post(f"/control/calls/{ringing(company)}/reject")
    until(lambda: centre.row(Callback, row.id).tries == 1)
    operations.end_legs(centre.wiring, row.interaction_id)
    assert company.wait_over(browser) == "completed"
    assert (centre.agent("alice").state, centre.interaction(row.interaction_id).state) == ("idle", "waiting")


def test_star_and_2_wait_on(centre: Centre, company: Company) -> None:
    id_, sid = waits(centre, company)
    ask(company, sid)
    press(company, sid, "2")
    until(lambda: company.call(sid)["conference"])
    assert (centre.interaction(id_).state, centre.rows(Callback)) == ("waiting", [])
    centre.available("alice")
    until(lambda: _asked(centre, id_))
    second = _join(centre, company, id_)
    until(lambda: _together(company, sid, second))


def test_star_while_speaking_brings_both_back_together(centre: Centre, company: Company) -> None:
    centre.available("alice")
    id_, sid = _dial(centre, company)
    browser = _join(centre, company, id_)
    room = company.call(sid)["conference_sid"]
    press(company, sid, "*")
    until(lambda: company.call(sid)["conference_sid"] not in (None, room))
    until(lambda: _together(company, sid, browser))
    until(lambda: centre.offer(id_).connect_by is None)
    company.settle()
    one = centre.interaction(id_)
    assert (one.state, one.agent_id, centre.offer(id_).connect_by) == ("active", centre.people.alice, None)
    assert "CallEnded" not in centre.kinds(id_)
    company.post(f"/control/calls/{sid}/hangup")
    until(lambda: centre.interaction(id_).state == "wrap_up")
    assert company.wait_over(browser) == "completed"
    assert company.codes() == []


def test_passed_on_the_customer_hears_music_and_then_the_other_agent_alone(centre: Centre, company: Company) -> None:
    with centre.wiring.work() as work:
        billing = work.session.get(Queue, centre.billing)
        assert billing is not None
        billing.hours = {}
    centre.change("bo", skills={"billing": 3})
    centre.available("alice")
    id_, sid = _dial(centre, company)
    browser = _join(centre, company, id_)
    with centre.wiring.work() as work:
        transfers.to_queue(work, id_, queue_id=centre.billing, reason="an invoice", actor=centre.actor("alice"))
    operations.bring_back(centre.wiring, id_)
    operations.end_legs(centre.wiring, id_)
    assert company.wait_over(browser) == "completed"
    until(lambda: any("We pass you on to Billing" in text for text in company.heard(sid)))
    centre.available("bo")
    until(lambda: _asked(centre, id_) == "bo")
    second = _join(centre, company, id_)
    until(lambda: _together(company, sid, second))
    company.post(f"/control/calls/{sid}/hangup")
    until(lambda: centre.interaction(id_).state == "wrap_up")
    assert centre.interaction(id_).agent_id == centre.people.bo


def test_who_waits_too_long_leaves_a_message(centre: Centre, company: Company) -> None:
    with centre.wiring.work() as work:
        queue = work.session.get(Queue, centre.delivery)
        assert queue is not None
        queue.routing = {**queue.routing, "max_wait": 0, "overflow": "voicemail"}
    id_, sid = waits(centre, company)
    Clock(centre.wiring).tick()
    operations.bring_back(centre.wiring, id_)
    until(lambda: "beep" in company.types(sid))
    company.post(f"/control/calls/{sid}/say", {"text": "My sofa has not come."})
    company.post(f"/control/calls/{sid}/hangup")
    until(lambda: centre.interaction(id_).result == "voicemail")
    assert centre.interaction(id_).ticket_id
