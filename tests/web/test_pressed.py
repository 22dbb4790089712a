"""Built files are sent pressed to whom takes them so, and plain to everybody else."""

import gzip

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from unjai.web.screens import Pressed, pressed

PLAIN = b"export const much = 'x';\n" * 200


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.js").write_bytes(PLAIN)
    (tmp_path / "a.js.gz").write_bytes(gzip.compress(PLAIN))
    (tmp_path / "a.js.br").write_bytes(b"as brotli makes it")
    (tmp_path / "small.svg").write_bytes(b"<svg/>")
    return tmp_path


async def _get(folder, path, takes, **headers):
    app = Starlette(routes=[Mount("/", Pressed(directory=folder))])
    async with (
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://centre") as client,
        client.stream("GET", path, headers={"accept-encoding": takes, **headers}) as answer,
    ):
        return answer.status_code, answer.headers, b"".join([part async for part in answer.aiter_raw()])


async def test_who_takes_it_gets_the_smallest(folder):
    status, headers, body = await _get(folder, "/a.js", "gzip, deflate, br")
    assert (status, headers["content-encoding"], body) == (200, "br", b"as brotli makes it")
    assert headers["vary"] == "Accept-Encoding"
    assert headers["content-type"].startswith("text/javascript")
    status, headers, body = await _get(folder, "/a.js", "gzip")
    assert (headers["content-encoding"], gzip.decompress(body)) == ("gzip", PLAIN)
    assert int(headers["content-length"]) == len(body)


async def test_everybody_else_gets_the_file_itself(folder):
    for takes in ("", "identity", "zstd"):
        _, headers, body = await _get(folder, "/a.js", takes)
        assert "content-encoding" not in headers
        assert body == PLAIN
    _, headers, body = await _get(folder, "/small.svg", "br, gzip")
    assert "content-encoding" not in headers
    assert (body, headers["content-type"]) == (b"<svg/>", "image/svg+xml")


async def test_what_a_browser_has_is_not_sent_again(folder):
    _, headers, _ = await _get(folder, "/a.js", "br")
    status, _, body = await _get(folder, "/a.js", "br", **{"if-none-match": headers["etag"]})
    assert (status, body) == (304, b"")
    plain = (await _get(folder, "/a.js", "identity"))[1]["etag"]
    assert plain != headers["etag"]


def test_only_what_lies_there_is_named(folder):
    assert pressed(folder / "small.svg", "br, gzip") == (folder / "small.svg", "")
    assert pressed(folder / "a.js", "gzip;q=0.5, br;q=1")[1] == "br"
