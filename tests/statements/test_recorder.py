"""The statement recorder itself: reports of a rise and of a fall, and what is not counted."""

import threading

import pytest
from sqlalchemy import insert, text

from callcenter.storage.agents import agents
from callcenter.storage.agents.agents import Team
from callcenter.wiring import Wiring
from tests.site import People
from tests.statements.recorder import Counts, Statement, difference, head_of, recording

NAMES = Statement("SELECT agents", "storage.agents.names < reports.card.of_interaction", "SELECT id, name FROM agents")
QUEUES = Statement("SELECT queues", "storage.company.queues < reports.card._keys", "SELECT id FROM queues")


@pytest.mark.parametrize(
    ("sql", "head"),
    [
        ("SELECT agents.id,\n  agents.name FROM agents JOIN teams ON true FOR UPDATE OF agents", "SELECT agents"),
        ("SELECT count(*) FROM (SELECT 1 FROM tickets) AS some", "SELECT tickets"),
        ("SELECT extract(epoch FROM ended_at), (SELECT max(id) FROM legs) FROM offers", "SELECT offers"),
        ("SELECT pg_advisory_xact_lock(7)", "SELECT pg_advisory_xact_lock"),
        ("INSERT INTO history (at) SELECT :at FROM jsonb_to_recordset(:rows) AS row", "INSERT history"),
        ("WITH late AS (SELECT id FROM history FOR UPDATE) UPDATE history SET n = 1 FROM late", "UPDATE history"),
        ("WITH made AS (INSERT INTO offers (id) VALUES (1) RETURNING id) SELECT id FROM made", "INSERT offers"),
        ("DELETE FROM drafts WHERE id = 1", "DELETE drafts"),
        ("SET LOCAL synchronous_commit TO off", "SET"),
    ],
)
def test_a_statement_is_called_by_its_verb_and_table(sql: str, head: str) -> None:
    assert head_of(sql) == head


def test_statements_and_ends_of_transactions_are_counted_with_who_asked(wiring: Wiring, people: People) -> None:
    with recording(wiring.database.engine) as counts:
        with wiring.reading() as session:
            agents.names(session)
        with wiring.work() as work:
            agents.get(work.session, people.alice, lock=True)
        with wiring.database.at_once() as connection:
            connection.execute(text("SELECT 1"))
    assert [one.head for one in counts.statements] == ["SELECT agents", "SELECT agents", "SELECT 1"]
    assert counts.statements[0].caller == "storage.agents.agents.names"
    assert (counts.commits, counts.rollbacks) == (2, 1)


def test_many_rows_at_once_are_one_statement(wiring: Wiring) -> None:
    with recording(wiring.database.engine) as counts, wiring.database.engine.begin() as connection:
        connection.execute(insert(Team), [{"name": "Delivery"}, {"name": "Billing"}])
    assert [one.head for one in counts.statements] == ["INSERT teams (executemany)"]


def test_other_threads_and_what_comes_before_and_after_are_not_counted(wiring: Wiring) -> None:
    def ask() -> None:
        with wiring.reading() as session:
            agents.names(session)

    ask()
    with recording(wiring.database.engine) as counts:
        other = threading.Thread(target=ask)
        other.start()
        other.join()
    ask()
    assert counts == Counts()


def test_a_rise_names_the_statement_and_who_asks_it() -> None:
    expected, found = Counts([NAMES, QUEUES]), Counts([NAMES, NAMES, QUEUES])
    told = difference("desk part: card", expected=expected, found=found).splitlines()
    assert told[0] == "desk part: card: 3 statements, 2 were expected"
    assert told[1:] == [f"  added {NAMES.line}", f"      {NAMES.sql}"]


def test_a_fall_is_told_too_and_so_is_one_for_another() -> None:
    fallen = difference("a page", expected=Counts([NAMES, QUEUES]), found=Counts([NAMES]))
    assert "write the lower figure down" in fallen
    assert f"gone {QUEUES.line}" in fallen
    other = difference("a page", expected=Counts([NAMES]), found=Counts([QUEUES]))
    assert f"added {QUEUES.line}" in other
    assert f"gone {NAMES.line}" in other


def test_one_more_commit_is_a_difference_and_another_name_of_the_function_is_none() -> None:
    assert "2 commits, 1 were expected" in difference("an act", expected=Counts(commits=1), found=Counts(commits=2))
    renamed = Statement(NAMES.head, "storage.agents.all_names < reports.card.of_interaction")
    assert difference("a page", expected=Counts([NAMES]), found=Counts([renamed])) == ""
