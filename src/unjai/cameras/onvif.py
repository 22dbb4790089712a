"""ONVIF devices: what they are, their streams, and turning them. The library is heavy and is imported when first used.

Every call has an end and may fail alone: cameras that cannot say their presets still turn.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from unjai.cameras.onvif_transport import guarded
from unjai.cameras.rules.onvif import dialled
from unjai.cameras.secrets import Login
from unjai.model.errors import UnjaiError

log = logging.getLogger(__name__)

CALL_S = 6.0
OPEN_S = 12.0
_IDLE_S = 120.0
_REFUSED = ("notauthorized", "not authorized", "unauthorized", "failedauthentication", "authority failure")
_NS_PTZ = "http://www.onvif.org/ver20/ptz/wsdl"
_NS_EVENTS = "http://www.onvif.org/ver10/events/wsdl"
_NS_ANALYTICS = "http://www.onvif.org/ver20/analytics/wsdl"


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """A stream of a device, its host rewritten to the one that was dialled."""

    token: str
    name: str
    codec: str
    width: int | None
    height: int | None
    url: str
    ptz: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Described:
    """What a device says of itself; `failed` names the calls it did not answer."""

    maker: str = ""
    model: str = ""
    firmware: str = ""
    serial: str = ""
    clock_off_s: float | None = None
    profiles: tuple[Profile, ...] = ()
    snapshot_url: str = ""
    ptz: bool = False
    events: bool = False
    analytics: bool = False
    failed: tuple[str, ...] = field(default=())


def failure(error: BaseException, host: str, call: str) -> UnjaiError:
    """Return the error to tell for whatever the library raised.

    `camera_no_answer` (504), `camera_password_refused` (409), `camera_not_camera` (502), `onvif_call_failed` (502).
    """
    if isinstance(error, UnjaiError):
        return error
    chain: list[BaseException] = [error]
    while (under := chain[-1].__cause__ or chain[-1].__context__) is not None and len(chain) < 8:  # noqa: PLR2004
        chain.append(under)
    said = " ".join(f"{type(one).__name__} {one} {getattr(one, 'subcodes', '')}" for one in chain).casefold()
    told = (getattr(one, "status_code", None) for one in chain)
    status = next((one for one in told if isinstance(one, int)), None)
    if status in (401, 403) or any(word in said for word in _REFUSED):
        return UnjaiError("camera_password_refused", 409, host=host)
    if any(isinstance(one, TimeoutError | OSError) for one in chain) or "timeout" in said:
        return UnjaiError("camera_no_answer", 504, host=host)
    if status is not None or "xmlsyntaxerror" in said or "xmlparseerror" in said:
        return UnjaiError("camera_not_camera", 502, host=host)
    return UnjaiError("onvif_call_failed", 502, host=host, call=call)


class Device:
    """A device that is dialled."""

    def __init__(self, camera: Any, host: str, port: int = 80) -> None:
        """Wrap the library's camera."""
        self.camera = camera
        self.host, self.port = host, port
        self.failed: list[str] = []

    async def call(self, name: str, asked: Awaitable[Any], *, within_s: float | None = None) -> Any:
        """Return an answer; raise what `failure` says of it."""
        try:
            async with asyncio.timeout(CALL_S if within_s is None else within_s):
                return await asked
        except Exception as error:
            raise failure(error, self.host, name) from error

    async def maybe(self, name: str, asked: Awaitable[Any]) -> Any:
        """Return an answer, or None where a device cannot give it; that is noted, not raised."""
        try:
            return await self.call(name, asked)
        except UnjaiError as error:
            if error.code == "camera_password_refused":
                raise
            log.info("%s did not answer %s: %s", self.host, name, error.code)
            self.failed.append(name)
            return None


@asynccontextmanager
async def dial(url: str, login: Login | None) -> AsyncIterator[Device]:
    """Open a device's ONVIF service; raise what `failure` says where that does not work."""
    parts = urlsplit(url)
    host = parts.hostname or url
    port = parts.port or (443 if parts.scheme == "https" else 80)
    library = await asyncio.to_thread(importlib.import_module, "onvif")
    camera = library.ONVIFCamera(
        f"https://{host}" if parts.scheme == "https" else host,
        port,
        login.username if login else "",
        login.password if login else "",
        no_cache=True,
        adjust_time=True,
    )
    guarded(camera, host)
    try:
        device = Device(camera, host, port)
        try:
            async with asyncio.timeout(OPEN_S):
                await camera.update_xaddrs()
        except Exception as error:
            raise failure(error, host, "GetServices") from error
        camera.xaddrs = {name: reachable(told, device) for name, told in camera.xaddrs.items()}
        yield device
    finally:
        await camera.close()


