"""Outside services that the system needs; `wiring` builds them."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Protocol

from callcenter.domain.calls import CallStatus


class Phone(Protocol):
    """Commands on live calls. Each raises OutsideError; none is called within a transaction."""

    def hold(self, *, interaction_id: int, language: str) -> None: ...

    def resume(self, *, interaction_id: int) -> None: ...

    def hang_up(self, call_sid: str) -> None: ...

    def bring_back(self, *, call_sid: str, interaction_id: int) -> None: ...

    def ring_agent(self, *, to: str, caller_id: str, offer_id: int) -> str: ...

    def call_customer(self, *, to: str, caller_id: str, interaction_id: int) -> str: ...

    def status(self, call_sid: str) -> CallStatus | None: ...


class Posting(Protocol):
    """The company's own systems; raises OutsideError."""

    def post(self, url: str, *, secret: str, key: str, at: int, body: Mapping[str, Any]) -> None: ...


class Texting(Protocol):
    """Messages of one channel and their files; each raises OutsideError."""

    def send(self, *, sender: str, recipient: str, body: str, media: Sequence[str] = ()) -> str: ...

    def find(self, *, sender: str, recipient: str, body: str, since: timedelta) -> Sequence[str]: ...

    def fetch(self, url: str) -> bytes: ...

    def forget(self, url: str) -> None: ...
