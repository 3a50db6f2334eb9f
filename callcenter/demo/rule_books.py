"""The rule books that ship with the program, to start with: `shop` is the demo company's own, `telecom` for a telephone company."""

from pathlib import Path

from callcenter.domain.empowerment import RuleBook, files

FOLDER = Path(__file__).parent / "rules"
NAMES = ("shop", "telecom")


def text(name: str) -> str:
    """The file as it ships, with its remarks."""
    return (FOLDER / f"{name}.yaml").read_text("utf-8")


def book(name: str) -> RuleBook:
    return files.read(text(name))
