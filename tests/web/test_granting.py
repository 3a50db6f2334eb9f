"""Grants on the desk: the card's sentence, the two steps, approval and result; permissions; double clicks, stale pages."""

import re
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from callcenter.actions.empowerment import approvals, escalation, fulfilment
from callcenter.domain.empowerment.approving import ApprovalAnswer
from callcenter.storage.callbacks.callbacks import Callback
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.database import KEPT
from callcenter.storage.empowerment.departments import Entitlement
from callcenter.storage.empowerment.grants import Grant
from callcenter.web.wording.scale import Reach, scale
from tests.again import Again
from tests.empowered import BOOK, Counter
from tests.site import SignIn, csrf_token

ROOTS = ("/desk", "/giving", "/tickets")
WHY = "Second morning off work lost."


class Desk:
    """Alice on the line with Carla about the late delivery."""

    def __init__(self, counter: Counter, browser: FlaskClient, call: int, caller: str) -> None:
        self.counter, self.browser, self.centre = counter, browser, counter.centre
        self.call, self.caller = call, caller

    @property
    def url(self) -> str:
        return f"/desk/interactions/{self.call}/give"

    def get(self, path: str = "") -> str:
        answer = self.browser.get(path if path.startswith(ROOTS) else f"{self.url}{path}")
        assert answer.status_code == 200, answer.text
        return answer.text

    def send(self, path: str = "", **form: Any) -> TestResponse:
        where = path if path.startswith(ROOTS) else f"{self.url}{path}"
        return post(self.browser, where, **form)

    def card(self) -> str:
        return self.get(f"/desk/interactions/{self.call}/card")

    def ask(self, amount: str = "$140", key: str = "asked") -> Grant:
        answer = self.send("/ask", remedy="credit", amount=amount, key=key, reason=WHY)
        assert answer.status_code == 200, answer.text
        return self.grants()[-1]

    def grants(self) -> list[Grant]:
        return list(self.centre.rows(Grant))

    def a_second_later(self) -> None:
        """Expires what each process caches for a second."""
        self.centre.clock.forward(1)
        with self.centre.wiring.reading() as session:
            session.info[KEPT].forget()

    def decide(self, grant: Grant, said: ApprovalAnswer, **more: Any) -> None:
        with self.centre.wiring.work() as work:
            approval = self.counter.approval(grant).id
            approvals.answer(work, approval, actor=self.centre.actor("sam"), answer=said, **more)


def post(browser: FlaskClient, path: str, **form: Any) -> TestResponse:
    headers = {"HX-Request": "true", "X-CSRFToken": csrf_token(browser)}
    return browser.post(path, data=form, headers=headers)


@pytest.fixture
def desk(counter: Counter, signed_in: SignIn, again: Again) -> Desk:
    browser = signed_in("alice")
    return Desk(counter, browser, *again("desk", counter.centre.clock, lambda: _talks(counter)))


def _talks(counter: Counter) -> tuple[int, str]:
    """Alice, about the ticket: (interaction, the caller's sid)."""
    centre = counter.centre
    centre.available("alice")
    call, caller, _ = centre.talk()
    with centre.wiring.work() as work:
        work.session.execute(update(Interaction).where(Interaction.id == call).values(ticket_id=counter.ticket))
    return call, caller


# The card


def test_the_card_says_what_may_be_given_and_what_is_asked_but_nothing_forbidden_and_no_profit(desk: Desk) -> None:
    desk.counter.at_screen("sam")
    card = desk.card()
    assert "Up to $100 now: gold customers whose delivery was our mistake may get $100." in card
    rows = re.findall(r'<div class="give-row.*?</div>', card, re.DOTALL)
    assert len(rows) == 4
    assert any("Credit on account" in row and "up to $100" in row for row in rows)
    assert any("Delivery fee back" in row and "$14.90" in row for row in rows)
    assert any("Express redelivery" in row and "free, 2 left" in row for row in rows)
    assert "4,210" not in card
    assert "relationship" not in card


def test_what_has_to_be_asked_names_who_is_at_a_screen_and_how_long_it_usually_takes(desk: Desk) -> None:
    desk.counter.at_screen("sam")
    for n in range(3):
        grant = desk.ask("$140", key=f"k{n}")
        desk.centre.clock.forward(40)
        desk.decide(grant, ApprovalAnswer.NO)
    desk.centre.run("UPDATE tickets SET cause = 'wrong colour'")
    desk.a_second_later()
    desk.counter.at_screen("sam")
    card = desk.card()
    assert "ask Sam" in card
    assert "about 40 s" in card


