"""The desk: three panes, their parts, and the agent's actions. Runs without Twilio."""

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from callcenter.actions.agents import agents
from callcenter.actions.calls import calls
from callcenter.actions.inbound import inbound
from callcenter.actions.legs import legs
from callcenter.actions.tickets import tickets
from callcenter.domain.calls import ConferenceReport, IncomingCall
from callcenter.domain.channels import AddressKind, Channel, Thread
from callcenter.domain.interactions import EndedBy
from callcenter.domain.messages import IncomingMessage
from callcenter.domain.permissions import Actor
from callcenter.settings import Settings
from callcenter.storage.administration import access, company
from callcenter.storage.calls import interactions
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.customers import customers
from callcenter.storage.customers.customers import Customer
from callcenter.storage.routing import offers
from callcenter.storage.routing.offers import Offer
from callcenter.storage.tickets import tickets as ticket_rows
from callcenter.wiring import Wiring
from tests.site import People, SignIn, csrf_token

OURS, CARLAS, SHARED = "+14155550100", "+14155550142", "+14155550143"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """With the key that passes for the voice are signed with."""
    key = {"twilio_api_key": "SK" + "0" * 32, "twilio_api_secret": "s" * 32, "twilio_twiml_app_sid": "AP" + "0" * 32}
    return settings.model_copy(update=key)


@pytest.fixture
def carla(wiring: Wiring, people: People) -> int:
    """A gold customer with her own number, and two who share another; our line leads to Delivery."""
    assert people
    with wiring.work() as work:
        queue = company.queues(work.session)[0]
        work.session.add(company.Number(e164=OURS, language="en", menu={}, queue_id=queue.id, sms_queue_id=queue.id))
        rows = [
            Customer(
                name=name, language="en", zone="UTC", tier=tier, since=datetime(2019, 1, 1, tzinfo=UTC), currency="USD"
            )
            for name, tier in (("Carla Mendes", "gold"), ("李雷", "silver"), ("Tom Becker", "standard"))
        ]
        work.session.add_all(rows)
        work.session.flush()
        numbers = zip(rows, (CARLAS, SHARED, SHARED), strict=True)
        for row, number in numbers:
            customers.add_address(work.session, row.id, AddressKind.PHONE, number, now=work.now, verified_at=work.now)
        return rows[0].id


@pytest.fixture
def alice(signed_in: SignIn, wiring: Wiring, people: People, carla: int) -> FlaskClient:
    """Alice, signed in and available."""
    assert carla
    browser = signed_in("alice")
    with wiring.work() as work:
        agents.choose_status(work, people.alice, "available")
    return browser


def post(browser: FlaskClient, path: str, **form: object) -> TestResponse:
    headers = {"HX-Request": "true", "X-CSRFToken": csrf_token(browser)}
    return browser.post(path, data=form, headers=headers)


def ring(wiring: Wiring, caller: str | None = CARLAS, *, sid: str = "CA1") -> int:
    with wiring.work() as work:
        calls.receive(work, IncomingCall(sid=sid, caller=caller, called=OURS))
    with wiring.reading() as session:
        found = interactions.by_leg(session, sid)
    assert found
    return found.id


def row(wiring: Wiring, interaction_id: int) -> Interaction:
    with wiring.reading() as session:
        found = interactions.get(session, interaction_id)
    assert found
    return found


def offer_of(wiring: Wiring, interaction_id: int) -> Offer:
    with wiring.reading() as session:
        found = offers.open_of(session, interaction_id)
    assert found
    return found


def accept(browser: FlaskClient, wiring: Wiring, interaction_id: int) -> TestResponse:
    return post(browser, f"/desk/offers/{offer_of(wiring, interaction_id).id}/accept")


def talk(wiring: Wiring, interaction_id: int, *, agent_id: int) -> None:
    """The agent's leg connects, as Twilio reports it."""
    offer = offer_of(wiring, interaction_id)
    joined = {"conference_sid": "CF1", "name": f"interaction-{interaction_id}", "event": "participant-join"}
    with wiring.work() as work:
        legs.connect_agent(work, call_sid="CA9", agent_id=agent_id, interaction_id=interaction_id, offer_id=offer.id)
        legs.conference(work, ConferenceReport(**joined, sequence=1, call_sid="CA9"))


def hang_up(wiring: Wiring, interaction_id: int) -> None:
    with wiring.work() as work:
        found = interactions.get(work.session, interaction_id, lock=True)
        assert found
        calls.end(work, found, by=EndedBy.CUSTOMER)


def write(wiring: Wiring, body: str, *, sid: str = "SM1", sender: str = CARLAS) -> int:
    with wiring.work() as work:
        inbound.receive(work, IncomingMessage(sid=sid, channel=Channel.SMS, sender=sender, recipient=OURS, body=body))
        found = interactions.conversation(work.session, Thread(Channel.SMS, OURS, sender))
        assert found
        return found.id


def test_a_free_agent_sees_that_nothing_waits_and_where_the_next_offer_appears(alice: FlaskClient) -> None:
    page = alice.get("/desk").text
    assert "Nothing is offered to you" in page
    assert "You are free, nothing waits for you" in page
    assert "appears here" in page


