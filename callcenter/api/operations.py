"""`operation` registers an API view with its models; the same data serves requests and the OpenAPI document."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, TypeVar, get_origin

from flask import Response, request
from pydantic import BaseModel
from werkzeug.exceptions import UnsupportedMediaType

from callcenter import declared
from callcenter.api.authentication import routes
from callcenter.api.shapes import QueryParameters, RequestBody
from callcenter.declared import Audience, Declaration

View = TypeVar("View", bound=Callable[..., Any])
VERSION = "/v1"


@dataclass(frozen=True, kw_only=True)
class Operation:
    """A registered view. `path` as in the document ("/tickets/{ticket_id}"); `refuses`: extra problem codes by
    status."""

    method: str
    path: str
    name: str
    summary: str
    description: str
    tag: str
    declaration: Declaration
    query: type[QueryParameters] | None = None
    body: type[RequestBody] | None = None
    answer: type[BaseModel] | None = None
    status: int = 200
    repeatable: bool = False
    is_file: bool = False
    refuses: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

    @property
    def rule(self) -> str:
        return VERSION + self.path.replace("{", "<id:").replace("}", ">")

    @property
    def is_public(self) -> bool:
        return self.declaration.audience == Audience.PUBLIC


OPERATIONS: list[Operation] = []


def operation(
    method: str,
    path: str,
    *,
    query: type[QueryParameters] | None = None,
    body: type[RequestBody] | None = None,
    answer: type[BaseModel] | None = None,
    status: int = 200,
    repeatable: bool = False,
    is_file: bool = False,
    refuses: Mapping[int, tuple[str, ...]] | None = None,
) -> Callable[[View], View]:
    """Register a declared view. It takes its path ids, `query` and `body`; returns the answer model or None.

    With `is_file` it returns a response with the file. The docstring's first line is the summary.
    """

    def add(view: View) -> View:
        declaration = declared.of(view)
        assert declaration is not None, f"{view.__name__} does not say who may"
        summary, _, description = (view.__doc__ or "").strip().partition("\n")
        one = Operation(
            method=method,
            path=path,
            name=view.__name__,
            summary=summary.rstrip("."),
            description=" ".join(description.split()),
            tag=path.split("/")[1],
            declaration=declaration,
            query=query,
            body=body,
            answer=answer,
            status=status if answer or is_file else 204,
            repeatable=repeatable,
            is_file=is_file,
            refuses=refuses or {},
        )
        OPERATIONS.append(one)
        routes.add_url_rule(one.rule, endpoint=one.name, view_func=_served(view, one), methods=[method])
        return view

    return add


def _served(view: View, one: Operation) -> Callable[..., Response]:
    @wraps(view)
    def inner(**ids: int) -> Response:
        taken: dict[str, Any] = dict(ids)
        if one.query:
            taken["query"] = one.query.model_validate(_query(one.query))
        if one.body:
            taken["body"] = _body(one.body)
        given = view(**taken)
        if isinstance(given, Response):
            return given
        return Response(status=204) if given is None else shown(given, one.status)

    return inner


def shown(given: BaseModel, status: int = 200) -> Response:
    return Response(given.model_dump_json(), status=status, mimetype="application/json")


def _query(model: type[QueryParameters]) -> dict[str, str | list[str]]:
    # A list parameter keeps all its values, any other the last one.
    several = {name for name, known in model.model_fields.items() if get_origin(known.annotation) is list}
    return {name: values if name in several else values[-1] for name, values in request.args.lists()}


def _body(model: type[RequestBody]) -> RequestBody:
    raw = request.get_data()
    if not raw and not any(known.is_required() for known in model.model_fields.values()):
        # An absent body is fine where no field is required.
        return model()
    if raw and not request.is_json:
        raise UnsupportedMediaType
    return model.model_validate_json(raw)