def reachable(told: str | None, device: Device) -> str | None:
    """Return a service's address at the host that was dialled; at its port too where the device names another host."""
    if told is None:
        return None
    same = urlsplit(told).hostname == device.host
    return dialled(told, device.host) if same else dialled(told, device.host, device.port)


async def describe(url: str, login: Login | None) -> Described:
    """Return what a device is and its streams."""
    async with dial(url, login) as device:
        camera = device.camera
        about = await device.maybe("GetDeviceInformation", _service(camera, "devicemgmt", "GetDeviceInformation"))
        media = await device.call("media", camera.create_media_service())
        listed = await device.call("GetProfiles", media.GetProfiles())
        profiles = [await _profile(device, media, one) for one in listed or ()]
        still = await device.maybe("GetSnapshotUri", _snapshot(media, profiles[0].token)) if profiles else None
        off: timedelta | None = camera.dt_diff
        return Described(
            maker=_text(about, "Manufacturer"),
            model=_text(about, "Model"),
            firmware=_text(about, "FirmwareVersion"),
            serial=_text(about, "SerialNumber"),
            clock_off_s=None if off is None else round(off.total_seconds(), 1),
            profiles=tuple(profiles),
            snapshot_url=dialled(still, device.host) if still else "",
            ptz=_NS_PTZ in camera.xaddrs,
            events=_NS_EVENTS in camera.xaddrs,
            analytics=_NS_ANALYTICS in camera.xaddrs,
            failed=tuple(dict.fromkeys(device.failed)),
        )


async def presets(url: str, login: Login | None, profile: str) -> list[tuple[str, str]]:
    """Return the presets (token, name) of a camera that turns."""
    async with dial(url, login) as device:
        ptz = await _ptz(device)
        token = profile or await _first_profile(device)
        listed = await device.call("GetPresets", ptz.GetPresets({"ProfileToken": token}))
        return [(str(one.token), str(getattr(one, "Name", "") or one.token)) for one in listed or ()]


class Turner:
    """Turns cameras. A device stays dialled for two minutes, so that a key press is one message."""

    def __init__(self) -> None:
        """Hold no device yet."""
        self._open: dict[tuple[str, str], _Held] = {}
        self._guard = asyncio.Lock()

    async def move(
        self, url: str, login: Login | None, profile: str, *, pan: float, tilt: float, zoom: float, for_s: float
    ) -> None:
        """Move with a speed (−1 … 1) until stopped; the camera itself stops after `for_s`, and so do we."""
        held = await self._held(url, login, profile)
        speed = {"PanTilt": {"x": pan, "y": tilt}, "Zoom": {"x": zoom}}
        asked = {"ProfileToken": held.profile, "Velocity": speed, "Timeout": timedelta(seconds=for_s)}
        await self._do(held, "ContinuousMove", asked)
        held.stop_after(for_s + 0.5, lambda: self._do(held, "Stop", _stop(held.profile)))

    async def stop(self, url: str, login: Login | None, profile: str) -> None:
        """Stop at once."""
        held = await self._held(url, login, profile)
        held.cancel_stop()
        await self._do(held, "Stop", _stop(held.profile))

    async def preset(self, url: str, login: Login | None, profile: str, preset: str) -> None:
        """Go to a preset."""
        held = await self._held(url, login, profile)
        held.cancel_stop()
        await self._do(held, "GotoPreset", {"ProfileToken": held.profile, "PresetToken": preset})

    async def close(self) -> None:
        """Hang up on all."""
        for held in list(self._open.values()):
            await held.close()
        self._open.clear()

    async def _do(self, held: _Held, name: str, asked: dict[str, Any]) -> None:
        held.used(self._forget)
        try:
            await held.device.call(name, getattr(held.ptz, name)(asked))
        except UnjaiError:
            await self._forget(held)  # the next press dials anew
            raise

    async def _forget(self, held: _Held) -> None:
        for key, one in list(self._open.items()):
            if one is held:
                del self._open[key]
        await held.close()

    async def _held(self, url: str, login: Login | None, profile: str) -> _Held:
        key = (url, profile)
        async with self._guard:
            held = self._open.get(key)
            if held is not None and held.login != login:
                await self._forget(held)
                held = None
            if held is None:
                held = await _Held.dial(url, login, profile)
                self._open[key] = held
            return held


