"""History: rows are never changed or deleted, and ids ascend in the order in which rows become visible."""

import threading
from dataclasses import fields
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, InternalError

from callcenter.domain import events, upcasts
from callcenter.domain.events import SUBJECTS, Event, NoteWritten
from callcenter.storage import history
from callcenter.storage.history import History
from callcenter.storage.work import Work
from callcenter.wiring import Wiring
from tests.factories import CARLA, Centre
from tests.waiting import PATIENCE

WRITERS, ROUNDS = 8, 25


def test_nothing_written_is_ever_changed_or_taken_away(centre: Centre) -> None:
    with centre.wiring.work() as work:
        work.record(NoteWritten(note="as it was"))
    for statement in (
        "UPDATE history SET data = '{}'",
        "UPDATE history SET kind = 'Other'",
        "UPDATE history SET sequence = sequence + 1",
        "UPDATE history SET sequence = NULL",
        "UPDATE history SET sequence = NULL, actor = 'mallory'",
        "DELETE FROM history",
        "TRUNCATE history",
        "TRUNCATE history CASCADE",
    ):
        with pytest.raises(DBAPIError, match="append-only"):
            centre.run(statement)
    rows = centre.rows(History)
    assert [row.data for row in rows if row.kind == "NoteWritten"] == [{"note": "as it was"}]
    with pytest.raises(InternalError), centre.wiring.reading() as session:
        session.execute(text("DELETE FROM history"))


def test_what_a_failed_work_recorded_never_happened(centre: Centre) -> None:
    before = len(centre.rows(History))

    def fail() -> None:
        with centre.wiring.work() as work:
            work.record(NoteWritten(note="never"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert len(centre.rows(History)) == before


def test_who_has_seen_a_number_has_seen_all_smaller_ones(centre: Centre) -> None:
    """Eight write at once while one follows: the follower never meets a number below the highest it saw before."""
    writing = threading.Event()
    seen: list[int] = []
    errors: list[BaseException] = []

    def write(who: int) -> None:
        try:
            for turn in range(ROUNDS):
                with centre.wiring.work() as work:
                    for part in range(1 + turn % 3):
                        work.record(NoteWritten(note=f"{who} {turn} {part}"))
        except BaseException as error:
            errors.append(error)

    def follow() -> None:
        while not writing.is_set():
            with centre.wiring.reading() as session:
                seen.extend(
                    row.sequence or 0
                    for row in history.published_since(session, seen[-1] if seen else 0, agent_id=None, limit=10_000)
                )

    follower = threading.Thread(target=follow)
    writers = [threading.Thread(target=write, args=(who,)) for who in range(WRITERS)]
    follower.start()
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(PATIENCE)
    writing.set()
    follower.join(PATIENCE)
    assert not errors
    rows = centre.rows(History)
    numbers = sorted(row.sequence or 0 for row in rows)
    assert numbers == list(range(numbers[0], numbers[0] + len(rows)))  # without a gap
    assert seen == sorted(set(seen))
    assert seen == numbers[: len(seen)]  # nothing was passed over
    for who in range(WRITERS):
        own = [row for row in rows if row.data.get("note", "").startswith(f"{who} ")]
        assert [row.sequence for row in own] == sorted(
            row.sequence or 0 for row in own
        )  # one's own in the order written


def test_what_a_crash_swallowed_is_told_again_and_once(
    centre: Centre, wiring: Wiring, monkeypatch: pytest.MonkeyPatch
) -> None:
    pushed: list[tuple[str, dict[str, object]]] = []
    monkeypatch.setattr(wiring.push, "send", lambda _room, name, payload: pushed.append((name, payload)))
    id_, _ = centre.call()
    pushed.clear()
    with wiring.database.begin() as session:  # committed, and then the process is gone
        work = Work(session, centre.clock())
        work.record(NoteWritten(interaction_id=id_, note="swallowed"))
        work.write()
    assert wiring.republish() == 0  # perhaps it is only slow
    centre.clock.forward(6)
    assert wiring.republish() == 1
    assert wiring.republish() == 0
    assert [(name, payload["interaction_id"]) for name, payload in pushed] == [("interaction.changed", id_)]
    numbers = [row.sequence for row in centre.rows(History)]
    assert None not in numbers
    with wiring.reading() as session:
        assert history.is_behind(session, now=centre.clock(), by=timedelta(0)) == 0


def test_two_who_tell_again_at_once_tell_it_once(
    centre: Centre, wiring: Wiring, monkeypatch: pytest.MonkeyPatch
) -> None:
    pushed: list[str] = []
    monkeypatch.setattr(wiring.push, "send", lambda _room, name, _payload: pushed.append(name))
    id_, _ = centre.call()
    pushed.clear()
    with wiring.database.begin() as session:
        work = Work(session, centre.clock())
        work.record(NoteWritten(interaction_id=id_, note="swallowed"))
        work.write()
    centre.clock.forward(6)
    threads = [threading.Thread(target=wiring.republish) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert pushed == ["interaction.changed"]


def test_every_event_comes_back_out_of_history_as_it_went_in(centre: Centre) -> None:
    with centre.wiring.work() as work:
        for kind in Event.kinds.values():
            given = {f.name: _some(str(f.type)) for f in fields(kind) if f.name not in SUBJECTS}
            work.record(kind(interaction_id=1, actor="agent:7", **given))  # type: ignore[arg-type]
        recorded = list(work.recorded)
    rows = centre.rows(History)[-len(recorded) :]
    assert [row.event() for row in rows] == recorded


def _some(kind: str) -> object:
    if "dict" in kind:
        return {"name": ["before", "后"]}
    return 7 if "int" in kind else "文 text"


def test_an_event_of_an_older_version_is_read_as_one_of_today(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    carla = centre.customer("Carla Diaz", CARLA)
    older = "INSERT INTO history (at, kind, version, actor, customer_id, data) VALUES (:at, :kind, 1, 'customer', :carla, :data)"
    centre.run(older, at=centre.clock.now, kind="CustomerOptedOut", carla=carla, data='{"channel": "sms"}')
    centre.run(older, at=centre.clock.now, kind="NoteWritten", carla=carla, data='{"text": "hello", "unknown": 1}')
    monkeypatch.setitem(upcasts.UPCASTS, ("NoteWritten", 1), lambda data: {**data, "note": data["text"]})
    out, note = (row.event() for row in centre.rows(History)[-2:])
    assert out == events.CustomerOptedOut(customer_id=carla, actor="customer", address_kind="phone")
    assert note == events.NoteWritten(customer_id=carla, actor="customer", note="hello")


def test_an_event_is_written_with_its_version(centre: Centre) -> None:
    centre.customer("Carla Diaz", CARLA)
    centre.text("STOP")
    row = centre.rows(History)[-1]
    assert (row.kind, row.version, row.data) == ("CustomerOptedOut", 2, {"address_kind": "phone"})


def test_every_older_version_has_a_line_that_leads_to_the_next() -> None:
    older = {(kind, version) for kind, known in events.Event.kinds.items() for version in range(1, known.version)}
    assert set(upcasts.UPCASTS) == older
