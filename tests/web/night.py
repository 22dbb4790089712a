"""A night at one of the two stations: one thing of every kind, none of which the other station may see or change."""

from datetime import time, timedelta
from pathlib import Path
from uuid import UUID

from fastapi import FastAPI
from sqlalchemy import insert, select, update

from tests.conftest import NIGHT
from tests.web.edge import CALLER, HERE, ROOT, Centre, accounts, crews_there, stations
from tests.web.escort_night import SECRETS as ESCORT_SECRETS
from tests.web.escort_night import escort_night
from tests.web.patrol_night import SECRETS as PATROL_SECRETS
from tests.web.patrol_night import patrol_night
from tests.web.plain_night import SECRETS as PLAIN_SECRETS
from tests.web.plain_night import plain_night
from tests.web.plan_night import SECRET as PLAN_SECRET
from tests.web.plan_night import plan_night
from tests.web.signals_night import SECRETS as SIGNAL_SECRETS
from tests.web.signals_night import signals_night
from unjai.cameras.flows import consents as camera_consents
from unjai.cameras.flows import counting, evidence
from unjai.cameras.flows import health as camera_health
from unjai.cameras.flows import parts as camera_parts
from unjai.cameras.flows import registry as camera_registry
from unjai.cameras.flows import requests as camera_requests
from unjai.cameras.rules.evidence import Piece
from unjai.cameras.secrets import vault_of
from unjai.cameras.store import hits, release
from unjai.model.actor import Actor, system
from unjai.model.clock import MovedClock
from unjai.model.geometry import Point
from unjai.model.ids import DeviceId, named_id, new_id
from unjai.people import flows as people
from unjai.people.flows import four_eyes
from unjai.people.rights import ROLES
from unjai.picture.alerts import flows as alert_rules
from unjai.picture.alerts import lessons
from unjai.picture.alerts import store as alert_store
from unjai.picture.alerts.schemas import RuleBody
from unjai.plates.flows import cases as plate_cases
from unjai.plates.flows import searches as plate_searches
from unjai.plates.rules.searching import Asked as PlatesAsked
from unjai.plates.store import hits as plate_hits
from unjai.plates.store import notices as plate_notices
from unjai.plates.store import watch_files, watch_list
from unjai.platform.database import Database, Tx, metadata
from unjai.platform.media import Stored
from unjai.respond import flows as respond
from unjai.respond.flows import shift_log
from unjai.respond.store import search as saved_searches
from unjai.sos import flows as sos
from unjai.sos.points import speaker
from unjai.territory.flows.new_device import set_contact
from unjai.territory.store import device
from unjai.territory.store.imports import import_file, import_run


async def tell(db: Database, data: Path) -> Centre:
    """Make an account of every role at both stations, and a night at one of them; no door is open yet."""
    clock = MovedClock(NIGHT)
    devices = await stations(db)
    tokens = await accounts(db, clock)
    await crews_there(db, clock)
    whole = Centre(app=FastAPI(), db=db, data=data, clock=clock, tokens=tokens)
    await _night(whole, devices)
    return whole


async def _overseen(centre: Centre, token: str) -> dict[str, str]:
    """Emergency rights that are over and unanswered, and a proposal that waits: an operator's and an administrator's."""
    db, clock = centre.db, centre.clock
    async with db.tx(ROOT) as tx:
        operator = await people.session_of(tx, clock, token)
        admin = await people.session_of(tx, clock, centre.tokens["administrator", HERE])
    assert operator is not None
    assert admin is not None
    async with db.tx(operator.actor) as tx:
        taken = await people.break_glass.take(tx, operator.actor, clock, reason="ทดสอบสิทธิ์ลับของสถานีนี้")
        await people.break_glass.end(tx, operator.actor, clock, key=taken["id"])
    async with db.tx(admin.actor) as tx:
        facts = {"key": str(named_id("rights", f"zone {HERE}"))}
        asked = await four_eyes.propose(
            tx, admin.actor, clock, action="zone.remove", facts=facts, reason="ทดสอบคำขอลับของสถานีนี้"
        )
    return {"break_glass": str(taken["id"]), "approval": str(asked["id"]), "session": str(operator.session_id)}