class _Held:
    """A device that stays dialled for a while."""

    def __init__(self, way: Any, device: Device, ptz: Any, profile: str, login: Login | None) -> None:
        self.way, self.device, self.ptz, self.profile, self.login = way, device, ptz, profile, login
        self._stopping: asyncio.Task[None] | None = None
        self._ending: asyncio.Task[None] | None = None

    @classmethod
    async def dial(cls, url: str, login: Login | None, profile: str) -> _Held:
        way = dial(url, login)
        device = await way.__aenter__()
        try:
            ptz = await _ptz(device)
            token = profile or await _first_profile(device)
        except BaseException:
            await way.__aexit__(None, None, None)
            raise
        return cls(way, device, ptz, token, login)

    def stop_after(self, seconds: float, stop: Any) -> None:
        self.cancel_stop()

        async def wait() -> None:
            await asyncio.sleep(seconds)
            self._stopping = None
            try:
                await stop()
            except UnjaiError as error:
                log.warning("%s was not stopped: %s", self.device.host, error.code)

        self._stopping = asyncio.create_task(wait())

    def cancel_stop(self) -> None:
        if self._stopping is not None:
            self._stopping.cancel()
            self._stopping = None

    def used(self, forget: Any) -> None:
        if self._ending is not None:
            self._ending.cancel()

        async def wait() -> None:
            await asyncio.sleep(_IDLE_S)
            self._ending = None
            await forget(self)

        self._ending = asyncio.create_task(wait())

    async def close(self) -> None:
        self.cancel_stop()
        if self._ending is not None:
            self._ending.cancel()
        await self.way.__aexit__(None, None, None)


def _stop(profile: str) -> dict[str, Any]:
    return {"ProfileToken": profile, "PanTilt": True, "Zoom": True}


async def _service(camera: Any, service: str, call: str) -> Any:
    made = await camera.create_onvif_service(service)
    return await getattr(made, call)()


async def _ptz(device: Device) -> Any:
    if _NS_PTZ not in device.camera.xaddrs:
        raise UnjaiError("camera_no_ptz", 409, host=device.host)
    return await device.call("ptz", device.camera.create_ptz_service())


async def _first_profile(device: Device) -> str:
    media = await device.call("media", device.camera.create_media_service())
    listed = await device.call("GetProfiles", media.GetProfiles())
    if not listed:
        raise UnjaiError("camera_no_stream", 502, host=device.host)
    turning = [one for one in listed if getattr(one, "PTZConfiguration", None) is not None]
    return str((turning or listed)[0].token)


async def _snapshot(media: Any, token: str) -> str:
    return str((await media.GetSnapshotUri({"ProfileToken": token})).Uri)


async def _profile(device: Device, media: Any, told: Any) -> Profile:
    setup = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}
    asked = media.GetStreamUri({"StreamSetup": setup, "ProfileToken": told.token})
    answer = await device.maybe("GetStreamUri", asked)
    encoder = getattr(told, "VideoEncoderConfiguration", None)
    size = getattr(encoder, "Resolution", None)
    url = str(getattr(answer, "Uri", "") or "")
    return Profile(
        token=str(told.token),
        name=str(getattr(told, "Name", "") or told.token),
        codec=_text(encoder, "Encoding").lower(),
        width=_number(size, "Width"),
        height=_number(size, "Height"),
        url=dialled(url, device.host) if url else "",
        ptz=getattr(told, "PTZConfiguration", None) is not None,
    )


def _text(told: Any, name: str) -> str:
    return str(getattr(told, name, "") or "")[:200]


def _number(told: Any, name: str) -> int | None:
    value = getattr(told, name, None)
    return int(value) if isinstance(value, int) else None
