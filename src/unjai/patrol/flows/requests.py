"""Asked visits — คำขอให้ตรวจ: taken from whoever asks, put into the plans of their days, settled after each shift."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from unjai.model.actor import Actor, system
from unjai.model.clock import BANGKOK, Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import StationId, new_id
from unjai.patrol.rules.requests import DAY_MIN, Asked, due
from unjai.patrol.store import checkpoints, desk
from unjai.patrol.store import plans as plan_store
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.territory.view import territory_of

REQUESTS = "patrol.requests"
LONGEST_DAYS = 366
Row = dict[str, Any]
FIELDS = (
    *("kind", "partner", "reference", "label", "place", "lon", "lat", "from_day", "to_day"),
    *("window_from", "window_to", "minutes", "must", "note"),
)


async def request_visit(
    tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId, values: Mapping[str, Any]
) -> UUID:
    """Take a request for patrol visits and return its id; plans of its days hold it from now on.

    What the capabilities above call for a citizen's house watch or a partner's wish. `values` are `FIELDS`: at a known
    `place` (its code) or at `lon`, `lat`; no name and no number of a person belongs into it. Raises
    `patrol_request_days`, `patrol_request_place` (422).
    """
    actor.must(REQUESTS)
    now = clock.now()
    told = await _checked(tx, station_id, {**_EMPTY, **values})
    row = {
        **told,
        "id": new_id(now),
        "station_id": station_id,
        "made_at": now,
        "made_by": actor.name,
        "changed_at": now,
    }
    await desk.add_request(tx, row)
    await _log(tx, actor, clock, row, "patrol.request.take")
    return UUID(str(row["id"]))


_EMPTY: Mapping[str, Any] = {
    "kind": "request",
    "partner": "citizen",
    "reference": "",
    "place": None,
    "lon": None,
    "lat": None,
    "window_from": None,
    "window_to": None,
    "minutes": 10,
    "must": True,
    "note": "",
}


async def _checked(tx: Tx, station_id: StationId, row: Mapping[str, Any]) -> Row:
    told = {name: row[name] for name in FIELDS}
    days = (told["to_day"] - told["from_day"]).days
    if not 0 <= days < LONGEST_DAYS or (told["window_from"] is None) != (told["window_to"] is None):
        raise UnjaiError("patrol_request_days", 422, days=LONGEST_DAYS)
    window = _window(told)
    if window is not None and ((window[1] - window[0]) % DAY_MIN or DAY_MIN) < told["minutes"]:
        raise UnjaiError("patrol_request_window", 422, minutes=told["minutes"])
    if told["place"] is not None:
        if await point_of(tx, station_id, told["place"]) is None:
            raise UnjaiError("patrol_request_place", 422)
        told |= {"lon": None, "lat": None}
    elif told["lon"] is None or told["lat"] is None:
        raise UnjaiError("patrol_request_place", 422)
    return told


async def point_of(tx: Tx, station_id: StationId, code: str) -> tuple[float, float] | None:
    """Return where a checkpoint in use or a place of the station is."""
    for row in await checkpoints.checkpoints(tx, station_id):
        if row["code"] == code and not row["retired"]:
            return row["lon"], row["lat"]
    here = await territory_of(tx, station_id)
    return next(((place.lon, place.lat) for place in here.places if place.code == code), None)


async def the_request(tx: Tx, actor: Actor, request_id: UUID, *, lock: bool = False) -> Row:
    """Return an asked visit within the actor's stations; raise `not_found`."""
    row = await desk.request_of(tx, request_id, lock=lock)
    if row is None or row["station_id"] not in actor.stations:
        raise not_found("patrol_request", request_id)
    return row


