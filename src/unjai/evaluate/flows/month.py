"""The month closes: what is known is gathered and kept, the figures follow; opened again only with a reason."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from unjai.evaluate.flows import committee
from unjai.evaluate.month_worker import Reckoned
from unjai.evaluate.rules.figure import indicators
from unjai.evaluate.rules.month.facts import (
    Cameras,
    Entered,
    MonthCases,
    MonthFacts,
    Patrols,
    Response,
    Technology,
    decoded,
    digest,
    encoded,
)
from unjai.evaluate.rules.month.figures import HISTORY, months_before
from unjai.evaluate.store import cases
from unjai.evaluate.store import month as store
from unjai.evaluate.store.committee import visits
from unjai.model.actor import Actor, system
from unjai.model.clock import BANGKOK, Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import StationId, named_id, new_id
from unjai.patrol.store import desk, plans
from unjai.patrol.store.checkpoints import checkpoints
from unjai.platform.audit import audit
from unjai.platform.database import Tx

READ, MANAGE, CLOSE = "figures.read", "figures.manage", "figures.close"
CLOSES_AT = time(0, 10)
ENTERED = frozenset({"K2", "K3", "K4", "K5", "K6", "K10"})
"""Indicators that nothing here counts yet: who keeps the figures enters them, with where they come from."""
Reckon = Callable[[MonthFacts], Awaitable[Reckoned]]
"""Reckons in a process of its own (`month_worker.reckoned`)."""
_HOUR = timedelta(hours=1)


def bounds(month: date) -> tuple[datetime, datetime]:
    """Return when a Bangkok month begins and ends."""
    after = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
    begin, end = (datetime.combine(day, time(), BANGKOK).astimezone(UTC) for day in (month, after))
    return begin, end


def last_closing(now: datetime) -> date:
    """Return the newest month that is over, and past ten minutes of the next."""
    here = (now.astimezone(BANGKOK) - timedelta(hours=CLOSES_AT.hour, minutes=CLOSES_AT.minute)).date()
    return months_before(here.replace(day=1), 1)[0]


async def gather(tx: Tx, actor: Actor, *, station_id: StationId, month: date) -> MonthFacts:
    """Return everything a month's figures are made of, as it is known now."""
    actor.must(READ)
    since, until = bounds(month)
    before = months_before(month, 1)[0]
    first = bounds(months_before(month, HISTORY)[0])[0]
    rows = await cases.months_of(tx, station_id, since=first, until=until)
    known = await cases.first_month(tx, station_id)
    registered = await store.cameras_until(tx, station_id)
    return MonthFacts(
        station_id=station_id,
        month=month,
        cases=tuple(
            MonthCases(month=row["month"], group4=row["group4"], found_by=row["found_by"], cases=row["cases"])
            for row in rows
        ),
        kept_since=known,
        listed=await _listed(tx, station_id, since, until),
        residents=await store.residents(tx, station_id, month),
        responses=await _responses(tx, station_id, since, until),
        responses_before=await _responses(tx, station_id, *bounds(before)),
        cameras=Cameras(
            registered=registered,
            dark_s=await store.dark_between(tx, station_id, since, until),
            all_s=registered * (until - since).total_seconds(),
        )
        if registered
        else None,
        patrols=await _patrols(tx, station_id, since, until),
        patrols_before=await _patrols(tx, station_id, *bounds(before)),
        entered=await _entered(tx, station_id, month),
        entered_before=await _entered(tx, station_id, before),
        simulated=await cases.any_simulated(tx, station_id),
        technology=await _technology(tx, actor, station_id, since, until),
    )


async def _listed(tx: Tx, station_id: StationId, since: datetime, until: datetime) -> float:
    """Return the share of a month that had passed when cases were last taken."""
    # A fact of the station, whatever rows the reader may see one by one.
    async with tx.acting_as(system(station_id, name="figures")):
        at = await cases.last_taken(tx, station_id)
    return 0.0 if at is None else round(min(max((at - since) / (until - since), 0.0), 1.0), 4)


