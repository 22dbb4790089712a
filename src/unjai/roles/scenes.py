"""What the process `cameras` looks for: the stations' alert rules of scenes, by camera."""

from __future__ import annotations

import logging

from unjai.app import Common
from unjai.cameras.specs import SceneSpec
from unjai.model.actor import system
from unjai.model.errors import UnjaiError
from unjai.model.ids import DeviceId
from unjai.picture.alerts import store as alert_store
from unjai.picture.alerts.flows import ground_of
from unjai.picture.alerts.kinds.scenes import PREFIX, CameraScene
from unjai.picture.alerts.rules.facts import Thing

log = logging.getLogger(__name__)


async def scenes_of(made: Common) -> dict[DeviceId, tuple[SceneSpec, ...]]:
    """Return what is looked for at each camera of the stations: the rules of scenes that concern it."""
    found: dict[DeviceId, list[SceneSpec]] = {}
    for station_id in made.station_ids:
        actor = system(station_id, name="cameras")
        async with made.db.tx(actor) as tx:
            rows = await alert_store.rules_of(tx, station_id)
            rows = [row for row in rows if row["enabled"] and row["kind"].startswith(PREFIX)]
            if not rows:
                continue
            ground = await ground_of(tx, actor, made.clock, station_id=station_id)
        for row in rows:
            try:
                rule = ground.rule(row)
                if not issubclass(rule.kind, CameraScene) or rule.kind.lacks(rule.params, 1) is not None:
                    continue
                params = rule.kind.scene_params(rule.params)
            except (UnjaiError, ValueError):
                log.exception("rule %s cannot be read; the others go on", row["id"])
                continue
            spec = SceneSpec(rule_id=rule.id, version=rule.version, scene=rule.kind.scene.key, params=params)
            for device in ground.territory.devices:
                if device.kind != "camera" or device.disabled:
                    continue
                thing = Thing(
                    id=device.id,
                    key=device.key,
                    kind=device.kind,
                    name_th=device.name_th,
                    name_en=device.name_en,
                    point=device.point,
                )
                if rule.where.concerns(thing) and rule.where.holds(device.point):
                    found.setdefault(device.id, []).append(spec)
    return {key: tuple(specs) for key, specs in found.items()}
