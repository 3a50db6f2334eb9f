"""Ticket pages: search, conflicting edits, comments, and the timeline."""

from sqlalchemy import update

from callcenter.actions.tickets import tickets
from callcenter.domain.agents import Role
from callcenter.domain.permissions import Actor
from callcenter.storage.customers.customers import Customer
from callcenter.storage.empowerment.departments import Cause
from callcenter.storage.tickets import tickets as rows
from callcenter.storage.tickets.tickets import Ticket
from callcenter.wiring import Wiring
from tests.factories import LI_LEI, Centre
from tests.site import People, SignIn, csrf_token


def opened(wiring: Wiring, people: People, *subjects: str) -> list[Ticket]:
    with wiring.work() as work:
        return [tickets.open_by(work, actor=Actor(Role.AGENT, people.alice), subject=subject) for subject in subjects]


def now(wiring: Wiring, ticket_id: int) -> Ticket:
    with wiring.reading() as session:
        ticket = rows.get(session, ticket_id)
    assert ticket is not None
    return ticket


def test_tickets_are_found_by_status_owner_and_words(signed_in: SignIn, wiring: Wiring, people: People) -> None:
    first, second = opened(wiring, people, "Dishwasher not delivered", "Grinder, spare part")
    browser = signed_in("alice")
    assert "Dishwasher" in browser.get("/tickets/").text
    only = browser.get("/tickets/?q=grinder").text
    assert second.number in only
    assert first.number not in only
    assert "Nothing is open" in browser.get(f"/tickets/?owner={people.bo}").text
    assert first.number in browser.get("/tickets/?owner=me&status=open").text
    assert "No ticket for “zebra”" in browser.get("/tickets/?q=zebra").text


def test_a_long_list_goes_on_with_older_ones(signed_in: SignIn, wiring: Wiring, people: People) -> None:
    made = opened(wiring, people, *(f"Matter {n}" for n in range(53)))
    browser = signed_in("alice")
    page = browser.get("/tickets/").text
    assert f"before={made[3].id}" in page
    rest = browser.get(f"/tickets/?before={made[3].id}").text
    assert made[2].number in rest
    assert made[3].number not in rest
    assert "Show older ones" not in rest


def test_a_change_is_saved_and_told_with_both_values(signed_in: SignIn, wiring: Wiring, people: People) -> None:
    [ticket] = opened(wiring, people, "Late")
    browser = signed_in("alice")
    token = csrf_token(browser)
    form = {"version": "1", "status": "waiting_for_customer", "priority": "high", "csrf_token": token}
    assert browser.post(f"/tickets/{ticket.id}", data=form).status_code == 302
    saved = now(wiring, ticket.id)
    assert (saved.status, saved.priority, saved.version) == ("waiting_for_customer", "high", 2)
    told = browser.get(f"/tickets/{ticket.id}").text
    assert "Ticket changed by You" in told
    assert "Status: Open → Waits for customer" in told


def test_a_late_save_shows_both_versions_and_loses_neither(signed_in: SignIn, wiring: Wiring, people: People) -> None:
    [ticket] = opened(wiring, people, "Late")
    with wiring.work() as work:
        tickets.change(
            work, ticket.id, values={"product": "Damaged on arrival"}, version=1, actor=Actor(Role.AGENT, people.bo)
        )
    browser = signed_in("alice")
    token = csrf_token(browser)
    mine = {"version": "1", "product": "Wrong item"}
    for headers in ({"X-CSRFToken": token, "HX-Request": "true"}, {"X-CSRFToken": token}):
        answer = browser.post(f"/tickets/{ticket.id}", data=mine, headers=headers)
        assert answer.status_code == 409
        for words in (
            "Bo Chen changed this while you wrote.",
            "Damaged on arrival",
            "Wrong item",
            "Keep theirs",
            "Save mine",
        ):
            assert words in answer.text
    assert now(wiring, ticket.id).product == "Damaged on arrival"
    again = browser.post(f"/tickets/{ticket.id}", data={**mine, "version": "2"}, headers={"X-CSRFToken": token})
    assert again.status_code == 302
    assert now(wiring, ticket.id).product == "Wrong item"


def test_a_comment_with_html_is_shown_as_it_was_written(signed_in: SignIn, wiring: Wiring, people: People) -> None:
    [ticket] = opened(wiring, people, "<b>Bold</b> 😀")
    browser = signed_in("alice")
    token = csrf_token(browser)
    body = "<script>alert(1)</script>\n第二行"
    part = browser.post(
        f"/tickets/{ticket.id}/comments", data={"body": body}, headers={"X-CSRFToken": token, "HX-Request": "true"}
    )
    assert part.status_code == 200
    assert "&lt;script&gt;" in part.text
    assert 'id="comment-form" hx-swap-oob="true"' in part.text
    assert "<script>alert" not in browser.get(f"/tickets/{ticket.id}").text
    empty = browser.post(f"/tickets/{ticket.id}/comments", data={"body": " "}, headers={"X-CSRFToken": token})
    assert empty.status_code == 422


def test_a_new_ticket_finds_its_customer_by_number(centre: Centre, signed_in: SignIn) -> None:
    carla = centre.customer("Carla Mendes", "+14155550142")
    browser = signed_in("alice")
    token = csrf_token(browser)
    form = {"subject": "Second window missed", "number": "415 555 0142", "type": "complaint", "csrf_token": token}
    answer = browser.post("/tickets/", data={**form, "body": "She waits at home."})
    assert answer.status_code == 302
    ticket = centre.rows(Ticket)[0]
    assert (ticket.customer_id, ticket.type, ticket.owner_id) == (carla, "complaint", centre.people.alice)
    assert "She waits at home." in browser.get(answer.location).text


