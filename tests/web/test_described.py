"""What the description of the API promises about refusals is what the edge sends."""

import httpx
from fastapi import FastAPI

from unjai.platform.http import REFUSALS, Refusal, handle_errors
from unjai.roles.web import documented


def test_every_operation_says_what_a_refusal_looks_like():
    whole = documented().openapi()
    operations = [one for methods in whole["paths"].values() for one in methods.values()]
    assert len(operations) > 200
    for one in operations:
        shape = next(iter(one["responses"]["4XX"]["content"].values()))["schema"]
        assert shape == {"$ref": "#/components/schemas/Refusal"}
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
