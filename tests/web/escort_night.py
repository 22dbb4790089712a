"""A watched walk at the first station of which an incident came, and one of its positions."""

from sqlalchemy import insert

from tests.conftest import NIGHT
from unjai.model.ids import named_id
from unjai.platform.database import Tx
from unjai.respond.escort.store.tables import escort_fix, escort_walk

SECRETS = ("ผู้เดินลับสุด",)


async def escort_night(tx: Tx, station: int) -> dict[str, str]:
    """Write the rows, and return the walk's id by the name that the desk's route gives it."""
    walk = named_id("rights", "escort")
    own = {"station_id": station}
    times = dict.fromkeys(("began_at", "expected_at", "alerted_at"), NIGHT)
    ends = {"from_lon": 98.99, "from_lat": 18.79, "to_lon": 98.995, "to_lat": 18.79}
    row = {"id": walk, "token": b"t", "duress": b"d", "state": "alerted", "shown": "walking", "planned_s": 400.0}
    row |= {"way": {"points": [[98.99, 18.79], [98.995, 18.79]], "unlit": [True]}, "calm": {}, "alert_why": "lost"}
    row |= {"incident_id": named_id("rights", "escort incident"), "name": SECRETS[0]}
    await tx.execute(insert(escort_walk).values(**row, **times, **ends, **own).inline())
    place = {"no": 1, "taken_at": NIGHT, "came_at": NIGHT, "lon": 98.991, "lat": 18.79}
    await tx.execute(insert(escort_fix).values(walk_id=walk, **place, **own).inline())
    return {"escort": str(walk)}
