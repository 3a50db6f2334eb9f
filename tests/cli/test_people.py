"""People and API keys, created and revoked by operators."""

from callcenter import passwords
from callcenter.storage.administration import access
from callcenter.storage.agents import agents
from callcenter.wiring import Wiring
from tests.cli.conftest import Run
from tests.site import People


def test_a_person_made_on_the_command_line_may_sign_in(run: Run, wiring: Wiring, people: People) -> None:
    words = ("user", "create", "Lin", "--role", "agent", "--name", "Lin Wei", "--speaks", "en", "--speaks", "zh")
    done = run(*words, "--skill", "delivery:2", "--zone", "Asia/Shanghai", keys="harbour lights\nharbour lights\n")
    assert done.exit_code == 0, done.output
    with wiring.reading() as session:
        lin = agents.by_name(session, "lin")
    assert lin is not None
    assert (lin.name, lin.languages, lin.skills, lin.zone) == (
        "Lin Wei",
        ["en", "zh"],
        {"delivery": 2},
        "Asia/Shanghai",
    )
    assert passwords.matches("harbour lights", lin.password_hash)
    assert "harbour lights" not in done.output


def test_a_password_can_come_from_standard_input(run: Run, wiring: Wiring, people: People) -> None:
    done = run("user", "password", "alice", "--password-stdin", keys="a new long word\n")
    assert done.exit_code == 0, done.output
    with wiring.reading() as session:
        alice = agents.get(session, people.alice)
    assert alice is not None
    assert passwords.matches("a new long word", alice.password_hash)
    assert alice.session_key


def test_what_cannot_be_is_said_in_a_sentence(run: Run, people: People) -> None:
    for words, said in (
        (("user", "create", "alice"), "already somebody"),
        (("user", "create", "x y"), "no spaces"),
        (("user", "create", "lin", "--zone", "Moon/Base"), "no such time zone"),
        (("user", "create", "lin", "--skill", "delivery:high"), "whole number"),
        (("user", "password", "nobody"), "nobody of the name"),
        (("token", "create", "--role", "agent", "--agent", "nobody", "--name", "x"), "nobody of the name"),
        (("token", "create", "--role", "administrator", "--agent", "alice", "--name", "x"), "gives no more"),
        (("token", "revoke", "99"), "no token 99"),
    ):
        refused = run(*words, *(("--password-stdin",) if words[0] == "user" else ()), keys="harbour lights\n")
        assert refused.exit_code in (1, 2), words
        assert said in refused.output, (words, refused.output)
        assert "Traceback" not in refused.output


def test_a_short_password_is_refused(run: Run, wiring: Wiring, people: People) -> None:
    refused = run("user", "create", "lin", "--password-stdin", keys="short\n")
    assert refused.exit_code == 1
    assert "at least 8 characters" in refused.output
    with wiring.reading() as session:
        assert agents.by_name(session, "lin") is None


def test_everybody_is_listed_without_secrets(run: Run, people: People) -> None:
    shown = run("user", "list").output
    assert "alice" in shown
    assert "supervisor" in shown
    assert "argon2" not in shown


def test_a_token_is_printed_once_and_opens_until_it_is_revoked(run: Run, wiring: Wiring, people: People) -> None:
    made = run("token", "create", "--role", "agent", "--agent", "alice", "--name", "own desk")
    secret = made.stdout.strip()
    assert made.exit_code == 0, made.output
    with wiring.reading() as session:
        token = access.token(session, secret)
    assert token is not None
    assert (token.agent_id, token.role, token.name) == (people.alice, "agent", "own desk")
    listed = run("token", "list").output
    assert "own desk" in listed
    assert secret not in listed
    assert run("token", "revoke", str(token.id)).exit_code == 0
    with wiring.reading() as session:
        assert access.token(session, secret) is None
    assert "revoked" in run("token", "list").output
