"""The public ledger of watching: from rows of the log to closed days, to proofs that hold without this centre."""

import json
import subprocess
import sys
from datetime import date, timedelta

import pytest
from sqlalchemy import create_engine, select, text

from tests.web.edge import HERE, PASSWORD, ROOT, THERE, Centre
from unjai.model.actor import Actor, system
from unjai.people import flows as people
from unjai.platform.audit import audit, audit_log
from unjai.platform.ledger import proofs
from unjai.platform.ledger.days import close_days
from unjai.platform.ledger.roots import read_roots, sign, signing_key
from unjai.platform.ledger.sealing import seal
from unjai.platform.partitions import late

FIRST, SECOND = date(2026, 11, 22), date(2026, 11, 23)
"""The Bangkok days of the watched of the tests and of the one after."""
PLATE, CASE, WHO = "กก 1234 ลับ", "คดีลับ 77/2569", "ร.ต.ท.ลับ สืบเก่ง"


def detective(station) -> Actor:
    return Actor(kind="account", key=f"detective.{station}", name=WHO, stations=frozenset({station}))


async def gauge(tx, station_id, now):
    del tx, station_id, now
    return {
        "listed": {"n": 40},
        "kept": [{"what": "plate_read", "days": 30, "on_time": True}],
    }


class Night:
    """What happened at both stations, and core's jobs by hand."""

    def __init__(self, centre: Centre, worker_db, folder) -> None:
        self.centre, self.worker_db, self.key = centre, worker_db, signing_key(folder)
        self.clock = centre.clock
        self.searches: list[str] = []

    async def watch(self, station, action, count, **facts):
        keys = []
        async with self.centre.db.tx(detective(station)) as tx:
            for number in range(count):
                subject = f"{action}:{station}-{number}"
                keys.append(
                    await audit(tx, detective(station), self.clock, action=action, subject=subject, facts=facts)
                )
        return [str(key) for key in keys]

    async def search(self, station, count, reason, how="exact"):
        asked = {"kind": how, "plate": PLATE}
        return await self.watch(
            station, "plates.search", count, asked=asked, reason=reason, said="ลับ", case=CASE, wide=False
        )

    async def seal(self, *, sign_it=True):
        self.clock.move(timedelta(seconds=1))  # no two roots are signed at one moment
        async with self.worker_db.tx(ROOT) as tx:
            while await seal(tx, self.clock):
                pass
            return await sign(tx, self.clock, self.key) if sign_it else None

    async def close(self, station):
        async with self.worker_db.tx(system(station)) as tx:
            return await close_days(tx, system(station), self.clock, station_id=station, gauge=gauge)

    async def client(self, role, station=HERE):
        """A screen that signs in now: days have passed."""
        async with self.centre.db.tx(ROOT) as tx:
            who = {"username": f"{role}.{station}", "password": PASSWORD, "ip": "again", "agent": "ledger"}
            signed = await people.sign_in(tx, ROOT, self.clock, **who)
        self.centre.tokens[role, station] = str(signed.token)
        return self.centre.client(role, station)

    async def get(self, path, role=None, station=HERE, status=200, **params):
        async with self.centre.client() if role is None else await self.client(role, station) as client:
            answer = await client.get(path, params=params)
        assert answer.status_code == status, answer.text
        return answer


@pytest.fixture(scope="module")
async def watched(centre: Centre, worker_db, tmp_path_factory):
    """A day with seven searches, two hits and some watching at HERE, one search THERE; closed, sealed and signed."""
    made = Night(centre, worker_db, tmp_path_factory.mktemp("key"))
    await made.seal()  # the very first root closes no day
    made.searches = await made.search(HERE, 5, "stolen") + await made.search(HERE, 2, "missing", "wildcard")
    await made.watch(HERE, "plates.confirm", 2)
    await made.watch(HERE, "camera.watch", 3, way="live")
    await made.watch(HERE, "camera.watch", 1, way="replay")
    made.other = (await made.search(THERE, 1, "warrant"))[0]
    await made.seal()
    made.clock.move(timedelta(hours=23))  # the next day, 00:14
    assert await made.close(HERE) == []
    made.clock.move(timedelta(minutes=2))
    assert await made.close(HERE) == [FIRST]
    assert await made.close(HERE) == []
    await made.close(THERE)
    await made.seal()
    made.clock.move(timedelta(hours=24))
    await made.search(HERE, 1, "stolen")
    await made.seal()
    assert (await made.close(HERE))[-1] == SECOND
    made.clock.move(timedelta(hours=24))
    await made.seal()
    return made


