"""Posts to the company's own systems: signed JSON with an idempotency key."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

import urllib3

from callcenter.domain.errors import OutsideError

TIMEOUT = urllib3.Timeout(connect=3.05, read=10)
AGAIN = (408, 425, 429)


class Systems:
    """Implements `domain.ports.Posting`."""

    def __init__(self) -> None:
        self._pool = urllib3.PoolManager(retries=False, timeout=TIMEOUT)

    def post(self, url: str, *, secret: str, key: str, at: int, body: Mapping[str, Any]) -> None:
        """Raises OutsideError if refused (`permanent`) or not answered."""
        data = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": key,
            # HMAC-SHA256 of "<at>.<body>" with the secret
            "Callcenter-Signature": f"t={at},v1={signature(secret, at, data)}",
        }
        try:
            answer = self._pool.request("POST", url, body=data, headers=headers, redirect=False)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise OutsideError(f"no answer: {type(error).__name__}", permanent=False) from error
        if not 200 <= answer.status < 300:
            permanent = 300 <= answer.status < 500 and answer.status not in AGAIN
            raise OutsideError(f"answered {answer.status}", permanent=permanent, code=answer.status)


def signature(secret: str, at: int, data: bytes) -> str:
    return hmac.new(secret.encode(), f"{at}.".encode() + data, hashlib.sha256).hexdigest()
