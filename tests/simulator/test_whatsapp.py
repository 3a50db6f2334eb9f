"""WhatsApp's differences from SMS: addresses with and without a number, the 24-hour window, read receipts."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from callcenter.simulator.carrier import Carrier
from callcenter.simulator.exchange import messages
from callcenter.simulator.people import PhoneUser
from callcenter.simulator.settings import SimulatorSettings
from tests.waiting import PATIENCE

from .company import CARLA, LI_LEI, OURS, Company
from .site import Site

PAYLOADS = Path(__file__).parents[1] / "payloads"
EXAMPLES = {w["name"]: w for w in json.loads((PAYLOADS / "webhooks.json").read_text("utf-8"))["webhooks"]}
OUR_WHATSAPP = f"whatsapp:{OURS}"
HERS = f"whatsapp:{CARLA}"
HER_ID = PhoneUser(name="Carla", number=CARLA).whatsapp_id


def keys(name: str) -> set[str]:
    return set(EXAMPLES[name]["params"])


def write(company: Company, body: str = "Hello", from_: str = HERS) -> dict[str, Any]:
    """A person writes by WhatsApp; the message."""
    shown = company.post("/control/messages", {"from": from_, "to": OUR_WHATSAPP, "body": body})
    company.settle()
    return dict(shown)


def change(company: Company, **changes: Any) -> None:
    """Carla is otherwise from now on."""
    carla = next(p for p in company.get("/control/people") if p["number"] == CARLA)
    company.post("/control/people", {**carla, **changes})


def send(company: Company, site: Site, twilio: Client, to: str = HERS) -> list[dict[str, str]]:
    """We write by WhatsApp; the status callbacks in their order."""
    before = len(site.at("/sent"))
    twilio.messages.create(to=to, from_=OUR_WHATSAPP, body="Hi", status_callback=f"{site.url}/sent")
    company.settle()
    return [asked.params for asked in site.at("/sent")][before:]


def states(told: list[dict[str, str]]) -> list[str]:
    return [params["MessageStatus"] for params in told]


def test_a_whatsapp_message_carries_the_fields_of_the_example_and_the_id(company: Company, site: Site) -> None:
    shown = write(company)
    params = site.at("/sms")[0].params
    assert set(params) == keys("whatsapp.inbound") | {"ExternalUserId"}
    assert (params["From"], params["To"]) == (HERS, OUR_WHATSAPP)
    assert (params["ProfileName"], params["WaId"]) == ("Carla Mendes", CARLA[1:])
    assert params["ExternalUserId"] == HER_ID
    assert (shown["channel"], shown["from"]) == ("whatsapp", HERS)


def test_a_whatsapp_message_of_a_stranger_has_a_number_and_no_name(company: Company, site: Site) -> None:
    write(company, from_="whatsapp:+15550100777")
    params = site.at("/sms")[0].params
    assert params["WaId"] == "15550100777"
    assert not {"ProfileName", "ExternalUserId"} & set(params)


def test_a_hidden_number_shows_only_the_id(company: Company, site: Site) -> None:
    change(company, hides_number=True)
    write(company)
    params = site.at("/sms")[0].params
    assert params["From"] == f"whatsapp:{HER_ID}"
    assert params["ExternalUserId"] == HER_ID
    assert CARLA[1:] not in "".join(params.values())
    assert "WaId" not in params


def test_a_number_is_hidden_and_shown_again_in_mid_thread(company: Company, site: Site) -> None:
    for hides in (False, True, False):
        change(company, hides_number=hides)
        write(company)
    assert [asked.params["From"] for asked in site.at("/sms")] == [HERS, f"whatsapp:{HER_ID}", HERS]
    assert {asked.params["ExternalUserId"] for asked in site.at("/sms")} == {HER_ID}
    carla = next(p for p in company.get("/control/people") if p["number"] == CARLA)
    assert len(company.get(f"/phone/{carla['id']}")["messages"]) == 3
    assert len(company.get(f"/control/messages?number=whatsapp:{HER_ID}")) == 3


def test_whoever_shares_a_telephone_hides_its_number_for_all(company: Company, site: Site) -> None:
    shared = "+15105550166"
    malin = next(p for p in company.get("/control/people") if p["name"] == "Malin")
    company.http.put(f"{company.url}/control/people", json={**malin, "hides_number": True}, timeout=PATIENCE)
    write(company, from_=f"whatsapp:{shared}")
    assert site.at("/sms")[0].params["From"] == f"whatsapp:{malin['whatsapp_id']}"


def test_an_id_is_of_the_numbers_country_and_always_the_same() -> None:
    land, digits = HER_ID.split(".")
    assert (land, digits.isdecimal(), len(digits)) == ("US", True, 20)
    assert PhoneUser(name="Li Lei", number=LI_LEI).whatsapp_id.startswith("CN.")
    assert PhoneUser(name="Somebody", number=CARLA).whatsapp_id == HER_ID
    assert PhoneUser(name="Nobody", number="anonymous").addresses == ("anonymous",)


@pytest.mark.parametrize(("to", "from_"), [(HERS, OURS), (CARLA, OUR_WHATSAPP)])
def test_one_message_does_not_go_from_channel_to_channel(twilio: Client, to: str, from_: str) -> None:
    with pytest.raises(TwilioRestException, check=lambda error: error.code == 21910):
        twilio.messages.create(to=to, from_=from_, body="Hi")


@pytest.mark.parametrize("to", ["whatsapp:12345", "whatsapp:Carla", "whatsapp:USA.1", f"whatsapp:US.{'9' * 129}"])
def test_what_is_no_whatsapp_address_is_refused(twilio: Client, to: str) -> None:
    with pytest.raises(TwilioRestException, check=lambda error: error.code == 21211):
        twilio.messages.create(to=to, from_=OUR_WHATSAPP, body="Hi")


def test_a_sender_that_is_not_ours_is_refused(twilio: Client) -> None:
    with pytest.raises(TwilioRestException, check=lambda error: error.code == 63007):
        twilio.messages.create(to=HERS, from_="whatsapp:+15550100999", body="Hi")


def test_a_person_writes_by_one_channel_too(company: Company) -> None:
    body = {"from": HERS, "to": OURS, "body": "Hi"}
    answer = company.http.post(f"{company.url}/control/messages", json=body, timeout=PATIENCE)
    assert answer.status_code == 400


def test_within_a_day_of_their_writing_ours_is_sent_delivered_and_read(
    company: Company, site: Site, twilio: Client
) -> None:
    write(company)
    told = send(company, site, twilio)
    assert states(told) == ["sent", "delivered", "read"]
    for name, params in zip(("sent", "delivered", "read"), told, strict=True):
        assert set(params) == keys(f"whatsapp.status.{name}")
    assert [m.status for m in twilio.messages.list(to=HERS)] == ["read"]
    assert twilio.messages.list(to=CARLA) == []


def test_before_they_write_and_a_day_after_it_ours_is_taken_and_fails(
    company: Company, site: Site, twilio: Client
) -> None:
    told = send(company, site, twilio)
    assert states(told) == ["failed"]
    assert set(told[0]) == keys("whatsapp.status.failed")
    assert told[0]["ErrorCode"] == "63016"
    write(company)
    windows = company.carrier.books.windows
    assert windows[CARLA, OURS] - company.carrier.clock.now() > timedelta(hours=23)
    windows[CARLA, OURS] -= timedelta(hours=24)
    assert states(send(company, site, twilio)) == ["failed"]
    write(company)
    assert states(send(company, site, twilio))[0] == "sent"


def test_the_window_is_shown_and_shut_on_demand(company: Company, site: Site, twilio: Client) -> None:
    write(company)
    assert [(w["number"], w["from"]) for w in company.get("/control/windows")] == [(CARLA, OURS)]
    assert company.http.delete(f"{company.url}/control/windows", timeout=PATIENCE).json() == []
    assert states(send(company, site, twilio)) == ["failed"]


def test_an_sms_opens_no_window(company: Company, site: Site, twilio: Client) -> None:
    company.post("/control/messages", {"from": CARLA, "to": OURS, "body": "Hi"})
    assert states(send(company, site, twilio)) == ["failed"]


def test_both_addresses_reach_the_person(company: Company, site: Site, twilio: Client) -> None:
    change(company, hides_number=True)
    write(company)
    assert states(send(company, site, twilio, f"whatsapp:{HER_ID}")) == ["sent", "delivered", "read"]
    assert states(send(company, site, twilio, HERS)) == ["sent", "delivered", "read"]


def test_without_receipts_nobody_hears_of_the_reading(company: Company, site: Site, twilio: Client) -> None:
    change(company, reads=False)
    write(company)
    assert states(send(company, site, twilio)) == ["sent", "delivered"]


def test_on_whatsapp_stop_is_a_word_like_any_other(company: Company, site: Site, twilio: Client) -> None:
    company.post("/control/messages", {"from": CARLA, "to": OURS, "body": "STOP"})
    write(company, "STOP")
    assert states(send(company, site, twilio)) == ["sent", "delivered", "read"]
    assert [m.direction for m in twilio.messages.list(from_=OUR_WHATSAPP)] == ["outbound-api"]
    assert company.get("/control/opt-outs") == [{"number": CARLA, "from": OURS}]


def test_the_answer_in_twiml_comes_back_by_whatsapp(company: Company, site: Site) -> None:
    site.answers["/sms"] = "<Message>Thank you.</Message>"
    write(company)
    reply = company.get(f"/control/messages?number={HERS.replace('+', '%2B')}")[-1]
    assert (reply["from"], reply["to"], reply["status"]) == (OUR_WHATSAPP, HERS, "read")


def test_a_messaging_service_writes_from_its_sender_of_that_channel(company: Company, twilio: Client) -> None:
    write(company)
    sent = twilio.messages.create(to=HERS, messaging_service_sid="MG" + "0" * 32, body="Hi")
    assert (sent.from_, sent.num_segments) == (OUR_WHATSAPP, "1")


def test_an_unreachable_telephone_gets_whatsapp_later(company: Company, site: Site, twilio: Client) -> None:
    write(company)
    change(company, unreachable=True)
    assert states(send(company, site, twilio)) == ["sent"]


def test_windows_survive_a_restart(tmp_path: Path) -> None:
    settings = SimulatorSettings(state_file=tmp_path / "state.json", speed=100)
    before = Carrier(settings)
    messages.receive(before, from_=HERS, to=OUR_WHATSAPP, body="Hi")
    before.callbacks.is_settled(PATIENCE)
    before.close()
    after = Carrier(settings)
    assert after.books.windows == before.books.windows
    after.close()
