"""Sizes: FULL for published figures, QUICK to check in seconds that the benchmarks run."""

from dataclasses import dataclass

SEED = 20_261_122


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """`rounds`: each is a turn of the floor and a turn of ours, one after the other, as the machine's speed drifts."""

    rounds: int
    calls_a_round: int
    callers: int
    agents: int
    customers: int
    history: int
    offers: int
    card_small: int
    card_large: int
    card_looks: int
    crowd_agents: int
    crowd_wallboards: int
    crowd_calls_a_second: float
    crowd_seconds: float
    crowd_patience: float  # seconds until a caller hangs up: longer than the machine may stall
    jobs: int
    pick_ups: int
    connects: int
    decision_waiting: tuple[int, ...]
    decision_agents: tuple[int, ...]
    decision_turns: int
    day_calls: int
    routers: tuple[int, ...]  # at once
    router_laps: int
    next_offers: int
    next_warm_up: int
    next_waiting: int
    rule_counts: tuple[int, ...]
    rule_cases: int
    replay_cases: int
    replay_rules: int
    ledger_grants: int


FULL = Sizes(
    rounds=9,
    calls_a_round=40,
    callers=8,
    agents=60,
    customers=2000,
    history=10_000,
    offers=200,
    card_small=10_000,
    card_large=1_000_000,
    card_looks=400,
    crowd_agents=300,
    crowd_wallboards=20,
    crowd_calls_a_second=5,
    crowd_seconds=60,
    crowd_patience=2,
    jobs=400,
    pick_ups=40,
    connects=200,
    decision_waiting=(100, 1_000, 10_000),
    decision_agents=(50, 500, 2_000),
    decision_turns=2_000,
    day_calls=100_000,
    routers=(1, 2, 4),
    router_laps=3,
    next_offers=200,
    next_warm_up=10,
    next_waiting=1000,
    rule_counts=(50, 500),
    rule_cases=400,
    replay_cases=100_000,
    replay_rules=22,
    ledger_grants=900,
)

QUICK = Sizes(
    rounds=2,
    calls_a_round=8,
    callers=4,
    agents=12,
    customers=50,
    history=200,
    offers=8,
    card_small=500,
    card_large=2000,
    card_looks=40,
    crowd_agents=16,
    crowd_wallboards=2,
    crowd_calls_a_second=3,
    crowd_seconds=3,
    crowd_patience=10,
    jobs=15,
    pick_ups=4,
    connects=10,
    decision_waiting=(20, 200),
    decision_agents=(10,),
    decision_turns=50,
    day_calls=1_000,
    routers=(1, 2),
    router_laps=1,
    next_offers=6,
    next_warm_up=1,
    next_waiting=20,
    rule_counts=(5, 20),
    rule_cases=20,
    replay_cases=400,
    replay_rules=12,
    ledger_grants=40,
)
