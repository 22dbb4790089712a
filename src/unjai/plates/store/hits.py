"""Hits on the watch list, their sightings, what could not be matched yet, and how far the matching is.

Hits are seen with the right `plates.hits` alone. A sighting is unique by (observation, entry): a read that comes again
changes nothing. The place in the stream is moved in the transaction that writes what the reads came to.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Text,
    Uuid,
    delete,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as pg_insert

from unjai.model.ids import StationId
from unjai.plates.rules.hits import HitState
from unjai.plates.store.reads import held_plate_read
from unjai.platform.database import Tx, station_table

Row = dict[str, Any]
READER = "match"
SEES = "plates.hits"


def _where_and_how_sure() -> list[Column[Any]]:
    return [
        Column("camera", Text, nullable=False),
        Column("device_id", Uuid),
        Column("lon", Float),
        Column("lat", Float),
        Column("confidence", SmallInteger),
        Column("crop", Text),
        Column("still", Text),
    ]


plate_hit = station_table(
    "plate_hit",
    Column("id", Uuid, primary_key=True),
    Column("entry", BigInteger, nullable=False),
    Column("listed", JSONB, nullable=False),
    Column("registration", Text, nullable=False),
    Column("province", Text),
    Column("grade", Text, nullable=False),
    Column("how", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("first_at", DateTime(timezone=True), nullable=False),
    Column("last_at", DateTime(timezone=True), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("seen", Integer, nullable=False),
    *_where_and_how_sure(),
    Column("vehicle", JSONB, nullable=False),
    Column("incident_id", Uuid),
    Column("judged_at", DateTime(timezone=True)),
    Column("judged_by", Text),
    Column("judged_name", Text),
    Column("words", Text, nullable=False),
    Column("lapses_at", DateTime(timezone=True), nullable=False),
    Column("version", Integer, nullable=False),
    Column("forgotten", Boolean, nullable=False),
    Index("ix_plate_hit_entry", "station_id", "entry", "registration", "last_at"),
    Index("ix_plate_hit_made", "station_id", "made_at"),
    Index("ix_plate_hit_incident", "incident_id"),
    right=SEES,
)
"""A hit: an entry, a registration as read, and all sightings within a while. `listed` is the entry as it stood then."""

plate_hit_sighting = station_table(
    "plate_hit_sighting",
    Column("observation_id", Uuid, primary_key=True),
    Column("entry", BigInteger, primary_key=True, autoincrement=False),
    Column("hit_id", Uuid, ForeignKey("plate_hit.id", ondelete="CASCADE"), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("digest", Text, nullable=False),
    Column("grade", Text, nullable=False),
    Column("how", Text, nullable=False),
    Column("province", Text),
    *_where_and_how_sure(),
    Column("held", Boolean, nullable=False),
    Index("ix_plate_hit_sighting_hit", "hit_id", "at"),
    right=SEES,
)
"""One read of a hit. `held`: its copy stands in `held_plate_read`, past the days of reads and stills."""

plate_unmatched = station_table(
    "plate_unmatched",
    Column("observation_id", Uuid, primary_key=True),
    Column("body", JSONB, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Column("next_at", DateTime(timezone=True), nullable=False),
    right=SEES,
)
"""Reads whose matching failed, each tried again until it does not; empty where all is well."""

plate_match_day = station_table(
    "plate_match_day",
    Column("day", Date, nullable=False),
    Column("reads", BigInteger, nullable=False),
    Column("unreadable", BigInteger, nullable=False),
    PrimaryKeyConstraint("station_id", "day"),
    right=SEES,
)
"""How many reads were matched on each Bangkok day, and how many of them said no registration."""


# ── the matcher's ────────────────────────────────────────────────────────────────────────────────────


async def place(tx: Tx, stream: str) -> int:
    """Return the sequence in a stream up to which reads were matched."""
    query = text("SELECT seq FROM stream_place WHERE reader = :reader AND stream = :stream")
    return int(await tx.scalar(query, {"reader": READER, "stream": stream}) or 0)


async def set_place(tx: Tx, stream: str, seq: int) -> None:
    """Move the place, in the transaction of what was matched."""
    query = text(
        "INSERT INTO stream_place (reader, stream, seq) VALUES (:reader, :stream, :seq)"
        " ON CONFLICT (reader, stream) DO UPDATE SET seq = EXCLUDED.seq"
    )
    await tx.execute(query, {"reader": READER, "stream": stream, "seq": seq})


async def near(
    tx: Tx, station_id: StationId, *, entry: int, registration: str, since: datetime, until: datetime
) -> list[Row]:
    """Return the hits of an entry and a registration about a time, the newest first, held."""
    query = select(plate_hit).where(
        plate_hit.c.station_id == station_id,
        plate_hit.c.entry == entry,
        plate_hit.c.registration == registration,
        plate_hit.c.last_at.between(since, until),
    )
    return await tx.all(query.order_by(plate_hit.c.last_at.desc(), plate_hit.c.id).limit(5).with_for_update())


async def known(tx: Tx, observation_id: UUID, entry: int) -> bool:
    """Tell whether a read was matched with an entry before."""
    mine = (plate_hit_sighting.c.observation_id == observation_id, plate_hit_sighting.c.entry == entry)
    return await tx.scalar(select(plate_hit_sighting.c.entry).where(*mine)) is not None


async def add_hit(tx: Tx, values: Mapping[str, Any]) -> Row:
    """Write a new hit."""
    row = await tx.one(insert(plate_hit).values(**values).returning(plate_hit))
    assert row is not None
    return row


async def add_sighting(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write a sighting."""
    await tx.execute(insert(plate_hit_sighting).values(**values).inline())