def test_an_offer_tells_who_calls_and_what_it_has_cost_them_before_it_is_accepted(
    alice: FlaskClient, wiring: Wiring
) -> None:
    ring(wiring)
    page = alice.get("/desk").text
    for words in (
        "Call for you",
        "Carla Mendes",
        "Gold",
        "First contact about this",
        "next agent in",
        "offered to you",
    ):
        assert words in page


def test_accepting_tells_the_browser_how_to_join_the_call(alice: FlaskClient, wiring: Wiring) -> None:
    interaction_id = ring(wiring)
    answer = accept(alice, wiring, interaction_id)
    assert "Joining the call" in answer.text
    offer = offer_of(wiring, interaction_id)
    told = f'{{"voice:connect": {{"params": {{"interaction": "{interaction_id}", "offer": "{offer.id}"}}}}}}'
    assert answer.headers["HX-Trigger"] == told


def test_a_call_shows_its_controls_ticket_story_and_composer(
    alice: FlaskClient, wiring: Wiring, people: People
) -> None:
    interaction_id = ring(wiring)
    accept(alice, wiring, interaction_id)
    talk(wiring, interaction_id, agent_id=people.alice)
    page = alice.get(f"/desk/interactions/{interaction_id}").text
    for words in ("Hang up", "Keypad", "Priority", "You answered", "Only colleagues see notes"):
        assert words in page


def test_an_offer_of_somebody_else_is_as_if_it_did_not_exist(
    alice: FlaskClient, signed_in: SignIn, wiring: Wiring
) -> None:
    interaction_id = ring(wiring)
    bo = signed_in("bo")
    assert accept(bo, wiring, interaction_id).status_code == 404
    assert bo.get(f"/desk/interactions/{interaction_id}").status_code == 404
    assert accept(alice, wiring, interaction_id).status_code == 200


def test_a_declined_offer_leaves_the_slot_free(alice: FlaskClient, wiring: Wiring) -> None:
    interaction_id = ring(wiring)
    answer = post(alice, f"/desk/offers/{offer_of(wiring, interaction_id).id}/decline")
    assert "Nothing is offered to you" in answer.text
    assert row(wiring, interaction_id).state == "waiting"


def test_an_offer_that_has_ended_says_so_in_its_place(alice: FlaskClient, wiring: Wiring) -> None:
    interaction_id = ring(wiring)
    offer = offer_of(wiring, interaction_id)
    hang_up(wiring, interaction_id)
    answer = post(alice, f"/desk/offers/{offer.id}/accept")
    assert answer.status_code == 409
    assert "The customer has already left." in answer.text
    assert "<html" not in answer.text


def test_hold_before_the_line_is_up_is_refused_at_its_place(alice: FlaskClient, wiring: Wiring) -> None:
    interaction_id = ring(wiring)
    accept(alice, wiring, interaction_id)
    answer = post(alice, f"/desk/interactions/{interaction_id}/hold")
    assert answer.status_code == 409
    assert "not connected yet" in answer.text


def test_the_ticket_is_saved_as_you_go(alice: FlaskClient, wiring: Wiring) -> None:
    interaction_id = ring(wiring)
    accept(alice, wiring, interaction_id)
    form = {"version": 1, "status": "open", "was_status": "open", "priority": "high", "was_priority": "normal"}
    answer = post(alice, f"/desk/interactions/{interaction_id}/ticket", **form)
    assert '<option value="high" selected>' in answer.text
    with wiring.reading() as session:
        ticket = ticket_rows.get(session, row(wiring, interaction_id).ticket_id or 0)
    assert ticket
    assert (ticket.priority, ticket.version) == ("high", 2)


def test_a_save_that_comes_too_late_shows_both_versions(alice: FlaskClient, wiring: Wiring, people: People) -> None:
    interaction_id = ring(wiring)
    accept(alice, wiring, interaction_id)
    sam = Actor(role="supervisor", agent_id=people.sam, name="Sam Keller")  # type: ignore[arg-type]
    with wiring.work() as work:
        ticket_id = row(wiring, interaction_id).ticket_id or 0
        tickets.change(work, ticket_id, values={"cause": "damaged"}, version=1, actor=sam)
    form = {"version": 1, "cause": "wrong item", "was_cause": ""}
    answer = post(alice, f"/desk/interactions/{interaction_id}/ticket", **form)
    assert answer.status_code == 409
    for words in ("Sam Keller", "damaged", "wrong item", "Keep theirs", "Save mine"):
        assert words in answer.text


def test_a_conversation_is_shown_read_and_answered(alice: FlaskClient, wiring: Wiring) -> None:
    interaction_id = write(wiring, "Where is <b>my</b> order?")
    accept(alice, wiring, interaction_id)
    page = alice.get("/desk").text
    assert "Where is &lt;b&gt;my&lt;/b&gt; order?" in page
    assert "1 unread" in page
    assert post(alice, f"/desk/interactions/{interaction_id}/read").status_code == 204
    assert "1 unread" not in alice.get("/desk/mine").text
    answer = post(alice, f"/desk/interactions/{interaction_id}/messages", body="Tomorrow at nine.")
    assert answer.status_code == 200
    assert "Tomorrow at nine." in alice.get(f"/desk/interactions/{interaction_id}/talk").text


