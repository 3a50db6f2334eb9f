"""THE REGISTER of how older events are read: (kind, version) → what its data is in the next version."""

from collections.abc import Callable, Mapping
from typing import Any

UPCASTS: dict[tuple[str, int], Callable[[Mapping[str, Any]], Mapping[str, Any]]] = {
    ("CustomerOptedOut", 1): lambda _sms: {"address_kind": "phone"},
    ("CustomerOptedIn", 1): lambda _sms: {"address_kind": "phone"},
}
