"""A patrol plan and a place's risk at the first station."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import insert

from tests.conftest import NIGHT
from unjai.model.ids import named_id
from unjai.patrol.store import desk_tables
from unjai.patrol.store.plan_tables import patrol_plan, patrol_risk
from unjai.platform.database import Tx

SECRET = "จุดในแผนลับสุด"


async def plan_night(tx: Tx, station: int, shift_id: str) -> dict[str, str]:
    """Write the rows, and return the plan's id by the name that routes give it."""
    plan = named_id("rights", "patrol plan")
    place = {"id": "P-1", "name": {"th": SECRET, "en": ""}, "kind": "bank", "lon": 98.99, "lat": 18.79}
    town = {"shift": {"date": "2026-11-22", "from": "00:00", "to": "08:00"}, "places": [place], "units": 1}
    told = {"format": "x", "date": "2026-11-22", "engine": "greedy", "effort": "1/1", "seconds": 1, "ways": "straight"}
    row = {
        "id": plan,
        "station_id": station,
        "day": NIGHT.date(),
        "shift_id": UUID(shift_id),
        "from_at": NIGHT,
        "to_at": NIGHT + timedelta(hours=8),
        "state": "draft",
        "town": town,
        "seed": "ลับสุดยอด",
        "seconds": 1,
        "result": {**told, "notes": [], "rounds": [], "covered_share": 0.5, "visits": 1, "explored_share": 0.1},
        "made_at": NIGHT,
        "made_by": "ผู้กำกับ",
        "changed_at": NIGHT,
    }
    await tx.execute(insert(patrol_plan).values(**row).inline())
    risk = {"id": named_id("rights", "patrol risk"), "place": "P-1", "by_hour": [1.0] * 24, "source": "test"}
    await tx.execute(insert(patrol_risk).values(**risk, station_id=station, taken_at=NIGHT, taken_by="ผู้กำกับ").inline())
    return {"plan": str(plan), **await _desk(tx, station, plan)}


async def _desk(tx: Tx, station: int, plan: UUID) -> dict[str, str]:
    """Write an asked visit with what became of it, a festival, hours of a kind, and an hour of streets."""
    request, layer = named_id("rights", "patrol request"), named_id("rights", "patrol layer")
    own = {"station_id": station}
    days = {"from_day": NIGHT.date(), "to_day": NIGHT.date()}
    asked = {"kind": "house_watch", "partner": "citizen", "label": "บ้านลับสุด", "lon": 98.99, "lat": 18.79, "minutes": 5}
    made = {"made_at": NIGHT, "made_by": "ผู้กำกับ", "changed_at": NIGHT}
    became = {"request_id": request, "plan_id": plan, "from_at": NIGHT, "state": "done", "settled_at": NIGHT}
    season = {"name_th": "เทศกาลลับสุด", "factor": 2.0, "kinds": [], "places": [], "areas": []}
    changed = {"changed_at": NIGHT, "changed_by": "ผู้กำกับลับสุด"}
    for table, row in (
        (desk_tables.patrol_request, {"id": request, **asked, **days, **made}),
        (desk_tables.patrol_request_outcome, became),
        (desk_tables.patrol_layer, {"id": layer, **season, **days, **changed}),
        (desk_tables.patrol_kind_risk, {"kind": "bank", "by_hour": [1.0] * 24, **changed}),
        (desk_tables.patrol_hour, {"hour_at": NIGHT, "edges": [1]}),
    ):
        await tx.execute(insert(table).values(**own, **row).inline())
    return {"patrol_request": str(request), "patrol_layer": str(layer)}
