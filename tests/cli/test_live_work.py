"""`doctor --live`: invariants of live work."""

from sqlalchemy import update

from callcenter import due
from callcenter.storage.agents.agents import Agent
from callcenter.wiring import Wiring
from tests.cli.conftest import Run
from tests.site import People


def test_the_doctor_finds_nothing_where_nothing_is_broken(run: Run, people: People) -> None:
    assert people
    told = run("doctor", "--live")
    assert told.exit_code == 0, told.output
    assert told.output.count("none") == 5
    assert "Nobody waits in vain." in told.output


def test_the_doctor_names_what_is_broken_and_who_and_ends_with_1(run: Run, wiring: Wiring, people: People) -> None:
    with wiring.work() as work:
        work.session.execute(update(Agent).where(Agent.id == people.alice).values(state="busy"))
    told = run("doctor", "--live")
    assert told.exit_code == 1
    assert "FAULT Agents held by nothing: Alice Moreau" in told.output
    assert "1 fault." in told.output


def test_the_doctor_says_when_the_database_is_away(run: Run) -> None:
    told = run("doctor", "--live", DATABASE_URL="postgresql://x@127.0.0.1:9/x")
    assert told.exit_code == 1
    assert "PostgreSQL" in told.output


def test_the_doctor_names_what_is_stuck_with_its_error(run: Run, wiring: Wiring, people: People) -> None:
    assert people
    due.note(wiring, "send_message", 41, ZeroDivisionError())
    told = run("doctor", "--live")
    assert told.exit_code == 1
    assert "FAULT Stuck work: send_message 41: ZeroDivisionError, 1 tries, to be tried again" in told.output
