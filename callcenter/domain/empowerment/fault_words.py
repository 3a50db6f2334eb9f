"""A sentence for each problem in a rule book."""

from callcenter.domain.empowerment.checking import Fault, Kind
from callcenter.domain.empowerment.wording import NO_NAMES, Names, brief, condition, word
from callcenter.words import say


def sentence(language: str, fault: Fault, *, currency: str, names: Names = NO_NAMES) -> str:
    """As "Rules 14 and 17 contradict each other for gold"."""
    rule = fault.rules[0] if fault.rules else 0
    match fault.kind:
        case Kind.CONTRADICTION:
            return _contradiction(language, fault, currency, names)
        case Kind.DEAD:
            others = _numbers(language, fault.rules[1:])
            return say(language, "Rule %(rule)s can never apply, %(others)s comes first", rule=rule, others=others)
        case Kind.NO_FACTS:
            told = _conditions(language, fault, currency, names)
            return say(language, "Rule %(rule)s can never apply, nothing has %(facts)s", rule=rule, facts=told)
        case Kind.NO_REMEDY:
            return say(language, "Rule %(rule)s can never apply, none of its remedies is in use", rule=rule)
        case Kind.UNKNOWN:
            told = _conditions(language, fault, currency, names)
            return say(language, "Rule %(rule)s asks for what there is not: %(facts)s", rule=rule, facts=told)
        case Kind.GAP:
            return _gap(language, fault, names)


def _contradiction(language: str, fault: Fault, currency: str, names: Names) -> str:
    first, second = fault.rules
    told = (brief(language, name, value, currency=currency, names=names) for name, value in fault.facts.items())
    facts = ("，" if language == "zh" else ", ").join(told)
    if not facts:
        return say(language, "Rules %(first)s and %(second)s contradict each other", first=first, second=second)
    return say(
        language,
        "Rules %(first)s and %(second)s contradict each other for %(facts)s",
        first=first,
        second=second,
        facts=facts,
    )


def _conditions(language: str, fault: Fault, currency: str, names: Names) -> str:
    told = (condition(language, name, value, currency=currency, names=names) for name, value in fault.facts.items())
    return "; ".join(told)


def _numbers(language: str, rules: tuple[int, ...]) -> str:
    return ("、" if language == "zh" else ", ").join(map(str, rules))


def _gap(language: str, fault: Fault, names: Names) -> str:
    cause = word(language, "cause", fault.cause, names)
    if not fault.cause:
        return say(language, "Gap: nobody may give where no cause is named, %(n)s wishes in 90 days", n=fault.times)
    if not fault.times:
        return say(language, "Gap: no rule speaks of “%(cause)s”", cause=cause)
    return say(language, "Gap: nobody may give for “%(cause)s”, %(n)s wishes in 90 days", cause=cause, n=fault.times)
