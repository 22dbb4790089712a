"""Valid requests with one nasty thing in each, and bodies that are none at all."""

from __future__ import annotations

import itertools
import json
import random
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import quote

import httpx
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from schemathesis import GenerationMode

from bench.api.known import Known
from bench.api.tally import Tally

MARK = "§here§"
NASTY: tuple[str, ...] = (
    *('"\\u0000"', '"a\\u0000b"', '"\\ud800"', '"\\udfff\\ud800"', '"\\ufffe"', '"\\u202e\\u200b"', '""', '" "'),
    *("-1", "0", "1", "2147483648", "9223372036854775808", "1" + "0" * 400, "1" * 5000, "-" + "9" * 30),
    *("NaN", "Infinity", "-Infinity", "1e400", "1e308", "-0.0", "5e-324", "0.1", "90.0001", "180.0001"),
    *('"0001-01-01"', '"9999-12-31"', '"0000-00-00"', '"0001-01-01T00:00:00+14:00"', '"9999-12-31T23:59:59-14:00"'),
    *('"0001-01-01T00:00:00Z"', '"2026-11-22T10:00:00"', '"2569-11-22"', '"24:00"', '"-1"', '"1e999"', '"๑๒"'),
    *("null", "true", "[]", "{}", "[null]", "[" * 1000 + "]" * 1000, '{"a":' * 1000 + "1" + "}" * 1000),
    *(json.dumps("ก" * 5000), '"00000000-0000-0000-0000-000000000000"', '"%00"', '"../../etc/passwd"', '"%s%n{0}"'),
)
_JSON = "application/json"
_PARTS = "multipart/form-data; boundary=b"
BODIES: tuple[tuple[str | None, bytes], ...] = (
    *((_JSON, raw) for raw in (b"", b"{", b"null", b"[]", b'"x"', b"1", b"NaN", b"\xff\xfe\x00", b"\xef\xbb\xbf{}")),
    *((_JSON, raw) for raw in (b"[" * 100_000, b'{"a":' * 50_000, b"1" * 500_000, b'{"a":1,"a":2}')),
    (f"{_JSON}; charset=utf-16", '{"a": 1}'.encode("utf-16")),
    (f"{_JSON}; charset=nonsense", b"{}"),
    *((kind, b"{}") for kind in (None, "", "text/plain", "nonsense", "application/xml", "application/octet-stream")),
    ("application/x-www-form-urlencoded", b"a=%00&b=%ff&c"),
    *((_PARTS, raw) for raw in (b"", b"--b", b"--b\r\n", b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx')),
    ("multipart/form-data", b"--b\r\n\r\nx\r\n--b--"),
    (_PARTS, b'--b\r\nContent-Disposition: form-data; name="\x00"; filename="../x"\r\n\r\n\xff\r\n--b--\r\n'),
    *(("application/octet-stream", raw) for raw in (b"\x00" * 5000, b"PK\x03\x04" + b"\xff" * 200, b"%PDF-1.7\n%%EOF")),
    *(
        ("application/octet-stream", raw)
        for raw in (b"\x89PNG\r\n\x1a\n" + b"\xff" * 50, b"\xff\xd8\xff\xe0\x00\x10JFIF")
    ),
    *(("application/octet-stream", raw) for raw in (b"a,b\n\x00,\xff\n", b"a;b;c\n" * 3000, b'"' * 3000)),
)
WORDS = ("%00", "1", "x" * 3000, "%F0%9F%92%A5", "..%2F..", "%ED%A0%80", "-1", "99999999999999999999", "%FF", " ")
_HEADERS = ({"Idempotency-Key": "x" * 5000}, {"Accept-Language": "\xff"}, {"Range": "x=-"})


def _leaves(said: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if at:
        yield at
    if isinstance(said, dict) and len(at) < 4:
        for key in said:
            yield from _leaves(said[key], (*at, key))
    elif isinstance(said, list) and said and len(at) < 4:
        yield from _leaves(said[0], (*at, 0))


def _marked(said: Any, at: tuple[Any, ...]) -> str:
    copy = json.loads(json.dumps(said))
    inner = copy
    for step in at[:-1]:
        inner = inner[step]
    inner[at[-1]] = MARK
    return json.dumps(copy)


def _examples(operation: Any, seed: int, count: int) -> list[Any]:
    """Return a few valid requests for an operation."""
    made: list[Any] = []

    @seeded(seed)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
    def take(case: Any) -> None:
        made.append(case)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        take()
    return made


def twice(ask: Callable[[], httpx.Response]) -> httpx.Response:
    """Ask again, once, where a kept connection was closed at the moment it was used."""
    try:
        return ask()
    except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError):
        return ask()


class Odd:
    """Asks one role's operations oddly; `most` bounds how many requests an operation gets."""

    def __init__(self, url: str, cookies: list[str], known: Known, tally: Tally, *, seed: int, most: int) -> None:
        """Ask at `url` in turn by the accounts whose cookies are given."""
        self._client = httpx.Client(base_url=url, timeout=60)
        self._turn, self._known, self._tally = itertools.cycle(cookies), known, tally
        self._seed, self._most, self._dice = seed, most, random.Random(seed)

    def ask(self, operations: Iterable[Any]) -> None:
        """Ask each."""
        for operation in operations:
            tries = list(self._tries(operation))
            if len(tries) > self._most:
                tries = self._dice.sample(tries, self._most)
            for path, query, headers, body in tries:
                self._send(operation, path, query, headers, body)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _tries(self, operation: Any) -> Iterator[tuple[str, str, dict[str, str], bytes]]:
        cases = _examples(operation, self._seed, 1 if self._most < 10 else 5)
        case = max(cases, key=lambda one: len(json.dumps(one.body, default=str)))
        query = {str(key): value for key, value in (case.query or {}).items()}
        for part in operation.query:
            query.setdefault(part.name, "1")
        plain = "&".join(f"{quote(key)}={quote(str(value), errors='replace')}" for key, value in query.items())
        for name, nasty in itertools.product(query, NASTY):
            others = "&".join(
                f"{quote(key)}={quote(str(value), errors='replace')}" for key, value in query.items() if key != name
            )
            yield self._path(case), f"{others}&{quote(name)}={_wire(nasty)}", {}, b""
        for name, word in itertools.product(case.path_parameters or {}, WORDS):
            yield self._path(case, name, word), plain, {}, b""
        for headers in _HEADERS:
            yield self._path(case), plain, headers, b""
        if not operation.body:
            return
        if isinstance(case.body, dict):
            whole = self._known.into_body(case.body)
            for at, nasty in itertools.product(_leaves(whole), NASTY):
                text = _marked(whole, at).replace(json.dumps(MARK), nasty)
                yield self._path(case), "", {"Content-Type": case.media_type or _JSON}, text.encode()
        for kind, raw in BODIES:
            yield self._path(case), plain, {} if kind is None else {"Content-Type": kind}, raw

    def _path(self, case: Any, name: str = "", word: str = "") -> str:
        path = str(case.path)
        for key, value in self._known.into_path(dict(case.path_parameters or {})).items():
            path = path.replace(f"{{{key}}}", word if key == name else quote(str(value), safe="", errors="replace"))
        return path

    def _send(self, operation: Any, path: str, query: str, headers: dict[str, str], body: bytes) -> None:
        given = {"Idempotency-Key": str(self._dice.random()), **headers, "Cookie": next(self._turn), "X-Unjai": "1"}
        sent = [(key.encode(), value.encode("latin-1")) for key, value in given.items()]
        asked = f"{path}?{query} {headers} {body[:300]!r}"
        url = f"{path}?{query}" if query else path
        try:
            answer = twice(
                lambda: self._client.request(operation.method.upper(), url[:60_000], headers=sent, content=body)
            )
        except httpx.InvalidURL:
            return
        except httpx.HTTPError as error:
            self._tally.unanswered(operation.label, repr(error), asked)
            return
        self._tally.answered(operation.label, answer.status_code, answer.headers, answer.content, asked)


def _wire(nasty: str) -> str:
    """Return a JSON token as a query says it."""
    text = nasty.strip('"').replace("\\u0000", "%00").replace("\\ud800", "%ED%A0%80").replace("\\udfff", "%ED%BF%BF")
    return quote(
        text.replace("\\u202e\\u200b", "\u202e\u200b").replace("\\ufffe", "\ufffe"), safe="%", errors="replace"
    )