async def test_a_day_is_told_in_numbers_and_in_nothing_else(watched: Night):
    answer = await watched.get("/api/ledger", month="2026-11")
    told = answer.json()
    day = next(one for one in told["days"] if one["day"] == FIRST.isoformat())
    assert (told["shown"], told["station"]["id"], told["month"]) == (True, HERE, "2026-11")
    searches = day["numbers"]["plate_search"]
    assert searches["n"] >= 7
    assert "missing" not in searches["by"]["reason"]
    for classes in searches["by"].values():
        left = searches["n"] - sum(classes.values())
        assert all(count >= 5 for count in classes.values())
        assert not classes or left == 0 or left >= 5
    assert day["numbers"]["hit_confirmed"] == {"n": None, "by": None}
    assert day["numbers"]["camera_live"]["n"] >= 3
    assert day["numbers"]["camera_replay"]["n"] >= 1
    assert day["listed"] == {"n": 40}
    assert day["kept"] == [{"what": "plate_read", "days": 30, "on_time": True}]
    assert not any(word in answer.text for word in ("ลับ", "1234", "77/2569", "detective"))
    assert "public" in answer.headers["cache-control"]
    assert (await watched.get("/api/ledger", "operator")).headers["cache-control"] == "no-store"
    assert told["sums"]["hit_confirmed"] is None
    assert told["sums"]["plate_search"] == sum(one["numbers"]["plate_search"]["n"] for one in told["days"])


async def test_each_station_has_its_own(watched: Night):
    there = (await watched.get("/api/ledger", "operator", THERE, month="2026-11")).json()
    days = {one["day"]: one["numbers"]["plate_search"]["n"] for one in there["days"]}
    assert days[FIRST.isoformat()] >= 1
    ours = (await watched.get(f"/api/ledger/days/{FIRST}/entries")).json()["entries"]
    other = json.loads((await watched.get(f"/api/ledger/rows/{watched.other}/proof", "operator", THERE)).text)
    assert other["leaf"] not in ours
    unknown = await watched.get("/api/ledger/proof", entry=other["leaf"], status=404)
    assert unknown.json()["error"]["code"] == "ledger_entry_missing"
    await watched.get(f"/api/ledger/rows/{watched.other}/proof", "supervisor", status=404)
    await watched.get(f"/api/ledger/rows/{watched.other}/open", "supervisor", status=404)


