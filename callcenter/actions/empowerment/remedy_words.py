"""How much of a remedy, in the words of each language."""

from callcenter.domain import languages
from callcenter.domain.empowerment import Remedy, money


def shown(remedy: Remedy, units: int, currency: str) -> dict[str, str]:
    """How much, by language: "$60", or "2 ×"."""
    if remedy.is_money:
        return {language: money.shown(units, currency, language) for language in languages.SERVED}
    return dict.fromkeys(languages.SERVED, f"{units} ×")


def told(remedy: Remedy, units: int, currency: str) -> dict[str, str]:
    """What was given, with its name, as the story of the ticket tells it."""
    amounts = shown(remedy, units, currency)
    if not remedy.is_money and units == 1:
        return remedy.names
    return {language: f"{amount} {languages.of(remedy.names, language)}" for language, amount in amounts.items()}
