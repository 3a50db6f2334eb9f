"""Rule books shipped as a start: `shop` is the demo company's, `telecom` a telephone company's."""

from pathlib import Path

from callcenter.domain.empowerment import RuleBook, files

FOLDER = Path(__file__).parent / "rules"
NAMES = ("shop", "telecom")


def text(name: str) -> str:
    """The file with its comments."""
    return (FOLDER / f"{name}.yaml").read_text("utf-8")


def book(name: str) -> RuleBook:
    return files.read(text(name))