async def _somebody(tx: Tx, here: Actor, clock: MovedClock) -> dict[str, str]:
    """A person of the station with a post and an account."""
    person_id = await people.add_person(tx, here, clock, rank="captain", first_th="ลับ", last_th="สมมุติ")
    post = await people.add_post(
        tx,
        here,
        clock,
        person_id=person_id,
        position="superintendent",
        org_unit_id=HERE,
        kind="substantive",
        from_on=NIGHT.date(),
    )
    known = await people.create_account(tx, here, clock, username="somebody", name_th="คนลับ", home_id=HERE)
    await people.link_account(tx, here, clock, person_id=person_id, account_id=known.account_id)
    return {"person": str(person_id), "post": str(post.post_id)}


def _saved(account_id: object) -> dict[str, object]:
    known = {"id": named_id("rights", "search"), "station_id": HERE, "account_id": account_id}
    return {**known, "name": "ลับมาก", "asked": {"q": "ลับ"}, "shared": True}


async def _files(centre: Centre) -> None:
    """A file that somebody of the first station has uploaded, and an import that could be taken back."""
    centre.ids |= {"file": str(named_id("rights", "file")), "run": str(named_id("rights", "run"))}
    facts = {"kind": "places", "name": "แฟ้มลับ.csv", "digest": "0" * 64, "by": "someone", "station_id": HERE}
    none = {"added": 0, "updated": 0, "removed": 0, "refused": 0}
    async with centre.db.tx(ROOT) as tx:
        await tx.execute(insert(import_file).values(id=centre.ids["file"], content=b"x", staged_at=NIGHT, **facts))
        run = {"id": centre.ids["run"], "by_name": "คน", "done_at": NIGHT, "undo": b"{}"}
        await tx.execute(insert(import_run).values(**run, **facts, **none))


async def _case(centre: Centre, incident_id: str) -> None:
    """A person, a photograph, a sealed file and steps left out: what another station must neither see nor change."""
    table = metadata.tables
    ids = {name: str(named_id("rights", name)) for name in ("party", "attachment", "case_file", "gap", "procedure")}
    own = {"station_id": HERE, "incident_id": incident_id, "at": NIGHT}
    rows = {
        "procedure": {"code": "NOI", "version": 7, "steps": [], "built_in": True, "made_at": NIGHT, "made_by": "x"},
        "party": {**own, "kind": "person", "role": "victim", "masked": "ล***", "by": "x"},
        "attachment": {
            **own,
            "name": "ลับ.jpg",
            "media_type": "image/jpeg",
            "sort": "photo",
            "digest": "b" * 64,
            "size_bytes": 1,
            "shown_digest": "b" * 64,
            "by": "x",
        },
        "case_file": {**own, "digest": "c" * 64, "size_bytes": 1, "entries": 1, "key_print": "กุญแจลับ", "by": "x"},
        "gap": {**own, "procedure_id": ids["procedure"], "closed_by": "ปิดลับ", "steps": []},
    }
    async with centre.db.tx(ROOT) as tx:
        for name, row in rows.items():
            held = table["procedure_gap" if name == "gap" else name]
            await tx.execute(insert(held).values(id=ids[name], **{"station_id": HERE, **row}).inline())
        detail = {"party_id": ids["party"], "station_id": HERE, "facts": {"name": "ลับมาก"}}
        await tx.execute(insert(table["party_detail"]).values(**detail).inline())
    centre.ids |= {name: key for name, key in ids.items() if name != "procedure"}


