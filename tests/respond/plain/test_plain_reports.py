"""Plain reports on the real engine: told, sorted, answered, open again, handed over, forgotten; nothing lost on the way."""

import base64
import json
import struct
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import delete, func, insert, select

from tests.respond.conftest import HERE, THERE, Town, acting, along
from unjai.model.actor import Actor
from unjai.model.ids import AccountId
from unjai.patrol.flows.findings import find_of_report, settle_finding
from unjai.patrol.store.tables import patrol_finding
from unjai.people.store import account
from unjai.platform.http import Ground, handle_errors
from unjai.respond.plain import kept as days
from unjai.respond.plain.api import router
from unjai.respond.plain.flows import telling
from unjai.respond.plain.flows.forgetting import tend_reports
from unjai.respond.plain.store.tables import plain_phone, plain_photo, plain_report
from unjai.respond.store import attachments
from unjai.respond.store.tables import report

SECRET = "s" * 43
HEADERS = {"X-Unjai": "1", "Content-Type": "application/json"}
OTHER = "t" * 43


def jpeg(mark: bytes = b"A", gps: bytes = b"18.80412N") -> bytes:
    """A small JPEG (its frame, one scan) with an Exif block that tells where it was taken."""
    exif = b"Exif\x00\x00" + gps
    frame = struct.pack(">BHHB", 8, 60, 80, 1) + b"\x01\x11\x00"
    parts = [(0xE1, exif), (0xFE, b"me"), (0xC0, frame)]
    body = b"".join(b"\xff" + bytes([name]) + struct.pack(">H", len(data) + 2) + data for name, data in parts)
    return b"\xff\xd8" + body + b"\xff\xda\x00\x03\x01" + mark * 20 + b"\xff\xd9"


class Desk:
    """A phone's page and the desk, by their routes."""

    def __init__(self, town: Town, data: Any) -> None:
        self.town, self.who = town, None
        self.app = FastAPI()
        handle_errors(self.app)
        self.app.include_router(router, prefix="/api")

        async def who(_request: Any) -> Actor | None:
            return self.who

        citizen = Actor(kind="citizen", key="citizen", name="ประชาชน", stations=frozenset({HERE}))
        self.app.state.ground = Ground(db=town.db, clock=town.clock, who=who, citizen=lambda _r: citizen, data=data)

    async def ask(self, method: str, path: str, body: Any = None, *, who: Actor | None = None) -> httpx.Response:
        self.who = who
        transport = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://c", headers=HEADERS) as client:
            said = None if body is None else json.dumps(body)
            return await client.request(method, f"/api/plain-reports{path}", content=said)

    async def tell(self, kind: str = "light", text: str = "ไฟดับหน้าวัด", **more: Any) -> UUID:
        key = more.pop("id", None) or uuid4()
        place = {"lon": 99.0, "lat": 18.8} if "lon" not in more else {}
        said = {"id": str(key), "secret": SECRET, "kind": kind, "text": text} | place | more
        answer = await self.ask("POST", "", said)
        assert answer.status_code == 201, answer.text
        self.number = answer.json()["number"]
        return key

    async def say(self, key: UUID, what: str, no: int, text: str = "", **more: Any) -> httpx.Response:
        self.town.clock.move(timedelta(seconds=1))
        body = {"secret": SECRET, "id": str(uuid4()), "no": no, "say": what, "text": text} | more
        return await self.ask("POST", f"/{key}/words", body)

    async def photo(self, key: UUID, body: bytes, **more: Any) -> httpx.Response:
        said = {"secret": SECRET, "id": str(uuid4()), "photo": base64.b64encode(body).decode()} | more
        return await self.ask("POST", f"/{key}/photos", said)

    async def mine(self, key: UUID, secret: str = SECRET) -> dict[str, Any]:
        (found,) = (await self.ask("POST", "/mine", {"reports": [{"id": str(key), "secret": secret}]})).json()
        return found

    async def see(self, key: UUID, who: Actor) -> dict[str, Any]:
        answer = await self.ask("GET", f"/{key}", who=who)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def answer(self, key: UUID, who: Actor, text: str = "ซ่อมแล้วครับ") -> httpx.Response:
        self.town.clock.move(timedelta(minutes=1))
        body = {"text_th": text, "text_en": "Mended.", "version": (await self.see(key, who))["version"]}
        return await self.ask("POST", f"/{key}/answer", body, who=who)


CHIEF = acting("supervisor", name="หัวหน้าผลัด")
OPERATOR = acting("operator")


