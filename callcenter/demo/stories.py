"""Scripted contacts of the customers in screenshots. Days count back from today."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from callcenter.demo.book import Book
from callcenter.demo.people import DemoCustomer
from callcenter.demo.personas import COMPANY_ZONE
from callcenter.demo.schedule import DemoContact, Issue, Script
from callcenter.demo.topics_billing import INVOICE, RETURN, VOUCHER
from callcenter.demo.topics_delivery import DAMAGED, FITTER, FITTER_LATE, LATE, REPAIR, WHERE, WRONG
from callcenter.domain.channels import Channel
from callcenter.domain.interactions import Outcome

Visit = tuple[int, str, Channel, Script]


def stories(book: Book, people: dict[str, DemoCustomer]) -> Iterator[DemoContact]:
    yield from _carla(book, people["Carla Mendes"])
    yield from _lei(book, people["李雷"])
    yield from _others(book, people)


def _carla(book: Book, carla: DemoCustomer) -> Iterator[DemoContact]:
    grinder = Issue(LATE, carla, subject="Coffee grinder late", priority="normal", responsible="carrier")
    kind = Script("jonas", 64, 400, score=4, comment="quick, friendly")
    yield from _contacts(book, grinder, (_since_may(book), "10:48", Channel.SMS, kind))
    yield from _contacts(book, Issue(INVOICE, carla), (160, "15:05", Channel.VOICE, Script("priya", 12, 230, score=5)))
    yield from _contacts(book, Issue(WHERE, carla), (97, "11:31", Channel.VOICE, Script("alice", 18, 190, score=0)))
    part = Issue(REPAIR, carla, subject="Grinder, spare part", stays_open=True)
    ordered = Script("yang", 35, 310, outcome=Outcome.WAITING_FOR_DEPARTMENT, note="Part ordered from the supplier.")
    yield from _contacts(book, part, (12, "14:20", Channel.VOICE, ordered))
    dishwasher = Issue(
        LATE,
        carla,
        subject="Dishwasher not delivered, second window missed",
        priority="high",
        responsible="carrier",
        number=4118,
        stays_open=True,
    )
    first = Script(
        "bo",
        338,
        780,
        170,
        Outcome.WAITING_FOR_DEPARTMENT,
        "First window missed, carrier says nobody at home. She was.",
    )
    second = Script(
        "alice",
        322,
        610,
        130,
        Outcome.PROMISE_MADE,
        "Carrier confirms 8 to 12. Carla takes the morning off work.",
    )
    yield from _contacts(book, dishwasher, (3, "09:41", Channel.VOICE, first), (2, "16:10", Channel.VOICE, second))


def _since_may(book: Book) -> int:
    """Days since the last 3 May, the date of a grant on her card."""
    today = book.now.astimezone(ZoneInfo(COMPANY_ZONE)).date()
    third = today.replace(month=5, day=3)
    return (today - (third if third < today else third.replace(year=today.year - 1))).days


def _lei(book: Book, lei: DemoCustomer) -> Iterator[DemoContact]:
    quick = Script("bo", 40, 480, score=5, comment="回复很快")
    yield from _contacts(book, Issue(WHERE, lei), (80, "09:15", Channel.SMS, quick))
    yield from _contacts(
        book, Issue(VOUCHER, lei, responsible="ours"), (140, "10:05", Channel.VOICE, Script("mei", 15, 260, score=0))
    )
    fitting = Issue(FITTER, lei, subject="洗衣机安装预约")
    yield from _contacts(
        book, fitting, (10, "15:30", Channel.VOICE, Script("mei", 22, 360, score=0, note="预约周日上午安装。"))
    )
    late = Issue(FITTER_LATE, lei, subject="洗衣机安装：师傅未按时到达", priority="normal", stays_open=True)
    missed = Script("mei", 255, 420, 60, Outcome.WAITING_FOR_DEPARTMENT, "师傅上午未到，客户请了假。已问安装部。")
    yield from _contacts(book, late, (3, "10:40", Channel.VOICE, missed))


def _others(book: Book, people: dict[str, DemoCustomer]) -> Iterator[DemoContact]:
    tom, fang, mary = people["Tom Becker"], people["王芳 Wang Fang"], people["Mary Okafor"]
    mallory, malin = people["Mallory Reed"], people["Malin Reed"]
    solved = Script("alice", 45, 300, score=0)
    yield from _contacts(
        book, Issue(VOUCHER, tom, subject="Voucher code not accepted"), (9, "15:12", Channel.SMS, solved)
    )
    yield from _contacts(book, Issue(RETURN, tom), (61, "12:20", Channel.VOICE, Script("priya", 14, 280, score=5)))
    when = Issue(FITTER, fang, subject="空调安装时间确认", stays_open=True)
    asked = Script("mei", 19, 240, outcome=Outcome.PROMISE_MADE, note="承诺安装前一天短信确认时间。")
    yield from _contacts(book, when, (2, "14:05", Channel.VOICE, asked))
    yield from _contacts(
        book, Issue(DAMAGED, fang), (120, "11:00", Channel.SMS, Script("mei", 30, 300, score=4, comment="挺快的"))
    )
    oven = Issue(REPAIR, mary, subject="Oven door, warranty", stays_open=True)
    waits = Script(
        "alice", 41, 520, 80, Outcome.WAITING_FOR_CUSTOMER, "Needs the number on the oven's plate, she texts it."
    )
    yield from _contacts(book, oven, (4, "13:25", Channel.VOICE, waits))
    yield from _contacts(
        book,
        Issue(WHERE, mary),
        (75, "10:10", Channel.VOICE, Script("jonas", 210, 150, score=3, comment="waited too long")),
    )
    colour = Issue(WRONG, malin, subject="Wrong colour delivered", stays_open=True)
    swap = Script("alice", 28, 330, outcome=Outcome.WAITING_FOR_DEPARTMENT, note="Exchange asked of the warehouse.")
    yield from _contacts(book, colour, (5, "11:45", Channel.VOICE, swap))
    yield from _contacts(
        book,
        Issue(RETURN, mallory),
        (33, "16:30", Channel.VOICE, Script("yang", 95, 410, score=2, comment="two people, two answers")),
    )


def _contacts(book: Book, issue: Issue, *visits: Visit) -> Iterator[DemoContact]:
    for part, (back, clock, channel, script) in enumerate(visits, start=1):
        zone = ZoneInfo(issue.customer.zone)
        day = book.now.astimezone(zone).date() - timedelta(days=back)
        at = datetime.combine(day, time.fromisoformat(clock), zone)
        is_last = part == len(visits)
        yield DemoContact(at, issue, channel, part=part, is_last=is_last, script=script)
