"""Routing reasons as sentences: why this agent, why a customer still waits."""

from collections.abc import Mapping, Sequence

from babel.lists import format_list
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from callcenter.domain.routing import Explanation
from callcenter.domain.routing.explain import Able
from callcenter.web.wording import formats

NAMED = 3
ORDER = (
    "channel",
    "asked_lately",
    "asked_something_else",
    "on_a_call",
    "conversing",
    "conversations_full",
    "full",
    "ring",
    "skill",
    "language",
    "team",
    "role",
    "named",
    "leaving",
    "not_available",
)

Names = Mapping[int, str]
Skills = Mapping[str, str]


def sentences(
    explanation: Explanation, names: Names, *, skills: Skills | None = None, language: str = "", now: bool = False
) -> list[str]:
    """The chosen agent with the reason, other candidates, excluded agents.

    `skills`: {key: name}. `language`: name of the requested language. `now`: present tense instead of past."""
    lines = [_able(one, explanation, names, skills or {}) for one in explanation.able[:NAMED]]
    more = len(explanation.able) - NAMED
    if more > 0:
        lines.append(
            ngettext("%(num)d other could take it too", "%(num)d others could take it too", more)
            if now
            else ngettext("%(num)d other could have taken it too", "%(num)d others could have taken it too", more)
        )
    return lines + _excluded(explanation, names, language, now=now)


def why_waiting(
    explanation: Explanation, names: Names, *, skills: Skills | None = None, language: str = ""
) -> list[str]:
    """Present tense: affinity hold or next agent, the candidates, what is missing, the next ring."""
    lines = []
    if explanation.ahead:
        lines.append(ngettext("%(num)d is served before", "%(num)d are served before", explanation.ahead))
    if explanation.held_for is not None:
        lines.append(held(explanation, names))
    elif explanation.agent_id is not None:
        lines.append(_("%(name)s is next to be asked", name=_name(explanation.agent_id, names)))
    elif not explanation.able:
        lines.append(_("No agent who may take it is free"))
    lines += sentences(explanation, names, skills=skills, language=language, now=True)
    if explanation.again_in is not None:
        lines.append(_("Somebody is asked again in %(time)s", time=span(explanation.again_in)))
    if explanation.next_ring_in is not None:
        lines.append(next_ring(explanation))
    return lines


def short(explanation: Explanation, names: Names, *, skills: Skills | None = None) -> str:
    """One line: the reason for the chosen agent; "" without one."""
    if explanation.agent_id is None or not explanation.able:
        return ""
    return _(", ").join(_facts(explanation.able[0], explanation, skills or {}))


def held(explanation: Explanation, names: Names) -> str:
    """The affinity hold: agent, remaining seconds, relationship."""
    name = _name(explanation.held_for or 0, names)
    seconds = span(explanation.held_seconds)
    return {
        "ticket": _("Waits up to %(time)s for %(name)s, who has this customer's ticket", time=seconds, name=name),
        "last": _("Waits up to %(time)s for %(name)s, who last spoke with this customer", time=seconds, name=name),
        "account": _("Waits up to %(time)s for %(name)s, who serves this account", time=seconds, name=name),
    }.get(explanation.known_as or "", _("Waits up to %(time)s for %(name)s", time=seconds, name=name))


def next_ring(explanation: Explanation) -> str:
    return _("The next ring opens in %(time)s", time=span(explanation.next_ring_in or 0))


