"""Where to raise limits and where to train; and the confidence of figures."""

import pytest

from callcenter.domain import intervals
from callcenter.domain.empowerment.learning import AskedGrant, Served, findings, measured, teach_no, teach_unused, trust


def asked(
    answer: str = "yes", units: int = 2000, *, agent: int = 1, cause: str = "late", remedy: str = "credit", id_: int = 0
) -> AskedGrant:
    return AskedGrant(
        grant_id=id_, agent_id=agent, cause=cause, remedy=remedy, units=units, currency="USD", answer=answer, held=180, seconds=60
    )  # fmt: skip


def test_where_people_always_hear_yes_the_limit_is_proposed() -> None:
    (found,) = trust([asked(units=amount, id_=amount) for amount in (500, 1000, 1500, 1500, 2000, 2000)])
    assert found.data["limit"] == 2000
    assert (found.data["asked"], found.data["yes"], found.data["held"]) == (6, 6, 180)
    assert set(found.cases) == {500, 1000, 1500, 2000}


def test_the_limit_ends_where_no_begins() -> None:
    (found,) = trust([*[asked(units=1000)] * 6, asked("no", 5000), asked("less", 6000)])
    assert found.data["limit"] == 1000


@pytest.mark.parametrize(
    "questions",
    [
        [asked()] * 4,  # too few
        [asked()] * 8 + [asked("no", 100)] * 2,  # refused below
        [asked()] * 6 + [asked("no")] * 2,  # refused at the same amount
        [asked(cause=f"c{n}") for n in range(9)],  # each about something else
        [],
    ],
)
def test_nothing_is_proposed_on_little_or_mixed_ground(questions: list[AskedGrant]) -> None:
    assert not trust(questions)


def test_whoever_keeps_hearing_no_is_named_with_the_cases() -> None:
    questions = [asked("no", agent=7, id_=n) for n in range(5)] + [asked(agent=7, id_=9)] + [asked(agent=8)] * 5
    (found,) = teach_no(questions)
    assert (found.agent_id, found.data, found.cases) == (7, {"asked": 6, "no": 5}, (0, 1, 2, 3, 4))


def test_whoever_never_gives_where_colleagues_do_is_named() -> None:
    served = [
        Served(agent_id=1, cases=40, granted=15),
        Served(agent_id=2, cases=30, granted=0),
        Served(agent_id=3, cases=5, granted=0),
    ]
    (found,) = teach_unused(served)
    assert found.agent_id == 2
    assert found.data == {"served": 30, "colleagues": 33}


def test_the_effect_is_measured_on_the_same_subject() -> None:
    questions = [asked(), asked("no"), asked(remedy="refund")]
    assert measured("trust", "late|credit|USD", None, questions, []) == {"asked": 2, "no": 1, "held": 360}
    assert measured("teach_unused", "2", 2, [], [Served(agent_id=2, cases=30, granted=4)]) == {"served": 30, "given": 4}
    assert not findings([], [])


def test_wilsons_interval_is_the_published_one() -> None:
    figure = intervals.share(81, 263)  # Newcombe 1998, table I: 0.2553 to 0.3662
    assert figure.low == pytest.approx(0.2553, abs=5e-5)
    assert figure.high == pytest.approx(0.3662, abs=5e-5)
    assert intervals.share(0, 20).high == pytest.approx(0.1611, abs=5e-5)  # Newcombe 1998: 0/20


def test_too_few_to_say_have_no_interval() -> None:
    assert intervals.mean([4, 5]).low is None
    assert intervals.mean([]).value is None
    assert not intervals.mean([4, 5]).is_apart_from(intervals.share(9, 10))
    assert intervals.share(90, 100).is_apart_from(intervals.share(10, 100))
