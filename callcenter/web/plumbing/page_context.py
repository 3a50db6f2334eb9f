"""Per-request context of every page: company, menu for the role, the agent's status and state, last event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from flask import Flask, current_app, g, request, url_for
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session

from callcenter import declared, wiring
from callcenter.domain.agents import AgentState, Role, Status
from callcenter.domain.interactions import State
from callcenter.reports.empowerment import approvals
from callcenter.storage import history
from callcenter.storage.agents.agents import Agent
from callcenter.storage.calls import interactions
from callcenter.storage.calls.interactions import Interaction
from callcenter.web import access
from callcenter.web.wording import breaks, formats, language
from callcenter.web.wording.breaks import BreakKind

THEMES = ("auto", "light", "dark")
DESK = "desk.page"
APPROVALS = "approvals.index"
HOMES: dict[str, str] = {Role.AGENT: DESK, Role.ADMINISTRATOR: "home.page"}
PAGES = (
    ("home.page", lazy_gettext("Home")),
    ("wallboard.index", lazy_gettext("Wallboard")),
    (APPROVALS, lazy_gettext("Approvals")),
    (DESK, lazy_gettext("Desk")),
    ("tickets.index", lazy_gettext("Tickets")),
    ("customers.index", lazy_gettext("Customers")),
    ("callbacks.index", lazy_gettext("Callbacks")),
    ("department_requests.index", lazy_gettext("Requests")),
    ("budgets.index", lazy_gettext("Budgets")),
    ("rules.index", lazy_gettext("Rules")),
    ("admin.index", lazy_gettext("Routing")),
)


@dataclass(frozen=True)
class PageLink:
    """`count`: items waiting for this agent; None where the page has no count."""

    url: str
    label: str
    is_current: bool
    count: int | None = None


@dataclass(frozen=True)
class Who:
    agent_id: int
    name: str
    initials: str
    role: str


@dataclass(frozen=True)
class ShownStatus:
    """`status`: chosen by the agent. `state`: known by the system, with `since`.

    `reason`, `kind`: key and name of the current break. `then_reason`, `then`: of the break that follows.
    `can_wait`: a status chosen now starts after the current work. `kinds`: breaks to choose from."""

    status: str
    state: str
    since: datetime
    reason: str = ""
    kind: str = ""
    then: str = ""
    then_reason: str = ""
    can_wait: bool = False
    kinds: Sequence[BreakKind] = ()


class PageContext:
    """Per-request page context, evaluated lazily."""

    def __init__(self) -> None:
        self.now = wiring.current().clock()

    @cached_property
    def language(self) -> str:
        return language.chosen()

    @cached_property
    def company(self) -> str:
        return language.ours().name(self.language)

    @cached_property
    def zone(self) -> str:
        return language.zone()

    @cached_property
    def theme(self) -> str:
        kept = request.cookies.get("theme", "")
        return kept if kept in THEMES else "auto"

    @cached_property
    def person(self) -> Who | None:
        if not access.is_signed_in():
            return None
        agent = access.current_agent()
        return Who(agent_id=agent.id, name=agent.name, initials=formats.initials(agent.name), role=agent.role)

    @cached_property
    def status(self) -> ShownStatus | None:
        if self.person is None:
            return None
        with wiring.current().reading() as session:
            return shown_status(session, access.current_agent())

    @cached_property
    def sequence(self) -> int | None:
        """The newest event that this page certainly shows; the browser catches up from here."""
        if self.person is None:
            return None
        return int(g.newest) if "newest" in g else _newest()

    @property
    def home(self) -> str:
        return url_for("sign_in.home")

    @property
    def pages(self) -> list[PageLink]:
        if self.person is None:
            return []
        return [_link(endpoint, str(label)) for endpoint, label in PAGES if _may(endpoint, self.person.role)]

    @property
    def search_url(self) -> str | None:
        return url_for("search.results") if self.person else None

    @property
    def status_url(self) -> str:
        return url_for("desk.status") if "desk.status" in current_app.view_functions else ""

    @property
    def take_back_url(self) -> str:
        return url_for("desk.take_back")

    @property
    def day_url(self) -> str:
        return url_for("day.mine")

    @property
    def my_grants_url(self) -> str:
        return url_for("grants.mine")

    @property
    def sign_out_url(self) -> str:
        return url_for("sign_in.leave")

    @property
    def sign_out_everywhere_url(self) -> str:
        return url_for("sign_in.leave_everywhere")

    @property
    def language_urls(self) -> dict[str, str]:
        back = request.full_path.rstrip("?") if request.method == "GET" else None
        return {code: url_for("language.choose", code=code, next=back) for code in ("en", "zh")}


def register(app: Flask) -> None:
    # Before any read of the request, sign-in included: a later event must arrive as a push, or the page stays stale.
    app.before_request(note_newest)
    app.context_processor(lambda: {"page": PageContext()})


def note_newest() -> None:
    declaration = declared.of(current_app.view_functions.get(request.endpoint or ""))
    is_for_people = declaration is not None and declaration.audience == declared.Audience.PEOPLE
    is_part = bool(request.headers.get("HX-Request"))
    if request.method == "GET" and is_for_people and not is_part and request.blueprint not in access.PROGRAMS:
        g.newest = _newest()


def _newest() -> int:
    with wiring.current().reading() as session:
        return history.latest(session)


def home_of(role: str) -> str:
    """The desk for agents, the wallboard for supervisors, the state of the system for administrators."""
    return url_for(HOMES.get(role, "wallboard.index"))


def shown_status(session: Session, agent: Agent) -> ShownStatus:
    mine = interactions.of_agent(session, agent.id) if agent.state != AgentState.IDLE else ()
    state, since = _state(agent, mine)
    return ShownStatus(
        status=agent.status,
        state=state,
        since=since,
        reason=agent.status_reason if agent.status == Status.BREAK else "",
        kind=breaks.chosen(session, agent.status, agent.status_reason),
        then=breaks.after_this(session, agent),
        then_reason=agent.next_reason,
        can_wait=agent.state != AgentState.IDLE,
        kinds=breaks.kinds(session),
    )


def _state(agent: Agent, mine: Sequence[Interaction]) -> tuple[str, datetime]:
    """The agent's one state for the page; a call outranks conversations."""
    call = next((each for each in mine if each.channel.is_voice and each.state == State.ACTIVE), None)
    if agent.state == AgentState.OFFERED:
        return "offered", agent.state_since
    if call is not None:
        since = call.held_since or call.answered_at or agent.state_since
        return ("hold" if call.held_since else "on_call"), since
    if agent.state == AgentState.BUSY:
        return "conversations", agent.state_since
    if agent.state == AgentState.WRAP_UP:
        return "wrap_up", agent.state_since
    if agent.status == Status.AVAILABLE:
        return "free", max(agent.idle_since, agent.status_since)
    return agent.status, agent.status_since


def _may(endpoint: str, role: str) -> bool:
    declaration = declared.of(current_app.view_functions.get(endpoint))
    return declaration is not None and declaration.may(role)


def _link(endpoint: str, label: str) -> PageLink:
    return PageLink(
        url=url_for(endpoint),
        label=label,
        is_current=(request.blueprint or "") == endpoint.split(".")[0],
        count=_count() if endpoint == APPROVALS else None,
    )


def _count() -> int:
    agent = access.current_agent()
    with wiring.current().reading() as session:
        return approvals.waiting_for(session, agent)
