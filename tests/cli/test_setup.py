"""From an empty database to a number in service, by commands alone."""

from callcenter.storage.administration import company
from callcenter.wiring import Wiring
from tests.cli.conftest import Run


def test_a_first_number_brings_the_company_and_its_queues(run: Run, wiring: Wiring) -> None:
    words = ("twilio", "add-number", "+1 415 555 0100", "--queue", "delivery", "--queue", "billing")
    assert "needs a name" in run(*words).output
    done = run(*words, "--company", "Harbor Home", "--zone", "America/Los_Angeles")
    assert done.exit_code == 0, done.output
    with wiring.reading() as session:
        number = company.number(session, "+14155550100")
        queues = {queue.key: queue.id for queue in company.queues(session)}
        ours = company.get(session)
    assert number is not None
    assert number.menu == {"1": queues["delivery"], "2": queues["billing"]}
    assert ours is not None
    assert (ours.name("zh"), ours.zone) == ("Harbor Home", "America/Los_Angeles")


def test_a_second_number_shares_the_queues_and_the_same_one_is_refused(run: Run, wiring: Wiring) -> None:
    first = run("twilio", "add-number", "+14155550100", "--queue", "delivery", "--company", "Harbor Home")
    assert first.exit_code == 0, first.output
    second = run("twilio", "add-number", "+14155550101", "--queue", "delivery", "--language", "zh")
    assert second.exit_code == 0, second.output
    again = run("twilio", "add-number", "+14155550101", "--queue", "delivery")
    assert again.exit_code == 1
    assert "ours already" in again.output
    with wiring.reading() as session:
        assert len(company.queues(session)) == 1
        assert [number.menu for number in company.numbers(session)] == [{}, {}]


def test_what_is_no_number_or_no_zone_is_said(run: Run) -> None:
    assert "is written as" in run("twilio", "add-number", "12", "--queue", "x", "--company", "y").output
    wrong = run("twilio", "add-number", "+14155550100", "--queue", "x", "--zone", "Mars/North")
    assert wrong.exit_code == 2
    assert "no time zone Mars/North" in wrong.output
