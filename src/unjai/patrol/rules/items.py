"""What a phone signs: one thing done on patrol, as JSON bytes that are kept as they came.

The bytes are whatever the phone wrote; they are never written anew, so both sides hash and check the same.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, ValidationError

from unjai.model.errors import UnjaiError

BODY_MOST = 8_000
LATE_S = 300
"""What came more than so much after it happened was not live, and says so."""
LIVE_FINDING_S = 900
"""A finding that is older than this opens no incident by itself: nobody is standing there any more."""

_Word = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]
_Millis = Annotated[int, Field(ge=1_577_836_800_000, le=4_102_444_800_000)]
_Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
What = Literal["light_out", "camera_turned", "gathering", "vehicle", "other"]
CANDIDATES: dict[str, str] = {"light_out": "works", "camera_turned": "camera", "gathering": "risk_spot"}
"""What a finding may become."""
CODES: dict[str, str] = {"gathering": "SUS", "vehicle": "SUS"}
"""The event code of a finding that wants somebody to look at once."""


class Item(BaseModel):
    """What every item says: whose chain, where in it, when by the phone's clocks, and where the phone was."""

    v: Literal[1]
    kind: Literal["visit", "finding"]
    phone: UUID
    seq: Annotated[int, Field(ge=1, le=2**53)]
    prev: _Digest
    id: UUID
    """The phone's own id of the thing: the same thing signed twice is one."""
    at: _Millis
    boot: Annotated[str, StringConstraints(max_length=64, pattern=r"^[^\x00]*$")] = ""
    """Which opening of the page `mono` counts from."""
    mono: Annotated[int, Field(ge=0, le=2**53)] | None = None
    """Milliseconds of a clock that nobody sets (`performance.now()`)."""
    lon: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)] | None = None
    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)] | None = None
    acc: Annotated[float, Field(ge=0, le=1e8, allow_inf_nan=False)] | None = None
    mock: bool = False
    photos: Annotated[list[UUID], Field(max_length=4)] = []
    checkpoint: UUID | None = None
    code: _Word = ""
    nfc: Annotated[str, StringConstraints(max_length=80, pattern=r"^[^\x00]*$")] = ""
    left: _Millis | None = None
    """When the unit left again, by the phone's clock."""
    duty: _Millis | None = None
    """Since when its holder is on duty, by the phone's clock: signing on may wait for a line, as this item did."""
    what: What | None = None
    text: Annotated[str, StringConstraints(max_length=1000, pattern=r"^[^\x00]*$")] = ""

    @property
    def said_at(self) -> datetime:
        """Return when it happened by the phone's clock."""
        return datetime.fromtimestamp(self.at / 1000, UTC)

    @property
    def dwell_s(self) -> float:
        """Return how long the unit stayed, by the phone; nothing where it says that it left before it came."""
        return 0.0 if self.left is None else min(max(0.0, (self.left - self.at) / 1000), 6 * 3600.0)


def read_item(body: bytes) -> Item:
    """Read a signed body; raise `item_unreadable` (422) with where it is wrong."""
    try:
        item = Item.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])[:60]
        raise UnjaiError("item_unreadable", 422, where=where or "body") from error
    if item.kind == "visit" and item.checkpoint is None:
        raise UnjaiError("item_unreadable", 422, where="checkpoint")
    if item.kind == "finding" and item.what is None:
        raise UnjaiError("item_unreadable", 422, where="what")
    return item


def jump_s(before: Item, item: Item) -> float:
    """Return how far the phone's wall clock moved less its steady clock from one item to the next.

    Without a steady clock of the same opening the wall clock alone is asked: it never goes back by itself.
    """
    wall = (item.at - before.at) / 1000
    if item.boot and item.boot == before.boot and item.mono is not None and before.mono is not None:
        return min(wall, wall - (item.mono - before.mono) / 1000)
    return wall
