"""THE TABLE of errors and their problem documents (RFC 9457). `code` is stable, for programs."""

from typing import Any

import structlog
from flask import Blueprint, Response
from flask_babel import gettext
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from callcenter.domain.errors import DomainError, Invalid, OutsideError

log = structlog.get_logger()
MEDIA_TYPE = "application/problem+json"
ASK_AGAIN_SECONDS = 5


class Wrong(BaseModel):
    """A field that is wrong."""

    field: str
    detail: str


class Problem(BaseModel):
    """An error. `code` never changes its meaning; `detail` is a sentence for people."""

    model_config = ConfigDict(extra="forbid")

    type: str
    title: str
    status: int
    detail: str
    code: str
    field: str | None = Field(default=None, description="The field that is wrong, where one is; the first of `errors`.")
    errors: list[Wrong] | None = Field(default=None, description="All fields that are wrong.")
    theirs: dict[str, Any] | None = Field(default=None, description="stale-save: what stands now.")
    yours: dict[str, Any] | None = Field(default=None, description="stale-save: what you sent, none of it saved.")


class ApiProblem(Exception):
    """A problem specific to the API, or with more data than a domain error has."""

    def __init__(
        self, status: int, code: str, detail: str, *, headers: dict[str, str] | None = None, **more: Any
    ) -> None:
        self.status, self.code, self.detail = status, code, detail
        self.headers = headers or {}
        self.more = more
        super().__init__(detail)


HTTP: dict[int, tuple[str, str]] = {
    400: ("malformed", "The request cannot be read."),
    404: ("not-found", "There is nothing at this address."),
    405: ("method-not-allowed", "This cannot be done at this address."),
    408: ("timeout", "The request did not arrive in time."),
    413: ("too-large", "A request may have at most 1 MB."),
    415: ("wrong-content-type", "Send the body as application/json."),
}
FAILED = (500, "failed", "Something failed on our side. What you asked may not have happened: look, then try again.")
AWAY = (503, "database-away", "The database does not answer. Nothing was saved.")
CONFLICT = (409, "conflict", "Somebody did the same at the same moment. Look, then try again.")


def register(routes: Blueprint) -> None:
    routes.register_error_handler(ApiProblem, _refused)
    routes.register_error_handler(DomainError, _domain)
    routes.register_error_handler(OutsideError, _outside)
    routes.register_error_handler(ValidationError, _invalid)
    routes.register_error_handler(HTTPException, _http)
    routes.register_error_handler(500, _failed)
    routes.register_error_handler(IntegrityError, _conflict)
    for away in (OperationalError, PoolTimeout):
        routes.register_error_handler(away, _database_away)


def answer(status: int, code: str, detail: str, *, headers: dict[str, str] | None = None, **more: Any) -> Response:
    title = code.replace("-", " ").capitalize()
    problem = Problem(
        type=f"urn:callcenter:problem:{code}", title=title, status=status, detail=detail, code=code, **more
    )
    text = problem.model_dump_json(exclude_none=True)
    return Response(text, status=status, headers=headers, mimetype=MEDIA_TYPE)


def _refused(error: ApiProblem) -> Response:
    return answer(error.status, error.code, error.detail, headers=error.headers, **error.more)


def _domain(error: DomainError) -> Response:
    detail = gettext(error.text, **error.values)
    field = error.field if isinstance(error, Invalid) else None
    return answer(error.status, error.code, detail, field=field or None)


def _outside(error: OutsideError) -> Response:
    log.warning("outside_failed", message=str(error), permanent=error.permanent, code=error.code)
    # 502: refused for good. 503: a retry may help.
    if error.permanent:
        return answer(502, "outside-refused", "The telephone company refused it. It did not happen.")
    text = "The telephone company does not answer. It did not happen; try again."
    return answer(503, "outside-unavailable", text, headers={"Retry-After": str(ASK_AGAIN_SECONDS)})


def _invalid(error: ValidationError) -> Response:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    # Malformed JSON is 400; valid JSON with wrong fields is 422 and names every field.
    if found[0]["type"] == "json_invalid":
        return answer(400, "malformed", found[0]["msg"])
    errors = [_wrong(one) for one in found]
    return answer(422, "invalid", errors[0].detail, errors=errors, field=errors[0].field or None)


def _wrong(one: ErrorDetails) -> Wrong:
    detail = "There is no such field." if one["type"] == "extra_forbidden" else one["msg"]
    return Wrong(field=".".join(str(part) for part in one["loc"]), detail=detail.removeprefix("Value error, "))


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    code, detail = HTTP.get(status, ("refused", error.description or "This cannot be done."))
    headers = {name: value for name, value in error.get_headers() if name == "Allow"}
    return answer(status, code, detail, headers=headers)


def _failed(error: Exception) -> Response:
    original = getattr(error, "original_exception", None) or error
    log.error("failed", error=type(original).__name__, exc_info=original)
    # The cause goes to the log, never to the client.
    return answer(*FAILED)


def _conflict(error: DBAPIError) -> Response:
    log.info("conflict", error=type(error.orig).__name__)
    return answer(*CONFLICT)


def _database_away(error: Exception) -> Response:
    log.error("database_away", error=type(error).__name__)
    return answer(*AWAY, headers={"Retry-After": str(ASK_AGAIN_SECONDS)})