def test_without_rules_in_force_the_card_says_nothing_of_giving(desk: Desk) -> None:
    desk.centre.run("ALTER TABLE rule_books DISABLE TRIGGER USER")
    desk.centre.run("DELETE FROM rule_books")
    desk.a_second_later()
    assert "You may give" not in desk.card()
    assert 'id="ctl-give"' not in desk.get(f"/desk/interactions/{desk.call}/controls")


def test_a_forbidden_remedy_is_not_shown(desk: Desk) -> None:
    desk.centre.run("UPDATE tickets SET type = 'question'")
    assert "Refund of the price" not in desk.card()
    assert "Refund of the price" not in desk.get("/choose")


def test_the_card_is_in_chinese_for_whoever_reads_chinese(desk: Desk) -> None:
    desk.centre.change("alice", language="zh")
    card = desk.card()
    assert "您可补偿" in card
    assert "账户余额" in card


def test_the_card_tells_promises_and_rights(desk: Desk) -> None:
    centre, carla = desk.centre, desk.counter.carla
    with centre.wiring.work() as work:
        work.session.add(
            Entitlement(
                customer_id=carla, key="express", names={"en": "Express twice a year", "zh": "加急"}, ends_at=None
            )
        )
    grant = desk.ask()
    centre.report(desk.caller)
    assert desk.counter.approval(grant).callback_id
    card = desk.card()
    assert "Express twice a year" in card
    assert "Promises to them" in card
    assert "We call back" in card
    (owed,) = centre.rows(Callback)
    centre.clock.forward((owed.promised_until - centre.clock()).total_seconds() + 60)
    assert "broken" in desk.card()


# The two steps


def test_step_one_offers_by_number_and_says_what_is_left_of_my_budget(desk: Desk) -> None:
    desk.counter.budget(60_000, scope="agent", name="alice")
    text = desk.get("/choose?remedy=credit&amount=$60")
    assert text.count("data-give-nth") == 5
    assert "of $100" in text
    assert "$540 left of $600" in text
    assert "Next: confirm $60" in text
    assert "you, $100" in text
    assert 'class="scale-at"' in text


def test_a_budget_of_the_team_is_not_told_to_an_agent(desk: Desk) -> None:
    desk.counter.budget(60_000)
    assert "left of $600" not in desk.get("/choose?remedy=credit&amount=$60")


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("-5", "more than nothing"),
        ("¥60", "given in USD"),
        ("1.005", "no smaller part"),
        ("much", "not an amount"),
        ("$300", "Next: ask"),
        ("$140", "Next: ask"),
    ],
)
def test_an_amount_says_at_once_what_it_means(desk: Desk, amount: str, said: str) -> None:
    assert said in desk.get(f"/amount?remedy=credit&amount={amount}")


def test_alice_gives_sixty_dollars_in_two_steps_and_it_stands_in_the_story(desk: Desk) -> None:
    confirm = desk.send("/confirm", remedy="credit", amount="$60", key="one").text
    assert "$60 credit on account to Carla Mendes" in confirm
    assert "You may do this yourself" in confirm
    assert "Rule 14: gold customers" in confirm
    assert "Harbor Home: $60 is on your account" in confirm
    assert "Give $60" in confirm
    assert not desk.grants()
    given = desk.send(
        "", remedy="credit", amount="$60", key="one", reason="late", sms="Sorry, Carla. $60 for you."
    ).text
    assert "Given: $60 credit on account" in given
    (grant,) = desk.grants()
    assert (grant.units, grant.reason, grant.sms) == (6000, "late", "Sorry, Carla. $60 for you.")
    timeline = desk.get(f"/desk/interactions/{desk.call}/timeline")
    assert "fact-give" in timeline
    assert "Given: $60" in timeline


def test_a_double_click_gives_once(desk: Desk) -> None:
    for _ in range(2):
        answer = desk.send("", remedy="credit", amount="$60", key="twice", reason="late")
        assert answer.status_code == 200
    assert len(desk.grants()) == 1


def test_a_page_from_before_the_limit_fell_asks_instead_of_giving(desk: Desk) -> None:
    desk.counter.make_grant("credit", 8000)
    answer = desk.send("", remedy="credit", amount="$60", key="stale", reason="late")
    assert answer.status_code == 200
    assert "The limit changed meanwhile." in answer.text
    assert "Why should we?" in answer.text
    assert [grant.units for grant in desk.grants()] == [8000]


