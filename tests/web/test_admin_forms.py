"""Forms cover every setting: stored values come back unchanged, and every number has a field."""

from callcenter.domain.channels import Channel
from callcenter.domain.queues import QueueSettings
from callcenter.domain.routing import CallbackRule, CompanyPolicy, Hold, QueuePolicy, RingRule
from callcenter.web.admin import company, queue_forms

RICH = QueueSettings(
    names={"en": "Billing", "zh": "账单"},
    greetings={"en": "Good day.", "zh": "您好。"},
    policy=QueuePolicy(
        skills={"billing": 3},
        prefers={"returns": 4},
        channels=(Channel.VOICE,),
        rings=(
            RingRule(after=20, skills={}, any_language=True, roles=("agent", "supervisor"), tiers=("gold",)),
            RingRule(after=45, skills={"billing": 1}, teams=(1, 2), agents=(7,), skip_if_empty=False),
            RingRule(after=90, skills=None),
        ),
        aging=1.5,
        hold=Hold(ticket=20, last=5, account=0),
        max_wait=600,
        overflow="queue",
        overflow_queue=3,
        callbacks=CallbackRule(by_key=False, offered_over=None, window_minutes=30, attempts=2, first="customer"),
        wrap_up="mandatory",
    ),
    priority=30,
    target_percent=90,
    target_seconds=15,
    wrap_up_seconds=60,
    wrap_up_limit_seconds=120,
    zone="Asia/Shanghai",
    hours={"mon": [["09:00", "12:30"], ["13:30", "24:00"]], "sun": [["00:00", "24:00"]]},
    holidays=("2026-12-25", "2027-01-01"),
)


def told(settings: QueueSettings) -> QueueSettings:
    """Without the days that are empty: a form has all seven."""
    return settings.model_copy(update={"hours": {day: spans for day, spans in settings.hours.items() if spans}})


def test_what_is_stored_comes_back_from_the_form_as_it_was() -> None:
    assert told(queue_forms.read(queue_forms.values_of(RICH))) == RICH
    plain = QueueSettings(names={"en": "A", "zh": "B"}, greetings={"en": "", "zh": ""}, zone="UTC")
    assert queue_forms.read(queue_forms.values_of(plain)) == plain


def test_every_number_of_the_company_has_a_field() -> None:
    assert {path.partition(".")[0] for path in company.PATHS} == set(CompanyPolicy.model_fields)


def test_rings_move_without_losing_anything() -> None:
    values = queue_forms.values_of(RICH)
    there_and_back = queue_forms.act(queue_forms.act(values, "down-ring-0", "en"), "up-ring-1", "en")
    assert there_and_back == values
    moved = queue_forms.read(queue_forms.act(values, "down-ring-0", "en")).policy.rings
    assert [ring.after for ring in moved] == [20, 45, 90]
    assert [ring.tiers for ring in moved] == [(), ("gold",), ()]
    for vain in ("up-ring-0", "down-ring-2", "up-ring-9", "remove-ring-9", "explode"):
        assert queue_forms.read(queue_forms.act(values, vain, "en")) == queue_forms.read(values)
    assert len(queue_forms.read(queue_forms.act(values, "remove-ring-1", "en")).policy.rings) == 2


def test_holidays_of_a_country_are_added_once() -> None:
    values = queue_forms.values_of(RICH)
    values |= {"country": ["CN"], "holidays_year": ["2027"]}
    for _ in range(2):
        values = queue_forms.act(values, "add-holidays", "zh")
    days = dict(queue_forms.holiday_names(values, "zh"))
    assert days["2027-01-01"] == "元旦"
    assert len(days) == len(values["holidays"])
    assert "2026-12-25" in days
