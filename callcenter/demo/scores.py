"""Texts of surveys: the question, thanks, and customers' comments by score 1 to 5."""

ASKED = {
    "en": "Harbor Home: how satisfied are you with how we solved it? Reply 1 (not at all) to 5 (very). STOP to end.",
    "zh": "海港家居：您对我们的处理满意吗？请回复 1（很不满意）到 5（很满意）。回复 TD 退订。",
}
THANKS = {
    "en": "Thank you. We read every answer the same day.",
    "zh": "谢谢您的评价，我们当天就会看到。",
}
WAITED = {
    "en": ("waited too long", "too long on hold", "10 minutes of music before anybody answered"),
    "zh": ("等太久了", "音乐听了十分钟才有人接", "等待时间太长"),
}
COMMENTS: dict[int, dict[str, tuple[str, ...]]] = {
    1: {
        "en": ("third time I explain it", "nobody called back", "still not solved"),
        "zh": ("说了三遍还没解决", "没人回电话", "问题还在"),
    },
    2: {
        "en": ("different answer every time", "friendly but nothing happened", "promised and not kept"),
        "zh": ("每次说法都不一样", "态度好，但没解决", "答应的事没做到"),
    },
    3: {
        "en": ("took two calls", "all right in the end", "ok"),
        "zh": ("打了两次才解决", "还行", "一般"),
    },
    4: {
        "en": ("quick, friendly", "good, a bit slow", "solved, thanks"),
        "zh": ("挺快的", "解决了，谢谢", "客服很耐心"),
    },
    5: {
        "en": ("great help", "so kind, thank you", "solved in one go", "best service I had this year"),
        "zh": ("回复很快", "非常满意", "一次就解决了", "客服态度特别好"),
    },
}
