"""The composition root: the three lists by which a fact flows, and the real things that each process works with.

INTAKE runs in the sensing process (web for HTTP, core for MQTT); RECORD and PICTURE run in core, each with its own
place in the streams.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from nats.errors import Error as NatsError
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from unjai.model.actor import Actor, system
from unjai.model.clock import Clock, SystemClock
from unjai.model.ids import StationId
from unjai.people.registry import Refusals, Registry
from unjai.picture import watch
from unjai.picture.alerts import above as rules_above
from unjai.picture.alerts.rules.facts import Words
from unjai.picture.watch import Picture
from unjai.plates import above as plates_above
from unjai.plates.flows.listed import StationLists
from unjai.plates.pictures import plate_pictures
from unjai.plates.rules.hits import Limits
from unjai.plates.store import reads as plate_reads
from unjai.plates.watching import Watching
from unjai.platform.config import Settings
from unjai.platform.database import Database, Emitted, Tx, url_of
from unjai.platform.engines.links import links
from unjai.platform.engines.secrets import database_password
from unjai.platform.ledger import sealing
from unjai.platform.outbox import missed, sent
from unjai.platform.streams import Bus
from unjai.respond.codes import event_codes
from unjai.respond.flows.watched import vehicle_judged, vehicle_seen
from unjai.respond.plain.kept import Kept, keep
from unjai.respond.store.worked import worked_between
from unjai.respond.told import ToRespond
from unjai.sense import counts, intake, record
from unjai.sense.base import kinds
from unjai.sense.rules import happened_at
from unjai.signals.recording import note_signals
from unjai.sos import flows as sos
from unjai.territory.store import org_unit, org_unit_by_code, territory_version

log = logging.getLogger(__name__)

FORGET_EVERY_S = 0.25
"""How often sent events leave the outbox: one transaction for many; `relay` waits longer before it repeats any."""

INTAKE: tuple[intake.Step, ...] = (
    # receive and authenticate stand before these: the doors (sense.http_door, sense.mqtt_door) do both
    intake.decode,  # the sensor says what the message means
    intake.stamp,  # id, station, clock verdict, place, retention, digest
    intake.fold_repeats,  # what the same camera said of the same vehicle just now is counted, not kept again
    intake.admit,  # off-duty positions, floods and reused ids stop here
    intake.keep_pictures,  # what a message brought of pictures, on the disc before the stream says so
    intake.publish,  # the stream's ack is the acknowledgement
    intake.remember_reads,  # only what is durable can be repeated
)


async def take_answers(writing: record.Writing) -> None:
    """Hand what points say of sirens and lights to their commands; a failure there leaves the record as it is."""
    if not any(one.kind == "pole_ack" for one in writing.batch):
        return
    tx = writing.tx
    try:
        async with tx.conn.begin_nested():
            await sos.take_answers(tx, tx.actor, SystemClock(), seen=writing.batch)
    except DBAPIError:
        raise
    except Exception:
        log.exception("answers of points could not be taken")


async def record_plates(writing: record.Writing) -> None:
    """Write reads of plates into their own days and their dictionary."""
    if writing.retention == "plates":
        writing.conflicts = await plate_reads.record(writing.tx, writing.batch)


RECORD: tuple[record.Step, ...] = (
    record.copy_rows,  # COPY, then insert what is not there yet
    record_plates,  # the same for reads of plates, which have tables of their own
    record.count_conflicts,  # an id reused with other content shows on the device's row
    counts.note_counts,  # what cameras counted, by line, kind and minute
    take_answers,  # what points say of sirens and lights
    note_signals,  # what junctions counted and logged
)

PICTURE: tuple[watch.Step, ...] = (
    watch.skip_seen,
    watch.locate,
    watch.enrich,
    watch.live_state,
    watch.apply_station_rules,
    watch.apply_rules,
    watch.report,
)


@dataclass(kw_only=True)
class Common:
    """What every process of ours has."""

    settings: Settings
    db: Database
    bus: Bus
    clock: Clock
    registry: Registry
    refusals: Refusals
    station_ids: tuple[StationId, ...] = ()
    named: StationId | None = None
    sent: list[int] = field(default_factory=list)
    """Events that were sent and still stand in the outbox."""

    @property
    def everywhere(self) -> Actor:
        """The system, at every station that has a zone here."""
        return system(*self.station_ids)

    async def load(self) -> None:
        """Read the stations and the registry anew."""
        async with self.db.tx(system()) as tx:
            known = await tx.execute(select(org_unit.c.id).where(org_unit.c.level == "station"))
            every_station = system(*(StationId(row.id) for row in known))
        async with self.db.tx(every_station) as tx:
            served = await tx.execute(select(territory_version.c.station_id).order_by(territory_version.c.station_id))
            self.station_ids = tuple(StationId(row.station_id) for row in served)
            named = await org_unit_by_code(tx, self.settings.station) if self.settings.station else None
            self.named = None if named is None else StationId(named.id)
        async with self.db.tx(self.everywhere) as tx:
            await self.registry.load(tx, self.clock.now())

    def home(self) -> StationId | None:
        """Return the station whose citizens this box serves: the one in the settings, or the first with a territory."""
        return self.named or (self.station_ids[0] if self.station_ids else None)


async def common(settings: Settings, *, role: str, user: str, connections: int) -> Common:
    """Connect to both engines; wait for them as long as it takes."""
    clock = SystemClock()
    db = Database(url_of(settings.database_url, role, database_password(settings.data, role)), connections=connections)
    bus = await _connected(settings, user)
    limits = Limits(window=timedelta(minutes=settings.hit_window_min), lapse=timedelta(minutes=settings.hit_lapse_min))
    plates_above.wire(replace(plates_above.above(), limits=limits))
    keep(
        Kept(
            report_days=settings.plain_report_days,
            photo_days=settings.plain_photo_days,
            phone_days=settings.plain_phone_days,
            reopen_days=settings.plain_reopen_days,
        )
    )
    made = Common(settings=settings, db=db, bus=bus, clock=clock, registry=Registry(), refusals=Refusals())
    db.publish = lambda emitted: _publish(made, emitted)
    db.audited = lambda: bus.tell(sealing.HINT, b"")
    await patiently(made.load, "the database")
    return made


async def _connected(settings: Settings, user: str) -> Bus:
    to = links(settings)
    url: str = getattr(to, user)
    while True:
        try:
            return await Bus.connect(url, name=user, tls=to.tls)
        except (NatsError, OSError, TimeoutError) as error:
            log.warning("waiting for NATS: %s", error)
            await asyncio.sleep(0.3)


async def patiently(job: Callable[[], Awaitable[None]], what: str) -> None:
    """Do a job, again and again while an engine is away."""
    while True:
        try:
            await job()
        except (DBAPIError, OSError, TimeoutError) as error:
            log.warning("waiting for %s: %s", what, error)
            await asyncio.sleep(0.3)
        else:
            return


async def _publish(made: Common, emitted: Sequence[Emitted]) -> None:
    """Send events right after their commit; `forget_sent` takes them out of the outbox."""
    for one in emitted:
        await made.bus.tell(one.subject, one.payload)
    made.sent += [one.id for one in emitted]


async def forget_sent(made: Common) -> None:
    """Take what was sent out of the outbox once NATS has it; a failure leaves it there for `relay`."""
    if made.sent:
        ids, made.sent = made.sent, []
        await made.bus.answers(2)
        async with made.db.tx(system()) as tx:
            await sent(tx, ids)


async def relay(made: Common) -> None:
    """Repeat events that a killed process committed and did not send."""
    async with made.db.tx(system()) as tx:
        late = await missed(tx, made.clock.now())
    if late:
        log.info("the outbox repeats %d events", len(late))
        await made.bus.answers(2)
        await _publish(made, late)
        await forget_sent(made)


async def flush_refusals(made: Common) -> None:
    """Write the counts of refused messages to the devices' rows."""
    async with made.db.tx(made.everywhere) as tx:
        await made.refusals.flush(tx, made.everywhere, made.clock)