async def _responses(tx: Tx, station_id: StationId, since: datetime, until: datetime) -> tuple[Response, ...]:
    def minutes(row: Mapping[str, Any], step: str) -> float | None:
        at = row[step]
        return None if at is None else round(max((at - row["first_observed_at"]).total_seconds(), 0.0) / 60, 3)

    return tuple(
        Response(
            incident=row["number"],
            ack_min=minutes(row, "acknowledged_at"),
            assign_min=minutes(row, "assigned_at"),
            arrive_min=minutes(row, "arrived_at"),
        )
        for row in await store.responses(tx, station_id, since, until)
    )


async def _patrols(tx: Tx, station_id: StationId, since: datetime, until: datetime) -> Patrols | None:
    """Count visits against plans, and the risk of place-hours in which somebody came; None without plan and risk."""
    planned = {row["place"]: row["visits"] for row in await desk.planned_visits(tx, station_id, since, until)}
    risk = {row["place"]: row["by_hour"] for row in await plans.risk(tx, station_id)}
    if not planned and not risk:
        return None
    codes = {row["id"]: row["code"] for row in await checkpoints(tx, station_id)}
    made: dict[str, int] = {}
    covered: set[tuple[str, datetime]] = set()
    for row in await desk.visits_between(tx, station_id, since, until):
        code = codes.get(row["checkpoint_id"])
        if code is not None:
            made[code] = made.get(code, 0) + 1
            covered.add((code, row["happened_at"].replace(minute=0, second=0, microsecond=0)))
    hours = [since + number * _HOUR for number in range(int((until - since) / _HOUR))]
    return Patrols(
        planned=sum(planned.values()),
        made=sum(min(made.get(place, 0), visits) for place, visits in planned.items()),
        risk=round(sum(_risk(by_hour, at) for by_hour in risk.values() for at in hours) + 0.0, 6),
        risk_covered=round(sum(_risk(risk[code], at) for code, at in sorted(covered) if code in risk) + 0.0, 6),
    )


def _risk(by_hour: Sequence[float], at: datetime) -> float:
    here = at.astimezone(BANGKOK)
    return float(by_hour[here.hour if len(by_hour) == 24 else here.weekday() * 24 + here.hour])  # noqa: PLR2004


async def _technology(
    tx: Tx, actor: Actor, station_id: StationId, since: datetime, until: datetime
) -> Technology | None:
    last = (until - timedelta(seconds=1)).astimezone(BANGKOK).date()
    rows = [
        row
        for row in await committee.register(tx, actor, station_id=station_id, since=since, until=until)
        if row["since"] <= last and (row["retired_on"] is None or row["retired_on"] > last)
    ]
    if not rows:
        return None
    counted = [row for row in rows if row["used"] is not None]
    return Technology(
        in_use=len(rows),
        new=sum(row["novel"] == "new" for row in rows),
        counted=len(counted),
        used=sum(row["used"] > 0 for row in counted),
    )


async def _entered(tx: Tx, station_id: StationId, month: date) -> tuple[Entered, ...]:
    """Return figures entered by hand, and the score of the month's last signed visit, which goes before one of K4."""
    made = {
        row["code"]: Entered(code=row["code"], value=row["value"], n=row["n"], source=row["source"])
        for row in await store.entries(tx, station_id, month)
    }
    after = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
    signed = [row for row in await visits(tx, station_id, since=month, until=after) if row["state"] == "signed"]
    if signed:
        source = f"{signed[0]['committee']} {signed[0]['visited_on'].isoformat()}"
        made["K4"] = Entered(code="K4", value=signed[0]["score"], n=len(signed), source=source)
    return tuple(made[code] for code in sorted(made))