def test_what_needs_a_reason_is_not_given_without_one(desk: Desk) -> None:
    rules = [{**rule, "outcome": "may_with_reason"} if rule["id"] == 14 else rule for rule in BOOK["rules"]]
    desk.counter.publish({**BOOK, "rules": rules}, number=2)
    desk.a_second_later()
    assert "Why, in your words" in desk.send("/confirm", remedy="credit", amount="$60", key="r").text
    refused = desk.send("", remedy="credit", amount="$60", key="r", reason=" ")
    assert refused.status_code == 422
    assert "Say why" in refused.text
    assert not desk.grants()


def test_a_remedy_asks_for_what_it_needs(desk: Desk) -> None:
    confirm = desk.send("/confirm", remedy="express", amount="1", key="x").text
    assert 'name="field_day"' in confirm
    missing = desk.send("", remedy="express", amount="1", key="x")
    assert missing.status_code == 422
    given = desk.send("", remedy="express", amount="1", key="x", field_day="2026-12-01").text
    assert "Given: express redelivery" in given


def test_what_the_rules_refuse_is_told_and_kept(desk: Desk) -> None:
    desk.centre.run("UPDATE tickets SET type = 'question'")
    answer = desk.send("/confirm", remedy="refund", amount="$50", key="no")
    assert answer.status_code == 200
    assert [grant.state for grant in desk.grants()] == ["refused"]


def test_what_is_no_remedy_or_no_amount_is_told(desk: Desk) -> None:
    assert desk.send("/confirm", remedy="yacht", amount="$50", key="no").status_code == 422
    assert desk.send("/confirm", remedy="credit", amount="-50", key="no").status_code == 422
    assert desk.send("/confirm", remedy="express", amount="half", key="no").status_code == 422


# Above the limit


def test_above_the_limit_it_says_who_is_asked_and_what_else(desk: Desk) -> None:
    desk.counter.at_screen("sam", "robin")
    text = desk.send("/confirm", remedy="credit", amount="$140", key="a").text
    assert "Sam Keller" in text
    assert "at a screen" in text
    assert "After 2:00 Robin Hale." in text
    assert "After 4:00 you may give $100, and we promise to call about the rest by" in text
    assert "Give $100 instead" in text
    assert "Ask Sam, hold Carla" in text
    assert "Sam, $250" in text
    assert "Robin, more" in text


def test_giving_less_at_once_keeps_what_was_requested(desk: Desk) -> None:
    text = desk.send("/confirm", remedy="credit", amount="$100", requested="14000", key="less").text
    assert 'name="requested" value="14000"' in text
    desk.send("", remedy="credit", amount="$100", requested="14000", key="less", reason="late")
    assert [(grant.units, grant.requested) for grant in desk.grants()] == [(10_000, 14_000)]


def test_closing_without_asking_is_kept_as_a_request(desk: Desk) -> None:
    text = desk.send("/drop", remedy="credit", amount="$140", key="dropped").text
    assert "Up to $100 now" in text
    assert [grant.state for grant in desk.grants()] == ["not_asked"]


def test_asking_without_a_word_is_refused_in_its_place(desk: Desk) -> None:
    answer = desk.send("/ask", remedy="credit", amount="$140", key="a", reason="")
    assert answer.status_code == 422
    assert not desk.grants()


# Waiting


def test_asked_the_panel_waits_and_the_telephone_company_away_is_told(desk: Desk) -> None:
    desk.counter.at_screen("sam", "robin")
    answer = desk.send("/ask", remedy="credit", amount="$140", key="a", reason=WHY)
    text = answer.text
    assert "did not put the customer on hold" in text  # these tests have no Twilio that answers
    assert "Sam is asked" in text
    assert "You asked" in text
    assert "Else Robin is asked" in text
    assert "Else: $100 now, the rest by" in text
    assert "data-until" in text
    assert "Sam is asked" not in desk.get("/desk/now")
    assert "A supervisor is asked" in desk.get("/desk/now")


