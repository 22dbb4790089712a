"""Searching incidents by words, places, people and times: what is found, by whom, and what stands in the audit log."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, select, text

from tests.respond.conftest import BASE, HERE, OPERATOR, SECOND, THERE, Town, acting, along
from unjai.model.actor import Actor, system
from unjai.model.errors import UnjaiError
from unjai.model.ids import AccountId, new_id
from unjai.people import flows as people
from unjai.platform.audit import audit_log
from unjai.respond import flows
from unjai.respond import search_view as view
from unjai.respond.flows import search
from unjai.respond.rules.search import Asked, Near
from unjai.respond.schemas.search import SearchIn
from unjai.respond.store import search as store
from unjai.territory.store.tables import org_unit

CHIEF = acting("supervisor", name="หัวหน้าผลัด")


_AS_IF_NEW = """
SELECT i.number FROM incident i FULL JOIN incident_search s ON s.incident_id = i.id
WHERE (s.station_id, s.opened_at, s.code, s.priority, s.state, s.outcome, s.channel, s.lon, s.lat, s.acknowledged_by,
       s.ack_s, s.response_s, s.doc)
IS DISTINCT FROM (i.station_id, i.opened_at, i.code, i.priority, i.state, i.outcome, i.channel, i.lon, i.lat,
       i.acknowledged_by, extract(epoch FROM i.acknowledged_at - i.opened_at)::float8,
       extract(epoch FROM i.arrived_at - i.opened_at)::float8, incident_document(i.id))
