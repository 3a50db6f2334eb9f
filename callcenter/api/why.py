"""The router's explanation of an interaction, as JSON."""

from typing import Annotated, Self

from pydantic import Field

from callcenter.api.shapes import ResponseBody
from callcenter.domain.routing import Explanation, explanation


class AbleShown(ResponseBody):
    """An agent who could take the interaction."""

    agent_id: int
    idle: Annotated[int, Field(description="Seconds without work.")]
    levels: Annotated[dict[str, int], Field(description="Of the skills that are asked for.")]


class Why(ResponseBody):
    """The router's explanation for all signed-in agents."""

    is_waiting: bool
    why: Annotated[
        str, Field(description="nobody, held (for an agent who knows them), or why the chosen agent is next.")
    ]
    agent_id: Annotated[int | None, Field(description="Who is next to be asked.")]
    held_for: Annotated[int | None, Field(description="The agent whom it waits for by name.")]
    held_seconds: int
    ring: Annotated[int, Field(description="0 for the first.")]
    rings: int
    next_ring_in: Annotated[
        int | None,
        Field(description="Seconds until the ring opens that lets in an agent; the next one where none will."),
    ]
    again_in: Annotated[int | None, Field(description="Seconds until an agent who was asked is asked again.")]
    ahead: Annotated[int, Field(description="How many are served before, in all queues of the agents who may take it.")]
    score: int
    waited: Annotated[int, Field(description="Seconds.")]
    able: list[AbleShown]
    out: Annotated[dict[str, list[int]], Field(description="{reason: agents whom it rules out}.")]

    @classmethod
    def explaining(cls, explained: Explanation | None) -> Self:
        known = explained or explanation({})
        names = (name for name in cls.model_fields if name not in ("is_waiting", "able", "out"))
        return cls(
            is_waiting=explained is not None,
            able=AbleShown.all_of(known.able),
            out={reason: list(ids) for reason, ids in known.out.items()},
            **{name: getattr(known, name) for name in names},
        )
