"""Past days: calls and agents' duty, stored as the app would have."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from callcenter.storage.agents.agents import Interval
from callcenter.storage.calls.calls import Call
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.routing.offers import Offer
from tests.factories import OURS, Centre

ZONE = ZoneInfo("America/Los_Angeles")


def at(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), ZONE)


def on_duty(centre: Centre, name: str, day: date, since: str, until: str, *, status: str = "available") -> None:
    with centre.wiring.work() as work:
        work.session.add(
            Interval(
                agent_id=centre.id_of(name),
                kind="status",
                value=status,
                started_at=at(day, since),
                ended_at=at(day, until),
            )
        )


def called(
    centre: Centre,
    joined: datetime,
    *,
    waited: float = 10,
    handled: float | None = 300,
    result: str = "",
    agent: str = "alice",
    queue_id: int | None = None,
    **more: object,
) -> int:
    """An ended call; without `handled` no agent served it. Its offer was accepted after 4 s."""
    left = joined + timedelta(seconds=waited)
    end = left + timedelta(seconds=handled or 0)
    values: dict[str, object] = {
        "channel": "voice",
        "state": "ended",
        "language": "en",
        "our_address": OURS,
        "their_address": None,
        "queue_id": centre.delivery if queue_id is None else queue_id,
        "agent_id": centre.id_of(agent) if handled else None,
        "created_at": joined - timedelta(seconds=10),
        "joined_at": joined,
        "accepted_at": left if handled else None,
        "answered_at": left if handled else None,
        "ended_at": end,
        "ended_by": "customer",
        "finished_at": end,
        "result": result or ("served" if handled else "abandoned"),
    }
    with centre.wiring.work() as work:
        row = Interaction(**{**values, **more}, call=Call())
        work.session.add(row)
        work.session.flush()
        work.session.add(
            Offer(
                interaction_id=row.id,
                agent_id=centre.id_of(agent),
                medium="voice",
                slot=0,
                state="accepted" if handled else "expired",
                is_open=False,
                made_at=left - timedelta(seconds=4),
                expires_at=left + timedelta(seconds=16),
                accepted_at=left if handled else None,
                ended_at=end,
                reason={},
            )
        )
        return row.id


def busy_days(centre: Centre, *days: date, calls: int = 30) -> None:
    """Alice alone from nine to ten, and a call every two minutes that takes her three: who waits too long gives up."""
    for day in days:
        on_duty(centre, "alice", day, "09:00", "10:00")
        for n in range(calls):
            gone = n % 5 == 4
            joined = at(day, "09:00") + timedelta(minutes=2 * n)
            called(centre, joined, waited=240 if gone else 60, handled=None if gone else 180)