async def _cameras(centre: Centre, camera_id: DeviceId) -> None:
    """A camera of the register with a point, a source, a consent, a request and its picture."""
    db, clock, here = centre.db, centre.clock, system(HERE)
    sealed = vault_of(centre.data)
    paper = Stored(digest="d" * 64, size_bytes=1)
    async with db.tx(here) as tx:
        point = await camera_parts.add_point(tx, here, clock, said={"code": "จุดลับ", "name_th": "จุดกล้องลับ"})
        source_said = {"code": "ต้นทางลับ", "name_th": "ศูนย์ลับ", "kind": "nvr", "username": "u", "password": "p"}
        source = await camera_parts.add_source(tx, here, clock, sealed, said=source_said)
        told = {
            "point_id": point,
            "onvif_url": "http://10.99.0.1/onvif",
            "main_url": "rtsp://10.99.0.1/ลับ",
            "ptz": True,
        }
        await camera_registry.change_camera(tx, here, clock, sealed, camera_id=camera_id, said=told)
        said = {"number": "หนังสือลับ", "from_on": NIGHT.date()}
        consent = await camera_consents.add_consent(tx, here, clock, camera_id=camera_id, said=said)
        asked = await camera_requests.ask_owner(tx, here, clock, camera_id=camera_id, want="คำขอลับ")
        await camera_requests.add_picture(
            tx, here, clock, request_id=asked, what="before", head=b"\xff\xd8\xff", stored=paper
        )
        picture = await tx.scalar(select(metadata.tables["camera_picture"].c.id))
        reference = await camera_health.set_reference(tx, here, clock, camera_id=camera_id, picture=b"\xff\xd8 secret")
        told = {"station_id": HERE, "camera_id": camera_id, "trouble": "covered", "holds": True, "since": NIGHT}
        await camera_health.note_trouble(tx, here, clock, **told, measure=0.9, picture=b"\xff\xd8 secret")
        trouble = await tx.scalar(select(metadata.tables["camera_trouble"].c.id))
        drawn = {"kind": "line", "corners": [[0, 0], [1, 1]], "names": {"name_th": "เส้นลับ"}}
        counter = await counting.draw_counter(tx, here, clock, camera_id=camera_id, **drawn)
        still = named_id("rights", "still")
        row = {"id": still, "station_id": HERE, "device_id": camera_id, "at": NIGHT, "picture": b"\xff\xd8 secret"}
        await hits.add_still(tx, row)
    centre.ids |= {"camera": str(camera_id), "camera_point": str(point), "camera_source": str(source)}
    centre.ids |= {"camera_consent": str(consent), "camera_request": str(asked), "camera_picture": str(picture)}
    centre.ids |= {"camera_reference": str(reference), "camera_trouble": str(trouble)}
    centre.ids |= {"camera_counter": str(counter), "camera_still": str(still)}


async def _evidence(centre: Centre, camera_id: DeviceId) -> None:
    """A package of evidence that another station must neither see nor touch."""
    here, db = system(HERE), centre.db
    at = NIGHT - timedelta(hours=1)
    piece = Piece(camera_id=camera_id, sort="clip", since=at, until=at + timedelta(minutes=1))
    wish = evidence.Wish(pieces=(piece,), reason="เหตุผลลับ", case_number="คดีลับ 7/2569")
    async with db.tx(here) as tx:
        key = await evidence.ask_for_package(tx, here, centre.clock, wish=wish)
        copy = {"recipient": "ผู้รับลับ", "agency": "สื่อ", "sort": "media", "purpose": "ความลับ", "style": "mosaic"}
        facts = {"number": "R-ลับ", "asked_at": NIGHT, "asked_by": "ลับ", "files": ["a.mp4"], "audit_id": key}
        kept = {"id": new_id(NIGHT), "station_id": HERE, "evidence_id": key, **copy, **facts, "state": "failed"}
        await release.add(tx, kept)
    centre.ids |= {"evidence": str(key), "copy": str(kept["id"])}


async def _taught(tx: Tx, here: Actor, clock: MovedClock, rule_id: UUID) -> dict[str, str]:
    """An alert of a rule of a scene with what was said of it, and a proposal for a rule that was declined."""
    body = RuleBody(kind="scene_loitering", name="กฎกล้องลับ")
    scene = await alert_rules.make_rule(tx, here, clock, body=body)
    own = {"id": named_id("rights", "alert"), "station_id": HERE, "rule_id": scene["id"], "rule_version": 1}
    told = {"does": "notice", "quiet": False, "subject": "x", "at": NIGHT, "since": NIGHT, "priority": 3, "facts": {}}
    await alert_store.add_alert(tx, {**own, **told, "text_th": "พบลับ", "text_en": "found"})
    await lessons.judge_alert(tx, here, clock, alert_id=own["id"], verdict="wrong", reason="เหตุผลลับ")
    declined = {"id": named_id("rights", "proposal"), "station_id": HERE, "rule_id": rule_id, "rule_version": 1}
    facts = {"param": "lasts_s", "value_from": 0, "value_to": 60, "answers": 10, "decided": "declined"}
    await alert_store.put_proposal(tx, {**declined, **facts, "note": "ลับ", "at": NIGHT, "by": "x"})
    return {"alert": str(own["id"]), "rule_proposal": str(declined["id"])}