async def close_month(
    tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId, month: date, reckon: Reckon
) -> dict[str, Any]:
    """Close a month and return it; one that is closed already is returned as it stands.

    Raises `month_not_over` (409) before the next month's first day, ten past midnight.
    """
    actor.must(CLOSE)
    if month > last_closing(clock.now()):
        raise UnjaiError("month_not_over", 409, month=month.isoformat())
    stands = await store.newest(tx, station_id, month, lock=True)
    if stands is not None and stands["state"] == "closed":
        return stands
    facts = await gather(tx, actor, station_id=station_id, month=month)
    made, kept = await reckon(facts), encoded(facts)
    version = 1 if stands is None else stands["version"] + 1
    now = clock.now()
    row = {
        "id": named_id("figure_month", f"{station_id}:{month}:{version}"),
        "station_id": station_id,
        "month": month,
        "version": version,
        "state": "closed",
        "facts": kept,
        "digest": digest(kept),
        "figures": made.plain(),
        "closed_at": now,
        "closed_by": actor.name,
    }
    await store.add_month(tx, row)
    told: dict[str, object] = {"month": month.isoformat(), "version": version, "digest": row["digest"]}
    subject = f"station:{station_id}"
    await audit(tx, actor, clock, action="figures.month.close", subject=subject, facts=told, station_id=station_id)
    closed = await store.newest(tx, station_id, month)
    assert closed is not None
    return closed


async def open_month(
    tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId, month: date, reason: str
) -> dict[str, Any]:
    """Open a closed month again; what was closed stays beside. Raises `not_found`, `month_open` (409)."""
    actor.must(CLOSE)
    stands = await store.newest(tx, station_id, month, lock=True)
    if stands is None:
        raise not_found("month", month.isoformat())
    if stands["state"] != "closed":
        raise UnjaiError("month_open", 409, month=month.isoformat())
    values = {"state": "opened", "opened_at": clock.now(), "opened_by": actor.name, "reason": reason}
    await store.open_again(tx, stands["id"], values)
    told: dict[str, object] = {"month": month.isoformat(), "version": stands["version"], "reason": reason}
    subject = f"station:{station_id}"
    await audit(tx, actor, clock, action="figures.month.open", subject=subject, facts=told, station_id=station_id)
    return {**stands, **values}


async def enter_figure(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    station_id: StationId,
    month: date,
    code: str,
    value: float,
    n: int,
    source: str,
) -> None:
    """Enter a figure that nothing here counts. Raises `figure_counted`, `figure_range`, `month_closed`."""
    actor.must(MANAGE)
    if code not in ENTERED:
        raise UnjaiError("figure_counted", 422, code=code, known=", ".join(sorted(ENTERED)))
    unit = indicators()[code].unit
    most = {"share": 1.0, "score": 100.0}.get(unit, 1e6)
    if not 0 <= value <= most or n < 0 or (unit == "share" and n < 1):
        raise UnjaiError("figure_range", 422, code=code, most=most)
    stands = await store.newest(tx, station_id, month)
    if stands is not None and stands["state"] == "closed":
        raise UnjaiError("month_closed", 409, month=month.isoformat())
    row = {
        "id": new_id(clock.now()),
        "station_id": station_id,
        "month": month,
        "code": code,
        "value": value,
        "n": n,
        "source": source,
        "entered_at": clock.now(),
        "entered_by": actor.name,
    }
    await store.put_entry(tx, row)
    told: dict[str, object] = {"month": month.isoformat(), "code": code, "value": value, "n": n, "source": source}
    subject = f"station:{station_id}"
    await audit(tx, actor, clock, action="figures.enter", subject=subject, facts=told, station_id=station_id)


def facts_kept(row: Mapping[str, Any]) -> MonthFacts:
    """Return the facts that a closed month was made of; raises `month_altered` where they are others."""
    kept = bytes(row["facts"])
    if digest(kept) != row["digest"]:
        raise UnjaiError("month_altered", 500, month=row["month"].isoformat())
    return decoded(kept)
