"""Inserts a new call and its customer's leg: every call starts with it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from callcenter.domain.states import Direction
from callcenter.storage.calls.calls import Call
from callcenter.storage.calls.interactions import Interaction

BLANK: dict[str, Any] = {column.key: None for column in Interaction.__mapper__.column_attrs} | {
    "direction": Direction.INBOUND,
    "aging": 1.0,
    "tier": "",
    "transfer_reason": "",
}
NEW_CALL = text(
    "WITH seen AS ("
    "  UPDATE customer_addresses SET last_seen_at = :created_at, verified_at = coalesce(verified_at, :created_at)"
    "  WHERE id = ANY(CAST(:seen AS bigint[]))),"
    " call AS ("
    "  INSERT INTO interactions (channel, direction, state, language, our_address, their_address, customer_id, queue_id,"
    "    created_at, aging, tier, score, affinities, transfer_reason)"
    "  VALUES (:channel, :direction, :state, :language, :our_address, :their_address, :customer_id, :queue_id,"
    "    :created_at, 1, '', '{}', '[]', '') RETURNING id),"
    " details AS ("
    "  INSERT INTO calls (id, menu_keys, held_seconds, held_times, reconcile_at)"
    "  SELECT id, '[]', 0, 0, :reconcile_at FROM call)"
    "INSERT INTO legs (sid, interaction_id, party, rank, sequence, created_at)"
    " SELECT :sid, id, 'customer', :rank, -1, :created_at FROM call RETURNING interaction_id"
)


def add_call(
    session: Session, *, sid: str, rank: int, reconcile_at: datetime, seen: Sequence[int] = (), **values: Any
) -> Interaction:
    # `seen`: ids of addresses that this call verifies.
    of_call = {"sid": sid, "rank": rank, "seen": list(seen), "reconcile_at": reconcile_at}
    id_ = session.connection().execute(NEW_CALL, {**BLANK, **values, **of_call}).scalar_one()
    interaction = Interaction(**{**BLANK, "score": {}, "affinities": [], **values, "id": id_})
    call = Call(
        id=id_,
        menu_keys=[],
        held_since=None,
        held_seconds=0,
        held_times=0,
        reconcile_at=reconcile_at,
        bring_back_at=None,
    )
    for row in (interaction, call):
        make_transient_to_detached(row)
        session.add(row)
    set_committed_value(interaction, "call", call)
    set_committed_value(interaction, "wrap_up", None)
    return interaction
