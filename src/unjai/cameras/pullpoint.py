"""A subscription to what a camera says by itself: ONVIF PullPoint, opened, pulled, renewed and ended.

The library makes the messages; the answers to PullMessages are read by `rules.onvif_events` from their bytes, since
cameras bend them. Every call has an end. Whatever fails is told as an `UnjaiError` (`onvif.failure`).
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from unjai.cameras.onvif import CALL_S, Device, dial, reachable
from unjai.cameras.rules.onvif_events import CameraEvent, Pulled, pulled
from unjai.cameras.secrets import Login
from unjai.model.errors import DecodeError, UnjaiError

LEASE_S = 120.0
"""For so long a camera keeps us without a word; a centre that died costs it no more."""
PULL_S = 20.0
"""A camera with nothing to say answers after so long."""
MESSAGES = 50
_PULLPOINT = "http://www.onvif.org/ver10/events/wsdl/PullPointSubscription"
_EVENTS = "http://www.onvif.org/ver10/events/wsdl"
_REFUSED = (b"notauthorized", b"not authorized", b"unauthorized", b"failedauthentication")


@dataclass(eq=False)
class Subscription:
    """An open subscription. `tokens` are our profile's video sources where the device has several, else empty."""

    device: Device
    service: Any
    manager: Any
    parameters: Sequence[Any]
    tokens: frozenset[str]
    renewed_s: float
    renews: bool = True
    elsewhere: int = field(default=0)

    async def pull(self) -> Pulled:
        """Wait for what the camera has to say, 20 s at most; events of other channels of a recorder are left out."""
        if self.renews and time.monotonic() - self.renewed_s > LEASE_S / 2:
            await self._renew()
        asked = self.service.ws_client.PullMessages(
            Timeout=timedelta(seconds=PULL_S), MessageLimit=MESSAGES, _soapheaders=list(self.parameters)
        )
        answer = await self.device.call("PullMessages", asked, within_s=PULL_S + CALL_S)
        try:
            found = await asyncio.to_thread(pulled, answer.content)
        except DecodeError as error:
            said = answer.content[:20_000].lower()
            if answer.status_code in {401, 403} or any(word in said for word in _REFUSED):
                raise UnjaiError("camera_password_refused", 409, host=self.device.host) from error
            raise UnjaiError("onvif_call_failed", 502, host=self.device.host, call="PullMessages") from error
        if not self.tokens:
            return found
        ours = tuple(one for one in found.events if self._ours(one))
        self.elsewhere += len(found.events) - len(ours)
        return Pulled(events=ours, unknown=found.unknown, personal=found.personal, broken=found.broken)

    def _ours(self, one: CameraEvent) -> bool:
        return one.source is not None and one.source in self.tokens

    async def _renew(self) -> None:
        """Stay for longer; a camera that knows no Renew is renewed by each pull."""
        until = self.device.camera.get_next_termination_time(timedelta(seconds=LEASE_S))
        asked = self.manager.ws_client.Renew(TerminationTime=until, _soapheaders=list(self.parameters))
        self.renewed_s = time.monotonic()
        self.renews = await self.device.maybe("Renew", asked) is not None


@asynccontextmanager
async def subscribed(url: str, login: Login | None, profile: str) -> AsyncIterator[Subscription]:
    """Open a subscription; raise `camera_no_events` (409) where the camera offers none, and what `failure` says."""
    async with dial(url, login) as device:
        camera = device.camera
        if _EVENTS not in camera.xaddrs:
            raise UnjaiError("camera_no_events", 409, host=device.host)
        tokens = await _tokens(device, profile)
        events = await device.call("events", camera.create_events_service())
        lease = timedelta(seconds=LEASE_S)
        asked = events.CreatePullPointSubscription({"InitialTerminationTime": camera.get_next_termination_time(lease)})
        made = await device.call("CreatePullPointSubscription", asked)
        reference = getattr(made, "SubscriptionReference", None)
        told = str(getattr(getattr(reference, "Address", None), "_value_1", None) or "").strip()
        if not told:
            raise UnjaiError("onvif_call_failed", 502, host=device.host, call="CreatePullPointSubscription")
        camera.xaddrs[_PULLPOINT] = reachable(told, device)
        parameters = getattr(getattr(reference, "ReferenceParameters", None), "_value_1", None) or []
        # first what says good-bye: whatever fails from here on, the camera has us for two minutes otherwise
        manager = await device.call("subscription", camera.create_subscription_service("PullPointSubscription"))
        try:
            service = await device.call("pullpoint", camera.create_pullpoint_service())
            _raw(service)
            found = Subscription(
                device=device,
                service=service,
                manager=manager,
                parameters=parameters,
                tokens=tokens,
                renewed_s=time.monotonic(),
            )
            if camera.has_broken_relative_time(lease, _moment(made, "CurrentTime"), _moment(made, "TerminationTime")):
                found.renewed_s = float("-inf")  # it took "two minutes" for something else: say a moment, before all
            await device.maybe(
                "SetSynchronizationPoint", service.ws_client.SetSynchronizationPoint(_soapheaders=list(parameters))
            )
            yield found
        finally:
            await _end(device, manager, parameters)


async def _end(device: Device, manager: Any, parameters: Sequence[Any]) -> None:
    """Say good-bye; a camera that does not hear it forgets us by itself."""
    with contextlib.suppress(UnjaiError):
        await device.call("Unsubscribe", manager.ws_client.Unsubscribe(_soapheaders=list(parameters)), within_s=2.0)


def _moment(made: Any, name: str) -> Any:
    value = getattr(made, name, None)
    return value if hasattr(value, "tzinfo") else None


def _raw(service: Any) -> None:
    """Let this service hand over the bytes of its answers."""
    from zeep import Settings  # noqa: PLC0415

    service.zeep_client.settings = Settings(strict=False, raw_response=True)


async def _tokens(device: Device, profile: str) -> frozenset[str]:
    """Return what our profile's video source is called; empty where the device has one only, or does not say."""
    media = await device.maybe("media", device.camera.create_media_service())
    listed = None if media is None else await device.maybe("GetProfiles", media.GetProfiles())
    sources: dict[str, frozenset[str]] = {}
    inputs = set()
    for one in listed or ():
        told = getattr(one, "VideoSourceConfiguration", None)
        names = (getattr(told, "token", None), getattr(told, "SourceToken", None))
        sources[str(one.token)] = frozenset(str(name) for name in names if name)
        inputs.add(str(names[1]))
    if len(inputs) <= 1:
        return frozenset()
    return sources.get(profile) or next(iter(sources.values()))
