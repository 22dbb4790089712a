"""What the analysis of a camera tells, as the messages that `sense.camera` reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import cv2
import numpy as np

from unjai.cameras.specs import SceneSpec
from unjai.vision.box import Box
from unjai.vision.counting import Crossed, Presence
from unjai.vision.picture import Rgb
from unjai.vision.scene import Hit
from unjai.vision.scene.base import Measured

LEAD_S = TAIL_S = 10.0
"""A clip of a hit begins and ends so long before and after it."""
Message = dict[str, Any]
_STILL_WIDTH = 960


def hit_message(
    t: float, hit: Hit, spec: SceneSpec, size: tuple[int, int], path: Iterable[tuple[float, Mapping[int, list[float]]]]
) -> Message:
    """Say that a rule found something; `path` is where tracks were lately, of which the first one's goes along."""
    first = hit.tracks[0]
    return {
        "say": "hit",
        "at": t,
        "since": hit.since,
        "rule_id": str(spec.rule_id),
        "version": spec.version,
        "scene": hit.rule,
        "tracks": list(hit.tracks),
        "box": fractions(hit.box, size),
        "path": [[round(at - t, 2), *boxes[first]] for at, boxes in path if first in boxes],
        "facts": dict(hit.facts),
        "clip": {"from": t - LEAD_S, "until": t + TAIL_S},
        "th": hit.told.th,
        "en": hit.told.en,
    }


def jpeg_of(rgb: Rgb) -> bytes | None:
    """Return a picture as JPEG, small enough for a screen at an incident."""
    height, width = rgb.shape[:2]
    if width > _STILL_WIDTH:
        rgb = np.asarray(
            cv2.resize(rgb, (_STILL_WIDTH, round(height * _STILL_WIDTH / width)), interpolation=cv2.INTER_AREA),
            np.uint8,
        )
    made, body = cv2.imencode(".jpg", rgb[:, :, ::-1], (cv2.IMWRITE_JPEG_QUALITY, 85))
    return bytes(body) if made else None


def measured_message(t: float, rule_id: UUID, over: Measured) -> Message:
    """Say what a happening that was told measured in the end."""
    return {
        "say": "measured",
        "at": t,
        "rule_id": str(rule_id),
        "hit_at": over.t,
        "tracks": list(over.tracks),
        "facts": dict(over.facts),
    }


def count_message(  # noqa: PLR0917
    minute: int,
    looks: int,
    counters: Sequence[UUID],
    there: Sequence[Presence],
    inside: Sequence[tuple[UUID, Presence]],
    crossed: Sequence[tuple[UUID, Crossed]],
) -> Message:
    """Say what a minute counted; `counters` are all lines and areas that did, so that nothing is a zero too."""
    return {
        "say": "count",
        "from": minute * 60.0,
        "until": minute * 60.0 + 60.0,
        "looks": looks,
        "counters": [str(own) for own in counters],
        "there": {one.kind: {"mean": round(one.mean, 2), "most": one.most} for one in there},
        "inside": [
            {"area": str(own), "kind": row.kind, "mean": round(row.mean, 2), "most": row.most} for own, row in inside
        ],
        "crossed": [{"line": str(own), "kind": row.kind, "way": row.way, "count": row.count} for own, row in crossed],
    }


def fractions(box: Box, size: tuple[int, int]) -> list[float]:
    """Return a box of pixels in fractions of the picture, inside it."""
    width, height = size
    edges = (box.x0 / width, box.y0 / height, box.x1 / width, box.y1 / height)
    return [round(min(1.0, max(0.0, edge)), 4) for edge in edges]
