"""The HTTP doors of all sensors: plain routes made from what each sensor declares; 2xx only after the stream's ack."""

from __future__ import annotations

import base64
import binascii
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError
from unjai.model.reading import Received
from unjai.people.registry import DeviceEntry
from unjai.platform.http import answer
from unjai.sense.base import HttpPush, Sensor
from unjai.sense.intake import Intake
from unjai.sense.rules import Bucket

log = logging.getLogger(__name__)

_PUBLIC_BURST = 30
_PUBLIC_PER_S = 0.5
_MAX_CALLERS = 20_000


@dataclass(kw_only=True)
class Doors:
    """What the doors share: the intake, who a session is, and which device the citizens' door is."""

    intake: Intake
    clock: Clock
    who: Callable[[Request], Awaitable[Actor | None]]
    citizen_door: Callable[[], DeviceEntry | None]
    callers: dict[str, Bucket] = field(default_factory=dict)

    def routes(self, sensors: Mapping[str, type[Sensor]]) -> list[Route]:
        """Return one route a declared path."""
        made: list[Route] = []
        for kind in sensors.values():
            sensor = kind()
            for push in kind.routes:
                made += [Route(path, self._endpoint(sensor, push), methods=list(push.methods)) for path in push.paths]
        return made

    def _endpoint(self, sensor: Sensor, push: HttpPush) -> Callable[[Request], Awaitable[Response]]:
        async def take(request: Request) -> Response:
            try:
                received, secret = await self._received(request, push)
                device = await self._device(request, push, sensor, received, secret)
                received = replace(received, device=device.key)
                parcel = await self.intake.take(sensor, received, device)
            except UnjaiError as error:
                return answer(error)
            said = push.answer(received, parcel.readings)
            return Response(said.body, said.status, media_type=said.media_type)

        return take

    async def _received(self, request: Request, push: HttpPush) -> tuple[Received, str | None]:
        body = await request.body()
        if len(body) > push.max_body_bytes:
            raise UnjaiError("body_too_large", 413, limit_bytes=push.max_body_bytes)
        query = dict(request.query_params) if request.scope["query_string"] else {}
        path: str = request.scope["path"]
        secret = request.path_params.get("secret")
        if secret is not None:
            path = path.removesuffix(f"/{secret}")
        else:
            secret = query.pop(push.secret_param, None) if "query" in push.auth else None
        received = Received(
            body=body,
            received_at=self.clock.now(),
            topic_or_path=path,
            query=query,
            headers={key.decode("latin-1"): value.decode("latin-1") for key, value in request.scope["headers"]},
        )
        return received, secret

    async def _device(
        self, request: Request, push: HttpPush, sensor: Sensor, received: Received, secret: str | None
    ) -> DeviceEntry:
        registry = self.intake.registry
        for way in push.auth:
            found: DeviceEntry | None = None
            if way == "basic" and (pair := _basic(received.headers.get("authorization", ""))) is not None:
                found = registry.authenticate(*pair)
                key = pair[0]
            elif way in ("query", "path") and secret:
                key = sensor.claimed(received) or ""
                found = registry.authenticate(key, secret)
            elif way == "session":
                actor = await self.who(request)
                if actor is None:
                    continue
                if "x-unjai" not in request.headers:
                    raise UnjaiError("request_forged", 403)
                actor.must("unit.self")
                key = actor.key
                found = registry.by_unit(actor.unit_id) if actor.unit_id is not None else None
                if found is None:
                    raise UnjaiError("unit_has_no_device", 409)
            elif way == "public":
                self._calm(request)
                found = self.citizen_door()
                if found is None:
                    raise UnjaiError("station_not_set_up", 503)
                key = found.key
            else:
                continue
            if found is None:
                if registry.by_key(key) is not None:
                    self.intake.refusals.note(key, "device_unknown")
                raise UnjaiError("device_unknown", 401)
            return found
        raise UnjaiError("device_unknown", 401)

    def _calm(self, request: Request) -> None:
        """Let each address send 30 at once and one each two seconds after; a help press is never asked to wait long."""
        address = request.client.host if request.client else ""
        now_s = self.clock.now().timestamp()
        if len(self.callers) > _MAX_CALLERS:
            self.callers.clear()
        bucket = self.callers.setdefault(
            address, Bucket(burst=_PUBLIC_BURST, per_s=_PUBLIC_PER_S, level=_PUBLIC_BURST, at_s=now_s)
        )
        if not bucket.take(now_s):
            raise UnjaiError("too_many_requests", 429, wait_s=round(1 / _PUBLIC_PER_S))


def _basic(header: str) -> tuple[str, str] | None:
    kind, _, value = header.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        key, colon, secret = base64.b64decode(value.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (key, secret) if colon else None
