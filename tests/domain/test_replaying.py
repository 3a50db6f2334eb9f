"""A draft decides recorded cases again: what changes, what stays, and the totals."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.domain.empowerment import (
    AgentFacts,
    Balance,
    Balances,
    CaseFacts,
    CustomerFacts,
    EarlierGrant,
    Facts,
    GrantAnswer,
    RuleBook,
    Usage,
    decide,
    hold,
)
from callcenter.domain.empowerment.options import Bound
from callcenter.domain.empowerment.periods import period_of
from callcenter.domain.empowerment.recorded_request import RecordedRequest, Was, of_data
from callcenter.domain.empowerment.replay_budgets import ReplayedBudget
from callcenter.domain.empowerment.replaying import Again, Replay
from callcenter.domain.errors import Invalid

SINCE = datetime(2026, 11, 1, 8, tzinfo=UTC)  # midnight on the first of November in Los Angeles
ALICE, CARLA = 1, 7
WHY = {"en": "so", "zh": "这样"}
REMEDIES = [
    {"key": "credit", "names": WHY, "kind": "credit"},
    {"key": "gift", "names": WHY, "kind": "gift", "unit": "count", "costs": {"USD": 800}},
    {"key": "fee", "names": WHY, "kind": "fee_waived", "fixed": {"USD": 1490}},
]


def book(*rules: dict[str, Any]) -> RuleBook:
    made = [{"id": n, "why": WHY, **rule} for n, rule in enumerate(rules, start=1)]
    return RuleBook.model_validate(
        {"format": 1, "currency": "USD", "zone": "America/Los_Angeles", "remedies": REMEDIES, "rules": made}
    )


def may(most: int, **limits: int) -> dict[str, Any]:
    return {"outcome": "may", "limits": {"grant": most, "ticket": 1_000_000, **limits}, "remedies": ["credit"]}


def ask(most: int | None = None) -> dict[str, Any]:
    limits = {"limits": {"grant": most, "ticket": 1_000_000}} if most else {}
    return {"outcome": "ask", "remedies": ["credit"], **limits}


FACTS = Facts(currency="USD", agent=AgentFacts(username="alice", team="Delivery", department="delivery"))
DEFAULTS: dict[str, Any] = {
    "agent_id": ALICE,
    "customer_id": CARLA,
    "facts": FACTS,
    "currency": "USD",
    "remedy": "credit",
}


def past(n: int, was: Was, requested: int, given: int = 0, *, ticket: int = 1, **others: Any) -> RecordedRequest:
    """The n-th request, n hours after the beginning."""
    values = {"tried": given if was == Was.MAY else requested, "worth": given, "cost": given, **others}
    values.setdefault("most", given if was == Was.MAY else None)
    return RecordedRequest(
        **{**DEFAULTS, "id": n, "at": SINCE + timedelta(hours=n), "ticket_id": ticket}
        | {"was": was, "requested": requested, "granted": given, **values}
    )


def again(
    draft: RuleBook, *cases: RecordedRequest, budgets: list[ReplayedBudget] | None = None
) -> tuple[Replay, list[Again]]:
    made = Replay(draft, since=SINCE, budgets=budgets or [])
    return made, [made.again(one) for one in cases]


@pytest.mark.parametrize(
    ("rules", "recorded", "kind", "units"),
    [
        pytest.param([may(6000)], past(1, Was.MAY, 5000, 5000), "may-may", 5000, id="as it was"),
        pytest.param([may(8000)], past(1, Was.MAY, 9000, 5000), "may-more", 8000, id="who took all takes all"),
        pytest.param([may(8000)], past(1, Was.MAY, 7000, 5000), "may-more", 7000, id="no more than was requested"),
        pytest.param([may(3000)], past(1, Was.MAY, 9000, 5000), "may-less", 3000, id="a lower limit is taken in full"),
        pytest.param([may(3000)], past(1, Was.MAY, 5000, 5000), "may-less", 3000, id="nobody to ask above it"),
        pytest.param([may(3000), ask()], past(1, Was.MAY, 5000, 5000), "may-ask", 5000, id="asked above it"),
        pytest.param(
            [may(9000)], past(1, Was.MAY, 9000, 5000, most=9000), "may-may", 5000, id="gave less by their own choice"
        ),
        pytest.param([], past(1, Was.MAY, 5000, 5000), "may-never", 0, id="no rule"),
        pytest.param([may(6000)], past(1, Was.ASK, 5000, 3000), "ask-may", 5000, id="asked no more, given in full"),
        pytest.param([ask()], past(1, Was.ASK, 5000, 3000), "ask-ask", 3000, id="the answer is repeated"),
        pytest.param([ask()], past(1, Was.ASK, 5000, 0), "ask-ask", 0, id="so is a no"),
        pytest.param([may(2000), ask(4000)], past(1, Was.ASK, 5000, 5000), "ask-less", 2000, id="above all: own limit"),
        pytest.param([ask(4000)], past(1, Was.ASK, 5000, 5000), "ask-never", 0, id="above all: nothing"),
        pytest.param([may(6000)], past(1, Was.NOT_ASKED, 5000), "not_asked-may", 5000, id="not asked, may now"),
        pytest.param([ask()], past(1, Was.NOT_ASKED, 5000), "not_asked-not_asked", 0, id="not asked again"),
        pytest.param([], past(1, Was.NOT_ASKED, 5000), "not_asked-never", 0, id="not asked, never now"),
        pytest.param([may(6000)], past(1, Was.NEVER, 5000), "never-may", 5000, id="refused, may now"),
        pytest.param([ask()], past(1, Was.NEVER, 5000), "never-ask", 5000, id="refused, asked now: taken as yes"),
        pytest.param([may(2000)], past(1, Was.NEVER, 5000), "never-never", 0, id="refused as before"),
        pytest.param([may(9000)], past(1, Was.MAY, 5000, 5000, facts=None), "may-may", 5000, id="facts erased"),
    ],
)
def test_a_request_is_decided_again(
    rules: list[dict[str, Any]], recorded: RecordedRequest, kind: str, units: int
) -> None:
    _, [done] = again(book(*rules), recorded)
    assert (done.kind, done.units) == (kind, units)


def test_what_the_replay_gave_counts_for_what_follows_and_not_what_was_recorded() -> None:
    draft = book(may(6000, customer=10_000), ask())
    recorded = Usage((EarlierGrant(SINCE + timedelta(hours=1), "credit", 2000, "USD", 1, False),))
    _, [first, second] = again(draft, past(1, Was.MAY, 6000, 2000), past(2, Was.ASK, 5000, 0, ticket=2, usage=recorded))
    assert (first.kind, first.units) == ("may-more", 6000)
    assert second.kind == "ask-ask"  # 60 of 100 are granted, so 50 more exceed it; as recorded, after 20, they did not


def test_what_was_given_before_the_period_counts_as_recorded() -> None:
    before = Usage((EarlierGrant(SINCE - timedelta(days=9), "credit", 8000, "USD", 1, False),), agent_month=0)
    _, [done] = again(book(may(6000, customer=10_000)), past(1, Was.NEVER, 5000, usage=before))
    assert done.kind == "never-never"


def test_an_agent_s_day_is_filled_by_the_replay() -> None:
    draft = book(may(6000, agent_day=10_000), ask())
    requests = [past(n, Was.ASK, 4000, 4000, ticket=n, customer_id=n) for n in (1, 2, 3)]
    _, done = again(draft, *requests, replace(requests[0], id=9, at=SINCE + timedelta(days=1, hours=1), ticket_id=9))
    assert [one.kind for one in done] == ["ask-may", "ask-may", "ask-ask", "ask-may"]


def test_a_request_that_the_replay_met_is_not_met_again() -> None:
    """Recorded: 90 refused, then 50 granted on the same ticket. By the draft 90 are granted at once."""
    refused, given_later = past(1, Was.NEVER, 9000), past(2, Was.MAY, 5000, 5000)
    made, done = again(book(may(9000)), refused, given_later)
    assert [one.kind for one in done] == ["never-may", "may-covered"]
    assert made.result()["money"] == {"USD": [5000, 9000]}


def test_the_rest_of_a_question_is_settled_with_it() -> None:
    asked = past(1, Was.ASK, 9000, 4000)
    rest = past(2, Was.ASK, 5000, 5000, rest_of=1)
    made, done = again(book(may(9000)), asked, rest)
    assert [one.kind for one in done] == ["ask-may", "ask-covered"]
    assert made.result()["saved"] == 2
    _, done = again(book(ask()), asked, rest)
    assert [one.units for one in done] == [4000, 5000]


def test_a_question_counts_in_full_until_it_is_answered() -> None:
    draft = book(may(3000, customer=10_000), ask())
    answered = SINCE + timedelta(hours=3)
    asked = past(1, Was.ASK, 9000, 4000, settled_at=answered)
    _, done = again(draft, asked, past(2, Was.MAY, 3000, 3000, ticket=2), past(4, Was.MAY, 3000, 3000, ticket=3))
    assert [one.kind for one in done] == ["ask-ask", "may-ask", "may-may"]


def test_what_was_taken_back_counts_until_then_and_is_no_money_given() -> None:
    back = past(1, Was.MAY, 6000, 6000, reversed_at=SINCE + timedelta(hours=3))
    draft = book(may(6000, customer=6000), ask())
    made, done = again(draft, back, past(2, Was.ASK, 5000, 0, ticket=2), past(4, Was.ASK, 5000, 0, ticket=3))
    assert [one.kind for one in done] == ["may-may", "ask-ask", "ask-may"]
    assert made.result()["money"] == {"USD": [0, 5000]}


def test_hold_and_a_supervisor_s_time_are_saved_and_new_questions_take_the_mean() -> None:
    times = {"held_seconds": 180, "deciding_seconds": 80}
    cases = [
        past(1, Was.ASK, 2000, 2000, ticket=1, **times),
        past(2, Was.ASK, 2000, 2000, ticket=2, **times),
        past(3, Was.ASK, 8000, 0, ticket=3, held_seconds=240, deciding_seconds=80),
        past(4, Was.NEVER, 9000, ticket=4),
    ]
    made, _ = again(book(may(2000), ask()), *cases)
    told = made.result()
    assert told["figures"]["asked"] == [3, 2]
    assert told["figures"]["held"] == [600, 240 + 200]
    assert told["figures"]["deciding"] == [240, 80 + 80]
    assert (told["saved"], told["assumed"], told["customers"], told["agents"]) == (2, 1, 1, 1)


def test_a_budget_breaks_on_a_day_and_does_not_bind() -> None:
    month = datetime(2026, 11, 1, 7, tzinfo=UTC)
    budget = ReplayedBudget(
        id=3, scope="team", key="Delivery", currency="USD", period="month", zone="America/Los_Angeles", amount=10_000
    )
    starts_at, _ = period_of("month", "America/Los_Angeles", SINCE)
    assert starts_at == month
    budget.spent[starts_at] = 1000
    cases = [past(24 * n, Was.ASK, 4000, 0 if n % 2 else 2000, ticket=n, customer_id=n) for n in (1, 2, 3, 4)]
    made, _ = again(book(may(4000)), *cases, budgets=[budget])
    [told] = made.result()["budgets"]
    assert told["before"][:6] == [1000, 1000, 3000, 3000, 5000, 5000]
    assert told["after"][:6] == [1000, 5000, 9000, 13_000, 17_000, 17_000]
    assert (told["breaks"], told["broke"]) == ({"day": 4, "date": "2026-11-04", "percent": 170}, None)
    assert len(told["after"]) == 30


def test_what_a_budget_stopped_in_truth_stays_stopped_unless_the_replay_spent_less() -> None:
    stopped = past(3, Was.NEVER, 4000, ticket=3, budget_left=1000)
    _, done = again(book(may(4000)), past(1, Was.MAY, 4000, 4000), stopped)
    assert done[1].kind == "never-never"
    company = ReplayedBudget(
        id=1, scope="company", key="", currency="USD", period="month", zone="UTC", amount=5000, spent={}
    )
    _, done = again(book(may(4000, times_customer=1)), past(1, Was.ASK, 9000, 4000), stopped, budgets=[company])
    assert [one.kind for one in done] == ["ask-less", "never-never"]
    refuse = book({**may(4000), "whom": {"tier": "gold"}})
    gold = replace(stopped, facts=FACTS.model_copy(update={"customer": CustomerFacts(tier="gold")}))
    _, done = again(refuse, past(1, Was.MAY, 4000, 4000), gold, budgets=[company])
    assert [one.kind for one in done] == ["may-never", "never-may"]


def test_kinds_of_change_tell_rules_and_causes() -> None:
    late = FACTS.model_copy(update={"case": CaseFacts(cause="late")})
    cases = [past(n, Was.ASK, 2000, 2000, ticket=n, facts=late) for n in (1, 2)]
    made, _ = again(book(may(2000, customer=100_000)), *cases, past(3, Was.MAY, 2500, 2500, ticket=3))
    first, second = made.result()["kinds"]
    assert (first["kind"], first["count"], first["rules"], first["causes"]) == ("ask-may", 2, [(1, 2)], [("late", 2)])
    assert (second["kind"], second["money"]) == ("may-less", {"USD": -500})


def test_a_case_written_to_a_file_reads_back_the_same() -> None:
    one = past(3, Was.ASK, 4000, 2000, settled_at=SINCE + timedelta(hours=5), usage=Usage((), 100, 200))
    assert of_data(one.to_data()) == one
    erased = replace(one, facts=None, customer_id=None)
    assert of_data(erased.to_data()) == erased


@pytest.mark.parametrize(
    "wrong",
    [
        {"was": "perhaps"},
        {"at": "yesterday"},
        {"at": "2026-11-01T00:00:00"},
        {"requested": 0},
        {"facts": {"x": 1}},
        {"x": 1},
    ],
)
def test_a_line_that_is_no_case_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        of_data(past(1, Was.ASK, 4000).to_data() | wrong)


# The same book over what it decided changes nothing.

LIMITS = st.fixed_dictionaries(
    {"grant": st.integers(500, 9000)},
    optional={
        "ticket": st.integers(500, 12_000),
        "customer": st.integers(500, 20_000),
        "customer_days": st.integers(1, 20),
        "agent_day": st.integers(500, 20_000),
        "agent_month": st.integers(500, 60_000),
        "share_of_value": st.integers(1, 30),
        "times_ticket": st.integers(0, 3),
        "times_customer": st.integers(0, 4),
    },
)
RULES = st.lists(
    st.fixed_dictionaries(
        {"outcome": st.sampled_from(["may", "may_with_reason", "ask", "never"]), "limits": LIMITS},
        optional={
            "remedies": st.lists(st.sampled_from(["credit", "gift", "fee"]), min_size=1, max_size=2, unique=True),
            "whom": st.just({"tier": "gold"}),
        },
    ),
    max_size=6,
)
REQUESTS = st.lists(
    st.tuples(
        st.integers(0, 60 * 24 * 3),  # minutes after the one before
        st.integers(1, 3),  # customer, of whom the first is gold
        st.integers(1, 2),  # ticket of the customer
        st.integers(1, 2),  # agent
        st.sampled_from(["credit", "credit", "gift", "fee"]),
        st.integers(1, 9000),
        st.integers(0, 3000),  # the customer requested so much more
        st.sampled_from(["yes", "less", "no", "not_asked", "withdrawn", "instead"]),
        st.integers(1, 600),  # minutes until the answer
        st.one_of(st.none(), st.integers(1, 60 * 24 * 9)),  # taken back so many minutes later
    ),
    max_size=25,
)


@dataclass
class Row:
    """A grant as the database has it."""

    past: RecordedRequest
    counts: list[tuple[datetime, datetime | None, str, int, int]] = field(default_factory=list)

    def at(self, now: datetime) -> tuple[str, int, int] | None:
        """What of it counts at a moment: (remedy, worth, pieces)."""
        return next((c[2:] for c in self.counts if c[0] <= now and (c[1] is None or now < c[1])), None)


class Site:
    """Decides like the app, from recorded facts; independent of the replay's code."""

    def __init__(self, rules: RuleBook, budget: int) -> None:
        self.rules, self.budget = rules, budget
        self.rows: list[Row] = []

    def usage(self, now: datetime, customer: int, ticket: int, agent: int) -> Usage:
        zone = ZoneInfo(self.rules.zone)
        day, given, sums = now.astimezone(zone).date(), [], [0, 0]
        for row in self.rows:
            standing = row.at(now)
            if standing is None:
                continue
            remedy, worth, pieces = standing
            made = row.past.at.astimezone(zone).date()
            if row.past.customer_id == customer:
                given.append(EarlierGrant(row.past.at, remedy, worth, "USD", pieces, row.past.ticket_id == ticket))
            if row.past.agent_id == agent:
                sums[0] += worth if made == day else 0
                sums[1] += worth if (made.year, made.month) == (day.year, day.month) else 0
        return Usage(tuple(given), agent_day=sums[0], agent_month=sums[1])

    def left(self) -> int:
        """Of a budget for all months; taken back is free again at once, as in the replay's own sums."""
        return self.budget - sum(row.past.cost for row in self.rows if row.past.reversed_at is None)

    def request(self, now: datetime, values: tuple[Any, ...]) -> None:
        _, customer, ticket, agent, key, units, more, said, minutes, back = values
        remedy = self.rules.remedy(key)
        assert remedy is not None
        units = 1490 if key == "fee" else min(units, 3) if key == "gift" else units
        facts = Facts(
            currency="USD",
            agent=AgentFacts(username=f"agent {agent}"),
            customer=CustomerFacts(tier="gold" if customer == 1 else "standard", value=40_000),
        )
        about = 10 * customer + ticket
        usage = self.usage(now, customer, about, agent)
        balances = Balances((Balance(1, "company", "USD", self.budget, self.left()),), required=True)
        decision = decide(facts, self.rules, usage, balances, now=now)
        held, option = hold(decision, key, units, reason="so"), decision.option(key)
        assert option is not None
        requested = units + (more if held.answer == GrantAnswer.GIVE and key == "credit" else 0)
        room = next((one for one in option.rooms if one.bound == Bound.BUDGET), None)
        bound = room is not None and room.left < requested
        was, result = Was.NEVER, (key, 0)
        settled = None
        if held.answer == GrantAnswer.GIVE:
            was, result = Was.MAY, (key, units)
        elif held.answer == GrantAnswer.ASK:
            was = Was.NOT_ASKED if said == "not_asked" else Was.ASK
            less = max(1, units // 2) if key == "credit" else units
            answers = {"yes": (key, units), "less": (key, less), "instead": ("gift", 1)}
            result = answers.get(said, (key, 0))
            settled = now + timedelta(minutes=minutes) if was == Was.ASK else None
        found = self.rules.remedy(result[0])
        assert found is not None
        reversed_at = (settled or now) + timedelta(minutes=back) if back and result[1] else None
        row = Row(
            RecordedRequest(
                id=len(self.rows) + 1,
                at=now,
                agent_id=agent,
                ticket_id=about,
                customer_id=customer,
                facts=facts,
                usage=usage,
                currency="USD",
                remedy=key,
                requested=requested,
                tried=units,
                was=was,
                granted_remedy=result[0],
                granted=result[1],
                worth=found.worth(result[1], "USD"),
                cost=found.cost(result[1], "USD"),
                most=option.most,
                budget_left=room.limit - room.used if bound and room else None,
                settled_at=settled,
                reversed_at=reversed_at,
            )
        )
        final = (
            settled or now,
            reversed_at,
            result[0],
            row.past.worth,
            1 if found.is_money else result[1],
        )
        if settled:
            row.counts.append((now, settled, key, remedy.worth(units, "USD"), 1 if remedy.is_money else units))
        if result[1]:
            row.counts.append(final)
        self.rows.append(row)


@settings(max_examples=150, deadline=None)
@given(rules=RULES, requests=REQUESTS, budget=st.sampled_from([10_000_000, 15_000]), skip=st.integers(0, 8))
def test_the_same_rules_over_what_they_decided_change_nothing(
    rules: list[dict[str, Any]], requests: list[tuple[Any, ...]], budget: int, skip: int
) -> None:
    """Whatever the rules, requests, answers, reversals and budgets; and wherever the period begins, as long as nothing from before
    it is still open then or taken back later: that of an agent's month is not known to the replay."""
    site, now = Site(book(*rules), budget), SINCE
    for values in requests:
        now += timedelta(minutes=values[0] + 1)
        site.request(now, values)
    cases = [row.past for row in site.rows][skip:]
    if not cases or any(_reaches(row.past, cases[0].at) for row in site.rows[:skip]):
        cases = [row.past for row in site.rows]
    made = Replay(site.rules, since=cases[0].at if cases else SINCE, budgets=[])
    for one in cases:
        done = made.again(one)
        assert (done.kind, done.units) == (f"{one.was}-{one.was}", one.granted)
    told = made.result()
    assert told["changed"] == told["saved"] == told["assumed"] == 0
    assert all(before == after for before, after in [*told["figures"].values(), *told["money"].values()])


def _reaches(one: RecordedRequest, moment: datetime) -> bool:
    return any(at is not None and at >= moment for at in (one.settled_at, one.reversed_at))
