"""`callcenter doctor --live`: invariants of live work, with each violation. Read-only."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy.exc import OperationalError

from callcenter.cli.checks import CheckResult, ok, problem
from callcenter.cli.speech import first_line
from callcenter.reports.supervision import invariants
from callcenter.reports.supervision.invariants import Breach, BreachKind
from callcenter.settings import SettingsError, load
from callcenter.storage import failures
from callcenter.storage.agents import agents
from callcenter.storage.database import Database
from callcenter.storage.failures import Failure

SUBJECTS: dict[BreachKind, str] = {
    "waits_beside_free": "Waiting beside a free agent",
    "reserved_by_nothing": "Agents held by nothing",
    "over_capacity": "Above capacity",
    "offer_overdue": "Offers past their time",
}
ADVICE: dict[BreachKind, str] = {
    "waits_beside_free": "Is a clock running? Start one: callcenter clock. It asks again for everything that waits.",
    "reserved_by_nothing": "Tell us, with the lines of this interaction in the log: the router should never leave this behind.",
    "over_capacity": "Tell us, with the lines of this agent in the log: the database should have refused it.",
    "offer_overdue": "Is a clock running? Start one: callcenter clock. It ends offers at their time.",
}


def findings() -> Iterator[CheckResult]:
    try:
        ours = load()
    except SettingsError as error:
        yield problem("Settings", str(error), "Set these variables; docs/operations.md explains each.")
        return
    opened = Database(ours.database_url, pool=1)
    try:
        with opened.reading() as session:
            found = invariants.breaches(session, datetime.now(UTC))
            names = agents.names(session)
            failed = failures.all_of_them(session)
        yield from _breaches(found, names)
        yield from _stuck(failed)
    except OperationalError as error:
        yield problem("PostgreSQL", first_line(error), "Start it, or look at DATABASE_URL.")
    finally:
        opened.close()


def _breaches(found: list[Breach], names: Mapping[int, str]) -> Iterator[CheckResult]:
    for kind, count in invariants.counts(found).items():
        if not count:
            yield ok(SUBJECTS[kind], "none")
        for breach in found:
            if breach.kind == kind:
                yield problem(SUBJECTS[kind], _described(breach, names), ADVICE[kind])


def _stuck(failed: Sequence[Failure]) -> Iterator[CheckResult]:
    if not failed:
        yield ok("Stuck work", "none")
    for row in failed:
        ended = "given up" if row.is_given_up else "to be tried again"
        advice = "Look the error up in the clock's or worker's log; then try again on the page Routing, Stuck work."
        yield problem("Stuck work", f"{row.kind} {row.row_id}: {row.error}, {row.tries} tries, {ended}", advice)


def _described(breach: Breach, names: Mapping[int, str]) -> str:
    parts = [
        f"interaction {breach.interaction_id}" if breach.interaction_id else "",
        names.get(breach.agent_id or 0, f"agent {breach.agent_id}"),
        f"for {breach.seconds} s" if breach.seconds else "",
    ]
    return ", ".join(part for part in parts if part)
