"""What a camera's entry may say: addresses, masks, calibration, whose paper holds today."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import shapely

from unjai.model.errors import UnjaiError
from unjai.model.geometry import Point, distance_m

PRIVATE_OWNERS = frozenset({"business", "house", "community", "temple", "school", "hospital", "volunteer", "other"})
"""Owners whose cameras are seen by consent; police, local government and the state share by their duty."""

SCHEMES: Mapping[str, tuple[str, ...]] = {"rtsp": ("rtsp", "rtsps"), "still": ("http", "https")}
URL_MOST = 500
MASKS_MOST, CORNERS_MOST = 20, 60
_CALIBRATION_POINTS = 4
_CORNERS_LEAST = 3
_LEAST_SHARE = 1e-4
_GROUND_MOST_M = 1_000.0
_LEAST_TRIANGLE = 0.002
_LEAST_GROUND_M2 = 1.0
_CHANNEL = re.compile(r"[A-Za-z0-9_.-]{0,40}")
_HOST = re.compile(r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]")

Paper = Literal["not_needed", "missing", "holds", "ends_soon", "ended", "to_come"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """A stream's address without a login, and the login that stood in it."""

    url: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)


def address_of(kind: str, said: str) -> Address:
    """Return what an address says; raise `camera_url_wrong` (422) for one that no camera of this kind has.

    A login inside (``rtsp://user:password@host``) is taken out, so that it is sealed and never shown.
    """
    text = said.strip()
    if not text:
        return Address(url="")
    if len(text) > URL_MOST or any(ord(sign) < 33 or ord(sign) == 127 for sign in text):  # noqa: PLR2004
        raise UnjaiError("camera_url_wrong", 422, wanted=_wanted(kind))
    if kind == "file":
        if not text.startswith("/") or "/../" in f"{text}/":
            raise UnjaiError("camera_url_wrong", 422, wanted=_wanted(kind))
        return Address(url=text)
    try:
        parts = urlsplit(text)
        port, host = parts.port, parts.hostname
    except ValueError as error:
        raise UnjaiError("camera_url_wrong", 422, wanted=_wanted(kind)) from error
    if parts.scheme.lower() not in SCHEMES[kind] or not host:
        raise UnjaiError("camera_url_wrong", 422, wanted=_wanted(kind))
    shown = f"[{host}]" if ":" in host else host
    if not _HOST.fullmatch(shown):
        raise UnjaiError("camera_url_wrong", 422, wanted=_wanted(kind))
    place = shown if port is None else f"{shown}:{port}"
    return Address(
        url=urlunsplit((parts.scheme.lower(), place, parts.path, parts.query, "")),
        username=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
    )


def _wanted(kind: str) -> str:
    return {"rtsp": "rtsp://…", "still": "http://…", "file": "/…"}[kind]


def template_of(said: str) -> str:
    """Return a source's template of addresses; `camera_template_wrong` (422) without ``{channel}``, or with a login."""
    text = said.strip()
    if not text:
        return ""
    if text.count("{channel}") != 1:
        raise UnjaiError("camera_template_wrong", 422)
    kind = "still" if text.lower().startswith("http") else "rtsp"
    found = address_of(kind, text.replace("{channel}", "0channel0"))
    if found.username is not None:
        raise UnjaiError("camera_template_login", 422)
    return found.url.replace("0channel0", "{channel}")


def channel_of(said: str) -> str:
    """Return a channel's name; raise `camera_channel_wrong` (422) for what cannot stand in an address."""
    if not _CHANNEL.fullmatch(said):
        raise UnjaiError("camera_channel_wrong", 422, channel=said[:40])
    return said


def channel_url(template: str, channel: str) -> str:
    """Return the address of a source's channel; empty where either is."""
    return template.replace("{channel}", quote(channel)) if template and channel else ""


