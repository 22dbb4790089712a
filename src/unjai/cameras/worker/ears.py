"""What cameras say by themselves: one task a camera that has it switched on, each on its own; none waits for another.

A camera that does not answer is asked again after 1, 2, 4 … 30 s, one that refuses or has no events after 30 s to
5 min. What one camera says is bounded: by the bytes of an answer, the messages in it, and the events a minute.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from unjai.cameras.pullpoint import Subscription, subscribed
from unjai.cameras.rules.onvif_events import CameraEvent, Known, Pulled
from unjai.cameras.secrets import Login
from unjai.cameras.store.events import EventSource
from unjai.cameras.worker.pace import wait_s
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError
from unjai.model.ids import EPOCH, DeviceId

log = logging.getLogger(__name__)

MOST_A_MINUTE = 60
"""More events of one camera are counted and left out: a rule of its own that fires at every leaf."""
_READ_S = 15.0
_TOPICS = 30
_STEADY_S = 60.0
_HASTE_S = 1.0
"""A camera that answers at once though it has nothing to say is asked once a second."""
_OTHER_AGAIN_S = 3600.0
_WHY = {
    "camera_password_refused": "refused",
    "camera_no_events": "no_events",
    "camera_no_answer": "away",
    "camera_redirects": "redirects",
}
_SELDOM = frozenset({"refused", "no_events"})
Message = dict[str, Any]


@dataclass(slots=True)
class Heard:
    """What is known of one camera's events."""

    signal: str = "connecting"
    since: datetime | None = None
    why: str | None = None
    last_at: datetime | None = None
    taken: int = 0
    left_out: int = 0
    personal: int = 0
    broken: int = 0
    elsewhere: int = 0
    unknown: Counter[str] = field(default_factory=Counter)

    def told(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "signal": self.signal,
            "since": self.since,
            "why": self.why,
            "last_at": self.last_at,
            "taken": self.taken,
            "left_out": self.left_out,
            "personal": self.personal,
            "broken": self.broken,
            "elsewhere": self.elsewhere,
            "unknown": dict(self.unknown.most_common(_TOPICS)),
        }


class Ears:
    """Hears the cameras of one process. `say` is called with a camera and a message, on the loop; it must not wait."""

    def __init__(
        self,
        *,
        clock: Clock,
        sources: Callable[[], Awaitable[Sequence[EventSource]]],
        say: Callable[[EventSource, Message], None],
    ) -> None:
        """Hear nobody yet."""
        self._clock, self._sources, self._say = clock, sources, say
        self._again = asyncio.Event()
        self._ears: dict[DeviceId, _Ear] = {}

    def look_again(self) -> None:
        """Read the register soon: something changed."""
        self._again.set()

    def state(self, camera_id: DeviceId) -> dict[str, Any] | None:
        """Return what is known of a camera's events, None where nobody listens to it."""
        ear = self._ears.get(camera_id)
        return None if ear is None else ear.heard.told()

    async def run(self) -> None:
        """Listen for ever."""
        try:
            while True:
                self._again.clear()
                try:
                    self._settle(await self._sources())
                except (DBAPIError, PoolTimeoutError, OSError, TimeoutError) as error:
                    log.warning("the register of cameras does not answer: %s", type(error).__name__)
                except Exception:
                    log.exception("whom to hear could not be read; those before stay")
                try:
                    await asyncio.wait_for(self._again.wait(), _READ_S)
                except TimeoutError:
                    continue
        finally:
            tasks = [ear.end() for ear in self._ears.values()]
            self._ears.clear()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _settle(self, sources: Sequence[EventSource]) -> None:
        """Listen to these and no others; one whose entry is the same goes on undisturbed."""
        wanted = {one.camera_id: one for one in sources}
        for key, ear in list(self._ears.items()):
            if wanted.get(key) != ear.source:
                ear.end()
                del self._ears[key]
        for key, source in wanted.items():
            if key not in self._ears:
                self._ears[key] = _Ear(source, self._clock, self._say)


class _Ear:
    """One camera's task."""

    def __init__(self, source: EventSource, clock: Clock, say: Callable[[EventSource, Message], None]) -> None:
        self.source, self._clock, self._say = source, clock, say
        self.heard = Heard()
        self._known = Known()
        self._lately: deque[float] = deque(maxlen=MOST_A_MINUTE)
        self._others: dict[str, float] = {}
        self._task = asyncio.create_task(self._listen(), name=f"ear-{source.key}")

    def end(self) -> asyncio.Task[None]:
        self._task.cancel()
        return self._task

    async def _listen(self) -> None:
        source, tries = self.source, 0
        login = None if source.username is None else Login(username=source.username, password=source.password or "")
        while True:
            began, why = time.monotonic(), "broken"
            try:
                async with subscribed(source.url, login, source.profile) as subscription:
                    self._signal("live", None)
                    await self._pull(subscription)
            except UnjaiError as error:
                why = _WHY.get(error.code, "broken")
            except Exception:
                log.exception("the events of camera %s broke off", source.key)
            tries = 0 if time.monotonic() - began > _STEADY_S else tries + 1
            self._signal("lost", why)
            wait = wait_s("refused" if why in _SELDOM else "away", tries, random.random())  # noqa: S311  spreads calls
            await asyncio.sleep(wait)

    def _signal(self, signal: str, why: str | None) -> None:
        if (self.heard.signal, self.heard.why) != (signal, why):
            log.info("events of camera %s: %s %s", self.source.key, signal, why or "")
            self.heard.signal, self.heard.why, self.heard.since = signal, why, self._clock.now()

    async def _pull(self, subscription: Subscription) -> None:
        while True:
            began = time.monotonic()
            found = await subscription.pull()
            self.heard.elsewhere = subscription.elsewhere
            self.take(found, time.monotonic())
            if not found.events and time.monotonic() - began < _HASTE_S:
                await asyncio.sleep(_HASTE_S)

    def take(self, found: Pulled, at_s: float) -> None:
        """Tell what is new; count the rest."""
        heard = self.heard
        heard.personal += found.personal
        heard.broken += found.broken
        if found.events or found.unknown:
            heard.last_at = self._clock.now()
        for one in self._known.news(found.events, at_s):
            self._tell(message_of(one, self._now_s()), at_s)
        for topic in found.unknown:
            if topic in heard.unknown or len(heard.unknown) < _TOPICS:
                heard.unknown[topic] += 1
            if at_s - self._others.get(topic, float("-inf")) > _OTHER_AGAIN_S and (
                topic in self._others or len(self._others) < _TOPICS
            ):
                self._others[topic] = at_s
                self._tell({"say": "event", "at": self._now_s(), "what": "other", "topic": topic}, at_s)

    def _now_s(self) -> float:
        return (self._clock.now() - EPOCH).total_seconds()

    def _tell(self, message: Message, at_s: float) -> None:
        if len(self._lately) == MOST_A_MINUTE and at_s - self._lately[0] < 60.0:  # noqa: PLR2004
            self.heard.left_out += 1
            return
        self._lately.append(at_s)
        self.heard.taken += 1
        self._say(self.source, message)


def message_of(one: CameraEvent, at_s: float) -> Message:
    """Return an event as the sensor `camera` reads it: when we heard it, and when the camera says it was."""
    told: Message = {
        "say": "event",
        "at": at_s,
        "what": one.what,
        "state": one.state,
        "began": one.began,
        "thing": one.thing,
        "rule": one.rule,
        "source": one.source,
        "topic": one.topic,
        "said_at": one.said_at,
    }
    return {name: value for name, value in told.items() if value is not None}
