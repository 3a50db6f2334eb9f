"""The supervisor's approvals page: contents, answers, permissions."""

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from callcenter.actions.empowerment import approvals as acts
from callcenter.actions.empowerment import asking
from callcenter.actions.tickets import tickets
from callcenter.storage.empowerment.approvals import Approval
from callcenter.storage.empowerment.grants import Grant
from tests.empowered import Counter
from tests.site import SignIn, csrf_token

PART = {"HX-Request": "true"}


def asked(counter: Counter, units: int = 14_000) -> tuple[Grant, Approval]:
    counter.at_screen("sam")
    grant = counter.ask("credit", units)
    return grant, counter.approval(grant)


def post(browser: FlaskClient, path: str, **sent: object) -> TestResponse:
    return browser.post(path, data={"csrf_token": csrf_token(browser), **sent}, headers=PART)


def test_the_page_shows_what_who_why_and_what_the_answer_weighs(counter: Counter, signed_in: SignIn) -> None:
    counter.budget(200_000)
    counter.make_grant("credit", 2000)
    counter.centre.run("UPDATE tickets SET product = 'dishwasher', price = 68900")
    asked(counter)
    page = signed_in("sam").get("/approvals/").text
    for words in (
        "$140 credit on account",
        "Alice asks for Carla Mendes",
        "dishwasher $689",
        "Rule 22: anything else is asked, you up to $250",
        "asked nothing in 30 days",
        "the first of its kind in 90 days",
        "<b>$1,840</b> of $2,000, the company",
        "$140 held, this one included",
        "Second morning off work lost.",
        "$160",
        "3.8 % of what they brought in",
        "$336.80",
        "rule 3: never more than the relationship repays",
        "Alice may give $80 of it without asking; you up to $250; $1,840 is left in the budget.",
        "$4,210",
        'data-approvals-count="1"',
    ):
        assert words in page, words


def test_agents_are_not_shown_approvals_nor_their_count(counter: Counter, signed_in: SignIn) -> None:
    _, row = asked(counter)
    browser = signed_in("alice")
    for path in ("/approvals/", "/approvals/list", "/approvals/count", f"/approvals/{row.id}", "/budgets/"):
        assert browser.get(path).status_code == 403
    desk = browser.get("/desk").text
    assert "approvals-count" not in desk
    assert "4,210" not in desk


def test_one_takes_it_the_other_sees_that_and_it_is_let_go(counter: Counter, signed_in: SignIn) -> None:
    _, row = asked(counter)
    sam, robin = signed_in("sam"), signed_in("robin")
    assert "free to take" in robin.get("/approvals/list").text
    assert "Let it go" in post(sam, f"/approvals/{row.id}/claim").text
    assert "Sam has it" in robin.get("/approvals/list").text
    assert 'data-approvals-count="0"' in robin.get("/approvals/count").text
    late = post(robin, f"/approvals/{row.id}/claim")
    assert (late.status_code, "Sam Keller was first." in late.text) == (409, True)
    assert "Take it" in post(sam, f"/approvals/{row.id}/let-go").text


def test_sam_says_yes_but_less_with_a_word(counter: Counter, signed_in: SignIn) -> None:
    counter.budget(60_000)
    grant, row = asked(counter)
    sam = signed_in("sam")
    sent = {"answer": "less", "amount": "$100", "word": "And fitting free", "asked": "14000"}
    answer = post(sam, f"/approvals/{row.id}/answer", **sent)
    assert "You said yes, but less: $100 credit on account." in answer.text
    assert "And fitting free" in answer.text
    told = counter.grant(grant.id)
    assert (told.units, told.state) == (10_000, "approved")
    assert "less: $100" in sam.get("/approvals/list").text


def test_this_instead_and_no_and_yes(counter: Counter, signed_in: SignIn) -> None:
    sam = signed_in("sam")
    for sent, state, remedy in (
        ({"answer": "instead", "remedy": "voucher", "amount": "50"}, "approved", "voucher"),
        ({"answer": "no"}, "refused", "credit"),
        ({"answer": "yes"}, "approved", "credit"),
    ):
        grant, row = asked(counter, 11_000)
        assert post(sam, f"/approvals/{row.id}/answer", **sent).status_code == 200
        assert (counter.grant(grant.id).state, counter.grant(grant.id).remedy) == (state, remedy)
        if state == "approved":
            with counter.centre.wiring.work() as work:
                asking.withdraw(work, grant.id, actor=counter.actor("alice"))


