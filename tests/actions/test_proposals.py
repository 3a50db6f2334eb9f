"""Proposals: found once, gone when no longer true, accepted with the earlier value, dismissed for three months."""

from datetime import timedelta

import pytest

from callcenter.actions.empowerment import approvals, asking, proposals
from callcenter.domain.empowerment.approving import ApprovalAnswer
from callcenter.domain.errors import GrantOver, Invalid
from callcenter.reports.empowerment import anomalies, effect
from callcenter.storage.empowerment import learning
from callcenter.storage.empowerment.proposals import Proposal
from tests.empowered import Counter


def hear(counter: Counter, said: ApprovalAnswer, times: int, units: int = 12_000) -> None:
    """Alice asks so often, and Sam says this each time, after 40 seconds."""
    for _ in range(times):
        grant = counter.ask("refund", units)
        counter.centre.clock.forward(40)
        with counter.centre.wiring.work() as work:
            approvals.answer(work, counter.approval(grant).id, actor=counter.actor("sam"), answer=said)
        with counter.centre.wiring.work() as work:
            if said == ApprovalAnswer.YES:
                asking.withdraw(work, grant.id, actor=counter.actor("alice"))


def refresh(counter: Counter) -> list[Proposal]:
    with counter.centre.wiring.work() as work:
        proposals.refresh(work)
    return list(counter.centre.rows(Proposal))


def test_six_times_yes_proposes_to_trust_once(counter: Counter) -> None:
    hear(counter, ApprovalAnswer.YES, 6)
    refresh(counter)
    (row,) = refresh(counter)
    assert (row.kind, row.about, row.state) == ("trust", "late|refund|USD", "open")
    assert row.data["limit"] == 12_000
    assert row.data["seconds"] == 40
    assert len(row.cases) == 6


def test_what_is_no_longer_true_is_gone(counter: Counter) -> None:
    hear(counter, ApprovalAnswer.YES, 6)
    refresh(counter)
    counter.centre.clock.forward(timedelta(days=40).total_seconds())
    (row,) = refresh(counter)
    assert row.state == "gone"


def test_an_accepted_proposal_keeps_what_was_before_and_is_not_found_again(counter: Counter) -> None:
    hear(counter, ApprovalAnswer.NO, 5)
    (row,) = refresh(counter)
    assert (row.kind, row.agent_id) == ("teach_no", counter.centre.id_of("alice"))
    with counter.centre.wiring.work() as work:
        accepted = proposals.accept(work, row.id, actor=counter.actor("sam"), note="An hour with Ines")
    assert accepted.before == {"asked": 5, "no": 5, "held": 0}
    with counter.centre.wiring.work() as work, pytest.raises(GrantOver):
        proposals.dismiss(work, row.id, actor=counter.actor("robin"), note="no")
    assert [one.state for one in refresh(counter)] == ["accepted"]


def test_a_dismissed_proposal_is_left_alone_and_wants_a_reason(counter: Counter) -> None:
    hear(counter, ApprovalAnswer.NO, 5)
    (row,) = refresh(counter)
    with counter.centre.wiring.work() as work, pytest.raises(Invalid):
        proposals.dismiss(work, row.id, actor=counter.actor("sam"), note=" ")
    with counter.centre.wiring.work() as work:
        proposals.dismiss(work, row.id, actor=counter.actor("sam"), note="A new colleague")
    assert [one.state for one in refresh(counter)] == ["dismissed"]


def test_effect_counts_what_was_given_beside_similar_cases(counter: Counter) -> None:
    counter.make_grant("credit", 2000)
    now = counter.centre.clock() - timedelta(days=31)
    counter.centre.run("UPDATE tickets SET created_at = :now", now=now)
    counter.centre.run("UPDATE grants SET granted_at = :now", now=now)
    counter.centre.run(
        "INSERT INTO tickets (number, subject, status, priority, type, cause, responsible, product, customer_id, version, created_at,"
        " changed_at) SELECT '98-' || n, 's', 'open', 'normal', 'complaint', 'late', 'ours', '', :carla, 1, :now, :now"
        " FROM generate_series(1, 3) AS n",
        carla=counter.carla,
        now=now,
    )
    with counter.centre.wiring.reading() as session:
        later = now + timedelta(days=31)
        found = effect.served_cases(session, since=now - timedelta(days=1), until=later, now=later)
    (line,) = effect.lines(found, by="remedy")
    assert (line.key, line.grants, line.worth, line.again.n, line.alike_again.n) == ("credit", 1, {"USD": 2000}, 1, 3)
    (cause,) = effect.poor_quality(found, by="cause")
    assert (cause.key, cause.cases, cause.grants) == ("late", 4, {"USD": 2000})
    for by in effect.BY:
        assert effect.lines(found, by=by)


def test_the_same_customer_four_times_is_worth_a_look(counter: Counter) -> None:
    for _ in range(4):
        counter.make_grant("credit", 1000)
    now = counter.centre.clock()
    with counter.centre.wiring.reading() as session:
        (found,) = anomalies.patterns(session, since=now - timedelta(days=90), until=now + timedelta(seconds=1))
    assert (found.kind, found.n, found.worth, found.customer_id) == ("same_customer", 4, 4000, counter.carla)
    assert len(found.cases) == 4


def test_what_was_wished_for_raises_no_limit(counter: Counter) -> None:
    for _ in range(6):
        grant = counter.ask("refund", 2000, requested=20_000)
        with counter.centre.wiring.work() as work:
            approvals.answer(
                work, counter.approval(grant).id, actor=counter.actor("sam"), answer=ApprovalAnswer.YES, word="fine"
            )
        with counter.centre.wiring.work() as work:
            asking.withdraw(work, grant.id, actor=counter.actor("alice"))
    (row,) = refresh(counter)
    assert (row.kind, row.data["limit"], row.data["yes"]) == ("trust", 2000, 6)


def test_something_else_instead_is_no_yes_to_it(counter: Counter) -> None:
    for _ in range(6):
        grant = counter.ask("refund", 12_000)
        with counter.centre.wiring.work() as work:
            how = {"answer": ApprovalAnswer.INSTEAD, "remedy": "voucher", "units": 500}
            approvals.answer(work, counter.approval(grant).id, actor=counter.actor("sam"), **how)  # type: ignore[arg-type]
        with counter.centre.wiring.work() as work:
            asking.withdraw(work, grant.id, actor=counter.actor("alice"))
    with counter.centre.wiring.reading() as session:
        asked, _ = learning.lately(session, until=counter.centre.clock())
    assert {(one.remedy, one.units, one.answer) for one in asked} == {("refund", 12_000, "instead")}
    assert refresh(counter) == []


@pytest.mark.parametrize("requested", [2**63, 10**30, 0, -1, True])
def test_a_wish_is_an_amount_like_any_other(counter: Counter, requested: int) -> None:
    with pytest.raises(Invalid) as error:
        counter.ask("refund", 2000, requested=requested)
    assert error.value.field == "requested"
