"""Figures of wallboard, card and desk, checked against sums by hand."""

from datetime import UTC, datetime

from callcenter.actions.calls import wrap_ups
from callcenter.actions.customers import customers
from callcenter.actions.messages import messages
from callcenter.reports.agents import desk
from callcenter.reports.customers import card
from callcenter.reports.supervision import wallboard
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.tickets.tickets import Ticket
from tests.factories import CARLA, Centre


def _board(centre: Centre) -> wallboard.Board:
    with centre.wiring.reading() as session:
        return wallboard.figures(session, centre.clock())


def _noon(centre: Centre) -> None:
    centre.clock.now = datetime(2026, 11, 20, 20, tzinfo=UTC)  # noon in Los Angeles


def test_an_empty_centre_has_an_empty_wallboard(centre: Centre) -> None:
    board = _board(centre)
    assert (board.waiting_calls, board.offered, board.level_of_answered, board.score) == (0, 0, None, None)
    assert [queue.names["zh"] for queue in board.queues] == ["配送", "账单"]
    assert (wallboard.payload(board)["name"], wallboard.payload(board)["sequence"]) == ("wallboard", None)


def test_the_wallboard_counts_what_happened_today(centre: Centre) -> None:
    _noon(centre)
    centre.available("alice")
    in_time, sid = centre.call("+14155550101")  # answered after 10 s: in time
    centre.clock.forward(10)
    centre.accept(in_time)
    centre.connect(in_time)
    late, late_sid = centre.call("+14155550102")
    _, soon_sid = centre.call("+14155550103")
    centre.clock.forward(4)
    centre.report(soon_sid)  # left after 4 s: abandoned soon, in time
    centre.clock.forward(56)
    centre.report(sid)
    with centre.wiring.work() as work:
        wrap_ups.finish(work, in_time, outcome="solved", note="", actor=centre.actor("alice"))
    centre.accept(late)
    centre.connect(late)  # answered after 60 s: late
    waiting, _ = centre.call("+14155550104")
    since = centre.clock().isoformat()
    centre.clock.forward(30)
    board = _board(centre)
    assert (board.offered, board.abandoned, board.abandoned_soon) == (3, 1, 1)
    assert board.level_of_answered == 1 / 2
    assert board.level_of_all == 2 / 3
    assert board.abandoned_share == 1 / 3
    assert (board.waiting_calls, board.longest_since, board.longest_queue) == (1, since, centre.delivery)
    delivery = board.queues[0]
    assert (delivery.waiting, delivery.active, delivery.free) == (1, 1, 0)
    assert delivery.spark[-1] == 1
    alice = next(agent for agent in board.agents if agent.name == "Alice Moreau")
    assert (alice.state, alice.calls, alice.conversations) == ("busy", 1, 0)
    assert centre.asked(waiting) is None
    centre.report(late_sid)


def test_no_customers_data_is_on_the_wallboard(centre: Centre) -> None:
    centre.customer("Carla Diaz", CARLA)
    centre.call()
    told = str(wallboard.payload(_board(centre)))
    assert "Carla" not in told
    assert CARLA not in told


def test_yesterday_is_not_today(centre: Centre) -> None:
    _noon(centre)
    _, sid = centre.call()
    centre.report(sid)
    assert _board(centre).offered == 1
    centre.clock.forward(13 * 3600)
    assert _board(centre).offered == 0