async def change_request(
    tx: Tx, actor: Actor, clock: Clock, *, request_id: UUID, version: int, values: Mapping[str, Any]
) -> Row:
    """Change an asked visit, or withdraw it (`withdrawn`), or take that back; return it as it was before.

    Raises `patrol_request_changed` (409) where somebody else changed it meanwhile.
    """
    actor.must(REQUESTS)
    row = await the_request(tx, actor, request_id, lock=True)
    if row["version"] != version:
        raise UnjaiError("patrol_request_changed", 409)
    told = await _checked(tx, StationId(row["station_id"]), {**row, **values})
    withdrawn = bool(values.get("withdrawn", row["withdrawn"]))
    await desk.set_request(tx, request_id, **told, withdrawn=withdrawn, version=version + 1, changed_at=clock.now())
    action = "patrol.request.change"
    if withdrawn != row["withdrawn"]:
        action = "patrol.request.withdraw" if withdrawn else "patrol.request.restore"
    await _log(tx, actor, clock, row, action)
    return row


async def say_outcome(
    tx: Tx, actor: Actor, clock: Clock, *, request_id: UUID, plan_id: UUID, state: str, note: str
) -> None:
    """Say by hand what became of an asked visit on a shift: a unit told by radio, its phone was dead."""
    actor.must(REQUESTS)
    request = await the_request(tx, actor, request_id)
    plan = await plan_store.one(tx, plan_id)
    if plan is None or plan["station_id"] != request["station_id"]:
        raise not_found("patrol_plan", plan_id)
    now = clock.now()
    if plan["from_at"] > now:
        raise UnjaiError("patrol_request_ahead", 409)
    row = {
        "request_id": request_id,
        "plan_id": plan_id,
        "station_id": request["station_id"],
        "from_at": plan["from_at"],
        "state": state,
        "at": None,
        "by_hand": actor.name,
        "note": note,
        "settled_at": now,
    }
    await desk.put_outcome(tx, row, over_hand=True)
    await _log(tx, actor, clock, request, "patrol.request.outcome", {"state": state, "plan": str(plan_id)})


async def listed(
    tx: Tx, actor: Actor, *, station_id: StationId, since: date | None, until: date | None, kind: str | None
) -> list[Row]:
    """Return asked visits with `outcomes`, what became of them shift by shift."""
    actor.must(REQUESTS)
    rows = await desk.requests(tx, station_id, since=since, until=until, kind=kind)
    became = await desk.outcomes(tx, [row["id"] for row in rows])
    return [{**row, "outcomes": became.get(row["id"], [])} for row in rows]


def asked_of(row: Mapping[str, Any]) -> Asked:
    """Return when a visit is wanted."""
    return Asked(from_day=row["from_day"], to_day=row["to_day"], window=_window(row), minutes=row["minutes"])


def _window(row: Mapping[str, Any]) -> tuple[int, int] | None:
    return None if row["window_from"] is None else (row["window_from"], row["window_to"])


def place_id(row: Mapping[str, Any]) -> str:
    """Return the id that a request's place has in a plan: its code, or a name of its own where it is no known place."""
    return str(row["place"]) if row["place"] is not None else f"ask-{row['id']}"


async def due_requests(
    tx: Tx, *, station_id: StationId, begin: datetime, end: datetime
) -> list[tuple[Row, datetime, datetime]]:
    """Return the asked visits that are due on a shift, each with the stretch in which.

    Read by the system: a plan holds what was asked for, whoever makes it.
    """
    async with tx.acting_as(system(station_id, name="patrol")):
        # A window over midnight of a last day reaches into the next one.
        first, last = (at.astimezone(BANGKOK).date() for at in (begin, end))
        rows = await desk.requests(tx, station_id, since=first - timedelta(days=1), until=last)
    found = []
    for row in rows:
        stretch = None if row["withdrawn"] else due(asked_of(row), begin, end)
        if stretch is not None:
            found.append((row, *stretch))
    return sorted(found, key=lambda one: (one[1], str(one[0]["id"])))


async def _log(  # noqa: PLR0917
    tx: Tx, actor: Actor, clock: Clock, row: Row, action: str, more: Mapping[str, object] | None = None
) -> None:
    """Note who did what; never where the house is."""
    facts = {"kind": row["kind"], "partner": row["partner"], "from_day": str(row["from_day"]), **(more or {})}
    facts |= {"to_day": str(row["to_day"])}
    subject, here = f"patrol_request:{row['id']}", StationId(row["station_id"])
    await audit(tx, actor, clock, action=action, subject=subject, facts=facts, station_id=here)