def test_who_saw_it_and_took_it_is_told_and_the_now_slot_says_who_is_deciding(desk: Desk) -> None:
    desk.counter.at_screen("sam")
    grant = desk.ask()
    with desk.centre.wiring.work() as work:
        approvals.claim(work, desk.counter.approval(grant).id, actor=desk.centre.actor("sam"))
    text = desk.get(f"/desk/grants/{grant.id}/waiting")
    assert "Sam saw it" in text
    assert "Sam took it, reads the card" in text
    assert "Sam is deciding" in desk.get("/desk/now")
    desk.centre.run("UPDATE calls SET held_since = now() WHERE id = :id", id=desk.call)
    assert "Back to Carla while Sam decides" in desk.get(f"/desk/grants/{grant.id}/waiting")


def test_alice_and_sam_write_to_each_other(desk: Desk) -> None:
    desk.counter.at_screen("sam")
    grant = desk.ask()
    with desk.centre.wiring.work() as work:
        approvals.say(
            work, desk.counter.approval(grant).id, actor=desk.centre.actor("sam"), body="Did they call ahead?"
        )
    text = desk.send(f"/desk/grants/{grant.id}/say", body="No, they did not.").text
    assert "Did they call ahead?" in text
    assert "No, they did not." in text


def test_alice_changes_the_amount_and_withdraws(desk: Desk) -> None:
    grant = desk.ask()
    assert 'value="$140"' in desk.get(f"/desk/grants/{grant.id}/change")
    changed = desk.send(f"/desk/grants/{grant.id}/change", amount="$120", reason="Less will do.").text
    assert "$120 credit on account" in changed
    withdrawn = desk.send(f"/desk/grants/{grant.id}/withdraw").text
    assert "You may give" in withdrawn
    assert desk.grants()[-1].state == "withdrawn"


def test_while_it_is_decided_no_second_panel_opens(desk: Desk) -> None:
    desk.ask()
    assert "You asked" in desk.get("/choose")


# How it ends


def test_a_yes_is_given_on_once_with_its_word(desk: Desk) -> None:
    grant = desk.ask()
    desk.decide(grant, ApprovalAnswer.LESS, units=12_000, word="And fitting free.")
    text = desk.get("")
    assert "Sam: yes, $120 credit on account" in text
    assert "And fitting free." in text
    assert "Give $120" in text
    assert "data-then-focus" not in text
    assert "data-then-focus" in desk.get("/choose")
    for _ in range(2):
        assert "Given: $120 credit on account" in desk.send(f"/desk/grants/{grant.id}/give").text
    assert [one.state for one in desk.grants()] == ["fulfilled"]


def test_something_instead_and_a_no_are_told_with_their_word(desk: Desk) -> None:
    first = desk.ask(key="first")
    desk.decide(first, ApprovalAnswer.INSTEAD, units=6000, remedy="voucher", word="Take this.")
    assert "Sam: instead $60 voucher" in desk.get("")
    desk.send(f"/desk/grants/{first.id}/withdraw")
    second = desk.ask(key="second")
    desk.decide(second, ApprovalAnswer.NO, word="Not again this year.")
    text = desk.get("")
    assert "Sam: no, not $140 credit on account" in text
    assert "Not again this year." in text


def test_nobody_could_answer_and_the_own_limit_can_be_given_now(desk: Desk) -> None:
    grant = desk.ask()
    for _ in range(2):
        desk.centre.clock.forward(130)
        with desk.centre.wiring.work() as work:
            escalation.run_out(work, desk.counter.approval(grant).id)
    text = desk.get("")
    assert "Nobody could answer" in text
    assert "You may give $100 credit on account now." in text
    assert "$40 more is decided by" in text
    assert "Give $100" in text


def test_the_caller_hangs_up_and_the_panel_says_what_we_owe(desk: Desk) -> None:
    grant = desk.ask()
    desk.centre.report(desk.caller)
    text = desk.get(f"/desk/grants/{grant.id}/waiting")
    assert "Carla hung up while waiting" in text
    assert "You owe them a call by" in text
    assert desk.grants()[-1].state == "awaiting"


def test_the_free_desk_shows_what_is_asked_and_what_is_approved(desk: Desk) -> None:
    desk.counter.at_screen("sam")
    grant = desk.ask()
    desk.centre.report(desk.caller)
    assert "Sam is asked" in desk.get("/desk/free/part")
    desk.decide(grant, ApprovalAnswer.YES)
    free = desk.get("/desk/free/part")
    assert "Sam: yes, $140 credit on account" in free
    assert f"/desk/grants/{grant.id}/give" in free
    headers = {"HX-Request": "true", "HX-Target": "free", "X-CSRFToken": csrf_token(desk.browser)}
    answer = desk.browser.post(f"/desk/grants/{grant.id}/give", headers=headers)
    assert 'id="free"' in answer.text
    assert "Asked and approved" not in answer.text