def test_a_wrong_number_is_said_at_its_field_and_the_input_kept(centre: Centre, signed_in: SignIn) -> None:
    browser = signed_in("alice")
    token = csrf_token(browser)
    form = {"subject": "Second window missed", "number": "12", "csrf_token": token}
    answer = browser.post("/tickets/", data=form)
    assert answer.status_code == 422
    assert "No customer has this number." in answer.text
    assert 'value="Second window missed"' in answer.text
    for _ in range(2):
        centre.customer("Carla", "+14155550142")
    shared = browser.post("/tickets/", data={**form, "number": "+14155550142"})
    assert "Several customers have this number." in shared.text


def test_a_tickets_story_tells_the_call_that_it_came_from(centre: Centre, signed_in: SignIn) -> None:
    centre.customer("Carla Mendes", "+14155550142")
    centre.available("alice")
    interaction_id, _, _ = centre.talk()
    ticket_id = centre.interaction(interaction_id).ticket_id
    text = signed_in("sam").get(f"/tickets/{ticket_id}").text
    for fact in (
        "The customer called",
        "Waited in Delivery",
        "Alice Moreau answered",
        "Carla Mendes",
        "+1 415-555-0142",
    ):
        assert fact in text


def test_search_leads_straight_to_a_ticket_or_a_customer(centre: Centre, signed_in: SignIn, wiring: Wiring) -> None:
    carla = centre.customer("Carla Mendes", "+14155550142")
    [ticket] = opened(wiring, centre.people, "Second window missed")
    browser = signed_in("alice")
    assert browser.get(f"/search?q={ticket.number}").location == f"/tickets/{ticket.id}"
    assert browser.get("/search?q=(415) 555-0142").location == f"/customers/{carla}"
    assert "Carla Mendes" in browser.get("/search?q=mend").text
    assert ticket.number in browser.get("/search?q=window").text
    assert "Add a customer with this number" in browser.get("/search?q=%2B442079460000").text


def test_a_cause_is_offered_in_the_readers_words_and_kept_as_it_is(signed_in: SignIn, centre: Centre) -> None:
    with centre.wiring.work() as work:
        work.session.add(Cause(key="late", names={"en": "Delivery late", "zh": "配送延误"}))
        ticket = tickets.open_by(work, actor=centre.actor("alice"), subject="Sofa", values={"cause": "配送延误"})
    browser = signed_in("alice")
    path = f"/tickets/{ticket.id}"
    text = browser.get(path).text
    assert '<option value="Delivery late"></option>' in text
    assert 'name="cause" maxlength="120" value="Delivery late"' in text
    form = {
        "cause": "Delivery late",
        "was_cause": "Delivery late",
        "priority": "high",
        "csrf_token": csrf_token(browser),
    }
    assert browser.post(path, data=form).status_code == 302
    saved = now(centre.wiring, ticket.id)
    assert (saved.cause, saved.priority) == ("配送延误", "high")
    browser.post(path, data={**form, "cause": "Eaten by the dog"})
    assert now(centre.wiring, ticket.id).cause == "Eaten by the dog"


def test_a_product_and_its_price_are_written_in_the_customers_currency(signed_in: SignIn, centre: Centre) -> None:
    li_lei = centre.customer("李雷", LI_LEI)
    with centre.wiring.work() as work:
        work.session.execute(update(Customer).where(Customer.id == li_lei).values(currency="CNY"))
        ticket = tickets.open_by(work, actor=centre.actor("alice"), subject="Sofa", customer_id=li_lei)
    browser = signed_in("alice")
    path = f"/tickets/{ticket.id}"
    assert "Price in CNY" in browser.get(path).text
    form = {"product": "Sofa Lund", "price": "¥3,299.50", "csrf_token": csrf_token(browser)}
    assert browser.post(path, data=form).status_code == 302
    saved = now(centre.wiring, ticket.id)
    assert (saved.product, saved.price) == ("Sofa Lund", 329_950)
    text = browser.get(path).text
    assert 'value="3299.50"' in text
    assert "Price: 3299.50" in text
    for wrong in ("$20", "-5", "1.005", "much", "0", "99999999999"):
        assert browser.post(path, data={**form, "price": wrong}).status_code == 422, wrong
    browser.post(path, data={**form, "price": ""})
    assert now(centre.wiring, ticket.id).price is None


def test_an_agents_claims_are_shown_and_a_supervisor_confirms_them(signed_in: SignIn, centre: Centre) -> None:
    with centre.wiring.work() as work:
        ticket = tickets.open_by(
            work, actor=centre.actor("alice"), subject="Sofa", values={"cause": "late", "price": 45_900}
        )
    path = f"/tickets/{ticket.id}"
    mine = signed_in("alice").get(path).text
    assert "Said by an agent, not confirmed" in mine
    assert 'name="confirmed"' not in mine
    sam = signed_in("sam")
    assert 'name="confirmed" value="price"' in sam.get(path).text
    form = {"subject": "Sofa", "confirmed": ["price"], "csrf_token": csrf_token(sam)}
    assert sam.post(path, data=form).status_code == 302
    assert set(now(centre.wiring, ticket.id).claims) == {"cause"}
    assert "Price confirmed" in sam.get(path).text
    # A confirmed price is no agent's to change; the page says so and keeps it.
    alice = signed_in("alice")
    headers = {"X-CSRFToken": csrf_token(alice), "HX-Request": "true"}
    refused = alice.post(path, data={"price": "5000"}, headers=headers)
    assert refused.status_code == 403
    assert "a supervisor" in refused.text
    assert now(centre.wiring, ticket.id).price == 45_900
