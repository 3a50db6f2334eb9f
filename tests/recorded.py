"""Recorded grant requests for tests that replay, analyse or show them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from callcenter.domain.empowerment import AgentFacts, CaseFacts, CustomerFacts, Facts, RuleBook, Usage, decide
from callcenter.storage.empowerment.approvals import Approval
from callcenter.storage.empowerment.grants import Grant
from callcenter.storage.empowerment.rule_books import RuleBookRow
from callcenter.storage.tickets.tickets import Ticket
from tests.factories import Centre

SINCE = datetime(2026, 11, 1, 8, tzinfo=UTC)
STATES = {"may": "fulfilled", "ask": "fulfilled", "not_asked": "not_asked", "never": "refused"}
ANSWERS = {"may": "give", "ask": "ask", "not_asked": "ask", "never": "refused"}


def book(*rules: dict[str, Any]) -> dict[str, Any]:
    """The document of a rule book about a credit."""
    why = {"en": "late deliveries may get {grant}", "zh": "延误配送可获补偿 {grant}"}
    names = {"en": "Credit", "zh": "账户余额"}
    made = [{"id": n, "why": why, **rule} for n, rule in enumerate(rules, start=1)]
    remedies = [{"key": "credit", "names": names, "kind": "credit"}]
    zone = "America/Los_Angeles"
    return {"format": 1, "currency": "USD", "zone": zone, "remedies": remedies, "rules": made}


V12 = book({"outcome": "may", "limits": {"grant": 2000}}, {"outcome": "ask"})
V13 = book({"outcome": "may", "limits": {"grant": 6000}}, {"outcome": "ask"})


@dataclass
class Records:
    """Writes requests down, an hour after the other, each on a ticket of its own."""

    centre: Centre
    rules: RuleBook = field(default_factory=lambda: RuleBook.model_validate(V12))
    count: int = 0

    def rule_book(self, document: dict[str, Any], *, number: int = 13, state: str = "draft") -> int:
        published = self.centre.clock.now if state == "published" else None
        with self.centre.wiring.work() as work:
            work.session.add(
                RuleBookRow(
                    number=number,
                    state=state,
                    document=RuleBook.model_validate(document).to_data(),
                    author_id=self.centre.people.robin,
                    created_at=work.now,
                    changed_at=work.now,
                    published_at=published,
                    effective_from=published,
                )
            )
        return number

    def request(
        self,
        was: str,
        requested: int,
        given: int = 0,
        *,
        customer_id: int | None = None,
        held_seconds: int = 180,
        erased: bool = False,
        agent: str = "alice",
        **values: Any,
    ) -> int:
        """One request and what became of it; the id of its grant."""
        self.count += 1
        at = SINCE + timedelta(hours=self.count)
        facts = Facts(
            currency="USD",
            agent=AgentFacts(username=agent, team="Delivery"),
            customer=CustomerFacts(tier="gold"),
            case=CaseFacts(cause="late"),
        )
        decision = decide(facts, self.rules, Usage(), now=at)
        is_granted = given > 0
        with self.centre.wiring.work() as work:
            ticket = Ticket(
                number=f"H-{self.count}",
                subject="Late",
                type="complaint",
                status="open",
                changed_at=at,
                priority="normal",
                owner_id=self.centre.id_of(agent),
                customer_id=customer_id,
                created_at=at,
                cause="late",
                responsible="ours",
            )
            work.session.add(ticket)
            work.session.flush()
            row = Grant(
                key=f"request-{self.count}",
                agent_id=self.centre.id_of(agent),
                state=STATES[was] if is_granted or was != "ask" else "refused",
                remedy="credit",
                currency="USD",
                requested=requested,
                units=given or requested,
                worth=given or requested,
                cost=given or requested,
                customer_id=customer_id,
                ticket_id=ticket.id,
                rule_book=12,
                rule_id=1,
                answer=ANSWERS[was],
                facts={} if erased else facts.model_dump(mode="json"),
                usage=Usage().to_data(),
                decision=decision.to_data(),
                language="en",
                created_at=at,
                granted_at=at if is_granted else None,
                **values,
            )
            work.session.add(row)
            work.session.flush()
            if was == "ask":
                work.session.add(self._asked(row, given, at, held_seconds))
            return row.id

    def _asked(self, row: Grant, given: int, at: datetime, held_seconds: int) -> Approval:
        answer = "no" if not given else "yes" if given == row.requested else "less"
        return Approval(
            grant_id=row.id,
            state="answered",
            rule_id=2,
            steps=[{"role": "supervisor"}],
            otherwise="nothing",
            promise_minutes=90,
            own_limit=2000,
            code=str(1000 + self.count),
            asked_at=at,
            claimed_at=at + timedelta(seconds=60),
            claimed_by=self.centre.people.sam,
            answered_at=at + timedelta(seconds=140),
            answered_by=self.centre.people.sam,
            answer=answer,
            answer_units=given or None,
            held_seconds=held_seconds,
        )
