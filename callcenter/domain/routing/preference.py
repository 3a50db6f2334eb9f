"""Ranks able agents: best match, then blend of media, then fewest skills, then longest idle."""

from collections.abc import Mapping, Sequence

from callcenter.domain.channels import Channel
from callcenter.domain.routing.people import CandidatePool, Limits, Profile, no_room
from callcenter.domain.routing.waiting import Needs

CALLS_FIRST = 1_000
FEW, SCARCE = 4, 0.25
Equal = tuple[float, int, Profile]  # idle since, id, what they can do


def match(needs: Needs, profile: Profile) -> int:
    """Levels of preferred skills, each up to the preferred level."""
    return sum(min(profile.skills.get(skill, 0), level) for skill, level in needs.prefers)


def blend(needs: Needs, limits: Limits, conversations: int) -> int:
    """Lower is better."""
    # docs/routing.md has both measured.
    if needs.channel.is_voice or needs.spread or _may_be_called(limits, conversations + 1):
        return conversations
    # Least busy who can still be called afterwards; else the fullest of those who cannot be called now.
    return CALLS_FIRST + conversations if _may_be_called(limits, conversations) else CALLS_FIRST - conversations


def _may_be_called(limits: Limits, conversations: int) -> bool:
    return no_room(limits, 0, conversations, Channel.VOICE) is None


def among(equals: Sequence[Equal], needs: Needs, candidates: CandidatePool) -> tuple[int, str]:
    """(agent, why): fewest skills, then longest idle; agents with a scarce skill are spared first of all."""
    longest = chosen = min(equals, key=_turn)
    if len({profile for _, _, profile in equals}) > 1:
        free, signed_in = candidates.free_for(needs.channel), candidates.signed_in_for()
        # With two skills per agent this comes close to all skills (docs/routing.md, s3).
        chosen = min(equals, key=lambda one: (_rare(one[2], needs, free, signed_in), len(one[2].can), *_turn(one)))
    return chosen[1], "longest_idle" if chosen is longest else "others_spared"


def _turn(one: Equal) -> tuple[float, int]:
    return one[:2]


def _rare(profile: Profile, needs: Needs, free: Mapping[str, int], signed_in: Mapping[str, int]) -> int:
    """Scarcity of the profile's other skills; 0 if many are free."""
    asked = {skill for skill, _ in needs.rings[0].skills} | {needs.language}
    left = [
        free.get(skill, 0)
        for skill in profile.can
        if skill not in asked and free.get(skill, 0) <= SCARCE * signed_in[skill]
    ]
    return max(0, FEW + 1 - min(left, default=FEW + 1))
