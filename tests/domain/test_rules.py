"""Smaller rules: interaction states, agent states, tickets, figures, permissions, languages."""

from itertools import product

import pytest

from callcenter.domain import agents, interactions, languages, metrics, permissions, tickets
from callcenter.domain.agents import AgentState, Role
from callcenter.domain.calls import OVER, RANK, CallStatus
from callcenter.domain.events import SUBJECTS, Event
from callcenter.domain.interactions import FOLLOWS, State
from callcenter.domain.permissions import Actor
from callcenter.domain.tickets import AFTER, TicketStatus


def test_what_has_ended_stays_ended_and_every_state_can_end() -> None:
    assert FOLLOWS[State.ENDED] == ()
    assert set(FOLLOWS) == set(State)
    for state in State:
        reached, border = {state}, [state]
        while border:
            border = [after for one in border for after in FOLLOWS[one] if after not in reached]
            reached.update(border)
        assert State.ENDED in reached


def test_nobody_is_active_without_having_been_offered() -> None:
    assert [before for before in State if interactions.may_follow(before, State.ACTIVE)] == [State.OFFERED]
    assert [before for before in State if interactions.may_follow(before, State.WRAP_UP)] == [State.ACTIVE]
    assert not any(interactions.may_follow(state, state) for state in State)


def test_a_conference_is_named_after_its_interaction() -> None:
    assert interactions.interaction_of_conference(interactions.conference_name(17)) == 17
    for name in ("", "interaction-", "interaction-x", "interaction-１", "other-17", "17", "interaction--1x"):
        assert interactions.interaction_of_conference(name) is None


def test_an_agent_is_known_by_identity() -> None:
    assert agents.agent_of_identity(agents.identity(7)) == 7
    assert agents.agent_of_identity("client:agent-7") == 7
    for name in ("agent-", "agent-x", "agent-７", "client:mallory", "", "7", "agent-7; drop"):
        assert agents.agent_of_identity(name) is None


def test_the_state_shown_is_the_most_pressing() -> None:
    for offered, active, wrap_up in product((0, 1), (0, 2), (0, 1)):
        state = agents.state_of(offered=offered, active=active, wrap_up=wrap_up)
        expected = AgentState.OFFERED if offered else AgentState.BUSY if active else AgentState.WRAP_UP
        assert state == (expected if offered or active or wrap_up else AgentState.IDLE)


def test_every_end_of_a_call_ranks_above_whatever_comes_before() -> None:
    assert set(RANK) == set(CallStatus)
    ends = {"completed", "busy", "failed", "no-answer", "canceled"}
    assert {status.value for status, rank in RANK.items() if rank == OVER} == ends


def test_every_outcome_says_what_becomes_of_the_ticket() -> None:
    assert set(AFTER) == set(interactions.Outcome)
    assert AFTER[interactions.Outcome.SOLVED] == TicketStatus.SOLVED
    assert tickets.number_of(2026, 4118) == "26-4118"
    assert tickets.number_of(2105, 7) == "05-7"


@pytest.mark.parametrize(
    ("found", "figure"),
    [
        (metrics.service_level_of_answered(answered_in_time=8, answered=10), 0.8),
        (metrics.service_level_of_answered(answered_in_time=0, answered=0), None),
        (metrics.service_level_of_all(answered_in_time=8, left_in_time=1, answered=10, abandoned=2), 0.75),
        (metrics.service_level_of_all(answered_in_time=0, left_in_time=0, answered=0, abandoned=0), None),
        (metrics.abandoned_share(abandoned=2, offered=12), 2 / 12),
        (metrics.abandoned_share(abandoned=0, offered=0), None),
        (metrics.mean_score([5, 4, 1]), 10 / 3),
        (metrics.mean_score([]), None),
        (metrics.middle([9, 1, 5]), 5),
        (metrics.middle([1, 2]), 1.5),
        (metrics.middle([]), None),
    ],
)
def test_figures_by_hand(found: float | None, figure: float | None) -> None:
    assert found == figure


@pytest.mark.parametrize(
    ("value", "target", "level"),
    [(0, 20, ""), (15.9, 20, ""), (16, 20, "warn"), (19.9, 20, "warn"), (20, 20, "bad"), (99, 20, "bad"), (5, 0, "")],
)
def test_a_figure_warns_before_it_is_bad(value: float, target: float, level: str) -> None:
    assert metrics.level(value, target) == level


def test_who_may_serve_and_who_may_see() -> None:
    alice, sam, program = Actor(Role.AGENT, 1), Actor(Role.SUPERVISOR, 3), Actor(Role.AGENT, None, "desk")
    assert permissions.may_serve(alice, interaction_agent_id=1)
    assert not permissions.may_serve(alice, interaction_agent_id=2)
    assert not permissions.may_serve(program, interaction_agent_id=None)
    see = permissions.may_see_interaction
    assert see(alice, agent_id=1, offered_to=None, live=True)
    assert see(alice, agent_id=None, offered_to=1, live=True)
    assert not see(alice, agent_id=2, offered_to=None, live=True)
    assert not see(alice, agent_id=None, offered_to=None, live=True)
    assert not see(program, agent_id=None, offered_to=None, live=True)
    assert see(alice, agent_id=2, offered_to=None, live=False)
    assert see(sam, agent_id=2, offered_to=None, live=True)
    assert permissions.audiences(alice) == ("agent:1",)
    assert permissions.audiences(sam) == ("agent:3", "supervisors", "wallboards")
    assert (alice.label, program.label) == ("agent:1", "token:desk")


@pytest.mark.parametrize(
    ("code", "served"),
    [
        ("en", "en"),
        ("zh", "zh"),
        ("zh_CN", "zh"),
        ("zh-TW", "zh"),
        ("EN-gb", "en"),
        ("fr", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_the_served_language_for_any_code(code: str | None, served: str) -> None:
    assert languages.served(code) == served


def test_a_text_is_found_in_some_language_rather_than_none() -> None:
    assert languages.of({"en": "Delivery", "zh": "配送"}, "zh") == "配送"
    assert languages.of({"en": "Delivery"}, "zh") == "Delivery"
    assert languages.of({"zh": "配送"}, "en") == "配送"
    assert languages.of({}, "en") == ""


def test_every_event_keeps_its_subjects_apart_from_its_data() -> None:
    for kind in Event.kinds.values():
        assert not set(SUBJECTS) & set(kind.__dataclass_fields__) - set(Event.__dataclass_fields__)
