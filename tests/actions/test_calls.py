"""A call from its first ring to its end, by the actions alone."""

from tests.factories import Shop


def test_a_caller_who_hangs_up_while_offered_frees_the_agent_for_the_next(shop: Shop) -> None:
    shop.available("alice")
    first, sid = shop.call()
    second, _ = shop.call("+14155550143")
    assert shop.asked(first) == "alice"
    assert shop.asked(second) is None
    shop.report(sid)
    ended = shop.interaction(first)
    assert (ended.state, ended.result, ended.agent_id) == ("ended", "abandoned", None)
    assert shop.asked(second) == "alice"
    assert shop.agent("alice").state == "offered"
