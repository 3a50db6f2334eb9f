"""Replay of a rule book on past grants: request, progress, single cases."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from callcenter import wiring
from callcenter.actions.empowerment import replays as acts
from callcenter.domain.errors import DomainError, Invalid, NotFound
from callcenter.storage.agents import agents
from callcenter.storage.customers import customers
from callcenter.storage.empowerment import replays, rule_books
from callcenter.storage.empowerment.grants import Grant
from callcenter.storage.empowerment.replays import ReplayCase, ReplayRow
from callcenter.storage.empowerment.rule_books import RuleBookRow
from callcenter.storage.tickets import tickets
from callcenter.web import access
from callcenter.web.empowerment import replay_words as words
from callcenter.web.wording import language

pages = Blueprint("replay", __name__, url_prefix="/rules/<int:number>/replay")

DAYS = 90
QUEUED_LONG = timedelta(seconds=45)
PAGE = 50


@pages.get("")
@access.leaders
def panel(number: int) -> str:
    """The panel on the rule page; a whole page when opened by its address."""
    return _rendered(number)


@pages.post("")
@access.leaders
def ask(number: int) -> str | Response | tuple[str, int]:
    try:
        since, until = _period(number)
        with wiring.current().work() as work:
            acts.ask(work, number, since=since, until=until, actor=access.current_actor())
    except NotFound:
        raise
    except DomainError as error:
        return _rendered(number, error), error.status
    return _rendered(number) if _is_part() else redirect(url_for("replay.panel", number=number))


@pages.get("/cases")
@access.leaders
def cases(number: int) -> str:
    """Changed cases: `?kind=ask-may`, `?rule=14`; `?after=` a case's id continues."""
    kind, rule_id = request.args.get("kind") or None, request.args.get("rule", type=int)
    after = request.args.get("after", default=0, type=int)
    with wiring.current().reading() as session:
        row = _row(session, number)
        replay = replays.newest(session, number)
        if replay is None or replay.result is None:
            raise NotFound
        chosen: Mapping[str, object] = {"kind": kind, "rule_id": rule_id}
        found = replays.cases(session, replay.id, kind=kind, rule_id=rule_id, after=after, limit=PAGE + 1)
        count = replays.count_cases(session, replay.id, kind=kind, rule_id=rule_id)
        cases = [_case(session, case, grant, replay) for case, grant in found[:PAGE]]
    more = found[PAGE - 1][0].id if len(found) > PAGE else None
    return render_template(
        "rules/replay_cases.html",
        row=row,
        replay=replay,
        kinds=[words.kind(one, replay.document) for one in replay.result["kinds"]],
        cases=cases,
        count=count,
        more=url_for("replay.cases", number=number, kind=kind, rule=rule_id, after=more) if more else None,
        **chosen,
    )


def _is_part() -> bool:
    return bool(request.headers.get("HX-Request"))


def _rendered(number: int, error: DomainError | None = None) -> str:
    now = wiring.current().clock()
    with wiring.current().reading() as session:
        row = _row(session, number)
        replay = replays.newest(session, number)
        in_force = rule_books.in_force(session, now)
    zone = ZoneInfo(row.book.zone)
    first, last = _days(replay, zone, now)
    return render_template(
        "rules/replay_panel.html" if _is_part() else "rules/replay.html",
        row=row,
        replay=replay,
        result=words.view_of(replay.result, replay.document) if replay and replay.result else None,
        # The draft has changed since.
        is_old=replay is not None and replay.document != row.document,
        # No worker has started it: the page says so.
        is_late=replay is not None and replay.is_open and not replay.tries and now - replay.created_at > QUEUED_LONG,
        is_in_force=in_force is not None and in_force.number == number,
        first=first,
        last=last,
        error=error,
    )


def _row(session: Session, number: int) -> RuleBookRow:
    row = rule_books.get(session, number)
    if row is None:
        raise NotFound
    return row


def _days(replay: ReplayRow | None, zone: ZoneInfo, now: datetime) -> tuple[date, date]:
    """First and last day: of the last replay, else the last DAYS days."""
    if replay is None:
        today = now.astimezone(zone).date()
        return today - timedelta(days=DAYS), today
    return replay.since.astimezone(zone).date(), (replay.until - timedelta(microseconds=1)).astimezone(zone).date()


def _period(number: int) -> tuple[datetime, datetime]:
    """From midnight to midnight in the rule book's zone, `until` exclusive."""
    with wiring.current().reading() as session:
        zone = ZoneInfo(_row(session, number).book.zone)
    since, until = _day("since"), _day("until") + timedelta(days=1)
    return _midnight(since, zone), _midnight(until, zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _day(name: str) -> date:
    try:
        return date.fromisoformat(request.form.get(name, "").strip())
    except (ValueError, OverflowError):
        raise Invalid("This is a date: 2026-11-28.", field=name) from None


def _case(session: Session, case: ReplayCase, grant: Grant, replay: ReplayRow) -> words.ReplayCaseView:
    ticket = tickets.get(session, grant.ticket_id)
    customer = customers.get(session, grant.customer_id) if grant.customer_id else None
    agent = agents.get(session, grant.agent_id)
    return words.case(
        case,
        grant,
        document=replay.document,
        language=language.chosen(),
        ticket=ticket.number if ticket else "",
        customer=customer.name if customer else "",
        agent=agent.name if agent else "",
    )
