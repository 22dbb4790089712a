"""A camera that gives only still pictures, at an address that is asked each second."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Generator
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from unjai.cameras.specs import Stream
from unjai.cameras.worker.door import DoorError
from unjai.cameras.worker.feed import Shared
from unjai.cameras.worker.pace import Pace, wait_s

log = logging.getLogger(__name__)

_EVERY_S = 1.0
_PATIENCE_S = 5.0
_WHOLE_S = 10.0
_MOST_BYTES = 8_000_000
_HOPS = 3
_JPEG = b"\xff\xd8\xff"


class _Login(httpx.Auth):
    """Digest where the camera asks for it, Basic else; nothing before it asks."""

    def __init__(self, username: str, password: str) -> None:
        self._digest = httpx.DigestAuth(username, password)
        self._basic = httpx.BasicAuth(username, password)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED:
            asked = response.headers.get("www-authenticate", "").lower()
            flow = (self._digest if "digest" in asked else self._basic).auth_flow(request)
            again = next(flow)
            if "digest" in asked:
                again = flow.send(response)
            yield again


class StillFeed(threading.Thread):
    """The one feed of such a camera; it is neither live nor recorded."""

    feed = "main"
    reel = None
    readers = 0

    def __init__(self, camera: Stream, shared: Shared, *, after: threading.Thread | None = None) -> None:
        """Do nothing yet."""
        super().__init__(name=f"still-{str(camera.camera_id)[:8]}", daemon=True)
        self.camera = camera
        self.pace = Pace()
        self._shared = shared
        self._after = after
        self._stopping = threading.Event()

    def stop(self) -> None:
        """End soon."""
        self._stopping.set()

    def join_reader(self, reader: str) -> None:
        """Do nothing: there is no live picture."""

    def leave_reader(self, reader: str) -> None:
        """Do nothing: there is no live picture."""

    def state(self) -> dict[str, Any]:
        """Return what is known of this feed, for JSON."""
        return {**self.pace.told(self._shared.wall_s()), "profile": None, "readers": 0}

    def run(self) -> None:
        """Ask each second, for ever."""
        if self._after is not None:
            self._after.join(30.0)
        camera, tries = self.camera, 0
        auth = _Login(camera.username, camera.password or "") if camera.username else None
        with httpx.Client(timeout=_PATIENCE_S, verify=False, trust_env=False) as client:  # noqa: S501  cameras sign their own
            while not self._stopping.is_set():
                began = time.monotonic()
                try:
                    picture = _asked(client, camera.main_url, auth)
                except DoorError as error:
                    tries += 1
                    if self.pace.failed(error.why, error.said, self._shared.wall_s()):
                        log.info("camera %s: %s", camera.key, error)
                        self._shared.told()
                    self._stopping.wait(wait_s(error.why, tries, random.random()))  # noqa: S311
                    continue
                tries = 0
                now = self._shared.wall_s()
                if self.pace.signal != "live":
                    self.pace.opened("mjpeg", 0, 0)
                if self.pace.packet(len(picture), now):
                    self._shared.told()
                self._shared.stills.put(camera, picture, now)
                if (seen := self._shared.stills.newest(camera.camera_id)) is not None:
                    self.pace.size(*seen.full)
                self._stopping.wait(max(0.0, _EVERY_S - (time.monotonic() - began)))


def _asked(client: httpx.Client, url: str, auth: httpx.Auth | None) -> bytes:
    """Return a JPEG; raise `DoorError`. The login goes to the camera's own address only, whatever it redirects to."""
    home = urlsplit(url)[:2]
    try:
        for _ in range(_HOPS):
            if urlsplit(url).scheme not in {"http", "https"}:
                raise DoorError("unreadable", "an address of a picture begins with http:// or https://")
            login = auth if urlsplit(url)[:2] == home else None
            with client.stream("GET", url, auth=login) as answer:
                if answer.is_redirect:
                    url = urljoin(url, answer.headers.get("location", ""))
                    continue
                return _picture(answer)
    except httpx.TimeoutException:
        raise DoorError("silent") from None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise DoorError("away", type(error).__name__) from None
    raise DoorError("unreadable", "it redirects again and again")


def _picture(answer: httpx.Response) -> bytes:
    if answer.status_code in {401, 403}:
        raise DoorError("refused", str(answer.status_code))
    if answer.status_code == httpx.codes.NOT_FOUND:
        raise DoorError("not_found", "404")
    if answer.status_code != httpx.codes.OK:
        raise DoorError("away", str(answer.status_code))
    body = bytearray()
    until = time.monotonic() + _WHOLE_S
    for part in answer.iter_bytes():
        body += part
        if len(body) > _MOST_BYTES:
            raise DoorError("unreadable", f"a picture of more than {_MOST_BYTES} bytes")
        if time.monotonic() > until:
            raise DoorError("silent", "a picture that never ends")
    if not body.startswith(_JPEG):
        raise DoorError("unreadable", "what came is no JPEG")
    return bytes(body)
