"""The process `core`: the picture, RECORD, the devices' MQTT door, timers, the sealer."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import msgspec
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from unjai import app
from unjai.app import FORGET_EVERY_S, Common, every, flush_refusals, forget_sent, relay
from unjai.cameras.flows.counting import COUNTS_KEPT
from unjai.cameras.noter import HEARS as SIGHT_HEARS
from unjai.cameras.noter import Noter
from unjai.cameras.store.counts import forget_counts
from unjai.cameras.store.serving import anything_to_serve
from unjai.model.actor import system
from unjai.model.errors import UnjaiError
from unjai.model.ids import DeviceId, StationId
from unjai.patrol.flows.owners import Telling
from unjai.patrol.flows.settling import Settling
from unjai.patrol.secrets import vault_of
from unjai.patrol.trails import Trails
from unjai.people.callout import Callout, Granted
from unjai.people.flows import break_glass, tell_ended, tidy
from unjai.picture.alerts.rules.facts import SIGNALS_SAY
from unjai.picture.watch import Picture
from unjai.plates.flows import holds
from unjai.plates.flows.hits import tend
from unjai.plates.incoming import list_agreed
from unjai.plates.pictures import plate_pictures
from unjai.plates.store.folding import fold_again
from unjai.plates.store.reads import keep_reads
from unjai.plates.watching import Watching
from unjai.platform.config import Settings
from unjai.platform.database import Database, url_of
from unjai.platform.engines.device_streams import ensure_device_streams
from unjai.platform.engines.links import links
from unjai.platform.engines.nats_log import follow_refused
from unjai.platform.engines.parts import CAMERAS_WANTED, SIGNALS_WANTED
from unjai.platform.engines.secrets import database_password
from unjai.platform.ledger import sealing
from unjai.platform.streams import Bus
from unjai.respond import flows as respond
from unjai.respond.escort.flows.following import Watch
from unjai.respond.escort.flows.forgetting import forget_walks
from unjai.respond.flows import shift_log
from unjai.respond.flows.escalation import escalate
from unjai.respond.flows.parties import forget_parties
from unjai.respond.plain.flows.forgetting import tend_reports
from unjai.respond.store.pushes import drop_over
from unjai.roles.copies import Copying
from unjai.roles.evidence import HEARS as EVIDENCE_HEARS
from unjai.roles.evidence import Packing
from unjai.roles.lead import Lead
from unjai.roles.ledger import close_ledger_days, seal, sign, sign_when_asked, watch_seals
from unjai.roles.months import Months
from unjai.roles.nights import Reckoning
from unjai.roles.refresh import Refresher
from unjai.roles.risks import Risks
from unjai.roles.vitals import answer_for
from unjai.roles.waking import wake_phones
from unjai.sense import mqtt_door, record
from unjai.sense.base import sensors
from unjai.sense.intake import Intake
from unjai.sense.store import keep_partitions
from unjai.signals.flows.keeping import forget_signals
from unjai.signals.store.junctions import any_junction
from unjai.signals.store.log import keep_log
from unjai.signals.troubles import tell_idle
from unjai.sos import flows as sos
from unjai.territory.flows.staging import forget_old_files

log = logging.getLogger(__name__)


async def core(settings: Settings) -> None:
    """Hold the picture, record, serve the devices' door, until told to stop."""
    made = await app.common(settings, role="unjai_worker", user="core", connections=8)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    running = asyncio.create_task(_core(made))
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        running.result()
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError, ExceptionGroup):  # what was being started is told so
        await running
    await made.bus.close()
    await made.db.close()


