"""One look at a camera, in a process of its own: what it sends, a picture of it, or plainly why not.

`look` starts the process and waits; `main` is that process: a request as JSON on stdin, the answer on stdout. A
broken stream can then neither hang nor kill the centre, and `web` imports no video library.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec

from unjai.cameras.secrets import Login
from unjai.model.errors import UnjaiError

ANSWER_S = 8.0
"""How long a camera may take to answer at all; the whole look takes at most `LASTS_S`."""
LASTS_S = 15.0
STATUS = {"camera_password_refused": 409, "camera_no_answer": 504}
_PICTURE_MOST_PX = 1280
_STILL_MOST_BYTES = 20_000_000
_at_once = asyncio.Semaphore(2)


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What a stream sends. `jpeg` is one of its pictures in base64."""

    codec: str
    width: int
    height: int
    fps: float | None
    audio: str
    took_s: float
    jpeg: str


async def look(kind: str, url: str, login: Login | None) -> Look:
    """Return one look at a stream.

    Raises `camera_no_answer` (504), `camera_password_refused` (409), `camera_no_stream`, `camera_not_camera`,
    `camera_redirects`, `camera_picture_unreadable` (502).
    """
    host = urlsplit(url).hostname or url
    told = {"kind": kind, "url": url, "username": login and login.username, "password": login and login.password}
    async with _at_once:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "unjai.cameras.trial",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(LASTS_S):
                made, _ = await process.communicate(msgspec.json.encode(told))
        except TimeoutError as error:
            raise UnjaiError("camera_no_answer", 504, host=host) from error
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    try:
        said: dict[str, Any] = msgspec.json.decode(made)
    except msgspec.DecodeError as error:
        raise UnjaiError("camera_picture_unreadable", 502, host=host) from error
    if "error" in said:
        raise UnjaiError(said["error"], STATUS.get(said["error"], 502), host=host)
    return Look(**said)


# ── the process ────────────────────────────────────────────────────────────────────────────────────


class _Refused(Exception):  # noqa: N818  it carries the code of one
    """A code of what went wrong."""


def address(url: str, username: str | None, password: str | None) -> str:
    """Return an RTSP address with its login inside, as FFmpeg wants it."""
    if not username and not password:
        return url
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{quote(username or '', safe='')}:{quote(password or '', safe='')}@{rest}"


def main() -> None:
    """Answer one request."""
    asked = json.load(sys.stdin)
    try:
        told = _still(asked) if asked["kind"] == "still" else _stream(asked)
    except _Refused as refused:
        told = {"error": str(refused)}
    sys.stdout.write(json.dumps(told))


def _stream(asked: Mapping[str, Any]) -> dict[str, Any]:
    if asked["kind"] == "file":
        return _opened(f"file:{asked['url']}", {"protocol_whitelist": "file"})
    url = address(asked["url"], asked["username"], asked["password"])
    wait = str(int(ANSWER_S * 1_000_000))
    ways = {"protocol_whitelist": "rtsp,rtsps,rtp,srtp,udp,tcp,tls,crypto", "rtsp_transport": "tcp", "timeout": wait}
    return _opened(url, ways)


def _opened(source: Any, options: dict[str, str]) -> dict[str, Any]:
    import av  # noqa: PLC0415  heavy: in this process alone

    began = _now()
    try:
        with av.open(source, options=options, timeout=(ANSWER_S, ANSWER_S)) as container:
            if not container.streams.video:
                raise _Refused("camera_no_stream")
            video = container.streams.video[0]
            frame = next(iter(container.decode(video)), None)
            if frame is None:
                raise _Refused("camera_picture_unreadable")
            audio = container.streams.audio
            return {
                "codec": video.codec_context.name,
                "width": frame.width,
                "height": frame.height,
                "fps": None if not video.average_rate else round(float(video.average_rate), 2),
                "audio": audio[0].codec_context.name if audio else "",
                "took_s": round(_now() - began, 2),
                "jpeg": _jpeg(frame),
            }
    except (av.error.HTTPUnauthorizedError, av.error.HTTPForbiddenError) as error:
        raise _Refused("camera_password_refused") from error
    except (av.error.HTTPNotFoundError, av.error.HTTPBadRequestError) as error:
        raise _Refused("camera_no_stream") from error
    except FileNotFoundError as error:
        raise _Refused("camera_no_stream") from error
    except (av.error.InvalidDataError, av.error.ProtocolNotFoundError) as error:
        raise _Refused("camera_not_camera") from error
    except (TimeoutError, OSError, av.error.ExitError) as error:
        raise _Refused("camera_no_answer") from error
    except av.error.FFmpegError as error:
        raise _Refused("camera_picture_unreadable") from error


def _still(asked: Mapping[str, Any]) -> dict[str, Any]:
    import io  # noqa: PLC0415

    import httpx  # noqa: PLC0415

    login = (asked["username"] or "", asked["password"] or "") if asked["username"] else None
    ways: list[Any] = [None] if login is None else [httpx.DigestAuth(*login), httpx.BasicAuth(*login)]
    answer = None
    try:
        with httpx.Client(verify=False, timeout=ANSWER_S, trust_env=False) as client:  # noqa: S501  cameras sign their own certificates
            for auth in ways:
                answer = client.get(asked["url"], auth=auth)
                if answer.status_code != httpx.codes.UNAUTHORIZED:
                    break
    except httpx.HTTPError as error:
        raise _Refused("camera_no_answer") from error
    assert answer is not None
    if answer.status_code in (401, 403):
        raise _Refused("camera_password_refused")
    if answer.is_redirect:
        raise _Refused("camera_redirects")
    if answer.is_error or len(answer.content) > _STILL_MOST_BYTES:
        raise _Refused("camera_no_stream")
    if not answer.content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        raise _Refused("camera_not_camera")
    return {**_opened(io.BytesIO(answer.content), {}), "fps": None}


def _jpeg(frame: Any) -> str:
    """Return a frame as JPEG in base64, at most 1280 wide."""
    import base64  # noqa: PLC0415
    from fractions import Fraction  # noqa: PLC0415

    import av  # noqa: PLC0415

    scale = min(1.0, _PICTURE_MOST_PX / frame.width)
    width, height = (max(2, round(side * scale / 2) * 2) for side in (frame.width, frame.height))
    small = frame.reformat(width, height, "yuvj420p")
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt, encoder.time_base = width, height, "yuvj420p", Fraction(1, 25)
    encoder.options = {"qscale": "4"}
    small.pts = 0
    packets = [*encoder.encode(small), *encoder.encode(None)]
    return base64.b64encode(b"".join(bytes(packet) for packet in packets)).decode()


def _now() -> float:
    import time  # noqa: PLC0415

    return time.monotonic()


if __name__ == "__main__":
    main()
