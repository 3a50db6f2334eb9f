"""Webhooks accept only what Twilio signed for our address."""

import json
from pathlib import Path
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from callcenter.settings import Settings
from callcenter.storage.administration.access import Receipt
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.history import History
from callcenter.telephony.signature import is_genuine
from callcenter.wiring import Wiring
from tests.carrier import Carrier
from tests.factories import ACCOUNT, CARLA, OURS, Centre, new_sid

PAYLOADS = Path(__file__).parents[1] / "payloads"
VECTORS = json.loads((PAYLOADS / "signature_vectors.json").read_text())["vectors"]
PATHS = [
    "/webhooks/voice/incoming",
    "/webhooks/voice/agent",
    "/webhooks/voice/status",
    "/webhooks/voice/conference",
    "/webhooks/voice/recording",
    "/webhooks/voice/fallback",
    "/webhooks/voice/menu/1",
    "/webhooks/voice/wait/1",
    "/webhooks/voice/left/1",
    "/webhooks/voice/again/1",
    "/webhooks/voice/callback/1",
    "/webhooks/voice/called/1",
    "/webhooks/voice/message/1",
    "/webhooks/voice/hold/en",
    "/webhooks/voice/agent/answered/1",
    "/webhooks/voice/agent/pressed/1",
    "/webhooks/voice/agent/left/1",
    "/webhooks/messages/sms",
    "/webhooks/messages/fallback",
    "/webhooks/messages/status",
]
FORM = {"AccountSid": ACCOUNT, "CallSid": "CA" + "1" * 32, "From": CARLA, "To": OURS, "CallStatus": "ringing"}


@pytest.mark.parametrize("vector", [v for v in VECTORS if "params" in v], ids=lambda v: v["name"])
def test_twilios_own_signatures_are_told_from_wrong_ones(vector: dict[str, Any]) -> None:
    params = vector["params"]
    form = MultiDict(list(params.items()) if isinstance(params, dict) else [tuple(pair) for pair in params])
    tokens = (vector["auth_token"],)
    genuine = is_genuine(tokens=tokens, url=vector["url"], form=form, signature=vector["signature"])
    assert genuine is vector["valid"]


def _nothing_written(centre: Centre) -> bool:
    return len(centre.rows(Interaction)) + len(centre.rows(Receipt)) == 0


def test_an_unsigned_and_a_forged_post_are_refused_and_leave_no_trace(centre: Centre, carrier: Carrier) -> None:
    before = len(centre.rows(History))
    form = FORM | {"MessageSid": "SM" + "1" * 32, "Body": "hello"}
    for path in PATHS:
        assert carrier.client.post(path, data=form).status_code == 403, path
        forged = carrier.client.post(path, data=form, headers={"X-Twilio-Signature": "x" * 28})
        assert forged.status_code == 403, path
        assert carrier.client.get(path).status_code in (403, 404, 405), path
    assert _nothing_written(centre)
    assert len(centre.rows(History)) == before


def test_a_post_that_was_signed_and_then_changed_is_refused(centre: Centre, carrier: Carrier) -> None:
    stranger = Carrier(carrier.client, token="somebody else's token")
    assert stranger.incoming(new_sid()).status_code == 403
    assert _nothing_written(centre)


def test_another_account_is_refused_though_it_signs_with_our_token(centre: Centre, carrier: Carrier) -> None:
    assert carrier.incoming(new_sid(), AccountSid="AC" + "9" * 32).status_code == 403
    assert _nothing_written(centre)


def test_our_public_address_decides_and_not_what_the_request_says_of_itself(centre: Centre, carrier: Carrier) -> None:
    lies = {"Host": "evil.example.com", "X-Forwarded-Host": "evil.example.com", "X-Forwarded-Proto": "https"}
    signed_for_us = carrier.post("/webhooks/voice/incoming", FORM, headers=lies)
    assert signed_for_us.status_code == 200
    elsewhere = Carrier(carrier.client, base="https://evil.example.com")
    refused = elsewhere.post("/webhooks/voice/incoming", FORM, headers=lies)
    assert refused.status_code == 403


def test_the_query_is_part_of_what_is_signed(centre: Centre, carrier: Carrier) -> None:
    interaction_id, _ = centre.call()
    assert carrier.post(f"/webhooks/voice/wait/{interaction_id}?again=1", FORM).status_code == 200
    signed = carrier.post(f"/webhooks/voice/wait/{interaction_id}", FORM)
    signature = signed.request.headers["X-Twilio-Signature"]
    changed = carrier.client.post(
        f"/webhooks/voice/wait/{interaction_id}?again=1", data=FORM, headers={"X-Twilio-Signature": signature}
    )
    assert changed.status_code == 403


def test_two_tokens_are_accepted_while_they_are_being_changed(
    centre: Centre, wiring: Wiring, settings: Settings, carrier: Carrier
) -> None:
    assert Carrier(carrier.client, token="the next token").incoming(new_sid()).status_code == 403
    tokens = {"twilio_auth_token": "the next token", "twilio_auth_token_old": settings.twilio_auth_token}
    wiring.settings = Settings(**settings.model_dump() | tokens)
    assert Carrier(carrier.client, token="the next token").incoming(new_sid()).status_code == 200
    assert carrier.incoming(new_sid()).status_code == 200
    assert len(centre.rows(Interaction)) == 2


def test_without_any_token_nothing_is_genuine(
    centre: Centre, wiring: Wiring, settings: Settings, carrier: Carrier
) -> None:
    wiring.settings = Settings(**settings.model_dump() | {"twilio_auth_token": ""})
    assert Carrier(carrier.client, token="").incoming(new_sid()).status_code == 403
