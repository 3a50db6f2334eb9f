"""Who may grant what to whom, how much, and who approves more. Pure: facts and a moment in, a decision out."""

from callcenter.domain.empowerment.deciding import decide
from callcenter.domain.empowerment.decision import Decision
from callcenter.domain.empowerment.facts import (
    AgentFacts,
    Balance,
    Balances,
    CaseFacts,
    CustomerFacts,
    EarlierGrant,
    Facts,
    Usage,
)
from callcenter.domain.empowerment.grant_request import GrantAnswer, Held, hold
from callcenter.domain.empowerment.options import May, Option
from callcenter.domain.empowerment.rule_book import Remedy, Rule, RuleBook, RuleOutcome

__all__ = [
    "AgentFacts",
    "Balance",
    "Balances",
    "CaseFacts",
    "CustomerFacts",
    "Decision",
    "EarlierGrant",
    "Facts",
    "GrantAnswer",
    "Held",
    "May",
    "Option",
    "Remedy",
    "Rule",
    "RuleBook",
    "RuleOutcome",
    "Usage",
    "decide",
    "hold",
]