async def _point(centre: Centre, pole: DeviceId) -> None:
    """A siren that was asked for and a call that rings: another station must neither stop nor take them."""
    db, clock, here = centre.db, centre.clock, system(HERE)
    async with db.tx(here) as tx:
        await tx.execute(update(device).where(device.c.id == pole).values(settings={"siren": True}))
    async with db.tx(here) as tx:
        asked = await sos.ask_part(tx, here, clock, device_id=pole, part="siren")
    point = speaker("pole-secret", "เสาลับ", HERE)
    async with db.tx(point) as tx:
        call = await sos.ring(tx, point, clock, device_id=pole)
    centre.ids |= {"action": str(asked["id"]), "call": str(call["id"]), "point": str(pole)}


async def _plate_hit(centre: Centre) -> None:
    """A hit on the watch list: another station must neither see nor judge it."""
    own = {"station_id": HERE, "entry": 1, "grade": "probable", "how": "exact", "camera": "กล้องลับ"}
    hit = {**own, "id": named_id("rights", "hit"), "registration": "1กข1234", "province": "50", "state": "waiting"}
    hit |= {"listed": {"registration": "1กข1234", "instruction": "คำสั่งลับ"}, "vehicle": {}, "words": "", "seen": 1}
    hit |= {"first_at": NIGHT, "last_at": NIGHT, "made_at": NIGHT, "lapses_at": NIGHT, "version": 1, "forgotten": False}
    seen = {**own, "observation_id": named_id("rights", "read"), "hit_id": hit["id"], "digest": "d", "held": False}
    async with centre.db.tx(system(HERE)) as tx:
        await plate_hits.add_hit(tx, hit)
        await plate_hits.add_sighting(tx, {**seen, "at": NIGHT, "received_at": NIGHT, "crop": "e" * 64})
        notice = {"id": named_id("rights", "notice"), "station_id": HERE, "hit_id": hit["id"], "grade": "alarm"}
        said = {"plate_th": "1กข 1234", "plate_en": "1กข 1234", "instruction": "คำสั่งลับ", "camera": "กล้องลับ"}
        await plate_notices.tell(tx, [{**notice, "account_id": named_id("rights", "told"), "at": NIGHT, "said": said}])
    centre.ids |= {"plate_hit": str(hit["id"]), "plate_notice": str(notice["id"])}


async def _watched(centre: Centre) -> None:
    """An entry of the watch list and a file of entries: another station must neither see nor change them."""
    words = dict.fromkeys(watch_list.SAID, "ลับ")
    names = {"proposer_name": "ลับ", "proposed_at": NIGHT, "approver_name": "ลับ", "ended_name": "", "ended_why": ""}
    entry = {"id": named_id("rights", "watched"), "registration": "1กข1234", "province": "50", **words, **names}
    times = {"valid_from": NIGHT, "valid_until": NIGHT + timedelta(days=30), "state": "approved"}
    file = {"id": named_id("rights", "watch-file"), "name": "ลับ.csv", "digest": "d", "state": "staged", "by_name": "ลับ"}
    async with centre.db.tx(system(HERE)) as tx:
        version = await watch_list.bump(tx, HERE)
        await watch_list.add(tx, HERE, {**entry, **times, "partial": False, "special": False, "version": version})
        await watch_files.add_import(tx, HERE, {**file, "at": NIGHT, "total": 1, "refused": {}})
    centre.ids |= {"watch_entry": str(entry["id"]), "watch_file": str(file["id"])}


async def _plate_search(centre: Centre) -> None:
    """A case and an open search: another station must neither see nor use them."""
    here = Actor(
        kind="account", key="ผู้ค้นลับ", name="ผู้ค้นลับ", stations=frozenset({HERE}), rights=ROLES["supervisor"].rights
    )
    until = NIGHT + timedelta(days=30)
    asked = PlatesAsked(kind="exact", plate="1กข1234", from_at=NIGHT - timedelta(days=1), to_at=NIGHT)
    why = {"reason": "stolen", "said": "เหตุผลลับของการค้นหา", "case_number": "คดีลับ 9/2569"}
    async with centre.db.tx(here) as tx:
        case = await plate_cases.open_case(tx, here, centre.clock, number=why["case_number"], about="", until=until)
        search = await plate_searches.open_search(tx, here, centre.clock, asked=asked, **why)
    centre.ids |= {"plate_case": str(case), "plate_search": str(search), "plate_read": str(named_id("rights", "read"))}