# Who may


def test_mallory_sees_and_does_nothing_with_what_is_not_hers(desk: Desk, signed_in: SignIn) -> None:
    grant = desk.ask()
    bo = signed_in("bo")
    for path in ("", "/choose", "/amount?remedy=credit&amount=5"):
        assert bo.get(f"{desk.url}{path}").status_code == 404
    for path in ("", "/confirm", "/ask", "/drop"):
        assert post(bo, f"{desk.url}{path}", remedy="credit", amount="$5", key="m", reason="x").status_code in (
            403,
            404,
        )
    for path in ("waiting", "words", "change"):
        assert bo.get(f"/desk/grants/{grant.id}/{path}").status_code == 404
    for path in ("withdraw", "give", "say", "change"):
        answer = post(bo, f"/desk/grants/{grant.id}/{path}", amount="$1", reason="x", body="x")
        assert answer.status_code in (403, 404), path
    assert [one.state for one in desk.grants()] == ["awaiting"]


def test_a_stranger_to_a_contact_that_is_over_may_look_but_gives_nothing(desk: Desk, signed_in: SignIn) -> None:
    desk.centre.run(
        "UPDATE interactions SET state = 'ended', ended_at = now(), finished_at = now() WHERE id = :id", id=desk.call
    )
    bo = signed_in("bo")
    assert "Give …" not in bo.get(desk.url).text
    answer = post(bo, desk.url, remedy="fee", amount="", key="m", reason="x")
    assert answer.status_code == 403
    assert not desk.grants()


# At the ticket


def test_the_ticket_lists_what_was_given_and_a_supervisor_takes_it_back_with_a_reason(
    desk: Desk, signed_in: SignIn
) -> None:
    grant = desk.counter.make_grant("credit", 6000)
    page = f"/tickets/{desk.counter.ticket}"
    sam, bo = signed_in("sam"), signed_in("bo")
    assert "Take it back" in sam.get(page).text
    assert "Take it back" not in bo.get(page).text
    assert post(bo, f"/giving/{grant.id}/reverse", reason="mine").status_code == 403
    assert post(sam, f"/giving/{grant.id}/reverse", reason=" ").status_code == 422
    taken = post(sam, f"/giving/{grant.id}/reverse", reason="Paid by the carrier").text
    assert "taken back" in taken
    assert "Paid by the carrier" in taken


def test_what_failed_is_tried_again_from_the_ticket(desk: Desk, signed_in: SignIn) -> None:
    grant = desk.counter.make_grant("voucher", 1000)
    with desk.centre.wiring.work() as work:
        fulfilment.failed(work, grant.id, reason="the shop does not answer", final=True)
    page = desk.get(f"/tickets/{desk.counter.ticket}")
    assert "not carried out" in page
    assert "the shop does not answer" in page
    assert post(signed_in("bo"), f"/giving/{grant.id}/again").status_code == 403
    assert desk.send(f"/giving/{grant.id}/again").status_code == 200
    assert desk.counter.grant(grant.id).next_try_at is not None


# One's own use


def test_my_own_page_shows_my_limits_and_use_and_never_a_colleagues(desk: Desk) -> None:
    desk.counter.budget(60_000, scope="agent", name="alice")
    desk.counter.budget(90_000, scope="agent", name="sam")
    desk.counter.make_grant("credit", 6000)
    desk.counter.make_grant("credit", 7000, by="sam")
    page = desk.get("/giving/mine")
    assert "Rule 14" in page
    assert "Rule 15" not in page
    assert "$540" in page
    assert "$60 credit on account" in page
    assert "$70" not in page
    assert "$900" not in page


def test_the_scale_keeps_room_for_words_and_places_the_amount() -> None:
    whole = scale([Reach("you", "you", 8000), Reach("next", "Sam", 25_000), Reach("last", "Ines", None)], 14_000)
    assert [part.x for part in whole.parts] == [0, 31.0, 75.0]
    assert whole.at is not None
    assert 31 < whole.at < 75
    assert scale([Reach("you", "you", 8000)], None).at is None
    assert replace(whole, at=None).sentence == "you · Sam · Ines"
