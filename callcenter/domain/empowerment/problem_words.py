"""A sentence for each problem in a rule book."""

from callcenter.domain.empowerment.checking import ProblemKind, RuleProblem
from callcenter.domain.empowerment.wording import NO_NAMES, Names, brief, condition, word
from callcenter.words import say


def sentence(language: str, problem: RuleProblem, *, currency: str, names: Names = NO_NAMES) -> str:
    """As "Rules 14 and 17 contradict each other for gold"."""
    rule = problem.rules[0] if problem.rules else 0
    match problem.kind:
        case ProblemKind.CONTRADICTION:
            return _contradiction(language, problem, currency, names)
        case ProblemKind.DEAD:
            others = _numbers(language, problem.rules[1:])
            return say(language, "Rule %(rule)s can never apply, %(others)s comes first", rule=rule, others=others)
        case ProblemKind.NO_FACTS:
            texts = _conditions(language, problem, currency, names)
            return say(language, "Rule %(rule)s can never apply, nothing has %(facts)s", rule=rule, facts=texts)
        case ProblemKind.NO_REMEDY:
            return say(language, "Rule %(rule)s can never apply, none of its remedies is in use", rule=rule)
        case ProblemKind.UNKNOWN:
            texts = _conditions(language, problem, currency, names)
            return say(language, "Rule %(rule)s asks for what there is not: %(facts)s", rule=rule, facts=texts)
        case ProblemKind.GAP:
            return _gap(language, problem, names)


def _contradiction(language: str, problem: RuleProblem, currency: str, names: Names) -> str:
    first, second = problem.rules
    texts = (brief(language, name, value, currency=currency, names=names) for name, value in problem.facts.items())
    facts = ("，" if language == "zh" else ", ").join(texts)
    if not facts:
        return say(language, "Rules %(first)s and %(second)s contradict each other", first=first, second=second)
    return say(
        language,
        "Rules %(first)s and %(second)s contradict each other for %(facts)s",
        first=first,
        second=second,
        facts=facts,
    )


def _conditions(language: str, problem: RuleProblem, currency: str, names: Names) -> str:
    texts = (condition(language, name, value, currency=currency, names=names) for name, value in problem.facts.items())
    return "; ".join(texts)


def _numbers(language: str, rules: tuple[int, ...]) -> str:
    return ("、" if language == "zh" else ", ").join(map(str, rules))


def _gap(language: str, problem: RuleProblem, names: Names) -> str:
    cause = word(language, "cause", problem.cause, names)
    if not problem.cause:
        return say(
            language, "Gap: no agent may grant where no cause is named, %(n)s requests in 90 days", n=problem.times
        )
    if not problem.times:
        return say(language, "Gap: no rule speaks of “%(cause)s”", cause=cause)
    return say(
        language, "Gap: no agent may grant for “%(cause)s”, %(n)s requests in 90 days", cause=cause, n=problem.times
    )
