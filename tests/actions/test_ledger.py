"""In any order of actions, at any hour: no budget is overdrawn, and the ledger sums to its balance.

Every step is an action on the real database; hypothesis generates steps, amounts and order."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule, run_state_machine_as_test
from sqlalchemy import ColumnElement, func, select

from callcenter import due
from callcenter.actions.empowerment import approvals, asking, budgets, fulfilment
from callcenter.actions.tickets import tickets as ticket_actions
from callcenter.domain.empowerment.approving import ApprovalAnswer
from callcenter.domain.errors import DomainError
from callcenter.storage.customers.customers import Customer
from callcenter.storage.empowerment import budgets as money
from callcenter.storage.empowerment.approvals import Approval
from callcenter.storage.empowerment.budgets import Budget, BudgetPeriod
from callcenter.storage.empowerment.grants import HELD, STANDING, Grant
from callcenter.wiring import Wiring
from tests.empowered import Counter

amounts = st.integers(1, 26_000)


class Money(RuleBasedStateMachine):
    """Successive counters in one app, each with a customer and a budget of its own."""

    counter: Counter
    wiring: Wiring
    questions = Bundle("questions")
    gifts = Bundle("gifts")

    def __init__(self) -> None:
        super().__init__()
        with self.wiring.work() as work:
            self.first = work.session.scalar(select(func.coalesce(func.max(Grant.id), 0)))
            for one in work.session.scalars(select(Budget).where(Budget.is_active)):
                budgets.retire(work, one.id, actor=self.counter.actor("robin"))
            customer = Customer(name="Carla", language="en", zone="UTC", since=work.now, currency="USD")
            customer.tier, customer.value_minor = "gold", 10_000_000
            work.session.add(customer)
            work.session.flush()
            ticket = ticket_actions.open_by(
                work,
                actor=self.counter.actor("alice"),
                subject="Late",
                customer_id=customer.id,
                values={"type": "complaint", "cause": "late", "responsible": "carrier"},
            )
            self.counter.ticket = ticket.id
        self.budget_id = self.counter.budget(50_000)
        self.counter.at_screen("sam")

    def do(self, act: Any, *values: Any, by: str = "alice", **more: Any) -> Any:
        """What is refused changes nothing: the invariants see to it."""
        try:
            with self.wiring.work() as work:
                return act(work, *values, actor=self.counter.actor(by), **more)
        except DomainError:
            return None

    @rule(target=gifts, units=st.integers(1, 10_000), remedy=st.sampled_from(["credit", "voucher"]))
    def grant(self, units: int, remedy: str) -> int:
        try:
            return self.counter.make_grant(remedy, units).id
        except DomainError:
            return 0

    @rule(target=questions, units=st.integers(10_001, 26_000), remedy=st.sampled_from(["credit", "voucher", "refund"]))
    def ask(self, units: int, remedy: str) -> int:
        try:
            return self.counter.ask(remedy, units).id
        except DomainError:
            return 0

    @rule(
        grant_id=questions,
        answer=st.sampled_from([ApprovalAnswer.YES, ApprovalAnswer.LESS, ApprovalAnswer.INSTEAD, ApprovalAnswer.NO]),
        units=amounts,
    )
    def answer(self, grant_id: int, answer: ApprovalAnswer, units: int) -> None:
        for row in self.approvals(Approval.grant_id == grant_id):
            self.do(approvals.answer, row.id, by="sam", answer=answer, units=units, remedy="voucher")

    def approvals(self, *wanted: ColumnElement[bool]) -> Sequence[Approval]:
        with self.wiring.reading() as session:
            return session.scalars(select(Approval).where(*wanted)).all()

    @rule(target=gifts, grant_id=consumes(questions))
    def grant_approved(self, grant_id: int) -> int:
        return grant_id if self.do(asking.grant_approved, grant_id) else 0

    @rule(grant_id=questions)
    def withdraw(self, grant_id: int) -> None:
        self.do(asking.withdraw, grant_id)

    @rule(grant_id=questions, units=amounts)
    def change(self, grant_id: int, units: int) -> None:
        self.do(asking.change, grant_id, units=units, reason="Another amount")

    @rule(grant_id=gifts)
    def reverse(self, grant_id: int) -> None:
        self.do(fulfilment.reverse, grant_id, by="sam", reason="By mistake")

    @rule(amount=st.integers(0, 80_000))
    def set_budget(self, amount: int) -> None:
        self.do(budgets.change, self.budget_id, by="robin", amount=amount)

    @rule(seconds=st.sampled_from([60, 125, 6000, 90_000, 86_400 * 31]))
    def wait(self, seconds: int) -> None:
        self.counter.centre.clock.forward(seconds)
        self.counter.centre.run("UPDATE connections SET seen_at = :now", now=self.counter.centre.clock.now)
        now = self.counter.centre.clock.now
        through = due.Round(self.wiring)
        through.do(due.called("escalation_step"))
        through.do(due.called("grant_lapses"))
        late = self.approvals(Approval.step_ends_at <= now - timedelta(seconds=1))
        assert not [one for one in late if one.is_open]

    @invariant()
    def no_period_is_overdrawn_and_the_ledger_sums_to_it(self) -> None:
        with self.wiring.reading() as session:
            assert not money.wrong_sums(session)
            periods = session.scalars(select(BudgetPeriod).where(BudgetPeriod.budget_id == self.budget_id)).all()
            held, standing = session.execute(select(_cost(HELD), _cost(STANDING)).where(Grant.id > self.first)).one()
        assert all(one.reserved + one.committed <= one.limit_amount for one in periods)
        assert (sum(one.reserved for one in periods), sum(one.committed for one in periods)) == (held, standing)


def _cost(states: tuple[str, ...]) -> ColumnElement[int]:
    return func.coalesce(func.sum(Grant.cost).filter(Grant.state.in_(states)), 0)


def test_no_order_of_acts_overdraws_a_budget_or_breaks_the_ledger(counter: Counter) -> None:
    class Here(Money):
        pass

    Here.counter, Here.wiring = counter, counter.centre.wiring
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=10, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
    assert counter.centre.rows(BudgetPeriod)
