"""The embedded servers, in normal use and in failures; every server here is real."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from callcenter import embedded
from callcenter.embedded import owner, place, postgres_server, server
from tests.waiting import PATIENCE

pytestmark = pytest.mark.processes


@pytest.fixture
def data() -> Iterator[Path]:
    """A folder that every user may enter, as a data folder is."""
    folder = Path(tempfile.mkdtemp(prefix="callcenter-"))
    folder.chmod(place.OPEN)
    yield folder
    shutil.rmtree(folder)


def connect(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


def mode(folder: Path) -> int:
    return stat.S_IMODE(folder.stat().st_mode)


def test_both_servers_answer_and_what_postgresql_holds_is_there_the_next_time(data: Path) -> None:
    with embedded.servers(data) as urls, connect(urls.database_url) as database:
        database.execute("create table kept as select 'Carla' as name")
        assert redis.Redis.from_url(urls.redis_url).ping()
    with embedded.servers(data) as urls, connect(urls.database_url) as database:
        assert database.execute("select name from kept").fetchone() == ("Carla",)


def test_nothing_runs_after_the_end(data: Path) -> None:
    with embedded.postgres(data, durable=False) as database, embedded.redis(data) as memory:
        pids = [database.pid, memory.pid]
    assert all(pid is not None and not psutil.pid_exists(pid) for pid in pids)


def test_a_server_stops_starts_and_survives_being_killed_under_the_same_address(data: Path) -> None:
    with embedded.postgres(data) as database:
        url = database.url
        with connect(url) as connection:
            connection.execute("create table kept as select 1 as n")
        database.stop()
        assert database.pid is None
        with pytest.raises(psycopg.OperationalError):
            connect(url)
        database.start()
        database.kill()
        database.start()
        with connect(url) as connection:
            assert connection.execute("select n from kept").fetchone() == (1,)
        assert database.url == url


def test_a_restarted_redis_is_empty(data: Path) -> None:
    with embedded.redis(data) as memory:
        redis.Redis.from_url(memory.url).set("offer", 1)
        memory.kill()
        memory.start()
        assert redis.Redis.from_url(memory.url).get("offer") is None


def test_two_hundred_connections_are_welcome(data: Path) -> None:
    with embedded.postgres(data, durable=False) as database, connect(database.url) as connection:
        assert connection.execute("show max_connections").fetchone() == ("200",)


def test_names_in_any_script_are_lowered_and_compared(data: Path) -> None:
    with embedded.postgres(data, durable=False) as database, connect(database.url) as connection:
        assert connection.execute("select lower('ÉMILE 李雷')").fetchone() == ("émile 李雷",)


def test_a_second_start_on_the_same_data_is_told_that_one_is_running(data: Path) -> None:
    told = pytest.raises(embedded.EmbeddedError, match="Another contact centre is running on")
    with embedded.redis(data), told, embedded.redis(data):
        pytest.fail("two servers on one folder")


def test_the_servers_of_a_killed_run_are_ended_and_its_data_is_kept(data: Path) -> None:
    program = (
        "import sys, time, pathlib; from callcenter import embedded\n"
        "with embedded.servers(pathlib.Path(sys.argv[1])) as urls:\n"
        "    print(urls.database_url, flush=True); time.sleep(600)"
    )
    run = subprocess.Popen([sys.executable, "-c", program, str(data)], stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    with run.stdout, connect(run.stdout.readline().strip()) as connection:
        connection.execute("create table kept as select 1 as n")
    run.kill()
    run.wait(PATIENCE)
    orphan = int((data / "postgresql" / "postmaster.pid").read_text().split()[0])
    assert psutil.pid_exists(orphan)
    with embedded.servers(data) as urls, connect(urls.database_url) as connection:
        assert connection.execute("select n from kept").fetchone() == (1,)
        assert not psutil.pid_exists(orphan)


@pytest.mark.parametrize("inherited", [signal.SIG_DFL, signal.SIG_IGN], ids=["from a terminal", "from the background"])
def test_a_stopped_program_stops_its_servers(data: Path, inherited: signal.Handlers) -> None:
    """A shell starts what it runs in the background with SIGINT ignored; a program that stops by it says so itself."""
    program = (
        "import signal, sys, time, pathlib; from callcenter import embedded\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "with embedded.postgres(pathlib.Path(sys.argv[1])) as server:\n"
        "    print(server.pid, flush=True); time.sleep(600)"
    )
    before = signal.signal(signal.SIGINT, inherited)
    try:
        run = subprocess.Popen(
            [sys.executable, "-c", program, str(data)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
    finally:
        signal.signal(signal.SIGINT, before)
    assert run.stdout is not None
    with run.stdout:
        pid = int(run.stdout.readline())
        run.send_signal(signal.SIGINT)
        run.wait(PATIENCE)
    assert not psutil.pid_exists(pid)
    assert not (data / "postgresql" / "postmaster.pid").exists()


def test_the_remains_of_a_machine_that_lost_its_power_do_not_stop_a_start(data: Path) -> None:
    with embedded.postgres(data) as database:
        remains = (data / "postgresql" / "postmaster.pid").read_text()
        database.kill()
    stranger = str(os.getpid())  # after a reboot the pid belongs to another process
    (data / "postgresql" / "postmaster.pid").write_text("\n".join([stranger, *remains.splitlines()[1:]]) + "\n")
    with embedded.postgres(data) as database, connect(database.url) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


@pytest.mark.parametrize(("version", "told"), [("99", "a newer PostgreSQL"), ("16", "an older PostgreSQL")])
def test_data_of_another_postgresql_is_refused_and_left_alone(data: Path, version: str, told: str) -> None:
    with embedded.postgres(data, durable=False):
        pass
    (data / "postgresql" / "PG_VERSION").write_text(f"{version}\n")
    with pytest.raises(embedded.EmbeddedError, match=told), embedded.postgres(data):
        pytest.fail("started on foreign data")
    assert (data / "postgresql" / "PG_VERSION").read_text() == f"{version}\n"


def test_a_full_disk_is_told_before_anything_is_written(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "FREE_BYTES", shutil.disk_usage(data).free * 2)
    with pytest.raises(embedded.EmbeddedError, match="The disk is full"), embedded.postgres(data):
        pytest.fail("started on a full disk")
    assert not (data / "postgresql").exists()


def test_a_disk_that_fills_up_while_starting_is_told_from_the_servers_own_words(data: Path) -> None:
    full = postgres_server.PostgresServer(data)
    full.log.write_text("FATAL:  could not write lock file: No space left on device\n")
    assert "The disk is full" in full.explanation()


def test_a_damaged_setting_is_told_with_the_servers_own_words(data: Path) -> None:
    with embedded.postgres(data, durable=False):
        pass
    (data / "postgresql" / "postgresql.conf").write_text("max_connections = many\n")
    with pytest.raises(embedded.EmbeddedError, match="did not start"), embedded.postgres(data):
        pytest.fail("started with a damaged setting")


def test_a_folder_that_is_not_ours_is_refused(data: Path) -> None:
    (data / "elsewhere").mkdir()
    (data / "postgresql").symlink_to(data / "elsewhere")
    with pytest.raises(embedded.EmbeddedError, match="belongs to another user"), embedded.postgres(data):
        pytest.fail("took a folder behind a link")


def test_a_data_folder_that_cannot_be_made_is_told(data: Path) -> None:
    (data / "file").write_text("not a folder")
    with pytest.raises(embedded.EmbeddedError, match="cannot be made"), embedded.redis(data / "file" / "data"):
        pytest.fail("started in a file")


def test_a_path_too_long_for_a_socket_gets_a_short_one(data: Path) -> None:
    with embedded.redis(data / ("deep" * 30)) as memory:
        assert redis.Redis.from_url(memory.url).ping()


def test_no_parent_folder_is_opened_for_the_data_of_root(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "ROOTS_DATA", data / "roots")
    home = data / "home"
    home.mkdir(mode=0o700)
    with embedded.postgres(home / "var", durable=False) as database, connect(database.url) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    assert mode(home) == 0o700
    kept_outside = any((data / "roots").glob("for-*/postgresql/PG_VERSION"))
    assert kept_outside == (os.geteuid() == 0)


def test_the_copied_programs_run_where_the_wheel_cannot_be_reached(data: Path) -> None:
    copy = data / "programs"
    postgres_server._copy_programs(postgres_server._wheel(), copy)
    program = copy / postgres_server.PACKAGE / postgres_server.INSTALLATION / "bin" / "postgres"
    assert f"(PostgreSQL) {postgres_server.MAJOR}" in owner.for_postgres().run([str(program), "--version"]).stdout


def test_the_data_folder_is_what_the_environment_names(data: Path) -> None:
    assert place.data_folder({"CALLCENTER_DATA": str(data)}) == data
    assert place.data_folder({}) == (place.ROOTS_DATA if os.geteuid() == 0 else Path("var").absolute())


@pytest.mark.parametrize("_", ["before", "after"])
def test_each_test_finds_empty_tables_fresh_numbers_and_an_empty_redis(
    database_url: str, redis_url: str, _: str
) -> None:
    with connect(database_url) as connection, redis.Redis.from_url(redis_url) as memory:
        assert connection.execute("select count(*) from history").fetchone() == (0,)
        assert connection.execute("select nextval('history_sequence')").fetchone() == (1,)
        assert memory.dbsize() == 0
        connection.execute("insert into history (kind, version, actor, at, data) values ('x', 1, 'y', now(), '{}')")
        memory.set("x", 1)
