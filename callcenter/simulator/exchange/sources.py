"""Where a TwiML document comes from: a URL or a text sent by REST. Does not fetch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin


@dataclass(frozen=True)
class Source:
    """The next document of a call. Links of inline `twiml` must be absolute."""

    url: str = ""
    method: str = "POST"
    twiml: str = ""
    params: Mapping[str, str] = field(default_factory=dict)

    def link(self, target: str, method: str = "", params: Mapping[str, str] | None = None) -> "Source":
        """The target of a link; blank means this document again."""
        url = urljoin(self.url, target) if target else self.url
        return Source(url=url, method=(method or "POST").upper(), params=params or {})
