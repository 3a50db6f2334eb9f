"""Every code shown to people has a label, in one table."""

from enum import StrEnum

import pytest
from flask import Flask, render_template_string

from callcenter.domain.agents import Role, Status
from callcenter.domain.channels import Channel
from callcenter.domain.interactions import Outcome
from callcenter.domain.messages import MessageStatus
from callcenter.domain.tickets import Priority, ResponsibleParty, TicketStatus, TicketType
from callcenter.web.wording import labels
from tests.site import People


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        ("status", Status),
        ("role", Role),
        ("channel", Channel),
        ("ticket_status", TicketStatus),
        ("priority", Priority),
        ("type", TicketType),
        ("responsible", ResponsibleParty),
        ("outcome", Outcome),
        ("outcome_hint", Outcome),
    ],
)
def test_every_code_of_a_closed_set_has_its_word(kind: str, codes: type[StrEnum]) -> None:
    assert set(codes) - {"not_answering"} <= set(labels.LABELS[kind])


def test_every_state_of_an_outgoing_message_has_its_word() -> None:
    assert set(MessageStatus) - {MessageStatus.RECEIVED} == set(labels.LABELS["message"])


def test_a_label_is_one_line_and_read_in_python_and_templates(
    app: Flask, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert people
    monkeypatch.setitem(labels.LABELS, "outcome", {**labels.LABELS["outcome"], "sung_to": "Sung to"})
    with app.test_request_context():
        shown = render_template_string('{{ "sung_to" | label("outcome") }}, {{ None | label("outcome") }}')
        assert (labels.of("outcome", "sung_to"), shown) == ("Sung to", "Sung to, ")
        assert labels.of("outcome", "no_word") == "no_word"
        assert labels.of("message", "received") == ""
