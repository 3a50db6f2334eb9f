"""The dry run, and routing's reasons in sentences."""

from flask import Flask
from sqlalchemy import update

from callcenter.domain.routing import explanation
from callcenter.storage.administration.company import Queue
from callcenter.web.wording import reasons
from tests.factories import Centre
from tests.site import SignIn

NAMES = {1: "Alice", 2: "Bo", 3: "Sam", **{n: f"Agent {n}" for n in range(4, 20)}}
SUNDAY, MONDAY = "2026-11-29", "2026-11-30"


def billing(centre: Centre, **routing: object) -> None:
    with centre.wiring.work() as work:
        hours = {day: [["09:00", "20:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
        values = {"routing": {"skills": {"billing": 2}, **routing}, "hours": hours, "priority": 10}
        work.session.execute(update(Queue).where(Queue.id == centre.billing).values(**values))


def told(signed_in: SignIn, centre: Centre, **query: object) -> str:
    asked = {"queue": centre.billing, "channel": "voice", "language": "zh", "day": MONDAY, "time": "19:05", **query}
    return signed_in("sam").get("/admin/dry-run", query_string=asked).text


def test_a_gold_customer_on_sunday_evening_hears_when_we_open(signed_in: SignIn, centre: Centre) -> None:
    billing(centre)
    text = told(signed_in, centre, tier="gold", day=SUNDAY)
    assert "Billing is closed" in text
    assert "It opens next:" in text
    assert "09:00" in text
    assert "no agent is asked" in text


def test_score_rings_and_reasons_are_told(signed_in: SignIn, centre: Centre) -> None:
    rings = [{"after": 30, "skills": {"billing": 1}, "roles": ["agent"]}]
    billing(centre, rings=rings, max_wait=600, overflow="callback", prefers={"returns": 3})
    centre.change("alice", skills={"billing": 2})
    centre.change("bo", skills={"billing": 1})
    centre.available("alice", "bo", "sam")
    text = told(signed_in, centre, tier="gold", broken_promise="yes", repeats="9")
    for sentence in (
        "Alice Moreau would be asked at once.",
        "Enters the queue with a score of 180",
        "way of contact 30",
        "priority of the queue 10",
        "Alice Moreau: free",
        "Bo Chen is in a later ring",
        "Bo Chen is asked, if nobody has taken it by then",
        "Callers who still wait are offered a callback",
    ):
        assert sentence in text, sentence


def test_whoever_knows_the_customer_comes_first(signed_in: SignIn, centre: Centre) -> None:
    billing(centre)
    centre.change("alice", skills={"billing": 5})
    centre.change("bo", skills={"billing": 2})
    centre.available("alice", "bo")
    text = told(signed_in, centre, knows="last", agent=centre.id_of("bo"))
    assert "Bo Chen would be asked at once." in text
    assert "last spoke with this customer" in text


def test_nobody_who_can_means_nobody_is_asked(signed_in: SignIn, centre: Centre) -> None:
    billing(centre)
    assert "No agent would be asked." in told(signed_in, centre)
    centre.change("alice", skills={"billing": 4}, languages=["en"])
    everybody = told(signed_in, centre, who="everybody")
    assert "Alice Moreau does not speak 中文" in everybody
    assert "No agent would be asked." in everybody
    assert "Alice Moreau would be asked at once." in told(signed_in, centre, who="everybody", language="en")


def test_nonsense_in_the_address_is_no_trouble(signed_in: SignIn, centre: Centre) -> None:
    text = told(
        signed_in, centre, queue="x", tier="?", day="soon", time="25:99", repeats="-3", agent="9" * 40, knows="last"
    )
    assert "What would happen" in text


def test_a_dry_run_disturbs_nobody(signed_in: SignIn, centre: Centre) -> None:
    billing(centre)
    centre.change("alice", skills={"billing": 5})
    centre.available("alice")
    browser = signed_in("sam")
    before = centre.kinds()
    text = browser.get("/admin/dry-run", query_string={"queue": centre.billing, "day": MONDAY, "time": "10:00"}).text
    assert "Alice Moreau would be asked at once." in text
    assert centre.kinds() == before
    assert centre.agent("alice").state == "idle"


def test_an_offer_explains_itself_in_sentences(app: Flask) -> None:
    data = {
        "why": "relationship",
        "known": "last",
        "agent": 1,
        "rings": 1,
        "able": [[1, 245, {"french": 3}], [2, 38, {}]],
        "out": {"on_a_call": [3], "language": [4, 5], "not_available": list(range(6, 18))},
    }
    with app.test_request_context():
        assert reasons.sentences(explanation(data), NAMES) == [
            "Alice: free 4 min, French 3, last spoke with this customer",
            "Bo: free 38 s",
            "Sam was on a call",
            "Agent 4 and Agent 5 do not speak the language",
            "12 others were not available",
        ]
        assert reasons.short(explanation(data), NAMES) == "free 4 min, French 3, last spoke with this customer"


def test_what_still_waits_says_for_whom_and_what_opens_next(app: Flask) -> None:
    data = {
        "why": "held",
        "known": "ticket",
        "held_for": 2,
        "held": 12,
        "rings": 2,
        "next_ring_in": 21,
        "out": {"on_a_call": [2], "ring": [3]},
    }
    with app.test_request_context():
        assert reasons.why_waiting(explanation(data), NAMES) == [
            "Waits up to 12 s for Bo, who has this customer's ticket",
            "Bo is on a call",
            "Sam is in a later ring",
            "The next ring opens in 21 s",
        ]
        alone = explanation({"why": "nobody", "rings": 1, "out": {"skill": [1]}})
        assert reasons.why_waiting(alone, NAMES) == ["No agent who may take it is free", "Alice lacks the skill"]
