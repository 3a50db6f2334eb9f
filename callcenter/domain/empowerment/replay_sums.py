"""Totals of a replay, as recorded and by the draft."""

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from callcenter.domain.empowerment.recorded_request import RecordedRequest, Was

if TYPE_CHECKING:
    from callcenter.domain.empowerment.replaying import Again

UNMET = (Was.NEVER, Was.NOT_ASKED)
COMMON = 5


class KindSums:
    def __init__(self) -> None:
        self.count = 0
        self.rules: Counter[int] = Counter()
        self.causes: Counter[str] = Counter()
        self.money: Counter[str] = Counter()

    def add(self, done: "Again") -> None:
        past = done.past
        self.count += 1
        if done.rule_id is not None:
            self.rules[done.rule_id] += 1
        if past.facts and past.facts.case.cause:
            self.causes[past.facts.case.cause] += 1
        self.money[past.currency] += 0 if past.reversed_at else done.worth - past.worth

    def to_data(self, name: str) -> dict[str, Any]:
        before, _, after = name.partition("-")
        return {
            "kind": name,
            "before": before,
            "after": after,
            "count": self.count,
            "rules": self.rules.most_common(COMMON),
            "causes": self.causes.most_common(COMMON),
            "money": {currency: amount for currency, amount in self.money.items() if amount},
        }


class Sums:
    """Each figure is [as recorded, by the draft]."""

    def __init__(self) -> None:
        self.cases = self.erased = self.saved = self.assumed = 0
        self.figures: dict[str, list[int]] = {name: [0, 0] for name in ("grants", "asked", "held", "deciding", "unmet")}
        self.money: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
        self.kinds: defaultdict[str, KindSums] = defaultdict(KindSums)
        self.customers: set[tuple[str, int]] = set()
        self.agents: set[int] = set()

    def add(self, done: "Again") -> None:
        past = done.past
        self.cases += 1
        self.erased += past.facts is None
        self.assumed += done.assumed
        self._figures(done, past)
        if done.is_changed:
            self.kinds[done.kind].add(done)
            self.customers.add(("c", past.customer_id) if past.customer_id else ("t", past.ticket_id))
            self.agents.add(past.agent_id)

    def _figures(self, done: "Again", past: RecordedRequest) -> None:
        figures = self.figures
        figures["grants"][0] += past.stands
        figures["grants"][1] += done.units > 0 and past.reversed_at is None
        if past.reversed_at is None and (past.worth or done.worth):
            self.money[past.currency][0] += past.worth
            self.money[past.currency][1] += done.worth
        was_asked, is_asked = past.was == Was.ASK, done.then == "ask"
        self.saved += was_asked and not is_asked
        repeated = was_asked and is_asked
        for name, value in (("asked", 1), ("held", past.held_seconds), ("deciding", past.deciding_seconds)):
            figures[name][0] += value if was_asked else 0
            figures[name][1] += value if repeated else 0
        figures["unmet"][0] += past.was in UNMET
        figures["unmet"][1] += done.then in ("never", "not_asked")

    def to_data(self) -> dict[str, Any]:
        figures = {name: list(pair) for name, pair in self.figures.items()}
        asked = figures["asked"][0]
        figures["asked"][1] += self.assumed
        for name in ("held", "deciding"):
            # A question not asked in reality counts the mean seconds of the others.
            mean = figures[name][0] / asked if asked else 0
            figures[name][1] += round(mean * self.assumed)
        kinds = sorted(self.kinds.items(), key=lambda one: -one[1].count)
        return {
            "cases": self.cases,
            "unmet": figures["unmet"][0],
            "erased": self.erased,
            "saved": self.saved,
            "assumed": self.assumed,
            "figures": figures,
            "money": dict(self.money),
            "kinds": [kind.to_data(name) for name, kind in kinds],
            "changed": sum(kind.count for _, kind in kinds),
            "customers": len(self.customers),
            "agents": len(self.agents),
        }
