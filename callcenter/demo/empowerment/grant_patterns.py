"""Grant habits of the demo's agents, with patterns to find in reports.

Late deliveries of standard customers need approval, which is always granted; Priya asks for refunds and is refused;
Yang does not use his allowance; Jonas grants just below his limit, often to one customer."""

from datetime import datetime, timedelta
from random import Random

from callcenter.demo.empowerment.occasions import Occasion
from callcenter.domain.empowerment import Option, Remedy

# By cause: percentage of contacts with a grant, and remedies by weight.
LIKES: dict[str, tuple[int, dict[str, int]]] = {
    "delivery_window_missed": (95, {"credit": 8, "delivery_fee": 5, "express": 3, "voucher": 2, "refund": 1}),
    "delivery_damaged": (92, {"credit": 4, "replacement": 4, "refund": 2, "voucher": 1}),
    "delivery_wrong_item": (90, {"replacement": 5, "credit": 2, "express": 2, "voucher": 2}),
    "fitter_late": (92, {"credit": 4, "visit": 4, "voucher": 2, "expert_call": 1}),
    "fitting_appointment": (75, {"visit": 3, "expert_call": 2, "voucher": 1}),
    "repair_warranty": (85, {"visit": 3, "expert_call": 3, "warranty": 2, "refund": 1, "credit": 1}),
    "billing_refund": (85, {"credit": 4, "refund": 2, "voucher": 2}),
    "billing_charged_twice": (88, {"credit": 5, "voucher": 2}),
    "billing_invoice": (80, {"credit": 3, "voucher": 2}),
    "billing_voucher": (75, {"voucher": 4, "credit": 1}),
    "returns_pick_up": (35, {"credit": 1, "voucher": 1, "refund": 1}),
    "delivery_tracking": (10, {"credit": 1, "voucher": 1}),
}
SECOND_PERCENT = 75  # a small one in addition to the first
SMALL = {"delivery_fee": 4, "voucher": 3, "gift": 3, "expert_call": 2, "express": 2}
SCALE = {
    "USD": (1000, 1500, 2000, 2000, 2500, 3000, 4000, 5000, 6000, 8000, 10000, 15000),
    "CNY": (3000, 5000, 5000, 8000, 8000, 10000, 15000, 20000, 30000, 50000, 80000),
}
ROUND = {"USD": 500, "CNY": 1000}
LATELY = timedelta(days=28)
SEASON = timedelta(days=100)
LATE_RULE, LATE_MOST = 20, 2000
REASONS = {
    "en": (
        "Took a day off work for it.",
        "Second time this month.",
        "Waited more than ten minutes for us.",
        "Very polite about our mistake.",
        "Wants to cancel the rest of the order.",
        "Photos received, the damage is clear.",
        "Promised by a colleague and not kept.",
    ),
    "zh": (
        "客户为此请了一天假。",
        "本月第二次出现同样问题。",
        "客户等待超过十分钟。",
        "是我们的失误，客户很体谅。",
        "客户想取消剩余订单。",
        "已收到照片，损坏明显。",
        "同事承诺过但没有做到。",
    ),
}


def requests_a_grant(
    chance: Random, moment: Occasion, *, score: int | None, favourite: int | None, lately: bool
) -> bool:
    if moment.cause not in LIKES:
        return False
    percent = float(LIKES[moment.cause][0])
    if moment.agent["username"] == "yang":
        percent *= 0 if lately else 0.3
    if moment.agent["username"] == "jonas" and moment.customer["id"] == favourite:
        percent = 100
    if score is not None:
        percent *= 1.05 if score >= 4 else 0.8 if score == 3 else 0.55
    return chance.random() * 100 < percent


def remedy(chance: Random, moment: Occasion, options: dict[str, Option], now: datetime) -> str | None:
    """The remedy the agent has in mind, of those that the rules offer."""
    likes = SMALL if moment.is_second else LIKES[moment.cause][1]
    possible = {key: weight for key, weight in likes.items() if key in options}
    if moment.is_second:  # never worth an approval
        possible = {key: weight for key, weight in possible.items() if options[key].is_free and options[key].most}
    if moment.agent["username"] == "priya" and not moment.is_second and "refund" in options and chance.random() < 0.85:
        return "refund"
    credit = options.get("credit")
    is_late = not moment.is_second and credit is not None and not credit.is_free and credit.ask_rule_id == LATE_RULE
    if is_late and now - moment.at < LATELY:
        return "credit"
    return chance.choices(list(possible), list(possible.values()))[0] if possible else None


def amount(chance: Random, moment: Occasion, thing: Remedy, option: Option, now: datetime) -> int:
    """The amount the agent has in mind: minor units, or pieces."""
    if not thing.is_money:
        return 1
    fixed = thing.fixed.get(moment.currency)
    if fixed is not None:
        return fixed
    step = ROUND[moment.currency]
    if thing.key == "refund":
        part = int((moment.ticket["price"] or 20 * step) * chance.choice((0.1, 0.15, 0.2, 0.25, 0.3)))
        return _sensible(chance, option, rounded(part, step), step)
    if option.ask_rule_id == LATE_RULE and now - moment.at < LATELY:
        return chance.choice((1000, 1500, LATE_MOST))
    if moment.agent["username"] == "jonas" and option.most >= 2 * step:
        return option.most if chance.random() < 0.3 else option.most - chance.choice((step // 10, step // 5))
    return _sensible(chance, option, _drawn(chance, moment, option), step)


def _sensible(chance: Random, option: Option, units: int, step: int) -> int:
    """Most agents stay below what no approver may grant."""
    if option.ask is None or option.ask_most is None or units <= option.ask_most or chance.random() < 0.2:
        return units
    return rounded(option.ask_most, step) if option.ask_most > option.most else units


def _drawn(chance: Random, moment: Occasion, option: Option) -> int:
    scale = SCALE[moment.currency]
    place = min(
        len(scale) - 1, int(chance.triangular(0, len(scale), 1 if moment.customer["tier"] == "standard" else 4))
    )
    wanted = scale[place]
    fits = option.is_free and option.most >= ROUND[moment.currency]
    return (
        rounded(option.most, ROUND[moment.currency])
        if fits and wanted > option.most and chance.random() < 0.6
        else wanted
    )


def rounded(units: int, step: int) -> int:
    """Rounded down to a multiple of `step`; smaller amounts stay."""
    return units // step * step or max(1, units)


def favourite_of(jonas: int, moments: list[Occasion]) -> int | None:
    """The customer whom Jonas serves most, of those above the standard tier."""
    served: dict[int, int] = {}
    for moment in moments:
        if moment.agent["id"] == jonas and moment.customer["tier"] != "standard" and moment.cause in LIKES:
            served[moment.customer["id"]] = served.get(moment.customer["id"], 0) + 1
    return max(served, key=lambda id_: (served[id_], -id_), default=None)


def says_no(chance: Random, moment: Occasion, key: str, units: int, *, now: datetime) -> bool:
    if is_late_and_small(moment, key, units):
        return now - moment.at >= LATELY and chance.random() < 0.04
    return chance.random() < (0.95 if moment.agent["username"] == "priya" else 0.16)


def is_late_and_small(moment: Occasion, key: str, units: int) -> bool:
    """A small credit for a late delivery, which approvers always grant lately."""
    is_late = moment.cause == "delivery_window_missed" and moment.currency == "USD"
    return is_late and key == "credit" and units <= LATE_MOST
