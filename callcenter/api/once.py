"""Idempotency keys: a repeated request gets the stored answer, and nothing is created twice."""

import json
from collections.abc import Callable
from hashlib import sha256

from flask import Response, g, request
from pydantic import BaseModel

from callcenter import wiring
from callcenter.api.problems import ApiProblem
from callcenter.storage.administration import access
from callcenter.storage.work import Work

HEADER = "Idempotency-Key"
LONGEST = 200


def once(make: Callable[[Work], BaseModel], *, status: int = 201) -> Response:
    """Run `make` and store its answer under the request's Idempotency-Key. 422 for a too long or reused key."""
    key = request.headers.get(HEADER, "")
    if len(key) > LONGEST:
        raise ApiProblem(422, "invalid", "An Idempotency-Key has at most 200 characters.", field=HEADER)
    # One transaction for both: no crash can separate result and answer.
    with wiring.current().work() as work:
        text, again = _kept(work, key, make) if key else (make(work).model_dump_json(), False)
    headers = {"Idempotency-Replayed": "true"} if again else None
    return Response(text, status=status, headers=headers, mimetype="application/json")


def _kept(work: Work, key: str, make: Callable[[Work], BaseModel]) -> tuple[str, bool]:
    """(answer as JSON, whether it is a stored one)."""
    name = f"{access.PROGRAMS}:{g.api_token_id}:{_hash(key.encode())}"
    asked = _hash(f"{request.method} {request.path}\n".encode() + request.get_data())
    # A concurrent request with this key waits here for the first to commit.
    first = access.claim_receipt(work.session, name, now=work.now)
    receipt = access.receipt(work.session, name)
    if receipt is None:
        raise ApiProblem(409, "conflict", "Somebody did the same at the same moment. Try again.")
    if first:
        receipt.answer = json.dumps({"asked": asked, "answer": make(work).model_dump_json()})
    kept = json.loads(receipt.answer)
    if kept["asked"] != asked:
        text = "This Idempotency-Key was used for another request. Take a new one."
        raise ApiProblem(422, "idempotency-key-reused", text, field=HEADER)
    answer: str = kept["answer"]
    return answer, not first


def _hash(value: bytes) -> str:
    return sha256(value).hexdigest()
