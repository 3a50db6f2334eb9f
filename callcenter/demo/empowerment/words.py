"""What supervisors and agents of the demo write to each other about a grant."""

ANSWER_WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "yes": {
        "en": ("Fine.", "Yes, and thank them for their patience.", "Good call."),
        "zh": ("可以。", "同意，替我谢谢客户的耐心。", "处理得好。"),
    },
    "less": {
        "en": ("This is what we gave in the last such case.", "More after the carrier has answered."),
        "zh": ("上次同类情况就是这个数。", "等承运商答复后再说。"),
    },
    "instead": {
        "en": ("This helps them more.", "And put it right on the spot."),
        "zh": ("这个对客户更有用。", "现场就能解决。"),
    },
    "no": {
        "en": (
            "The refund itself is on its way, nothing on top.",
            "Not our mistake, explain it kindly.",
            "They had the same last month.",
        ),
        "zh": ("退款已在途，不再另外补偿。", "不是我方责任，请耐心解释。", "上月刚补偿过。"),
    },
}
TALK: dict[str, tuple[tuple[str, str], ...]] = {
    "en": (
        ("Did the carrier call ahead?", "No call on either day, I checked their record."),
        ("Is the part in stock?", "Yes, two in Oakland."),
        ("What would keep them?", "The fee and half of what they ask."),
    ),
    "zh": (
        ("承运商提前打电话了吗？", "两天都没有，我查过记录。"),
        ("配件有货吗？", "有，深圳仓两件。"),
        ("客户最在意什么？", "退配送费，再补一半就满意。"),
    ),
}