"""


async def call(town: Town, metres: float, said: str = "", **facts: Any) -> UUID:
    known: dict[str, Any] = {"key": str(new_id(town.clock.now())), "code": "NOI", "point": along(metres), "text": said}
    taken = await town.do(flows.take_call, **{**known, **facts})
    town.clock.move(timedelta(minutes=10))
    return UUID(str(taken.incident_id))


async def find(town: Town, actor: Actor = OPERATOR, **asked: Any) -> list[UUID]:
    async with town.db.tx(actor) as tx:
        found = await search.find(tx, actor, town.clock, asked=Asked(**asked))
    return [hit["incident_id"] for hit in found.hits]


@pytest.fixture
async def three(town: Town) -> list[UUID]:
    """A noisy party, a fight at the market, a lost child; the newest last."""
    return [
        await call(town, 100, "งานเลี้ยงเสียงดัง ร้องคาราโอเกะ"),
        await call(town, 900, "วัยรุ่นทะเลาะกันหน้าตลาด", code="FGT", caller_name="นายลับมาก", caller_phone="0899999999"),
        await call(town, 1700, "เด็กหลงทาง สวมเสื้อสีแดง"),
    ]


async def test_words_are_found_in_what_was_said_anywhere_in_a_sentence(town, three):
    party, fight, child = three
    assert await find(town, words="คาราโอเกะ") == [party]
    assert await find(town, words="หน้าตลาด") == [fight]
    assert await find(town, words="เสื้อสี หลง") == [child], "every word must be there"
    assert await find(town, words="คาราโอเกะ ตลาด") == []
    assert await find(town, words="100%") == []


async def test_notes_and_numbers_are_found_too(town, three):
    await town.do(flows.note, incident_id=three[0], text="พบรถกระบะสีบรอนซ์ ทะเบียน ๑กก ๑๒๓๔")
    assert await find(town, words="บรอนซ์") == [three[0]]
    assert await find(town, words="1กก") == [three[0]]
    number = (await town.incident(three[2]))["number"]
    assert await find(town, words=number) == [three[2]]


async def test_what_an_event_is_called_is_found(town, three):
    async with town.db.tx(OPERATOR) as tx:
        row = (await store.rows(tx, [three[1]]))[0]
    name = view.title(row["code"]).th
    assert three[1] in await find(town, words=name.split()[0])


async def test_a_caller_is_never_found_by_name_or_number(town, three):
    assert await find(town, words="นายลับมาก") == []
    assert await find(town, words="0899999999") == []
    async with town.db.tx(OPERATOR) as tx:
        docs = [row["doc"] for row in await tx.all(select(store.incident_search.c.doc))]
    assert len(docs) == 3
    assert not any("ลับมาก" in doc or "0899999999" in doc for doc in docs)


async def test_a_report_that_moves_takes_its_words_along(town, three):
    party, fight, _ = three
    await town.do(flows.merge, incident_id=fight, into=party)
    assert await find(town, words="ทะเลาะกันหน้าตลาด") == [party]


async def test_what_is_searched_is_what_the_incidents_say(town, three):
    """The kept row is made anew only where something changed; after every kind of change it is as if made from scratch."""
    party, fight, child = three
    await town.do(flows.acknowledge, incident_id=party)
    await town.do(flows.note, incident_id=party, text="เจ้าของบ้านรับปาก")
    await town.do(flows.close, incident_id=party, outcome="resolved", text="ลดเสียงแล้ว")
    await town.do(flows.set_place, incident_id=child, point=along(400))
    quiet = await town.do(flows.take_call, key="q", code="FGT", point=along(2600), text="")
    loud = await town.do(flows.take_call, key="l", code="FGT", point=along(2605), text="เห็นคนวิ่งหนี")
    assert loud.incident_id == quiet.incident_id
    await town.do(flows.merge, incident_id=quiet.incident_id, into=fight)
    async with town.db.tx(OPERATOR) as tx:
        moved = await tx.scalar(text("SELECT id FROM report WHERE text = 'เห็นคนวิ่งหนี'"))
    await town.do(flows.split, incident_id=fight, report_id=moved)
    async with town.db.tx(OPERATOR) as tx:
        strange = await tx.all(text(_AS_IF_NEW))
        assert await tx.scalar(text("SELECT count(*) FROM incident_search")) == len(three) + 2
    assert strange == []


async def test_filters_hold_together(town, three):
    party, fight, child = three
    await town.do(flows.acknowledge, incident_id=party)
    await town.do(flows.close, incident_id=party, outcome="resolved", text="ลดเสียงแล้ว")
    await town.do(flows.acknowledge, SECOND, incident_id=fight)
    assert await find(town) == [child, fight, party]
    assert await find(town, sort="oldest") == [party, fight, child]
    assert await find(town, code=("FGT",)) == [fight]
    assert await find(town, state=("closed",)) == [party]
    assert await find(town, outcome=("resolved", "no_trace")) == [party]
    assert await find(town, acknowledged_by=(SECOND.name,)) == [fight]
    assert await find(town, channel=("pole",)) == []
    assert await find(town, state=("new", "acknowledged"), words="เสื้อ") == [child]
    assert await find(town, ack_over_s=60) == [fight, party]
    async with town.db.tx(OPERATOR) as tx:
        assert await store.operators(tx, HERE) == sorted([OPERATOR.name, SECOND.name])


async def test_dates_take_the_first_and_leave_the_last(town, three):
    opened = [(await town.incident(one))["opened_at"] for one in three]
    assert await find(town, from_at=opened[1]) == [three[2], three[1]]
    assert await find(town, to_at=opened[1]) == [three[0]]


async def test_places_are_found_by_circle_and_by_border(town, three):
    assert await find(town, near=Near(point=along(880), radius_m=50)) == [three[1]]
    assert await find(town, near=Near(point=along(880), radius_m=10)) == []
    west, east = along(850).lon, along(950).lon
    ring = [[west, BASE.lat - 0.01], [east, BASE.lat - 0.01], [east, BASE.lat + 0.01], [west, BASE.lat + 0.01]]
    square = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    assert await find(town, areas=(square,)) == [three[1]]
    hole = [[along(x).lon, BASE.lat + y] for x, y in ((890, -0.001), (910, -0.001), (910, 0.001), (890, 0.001))]
    pierced = {"type": "Polygon", "coordinates": [[*ring, ring[0]], [*hole, hole[0]]]}
    assert await find(town, areas=(pierced,)) == []
    assert await find(town, areas=(square, pierced), words="ตลาด") == [three[1]]


async def test_units_and_slow_arrivals_are_found(town, three):
    _, fight, child = three
    for incident_id, waited in ((fight, 120), (child, 900)):
        await town.do(flows.acknowledge, incident_id=incident_id)
        await town.do(flows.offer, incident_id=incident_id, unit_id=town.units["car"])
        offered = await town.open_offer(incident_id)
        officer = town.officer("car")
        await town.do(flows.accept, officer, assignment_id=offered["id"])
        await town.do(flows.en_route, officer, assignment_id=offered["id"])
        town.clock.move(timedelta(seconds=waited))
        await town.do(flows.on_scene, officer, assignment_id=offered["id"])
        await town.do(flows.close, incident_id=incident_id, outcome="resolved")
    assert await find(town, unit_id=town.units["car"]) == [child, fight]
    assert await find(town, unit_id=town.units["car"], words="ตลาด") == [fight]
    assert await find(town, unit_id=town.units["foot"]) == []
    slow = await find(town, sort="slowest")
    spans = {one: await _response(town, one) for one in (fight, child)}
    assert slow == sorted(spans, key=lambda one: -spans[one])
    limit = (spans[fight] + spans[child]) / 2
    assert await find(town, response_over_s=limit) == [max(spans, key=lambda one: spans[one])]


async def _response(town: Town, incident_id: UUID) -> float:
    row = await town.incident(incident_id)
    return float((row["arrived_at"] - row["opened_at"]).total_seconds())


@pytest.mark.parametrize("sort", ["newest", "oldest"])
@pytest.mark.parametrize("words", ["", "เหตุซ้ำ"])
async def test_pages_give_each_hit_once(town, sort, words):
    made = [await call(town, 100 * n, f"เหตุซ้ำ ครั้งที่ {n}") for n in range(1, 8)]
    seen: list[UUID] = []
    after = None
    while True:
        async with town.db.tx(OPERATOR) as tx:
            found = await search.find(
                tx, OPERATOR, town.clock, asked=Asked(words=words, sort=sort), limit=3, after=after
            )
        seen += [hit["incident_id"] for hit in found.hits]
        after = found.next
        if after is None:
            break
    assert seen == (made if sort == "oldest" else made[::-1])


async def test_counting_is_exact_below_its_bound(town, three):
    async with town.db.tx(OPERATOR) as tx:
        assert await search.count(tx, OPERATOR, town.clock, asked=Asked()) == len(three)
        assert await search.count(tx, OPERATOR, town.clock, asked=Asked(words="ตลาด")) == 1


async def _searches(town: Town) -> list[dict[str, Any]]:
    async with town.db.tx(system(HERE, THERE)) as tx:
        return await tx.all(
            select(audit_log).where(audit_log.c.action == "incident.search").order_by(audit_log.c.at, audit_log.c.id)
        )


async def test_a_search_by_words_is_in_the_audit_log(town, three):
    before = [row["id"] for row in await _searches(town)]
    await find(town, code=("NOI",))
    assert len(await _searches(town)) == len(before), "filters alone are no search by words"
    await find(town, words="ตลาด")
    [last] = [row for row in await _searches(town) if row["id"] not in before]
    assert (last["actor"], last["station_id"], last["at"]) == (f"account:{OPERATOR.key}", HERE, town.clock.now())
    assert last["facts"]["asked"]["words"][0]["like"] == "%ตลาด%"


async def test_an_emergency_marks_the_search(town, three):
    marked = Actor(
        kind="account", key="x", name="x", stations=frozenset({HERE}), rights=OPERATOR.rights, marks=(("glass", "g1"),)
    )
    before = [row["id"] for row in await _searches(town)]
    await find(town, marked, words="ตลาด")
    [last] = [row for row in await _searches(town) if row["id"] not in before]
    assert last["facts"]["glass"] == "g1"


async def test_another_station_finds_nothing_by_words_or_filters(town, three):
    stranger = acting("superintendent", THERE)
    assert await find(town, stranger, words="ตลาด") == []
    assert await find(town, stranger) == []
    async with town.db.tx(stranger) as tx:
        assert await search.count(tx, stranger, town.clock, asked=Asked(words="ตลาด")) == 0
    both = acting("superintendent", HERE, THERE)
    assert await find(town, both, words="ตลาด") == [three[1]]


async def test_the_guarded_function_takes_its_scope_from_the_transaction_alone(town, three):
    """Even a question that names another station or right gets only what the transaction may see."""
    asked = '{"words": [{"like": "%ตลาด%", "codes": []}], "stations": [10], "scope": [10]}'
    query = text("SELECT count(*) FROM search_incidents(CAST(:asked AS jsonb), gen_random_uuid(), now())")
    async with town.db.tx(acting("operator", THERE)) as tx:
        assert await tx.scalar(query, {"asked": asked}) == 0
    async with town.db.tx(acting("operator")) as tx:
        assert await tx.scalar(query, {"asked": asked}) == 1
    with pytest.raises(Exception, match=r"incident\.read"):
        async with town.db.tx(acting("volunteer")) as tx:
            await tx.scalar(query, {"asked": asked})


@pytest.mark.parametrize("value", ["' OR true --", "%L", "$1", "x'); DROP TABLE incident; --", "\\"])
async def test_a_question_is_data_and_never_a_statement(town, three, value):
    assert await find(town, code=(value,)) == []
    assert await find(town, words=f"{value} zzz") == []
    assert await find(town, acknowledged_by=(value, "y")) == []


async def test_tone_marks_and_strokes_count(town, three):
    house = await call(town, 2600, "มีคนขู่ฆ่าที่บ้านเลขที่ 12/3 หมู่ 4")
    assert await find(town, words="ฆ่า") == [house]
    assert await find(town, words="ขู่ฆา") == [], "another word"
    assert await find(town, words="12/3") == [house]
    assert await find(town, words="12-3") == []
    asked = [row["facts"]["asked"]["words"][0]["like"] for row in await _searches(town)]
    assert "%12-3%" in asked, "the log holds what was asked"


async def test_an_export_is_for_whom_it_may_and_is_noted(town, three):
    with pytest.raises(UnjaiError) as raised:
        await town.do(search.export, OPERATOR, asked=Asked(), form="csv", callers=False, told={})
    assert raised.value.code == "right_missing"
    ids = await town.do(search.export, CHIEF, asked=Asked(), form="csv", callers=True, told={"q": ""})
    assert ids == three[::-1]
    async with town.db.tx(system(HERE)) as tx:
        row = await tx.one(select(audit_log).where(audit_log.c.action == "incident.export"))
    assert row is not None
    assert row["facts"] == {"form": "csv", "rows": 3, "callers": True, "asked": {"q": ""}}


async def test_callers_stand_in_a_file_only_where_asked_for(town, three):
    async with town.db.tx(CHIEF) as tx:
        bare = view.csv_lines(await view.file_rows(tx, three, callers=False))
        full = view.csv_lines(await view.file_rows(tx, three, callers=True))
        features = view.geojson_features(await view.file_rows(tx, three, callers=False))
    assert "นายลับมาก" not in bare
    assert "นายลับมาก" in full
    assert len(features) == 3
    blind = acting("evaluator")
    async with town.db.tx(blind) as tx:
        assert "นายลับมาก" not in view.csv_lines(await view.file_rows(tx, three, callers=True))


def test_a_formula_in_a_cell_is_disarmed():
    assert view.csv_lines([{"a": "=1+1", "b": -3.5, "c": None, "d": 'x"y'}]) == '\'=1+1,-3.5,,"x""y"\r\n'


@pytest.mark.parametrize(
    ("since", "until", "hours"),
    [
        ("22/11/2569", "22/11/2569", 24),
        ("๒๑ พ.ย. ๖๙", "22 พ.ย. 2569", 48),
        ("2026-11-22T01:00:00Z", "2026-11-22T03:00:00Z", 2),
    ],
)
async def test_dates_are_read_as_people_write_them(town, since, until, hours):
    async with town.db.tx(OPERATOR) as tx:
        asked = await view.asked_of(tx, OPERATOR, town.clock, SearchIn(since=since, until=until))
    assert asked.from_at is not None
    assert asked.to_at is not None
    assert asked.to_at - asked.from_at == timedelta(hours=hours)


async def test_questions_are_kept_for_oneself_or_for_all(town):
    accounts = {}
    async with town.db.tx(system(HERE)) as tx:
        assert await tx.scalar(select(org_unit.c.id).where(org_unit.c.id == HERE)) == HERE
        for name in ("keeper", "other"):
            made = await people.create_account(
                tx, system(HERE), town.clock, username=f"{name}.{new_id(town.clock.now())}", name_th=name, home_id=HERE
            )
            accounts[name] = Actor(
                kind="account",
                key=name,
                name=name,
                stations=frozenset({HERE}),
                rights=OPERATOR.rights,
                account_id=AccountId(made.account_id),
            )
    keeper, other = accounts["keeper"], accounts["other"]
    await town.do(search.save, keeper, name="ของฉัน", asked={"q": "ตลาด"})
    shared = await town.do(search.save, keeper, name="ของผลัด", asked={"priority": [1]}, shared=True)
    await town.do(search.save, keeper, name="ของฉัน", asked={"q": "ตลาดเช้า"})
    async with town.db.tx(keeper) as tx:
        assert [(row["name"], row["asked"]) for row in await store.saved(tx, keeper.account_id)] == [
            ("ของฉัน", {"q": "ตลาดเช้า"}),
            ("ของผลัด", {"priority": [1]}),
        ]
        assert [row["name"] for row in await store.saved(tx, other.account_id)] == ["ของผลัด"]
    with pytest.raises(UnjaiError) as raised:
        await town.do(search.forget, other, search_id=shared)
    assert raised.value.code == "not_found"
    await town.do(search.forget, keeper, search_id=shared)
    async with town.db.tx(system(HERE)) as tx:
        await tx.execute(delete(store.saved_search))