async def _night(centre: Centre, devices: dict[str, DeviceId]) -> None:
    """A unit on duty, a call with its caller, an offer: things that another station must not see."""
    db, clock = centre.db, centre.clock
    here = system(HERE)
    async with db.tx(here) as tx:
        crew = await people.account_id_of(tx, here, clock, username=f"officer.{HERE}")
        unit_id = await people.create_unit(
            tx,
            here,
            clock,
            call_sign="ลับ 1",
            kind="car",
            name_th="สายตรวจลับ",
            account_id=crew,
            device_id=devices["phone-secret"],
        )
        await people.sign_on(tx, here, clock, unit_id=unit_id)
        spare = await people.create_account(tx, here, clock, username="spare", name_th="คนสำรอง", home_id=HERE)
        taken = await respond.take_call(
            tx,
            Actor(kind="account", key="op", name="op", stations=frozenset({HERE}), rights=ROLES["operator"].rights),
            clock,
            key="rights",
            code="NOI",
            point=Point(lon=98.99, lat=18.79),
            caller_name=CALLER,
            caller_phone="0812345678",
        )
    async with db.tx(here) as tx:
        await respond.offer(tx, here, clock, incident_id=taken.incident_id, unit_id=unit_id)
        offered = metadata.tables["assignment"]
        assignment_id = await tx.scalar(select(offered.c.id).where(offered.c.incident_id == taken.incident_id))
    centre.ids = {
        "incident": str(taken.incident_id),
        "assignment": str(assignment_id),
        "device": str(devices["spare-secret"]),
        "unit": str(unit_id),
        "account": str(spare.account_id),
        "zone": str(named_id("rights", f"zone {HERE}")),
    }
    async with db.tx(here) as tx:
        shift_id = await people.create_shift(
            tx, here, clock, name_th="ผลัดลับ", name_en="secret", starts=time(20), ends=time(8), station_id=HERE
        )
        centre.ids["shift"] = str(shift_id)
        centre.ids |= await _somebody(tx, here, clock)
        await shift_log.keep_logs(tx, here, clock, station_id=HERE)
        centre.ids["log"] = str(await tx.scalar(select(metadata.tables["shift_log"].c.id)))
        await saved_searches.save(
            tx,
            {
                **_saved(await people.account_id_of(tx, here, clock, username=f"operator.{HERE}")),
                "created_at": clock.now(),
            },
        )
        centre.ids["search"] = str(named_id("rights", "search"))
    async with db.tx(here) as tx:
        body = RuleBody(kind="tamper", name="กฎลับ")
        rule = await alert_rules.make_rule(tx, here, clock, body=body)
        centre.ids["rule"] = str(rule["id"])
        centre.ids |= await _taught(tx, here, clock, rule["id"])
        contact = {"name": "ช่างลับ", "phone": "0899990000", "note": "ลับ"}
        await set_contact(tx, here, clock, device_id=devices["spare-secret"], **contact)
    await _evidence(centre, devices["camera-secret"])
    await _files(centre)
    await _cameras(centre, devices["camera-secret"])
    await _case(centre, centre.ids["incident"])
    await _point(centre, devices["pole-secret"])
    await _plate_hit(centre)
    await _watched(centre)
    await _plate_search(centre)
    async with db.tx(here) as tx:
        centre.ids |= await patrol_night(tx, HERE)
        centre.ids |= await escort_night(tx, HERE)
        centre.ids |= await plain_night(tx, HERE)
        centre.ids |= await signals_night(tx, HERE)
        centre.ids |= await plan_night(tx, HERE, centre.ids["shift"])
    centre.ids |= await _overseen(centre, centre.tokens["operator", HERE])
    async with db.tx(here) as tx:
        logged = metadata.tables["audit"].c
        centre.ids["row"] = str(await tx.scalar(select(logged.id).where(logged.station_id == HERE).limit(1)))
    centre.secrets = [
        *centre.ids.values(),
        *(str(one) for one in devices.values()),
        *devices,
        *PATROL_SECRETS,
        *ESCORT_SECRETS,
        *PLAIN_SECRETS,
        *SIGNAL_SECRETS,
        PLAN_SECRET,
        "ลับ 1",
        "สายตรวจลับ",
        "สิทธิ์ลับของสถานีนี้",
        "คำขอลับของสถานีนี้",
        "0899990000",
        CALLER,
        "0812345678",
    ]