@pytest.fixture
async def desk(town: Town, tmp_path):
    yield Desk(town, tmp_path)
    async with town.db.tx(acting("supervisor")) as tx:
        await tx.execute(delete(plain_report))
        await tx.execute(delete(patrol_finding))
        await tx.execute(delete(account).where(account.c.username.like("p%"), account.c.name_en == "a"))


async def test_a_report_is_answered_opened_again_and_closed(desk):
    key = await desk.tell(phone="๐๘๑-๒๓๔-๕๖๗๘")
    assert (await desk.photo(key, jpeg())).status_code == 204
    seen = await desk.see(key, OPERATOR)
    assert (seen["state"], seen["phone"], len(seen["photos"])) == ("new", "0812345678", 1)
    move = {"to": "taken", "line": "electricity", "version": seen["version"]}
    assert (await desk.ask("POST", f"/{key}/move", move, who=OPERATOR)).status_code == 204
    assert (await desk.ask("POST", f"/{key}/move", move, who=OPERATOR)).json()["error"]["code"] == "plain_changed"
    assert (await desk.answer(key, OPERATOR)).status_code == 204
    told = await desk.mine(key)
    assert [turn["what"] for turn in told["turns"]] == ["taken", "answer"]
    assert "electricity" not in str(told)
    assert (await desk.say(key, "not_fixed", 1, "ยังมืดอยู่")).json()["state"] == "reopened"
    assert (await desk.ask("GET", "/waiting", who=OPERATOR)).json() == {
        **dict.fromkeys(("new", "due", "in_time", "answered", "reopened"), 1),
        **dict.fromkeys(("urgent", "late"), 0),
    }
    assert (await desk.answer(key, OPERATOR, "เปลี่ยนหลอดแล้ว")).status_code == 204
    assert (await desk.say(key, "fixed", 2)).json()["state"] == "closed"
    assert (await desk.answer(key, OPERATOR)).json()["error"]["code"] == "plain_closed"
    story = [one["what"] for one in (await desk.see(key, OPERATOR))["said"]]
    assert story == ["taken", "answer", "not_fixed", "answer", "fixed"]


async def test_the_same_told_again_is_one_and_another_with_its_id_is_refused(desk):
    key = await desk.tell()
    number = desk.number
    await desk.tell(id=key)
    assert desk.number == number
    said = {"id": str(key), "secret": OTHER, "kind": "light", "text": "ไฟดับหน้าวัด", "lon": 99.0, "lat": 18.8}
    for changed in (said, said | {"secret": SECRET, "text": "อื่น"}):
        assert (await desk.ask("POST", "", changed)).json()["error"]["code"] == "plain_id_taken"


async def test_only_who_holds_the_secret_is_its_reporter(desk, town):
    key = await desk.tell()
    asked = {"reports": [{"id": str(key), "secret": OTHER}, {"id": str(uuid4()), "secret": SECRET}]}
    assert (await desk.ask("POST", "/mine", asked)).json() == []
    body = {"secret": OTHER, "id": str(uuid4()), "no": 1, "say": "fixed"}
    assert (await desk.ask("POST", f"/{key}/words", body)).json()["error"]["code"] == "plain_unknown"
    async with town.db.tx(CHIEF) as tx:
        row = await tx.one(select(plain_report).where(plain_report.c.id == key))
    assert SECRET.encode() not in row["secret"]
    elsewhere = acting("supervisor", THERE)
    assert (await desk.ask("GET", f"/{key}", who=elsewhere)).status_code == 404
    assert (await desk.ask("GET", "", who=elsewhere)).json() == []


async def test_a_doubled_word_counts_once_and_a_late_one_is_kept(desk):
    key = await desk.tell()
    await desk.answer(key, OPERATOR)
    said = str(uuid4())
    for _ in range(2):
        assert (await desk.say(key, "not_fixed", 2, id=said)).json()["state"] == "reopened"
    assert (await desk.say(key, "fixed", 1, "ขอบคุณ")).json()["state"] == "reopened"
    assert [one["what"] for one in (await desk.see(key, OPERATOR))["said"]] == ["answer", "not_fixed", "fixed"]


async def test_texts_of_any_script_come_through_clean(desk):
    text = "ไฟดับ \u202eไทย\u202c \x00\x07 電気 سلام 🙂 \ud83d"
    key = await desk.tell(text=text, place_text="ซอย 3\u2066")
    seen = await desk.see(key, OPERATOR)
    assert seen["text"] == "ไฟดับ ไทย  電気 سلام 🙂"
    assert seen["place_text"] == "ซอย 3"
    answer = await desk.ask("POST", "", {"id": str(uuid4()), "secret": SECRET, "kind": "light", "text": "x" * 2001})
    assert answer.status_code == 422