async def change(tx: Tx, hit_id: UUID, **values: Any) -> Row:
    """Write `values` with the next version and return the row."""
    grown = update(plate_hit).where(plate_hit.c.id == hit_id).values(**values, version=plate_hit.c.version + 1)
    row = await tx.one(grown.returning(plate_hit))
    assert row is not None
    return row


async def count_reads(tx: Tx, station_id: StationId, day: date, *, reads: int, unreadable: int) -> None:
    """Add to a day's counts."""
    fresh = pg_insert(plate_match_day).values(station_id=station_id, day=day, reads=reads, unreadable=unreadable)
    old = plate_match_day.c
    added = {"reads": old.reads + fresh.excluded.reads, "unreadable": old.unreadable + fresh.excluded.unreadable}
    await tx.execute(fresh.on_conflict_do_update(index_elements=["station_id", "day"], set_=added))


async def put_aside(tx: Tx, values: Mapping[str, Any]) -> None:
    """Keep a read whose matching failed, to be tried again."""
    fresh = pg_insert(plate_unmatched).values(**values)
    again = {name: fresh.excluded[name] for name in ("tries", "error", "next_at")}
    await tx.execute(fresh.on_conflict_do_update(index_elements=["observation_id"], set_=again))


async def put_aside_due(tx: Tx, now: datetime, most: int = 100) -> list[Row]:
    """Return reads that failed and are due again, the oldest first."""
    due = select(plate_unmatched).where(plate_unmatched.c.next_at <= now)
    return await tx.all(due.order_by(plate_unmatched.c.next_at, plate_unmatched.c.observation_id).limit(most))


async def matched_after_all(tx: Tx, observation_id: UUID) -> None:
    """Forget that the matching of a read had failed."""
    await tx.execute(delete(plate_unmatched).where(plate_unmatched.c.observation_id == observation_id))


async def lapse(tx: Tx, now: datetime) -> list[Row]:
    """Give up what waited too long; return the hits."""
    waited = (plate_hit.c.state == "waiting", plate_hit.c.lapses_at <= now)
    gone = update(plate_hit).where(*waited).values(state="lapsed", judged_at=now, version=plate_hit.c.version + 1)
    return await tx.all(gone.returning(plate_hit))


async def to_hold(tx: Tx, *, judged_before: datetime, read_after: datetime, most: int = 200) -> list[Row]:
    """Return sightings of confirmed hits that are not held yet, with the entry as it stood."""
    sighting, hit = plate_hit_sighting.c, plate_hit.c
    query = (
        select(sighting.observation_id, sighting.entry, sighting.received_at, sighting.crop, sighting.still, hit.listed)
        .join(plate_hit, hit.id == sighting.hit_id)
        .where(hit.state == "confirmed", hit.judged_at <= judged_before, sighting.held.is_(False))
        .where(sighting.received_at > read_after)
    )
    return await tx.all(query.order_by(sighting.received_at, sighting.observation_id).limit(most))


async def note_held(tx: Tx, observation_ids: Collection[UUID], case_number: str) -> None:
    """Note which sightings are held now; a read that is not recorded yet is held the next time."""
    copies = select(held_plate_read.c.id).where(
        held_plate_read.c.case_number == case_number, held_plate_read.c.id.in_(observation_ids)
    )
    mine = plate_hit_sighting.c.observation_id.in_(copies)
    await tx.execute(update(plate_hit_sighting).where(mine).values(held=True))


_BARE = {"registration": "", "province": None, "crop": None, "still": None, "lon": None, "lat": None}
_BARE_SIGHTING = {"province": None, "crop": None, "still": None, "lon": None, "lat": None}


