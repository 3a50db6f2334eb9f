"""A program that uses the API and checks every answer against the OpenAPI document."""

import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from flask import Flask
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012
from werkzeug.routing import RequestRedirect
from werkzeug.test import TestResponse

from callcenter.api import document

BASE = "/api/v1"
PROBLEM = "application/problem+json"


@dataclass
class Program:
    """One token at work. `used` remembers which operations were answered, and with which status."""

    app: Flask
    token: str | None
    used: set[tuple[str, str, int]] = field(default_factory=set)

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.ask("GET", path, query_string=query)

    def post(self, path: str, body: Any = None, **more: Any) -> TestResponse:
        return self.ask("POST", path, **({"json": body} if body is not None else {}), **more)

    def put(self, path: str, body: Any) -> TestResponse:
        return self.ask("PUT", path, json=body)

    def patch(self, path: str, body: Any) -> TestResponse:
        return self.ask("PATCH", path, json=body)

    def once(self, path: str, body: Any, key: str) -> TestResponse:
        return self.post(path, body, headers={"Idempotency-Key": key})

    def ask(self, method: str, path: str, **more: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= more.pop("headers", {})
        answer = self.app.test_client().open(BASE + path, method=method, headers=headers, **more)
        self._hold_against_document(method, path, answer)
        return answer

    def _hold_against_document(self, method: str, path: str, answer: TestResponse) -> None:
        told = _operation(self.app, method, path)
        if told is None:
            _validate({"$ref": "#/components/schemas/Problem"}, answer.get_json(force=True))
            assert answer.mimetype == PROBLEM
            return
        status = "default" if answer.status_code == 500 else str(answer.status_code)
        known = told["responses"].get(status)
        assert known is not None, f"{method} {path} answered {answer.status_code}, which is not in the document"
        self.used.add((method, told["operationId"], answer.status_code))
        if "content" not in known:
            assert answer.data == b""
            return
        [(media, content)] = known["content"].items()
        if media == "*/*":  # a file
            return
        assert answer.mimetype == media
        _validate(content["schema"], json.loads(answer.data))


def _operation(app: Flask, method: str, path: str) -> dict[str, Any] | None:
    address = app.url_map.bind("localhost")
    try:
        endpoint, _ = address.match(BASE + path.partition("?")[0], method=method)
    except RequestRedirect:
        return None
    name = str(endpoint).removeprefix("api.")
    return _told().get(name)


@cache
def _told() -> dict[str, dict[str, Any]]:
    """The document's operations by name."""
    return {told["operationId"]: told for paths in document.document()["paths"].values() for told in paths.values()}


def _validate(schema: dict[str, Any], found: Any) -> None:
    absolute = {"$ref": "urn:document" + schema["$ref"]}
    Draft202012Validator(absolute, registry=_registry()).validate(found)


@cache
def _registry() -> Registry[Any]:
    resource = DRAFT202012.create_resource(document.document())
    known: Registry[Any] = Registry().with_resource("urn:document", resource)
    return known.crawl()


def problem(answer: TestResponse, status: int, code: str, field: str | None = None) -> dict[str, Any]:
    """The problem document, which is this one."""
    told: dict[str, Any] = json.loads(answer.data)
    assert (answer.status_code, told["code"], told.get("field")) == (status, code, field), told
    assert told["status"] == status
    return told
