"""Preference among able agents: versatile agents are spared; then the longest idle."""

from callcenter.domain.channels import Channel
from callcenter.domain.routing import Candidate, CandidatePool, Ring, Waiting, needs, profile, who_should_take

BILLING = needs(queue_id=1, channel=Channel.VOICE, language=None, rings=(Ring(skills=(("billing", 1),)),))
BOTH, ONE = profile({"billing": 1, "delivery": 1}, ["en"]), profile({"billing": 1}, ["en"])


def floor(*, others_busy: bool) -> CandidatePool:
    """Alice (1) can do both and is idle longest, Bo (2) billing only; nine others can do both too."""
    alice = Candidate(id=1, profile=BOTH, idle_since=0)
    bo = Candidate(id=2, profile=ONE, idle_since=50)
    others = (Candidate(id=n, profile=BOTH, calls=int(others_busy), idle_since=60) for n in range(3, 12))
    return CandidatePool([alice, bo, *others])


def test_the_last_one_free_for_something_else_is_spared_where_another_can_take_it() -> None:
    choice = who_should_take(Waiting(id=1, needs=BILLING, since=100), floor(others_busy=True), 100)
    assert (choice.agent_id, choice.why) == (2, "others_spared")


def test_in_calm_hours_whoever_can_do_least_takes_it_so_that_the_versatile_stay_free() -> None:
    """An N (one group with both skills, one with one): the spread of use falls from 0.038 to 0.021 at the same wait."""
    choice = who_should_take(Waiting(id=1, needs=BILLING, since=100), floor(others_busy=False), 100)
    assert (choice.agent_id, choice.why) == (2, "others_spared")


def test_of_those_who_can_do_as_much_the_longest_idle_takes_it() -> None:
    same = CandidatePool([Candidate(id=1, profile=ONE, idle_since=50), Candidate(id=2, profile=ONE, idle_since=0)])
    choice = who_should_take(Waiting(id=1, needs=BILLING, since=100), same, 100)
    assert (choice.agent_id, choice.why) == (2, "longest_idle")


def test_who_is_counted_as_signed_in_follows_who_comes_and_goes() -> None:
    small = CandidatePool([Candidate(id=1, profile=BOTH), Candidate(id=2, profile=ONE, calls=1)])
    assert small.signed_in_for() == {"billing": 2, "delivery": 1, "en": 2}
    assert small.free_for(Channel.VOICE) == {"billing": 1, "delivery": 1, "en": 1}
    small.remove(1)
    assert dict(small.signed_in_for()) == {"billing": 1, "en": 1}