def span(seconds: float) -> str:
    """Seconds in; "38 s", "4 min", "1 h 40"."""
    whole = max(0, int(seconds))
    if whole < formats.MINUTE:
        return _("%(num)d s", num=whole)
    if whole < formats.HOUR:
        return _("%(num)d min", num=whole // formats.MINUTE)
    return formats.duration(whole)


def points(given: Mapping[str, float]) -> str:
    """The parts of a score, e.g. "priority 20, gold customer 60"."""
    words = {
        "priority": _("priority of the queue"),
        "customer_value": _("value of the customer"),
        "broken_promise": _("broken promise"),
        "repeated_contact": _("repeated contact"),
        "channel": _("way of contact"),
    }
    return enumerated([f"{words.get(name, name)} {round(value)}" for name, value in given.items()])


def enumerated(parts: Sequence[str]) -> str:
    """ "A, B, and C"; "A、B和C"."""
    return format_list(list(parts), locale=get_locale() or "en")


def _able(one: Able, explanation: Explanation, names: Names, skills: Skills) -> str:
    return _(
        "%(name)s: %(facts)s",
        name=_name(one.agent_id, names),
        facts=_(", ").join(_facts(one, explanation, skills)),
    )


def _facts(one: Able, explanation: Explanation, skills: Skills) -> list[str]:
    """Idle time, skill levels, and for the chosen agent the deciding reason."""
    facts = [_("free %(time)s", time=span(one.idle))]
    facts += [f"{skills.get(skill, skill.capitalize())} {level}" for skill, level in sorted(one.levels.items())]
    if one.agent_id == explanation.agent_id:
        facts += _decided(explanation)
    return facts


def _decided(explanation: Explanation) -> list[str]:
    if explanation.why == "relationship":
        known = {
            "ticket": _("has this customer's ticket"),
            "last": _("last spoke with this customer"),
            "account": _("serves this account"),
        }
        return [known[explanation.known_as]] if explanation.known_as in known else []
    decided = {
        "better_match": _("the best match"),
        "longest_idle": _("free longest"),
        "others_spared": _("others are left for what only few can do"),
    }.get(explanation.why)
    # With one candidate there was nothing to decide.
    lines = [decided] if decided and len(explanation.able) > 1 else []
    if explanation.why == "next_in_line":
        lines.append(_("next in line"))
    if explanation.why == "transferred":
        lines.append(_("transferred by name"))
    return lines + ([_("ring %(num)d", num=explanation.ring + 1)] if explanation.ring else [])


def _excluded(explanation: Explanation, names: Names, language: str, *, now: bool) -> list[str]:
    known = [reason for reason in ORDER if reason in explanation.out]
    # Reasons that this version does not know come last.
    known += sorted(set(explanation.out) - set(ORDER))
    return [_group(reason, explanation.out[reason], names, language, now=now) for reason in known]


def _group(reason: str, ids: Sequence[int], names: Names, language: str, *, now: bool) -> str:
    """E.g. "Bo was on a call"; "12 others were on a call"."""
    count = len(ids)
    if count <= NAMED:
        who = enumerated([_name(agent_id, names) for agent_id in ids])
    else:
        who = ngettext("%(num)d other", "%(num)d others", count)
    return (_is if now else _was)(reason, who, count, language)


def _name(agent_id: int, names: Names) -> str:
    return names.get(agent_id) or _("agent %(number)d", number=agent_id)


def _was(reason: str, who: str, num: int, language: str) -> str:
    values = {"who": who, "language": language}
    match reason:
        case "asked_lately":
            return ngettext("%(who)s was asked already", "%(who)s were asked already", num, **values)
        case "asked_something_else":
            return ngettext(
                "%(who)s was being asked something else", "%(who)s were being asked something else", num, **values
            )
        case "on_a_call":
            return ngettext("%(who)s was on a call", "%(who)s were on a call", num, **values)
        case "conversing" | "conversations_full":
            return ngettext(
                "%(who)s was at the limit of conversations", "%(who)s was at the limit of conversations", num, **values
            )
        case "full":
            return ngettext("%(who)s had work enough", "%(who)s had work enough", num, **values)
        case "ring":
            return ngettext("%(who)s was in a later ring", "%(who)s were in a later ring", num, **values)
        case "leaving":
            return ngettext("%(who)s had asked for a break", "%(who)s had asked for a break", num, **values)
        case "not_available":
            return ngettext("%(who)s was not available", "%(who)s were not available", num, **values)
        case _:
            return _always(reason, num, values)


def _is(reason: str, who: str, num: int, language: str) -> str:
    values = {"who": who, "language": language}
    match reason:
        case "asked_lately":
            return ngettext("%(who)s has been asked already", "%(who)s have been asked already", num, **values)
        case "asked_something_else":
            return ngettext(
                "%(who)s is being asked something else", "%(who)s are being asked something else", num, **values
            )
        case "on_a_call":
            return ngettext("%(who)s is on a call", "%(who)s are on a call", num, **values)
        case "conversing" | "conversations_full":
            return ngettext("%(who)s has conversations enough", "%(who)s have conversations enough", num, **values)
        case "full":
            return ngettext("%(who)s has work enough", "%(who)s have work enough", num, **values)
        case "ring":
            return ngettext("%(who)s is in a later ring", "%(who)s are in a later ring", num, **values)
        case "leaving":
            return ngettext("%(who)s has asked for a break", "%(who)s have asked for a break", num, **values)
        case "not_available":
            return ngettext("%(who)s is not available", "%(who)s are not available", num, **values)
        case _:
            return _always(reason, num, values)


def _always(reason: str, num: int, values: Mapping[str, str]) -> str:
    match reason:
        case "channel":
            return _("this queue does not take this channel")
        case "skill":
            return ngettext("%(who)s lacks the skill", "%(who)s lack the skill", num, **values)
        case "language" if values["language"]:
            return ngettext("%(who)s does not speak %(language)s", "%(who)s do not speak %(language)s", num, **values)
        case "language":
            return ngettext("%(who)s does not speak the language", "%(who)s do not speak the language", num, **values)
        case "team":
            return ngettext("%(who)s is in another team", "%(who)s are in another team", num, **values)
        case "role":
            return ngettext("%(who)s takes none, by role", "%(who)s take none, by role", num, **values)
        case _:
            return ngettext("%(who)s is not named in any ring", "%(who)s are not named in any ring", num, **values)