def test_wrong_amounts_are_refused_at_the_place_of_the_act(counter: Counter, signed_in: SignIn) -> None:
    grant, row = asked(counter)
    sam = signed_in("sam")
    for amount, says in (
        ("", "not an amount"),
        ("-5", "more than nothing"),
        ("¥80", "given in USD"),
        ("140", "not less"),
        ("1.005", "no smaller part"),
    ):
        answer = post(sam, f"/approvals/{row.id}/answer", answer="less", amount=amount)
        assert answer.status_code == 422
        assert says in answer.text, amount
    assert post(sam, f"/approvals/{row.id}/answer", answer="perhaps").status_code == 422
    assert counter.grant(grant.id).state == "awaiting"


def test_a_yes_to_an_amount_that_was_changed_meanwhile_is_not_given(counter: Counter, signed_in: SignIn) -> None:
    grant, row = asked(counter)
    with counter.centre.wiring.work() as work:
        asking.change(work, grant.id, actor=counter.actor("alice"), units=20_000, reason="More")
    answer = post(signed_in("sam"), f"/approvals/{row.id}/answer", answer="yes", asked="14000")
    assert answer.status_code == 409
    assert "Alice Moreau changed this while you wrote." in answer.text
    assert counter.grant(grant.id).state == "awaiting"


def test_the_second_hears_calmly_who_was_first(counter: Counter, signed_in: SignIn) -> None:
    _, row = asked(counter)
    post(signed_in("sam"), f"/approvals/{row.id}/answer", answer="yes")
    late = post(signed_in("robin"), f"/approvals/{row.id}/answer", answer="no")
    assert (late.status_code, "Sam Keller was first." in late.text) == (409, True)


def test_it_is_asked_back_and_the_talk_stands_there(counter: Counter, signed_in: SignIn) -> None:
    _, row = asked(counter)
    assert (
        "You: “Did they call ahead?”"
        in post(signed_in("sam"), f"/approvals/{row.id}/words", word="Did they call ahead?").text
    )
    with counter.centre.wiring.work() as work:
        acts.say(work, row.id, actor=counter.actor("alice"), body="<b>No</b> call")
    assert "“&lt;b&gt;No&lt;/b&gt; call”" in signed_in("sam").get(f"/approvals/{row.id}/view").text


def test_that_it_was_seen_is_written_down(counter: Counter, signed_in: SignIn) -> None:
    _, row = asked(counter)
    sam = signed_in("sam")
    assert f"/approvals/{row.id}/seen" in sam.get("/approvals/list").text
    assert post(sam, f"/approvals/{row.id}/seen").status_code == 204
    assert counter.centre.row(Approval, row.id).seen_by == counter.centre.id_of("sam")
    assert f"/approvals/{row.id}/seen" not in sam.get("/approvals/list").text


def test_the_page_is_whole_in_chinese_and_without_a_question(counter: Counter, signed_in: SignIn) -> None:
    counter.centre.change("sam", language="zh")
    sam = signed_in("sam")
    assert "没有人在等待答复" in sam.get("/approvals/").text
    asked(counter)
    page = sam.get("/approvals/").text
    assert "$140 账户余额" in page
    assert "您最多" in page


def test_a_price_that_only_the_agent_states_is_shown_as_theirs(counter: Counter, signed_in: SignIn) -> None:
    for by in ("alice", "sam"):
        with counter.centre.wiring.work() as work:
            values: dict[str, str | int | None] = {"price": 45_900}
            who = counter.actor(by)
            tickets.change(work, counter.ticket, values=values, version=None, actor=who, confirmed=("price",))
        if by == "alice":
            _, row = asked(counter)
        page = signed_in("robin").get(f"/approvals/{row.id}").text
        assert ("$459 as Alice says" in page) == (by == "alice")
        assert "$459" in page
