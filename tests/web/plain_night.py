"""A plain report at the first station, with a photograph: what another station must neither see nor change."""

from datetime import timedelta

from sqlalchemy import insert

from tests.conftest import NIGHT
from unjai.model.ids import named_id
from unjai.platform.database import Tx
from unjai.respond.plain.store.tables import plain_photo, plain_report

SECRETS = ("ไฟดับหน้าบ้านลับสุด",)


async def plain_night(tx: Tx, station: int) -> dict[str, str]:
    """Write the rows, and return their ids by the names that the routes give them."""
    key, shot = named_id("rights", "plain report"), named_id("rights", "plain photo")
    own = {"station_id": station}
    row = {"id": key, "number": "R-2222", "secret": b"s", "digest": "d", "kind": "light", "text": SECRETS[0]}
    row |= {"place_text": "", "observed_at": NIGHT, "received_at": NIGHT, "urgent": False, "state": "new"}
    await tx.execute(insert(plain_report).values(**row, promised_at=NIGHT + timedelta(days=3), **own).inline())
    file = {"id": shot, "report_id": key, "digest": "d", "size_bytes": 1, "body": b"x", "at": NIGHT}
    await tx.execute(insert(plain_photo).values(**file, **own).inline())
    return {"plain_report": str(key), "plain_photo": str(shot)}
