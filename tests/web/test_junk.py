"""Junk at every route, made from its own description: never an answer of 5xx, always a code and words in both languages."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.web.edge import FORM, HERE, PASSWORD, ROOT
from unjai.people import flows as people
from unjai.people.page import Declared
from unjai.people.rights import ROLES
from unjai.platform.http import ANYONE, PUBLIC

STRINGS = ("\x00", "ก" * 5000, "", " \t\u200b\u202e", "' OR 1=1 --", "๒๕๖๙", "\ufffe")
NUMBERS = (-1, 0, 2**31, 2**63, 10**30, 1e308, True)
MOMENTS = {
    "date": ("0001-01-01", "9999-12-31", "1900-01-01", "2199-12-31", "2569-11-22", "0000-00-00", "2026-02-29"),
    "date-time": (
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "2026-11-22T10:00:00",
        "2569-11-22T10:00:00+07:00",
        "2026-11-22T24:00:00+07:00",
    ),
}
"""Days and moments at the ends of the calendar: reckoning with them overflows."""
JUNK_ROLES = ("supervisor", "administrator", "officer", "superintendent", "inquiry", "evaluator")
RAW = (
    b"",
    b"{",
    b"\xff\xfe\x00",
    b"null",
    b"[]",
    b"0",
    b'"x"',
    b"[" * 5000,
    b'{"a":' * 2000,
    b'{"lon": NaN, "lat": Infinity}',
)


def _resolved(schema: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = whole["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    if "anyOf" in schema:
        return _resolved(schema["anyOf"][0], whole)
    return schema


def _value(schema: dict[str, Any], whole: dict[str, Any], turn: int) -> Any:  # noqa: PLR0911
    schema = _resolved(schema, whole)
    if "enum" in schema:
        return schema["enum"][turn % len(schema["enum"])]
    match schema.get("type"):
        case "object":
            inner = schema.get("properties", {"x": {"type": "string"}})
            return {name: _value(part, whole, turn) for name, part in inner.items()}
        case "array":
            parts = schema.get("prefixItems") or [schema.get("items", {})]
            return [_value(part, whole, turn) for part in parts]
        case "integer" | "number":
            return NUMBERS[turn % len(NUMBERS)]
        case "boolean":
            return True
        case _ if schema.get("format") == "uuid":
            return str(uuid4())
        case _ if schema.get("format") == "time":
            return "08:00"
        case _ if schema.get("format") in MOMENTS:
            return MOMENTS[schema["format"]][turn % len(STRINGS)]
        case _:
            return STRINGS[turn % len(STRINGS)]


def _bodies(operation: dict[str, Any], whole: dict[str, Any]) -> Iterator[dict[str, Any]]:
    content = operation.get("requestBody", {}).get("content", {})
    if not content:
        yield {}
        return
    schema = next(iter(content.values()))["schema"]
    for turn in range(len(STRINGS)):
        yield {"json": _value(schema, whole, turn)}
    for raw in RAW:
        yield {"content": raw, "headers": {"Content-Type": "application/json"}}


def _queries(operation: dict[str, Any], whole: dict[str, Any]) -> Iterator[dict[str, str]]:
    asked = [part for part in operation.get("parameters", []) if part["in"] == "query"]
    yield {}
    for turn in range(len(STRINGS) if asked else 0):
        yield {part["name"]: str(_value(part["schema"], whole, turn))[:300] for part in asked}
    for word in ("nan", "inf", "-1e999", "\x00") if asked else ():
        yield dict.fromkeys([part["name"] for part in asked], word)


def _path(path: str, operation: dict[str, Any], word: str) -> str:
    for part in operation.get("parameters", []):
        if part["in"] == "path":
            path = path.replace(f"{{{part['name']}}}", str(uuid4()) if word == "" else word)
    return path


def _tries(path: str, operation: dict[str, Any], whole: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for body in _bodies(operation, whole):
        yield _path(path, operation, ""), body
    for query in _queries(operation, whole):
        yield _path(path, operation, ""), {"params": query}
    if "{" in path:
        for word in ("%00", "1", "x" * 3000, "%F0%9F%92%A5", "..%2F.."):
            yield _path(path, operation, word), {}


def _shared_out(routes: list[Declared]) -> dict[str, set[tuple[str, str]]]:
    """Give every route to the first of five roles that may use it, so that each is tried once."""
    given: dict[str, set[tuple[str, str]]] = {role: set() for role in JUNK_ROLES}
    for item in routes:
        fits = (role for role in given if item.right in {PUBLIC, ANYONE, *ROLES[role].rights})
        given[next(fits)].add((item.method.lower(), item.path))
    return given


@pytest.mark.parametrize("role", JUNK_ROLES)
async def test_junk_is_told_from_everything_else(centre, role):
    wrong = []
    whole = centre.app.openapi()
    async with centre.client(role) as client:
        for method, path in sorted(_shared_out(centre.routes())[role]):
            if path in {"/api/session", "/kept"}:  # a session of its own; a page of words, no wire
                continue
            for where, what in _tries(path, whole["paths"][path][method], whole):
                answer = await client.request(method.upper(), where, **what)
                good = answer.status_code < 500
                if good and answer.status_code >= 400:
                    told = answer.json()["error"]
                    good = bool(told["code"] and told["th"] and told["en"] and told["th"] != told["code"])
                if not good:
                    wrong.append((method, where[:80], str(what)[:120], answer.status_code, answer.text[:120]))
    assert wrong == []


async def test_a_body_of_ten_megabytes_is_refused(centre):
    async with centre.client("operator") as client:
        answer = await client.post("/api/calls", content=b"x" * 10_000_000, headers=FORM)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "body_too_large")


async def test_everybody_is_still_there_afterwards(centre):
    for role in ROLES:
        async with centre.db.tx(ROOT) as tx:
            signed = await people.sign_in(
                tx, ROOT, centre.clock, username=f"{role}.{HERE}", password=PASSWORD, ip="after", agent="junk"
            )
        assert isinstance(signed, people.SignedIn), role
