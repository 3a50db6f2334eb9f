"""Customer pages."""

from callcenter.actions.customers import customers
from callcenter.domain.agents import Role
from callcenter.domain.permissions import Actor
from callcenter.storage.customers.customers import Customer
from callcenter.wiring import Wiring
from tests.factories import CARLA, Centre
from tests.site import SignIn, csrf_token


def test_a_customer_is_found_by_name_and_by_digits(centre: Centre, signed_in: SignIn) -> None:
    centre.customer("Carla Mendes", "+14155550142")
    centre.customer("李雷", "+8613855500163", language="zh", zone="Asia/Shanghai")
    browser = signed_in("alice")
    assert "李雷" in browser.get("/customers/").text
    found = browser.get("/customers/?q=李").text
    assert "+86 138 5550 0163" in found
    assert "Carla" not in found
    assert "Carla Mendes" in browser.get("/customers/?q=0142").text
    assert "No customer for “zebra”" in browser.get("/customers/?q=zebra").text


def test_a_customers_page_shows_numbers_contacts_and_tickets(centre: Centre, signed_in: SignIn) -> None:
    carla = centre.customer("Carla Mendes", "+14155550142")
    centre.available("alice")
    centre.talk()
    text = signed_in("bo").get(f"/customers/{carla}").text
    for words in ("+1 415-555-0142", "Alice Moreau", "Delivery", "going on", "Who it is"):
        assert words in text
    assert "Value, 12 months" not in text
    assert "Value, 12 months" in signed_in("sam").get(f"/customers/{carla}").text


def test_a_change_is_checked_and_said_at_its_field(centre: Centre, signed_in: SignIn) -> None:
    carla = centre.customer("Carla", "+14155550142")
    browser = signed_in("alice")
    token = csrf_token(browser)
    form = {"version": "1", "name": "Carla Mendes", "language": "zh", "zone": "Mars/Olympus", "csrf_token": token}
    answer = browser.post(f"/customers/{carla}", data=form)
    assert answer.status_code == 422
    assert "This is not a time zone" in answer.text
    assert 'value="Carla Mendes"' in answer.text
    assert browser.post(f"/customers/{carla}", data={**form, "zone": "Asia/Shanghai"}).status_code == 302
    saved = centre.row(Customer, carla)
    assert (saved.name, saved.language, saved.zone) == ("Carla Mendes", "zh", "Asia/Shanghai")


def test_a_late_save_shows_both_versions(centre: Centre, signed_in: SignIn, wiring: Wiring) -> None:
    carla = centre.customer("Carla", "+14155550142")
    with wiring.work() as work:
        customers.change(work, carla, values={"place": "Oakland"}, version=1, actor=Actor(Role.AGENT, centre.people.bo))
    browser = signed_in("alice")
    token = csrf_token(browser)
    answer = browser.post(f"/customers/{carla}", data={"version": "1", "place": "San Francisco", "csrf_token": token})
    assert answer.status_code == 409
    for words in ("Oakland", "San Francisco", "Keep theirs", "Save mine", 'name="version" value="2"'):
        assert words in answer.text
    assert centre.row(Customer, carla).place == "Oakland"


def test_one_more_number_is_read_in_the_companys_country(centre: Centre, signed_in: SignIn) -> None:
    carla = centre.customer("Carla", "+14155550142")
    browser = signed_in("alice")
    token = csrf_token(browser)
    path = f"/customers/{carla}/numbers"
    assert browser.post(path, data={"number": "(415) 555-0199", "csrf_token": token}).status_code == 302
    assert "+1 415-555-0199" in browser.get(f"/customers/{carla}").text
    wrong = browser.post(path, data={"number": "call me", "csrf_token": token})
    assert wrong.status_code == 422
    assert "This is not a telephone number." in wrong.text


def test_a_new_customer_begins_with_a_name_and_a_number(centre: Centre, signed_in: SignIn) -> None:
    browser = signed_in("alice")
    token = csrf_token(browser)
    form = {"name": "李雷", "number": "+86 138 5550 0163", "language": "zh", "csrf_token": token}
    answer = browser.post("/customers/", data=form)
    assert answer.status_code == 302
    assert "李雷" in browser.get(answer.location).text
    assert centre.rows(Customer)[0].zone == "Asia/Shanghai"


def test_an_event_that_only_a_newer_version_knows_is_left_out(centre: Centre, signed_in: SignIn) -> None:
    carla = centre.customer("Carla Diaz", CARLA)
    unknown = (
        "INSERT INTO history (at, kind, version, actor, customer_id, data) VALUES (:at, 'Sung', 1, 'x', :carla, '{}')"
    )
    centre.run(unknown, at=centre.clock.now, carla=carla)
    assert "Carla Diaz" in signed_in("alice").get(f"/customers/{carla}").text


def test_an_agent_is_not_offered_a_tier_and_sets_none(signed_in: SignIn, centre: Centre) -> None:
    carla = centre.customer("Carla Mendes", CARLA)
    alice, sam = signed_in("alice"), signed_in("sam")
    assert 'name="tier"' not in alice.get(f"/customers/{carla}/edit").text
    assert 'name="tier"' in sam.get(f"/customers/{carla}/edit").text
    form = {"tier": "gold", "csrf_token": csrf_token(alice)}
    assert alice.post(f"/customers/{carla}", data=form).status_code == 403
    assert centre.row(Customer, carla).tier == "standard"
    form["csrf_token"] = csrf_token(sam)
    assert sam.post(f"/customers/{carla}", data=form).status_code == 302
    assert centre.row(Customer, carla).tier == "gold"
