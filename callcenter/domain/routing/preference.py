"""Of several agents who could take it, which: the best match, then the blend of calls and conversations, then whose turn it is."""

from collections.abc import Mapping, Sequence

from callcenter.domain.channels import Channel
from callcenter.domain.routing.people import CandidatePool, Limits, Profile, no_room
from callcenter.domain.routing.waiting import Needs

CALLS_FIRST = 1_000
FEW, SCARCE = 4, 0.25
Equal = tuple[float, int, Profile]  # idle since, id, what they can do


def match(needs: Needs, profile: Profile) -> int:
    """How much of what is nice to have: the level beyond what is wanted counts too, up to the wish."""
    return sum(min(profile.skills.get(skill, 0), level) for skill, level in needs.prefers)


def blend(needs: Needs, limits: Limits, conversations: int) -> int:
    """A call goes to whoever has least in hand. A conversation takes nobody from the calls where that can be helped: it goes
    to the least busy of those who may be called beside it; then to whoever may not be called already, the fullest first.
    Where conversations are to be spread, to the least busy (docs/routing.md has both measured)."""
    if needs.channel.is_voice or needs.spread or _may_be_called(limits, conversations + 1):
        return conversations
    return CALLS_FIRST + conversations if _may_be_called(limits, conversations) else CALLS_FIRST - conversations


def _may_be_called(limits: Limits, conversations: int) -> bool:
    return no_room(limits, 0, conversations, Channel.VOICE) is None


def among(equals: Sequence[Equal], needs: Needs, candidates: CandidatePool) -> tuple[int, str]:
    """(agent, why): the longest idle; but whoever is among the last free for something else that is busy is spared where another
    can take it. Two skills an agent then come closer to all skills (docs/routing.md, s3)."""
    longest = chosen = min(equals, key=_turn)
    if len({profile for _, _, profile in equals}) > 1:
        free, signed_in = candidates.free_for(needs.channel), candidates.signed_in_for()
        chosen = min(equals, key=lambda one: (_rare(one[2], needs, free, signed_in), *_turn(one)))
    return chosen[1], "longest_idle" if chosen is longest else "others_spared"


def _turn(one: Equal) -> tuple[float, int]:
    return one[:2]


def _rare(profile: Profile, needs: Needs, free: Mapping[str, int], signed_in: Mapping[str, int]) -> int:
    """How near this profile's other skills and languages are to having nobody free; 0 where more than a few are, or most."""
    asked = {skill for skill, _ in needs.rings[0].skills} | {needs.language}
    left = [
        free.get(skill, 0)
        for skill in profile.can
        if skill not in asked and free.get(skill, 0) <= SCARCE * signed_in[skill]
    ]
    return max(0, FEW + 1 - min(left, default=FEW + 1))
