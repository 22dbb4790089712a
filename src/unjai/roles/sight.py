"""What the process `cameras` makes of its pictures: health and analysis, told through the intake like any sensor.

The threads that look never wait: what they find goes through a queue of the loop, which writes it down and hands it to
the intake, in order, again and again while an engine is away.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from unjai import app
from unjai.app import Common, every
from unjai.cameras.flows.health import KEPT_FOR, first_reference, note_trouble
from unjai.cameras.recording.shelf import Hold, cameras_in, hold, holds_of, millis, moment, release
from unjai.cameras.secrets import vault_of
from unjai.cameras.specs import SceneSpec, Stream
from unjai.cameras.store import health as health_store
from unjai.cameras.store import hits
from unjai.cameras.store.events import EventSource, event_sources
from unjai.cameras.worker.analyst import Analyst
from unjai.cameras.worker.ears import Ears
from unjai.cameras.worker.plates import Plates, Told
from unjai.cameras.worker.room import Room, Shard
from unjai.cameras.worker.telling import LEAD_S, TAIL_S
from unjai.cameras.worker.wellbeing import Change, Wellbeing
from unjai.model.actor import system
from unjai.model.errors import UnjaiError
from unjai.model.ids import EPOCH, DeviceId, StationId, named_id
from unjai.model.reading import Received
from unjai.roles.plate_reading import reader_of, tell_plate
from unjai.roles.scenes import scenes_of
from unjai.sense.base import sensors
from unjai.vision.detector import Detector
from unjai.vision.models import street_model

log = logging.getLogger(__name__)

SENSOR = "camera"
BEAT_S = 90.0
"""A camera that gives pictures says so this often: well within the 120 s after which a camera counts as silent."""
_AGAIN_S = 1.0
_HEAR_S = 2.0
_RULES_S = 30.0
_MOST_WAITING = 5_000
_HOLD = "hit-"
Job = Callable[[], Awaitable[None]]


def threads_of(asked: int) -> int:
    """Return how many threads analyse: as asked, or one less than there are cores."""
    return asked or max(1, (os.cpu_count() or 2) - 1)


class Sight:
    """The eyes of one process: give its hooks to the room, then `run` it beside it."""

    def __init__(
        self, made: Common, share: Shard, root: Path, *, detector: Callable[[], Detector] | None = None
    ) -> None:
        """Start nothing yet."""
        self._made, self._share, self._root = made, share, root
        self._vault = vault_of(made.settings.data)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._jobs: asyncio.Queue[Job] = asyncio.Queue()
        self._rules_now = asyncio.Event()
        self._references: dict[DeviceId, tuple[UUID, ...]] = {}
        self.intake = app.intake_of(made)
        self.wellbeing = Wellbeing(self._changed, wants_reference=self._wants_reference)
        self.plates = Plates(lambda: reader_of(made.settings), self._read_plate)
        self.analyst = Analyst(
            detector=detector or (lambda: Detector(street_model())),
            say=self._say,
            threads=threads_of(made.settings.analysis_threads),
            lanes=self.plates.lane_of,
        )
        self.room: Room | None = None
        self.ears = Ears(clock=made.clock, sources=self._asked, say=self._heard)

    # -- from any thread -------------------------------------------------------------------------------------------

    def _put(self, job: Job) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._queue, job)

    def _queue(self, job: Job) -> None:
        if self._jobs.qsize() >= _MOST_WAITING:
            log.error("too much waits to be told of cameras: something is lost")
            return
        self._jobs.put_nowait(job)

    def _changed(self, change: Change) -> None:
        self._put(lambda: self._note(change))

    def _wants_reference(self, camera: Stream, _at_s: float) -> None:
        self._put(lambda: self._keep_reference(camera))

    def _say(self, camera: Stream, message: dict[str, Any]) -> None:
        self._put(lambda: self._hit(camera, message) if message["say"] == "hit" else self._tell(camera, message))

    def _read_plate(self, camera: Stream, told: Told) -> None:
        self._put(lambda: tell_plate(self._made, self.intake, camera, told))

    def _heard(self, source: EventSource, message: Mapping[str, Any]) -> None:
        self._put(lambda: self._tell(source, message))

    # -- on the loop -----------------------------------------------------------------------------------------------

    async def _asked(self) -> Sequence[EventSource]:
        """Return the cameras of our share that are to be asked what they say by themselves."""
        async with self._made.db.tx(self._made.everywhere) as tx:
            found = await event_sources(tx, self._vault)
        return [one for one in found if self._share.has(one.camera_id)]

    async def run(self, room: Room) -> None:
        """Look for ever."""
        self._loop, self.room = asyncio.get_running_loop(), room
        await app.patiently(self._remember, "what was wrong with cameras")
        for subject in ("evt.*.rules.changed", "evt.*.cameras.changed", "evt.*.territory.changed"):
            await self._made.bus.hear(subject, self._rules_changed)
        self.analyst.start()
        self.plates.start()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._drain())
                group.create_task(self._follow())
                group.create_task(every(_HEAR_S, self._hear))
                group.create_task(every(BEAT_S, self._beat))
                group.create_task(every(3600.0, self._tidy))
                group.create_task(self.ears.run())
        finally:
            self.analyst.stop()
            self.plates.stop()
            await self.intake.close()

    async def _rules_changed(self, _subject: str, _data: bytes) -> None:
        self._rules_now.set()
        self.ears.look_again()

    async def _remember(self) -> None:
        async with self._made.db.tx(self._made.everywhere) as tx:
            rows = await health_store.open_troubles(tx)
        before: dict[DeviceId, set[str]] = {}
        for row in rows:
            if self._share.has(DeviceId(row["device_id"])):
                before.setdefault(DeviceId(row["device_id"]), set()).add(row["trouble"])
        self.wellbeing.remember(before)

    async def _drain(self) -> None:
        """Do what was queued, in order; while an engine is away the rest waits."""
        while True:
            job = await self._jobs.get()
            while True:
                try:
                    await job()
                except UnjaiError as error:
                    if error.status >= 500:  # noqa: PLR2004  the stream is away
                        await asyncio.sleep(_AGAIN_S)
                        continue
                    log.warning("what a camera told was refused: %s", error)
                except (IntegrityError, DataError):  # its camera is gone meanwhile: no wait would bring it back
                    log.exception("what a camera told could not be noted")
                except (DBAPIError, OSError, TimeoutError) as error:
                    log.warning("what cameras tell waits for its engine: %s", type(error).__name__)
                    await asyncio.sleep(_AGAIN_S)
                    continue
                except Exception:
                    log.exception("what a camera told could not be noted")
                break

    async def _tell(self, camera: Stream | EventSource, message: Mapping[str, Any]) -> None:
        device = self._made.registry.by_id(camera.camera_id)
        if device is None or device.disabled:
            return
        body = msgspec.json.encode(message)
        received = Received(body=body, received_at=self._made.clock.now(), device=device.key)
        await self.intake.take(sensors()[SENSOR](), received, device)

    def _state(self, camera: Stream) -> dict[str, Any]:
        """Return what is known of a camera's signal, for a message."""
        served = None if self.room is None else self.room.cameras.get(camera.camera_id)
        if served is None:
            return {}
        state = served.state()
        main = state["feeds"].get("main") or {}
        return {"online": state["signal"] == "live", "fps": main.get("fps"), "clock_off_s": main.get("clock_off_s")}

    # -- health ----------------------------------------------------------------------------------------------------

    async def _note(self, change: Change) -> None:
        camera = change.camera
        made = self._made
        picture = await self._picture(camera) if change.holds else None
        actor = system(camera.station_id, name="cameras")
        async with made.db.tx(actor) as tx:
            await note_trouble(
                tx,
                actor,
                made.clock,
                station_id=camera.station_id,
                camera_id=camera.camera_id,
                trouble=change.trouble,
                holds=change.holds,
                since=moment(change.since_s * 1000),
                measure=change.measure,
                picture=picture,
            )
        message = {
            "say": "health",
            "at": change.at_s,
            "since": change.since_s,
            "troubles": list(change.troubles),
            "measure": change.measure,
            "began" if change.holds else "ended": change.trouble,
            **self._state(camera),
        }
        if change.trouble == "no_signal":
            message["online"] = not change.holds
        await self._tell(camera, message)

    async def _picture(self, camera: Stream) -> bytes | None:
        if self.room is None:
            return None
        still = await asyncio.to_thread(self.room.stills.jpeg, camera.camera_id)
        return None if still is None else still.jpeg

    async def _keep_reference(self, camera: Stream) -> None:
        picture = await self._picture(camera)
        if picture is None:
            return
        made = self._made
        actor = system(camera.station_id, name="cameras")
        async with made.db.tx(actor) as tx:
            key, station_id = camera.camera_id, camera.station_id
            await first_reference(tx, actor, made.clock, station_id=station_id, camera_id=key, picture=picture)
        self._rules_now.set()

    async def _hear(self) -> None:
        """Tell health of every signal; forget cameras that are served no more."""
        if self.room is None or not self.room.settled.is_set():
            return
        now_s = (self._made.clock.now() - EPOCH).total_seconds()
        for camera in list(self.room.cameras.values()):
            self.wellbeing.hear(camera.stream, camera.state(), now_s)
        gone = self.wellbeing.known() - self.room.cameras.keys()
        if gone:
            async with self._made.db.tx(self._made.everywhere) as tx:
                await health_store.end_troubles(tx, gone, self._made.clock.now())
            for key in gone:
                self.wellbeing.forget(key)
                self.analyst.forget(key)
                self.plates.forget(key)
                self._references.pop(key, None)

    async def _beat(self) -> None:
        """Say of every camera with a signal that it is there."""
        if self.room is None:
            return
        at_s = (self._made.clock.now() - EPOCH).total_seconds()
        cameras = [one.stream for one in self.room.cameras.values()]
        for camera in cameras:
            said = self._state(camera)
            if said.get("online"):
                troubles = list(self.wellbeing.troubles(camera.camera_id))
                await self._tell(camera, {"say": "health", "at": at_s, "troubles": troubles, **said})

    # -- rules and references --------------------------------------------------------------------------------------

    async def _follow(self) -> None:
        """Take rules and references as they are, at each change and once in a while."""
        told: dict[DeviceId, tuple[SceneSpec, ...]] = {}
        while True:
            self._rules_now.clear()
            try:
                fresh = await scenes_of(self._made)
                told = {key: told[key] if told.get(key) == specs else specs for key, specs in fresh.items()}
                self.analyst.take_rules(told)
                await self._take_references()
            except (DBAPIError, OSError, TimeoutError) as error:
                log.warning("the rules of scenes do not answer: %s", type(error).__name__)
            except Exception:
                log.exception("the rules of scenes could not be taken; those before stay")
            try:
                await asyncio.wait_for(self._rules_now.wait(), _RULES_S)
            except TimeoutError:
                continue

    async def _take_references(self) -> None:
        """Take the references of the cameras that are served, where they are others than before."""
        if self.room is None:
            return
        async with self._made.db.tx(self._made.everywhere) as tx:
            known = await health_store.reference_ids(tx)
            wanted = {key: known.get(key, ()) for key in self.room.cameras}
            fresh = {key: ids for key, ids in wanted.items() if self._references.get(key) != ids}
            pictures = await health_store.reference_pictures(tx, [one for ids in fresh.values() for one in ids])
        if fresh:
            told: dict[DeviceId, Sequence[bytes]] = {
                key: [pictures[one] for one in ids if one in pictures] for key, ids in fresh.items()
            }
            await asyncio.to_thread(self.wellbeing.take_references, told)
            self._references.update(fresh)

    # -- hits ------------------------------------------------------------------------------------------------------

    async def _hit(self, camera: Stream, message: dict[str, Any]) -> None:
        """Keep a still of a hit and hold the recording round it, then tell of it."""
        at = moment(message["at"] * 1000)
        still = await self._still(camera, message, at)
        message = {**{name: value for name, value in message.items() if name != "jpeg"}, **still}
        if not (camera.record and await self._held(camera, str(message["rule_id"]), at)):
            message = {name: value for name, value in message.items() if name != "clip"}
        await self._tell(camera, message)

    async def _held(self, camera: Stream, rule_id: str, at: datetime) -> bool:
        """Hold the recording round a hit; a disc that cannot must not keep the alarm from anybody."""
        held = Hold(
            key=f"{_HOLD}{millis(at)}-{rule_id[-8:]}",
            begins=at - timedelta(seconds=LEAD_S),
            ends=at + timedelta(seconds=TAIL_S),
            why=f"rule {rule_id}",
            by="cameras",
        )
        try:
            await asyncio.to_thread(hold, self._root, camera.station_id, camera.camera_id, held)
        except (OSError, ValueError) as error:
            log.warning("the recording of %s cannot be held: %s", camera.key, error)
            return False
        return True

    async def _still(self, camera: Stream, message: Mapping[str, Any], at: datetime) -> dict[str, str]:
        """Keep the picture in which it was found; the recording of it is finished only later, or not at all."""
        picture = message.get("jpeg")
        if picture is None:
            return {}
        tracks = "-".join(map(str, message["tracks"]))
        own = named_id("camera_still", f"{camera.camera_id}:{message['rule_id']}:{tracks}:{at.isoformat()}", at)
        values = {"id": own, "station_id": camera.station_id, "device_id": camera.camera_id}
        async with self._made.db.tx(system(camera.station_id, name="cameras")) as tx:
            await hits.add_still(tx, {**values, "at": at, "picture": picture})
        return {"still": str(own)}

    async def _tidy(self) -> None:
        """Forget troubles and stills of hits long over, and let go what was held for hits as long ago."""
        before = self._made.clock.now() - KEPT_FOR
        async with self._made.db.tx(self._made.everywhere) as tx:
            await health_store.forget_troubles(tx, before)
            await hits.forget_stills(tx, before)
        await asyncio.to_thread(_let_go, self._root, self._share, millis(before))


def _let_go(root: Path, share: Shard, before_ms: int) -> None:
    if not root.is_dir():
        return
    for station_id, camera_id, folder in cameras_in(root):
        if not share.has(camera_id):
            continue
        try:
            held = holds_of(folder)
        except ValueError:
            continue
        for one in held:
            if one.key.startswith(_HOLD) and millis(one.ends) < before_ms:
                release(root, StationId(station_id), camera_id, one.key)
