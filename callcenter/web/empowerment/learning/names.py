"""Labels of report groups: remedies, rules, causes, departments, teams, tiers."""

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from callcenter import wiring
from callcenter.domain import languages
from callcenter.domain.empowerment import RuleBook, sentences
from callcenter.domain.empowerment.money import formatted
from callcenter.storage.agents import agents
from callcenter.storage.empowerment import departments, rule_books
from callcenter.web.wording import language


@dataclass(frozen=True)
class LearningNames:
    """`book`: the rule book in force, which names remedies and rules; None without one."""

    language: str
    book: RuleBook | None
    causes: dict[str, str]
    departments: dict[str, str]
    agents: dict[int, str]

    def of(self, by: str, key: str) -> str:
        if not key:
            return _("not said")
        if by == "remedy":
            return self.remedy(key)
        if by == "rule":
            return self.rule(key)
        if by == "cause":
            return self.causes.get(key, key)
        if by == "department":
            return self.departments.get(key, key)
        if by == "tier":
            return {"gold": _("Gold"), "silver": _("Silver"), "standard": _("Standard")}.get(key, key)
        return key

    def remedy(self, key: str) -> str:
        found = self.book.remedy(key) if self.book else None
        return languages.of(found.names, self.language) if found else key

    def rule(self, key: str) -> str:
        found = self.book.rule(int(key)) if self.book and key.isdecimal() else None
        why = (
            sentences.why(found, self.language, currency=found.currency or self.book.currency)
            if found and self.book
            else ""
        )
        return _("Rule %(id)s: %(why)s", id=key, why=why) if why else _("Rule %(id)s", id=key)

    def amounts(self, by_currency: dict[str, int]) -> str:
        parts = [
            formatted(minor, currency, self.language) for currency, minor in by_currency.items() if currency and minor
        ]
        return " · ".join(parts) or "–"

    def amount(self, minor: int, currency: str) -> str:
        return formatted(minor, currency, self.language)

    def how_much(self, remedy: str, units: int, currency: str) -> str:
        found = self.book.remedy(remedy) if self.book else None
        return f"{units} ×" if found and not found.is_money else formatted(units, currency, self.language)


def names(session: Session) -> LearningNames:
    chosen = language.chosen()
    rules = rule_books.in_force(session, wiring.current().clock())
    return LearningNames(
        language=chosen,
        book=rules.book if rules else None,
        causes={one.key: one.name(chosen) for one in departments.causes(session)},
        departments={one.key: one.name(chosen) for one in departments.departments(session)},
        agents=agents.names(session),
    )
