"""Whether what must be seen is seen, by asking the centre as a screen does. Each look returns what it saw."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass

from unjai.demo.night.crew import Crew
from unjai.demo.night.door import RefusedError, said
from unjai.demo.night.scenes import (
    Answered,
    Asked,
    CitizenReads,
    Counted,
    DeviceIs,
    Ends,
    Expected,
    Hidden,
    Newest,
    Nothing,
    OnDuty,
    OneIncident,
)
from unjai.demo.night.stage import NEAR_M, Act, Row, Stage
from unjai.demo.town.shapes import to_xy

ENDS_WITHIN_S = 240.0
SOON_S = 60.0
PLAYED_S = 1500.0
"""How long a look is repeated: seconds of the machine, and longer where the play is slow."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """One look: what was seen, and whether it is what was expected. `ok` None = this can no longer come true."""

    seen: str
    ok: bool


async def watch(stage: Stage, act: Act, expected: Expected, crews: dict[str, Crew]) -> Look:
    """Look again and again until it is seen or the time is over."""
    loop = asyncio.get_running_loop()
    most_s = ENDS_WITHIN_S if isinstance(expected, Ends | Asked | CitizenReads | DeviceIs) else SOON_S
    give_up = loop.time() + max(most_s, PLAYED_S / stage.pace.speed)
    look = Look(seen="–", ok=False)
    while loop.time() < give_up:
        try:
            look = await _look(stage, act, expected, crews)
        except (RefusedError, OSError) as error:
            look = Look(seen=str(error)[:80], ok=False)
        if look.ok:
            return look
        await asyncio.sleep(1.0)
    return look


async def _look(stage: Stage, act: Act, expected: Expected, crews: dict[str, Crew]) -> Look:  # noqa: PLR0911
    match expected:
        case OneIncident():
            return await _one(stage, act, expected)
        case Ends():
            return _ends(stage.incidents_of(act), expected)
        case Asked():
            return await _asked(stage, act, expected)
        case DeviceIs():
            state = str(stage.feed.devices.get(expected.key, {}).get("state"))
            return Look(seen=state, ok=state == expected.state)
        case Counted():
            counts = await stage.refusals(expected.key)
            more = counts.get(expected.code, 0) - act.counts.get((expected.key, expected.code), 0)
            return Look(seen=f"{expected.code} +{more}", ok=more > 0)
        case Nothing():
            return _nothing(stage, act, expected)
        case Hidden():
            row = stage.feed.units.get(expected.unit, {})
            return Look(
                seen=f"{row.get('state')} {row.get('lon')}", ok=row.get("state") == "off" and row["lon"] is None
            )
        case Newest():
            return await _newest(stage, crews[expected.unit])
        case Answered():
            missing = [code for code in expected.codes if code not in act.answers]
            return Look(seen=", ".join(act.answers) or "–", ok=not missing)
        case OnDuty():
            units = await stage.operator.ask("GET", "/api/units")
            count = sum(bool(unit["on_duty"]) for unit in units)
            return Look(seen=f"{count}", ok=count >= expected.at_least)
        case CitizenReads():
            body = act.helps[expected.who]
            page = said(await stage.door.ask(stage.anyone, "GET", f"/api/citizen/help/{body['id']}"))
            return Look(seen=f"{page['status']} “{page['message_th']}”", ok=page["status"] == expected.status)


async def _one(stage: Stage, act: Act, expected: OneIncident) -> Look:
    rows = stage.incidents_of(act)
    if len(rows) != 1:
        return Look(seen=f"{len(rows)} เหตุ", ok=False)
    whole = await stage.operator.ask("GET", f"/api/incidents/{rows[0]['id']}")
    channels = sorted(report["channel"] for report in whole["reports"])
    right = (
        len(whole["reports"]) == expected.reports
        and channels == sorted(expected.channels)
        and (expected.code is None or whole["code"] == expected.code)
    )
    return Look(seen=f"{whole['number']} {whole['code']} ← {', '.join(channels)}", ok=right)


def _ends(rows: list[Row], expected: Ends) -> Look:
    seen = ", ".join(f"{row['number']} {row['outcome'] or row['state']}" for row in rows) or "ไม่มีเหตุ"
    return Look(seen=seen, ok=bool(rows) and all(row["outcome"] == expected.outcome for row in rows))


async def _asked(stage: Stage, act: Act, expected: Asked) -> Look:
    rows = stage.incidents_of(act)
    if not rows:
        return Look(seen="ไม่มีเหตุ", ok=False)
    whole = await stage.operator.ask("GET", f"/api/incidents/{rows[0]['id']}")
    steps = [(task["call_sign"], task["state"]) for task in whole["assignments"]]
    balked = {sign for sign, state in steps if state == expected.answer}
    went = {sign for sign, state in steps if state in ("accepted", "en_route", "on_scene", "cleared")}
    return Look(seen=" → ".join(f"{sign} {state}" for sign, state in steps), ok=bool(balked and went - balked))


def _nothing(stage: Stage, act: Act, expected: Nothing) -> Look:
    spot = stage.spot(expected.at)
    rows = [
        row
        for row in stage.book.values()
        if row["lon"] is not None
        and math.dist(to_xy(row["lon"], row["lat"]), spot) < NEAR_M / 2
        and row["opened_at"] >= act.started_at.isoformat()
    ]
    return Look(seen=f"{len(rows)} เหตุ", ok=not rows)


async def _newest(stage: Stage, crew: Crew) -> Look:
    newest = crew.phone.newest
    row = stage.feed.units.get(crew.unit.call_sign)
    if newest is None or row is None:
        return Look(seen="–", ok=False)
    seen_s = stage.feed.seen_s.get(row["mark"], 0)
    back = stage.feed.backwards.get(row["mark"], 0)
    late_s = newest.timestamp() - seen_s
    return Look(seen=f"ล่าช้า {late_s:.0f} s, ย้อนเวลา {back}", ok=late_s <= 1 and back == 0)
