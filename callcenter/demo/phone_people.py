"""People on the simulator's phone page: the scripted customers, and three special numbers."""

import json
from pathlib import Path

PEOPLE = (
    {"name": "Carla Mendes", "number": "+14155550142", "language": "en", "note": "gold"},
    {"name": "李雷", "number": "+8613855500163", "language": "zh", "note": "银卡"},
    {"name": "Tom Becker", "number": "+12125550178", "language": "en", "note": "standard"},
    {"name": "王芳", "number": "+8613955500121", "language": "zh", "note": "金卡"},
    {"name": "Mary Okafor", "number": "+16465550119", "language": "en", "note": "silver"},
    {"name": "A number we do not know", "number": "+16505550100", "language": "en", "note": ""},
    {"name": "Number withheld", "number": "anonymous", "language": "en", "note": "caller’s number is hidden"},
    {"name": "Mallory", "number": "+15105550166", "language": "en", "note": "two people share it"},
)


def write_people(path: Path) -> None:
    """Write the JSON file that SIMULATOR_PEOPLE names."""
    text = json.dumps(PEOPLE, ensure_ascii=False, indent=2)
    if not path.exists() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")
