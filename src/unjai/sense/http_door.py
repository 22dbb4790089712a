"""The HTTP doors of all sensors: plain routes made from what each sensor declares; 2xx only after the stream's ack."""

from __future__ import annotations

import base64
import binascii
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError
from unjai.model.reading import Received
from unjai.people import device_cookie
from unjai.people.registry import DeviceEntry
from unjai.platform.http import answer
from unjai.sense.base import Auth, HttpPush, Sensor, settings_for
from unjai.sense.intake import Intake

log = logging.getLogger(__name__)


_Claim = tuple[str, DeviceEntry | None]
"""The key that was claimed, and the device if the claim holds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asked:
    request: Request
    sensor: Sensor
    received: Received
    secret: str | None


@dataclass(kw_only=True)
class Doors:
    """What the doors share: the intake, who a session is, and which device the citizens' door is."""

    intake: Intake
    clock: Clock
    who: Callable[[Request], Awaitable[Actor | None]]
    citizen_door: Callable[[], DeviceEntry | None]

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
        for way in push.auth:
            asked = _Asked(request=request, sensor=sensor, received=received, secret=secret)
            claim = await _WAYS[way](self, asked)
            if claim is None:
                continue
            key, found = claim
            if found is None:
                if self.intake.registry.by_key(key) is not None:
                    self.intake.refusals.note(key, "device_unknown")
                raise UnjaiError("device_unknown", 401)
            return found
        raise UnjaiError("device_unknown", 401)

    async def _by_password(self, asked: _Asked) -> _Claim | None:
        pair = basic(asked.received.headers.get("authorization", ""))
        return None if pair is None else (pair[0], self.intake.registry.authenticate(*pair))

    async def _by_cookie(self, asked: _Asked) -> _Claim | None:
        pair = device_cookie.read(asked.request.cookies.get(device_cookie.COOKIE, ""))
        if pair is None:
            return None
        if "x-unjai" not in asked.request.headers:
            raise UnjaiError("request_forged", 403)
        return pair[0], self.intake.registry.authenticate(*pair)

    async def _by_secret(self, asked: _Asked) -> _Claim | None:
        if not asked.secret:
            return None
        key = asked.sensor.claimed(asked.received) or ""
        return key, self.intake.registry.authenticate(key, asked.secret)

    async def _by_session(self, asked: _Asked) -> _Claim | None:
        actor = await self.who(asked.request)
        if actor is None:
            return None
        if "x-unjai" not in asked.request.headers:
            raise UnjaiError("request_forged", 403)
        actor.must("unit.self")
        found = self.intake.registry.by_crew(actor.unit_id, actor.account_id)
        if found is None:
            raise UnjaiError("unit_has_no_device", 409)
        return actor.key, found

    async def _by_signature(self, asked: _Asked) -> _Claim | None:
        key = asked.sensor.claimed(asked.received) or ""
        device = self.intake.registry.by_key(key)
        settings = settings_for(asked.sensor, {} if device is None else device.settings)
        same = asked.sensor.signed(asked.received, settings)
        return key, device if device is not None and same and not device.disabled else None

    async def _by_nobody(self, _asked: _Asked) -> _Claim | None:
        found = self.citizen_door()
        if found is None:
            raise UnjaiError("station_not_set_up", 503)
        return found.key, found


_WAYS: Mapping[Auth, Callable[[Doors, _Asked], Awaitable[_Claim | None]]] = {
    "basic": Doors._by_password,  # noqa: SLF001  its own table
    "device": Doors._by_cookie,  # noqa: SLF001
    "query": Doors._by_secret,  # noqa: SLF001
    "path": Doors._by_secret,  # noqa: SLF001
    "session": Doors._by_session,  # noqa: SLF001
    "signature": Doors._by_signature,  # noqa: SLF001
    "public": Doors._by_nobody,  # noqa: SLF001
}


def basic(header: str) -> tuple[str, str] | None:
    """Return the key and the secret of a Basic header; None where it holds neither."""
    kind, _, value = header.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        key, colon, secret = base64.b64decode(value.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (key, secret) if colon else None