async def test_a_photograph_loses_its_place_and_junk_is_refused_while_the_report_stands(desk):
    key = await desk.tell()
    assert (await desk.photo(key, jpeg())).status_code == 204
    assert (await desk.photo(key, jpeg())).status_code == 204  # the same again is kept once
    for body, code in ((b"<svg onload=x>", "plain_photo_kind"), (jpeg()[:40], "attachment_damaged")):
        assert (await desk.photo(key, body)).json()["error"]["code"] == code
    assert (await desk.photo(key, b"\xff\xd8\xff" + b"x" * 800_000)).status_code == 422
    for mark in (b"B", b"C"):
        assert (await desk.photo(key, jpeg(mark))).status_code == 204
    assert (await desk.photo(key, jpeg(b"D"))).json()["error"]["code"] == "plain_photos_many"
    shots = (await desk.see(key, OPERATOR))["photos"]
    assert len(shots) == 3
    answer = await desk.ask("GET", f"/photos/{shots[0]['id']}", who=OPERATOR)
    assert answer.headers["content-type"] == "image/jpeg"
    assert b"18.80412" not in answer.content
    assert (await desk.ask("GET", f"/photos/{shots[0]['id']}", who=acting("supervisor", THERE))).status_code == 404


async def test_three_who_told_the_same_get_one_answer_and_any_of_them_opens_it_again(desk):
    first, second, third = [await desk.tell(text=f"ไฟดับ {n}") for n in range(3)]
    likes = (await desk.see(second, OPERATOR))["alike"]
    assert {one["id"] for one in likes} == {str(first), str(third)}
    for key in (second, third):
        assert (await desk.ask("POST", f"/{key}/join", {"into": str(first)}, who=OPERATOR)).status_code == 204
    (row,) = (await desk.ask("GET", "", who=OPERATOR)).json()
    assert (row["id"], row["copies"]) == (str(first), 2)
    await desk.answer(first, OPERATOR, "ซ่อมแล้ว")
    assert {(await desk.mine(key))["turns"][-1]["text_th"] for key in (first, second, third)} == {"ซ่อมแล้ว"}
    assert (await desk.say(third, "not_fixed", 1)).json()["state"] == "reopened"
    assert (await desk.mine(first))["state"] == "reopened"
    assert (await desk.mine(second))["state"] == "answered"
    assert (await desk.ask("POST", f"/{first}/join", {"into": str(first)}, who=OPERATOR)).status_code == 409
    assert (await desk.ask("POST", f"/{third}/part", who=OPERATOR)).status_code == 204
    assert len((await desk.ask("GET", "", who=OPERATOR)).json()) == 2


async def test_a_tip_is_read_by_few_unless_it_hurries(desk):
    tip = await desk.tell("drugs", "มีคนขายยาที่บ้านเลขที่ 5")
    alarm = await desk.tell("drugs", "ขายยา มีคนถือปืนยืนคุม")
    assert [row["id"] for row in (await desk.ask("GET", "", who=OPERATOR)).json()] == [str(alarm)]
    assert (await desk.ask("GET", f"/{tip}", who=OPERATOR)).status_code == 404
    assert (await desk.ask("GET", "/waiting", who=OPERATOR)).json()["new"] == 1
    assert (await desk.ask("GET", "/waiting", who=CHIEF)).json()["urgent"] == 1
    assert (await desk.see(tip, acting("detective")))["text"].endswith("5")


async def test_one_action_makes_an_incident_with_its_photographs_once(desk, town):
    key = await desk.tell("noise", "เสียงดัง แล้วมีคนตะโกนช่วยด้วย", phone="0812345678")
    await desk.photo(key, jpeg())
    made = [(await desk.ask("POST", f"/{key}/incident", who=OPERATOR)).json()["incident_id"] for _ in range(2)]
    assert made[0] == made[1]
    row = await town.incident(UUID(made[0]))
    assert (row["code"], row["state"]) == ("NOI", "new")
    async with town.db.tx(CHIEF) as tx:
        assert len(await attachments.of_incident(tx, row["id"])) == 1
        (told,) = await tx.all(select(report).where(report.c.incident_id == row["id"]))
    assert desk.number in told["text"]
    seen = await desk.see(key, OPERATOR)
    assert (seen["state"], seen["incident_number"], seen["urgent"]) == ("taken", row["number"], True)
    assert (await desk.mine(key))["turns"][-1]["what"] == "incident"


