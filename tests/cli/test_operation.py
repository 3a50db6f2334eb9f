"""Migrating, and error messages in a sentence."""

from callcenter.storage.database import newest_revision
from tests.cli.conftest import Run


def test_an_empty_database_is_migrated_and_a_second_time_is_nothing(run: Run, bare_database_url: str) -> None:
    behind = run("migrate", "--check", DATABASE_URL=bare_database_url)
    assert behind.exit_code == 1
    done = run("migrate", DATABASE_URL=bare_database_url)
    assert done.exit_code == 0, done.output
    assert f"to {newest_revision()}" in done.output
    assert "is at the newest migration" in run("migrate", DATABASE_URL=bare_database_url).output
    assert run("migrate", "--check", DATABASE_URL=bare_database_url).exit_code == 0


def test_a_wrong_setting_is_named_and_ends_with_2(run: Run) -> None:
    for name, value in (
        ("DATABASE_URL", "mysql://here/db"),
        ("SECRET_KEY", "short"),
        ("PUBLIC_URL", "https://my_desk.example.com"),
        ("WEB_PROCESSES", "many"),
    ):
        for command in ("migrate", "serve", "worker", "clock"):
            refused = run(command, **{name: value})
            assert refused.exit_code == 2, command
            assert name in refused.output
            assert "Traceback" not in refused.output


def test_a_missing_setting_is_named(run: Run) -> None:
    refused = run("user", "list", DATABASE_URL=None)
    assert refused.exit_code == 2
    assert "DATABASE_URL" in refused.output


def test_a_database_that_does_not_answer_is_a_sentence(run: Run) -> None:
    refused = run("user", "list", DATABASE_URL="postgresql://callcenter@127.0.0.1:9/callcenter")
    assert refused.exit_code == 1
    assert "PostgreSQL does not answer" in refused.output
