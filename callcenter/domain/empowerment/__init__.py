"""Who may grant what to whom, how much, and who approves more. Pure: facts and a moment in, a decision out."""

from callcenter.domain.empowerment.deciding import decide
from callcenter.domain.empowerment.decision import Decision
from callcenter.domain.empowerment.facts import (
    AgentFacts,
    Balance,
    Balances,
    CustomerFacts,
    Facts,
    Given,
    MatterFacts,
    Usage,
)
from callcenter.domain.empowerment.options import May, Option
from callcenter.domain.empowerment.rule_book import Outcome, Remedy, Rule, RuleBook
from callcenter.domain.empowerment.wish import Answer, Held, hold

__all__ = [
    "AgentFacts",
    "Answer",
    "Balance",
    "Balances",
    "CustomerFacts",
    "Decision",
    "Facts",
    "Given",
    "Held",
    "MatterFacts",
    "May",
    "Option",
    "Outcome",
    "Remedy",
    "Rule",
    "RuleBook",
    "Usage",
    "decide",
    "hold",
]