async def every(pause_s: float, job: Callable[[], Awaitable[Any]]) -> None:
    """Do a job for ever with a pause between; a failure is logged and stops nobody."""
    while True:
        try:
            await job()
        except (DBAPIError, OSError, TimeoutError) as error:
            log.warning("a job waits for its engine: %s", error)
        except Exception:
            log.exception("a job failed; it is tried again")
        await asyncio.sleep(pause_s)


def _code_words(code: str) -> Words | None:
    found = event_codes().get(code)
    return None if found is None else Words(th=found.th, en=found.en)


async def _units_worked(tx: Tx, since: datetime, until: datetime) -> list[rules_above.Worked]:
    return [
        rules_above.Worked(unit_id=unit_id, at=at, state=state)
        for unit_id, at, state in await worked_between(tx, since, until)
    ]


rules_above.wire(
    rules_above.Above(
        code_words=_code_words,
        observation_words=lambda: {kind.name: Words(th=kind.th, en=kind.en) for kind in kinds().values()},
        units_worked=_units_worked,
    )
)


plates_above.wire(plates_above.Above(seen=vehicle_seen, judged=vehicle_judged))


def watching_of(made: Common) -> Watching:
    """Return the matching of reads against the watch lists."""
    return Watching(made.db, made.bus, made.clock, StationLists())


def picture_of(made: Common) -> Picture:
    """Return the picture, wired to `respond`."""
    return Picture(
        db=made.db,
        bus=made.bus,
        clock=made.clock,
        registry=made.registry,
        responder=ToRespond(),
        steps=PICTURE,
        happened_at=happened_at,
    )


def intake_of(made: Common) -> intake.Intake:
    """Return this process's intake."""
    return intake.Intake(
        steps=INTAKE,
        registry=made.registry,
        bus=made.bus,
        clock=made.clock,
        refusals=made.refusals,
        pictures=plate_pictures(made.settings.data),
    )
