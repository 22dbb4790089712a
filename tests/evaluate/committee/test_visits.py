"""The committee's form, what is to be corrected, and the register of technology: kept, signed, counted into the month."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evaluate.conftest import HERE
from unjai.evaluate import visit_sheet
from unjai.evaluate.flows.month import gather
from unjai.evaluate.rules.committee import LEAST_WEIGHT, MOST, items, score
from unjai.evaluate.rules.month.figures import figures_of
from unjai.model.actor import system

CODES = [one.code for one in items()]
FULL = dict.fromkeys(CODES, MOST)
marks = st.fixed_dictionaries({}, optional=dict.fromkeys(CODES, st.none() | st.integers(0, MOST)))
VISITS, ACTIONS, REGISTER = "/api/figures/committee/visits", "/api/figures/actions", "/api/figures/technology"
NOVEMBER = datetime(2026, 11, 5, 3, tzinfo=UTC)


@pytest.fixture
def november(clock):
    clock.move(NOVEMBER - clock.now())
    return clock


def test_the_form_weighs_a_hundred():
    assert sum(one.weight for one in items()) == 100
    assert len(set(CODES)) == len(CODES)
    assert {one.part for one in items()} <= set(visit_sheet.words())


@given(marks)
def test_a_score_stands_once_nothing_is_left_and_lies_in_its_range(told):
    found = score(told)
    assert set(found.left) == set(CODES) - set(told)
    whole = not found.left and found.applicable >= LEAST_WEIGHT
    assert (found.value is not None) == whole
    for value in (*found.parts.values(), *([found.value] if found.value is not None else [])):
        assert 0 <= value <= 100


@given(marks, st.sampled_from(CODES))
def test_a_better_mark_never_lowers_the_score_and_what_does_not_apply_is_not_counted(told, code):
    before = score({**FULL, **told, code: 1})
    after = score({**FULL, **told, code: 2})
    if before.value is not None:
        assert after.value >= before.value
    rest = score({**FULL, code: None})
    assert rest.value == 100


async def test_a_form_is_filled_in_signed_and_printed_and_stays(client_of, november):
    judge, chief = await client_of("evaluator"), await client_of("superintendent")
    told = {"visited_on": "2026-11-04", "committee": "คณะกรรมการประเมิน บช.ภ.5"}
    assert (await chief.post(VISITS, json=told)).status_code == 403
    ahead = await judge.post(VISITS, json=told | {"visited_on": "2026-11-06"})
    assert ahead.json()["error"]["code"] == "visit_ahead"
    visit = (await judge.post(VISITS, json=told)).json()
    at = f"{VISITS}/{visit['id']}"
    filled = told | {"version": 1, "marks": {CODES[0]: 3}, "notes": {CODES[0]: "แผนที่ลงนามแล้ว"}, "summary": "เริ่มตรวจ"}
    part = (await judge.put(at, json=filled)).json()
    assert (part["left"], part["score"], part["version"]) == (len(CODES) - 1, None, 2)
    assert (await judge.put(at, json=filled)).json()["error"]["code"] == "visit_changed"
    wrong = await judge.put(at, json=filled | {"version": 2, "marks": {"nothing": 1}})
    assert wrong.json()["error"]["code"] == "item_unknown"
    assert (await judge.put(at, json=filled | {"version": 2, "marks": {CODES[0]: 5}})).status_code == 422
    early = await judge.post(f"{at}/sign", json={"version": 2})
    assert early.json()["error"]["code"] == "visit_incomplete"
    await judge.put(at, json=filled | {"version": 2, "marks": dict.fromkeys(CODES, 3)})
    signed = (await judge.post(f"{at}/sign", json={"version": 3})).json()
    assert (signed["state"], signed["score"]) == ("signed", 75.0)
    for refused in (await judge.put(at, json=filled | {"version": 3}), await judge.delete(at)):
        assert refused.json()["error"]["code"] == "visit_signed"
    for path in (f"{at}/form.pdf?lang=th", f"{at}/form.pdf?lang=en", "/api/figures/committee/form.pdf"):
        assert (await chief.get(path)).content.startswith(b"%PDF-")
    table = (await chief.get("/api/figures/committee.csv")).text
    assert table.count("\n") == len(CODES) + 1
    assert "แผนที่ลงนามแล้ว" in table
    assert [one["score"] for one in (await chief.get(VISITS)).json()] == [75.0]


async def test_a_draft_is_thrown_away_and_counts_for_nothing(client_of, november, station):
    judge = await client_of("evaluator")
    visit = (await judge.post(VISITS, json={"visited_on": "2026-11-04", "committee": "คณะกรรมการประเมิน"})).json()
    async with station.tx(system(HERE)) as tx:
        facts = await gather(tx, system(HERE), station_id=HERE, month=date(2026, 11, 1))
    assert facts.entered == ()
    assert (await judge.delete(f"{VISITS}/{visit['id']}")).status_code == 204
    assert (await judge.get(VISITS)).json() == []
    assert (await judge.get(f"{VISITS}/{visit['id']}")).status_code == 404


async def test_the_last_signed_visit_of_a_month_is_its_score(client_of, november, station):
    judge, keeper = await client_of("evaluator"), await client_of("supervisor")
    for day, mark in ((2, 4), (4, 2)):
        told = {"visited_on": f"2026-11-{day:02}", "committee": "คณะกรรมการประเมิน"}
        visit = (await judge.post(VISITS, json=told)).json()
        whole = told | {"version": 1, "marks": dict.fromkeys(CODES, mark), "notes": {}}
        await judge.put(f"{VISITS}/{visit['id']}", json=whole)
        await judge.post(f"{VISITS}/{visit['id']}/sign", json={"version": 2})
    entry = {"code": "K4", "value": 99, "n": 0, "source": "กรอกด้วยมือ"}
    assert (await keeper.put("/api/figures/months/2026-11/entries", json=entry)).status_code == 204
    async with station.tx(system(HERE)) as tx:
        facts = await gather(tx, system(HERE), station_id=HERE, month=date(2026, 11, 1))
        before = await gather(tx, system(HERE), station_id=HERE, month=date(2026, 10, 1))
    made = {one.code: one for one in figures_of(facts)}
    assert (made["K4"].value, made["K4"].judged) == (50.0, None)
    assert "2026-11-04" in made["K4"].entered
    assert next(one for one in figures_of(before) if one.code == "K4").value is None


async def test_what_is_to_be_corrected_has_an_owner_a_day_and_its_history(client_of, november):
    judge, keeper, reader = [await client_of(role) for role in ("evaluator", "supervisor", "oversight")]
    told = {"what": "ไฟซอยราษฎร์อุทิศ 9 ดับสามดวง", "owner": "เทศบาล กองช่าง", "due": "2026-11-10", "about": "place.light"}
    assert (await reader.post(ACTIONS, json=told)).status_code == 403
    one = (await judge.post(ACTIONS, json=told)).json()
    assert (one["state"], one["late"], len(one["steps"])) == ("open", False, 1)
    november.move(timedelta(days=6))
    assert (await reader.get(ACTIONS)).json()[0]["late"]
    at, change = f"{ACTIONS}/{one['id']}", {"state": "open", "owner": told["owner"], "due": "2026-11-30", "note": ""}
    assert (await keeper.put(at, json=change)).json()["error"]["code"] == "action_note_needed"
    later = (await keeper.put(at, json=change | {"note": "รอหลอดไฟจากคลัง"})).json()
    assert (later["late"], later["due"]) == (False, "2026-11-30")
    done = (await keeper.put(at, json=change | {"state": "done", "note": "เปลี่ยนแล้ว เดินตรวจเมื่อคืน"})).json()
    assert [step["state"] for step in done["steps"]] == ["open", "open", "done"]
    assert (await reader.get("/api/figures/actions.csv")).text.count("\n") == 4
    lost = await keeper.put(f"{ACTIONS}/{visit_like(one['id'])}", json=change | {"note": "ไม่มี"})
    assert lost.status_code == 404


def visit_like(key: str) -> str:
    """Return another key of the same form."""
    return key[:-1] + ("0" if key[-1] != "0" else "1")


async def test_the_register_tells_how_much_each_is_used_and_the_month_counts_it(client_of, november, station):
    keeper, reader = await client_of("supervisor"), await client_of("oversight")
    pole = {"name": "เสา SOS", "kind": "alert", "novel": "existing", "since": "2024-01-01", "counted_as": "sos"}
    assert (await reader.post(REGISTER, json=pole)).status_code == 403
    assert (await keeper.post(REGISTER, json=pole)).status_code == 204
    twice = await keeper.post(REGISTER, json=pole | {"name": "เสา sos"})
    assert twice.json()["error"]["code"] == "technology_twice"
    uncounted = await keeper.post(REGISTER, json=pole | {"name": "โดรน", "counted_as": "audit"})
    assert uncounted.json()["error"]["code"] == "technology_uncounted"
    drone = {"name": "โดรน", "kind": "camera", "novel": "new", "since": "2026-11-01", "note": "ทดลอง"}
    assert (await keeper.post(REGISTER, json=drone)).status_code == 204
    told = {one["name"]: one for one in (await reader.get(REGISTER)).json()}
    assert (told["เสา SOS"]["used"], told["โดรน"]["used"]) == (0, None)
    at = f"{REGISTER}/{told['เสา SOS']['id']}"
    assert (await keeper.put(at, json=pole | {"retired_on": "2026-11-03"})).status_code == 204
    async with station.tx(system(HERE)) as tx:
        whole = {
            month: (await gather(tx, system(HERE), station_id=HERE, month=date(2026, month, 1))).technology
            for month in (9, 11)
        }
    assert (whole[9].in_use, whole[9].counted, whole[9].used) == (1, 1, 0)
    assert (whole[11].in_use, whole[11].new, whole[11].counted) == (1, 1, 0)
    assert (await reader.get(f"{REGISTER}.csv?month=2569-11")).text.count("\n") == 3
