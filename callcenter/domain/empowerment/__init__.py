"""Who may give what to whom, how much, and who is asked above that. Pure: values and a moment in, a decision out.

`conditions` and `rule_book` say what a rule can be, `deciding` decides, `wish` holds one wish against a decision.
"""

from callcenter.domain.empowerment.deciding import decide
from callcenter.domain.empowerment.decision import Decision
from callcenter.domain.empowerment.facts import (
    AgentFacts,
    CustomerFacts,
    Facts,
    Given,
    MatterFacts,
    Purse,
    Purses,
    Usage,
)
from callcenter.domain.empowerment.options import May, Option
from callcenter.domain.empowerment.rule_book import Outcome, Remedy, Rule, RuleBook
from callcenter.domain.empowerment.wish import Answer, Held, hold

__all__ = [
    "AgentFacts",
    "Answer",
    "CustomerFacts",
    "Decision",
    "Facts",
    "Given",
    "Held",
    "MatterFacts",
    "May",
    "Option",
    "Outcome",
    "Purse",
    "Purses",
    "Remedy",
    "Rule",
    "RuleBook",
    "Usage",
    "decide",
    "hold",
]
