"""Each route declares its access; others are refused."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from callcenter.domain.agents import Role

View = TypeVar("View", bound=Callable[..., Any])
MARK = "declared"


class Audience(StrEnum):
    PUBLIC = "public"  # anyone
    SIGNED = "signed"  # Twilio, by signature
    PEOPLE = "people"  # a signed-in person or a token with one of the roles


@dataclass(frozen=True, slots=True)
class Declaration:
    audience: Audience
    roles: frozenset[Role] = frozenset()

    def may(self, role: Role | str | None) -> bool:
        return self.audience == Audience.PUBLIC or role in self.roles


def allow(*roles: str) -> Callable[[View], View]:
    declaration = Declaration(Audience.PEOPLE, frozenset(Role(role) for role in roles))
    return lambda view: _mark(view, declaration)


def public(view: View) -> View:
    return _mark(view, Declaration(Audience.PUBLIC))


def signed(view: View) -> View:
    """The route checks Twilio's signature."""
    return _mark(view, Declaration(Audience.SIGNED))


everyone = allow(*Role)
leaders = allow(Role.SUPERVISOR, Role.ADMINISTRATOR)


def of(view: Callable[..., Any] | None) -> Declaration | None:
    declaration: Declaration | None = getattr(view, MARK, None)
    return declaration


def _mark(view: View, declaration: Declaration) -> View:
    setattr(view, MARK, declaration)
    return view
