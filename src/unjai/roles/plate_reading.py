"""How the process `cameras` reads plates: with which models, and how a plate that was read becomes a message."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from unjai.app import Common
from unjai.cameras.recording.shelf import moment
from unjai.cameras.specs import Stream
from unjai.cameras.worker.plates import State, Told
from unjai.model.errors import UnjaiError
from unjai.model.reading import Received
from unjai.platform.config import Settings
from unjai.sense.base import sensors
from unjai.sense.intake import Intake
from unjai.sense.lpr import message_of

if TYPE_CHECKING:
    from unjai.vision.plates import PlateReader

SENSOR = "lpr"
_FINDER_PX = 640
"""Vehicles are looked at by the slow finder no larger than this: its time goes with the area."""


def reader_of(settings: Settings) -> tuple[PlateReader, State]:
    """Load the models of the settings, ours where none is named. Without our slow finder edges alone find plates.

    Raises `plate_model_missing`, `plate_model_unknown`, and `plate_finder_missing` where the settings name one.
    """
    from unjai.vision.plates import EdgeFinder, PlateNet, PlateReader, TextFinder  # noqa: PLC0415  heavy

    net = PlateNet(Path(settings.plate_model) if settings.plate_model else None)
    finder = Path(settings.plate_finder) if settings.plate_finder else None
    try:
        return PlateReader(net=net, finders=(EdgeFinder(), TextFinder(finder, most_px=_FINDER_PX))), "ready"
    except UnjaiError as error:
        if error.code != "plate_finder_missing" or finder is not None:
            raise
        return PlateReader(net=net, finders=(EdgeFinder(),)), "plate_finder_missing"


async def tell_plate(made: Common, intake: Intake, camera: Stream, told: Told) -> None:
    """Keep the pictures of a read on the disc, then hand its one message to the intake."""
    device = made.registry.by_id(camera.camera_id)
    if device is None or device.disabled:
        return
    now = made.clock.now()
    facts: dict[str, object] = {"vehicle": {"type": told.kind}}
    for name, body in (("crop", told.crop), ("still", told.still)):
        if body is not None and intake.pictures is not None:
            facts[name] = await intake.pictures.put(body, now)
    facts |= {"lane": camera.plate_lane} if camera.plate_lane else {}
    facts |= {"direction": camera.plate_direction} if camera.plate_direction else {}
    reader = made.settings.plate_model and Path(made.settings.plate_model).stem[:60]
    body = message_of(told.read, at=moment(told.at_s * 1000), track=told.track, reader=reader or "unjai", **facts)
    await intake.take(sensors()[SENSOR](), Received(body=body, received_at=now, device=device.key), device)
