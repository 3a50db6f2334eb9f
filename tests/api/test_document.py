"""The OpenAPI document: valid, complete, and public."""

from pathlib import Path
from typing import Any

from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator

from callcenter import declared
from callcenter.api import document
from callcenter.api.operations import OPERATIONS
from tests.api.program import Program
from tests.factories import Centre


def told(app: Flask) -> dict[str, Any]:
    answer = app.test_client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    document: dict[str, Any] = answer.get_json()
    return document


def test_the_document_is_valid_openapi_3_1_and_needs_no_token(app: Flask, centre: Centre) -> None:
    assert centre
    document = told(app)
    assert document["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(document).validate()


def test_every_route_of_the_api_stands_in_the_document(app: Flask, centre: Centre) -> None:
    assert centre
    known = {told["operationId"] for paths in told(app)["paths"].values() for told in paths.values()}
    served = {
        rule.endpoint.removeprefix("api.") for rule in app.url_map.iter_rules() if rule.endpoint.startswith("api.")
    }
    assert served - known == {"nothing", "nothing_at_all", "openapi"}
    assert known <= served


def test_every_route_says_who_may_use_it(app: Flask, centre: Centre) -> None:
    assert centre
    for name, view in app.view_functions.items():
        if name.startswith("api."):
            assert declared.of(view) is not None, name


def test_every_operation_says_what_it_does_and_refuses(app: Flask, centre: Centre) -> None:
    assert centre
    for paths in told(app)["paths"].values():
        for one in paths.values():
            assert one["summary"]
            assert {"401", "403", "default"} <= set(one["responses"])


def test_names_of_operations_are_unique() -> None:
    names = [one.name for one in OPERATIONS]
    assert len(names) == len(set(names))


def test_what_is_not_there_is_a_problem_and_not_a_page(app: Flask, centre: Centre) -> None:
    assert centre
    nobody = Program(app, None)
    assert nobody.get("/nothing").get_json(force=True)["code"] == "not-found"
    assert nobody.get("/tickets/abc").get_json(force=True)["code"] == "not-found"
    assert nobody.get(f"/tickets/{2**63}").get_json(force=True)["code"] == "not-found"
    wrong = nobody.ask("DELETE", "/tickets")
    assert wrong.status_code == 405
    assert set(wrong.headers["Allow"].split(", ")) == {"GET", "POST"}
    for path in ("/api/", "/api/v2/tickets"):
        answer = app.test_client().get(path)
        assert (answer.status_code, answer.mimetype) == (404, "application/problem+json"), path


def test_every_code_of_the_document_is_explained() -> None:
    page = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
    answers = [
        one
        for paths in document.document()["paths"].values()
        for op in paths.values()
        for one in op["responses"].items()
    ]
    codes = {code for status, told in answers if status >= "4" for code in told["description"].split(", ")}
    assert "stale-save" in codes
    assert [code for code in sorted(codes) if f"`{code}`" not in page] == []