async def _core(made: Common) -> None:
    owner = Database(
        url_of(made.settings.database_url, "unjai_owner", database_password(made.settings.data, "unjai_owner")),
        connections=1,
    )
    lead = Lead(made.db)
    try:
        await lead.take()
        await made.bus.make_streams()
        picture = app.picture_of(made)
        await picture.load(made.station_ids)
        refresher = Refresher(made)
        await _hear(made, picture, refresher)
        taking = app.intake_of(made)
        sealer = sealing.Sealer(lambda: seal(made))
        await made.bus.hear(sealing.HINT, sealer.hint)
        await answer_for(made, made.clock.now())
        packing = Packing(made)
        await made.bus.hear(EVIDENCE_HEARS, packing.heard)
        copying = Copying(made)
        await made.bus.hear(EVIDENCE_HEARS, copying.heard)
        async with asyncio.TaskGroup() as group:
            group.create_task(picture.run())
            group.create_task(record.run(made.db, made.bus, made.refusals, app.RECORD))
            group.create_task(_devices(made, taking, refresher, group))
            group.create_task(refresher.run())
            group.create_task(every(1.0, lambda: made.bus.tell("core.alive", b"")))
            group.create_task(every(1.0, lambda: flush_refusals(made)))
            group.create_task(every(FORGET_EVERY_S, lambda: forget_sent(made)))
            group.create_task(every(1.0, lambda: relay(made)))
            group.create_task(every(2.0, picture.count_refusals))
            group.create_task(every(1.0, lambda: _offers(made)))
            group.create_task(every(1.0, lambda: _escalate(made)))
            group.create_task(every(1.0, lambda: _end_break_glass(made)))
            group.create_task(every(2.0, _ending(made)))
            group.create_task(every(0.0, sealer.once))
            group.create_task(every(30.0, made.load))
            group.create_task(every(3600.0, lambda: _partitions(made, owner)))
            group.create_task(every(3600.0, lambda: _tidy(made)))
            group.create_task(watch_seals(made))
            group.create_task(every(60.0, lambda: sign(made)))
            group.create_task(sign_when_asked(made))
            group.create_task(every(60.0, lambda: close_ledger_days(made)))
            group.create_task(every(20.0, lambda: _shift_logs(made)))
            group.create_task(every(5.0, lambda: _wish(made)))
            for job in (
                packing.run(),
                copying.run(),
                _match_plates(made),
                _note_edges(made),
                wake_phones(made),
                every(10.0, lambda: tell_idle(made.db, made.everywhere, made.bus)),
            ):
                group.create_task(job)
            group.create_task(every(1.0, lambda: _points(made)))
            escorts = Watch()
            group.create_task(every(1.0, lambda: escorts.once(made.db, made.clock, made.station_ids)))
            for errand in (Reckoning(made), Months(made), Risks(made)):
                group.create_task(errand.run())
            group.create_task(lead.keep())
    finally:
        await lead.let_go()


async def _note_edges(made: Common) -> None:
    """Write what is known of streets: seen by a working camera, passed by a patrol; and settle asked visits."""
    noter, trails, settling = Noter(made.station_ids), Trails(made.station_ids), Settling(made.station_ids)
    telling = Telling(made.station_ids, vault_of(made.settings.data))
    for subject in SIGHT_HEARS:
        await made.bus.hear(subject, noter.heard)
    async with asyncio.TaskGroup() as group:
        group.create_task(every(5.0, lambda: noter.once(made.db, made.clock)))
        group.create_task(every(60.0, lambda: trails.once(made.db, made.clock)))
        group.create_task(every(5.0, lambda: telling.once(made.db, made.clock)))
        group.create_task(every(600.0, lambda: settling.once(made.db, made.clock)))


async def _shift_logs(made: Common) -> None:
    """Begin the log of each shift that has begun."""
    async with made.db.tx(made.everywhere) as tx:
        for station_id in made.station_ids:
            await shift_log.keep_logs(tx, made.everywhere, made.clock, station_id=station_id)


async def _wish(made: Common) -> None:
    """Tell the supervisor whether there are cameras to serve, and junctions to watch."""
    async with made.db.tx(made.everywhere) as tx:
        found = {CAMERAS_WANTED: await anything_to_serve(tx), SIGNALS_WANTED: await any_junction(tx)}
    for name, wanted in found.items():
        mark = made.settings.data / "run" / name
        if wanted and not mark.exists():
            mark.touch(mode=0o600)
        elif not wanted:
            mark.unlink(missing_ok=True)