async def test_from_a_search_to_a_proof_that_holds_without_this_centre(watched: Night, tmp_path):
    answer = await watched.get(f"/api/ledger/rows/{watched.searches[0]}/open", "oversight")
    (tmp_path / "open.json").write_bytes(answer.content)
    leaf = json.loads(answer.content)["leaf"]
    day = (await watched.get(f"/api/ledger/days/{FIRST}/entries")).json()
    told = (await watched.get("/api/ledger", month="2026-11")).json()["days"]
    numbers = next(one for one in told if one["day"] == FIRST.isoformat())["numbers"]
    assert leaf in day["entries"]
    assert len(day["entries"]) == sum(number["n"] or 0 for number in numbers.values())
    assert day["entries"] == sorted(day["entries"])
    closed = await watched.get("/api/ledger/proof", entry=leaf)
    (tmp_path / "closed.json").write_bytes(closed.content)
    assert "attachment" in closed.headers["content-disposition"]
    assert not any(word in closed.text for word in ("plates", "ลับ", watched.searches[0]))
    (tmp_path / "roots.json").write_text((await watched.get("/api/ledger/roots")).text)
    for name in ("open.json", "closed.json"):
        done = subprocess.run(
            [sys.executable, "-m", "unjai", "audit", "verify", name, "--roots", "roots.json", "--json"],
            cwd=tmp_path,
            env={"PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        found = json.loads(done.stdout)
        assert (found["leaf"], found["listed"]) == (leaf, True)
        assert (found["row"] or {}).get("facts", {}).get("case") == (CASE if name == "open.json" else None)
    broken = closed.content.replace(leaf[:8].encode(), b"00000000")
    assert proofs.check(broken).problems == ("path",)


async def test_the_numbers_of_a_day_are_a_row_of_the_log(watched: Night):
    told = next(one for one in (await watched.get("/api/ledger")).json()["days"] if one["day"] == FIRST.isoformat())
    found = proofs.check((await watched.get(f"/api/ledger/days/{FIRST}/proof")).content)
    assert found.good
    assert found.row is not None
    assert found.row["action"] == "ledger.close_day"
    assert found.row["facts"]["day"] == FIRST.isoformat()
    said = {name: number["n"] for name, number in found.row["facts"]["numbers"].items()}
    assert said == {name: number["n"] for name, number in told["numbers"].items()}


async def test_a_later_log_begins_with_the_earlier_one(watched: Night):
    roots = read_roots((await watched.get("/api/ledger/roots")).text)
    days = [one.day for one in roots]
    assert days == sorted(days)
    assert {FIRST, SECOND} <= set(days)
    raw = (await watched.get("/api/ledger/consistency", first=FIRST.isoformat(), second=SECOND.isoformat())).content
    found = proofs.check(raw, roots=roots)
    assert (found.good, found.listed, [one.day for one in found.signed]) == (True, True, [FIRST, SECOND])
    missing = await watched.get("/api/ledger/consistency", first="2020-01-01", second=SECOND.isoformat(), status=404)
    assert missing.json()["error"]["code"] == "ledger_day_missing"


async def test_an_open_proof_needs_the_right_and_leaves_a_trace(watched: Night):
    row = watched.searches[1]
    await watched.get(f"/api/ledger/rows/{row}/open", "operator", status=403)
    await watched.get(f"/api/ledger/rows/{row}/proof", status=401)
    closed = await watched.get(f"/api/ledger/rows/{row}/proof", "detective")
    assert "text" not in closed.json()
    await watched.get(f"/api/ledger/rows/{row}/open", "supervisor")
    async with watched.centre.db.tx(ROOT) as tx:
        trace = await tx.all(select(audit_log.c.actor_name).where(audit_log.c.subject == f"log:{row}"))
    assert [one["actor_name"] for one in trace] == [f"คน supervisor.{HERE}"]


async def test_a_row_that_is_not_signed_yet_waits_for_its_root(watched: Night):
    (row,) = await watched.watch(HERE, "plates.look", 1)
    await watched.seal(sign_it=False)
    answer = await watched.get(f"/api/ledger/rows/{row}/proof", "detective", status=409)
    assert answer.json()["error"]["code"] == "proof_later"


async def test_a_changed_row_gets_no_proof(watched: Night, postgres, database_name):
    superuser = create_engine(postgres.dsn("postgres", database_name))
    change = "UPDATE audit SET subject = subject || :more WHERE id = :id"
    with superuser.begin() as connection:
        connection.execute(text(change), {"more": "x", "id": watched.searches[2]})
    answer = await watched.get(f"/api/ledger/rows/{watched.searches[2]}/open", "supervisor", status=500)
    assert answer.json()["error"]["code"] == "audit_broken"
    with superuser.begin() as connection:
        back = "UPDATE audit SET subject = left(subject, -1) WHERE id = :id"
        connection.execute(text(back), {"id": watched.searches[2]})
    superuser.dispose()
    await watched.get(f"/api/ledger/rows/{watched.searches[2]}/open", "supervisor")


async def test_a_row_that_came_late_is_counted_by_the_next_day(watched: Night):
    """Its day was closed before its transaction was committed."""
    await watched.seal()
    before = await watched.get("/api/ledger", month="2026-11")
    now = watched.clock.now()
    watched.clock.move(timedelta(hours=24))
    assert await watched.close(HERE)  # all that is over
    moved = watched.clock.now()
    watched.clock.move(now - moved)
    await watched.search(HERE, 1, "stolen")
    watched.clock.move(moved - now)
    await watched.seal()
    watched.clock.move(timedelta(hours=24))
    closed = await watched.close(HERE)
    month = f"{closed[-1]:%Y-%m}"
    days = (await watched.get("/api/ledger", month=month)).json()["days"]
    assert next(one for one in days if one["day"] == closed[-1].isoformat())["numbers"]["plate_search"]["n"] == 1
    again = {one["day"]: one["numbers"] for one in (await watched.get("/api/ledger", month="2026-11")).json()["days"]}
    assert all(again[one["day"]] == one["numbers"] for one in before.json()["days"])


async def test_two_people_hide_it_and_the_page_says_why(watched: Night):
    why = "ปรับปรุงระบบตามคำสั่งที่ 5/2569"
    async with await watched.client("superintendent") as client:
        asked = await client.put("/api/ledger/setting", json={"shown": False, "reason": why})
        assert (asked.status_code, asked.json()["error"]["code"]) == (409, "approval_needed")
        short = await client.put("/api/ledger/setting", json={"shown": False, "reason": "…"})
        assert short.json()["error"]["code"] == "reason_missing"
        facts = {key: value for key, value in asked.json()["error"]["facts"].items() if key != "action"}
        body = {"action": "ledger.hide", "facts": facts, "reason": "ขอปิดระหว่างปรับปรุง"}
        proposed = (await client.post("/api/approvals", json=body)).json()
    async with await watched.client("supervisor") as client:
        path = f"/api/approvals/{proposed['id']}/approve"
        agreed = await client.post(path, json={"digest": proposed["digest"]})
        assert agreed.status_code < 300, agreed.text
    hidden = (await watched.get("/api/ledger")).json()
    assert (hidden["shown"], hidden["hidden_why"], hidden["days"]) == (False, why, [])
    await watched.get(f"/api/ledger/days/{FIRST}/entries", status=404)
    assert (await watched.get("/api/ledger/roots")).json()["roots"]
    async with await watched.client("superintendent") as client:
        watched.clock.move(timedelta(seconds=1))
        shown = await client.put("/api/ledger/setting", json={"shown": True})
    assert shown.json()["shown"]
    assert (await watched.get("/api/ledger")).json()["days"]


async def test_a_partition_past_its_days_is_seen(centre: Centre, worker_db):
    async with worker_db.tx(ROOT) as tx:
        kept = {"table": "obs_citizen", "step": timedelta(days=1), "age": timedelta(days=30)}
        there = await tx.all(text("SELECT inhrelid FROM pg_inherits WHERE inhparent = 'obs_citizen'::regclass"))
        assert await late(tx, centre.clock.now(), **kept) == []
        assert len(await late(tx, centre.clock.now() + timedelta(days=60), **kept)) == len(there) - 1
        assert await late(tx, centre.clock.now(), **{**kept, "table": "no_such_table"}) == []
