"""Something of patrol at the first station: a beat, a checkpoint, a phone, a visit with its photograph and words."""

from uuid import UUID

from sqlalchemy import insert, select

from tests.conftest import NIGHT
from unjai.model.ids import named_id
from unjai.patrol.store import tables
from unjai.people.store.tables import account
from unjai.platform.database import Tx

SECRETS = ("จุดตรวจลับสุด", "เขตลับสุด")


async def patrol_night(tx: Tx, station: int) -> dict[str, str]:
    """Write the rows, and return their ids by the names that routes give them."""
    ids = {name: named_id("rights", f"patrol {name}") for name in ("beat", "checkpoint", "phone", "photo", "finding")}
    ids["owner_message"], visit = named_id("rights", "patrol words"), named_id("rights", "patrol visit")
    holder: UUID = await tx.scalar(select(account.c.id).where(account.c.username == f"officer.{station}"))
    own = {"station_id": station}
    who = {**own, "account_id": holder}
    seen = {**who, "phone_id": ids["phone"], "checkpoint_id": ids["checkpoint"], "late_s": 0, "chain": "next"}
    seen |= dict.fromkeys(("observed_at", "happened_at", "received_at"), NIGHT)
    said = {
        "scan": None,
        "nfc": False,
        "mock": False,
        "dwell_s": 0,
        "offset_s": 0,
        "ahead_s": 0,
        "jump_s": None,
        "photos": [],
    }
    where = {"lon": 98.99, "lat": 18.79, "radius_m": 40, "proofs": ["qr"], "changed_at": NIGHT}
    key = {"public_key": b"k", "digest": "d" * 64, "head_digest": "d" * 64, "registered_at": NIGHT}
    for table, row in (
        (tables.patrol_beat, {"id": ids["beat"], "code": "1", "name_th": SECRETS[1], **own}),
        (tables.patrol_checkpoint, {"id": ids["checkpoint"], "code": "1", "name_th": SECRETS[0], "kind": "bank", **where, **own}),
        (tables.patrol_phone, {"id": ids["phone"], "name": "เครื่องลับสุด", **key, **who}),
        (tables.patrol_visit, {"id": visit, "item_digest": "a" * 64, "said": said, "score": 50, "state": "doubted", "parts": [], "judged_at": NIGHT, **seen}),
        (tables.patrol_photo, {"id": ids["photo"], "digest": "b" * 64, "size_bytes": 9, "state": "kept", "at": NIGHT, "kept_at": NIGHT, **who}),
        (tables.patrol_finding, {"id": ids["finding"], "item_digest": "c" * 64, "what": "other", "text": SECRETS[0], "photos": [], "candidate": "none", **seen}),
        (tables.patrol_owner_message, {"id": ids["owner_message"], "visit_id": visit, "checkpoint_id": ids["checkpoint"], "text_th": SECRETS[0], "text_en": "", "made_at": NIGHT, **own}),
    ):  # fmt: skip
        await tx.execute(insert(table).values(**row).inline())
    return {name: str(value) for name, value in ids.items()}
