"""A new call, written in one statement: every call starts with it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session, make_transient_to_detached

from callcenter.domain.states import Direction
from callcenter.storage.calls.interactions import Interaction

BLANK: dict[str, Any] = {column.key: None for column in Interaction.__mapper__.column_attrs} | {
    "direction": Direction.INBOUND,
    "growth": 1.0,
    "tier": "",
    "passed_on": "",
    "held_seconds": 0,
    "held_times": 0,
    "note": "",
}
NEW_CALL = text(
    "WITH seen AS ("
    "  UPDATE customer_addresses SET last_seen_at = :created_at, verified_at = coalesce(verified_at, :created_at)"
    "  WHERE id = ANY(CAST(:seen AS bigint[]))),"
    " call AS ("
    "  INSERT INTO interactions (channel, direction, state, language, our_address, their_address, customer_id, queue_id,"
    "    menu_keys, created_at, reconcile_at, growth, tier, points, affinities, passed_on, held_seconds, held_times, note)"
    "  VALUES (:channel, :direction, :state, :language, :our_address, :their_address, :customer_id, :queue_id,"
    "    '[]', :created_at, :reconcile_at, 1, '', '{}', '[]', '', 0, 0, '') RETURNING id)"
    "INSERT INTO legs (sid, interaction_id, party, rank, sequence, created_at)"
    " SELECT :sid, id, 'customer', :rank, -1, :created_at FROM call RETURNING interaction_id"
)


def add_call(session: Session, *, sid: str, rank: int, seen: Sequence[int] = (), **values: Any) -> Interaction:
    """Adds a call with its customer's leg, in one statement."""
    id_ = (
        session.connection()
        .execute(NEW_CALL, {**BLANK, **values, "sid": sid, "rank": rank, "seen": list(seen)})
        .scalar_one()
    )
    call = Interaction(**{**BLANK, "menu_keys": [], "points": {}, "affinities": [], **values, "id": id_})
    make_transient_to_detached(call)
    session.add(call)
    return call
