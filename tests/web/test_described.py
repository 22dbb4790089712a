"""What the description of the API promises about refusals is what the edge sends."""

import json

import httpx
from fastapi import FastAPI

from unjai.model.errors import UnjaiError, not_found
from unjai.platform.http import REFUSALS, Refusal, handle_errors
from unjai.roles.web import documented


def test_every_operation_says_what_a_refusal_looks_like():
    whole = documented().openapi()
    operations = [one for methods in whole["paths"].values() for one in methods.values()]
    assert len(operations) > 200
    for one in operations:
        for status in ("4XX", "5XX"):
            assert one["responses"][status]["content"] == {
                "application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}
            }
        assert "422" not in one["responses"]
    assert "HTTPValidationError" not in whole["components"]["schemas"]


async def test_a_refusal_looks_so_and_a_wrong_method_hears_which_is_right():
    app = FastAPI(responses=REFUSALS)
    handle_errors(app)

    @app.get("/number/{number}")
    def number(number: int) -> int:
        return number

    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://centre") as client:
        answers = [await client.get("/number/x"), await client.get("/nowhere"), await client.post("/number/1")]
    told = [Refusal.model_validate(answer.json()).error for answer in answers]
    assert [(answer.status_code, one.code) for answer, one in zip(answers, told, strict=True)] == [
        (422, "request_invalid"),
        (404, "route_unknown"),
        (405, "method_unknown"),
    ]
    assert all(one.th and one.en and one.th != one.en for one in told)
    assert answers[2].headers["allow"] == "GET"


def _no_number(name):
    raise AssertionError(name)


async def test_what_cannot_be_said_again_is_refused_all_the_same():
    app = FastAPI(responses=REFUSALS)
    handle_errors(app)

    @app.post("/thing")
    def thing(body: dict[str, object]) -> None:
        raise not_found("thing", body["key"]) if "key" in body else UnjaiError("request_invalid", 422, **body)

    bodies = ('{"key": "a\\ud800b"}', '{"where": "\\udfff"}', '{"where": NaN}', '{"where": {"\\ud800": [1e999]}}')
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://centre") as client:
        for body in bodies:
            answer = await client.post("/thing", content=body, headers={"Content-Type": "application/json"})
            assert answer.status_code in {404, 422}, body
            Refusal.model_validate(json.loads(answer.content, parse_constant=_no_number))
