"""The demo company, its queues and staff. All invented."""

from dataclasses import dataclass
from datetime import time

from callcenter import passwords

PASSWORD = passwords.DEMO
OUR_NUMBER = "+14155550100"
COMPANY = {"en": "Harbor Home", "zh": "海港家居"}
COMPANY_ZONE = "America/Los_Angeles"
SHANGHAI = "Asia/Shanghai"
NEW_YORK = "America/New_York"


@dataclass(frozen=True)
class QueueOf:
    """A queue, its menu key and its skill."""

    key: str
    digit: str
    names: dict[str, str]
    target_percent: int
    handling_seconds: int


# Open at all hours, so that a demo visitor is always served.
QUEUES = (
    QueueOf("delivery", "1", {"en": "Delivery", "zh": "配送"}, 80, 330),
    QueueOf("billing", "2", {"en": "Billing and returns", "zh": "账单与退货"}, 75, 300),
)
SMS_QUEUE = "delivery"
SKILLS = {queue.key: queue.names for queue in QUEUES}
BREAKS = {
    "short": {"en": "Short break", "zh": "小休"},
    "lunch": {"en": "Lunch", "zh": "用餐"},
    "training": {"en": "Training", "zh": "培训"},
    "meeting": {"en": "Team meeting", "zh": "班组例会"},
}

TEAMS = ("Delivery", "Billing and returns", "中文服务")


@dataclass(frozen=True)
class Member:
    """A staff member. `level`: approval level; `mobile`: for approvals by SMS.

    `shift` in the member's zone, `rest` a 30-minute break, `days_off` 0 = Monday."""

    username: str
    name: str
    role: str = "agent"
    team: str | None = None
    language: str = "en"
    languages: tuple[str, ...] = ("en",)
    skills: tuple[tuple[str, int], ...] = ()
    zone: str = COMPANY_ZONE
    shift: tuple[time, time] = (time(8), time(17))
    rest: time = time(12)
    days_off: tuple[int, ...] = (5, 6)
    level: int = 1
    mobile: str | None = None


DELIVERY = (("delivery", 2), ("billing", 1))
BILLING = (("billing", 2), ("delivery", 1))

AGENTS = (
    Member("alice", "Alice Moreau", team="Delivery", skills=DELIVERY, days_off=(6,), level=2),
    Member(
        "bo",
        "Chen Bo 陈波",
        team="中文服务",
        language="zh",
        languages=("zh", "en"),
        skills=DELIVERY,
        shift=(time(9), time(19)),
        rest=time(13),
        days_off=(6,),
    ),
    Member(
        "mei",
        "Chen Mei 陈美",
        team="中文服务",
        language="zh",
        languages=("zh",),
        skills=BILLING,
        zone=SHANGHAI,
        shift=(time(9), time(20)),
        rest=time(12, 30),
        days_off=(),
    ),
    Member(
        "jonas",
        "Jonas Weber",
        team="Delivery",
        skills=DELIVERY,
        zone=NEW_YORK,
        shift=(time(8), time(18)),
        days_off=(0, 1),
    ),
    Member("priya", "Priya Nair", team="Billing and returns", skills=BILLING, shift=(time(9), time(18)), rest=time(13)),
    Member(
        "yang",
        "Liu Yang 刘洋",
        team="Billing and returns",
        languages=("en", "zh"),
        skills=BILLING,
        shift=(time(9), time(20)),
        rest=time(14),
        days_off=(2, 3),
        level=2,
    ),
)
LEADERS = (
    Member("sam", "Sam Keller", role="supervisor", team="Delivery", mobile="+14155550181"),
    Member("ines", "Ines Howard", role="supervisor", team="Billing and returns", level=2, mobile="+14155550182"),
    Member("robin", "Robin Hale", role="administrator", level=2, mobile="+14155550183"),
)
MEMBERS = AGENTS + LEADERS

# Accounts and the user name of their owner.
ACCOUNTS = (
    ("Mendes Café Group", "ines"),
    ("Bayview Apartments", "sam"),
    ("Lindqvist Studio", "ines"),
    ("Pier 9 Hostel", "sam"),
    ("Okafor & Daughters Catering", "ines"),
    ("Northgate School District", "sam"),
    ("深圳南山公寓管理", "ines"),
    ("上海梧桐民宿", "sam"),
    ("海风咖啡连锁", "ines"),
)