def test_the_card_sums_what_a_ticket_has_cost_the_customer(centre: Centre) -> None:
    carla = centre.customer("Carla Diaz", CARLA)
    centre.available("alice")
    for turn in range(2):
        id_, sid = centre.call()
        centre.clock.forward(30)
        centre.accept(id_)
        centre.connect(id_)
        centre.clock.forward(100)
        if turn == 0:
            centre.conference(id_, "participant-hold", sid)
            centre.clock.forward(20)
            centre.conference(id_, "participant-unhold", sid)
        centre.report(sid)
        with centre.wiring.work() as work:
            wrap_ups.finish(work, id_, outcome="promise_made", note=f"note {turn}", actor=centre.actor("alice"))
    third, _ = centre.call()
    centre.clock.forward(5)
    with centre.wiring.reading() as session:
        shown = card.of_interaction(session, third, centre.clock())
    assert shown is not None
    assert shown.customer is not None
    assert (shown.customer.id, shown.keys) == (carla, ["1 Delivery"])
    effort = shown.effort
    assert (effort.contacts, effort.waiting, effort.held, effort.talking) == (3, 65, 20, 200)
    assert effort.seconds == 285
    assert effort.is_heavy
    assert [contact.note for contact in shown.contacts] == ["note 1", "note 0"]
    assert shown.contacts[0].agent == "Alice Moreau"
    assert (shown.contacts_in_a_year, len(shown.open_tickets)) == (3, 1)
    assert len(centre.rows(Ticket)) == 1


def test_the_card_of_a_shared_and_of_a_withheld_number(centre: Centre) -> None:
    carla, diego = centre.customer("Carla Diaz", CARLA), centre.customer("Diego Diaz", CARLA)
    shared, _ = centre.call()
    withheld, _ = centre.call(None)
    with centre.wiring.reading() as session:
        of_shared = card.of_interaction(session, shared, centre.clock())
        of_withheld = card.of_interaction(session, withheld, centre.clock())
        assert card.of_interaction(session, 999, centre.clock()) is None
    assert of_shared is not None
    assert (of_shared.customer, [one.id for one in of_shared.perhaps]) == (None, [carla, diego])
    assert of_withheld is not None
    assert (of_withheld.customer, of_withheld.perhaps, of_withheld.number) == (None, [], None)
    with centre.wiring.work() as work:
        customers.recognise(work, shared, customer_id=diego, actor=centre.actor("alice"))
    with centre.wiring.reading() as session:
        known = card.of_interaction(session, shared, centre.clock())
    assert known is not None
    assert known.customer is not None
    assert known.customer.id == diego


def test_the_desk_shows_what_is_mine_now(centre: Centre) -> None:
    centre.available("alice")
    centre.text("hello")
    conversation = centre.rows(Interaction)[-1].id
    centre.accept(conversation)
    centre.text("are you there?")
    offered, _ = centre.call("+14155550143")

    def mine() -> desk.Mine:
        with centre.wiring.reading() as session:
            agent = centre.agent("alice")
            return desk.mine(session, agent, centre.clock())

    seen = mine()
    assert seen.offered is not None
    assert (seen.offered.interaction.id, seen.call, seen.wrap_up) == (offered, None, None)
    assert [(item.unread, item.last_message.body if item.last_message else "") for item in seen.conversations] == [
        (2, "are you there?")
    ]
    with centre.wiring.work() as work:
        messages.read(work, conversation, actor=centre.actor("bo"))
    assert mine().conversations[0].unread == 2
    with centre.wiring.work() as work:
        messages.read(work, conversation, actor=centre.actor("alice"))
    assert mine().conversations[0].unread == 0
    centre.accept(offered)
    centre.connect(offered)
    call = mine().call
    assert call is not None
    assert call.interaction.id == offered


def test_the_day_of_an_agent(centre: Centre) -> None:
    _noon(centre)
    centre.available("alice")
    id_, sid, _ = centre.talk()
    centre.report(sid)
    with centre.wiring.work() as work:
        wrap_ups.finish(work, id_, outcome="solved", note="", actor=centre.actor("alice"))
    with centre.wiring.reading() as session:
        day = desk.day(session, centre.agent("alice"), centre.clock())
    assert (day.answered, day.solved, day.first_contact_share, day.score) == (1, 1, 1.0, None)
    states = [stretch.value for stretch in day.stretches if stretch.kind == "state"]
    assert states == ["offered", "busy", "wrap_up", "idle"]
    assert [stretch.value for stretch in day.stretches if stretch.kind == "status"] == ["unavailable", "available"]
    open_ones = [stretch for stretch in day.stretches if stretch.ended_at is None]
    assert {stretch.kind for stretch in open_ones} == {"state", "status"}