async def _hear(made: Common, picture: Picture, refresher: Refresher) -> None:
    async def incident(subject: str, data: bytes) -> None:
        fact = msgspec.json.decode(data)
        picture.changes.heard(StationId(int(subject.split(".")[1])), UUID(fact["incident_id"]))

    async def snapshot(message: Msg) -> None:
        _word, station, name = message.subject.split(".", 2)
        try:
            await message.respond(picture.snapshot(StationId(int(station)), name))
        except UnjaiError as error:
            log.info("no snapshot: %s", error)

    async def keep(subject: str, _data: bytes) -> None:
        _word, station, name = subject.split(".", 2)
        with contextlib.suppress(UnjaiError):
            picture.keep(StationId(int(station)), name)

    async def stations(changed: set[StationId], _devices: set[DeviceId]) -> None:
        for station_id in changed:
            await picture.refresh(station_id)

    async def rules(subject: str, _data: bytes) -> None:
        await picture.rules_changed(StationId(int(subject.split(".")[1])))

    async def asked(subject: str, data: bytes) -> None:
        actor = system(StationId(int(subject.split(".")[1])), name="points")
        async with made.db.tx(actor) as tx:
            device_id = DeviceId(UUID(msgspec.json.decode(data)["device_id"]))
            await sos.send_due(tx, actor, made.clock, made.bus.tell, device_id)

    await made.bus.hear("evt.*.incident.changed", incident)
    await made.bus.hear("evt.*.sos.asked", asked)
    await made.bus.hear("evt.*.rules.changed", rules)
    await made.bus.hear(SIGNALS_SAY, picture.hear_signals)
    await made.bus.nc.subscribe("snapshot.*.*", cb=snapshot)
    await made.bus.hear("keep.*.*", keep)
    refresher.then.append(stations)
    await refresher.start()


async def _devices(made: Common, taking: Intake, refresher: Refresher, group: asyncio.TaskGroup) -> None:
    """Open the MQTT door: streams first, then the callout, so that nothing is acknowledged that is not kept."""
    to = links(made.settings)
    while True:
        try:
            await ensure_device_streams(made.bus.js, to.door)
            break
        except (UnjaiError, NatsError, OSError, TimeoutError) as error:
            log.warning("the MQTT door is not ready: %s", error)
            await asyncio.sleep(0.5)
    found = sensors()
    ears = await Bus.connect(to.sys, name="callout", tls=to.tls)
    callout = Callout(ears.nc, made.clock)

    async def check(user: str, password: str) -> Granted | None:
        device = made.registry.authenticate(user, password)
        if device is None:
            made.refusals.note(user, "device_unknown")
            return None
        return mqtt_door.permit(made.registry, made.clock, found, device)

    def granted(key: str) -> Granted | None:
        device = made.registry.by_key(key)
        return None if device is None or device.disabled else mqtt_door.permit(made.registry, made.clock, found, device)

    async def changed(_stations: set[StationId], devices: set[DeviceId]) -> None:
        for device_id in devices:
            if (device := made.registry.by_id(device_id)) is not None:
                await callout.kick(device.key)
        await callout.recheck(granted)

    refresher.then.append(changed)
    await callout.serve(made.bus.nc, to.callout_seed, check)
    group.create_task(mqtt_door.MqttDoor(made.bus, taking, found).run())
    group.create_task(_refused(made, callout))
    group.create_task(every(10.0, lambda: callout.recheck(granted)))


async def _refused(made: Common, callout: Callout) -> None:
    """Count publishes that the broker refused on the row of the device that tried."""
    data = made.settings.data
    async for batch in follow_refused(data / "log" / "nats.log", data / "run" / "nats-log.place"):
        for one in batch:
            key = await callout.device_of(one.server_id, one.cid)
            if key:
                made.refusals.note(key, "subject_refused", one.count)


