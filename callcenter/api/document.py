"""The OpenAPI 3.1 document, generated from the registered operations and their models."""

from collections.abc import Iterable
from functools import cache
from http import HTTPStatus
from typing import Any

from flask import Response, json
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from callcenter import wiring
from callcenter.api import problems
from callcenter.api.authentication import routes
from callcenter.api.once import HEADER
from callcenter.api.operations import OPERATIONS, VERSION, Operation
from callcenter.api.problems import Problem
from callcenter.declared import public

ABOUT = """What people do at the desk, for programs. Send a token (`callcenter token create`) as `Authorization: Bearer …`; a
token made for an agent acts as that agent. Lists answer `{"data": […], "next": …}`: send `next` as `cursor` for the following
page. Errors are problem documents (RFC 9457); go by their `code`. Times are UTC, ids are 64-bit integers, unknown fields are
refused."""
Json = dict[str, Any]
SCHEMAS = "#/components/schemas/"


@routes.get(f"{VERSION}/openapi.json")
@public
def openapi() -> Response:
    server = {"url": wiring.current().settings.public_url + "/api/v1"}
    return Response(json.dumps({**document(), "servers": [server]}), mimetype="application/json")


@cache
def document() -> Json:
    """The document without its server address."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Contact centre", "version": "1", "description": " ".join(ABOUT.split())},
        "security": [{"token": []}],
        "paths": _paths(),
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _paths() -> Json:
    paths: dict[str, Json] = {}
    for one in OPERATIONS:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one)
    return paths


def _schemas() -> Json:
    sent: set[type[BaseModel]] = {one.body for one in OPERATIONS if one.body}
    asked: set[type[BaseModel]] = {one.query for one in OPERATIONS if one.query}
    shown: set[type[BaseModel]] = {one.answer for one in OPERATIONS if one.answer} | {Problem}
    _, definitions = models_json_schema(
        [*_in_mode(sent | asked, "validation"), *_in_mode(shown, "serialization")], ref_template=SCHEMAS + "{model}"
    )
    schemas: Json = definitions["$defs"]
    return {name: schemas[name] for name in sorted(schemas) if name not in {model.__name__ for model in asked}}


def _in_mode(models: Iterable[type[BaseModel]], mode: JsonSchemaMode) -> list[tuple[type[BaseModel], JsonSchemaMode]]:
    return [(model, mode) for model in sorted(models, key=lambda model: model.__name__)]


def _operation(one: Operation) -> Json:
    written: Json = {
        "operationId": one.name,
        "tags": [one.tag],
        "summary": one.summary,
        "parameters": [*_in_path(one), *_in_query(one), *_in_header(one)],
        "responses": {**_success(one), **_refusals(one)},
        "x-roles": sorted(one.declaration.roles),
    }
    if one.description:
        written["description"] = one.description
    if one.body:
        required = any(known.is_required() for known in one.body.model_fields.values())
        content = {"application/json": {"schema": {"$ref": SCHEMAS + one.body.__name__}}}
        written["requestBody"] = {"required": required, "content": content}
    return written


def _in_path(one: Operation) -> list[Json]:
    names = [part[1:-1] for part in one.path.split("/") if part.startswith("{")]
    schema = {"type": "integer", "format": "int64", "minimum": 1}
    return [{"name": name, "in": "path", "required": True, "schema": schema} for name in names]


def _in_query(one: Operation) -> list[Json]:
    if one.query is None:
        return []
    schema = one.query.model_json_schema(ref_template=SCHEMAS + "{model}")
    return [{"name": name, "in": "query", **_parameter(of)} for name, of in schema["properties"].items()]


def _parameter(schema: Json) -> Json:
    described = {key: value for key, value in schema.items() if key not in ("title", "description")}
    # A query string has no null: an optional parameter is left out.
    variants = [variant for variant in described.pop("anyOf", []) if variant != {"type": "null"}]
    if variants:
        described = {**variants[0], **{key: value for key, value in described.items() if value is not None}}
    description = {"description": schema["description"]} if "description" in schema else {}
    return {"required": False, **description, "schema": described}


def _in_header(one: Operation) -> list[Json]:
    if not one.repeatable:
        return []
    text = "Sent again with the same key, the same request gets the same answer, and nothing is made twice."
    schema = {"type": "string", "maxLength": 200}
    return [{"name": HEADER, "in": "header", "required": False, "description": text, "schema": schema}]


def _success(one: Operation) -> Json:
    described: Json = {"description": HTTPStatus(one.status).phrase}
    if one.answer:
        described["content"] = {"application/json": {"schema": {"$ref": SCHEMAS + one.answer.__name__}}}
    if one.is_file:
        described["content"] = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
    return {str(one.status): described}


def _refusals(one: Operation) -> Json:
    codes: dict[int, list[str]] = {401: ["unauthenticated"], 403: ["not-allowed"]}
    if "{" in one.path:
        codes[404] = ["not-found"]
    if one.query or one.body:
        codes[422] = ["invalid"]
    if one.body:
        codes |= {400: ["malformed"], 413: ["too-large"], 415: ["wrong-content-type"]}
    if one.repeatable:
        codes[422].append("idempotency-key-reused")
        codes[409] = ["conflict"]
    codes[503] = ["database-away"]
    for status, more in one.refuses.items():
        codes[status] = codes.get(status, []) + list(more)
    content = {problems.MEDIA_TYPE: {"schema": {"$ref": SCHEMAS + Problem.__name__}}}
    described = {str(status): {"description": ", ".join(codes[status]), "content": content} for status in sorted(codes)}
    return {**described, "default": {"description": "failed", "content": content}}
