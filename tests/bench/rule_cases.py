"""One grant decision with few and with many rules of twenty conditions each."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from callcenter.domain.channels import Channel
from callcenter.domain.empowerment import AgentFacts, CaseFacts, CustomerFacts, EarlierGrant, Facts, RuleBook, Usage

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
CAUSES = tuple(f"cause {n}" for n in range(20))
PRODUCTS = tuple(f"product {n}" for n in range(40))
TEAMS = tuple(f"team {n}" for n in range(12))
ACCOUNTS = tuple(f"account {n}" for n in range(30))
REMEDIES = ("credit", "refund", "voucher", "gift", "visit")
OUTCOMES = ("may", "may", "may", "may_with_reason", "ask", "ask")
CEILING_EACH = 25


def book(rules: int, *, seed: int = 1) -> RuleBook:
    """So many rules of twenty conditions each, five remedies, of which two are counted."""
    draw = random.Random(seed)
    return RuleBook.model_validate(
        {
            "format": 1,
            "currency": "USD",
            "zone": "America/Los_Angeles",
            "remedies": [_remedy(key) for key in REMEDIES],
            "rules": [_rule(n, draw) for n in range(1, rules + 1)],
        }
    )


def _remedy(key: str) -> dict[str, Any]:
    counted: dict[str, Any] = {"unit": "count", "costs": {"USD": 2_500}} if key in ("gift", "visit") else {}
    return {"key": key, "names": {"en": key, "zh": key}, "kind": "other", **counted}


def _rule(n: int, draw: random.Random) -> dict[str, Any]:
    """Wide: one rule in four fits all, and each 25th is a ceiling; none forbids, which would be cheap."""
    outcome = draw.choice(OUTCOMES) if n % CEILING_EACH else "never"
    limits = {"grant": 100 * draw.randint(10, 300), "customer": 30_000, "agent_day": 80_000, "share_of_value": 8}
    return {
        "id": n,
        "outcome": outcome,
        "limits": limits,
        "remedies": draw.sample(REMEDIES, draw.randint(1, 3)),
        "who": {
            "role": ["agent", "supervisor"],
            "level": {"min": draw.randint(1, 2)},
            "team": _most(draw, TEAMS),
            "department": ["delivery", "billing", "shop"],
            "skill": ["delivery", "billing:2", "german"],
            "with_us_days": {"min": draw.randint(0, 200)},
        },
        "whom": {
            "tier": _most(draw, ("standard", "silver", "gold")),
            "value": {"min": draw.randint(0, 20_000)},
            "account": _most(draw, ACCOUNTS),
            "customer_days": {"min": draw.randint(0, 100)},
            "entitlement": ["warranty", "service", "club"],
            "language": ["en", "zh"],
        },
        "what": {
            "type": ["complaint", "order"],
            "cause": _most(draw, CAUSES),
            "fault": ["ours", "carrier"],
            "product": _most(draw, PRODUCTS),
            "channel": ["voice", "sms"],
            "contacts": {"max": draw.randint(3, 9)},
            "minutes": {"max": draw.randint(20, 300)},
            "age_days": {"max": draw.randint(5, 90)},
        },
        "why": {"en": f"rule {n} says {{grant}}", "zh": f"规则 {n}：{{grant}}"},
    }


def _most(draw: random.Random, words: tuple[str, ...]) -> list[str]:
    return draw.sample(words, max(1, len(words) * 9 // 10))


def cases(count: int, *, seed: int = 2) -> list[tuple[Facts, Usage]]:
    draw = random.Random(seed)
    return [(_facts(draw), _usage(draw)) for _ in range(count)]


def _facts(draw: random.Random) -> Facts:
    return Facts(
        currency="USD",
        agent=AgentFacts(
            username=f"agent {draw.randint(1, 60)}",
            level=draw.randint(1, 3),
            team=draw.choice(TEAMS),
            department="delivery",
            skills={"delivery": 3, "billing": 1},
            days=draw.randint(0, 900),
        ),
        customer=CustomerFacts(
            tier=draw.choice(("standard", "silver", "gold")),
            value=draw.randint(0, 500_000),
            account=draw.choice(ACCOUNTS),
            days=draw.randint(0, 2_000),
            language=draw.choice(("en", "zh")),
            entitlements=("warranty", "club"),
        ),
        case=CaseFacts(
            type="complaint",
            cause=draw.choice(CAUSES),
            fault=draw.choice(("ours", "carrier")),
            product=draw.choice(PRODUCTS),
            price=draw.randint(1_000, 90_000),
            channel=Channel.VOICE,
            contacts=draw.randint(1, 3),
            minutes=draw.randint(0, 40),
            age_days=draw.randint(0, 20),
        ),
    )


def _usage(draw: random.Random) -> Usage:
    given = tuple(
        EarlierGrant(
            NOW - timedelta(days=draw.randint(0, 600)), draw.choice(REMEDIES), 1_000, "USD", 1, draw.random() < 0.3
        )
        for _ in range(draw.randint(0, 4))
    )
    return Usage(given, agent_day=draw.randint(0, 20_000), agent_month=draw.randint(20_000, 90_000))
