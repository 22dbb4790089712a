"""A junction at the first station, with a note: what another station must neither see nor change."""

from uuid import UUID

from sqlalchemy import insert

from tests.conftest import NIGHT
from unjai.demo.town.crossing import demo_crossing
from unjai.model.ids import named_id
from unjai.platform.database import Tx
from unjai.signals.store.tables import signal_junction, signal_note

SECRETS = ("แยกลับสุด", "ช่างไฟลับสุด")
FILE = demo_crossing()


async def signals_night(tx: Tx, station: int) -> dict[str, str]:
    """Write the rows, and return their ids by the names that the routes give them."""
    key: UUID = named_id("rights", "junction")
    own = {"station_id": station}
    row = {"id": key, "code": "J-01", "name_th": SECRETS[0], "lon": 99.9, "lat": 16.6, "plant": "none"}
    row |= {"definition": {**FILE, "name_th": SECRETS[0]}, "mode": "shadow", "mode_at": NIGHT, "mode_by": SECRETS[1]}
    row |= {"version": 1, "changed_at": NIGHT, "changed_by": SECRETS[1]}
    await tx.execute(insert(signal_junction).values(**row, **own).inline())
    note = {"id": named_id("rights", "signal note"), "junction_id": key, "at": NIGHT, "code": "stale", "facts": {}}
    await tx.execute(insert(signal_note).values(**note, by=SECRETS[1], **own).inline())
    return {"junction": str(key)}
