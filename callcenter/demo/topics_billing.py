"""Themes of billing and returns."""

from callcenter.demo.topics import Theme

RETURN = Theme(
    queue="billing",
    type="return",
    weight=12,
    responsible=("customer", "nobody"),
    subject={"en": "Wants to return", "zh": "申请退货"},
    cause={"en": "Returns · pick-up", "zh": "退货 · 上门取件"},
    notes={
        "en": (
            "Chair too high for the table. Pick-up booked, box is at hand.",
            "Pick-up missed, booked again for tomorrow.",
            "Picked up and refunded to the card.",
        ),
        "zh": (
            "椅子偏高，申请退货，已约取件。",
            "取件错过，改到明天。",
            "已取件，退款原路退回。",
        ),
    },
    texts={
        "en": (
            "I would like to send the chair back, it does not fit",
            "Harbor Home: no problem, you have 30 days. We pick it up, is Tuesday morning good?",
            "Tuesday works",
            "Harbor Home: Tuesday 9 to 12. The refund is on your card 5 days after.",
        ),
        "zh": (
            "椅子不合适，想退货",
            "海港家居：可以，30 天内都能退。周二上午上门取件方便吗？",
            "方便",
            "海港家居：周二 9–12 点取件，取件后 5 天内退款到账。",
        ),
    },
)
REFUND = Theme(
    queue="billing",
    type="billing",
    weight=11,
    responsible=("ours", "nobody"),
    subject={"en": "Refund not arrived", "zh": "退款未到账"},
    cause={"en": "Billing · refund", "zh": "账单 · 退款"},
    notes={
        "en": (
            "Return arrived on the 3rd, refund not started. Asked Finance.",
            "Finance sent it today, three bank days.",
            "Refund on the card, customer sees it.",
        ),
        "zh": (
            "退货已签收，退款未发起，已转财务。",
            "财务今天已退，银行约三个工作日。",
            "退款到账，客户已确认。",
        ),
    },
    texts={
        "en": (
            "You took the sofa back two weeks ago and I still have no refund",
            "Harbor Home: you are right to ask. Finance starts it today, three bank days.",
            "I will check on Friday",
        ),
        "zh": (
            "退货两周了，退款还没到账",
            "海港家居：抱歉让您等了。财务今天发起退款，约三个工作日到账。",
            "好，周五我再看看",
        ),
    },
)
INVOICE = Theme(
    queue="billing",
    type="billing",
    weight=10,
    responsible=("ours", "customer"),
    subject={"en": "Invoice with the wrong name", "zh": "发票抬头有误"},
    cause={"en": "Billing · invoice", "zh": "账单 · 发票"},
    notes={
        "en": (
            "Invoice must name the company. Finance writes a new one.",
            "Finance asks for the tax number, texted the customer.",
            "New invoice sent by mail.",
        ),
        "zh": (
            "发票抬头要改为公司，已请财务重开。",
            "财务需要税号，已短信客户。",
            "新发票已发邮箱。",
        ),
    },
    texts={
        "en": (
            "The invoice has my name, it needs the company's",
            "Harbor Home: we can change that. What is the full name and tax number?",
            "Sent to your mail address",
            "Harbor Home: thank you, the new one is in your mailbox.",
        ),
        "zh": (
            "发票抬头开错了，要开公司的",
            "海港家居：可以重开，请把公司全称和税号发到邮箱。",
            "发了",
            "海港家居：新发票已发到您的邮箱，请查收。",
        ),
    },
)
CHARGED = Theme(
    queue="billing",
    type="complaint",
    weight=6,
    responsible=("ours",),
    subject={"en": "Charged twice", "zh": "重复扣款"},
    cause={"en": "Billing · charged twice", "zh": "账单 · 重复扣款"},
    notes={
        "en": (
            "Two charges on the same day, one order. Asked Finance to take one back.",
            "Finance confirms, bank needs two days.",
            "Second charge taken back.",
        ),
        "zh": (
            "同一订单扣了两次，已请财务核查。",
            "财务已确认，银行需两天。",
            "重复的一笔已退回。",
        ),
    },
    texts={
        "en": (
            "My card was charged twice for one order",
            "Harbor Home: I see both. One is being taken back, two bank days. Sorry.",
            "ok thanks for the quick answer",
        ),
        "zh": (
            "同一个订单扣了两次钱",
            "海港家居：已看到两笔，其中一笔正在退回，约两个工作日。给您添麻烦了。",
            "好的，回复很快",
        ),
    },
)
PLAN = Theme(
    queue="billing",
    type="question",
    weight=6,
    responsible=("nobody",),
    subject={"en": "Question about paying in instalments", "zh": "咨询分期付款"},
    cause={"en": "Billing · instalments", "zh": "账单 · 分期"},
    notes={
        "en": (
            "Explained 6 and 12 months, sent the link.",
            "Wants 12 months, Finance checks.",
            "Plan of 12 months set up.",
        ),
        "zh": (
            "已说明 6 期和 12 期，已发链接。",
            "客户选 12 期，财务审核中。",
            "12 期已开通。",
        ),
    },
    texts={
        "en": (
            "Can I pay the kitchen in instalments?",
            "Harbor Home: yes, 6 or 12 months without interest above $500. Shall I send the form?",
            "yes please, 12",
            "Harbor Home: sent. It takes two minutes.",
        ),
        "zh": (
            "橱柜可以分期付款吗？",
            "海港家居：可以，满 ¥3000 可分 6 期或 12 期，免息。要给您发申请链接吗？",
            "要，12 期",
            "海港家居：已发送，两分钟就能填好。",
        ),
    },
)
VOUCHER = Theme(
    queue="billing",
    type="question",
    weight=5,
    responsible=("ours", "customer"),
    subject={"en": "Voucher not accepted", "zh": "代金券无法使用"},
    cause={"en": "Billing · voucher", "zh": "账单 · 代金券"},
    notes={
        "en": (
            "Voucher ran out last week. Asked Sam for a new one.",
            "New code made, texted.",
            "New code works.",
        ),
        "zh": (
            "代金券上周过期，已请示班长。",
            "新券码已生成并发送。",
            "新券码可用。",
        ),
    },
    texts={
        "en": (
            "The voucher code is not accepted at the till",
            "Harbor Home: it ran out on Sunday, sorry. Here is a fresh one, good for 60 days.",
            "Thanks, the code worked",
        ),
        "zh": (
            "代金券用不了",
            "海港家居：原券周日到期了，已为您换一张新的，60 天内有效。",
            "可以用了，谢谢",
        ),
    },
)
THEMES = (RETURN, REFUND, INVOICE, CHARGED, PLAN, VOUCHER)