def test_an_empty_message_is_refused_and_nothing_is_sent(alice: FlaskClient, wiring: Wiring) -> None:
    interaction_id = write(wiring, "Hello")
    accept(alice, wiring, interaction_id)
    answer = post(alice, f"/desk/interactions/{interaction_id}/messages", body="  ")
    assert answer.status_code == 422
    assert "Nothing is written yet." in answer.text


def test_a_note_stands_in_the_story(alice: FlaskClient, wiring: Wiring) -> None:
    interaction_id = ring(wiring)
    accept(alice, wiring, interaction_id)
    post(alice, f"/desk/interactions/{interaction_id}/notes", note="Home until six.")
    assert "Home until six." in alice.get(f"/desk/interactions/{interaction_id}/timeline").text


def test_what_is_being_written_is_kept_and_forgotten_once_saved(
    alice: FlaskClient, wiring: Wiring, people: People
) -> None:
    interaction_id = ring(wiring)
    accept(alice, wiring, interaction_id)
    assert post(alice, "/desk/drafts", key=f"note:{interaction_id}", text="Truck 14 left").status_code == 204
    assert "Truck 14 left" in alice.get(f"/desk/interactions/{interaction_id}").text
    post(alice, f"/desk/interactions/{interaction_id}/notes", note="Truck 14 left late")
    with wiring.reading() as session:
        assert access.draft(session, agent_id=people.alice, about=f"note:{interaction_id}") is None


def test_wrap_up_ends_with_outcome_and_note_and_a_break_where_wanted(
    alice: FlaskClient, wiring: Wiring, people: People
) -> None:
    interaction_id = ring(wiring)
    accept(alice, wiring, interaction_id)
    talk(wiring, interaction_id, agent_id=people.alice)
    hang_up(wiring, interaction_id)
    assert "How did it end?" in alice.get("/desk").text
    assert post(alice, f"/desk/interactions/{interaction_id}/more-time").status_code == 200
    path = f"/desk/interactions/{interaction_id}/wrap-up"
    assert post(alice, path, outcome="").status_code == 422
    answer = post(alice, path, outcome="solved", note="All well.", **{"break": "1"})
    assert 'data-view="free"' in answer.text
    done = row(wiring, interaction_id)
    assert (done.outcome, done.note, done.state) == ("solved", "All well.", "ended")
    assert "No offers for now" in alice.get("/desk/now").text


def test_whoever_shares_a_number_is_chosen_on_the_card(alice: FlaskClient, wiring: Wiring) -> None:
    interaction_id = ring(wiring, SHARED)
    accept(alice, wiring, interaction_id)
    card = alice.get(f"/desk/interactions/{interaction_id}/card").text
    assert "Several people share this number" in card
    assert "李雷" in card
    tom = card.split("Tom Becker")[0].rsplit('value="', 1)[1].split('"')[0]
    assert "Tom Becker" in post(alice, f"/desk/interactions/{interaction_id}/customer", customer_id=tom).text
    assert row(wiring, interaction_id).customer_id == int(tom)


def test_a_number_never_seen_before_gets_its_name_on_the_card(alice: FlaskClient, wiring: Wiring) -> None:
    interaction_id = ring(wiring, "+14155550199")
    accept(alice, wiring, interaction_id)
    assert "We do not know this number yet" in alice.get(f"/desk/interactions/{interaction_id}/card").text
    answer = post(alice, f"/desk/interactions/{interaction_id}/customer", name="Denise Ruiz")
    assert "Denise Ruiz" in answer.text


def test_a_withheld_number_says_so(alice: FlaskClient, wiring: Wiring) -> None:
    interaction_id = ring(wiring, None)
    assert "The number is withheld" in alice.get(f"/desk/interactions/{interaction_id}/card").text


def test_a_status_is_answered_with_the_control_and_the_slot(alice: FlaskClient) -> None:
    answer = post(alice, "/desk/status", status="break")
    assert 'id="state-control"' in answer.text
    assert 'hx-swap-oob="true"' in answer.text
    assert "No offers for now" in answer.text
    assert post(alice, "/desk/status", status="asleep").status_code == 422


def test_the_browser_gets_a_pass_for_the_voice(alice: FlaskClient, people: People) -> None:
    given = post(alice, "/desk/voice-token").get_json()
    assert given["identity"] == f"agent-{people.alice}"
    assert given["token"]


@pytest.mark.parametrize("part", ["now", "mine", "waiting", "free", "status"])
def test_each_part_comes_alone_and_without_inline_style_or_script(alice: FlaskClient, part: str) -> None:
    text = alice.get(f"/desk/{part}").text
    assert "<html" not in text
    assert " style=" not in text
    assert "<script" not in text
