"""The agents' last 14 days: intervals of chosen status and of known state."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import zip_longest

from callcenter.demo.book import Book, Values
from callcenter.demo.staff import DemoAgent, spans
from callcenter.domain.agents import AgentState, Status, state_of
from callcenter.domain.events import SignedIn, SignedOut, StateChanged, StatusChanged
from callcenter.storage.agents.agents import Agent, Interval
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.routing.offers import Offer

DAYS = 14
Change = tuple[datetime, str]


def write(book: Book, servers: list[DemoAgent]) -> None:
    """Write intervals and their events. In the end every agent is signed out and idle."""
    visits = {visit["id"]: visit for visit in book.rows(Interaction)}
    for server in servers:
        person = book.rows(Agent)[server.id - 1]
        chosen = list(_chosen(book, server))
        known = _known(book, server, visits)
        _stretches(book, server, "status", chosen)
        _stretches(book, server, "state", known)
        if chosen:
            person["status_since"] = chosen[-1][0]
        if known:
            person["state_since"] = person["idle_since"] = known[-1][0]


def _chosen(book: Book, server: DemoAgent) -> Iterator[Change]:
    for back in range(DAYS, -2, -1):
        day = spans(server.member, book.now - timedelta(days=back))
        jitter = book.seconds(-180, 240)
        for number, (start, end) in enumerate(day):
            begin, finish = start + jitter * (number == 0), min(end, book.now)
            if begin < finish - timedelta(minutes=1):
                yield begin, Status.AVAILABLE
                is_over = number == len(day) - 1 or end >= book.now
                yield finish, Status.SIGNED_OUT if is_over else Status.BREAK


def _known(book: Book, server: DemoAgent, visits: dict[int, Values]) -> list[Change]:
    """The state after each change of the agent's work, from the live `state_of`."""
    since = book.now - timedelta(days=DAYS)
    steps: list[tuple[datetime, str, int]] = []
    for offer in book.rows(Offer):
        if offer["agent_id"] == server.id and offer["made_at"] > since:
            steps += _steps(offer, visits[offer["interaction_id"]])
    hands = {"offered": 0, "active": 0, "wrap_up": 0}
    changes: list[Change] = []
    for at, what, by in sorted(steps):
        hands[what] += by
        state = state_of(**hands)
        if changes and changes[-1][0] == at:
            changes.pop()
        if (changes[-1][1] if changes else AgentState.IDLE) != state:
            changes.append((at, state))
    return changes


def _steps(offer: Values, visit: Values) -> list[tuple[datetime, str, int]]:
    if offer["state"] != "accepted":
        return [(offer["made_at"], "offered", 1), (offer["ended_at"], "offered", -1)]
    return [
        (offer["made_at"], "offered", 1),
        (offer["accepted_at"], "offered", -1),
        (offer["accepted_at"], "active", 1),
        (visit["ended_at"], "active", -1),
        (visit["ended_at"], "wrap_up", 1),
        (visit["finished_at"], "wrap_up", -1),
    ]


def _stretches(book: Book, server: DemoAgent, kind: str, changes: list[Change]) -> None:
    before: str = Status.SIGNED_OUT if kind == "status" else AgentState.IDLE
    ends = [at for at, _ in changes[1:]]
    for (at, value), until in zip_longest(changes, ends):
        by = f"agent:{server.id}" if kind == "status" else "system"
        stretch = {"kind": kind, "value": value, "started_at": at, "ended_at": until}
        reason = "lunch" if value == Status.BREAK else ""
        book.add(Interval, agent_id=server.id, reason=reason, actor=by, **stretch)
        if kind == "state":
            book.record(at, StateChanged(agent_id=server.id, state=value, before=before))
        else:
            _tell_status(book, server, at, value, before=before)
        before = value


def _tell_status(book: Book, server: DemoAgent, at: datetime, value: str, *, before: str) -> None:
    by: Values = {"agent_id": server.id, "actor": f"agent:{server.id}"}
    if before == Status.SIGNED_OUT:
        book.record(at, SignedIn(**by))
    book.record(at, StatusChanged(status=value, before=before, **by))
    if value == Status.SIGNED_OUT:
        book.record(at, SignedOut(**by))
