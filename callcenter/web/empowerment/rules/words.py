"""Names of what rules refer to, and which of them exist."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from callcenter.domain import languages
from callcenter.domain.empowerment.conditions import CONDITIONS
from callcenter.domain.empowerment.wording import Names, word
from callcenter.storage.administration import company
from callcenter.storage.agents import agents
from callcenter.storage.empowerment import departments

LISTED = ("team", "department", "cause", "queue")  # few enough for check boxes
CHECKED = (*LISTED, "skill", "person")  # an unknown word is a fault


@dataclass(frozen=True)
class Vocabulary:
    """`names`: {condition: {word: label}}; for `CHECKED` conditions these are all words."""

    language: str
    names: Names

    def options(self, condition: str, chosen: tuple[str, ...] = ()) -> list[tuple[str, str]]:
        """(word, label) to tick: all existing words, then chosen ones that no longer exist."""
        there = CONDITIONS[condition].choices or tuple(self.names.get(condition, {}))
        words = [*there, *(one for one in chosen if one not in there)]
        return [(one, word(self.language, condition, one, self.names)) for one in words]

    def is_listed(self, condition: str) -> bool:
        return bool(CONDITIONS[condition].choices) or condition in LISTED

    @property
    def words(self) -> dict[str, list[str]]:
        return {name: list(self.names.get(name, {})) for name in CHECKED}


def known(session: Session, language: str) -> Vocabulary:
    def named(rows: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
        return {key: languages.of(dict(names), language) or key for key, names in rows.items()}

    return Vocabulary(
        language,
        {
            "team": {name: name for name in agents.team_names(session).values()},
            "person": {agent.username: agent.name for agent in agents.all_active(session)},
            "skill": named({one.key: one.names for one in company.skills(session)}),
            "queue": named({one.key: one.names for one in company.every_queue(session)}),
            "department": named({one.key: one.names for one in departments.departments(session)}),
            "cause": named({one.key: one.names for one in departments.causes(session)}),
        },
    )