def masks_of(said: Sequence[Sequence[Sequence[float]]]) -> list[list[list[float]]]:
    """Return privacy masks inside the picture: what lies beyond its edge is cut off.

    Raises `camera_masks_many`, `camera_mask_corners`, `camera_mask_crosses` or `camera_mask_outside` (422).
    """
    if len(said) > MASKS_MOST:
        raise UnjaiError("camera_masks_many", 422, most=MASKS_MOST)
    frame = shapely.box(0.0, 0.0, 1.0, 1.0)
    kept: list[list[list[float]]] = []
    for number, ring in enumerate(said, 1):
        corners = [tuple(corner) for corner in ring]
        if not _CORNERS_LEAST <= len(corners) <= CORNERS_MOST or any(
            len(corner) != 2 or not all(math.isfinite(part) and abs(part) <= 10 for part in corner)  # noqa: PLR2004
            for corner in corners
        ):
            raise UnjaiError("camera_mask_corners", 422, number=number)
        shape = shapely.Polygon(corners)
        if not shape.is_valid:
            raise UnjaiError("camera_mask_crosses", 422, number=number)
        inside = shapely.intersection(shape, frame)
        parts = [part for part in shapely.get_parts(inside) if part.geom_type == "Polygon"]
        parts = [part for part in parts if part.area >= _LEAST_SHARE]
        if not parts:
            raise UnjaiError("camera_mask_outside", 422, number=number)
        kept += [[[round(x, 5), round(y, 5)] for x, y in part.exterior.coords[:-1]] for part in parts]
    return kept


def calibration_of(said: Sequence[Mapping[str, float]], place: Point | None) -> list[dict[str, float]]:
    """Return four points that tie the picture to the ground, or none; each ``{x, y, lon, lat}``.

    Raises (422) `camera_calibration_count`, `…_outside` (of the picture), `…_far` (over a kilometre from the camera),
    `…_line` (three in a line, in the picture or on the ground: they tie nothing).
    """
    if not said:
        return []
    if len(said) != _CALIBRATION_POINTS:
        raise UnjaiError("camera_calibration_count", 422)
    kept = [{name: float(one[name]) for name in ("x", "y", "lon", "lat")} for one in said]
    if any(not (0 <= one["x"] <= 1 and 0 <= one["y"] <= 1) for one in kept):
        raise UnjaiError("camera_calibration_outside", 422)
    ground = [Point(lon=one["lon"], lat=one["lat"]) for one in kept]
    if place is not None and any(distance_m(place, one) > _GROUND_MOST_M for one in ground):
        raise UnjaiError("camera_calibration_far", 422)
    flat = [(distance_m(Point(lon=ground[0].lon, lat=one.lat), one), one) for one in ground]
    metres = [
        (away * (1 if one.lon >= ground[0].lon else -1), (one.lat - ground[0].lat) * 111_195.0) for away, one in flat
    ]
    if _in_line([(one["x"], one["y"]) for one in kept], _LEAST_TRIANGLE) or _in_line(metres, _LEAST_GROUND_M2):
        raise UnjaiError("camera_calibration_line", 422)
    return kept


def _in_line(corners: Sequence[tuple[float, float]], least: float) -> bool:
    """Tell whether any three of four points lie in a line (their triangle is smaller than `least`)."""
    for left_out in range(len(corners)):
        (ax, ay), (bx, by), (cx, cy) = (corner for number, corner in enumerate(corners) if number != left_out)
        if abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2 < least:
            return True
    return False


def paper_of(owner_kind: str, consents: Iterable[Mapping[str, Any]], on: date, *, soon_days: int = 30) -> Paper:
    """Return how a camera stands with its owner's consent on a day."""
    if owner_kind not in PRIVATE_OWNERS:
        return "not_needed"
    found = list(consents)
    holding = [one for one in found if one["from_on"] <= on and (one["until_on"] is None or one["until_on"] >= on)]
    if holding:
        ends = [one["until_on"] for one in holding]
        last = None if None in ends else max(ends)
        return "holds" if last is None or (last - on).days > soon_days else "ends_soon"
    if not found:
        return "missing"
    return "to_come" if any(one["from_on"] > on for one in found) else "ended"


def in_force(consents: Iterable[Mapping[str, Any]], on: date) -> Mapping[str, Any] | None:
    """Return the consent that holds on a day: of several the one that began last."""
    holding = [one for one in consents if one["from_on"] <= on and (one["until_on"] is None or one["until_on"] >= on)]
    return max(holding, key=lambda one: (one["from_on"], str(one["id"])), default=None)
