"""The doors that are answered before the framework's own layers: what holds for every answer holds for theirs."""

from uuid import uuid4

import pytest
from sqlalchemy.exc import OperationalError

from unjai.web.screens import POLICY

UNKNOWN = "/api/escort/walks/8d6bba52-6c39-44a3-9b5c-0a6a7a1d1d0e/positions"


async def asked(centre, method, path, **said):
    async with centre.client() as client:
        return await client.request(method, path, **said)


@pytest.mark.parametrize(
    ("path", "said", "code"),
    [
        (UNKNOWN, {"json": {"fixes": []}}, (404, "escort_unknown")),
        (UNKNOWN, {"content": b"x" * 70_000}, (413, "body_too_large")),
        (UNKNOWN, {"content": b"x" * 1_100_000}, (413, "body_too_large")),
        ("/gps/owntracks", {"json": {}}, (401, "device_unknown")),
    ],
)
async def test_a_door_refuses_in_words_and_its_answer_has_the_headers_of_all(centre, path, said, code):
    answer = await asked(centre, "POST", path, **said)
    assert (answer.status_code, answer.json()["error"]["code"]) == code
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["cache-control"] == "no-store"
    assert len(answer.headers["x-request-id"]) == 16


async def test_another_method_at_a_door_goes_on_to_all_other_routes(centre):
    answer = await asked(centre, "GET", UNKNOWN)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "route_unknown")


async def test_what_a_door_did_not_expect_is_worded_as_everywhere(centre, monkeypatch):
    async def away(*_args):
        raise OperationalError("SELECT", {}, OSError("away"))

    monkeypatch.setattr("unjai.sense.http_door.Doors._device", away)
    answer = await asked(centre, "POST", "/api/citizen/help", json={"id": str(uuid4())})
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "database_away")


async def test_a_door_is_counted_by_its_template_where_a_limit_marks_it_too(centre):
    await asked(centre, "POST", UNKNOWN, json={"fixes": []})
    await asked(centre, "POST", "/api/citizen/help", json={})
    told = (await asked(centre, "GET", "/metrics")).text
    assert 'route="/api/escort/walks/{walk_id}/positions"' in told
    assert 'route="/api/citizen/help"' in told
