"""Where to trust agents more and where to train. Pure: questions and grants in, findings out."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

ASKED_AT_LEAST = 5
YES_SHARE = 0.95
NO_SHARE = 0.6
NO_AT_LEAST = 4
SERVED_AT_LEAST = 20
COLLEAGUES_SHARE = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedGrant:
    grant_id: int
    agent_id: int
    cause: str
    remedy: str
    units: int  # said yes to, or refused; not what was wished for
    currency: str
    answer: str  # yes, less, instead, no
    held: int  # seconds of the customer's hold
    seconds: int  # seconds until answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    agent_id: int
    cases: int  # cases in the period
    granted: int  # with a grant


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalFinding:
    kind: str
    about: str
    agent_id: int | None
    data: dict[str, Any]
    cases: tuple[int, ...]


def findings(asked: Sequence[AskedGrant], served: Sequence[Served]) -> list[ProposalFinding]:
    return [*trust(asked), *teach_no(asked), *teach_unused(served)]


def trust(asked: Sequence[AskedGrant]) -> list[ProposalFinding]:
    """Per cause and remedy: the amount up to which nearly all answers are yes."""
    groups: dict[tuple[str, str, str], list[AskedGrant]] = defaultdict(list)
    for one in asked:
        groups[(one.cause, one.remedy, one.currency)].append(one)
    found = []
    for (cause, remedy, currency), members in sorted(groups.items()):
        # Of one amount the refusals first, so that no run leaves them out.
        within = _always_yes(sorted(members, key=lambda one: (one.units, one.answer == "yes")))
        if within:
            data = {
                "cause": cause,
                "remedy": remedy,
                "currency": currency,
                "limit": within[-1].units,
                "asked": len(within),
                "yes": sum(one.answer == "yes" for one in within),
                "held": round(median(one.held for one in within)),
                "seconds": round(median(one.seconds for one in within)),
                "agents": len({one.agent_id for one in within}),
            }
            about = f"{cause}|{remedy}|{currency}"
            found.append(ProposalFinding(kind="trust", about=about, agent_id=None, data=data, cases=_ids(within)))
    return found


def _always_yes(members: Sequence[AskedGrant]) -> Sequence[AskedGrant]:
    """The longest run of smallest amounts with nearly all yes, ending in a yes."""
    for end in range(len(members), ASKED_AT_LEAST - 1, -1):
        run = members[:end]
        if run[-1].answer == "yes" and sum(one.answer == "yes" for one in run) >= YES_SHARE * end:
            return run
    return ()


def teach_no(asked: Sequence[AskedGrant]) -> list[ProposalFinding]:
    """Agents most of whose questions are refused."""
    groups: dict[int, list[AskedGrant]] = defaultdict(list)
    for one in asked:
        groups[one.agent_id].append(one)
    found = []
    for agent_id, members in sorted(groups.items()):
        refused = [one for one in members if one.answer == "no"]
        if len(refused) >= NO_AT_LEAST and len(refused) >= NO_SHARE * len(members):
            data = {"asked": len(members), "no": len(refused)}
            found.append(
                ProposalFinding(kind="teach_no", about=str(agent_id), agent_id=agent_id, data=data, cases=_ids(refused))
            )
    return found


def teach_unused(served: Sequence[Served]) -> list[ProposalFinding]:
    """Agents who never grant, though colleagues often do."""
    found = []
    for one in sorted(served, key=lambda each: each.agent_id):
        others = [each for each in served if each.agent_id != one.agent_id]
        cases, granted = sum(each.cases for each in others), sum(each.granted for each in others)
        if one.granted == 0 and one.cases >= SERVED_AT_LEAST and cases and granted >= COLLEAGUES_SHARE * cases:
            data = {"served": one.cases, "colleagues": round(100 * granted / cases)}
            found.append(
                ProposalFinding(
                    kind="teach_unused", about=str(one.agent_id), agent_id=one.agent_id, data=data, cases=()
                )
            )
    return found


def measured(
    kind: str, about: str, agent_id: int | None, asked: Sequence[AskedGrant], served: Sequence[Served]
) -> dict[str, Any]:
    """{asked, no, held (seconds)} or {served, given}."""
    if kind == "teach_unused":
        mine = next((one for one in served if one.agent_id == agent_id), None)
        return {"served": mine.cases if mine else 0, "given": mine.granted if mine else 0}
    about_it = [
        one
        for one in asked
        if (kind == "trust" and f"{one.cause}|{one.remedy}|{one.currency}" == about)
        or (kind == "teach_no" and one.agent_id == agent_id)
    ]
    refused = sum(one.answer == "no" for one in about_it)
    return {"asked": len(about_it), "no": refused, "held": sum(one.held for one in about_it)}


def _ids(members: Sequence[AskedGrant]) -> tuple[int, ...]:
    return tuple(one.grant_id for one in members)