def _ending(made: Common) -> Callable[[], Awaitable[None]]:
    """Return the job that tells screens of roles that began or ended; a new core looks back ten minutes."""
    told = made.clock.now() - timedelta(minutes=10)

    async def tell() -> None:
        nonlocal told
        async with made.db.tx(made.everywhere) as tx:
            told = await tell_ended(tx, made.clock, after=told)

    return tell


async def _offers(made: Common) -> None:
    for station_id in made.station_ids:
        actor = system(station_id, name="dispatch")
        async with made.db.tx(actor) as tx:
            await respond.expire_offers(tx, actor, made.clock)


async def _end_break_glass(made: Common) -> None:
    async with made.db.tx(made.everywhere) as tx:
        await break_glass.end_late(tx, made.everywhere, made.clock)


async def _points(made: Common) -> None:
    """Send again what points did not acknowledge, give up on what they never will, end calls that are over."""
    for station_id in made.station_ids:
        actor = system(station_id, name="points")
        async with made.db.tx(actor) as tx:
            await sos.send_due(tx, actor, made.clock, made.bus.tell)
            await sos.tend(tx, actor, made.clock)


async def _match_plates(made: Common) -> None:
    watching = app.watching_of(made)
    async with asyncio.TaskGroup() as group:
        group.create_task(watching.run())
        group.create_task(every(5.0, lambda: _hits(made, watching)))
        group.create_task(every(2.0, lambda: _list_files(made)))
        group.create_task(every(3600.0, lambda: _fold_again(made)))


async def _list_files(made: Common) -> None:
    """Put files of plates that two people agreed on wholly on the watch list."""
    if made.station_ids:
        await list_agreed(made.db, system(*made.station_ids, name="watch-list"), made.clock)


async def _hits(made: Common, watching: Watching) -> None:
    """Match again what failed; let hits lapse, keep the reads of those that were confirmed."""
    if not made.station_ids:
        return
    await watching.again(made.station_ids)
    actor = system(*made.station_ids, name="match")
    async with made.db.tx(actor) as tx:
        await tend(tx, actor, made.clock, plate_pictures(made.settings.data))
        await holds.tend(tx, actor, made.clock, plate_pictures(made.settings.data))


async def _escalate(made: Common) -> None:
    for station_id in made.station_ids:
        actor = system(station_id, name="escalation")
        async with made.db.tx(actor) as tx:
            await escalate(tx, actor, made.clock)


async def _partitions(made: Common, owner: Database) -> None:
    async with owner.tx(made.everywhere) as tx:
        dropped = await keep_partitions(tx, made.clock.now())
        dropped += await keep_log(tx, made.clock.now())
        dropped += await keep_reads(tx, made.clock.now(), timedelta(days=made.settings.plates_days))
    oldest = (made.clock.now() - timedelta(days=made.settings.plate_pictures_days + 1)).date()
    dropped += await asyncio.to_thread(plate_pictures(made.settings.data).forget, oldest)
    for name in dropped:
        log.info("dropped %s: past its retention", name)


async def _fold_again(made: Common) -> None:
    """Make skeletons of plates anew, a part at a time, where another table of look-alikes made them."""
    found = 1
    while found:
        async with made.db.tx(made.everywhere) as tx:
            found = await fold_again(tx)


async def _tidy(made: Common) -> None:
    async with made.db.tx(made.everywhere) as tx:
        await tidy(tx, made.everywhere, made.clock)
        await forget_old_files(tx, made.everywhere, made.clock)
        await forget_parties(tx, made.everywhere, made.clock)
        await drop_over(tx, made.clock.now())
        await forget_counts(tx, made.clock.now() - COUNTS_KEPT)
        await forget_walks(tx, made.clock)
        await tend_reports(tx, made.clock)
        await sos.forget(tx, made.clock)
        await forget_signals(tx, made.clock)