async def forget(tx: Tx, before: datetime) -> int:
    """Take plate, place and pictures out of hits that were rejected or lapsed before; return how many."""
    bare: Any = {**_BARE, "vehicle": {}, "forgotten": True, "words": ""}
    old = update(plate_hit).where(
        plate_hit.c.state.in_(("rejected", "lapsed")), plate_hit.c.judged_at < before, plate_hit.c.forgotten.is_(False)
    )
    gone = [row["id"] for row in await tx.all(old.values(**bare).returning(plate_hit.c.id))]
    if gone:
        own = update(plate_hit_sighting).where(plate_hit_sighting.c.hit_id.in_(gone))
        await tx.execute(own.values(**_BARE_SIGHTING))
    return len(gone)


# ── the desk's ───────────────────────────────────────────────────────────────────────────────────────


async def hit_of(tx: Tx, hit_id: UUID, *, lock: bool = False) -> Row | None:
    """Return a hit; None outside the actor's stations and rights."""
    query = select(plate_hit).where(plate_hit.c.id == hit_id)
    return await tx.one(query.with_for_update() if lock else query)


async def sightings_of(tx: Tx, hit_ids: Sequence[UUID], most: int = 200) -> list[Row]:
    """Return the sightings of hits, the newest first."""
    mine = select(plate_hit_sighting).where(plate_hit_sighting.c.hit_id.in_(hit_ids))
    order = (plate_hit_sighting.c.at.desc(), plate_hit_sighting.c.observation_id)
    return await tx.all(mine.order_by(*order).limit(most))


async def sighting_of(tx: Tx, hit_id: UUID, observation_id: UUID) -> Row | None:
    """Return one sighting of a hit."""
    mine = (plate_hit_sighting.c.hit_id == hit_id, plate_hit_sighting.c.observation_id == observation_id)
    return await tx.one(select(plate_hit_sighting).where(*mine))


async def page(
    tx: Tx,
    station_id: StationId,
    *,
    states: Collection[HitState] = (),
    grade: str | None = None,
    incident_id: UUID | None = None,
    before: datetime | None = None,
    limit: int = 50,
) -> list[Row]:
    """Return hits, the newest first."""
    query = select(plate_hit).where(plate_hit.c.station_id == station_id)
    if states:
        query = query.where(plate_hit.c.state.in_(states))
    if grade is not None:
        query = query.where(plate_hit.c.grade == grade)
    if incident_id is not None:
        query = query.where(plate_hit.c.incident_id == incident_id)
    if before is not None:
        query = query.where(plate_hit.c.made_at < before)
    return await tx.all(query.order_by(plate_hit.c.made_at.desc(), plate_hit.c.id).limit(limit))


def _bangkok_day(column: Any) -> Any:
    return func.date(func.timezone("Asia/Bangkok", column))


async def hits_by_day(tx: Tx, station_id: StationId, since: datetime) -> list[Row]:
    """Count hits by the Bangkok day they were made, grade, likeness and state."""
    day = _bangkok_day(plate_hit.c.made_at).label("day")
    by = (day, plate_hit.c.grade, plate_hit.c.how, plate_hit.c.state)
    mine = (plate_hit.c.station_id == station_id, plate_hit.c.made_at >= since)
    return await tx.all(select(*by, func.count().label("hits")).where(*mine).group_by(*by).order_by(day))


async def reads_by_day(tx: Tx, station_id: StationId, since: date) -> list[Row]:
    """Return the reads matched by day."""
    mine = (plate_match_day.c.station_id == station_id, plate_match_day.c.day >= since)
    return await tx.all(select(plate_match_day).where(*mine).order_by(plate_match_day.c.day))


async def newest_days(tx: Tx, station_id: StationId, most: int) -> list[int]:
    """Return the reads of the newest days that have any, the newest first."""
    day = plate_match_day.c
    mine = select(day.reads).where(day.station_id == station_id, day.reads > 0)
    return [int(row["reads"]) for row in await tx.all(mine.order_by(day.day.desc()).limit(most))]


async def failing(tx: Tx, station_id: StationId) -> int:
    """Count reads whose matching failed and is tried again."""
    mine = select(func.count()).select_from(plate_unmatched).where(plate_unmatched.c.station_id == station_id)
    return int(await tx.scalar(mine) or 0)


async def waiting(tx: Tx, station_id: StationId) -> int:
    """Count hits that wait for a person."""
    mine = (plate_hit.c.station_id == station_id, plate_hit.c.state == "waiting")
    return int(await tx.scalar(select(func.count()).select_from(plate_hit).where(*mine)) or 0)
