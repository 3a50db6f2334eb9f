"""What customers say, write and answer, in English and Chinese."""

import re
from random import Random

OPENINGS = {
    "en": (
        "My dishwasher should have come this morning. Nobody was here.",
        "I want to return a washing machine, it leaks.",
        "Can you tell me when the fitter comes?",
        "I was charged twice for one order.",
        "The door of the new fridge is dented.",
    ),
    "zh": (
        "我的洗碗机今天上午该送到，一直没人来。",
        "我想退一台洗衣机，它漏水。",
        "请问安装师傅什么时候到？",
        "同一个订单扣了我两次钱。",
        "新冰箱的门碰瘪了。",
    ),
}
TALK = {
    "en": ("Yes, that is right.", "Tuesday morning would be best.", "Could you repeat that?", "I see.", "Thank you."),
    "zh": ("对，是这样。", "周二上午最方便。", "麻烦您再说一遍。", "明白了。", "谢谢您。"),
}
RUDE = {
    "en": ("This is a disgrace.", "I have had enough of you people.", "Give me somebody who can do something."),
    "zh": ("你们这叫什么服务！", "我受够了！", "叫个能管事的来！"),
}
GOODBYES = {"en": "All right, thank you. Goodbye.", "zh": "好的，谢谢，再见。"}
TEXTS = {
    "en": (
        "Hello, where is my delivery?",
        "Can I move my appointment to Friday?",
        "the fitter left without finishing",
        "Is my refund on its way? 🙂",
        "You sent me the wrong colour.",
    ),
    "zh": ("您好，我的货到哪了？", "安装可以改到周五吗？", "师傅没装完就走了", "退款什么时候到账？🙂", "颜色发错了。"),
}
REPLIES = {
    "en": ("Yes please", "26-4118", "ok thank you", "Tomorrow after 5 works", "No, that was not it"),
    "zh": ("好的", "26-4118", "谢谢", "明天五点以后可以", "不是这个"),
}
COMMENTS = {
    "en": {1: "useless", 2: "nobody called back", 3: "took three calls", 4: "waited too long", 5: "Alice was great"},
    "zh": {1: "太差了", 2: "没人回电话", 3: "打了三次才解决", 4: "等得太久", 5: "客服很耐心"},
}
SURVEY = re.compile(r"(?:reply|回复|回覆)\D{0,6}1.{0,40}?5", re.IGNORECASE | re.DOTALL)
CHOICE = re.compile(r"press (\d)|请按\s*([\d一二三四五六七八九])|按\s*([\d一二三四五六七八九])\b", re.IGNORECASE)
LANGUAGE_KEYS = ("9", "0")
HANZI = dict(zip("一二三四五六七八九", "123456789", strict=True))


def language_of(text: str) -> str:
    return "zh" if re.search(r"[\u4e00-\u9fff]", text) else "en"


def is_survey(text: str) -> bool:
    return bool(SURVEY.search(text))


def answer_to_survey(random: Random, language: str, *, is_rude: bool, waited: float) -> str:
    """Usually a score, often with a comment, sometimes neither. `waited` in seconds."""
    if random.random() < 0.02:
        return random.choice(("STOP", "👍", "five", "五分"))
    weights = (6, 3, 1, 0, 0) if is_rude else (2, 3, 5, 6, 4) if waited > 180 else (1, 1, 3, 8, 12)
    score = random.choices((1, 2, 3, 4, 5), weights)[0]
    kind = random.random()
    if kind < 0.5:
        return str(score)
    comment = COMMENTS[language][score]
    if language == "zh":
        return f"{score}，{comment}" if kind < 0.9 else f"{score}分"
    return f"{score}, {comment}" if kind < 0.9 else f"{score}!"


def choices(menu: str) -> list[str]:
    """The keys a menu offers, in spoken order, without repeats."""
    found = [next(part for part in match if part) for match in CHOICE.findall(menu)]
    return list(dict.fromkeys(HANZI.get(key, key) for key in found))


def key_for(random: Random, menu: str, language: str, *, is_over: bool = True) -> str:
    """The key a customer presses: language, then topic; sometimes a wrong one.

    Blank while nothing useful was heard; `is_over`: the menu has ended."""
    own = re.search(r"中文\D{0,6}按\s*([\d九])", menu)
    if language == "zh" and own:
        return HANZI.get(own[1], own[1])
    useful = [key for key in choices(menu) if key not in LANGUAGE_KEYS]
    if not is_over and len(useful) < 2 and (not useful or random.random() < 0.7):
        return ""
    slip = random.random()
    if slip < 0.04:
        return "" if slip < 0.02 else random.choice("678*")
    return random.choice(useful) if useful else ""