async def test_a_report_becomes_a_candidate_for_works_and_hears_what_was_done(desk, town):
    key, tip = await desk.tell(), await desk.tell("drugs", "ขายยา")
    account_id = AccountId(uuid4())
    facts = {"name_th": "ก", "name_en": "a", "password_hash": "x", "must_change": False, "locale": "th"}
    values = {"id": account_id, "username": f"p{account_id}", "home_id": HERE, **facts}
    now = town.clock.now()
    async with town.db.tx(CHIEF) as tx:
        await tx.execute(insert(account).values(**values, created_at=now, password_at=now).inline())
    who = Actor(
        kind="account", key="c", name="หัวหน้า", stations=CHIEF.stations, rights=CHIEF.rights, account_id=account_id
    )
    finding_id = await town.do(find_of_report, who, report_id=key)
    assert await town.do(find_of_report, who, report_id=key) == finding_id
    await town.do(settle_finding, who, finding_id=finding_id, settled=True, note="เปลี่ยนหลอดแล้ว")
    seen = await desk.see(key, who)
    assert (seen["state"], [one["what"] for one in seen["said"]]) == ("waiting", ["finding", "works_done"])
    with pytest.raises(Exception, match="plain_tip_stays"):
        await town.do(find_of_report, who, report_id=tip)


async def test_a_flood_is_refused_for_a_while_and_loses_nothing_that_was_taken(desk, monkeypatch):
    monkeypatch.setattr(telling, "HOUR_MOST", 3)
    keys = [await desk.tell(text=f"ก {n}") for n in range(3)]
    body = {"id": str(uuid4()), "secret": SECRET, "kind": "light", "text": "ข"}
    answer = await desk.ask("POST", "", body)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "600")
    await desk.tell(id=keys[0], text="ก 0")  # what is there already is told so in a flood too
    desk.town.clock.move(timedelta(hours=1, seconds=1))
    assert (await desk.ask("POST", "", body)).status_code == 201


async def test_everything_goes_when_its_days_are_over_and_nothing_before(desk, town, worker_db):
    key = await desk.tell(phone="0812345678")
    await desk.photo(key, jpeg())
    await desk.answer(key, OPERATOR)

    async def left(after: timedelta) -> tuple[int, ...]:
        town.clock.move(after)
        async with worker_db.tx(acting("supervisor")) as tx:
            await tend_reports(tx, town.clock)
            counts = [await tx.scalar(select(func.count()).select_from(one)) for one in (plain_report, plain_photo)]
        async with town.db.tx(CHIEF) as tx:
            return (*counts, await tx.scalar(select(func.count()).select_from(plain_phone)))

    rules = days.kept()
    assert await left(timedelta(days=rules.reopen_days)) == (1, 1, 1)
    assert (await desk.mine(key))["state"] == "answered"
    assert await left(timedelta(seconds=1)) == (1, 1, 1)
    assert (await desk.mine(key))["closed_why"] == "lapsed"
    assert await left(timedelta(days=rules.phone_days, seconds=1)) == (1, 1, 0)
    assert await left(timedelta(days=rules.photo_days - rules.phone_days)) == (1, 0, 0)
    assert await left(timedelta(days=rules.report_days)) == (0, 0, 0)


async def test_the_table_tells_no_telephone_and_runs_nothing(desk):
    await desk.tell(text="=cmd|' /C calc'!A0", phone="0812345678")
    answer = await desk.ask("GET", "/export?state=new&days=7", who=OPERATOR)
    table = answer.content.decode("utf-8-sig")
    assert "0812345678" not in table
    assert desk.number in table
    assert ",=cmd" not in table
    assert answer.headers["content-type"].startswith("text/csv")


async def test_the_queue_shows_what_hurries_first_then_the_soonest_promised(desk):
    slow = await desk.tell("rubbish", "ขยะล้น")
    soon = await desk.tell("noise", "เสียงดัง", lon=99.001, lat=along(0).lat)
    hurry = await desk.tell("other", "สายไฟขาดลงพื้น")
    rows = (await desk.ask("GET", "?state=new", who=OPERATOR)).json()
    assert [row["id"] for row in rows] == [str(hurry), str(soon), str(slow)]
    assert [row["id"] for row in (await desk.ask("GET", "?kind=noise", who=OPERATOR)).json()] == [str(soon)]
    assert [row["id"] for row in (await desk.ask("GET", "?words=ขยะ", who=OPERATOR)).json()] == [str(slow)]
    assert (await desk.ask("GET", "?words=%25", who=OPERATOR)).json() == []
