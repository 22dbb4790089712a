"""What may be asked of the incidents of years, and how a question is put: words, dates, places, pages."""

from __future__ import annotations

import base64
import binascii
import json
import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from unjai.model.errors import UnjaiError
from unjai.model.geometry import EARTH_RADIUS_M, Point
from unjai.model.thai import plain

Sort = Literal["newest", "oldest", "slowest"]
WORD_MIN = 3
"""The index knows words from three letters on; shorter ones are sought in a short stretch of time only."""
SHORT_WORD_WITHIN = timedelta(days=92)
WORDS_MOST = 8
RADIUS_MOST_M = 20_000.0
_KEYED: Mapping[Sort, str] = {"newest": "opened_at", "oldest": "opened_at", "slowest": "response_s"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Near:
    """A circle on the map."""

    point: Point
    radius_m: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A question to the incidents: every part that is given must hold; a list holds where one of it does."""

    words: str = ""
    code: tuple[str, ...] = ()
    priority: tuple[int, ...] = ()
    state: tuple[str, ...] = ()
    outcome: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    acknowledged_by: tuple[str, ...] = ()
    from_at: datetime | None = None
    to_at: datetime | None = None
    unit_id: UUID | None = None
    attached: bool = False
    near: Near | None = None
    areas: tuple[Mapping[str, object], ...] = ()
    """GeoJSON polygons; a place inside one of them counts."""
    ack_over_s: float | None = None
    response_over_s: float | None = None
    sort: Sort = "newest"


def words_of(said: str) -> list[str]:
    """Return the words of a search as the index holds them: NFKC, Arabic digits, lower case, each once."""
    folded = plain(unicodedata.normalize("NFKC", said)).lower()
    return list(dict.fromkeys(folded.split()))[:WORDS_MOST]


def like(word: str) -> str:
    r"""Return the LIKE pattern that finds `word` anywhere; ``% _ \`` stand for themselves."""
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def check(asked: Asked, now: datetime) -> None:
    """Raise what cannot be answered: `search_dates_reversed`, `search_word_short`, `search_circle_large` (422)."""
    if asked.from_at is not None and asked.to_at is not None and asked.from_at >= asked.to_at:
        raise UnjaiError("search_dates_reversed", 422)
    words = words_of(asked.words)
    if words and all(len(word) < WORD_MIN for word in words):
        until = min(asked.to_at or now, now)
        if asked.from_at is None or until - asked.from_at > SHORT_WORD_WITHIN:
            raise UnjaiError("search_word_short", 422, least=WORD_MIN, days=SHORT_WORD_WITHIN.days)
    if asked.near is not None and not 0 < asked.near.radius_m <= RADIUS_MOST_M:
        raise UnjaiError("search_circle_large", 422, most_km=round(RADIUS_MOST_M / 1000))


def put(
    asked: Asked, codes_of: Mapping[str, Sequence[str]], *, limit: int, after: str | None = None
) -> dict[str, object]:
    """Return the question as the SQL functions take it; `codes_of` are the event codes that each word names."""
    said: dict[str, object] = {"sort": asked.sort, "limit": limit}
    if words := words_of(asked.words):
        said["words"] = [{"like": like(word), "codes": list(codes_of.get(word, ()))} for word in words]
    said |= {
        name: list(chosen)
        for name in ("code", "priority", "state", "outcome", "channel", "acknowledged_by")
        if (chosen := getattr(asked, name))
    }
    said |= {name: at.isoformat() for name in ("from_at", "to_at") if (at := getattr(asked, name)) is not None}
    said |= {name: s for name in ("ack_over_s", "response_over_s") if (s := getattr(asked, name)) is not None}
    if asked.unit_id is not None:
        said["unit_id"] = str(asked.unit_id)
    if asked.attached:
        said["attached"] = True
    if asked.near is not None:
        said["near"] = circle(asked.near)
    if asked.areas:
        said["areas"] = [area(ring) for ring in asked.areas]
    if after is not None:
        said["after"] = _opened(after, asked.sort)
    return said


def circle(near: Near) -> dict[str, float]:
    """Return a circle for a plane in degrees of latitude: its box, and how much a degree of longitude is squeezed.

    Within 20 km of the centre and 60° of the equator the error is under 0.2 %.
    """
    squeeze = max(math.cos(math.radians(near.point.lat)), 0.01)
    radius_deg = math.degrees(near.radius_m / EARTH_RADIUS_M)
    lon, lat = near.point.lon, near.point.lat
    return {
        "lon": lon,
        "lat": lat,
        "squeeze": squeeze,
        "radius_deg": radius_deg,
        "south": lat - radius_deg,
        "north": lat + radius_deg,
        "west": lon - radius_deg / squeeze,
        "east": lon + radius_deg / squeeze,
    }


def area(geometry: Mapping[str, object]) -> dict[str, object]:
    """Return a GeoJSON polygon as PostgreSQL's own: outer ring, holes, box."""
    rings: list[list[Sequence[float]]] = geometry["coordinates"]  # type: ignore[assignment]
    lons, lats = [at[0] for at in rings[0]], [at[1] for at in rings[0]]
    return {
        "outer": _polygon(rings[0]),
        "holes": [_polygon(ring) for ring in rings[1:]],
        "west": min(lons),
        "east": max(lons),
        "south": min(lats),
        "north": max(lats),
    }


def _polygon(ring: Sequence[Sequence[float]]) -> str:
    return "(" + ",".join(f"({float(at[0])!r},{float(at[1])!r})" for at in ring) + ")"


def cursor(row: Mapping[str, object], sort: Sort) -> str:
    """Return where the next page begins, after `row`."""
    key = row[_KEYED[sort]]
    said = key.isoformat() if isinstance(key, datetime) else key
    return base64.urlsafe_b64encode(json.dumps([sort, said, str(row["incident_id"])]).encode()).decode().rstrip("=")


def _opened(after: str, sort: Sort) -> dict[str, object]:
    try:
        made, key, row_id = json.loads(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))
        good = made == sort and (math.isfinite(float(key)) if sort == "slowest" else datetime.fromisoformat(key).tzinfo)
        found = {"key": key, "id": str(UUID(row_id))}
    except (ValueError, TypeError, AttributeError, binascii.Error) as error:
        raise UnjaiError("request_invalid", 422, where="after") from error
    if not good:
        raise UnjaiError("request_invalid", 422, where="after")
    return found
