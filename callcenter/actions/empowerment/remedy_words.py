"""Labels of remedies and amounts, by language."""

from callcenter.domain import languages
from callcenter.domain.empowerment import Remedy, money


def amounts(remedy: Remedy, units: int, currency: str) -> dict[str, str]:
    """By language: "$60" or "2 ×", for example."""
    if remedy.is_money:
        return {language: money.formatted(units, currency, language) for language in languages.SERVED}
    return dict.fromkeys(languages.SERVED, f"{units} ×")


def described(remedy: Remedy, units: int, currency: str) -> dict[str, str]:
    """Amount and remedy name, for the timeline."""
    texts = amounts(remedy, units, currency)
    if not remedy.is_money and units == 1:
        return remedy.names
    return {language: f"{amount} {languages.of(remedy.names, language)}" for language, amount in texts.items()}
