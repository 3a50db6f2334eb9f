"""Themes of delivery and fitting."""

from callcenter.demo.topics import Theme

LATE = Theme(
    queue="delivery",
    type="complaint",
    weight=16,
    responsible=("carrier", "carrier", "ours"),
    subject={"en": "Delivery window missed", "zh": "未按约定时间送货"},
    cause={"en": "Delivery · window missed", "zh": "配送 · 错过约定时间"},
    notes={
        "en": (
            "Carrier says nobody at home. The customer was. Asked the depot for a new window.",
            "Depot confirms tomorrow 8 to 12. Told the customer.",
            "Delivered this morning, nothing missing.",
        ),
        "zh": (
            "承运商称无人在家，客户说一直在家。已请仓库重新安排。",
            "仓库确认明天上午送到，已告知客户。",
            "今天上午已送达，外观完好。",
        ),
    },
    texts={
        "en": (
            "Hi, my delivery was due before noon and nobody came. What happened?",
            "Harbor Home: sorry about that. The truck broke down at the depot. I can offer tomorrow 8 to 12 or today after 17:00.",
            "Today after 5 is fine",
            "Harbor Home: booked for today, 17:00 to 19:00. The driver calls 30 minutes before.",
            "Thanks!",
        ),
        "zh": (
            "你好，说好上午送货，到现在没人联系我。",
            "海港家居：让您久等了，非常抱歉。司机的车出了故障，可改到今天 17 点后或明天上午，您哪个方便？",
            "明天上午吧，11 点前要到",
            "海港家居：已为您锁定明天 9–11 点，司机出发前会给您打电话。",
            "好的，谢谢！",
        ),
    },
)
WHERE = Theme(
    queue="delivery",
    type="question",
    weight=18,
    responsible=("nobody",),
    subject={"en": "Where is my order", "zh": "查询订单物流"},
    cause={"en": "Delivery · tracking", "zh": "配送 · 物流查询"},
    notes={
        "en": (
            "Order is at the regional hub, arrives Thursday. Texted the tracking link.",
            "Still at the hub. Asked the carrier to scan it again.",
            "On the truck today, customer sees it in the tracking.",
        ),
        "zh": (
            "订单在区域分拨中心，预计周四到。已发物流链接。",
            "仍在分拨中心，已请承运商重新扫描。",
            "今天已装车，客户可看到轨迹。",
        ),
    },
    texts={
        "en": (
            "Where is my order 88{n}? Tracking has not moved since Monday",
            "Harbor Home: it waits at the Oakland hub and leaves tonight. You get it tomorrow between 10 and 14.",
            "ok perfect",
        ),
        "zh": (
            "订单 88{n} 到哪了？物流三天没更新。",
            "海港家居：货在区域仓，今晚发出，明天 10–14 点送到。物流单号稍后发您。",
            "收到，谢谢",
        ),
    },
)
DAMAGED = Theme(
    queue="delivery",
    type="complaint",
    weight=9,
    responsible=("carrier", "supplier"),
    subject={"en": "Arrived damaged", "zh": "收到商品有损坏"},
    cause={"en": "Delivery · damaged", "zh": "配送 · 商品损坏"},
    notes={
        "en": (
            "Side panel cracked, photos received. Spare panel ordered.",
            "Panel left the supplier yesterday, arrives Friday.",
            "Panel fitted, customer content.",
        ),
        "zh": (
            "侧板开裂，已收到照片，已订备件。",
            "备件昨天发出，周五到。",
            "备件已更换，客户确认没问题。",
        ),
    },
    texts={
        "en": (
            "The shelf came with a cracked side panel",
            "Harbor Home: that should not happen. Can you send a photo of the crack and of the label on the box?",
            "Sent by mail just now",
            "Harbor Home: thank you, the new panel leaves tomorrow and the fitter swaps it on Friday, at no cost.",
            "great, thank you",
        ),
        "zh": (
            "柜子送到了，但侧板裂了一道。",
            "海港家居：非常抱歉。请您拍一张裂口和外箱标签的照片发到邮箱，我们马上处理。",
            "已经发了",
            "海港家居：收到。新侧板明天发出，周五师傅上门更换，不收费。",
            "好的",
        ),
    },
)
FITTER = Theme(
    queue="delivery",
    type="order",
    weight=11,
    responsible=("ours", "nobody"),
    subject={"en": "Fitting appointment", "zh": "预约上门安装"},
    cause={"en": "Fitting · appointment", "zh": "安装 · 预约"},
    notes={
        "en": (
            "Wants the fitter on Saturday. Asked the fitting team, they answer by noon.",
            "Fitting team has a slot Saturday 9 to 11, held for the customer.",
            "Saturday 9 to 11 confirmed by text.",
        ),
        "zh": (
            "客户希望周六安装，已问安装部，中午前答复。",
            "安装部周六 9–11 点有空，已保留。",
            "周六 9–11 点已短信确认。",
        ),
    },
    texts={
        "en": (
            "Can the fitter come Saturday instead of Thursday?",
            "Harbor Home: yes, Saturday 9 to 11 or 14 to 16. Which one?",
            "9 to 11",
            "Harbor Home: changed, the fitter comes Saturday 9 to 11.",
        ),
        "zh": (
            "请问安装师傅能改到周六吗？",
            "海港家居：可以，周六 9–11 点或 14–16 点，您选哪个？",
            "上午",
            "海港家居：已改为周六 9–11 点，师傅会提前联系您。",
        ),
    },
)
FITTER_LATE = Theme(
    queue="delivery",
    type="complaint",
    weight=6,
    responsible=("ours",),
    subject={"en": "Fitter did not come", "zh": "安装师傅未按时到达"},
    cause={"en": "Fitting · fitter late", "zh": "安装 · 师傅迟到"},
    notes={
        "en": (
            "Fitter stuck at the job before. Customer took the afternoon off for it.",
            "New slot tomorrow first thing, fitter called the customer.",
            "Fitted and tested, customer signed.",
        ),
        "zh": (
            "师傅上一单超时，客户请了半天假。",
            "改到明天第一单，师傅已致电客户。",
            "已安装调试，客户签字。",
        ),
    },
    texts={
        "en": (
            "Nobody came to connect the washing machine",
            "Harbor Home: I am sorry, the fitter was held up. Tomorrow 8:00 as the first job?",
            "Only if it is really 8",
            "Harbor Home: it is the first job of the day, he calls you at 7:45.",
        ),
        "zh": (
            "洗衣机安装的师傅一直没来",
            "海港家居：非常抱歉，师傅上一单耽误了。明天 8 点第一单给您安排可以吗？",
            "可以，别再改了",
            "海港家居：已安排第一单，师傅 7:45 给您打电话。",
        ),
    },
)
WRONG = Theme(
    queue="delivery",
    type="return",
    weight=5,
    responsible=("ours", "supplier"),
    subject={"en": "Wrong colour delivered", "zh": "颜色发错"},
    cause={"en": "Delivery · wrong item", "zh": "配送 · 发错商品"},
    notes={
        "en": (
            "Got oak, ordered walnut. Exchange asked of the warehouse.",
            "Walnut in stock again on Tuesday, exchange the same day.",
            "Exchanged, oak one taken back.",
        ),
        "zh": (
            "订的胡桃木，收到橡木色，已请仓库换货。",
            "胡桃木周二到货，当天换。",
            "已换货，旧件已取回。",
        ),
    },
    texts={
        "en": (
            "I ordered walnut and got oak",
            "Harbor Home: our mistake, sorry. We exchange it at your door, Tuesday or Wednesday?",
            "Wednesday please",
            "Harbor Home: Wednesday 13 to 15, nothing to pack.",
        ),
        "zh": (
            "我订的是胡桃木，送来的是橡木色",
            "海港家居：是我们发错了，抱歉。可上门换货，周二还是周三？",
            "周三",
            "海港家居：周三 13–15 点上门换货，您不用打包。",
        ),
    },
)
REPAIR = Theme(
    queue="delivery",
    type="repair",
    weight=6,
    responsible=("supplier", "unknown"),
    subject={"en": "Appliance noisy, warranty", "zh": "电器噪音大，保修"},
    cause={"en": "Repair · warranty", "zh": "维修 · 保修"},
    notes={
        "en": (
            "Fridge hums since the move. Still under warranty, repair visit asked.",
            "Part ordered, about a week.",
            "Compressor mount replaced under warranty.",
        ),
        "zh": (
            "冰箱噪音大，仍在保修期，已约上门。",
            "配件已订，约一周。",
            "保修期内更换压缩机垫，已解决。",
        ),
    },
    texts={
        "en": (
            "The fridge you delivered is very loud at night",
            "Harbor Home: that is covered by the warranty. Can a technician come Thursday 10 to 12?",
            "yes",
            "Harbor Home: booked, he brings the part.",
        ),
        "zh": (
            "冰箱晚上噪音特别大",
            "海港家居：在保修范围内。周四 10–12 点安排师傅上门检查可以吗？",
            "可以",
            "海港家居：已预约，师傅会带配件。",
        ),
    },
)
THEMES = (LATE, WHERE, DAMAGED, FITTER, FITTER_LATE, WRONG, REPAIR)
