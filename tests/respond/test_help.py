"""A citizen's call for help after the press, through the flows and the routes; a flood that buries nobody."""

from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from tests.respond.conftest import CORE, OPERATOR, THERE, acting, along
from unjai.model.actor import Actor
from unjai.model.errors import UnjaiError
from unjai.platform.http import Ground, handle_errors
from unjai.respond import flows, help_view
from unjai.respond.api import router
from unjai.respond.flows import helping
from unjai.respond.store import incidents

CITIZEN = Actor(kind="citizen", key="citizen", name="ประชาชน", stations=CORE.stations)
JPEG = b"\xff\xd8\xff\xdb\x00\x04\x00\x00\xff\xda\x00\x04\x00\x00\x12\x34\xff\xd9"
WEBM = b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm" + b"\0" * 40


async def pressed(town, metres: float | None = 1000.0, **facts) -> tuple[UUID, UUID]:
    """Press; return the call's id and the incident's."""
    help_id = uuid4()
    at = None if metres is None else along(metres)
    told = await town.take(town.report(at, "citizen_sos", source=f"citizen:{help_id}", **facts))
    return help_id, told.incident_id


async def calls(town, incident_id, actor=OPERATOR):
    async with town.db.tx(actor) as tx:
        return await help_view.desk_calls(tx, actor, town.clock, incident_id=incident_id)


async def own(town, help_id):
    async with town.db.tx(CITIZEN) as tx:
        return await help_view.own_call(tx, town.clock, help_id=help_id)


@pytest.fixture
def client_of(town, tmp_path):
    app = FastAPI()
    handle_errors(app)
    app.include_router(router, prefix="/api")
    actors: dict[str, Actor] = {}

    async def who(request) -> Actor | None:
        return actors.get(request.headers.get("x-test", ""))

    app.state.ground = Ground(db=town.db, clock=town.clock, who=who, citizen=lambda _request: CITIZEN, data=tmp_path)

    def make(actor: Actor | None = None) -> httpx.AsyncClient:
        name = uuid4().hex
        if actor is not None:
            actors[name] = actor
        transport = httpx.ASGITransport(app=app)
        headers = {"X-Unjai": "1", "x-test": name}
        return httpx.AsyncClient(transport=transport, base_url="http://centre/api", headers=headers)

    return make


async def test_touches_name_the_incident_and_each_is_optional(town):
    help_id, key = await pressed(town, silent=False)
    await town.do(helping.tell, CITIZEN, help_id=help_id, what="attacked")
    assert (await town.incident(key))["code"] == "200"
    await town.do(helping.tell, CITIZEN, help_id=help_id, hurt="yes", many="few")
    found = await town.incident(key)
    assert (found["code"], found["priority"]) == ("221", 1)
    (call,) = await calls(town, key)
    assert call.told_th == "ถูกทำร้าย · 2–5 คน · มีคนบาดเจ็บ"
    assert call.told_en == "attacked · 2–5 people · somebody is hurt"
    before = await town.steps(key)
    await town.do(helping.tell, CITIZEN, help_id=help_id, what="attacked", hurt="yes")
    assert await town.steps(key) == before, "told again, it changes nothing"
    await town.do(helping.tell, CITIZEN, help_id=help_id, what="fire")
    assert (await town.incident(key))["code"] == "FIR", "she may mend what she touched"


async def test_what_an_operator_called_it_stays(town):
    help_id, key = await pressed(town)
    await town.do(flows.set_code, incident_id=key, code="131")
    await town.do(helping.tell, CITIZEN, help_id=help_id, what="ill")
    assert (await town.incident(key))["code"] == "131"
    assert (await calls(town, key))[0].told_en == "taken ill"


@pytest.mark.parametrize("said", ["ช่วยด้วย", "النجدة", "救命 🆘", "Помогите", "Z̸̡̢̛̗̘̙̜̝̞̟̠a̷̧̨̛l̶̡g̵o", "\u202eabc\u2066", "а\u200bб"])
async def test_words_of_any_script_go_both_ways_as_they_were_written(town, said):
    help_id, key = await pressed(town)
    word_id = uuid4()
    for _ in range(2):  # the first answer was lost: the phone sends it again
        await town.do(helping.say_word, CITIZEN, help_id=help_id, word_id=word_id, text=said)
    (call,) = await calls(town, key)
    assert [(one.text, one.from_caller, one.seen) for one in call.words] == [(said, True, False)]
    who = {"incident_id": key, "report_id": call.report_id}
    await town.do(helping.see_words, **who, up_to=call.words[0].seq)
    await town.do(helping.answer_caller, **who, key="k", text=f"{said}!")
    await town.do(helping.answer_caller, **who, key="k", text=f"{said}!")
    shown = (await own(town, help_id)).words
    assert [(one.text, one.from_caller, one.seen) for one in shown] == [(said, True, True), (f"{said}!", False, False)]
    await town.do(_heard, CITIZEN, help_id=help_id, seen=shown[-1].seq)
    assert (await calls(town, key))[0].words[-1].seen


async def _heard(tx, _actor, clock, **facts):
    await helping.heard(tx, clock, **facts)


async def test_a_call_that_the_centre_is_still_writing_down_is_told_again(town):
    with pytest.raises(UnjaiError) as early:
        await town.do(helping.tell, CITIZEN, help_id=uuid4(), what="fire")
    assert (early.value.code, early.value.status) == ("help_not_yet", 425)


async def test_a_phone_that_dies_is_told_of_by_when_it_was_last_heard(town):
    help_id, key = await pressed(town)
    await town.do(_heard, CITIZEN, help_id=help_id)
    (call,) = await calls(town, key)
    heard_at = call.heard_at
    assert not call.quiet
    town.clock.move(timedelta(minutes=4))
    (call,) = await calls(town, key)
    assert call.quiet
    assert call.heard_at == heard_at
    await town.do(
        flows.source_moved, CORE, source=f"citizen:{help_id}", point=along(1100), observed_at=town.clock.now()
    )
    (call,) = await calls(town, key)
    assert not call.quiet


async def test_a_position_refused_leaves_a_place_in_her_words(town):
    help_id, key = await pressed(town, None)
    await town.do(helping.tell, CITIZEN, help_id=help_id, place_text="หน้าร้านขนมจีน ซอย 3")
    assert (await town.incident(key))["place_th"] == "หน้าร้านขนมจีน ซอย 3"


async def test_a_vague_position_is_spoken_of_as_near(town):
    taken = await town.take(town.report(along(1000, accuracy_m=1200.0), "citizen_sos", source="citizen:vague"))
    found = await town.incident(taken.incident_id)
    assert found["place_th"].startswith("บริเวณใกล้ ")
    assert found["place_en"].endswith("(±1.2 km)")


@pytest.mark.parametrize(
    ("before", "facts", "ends"),
    [
        ({}, {}, True),
        ({}, {"reason": "กดพลาด"}, False),
        ({"what": "followed"}, {}, False),
        ({"silent": True}, {}, False),
    ],
)
async def test_a_cancel_under_duress_leaves_the_end_to_an_operator(town, before, facts, ends):
    help_id, key = await pressed(town)
    if before:
        await town.do(helping.tell, CITIZEN, help_id=help_id, **before)
    town.clock.move(timedelta(seconds=3))
    cancel = {"source": f"citizen:{help_id}", "observed_at": town.clock.now()}
    await town.do(flows.citizen_cancelled, CORE, **cancel, **facts)
    found = await town.incident(key)
    assert (found["state"] == "closed") is ends
    (call,) = await calls(town, key)
    assert call.cancelled_at == cancel["observed_at"]
    assert call.cancel_reason == facts.get("reason", "")
    assert (await own(town, help_id)).cancelled
    assert (await own(town, help_id)).mistaken is ends


async def test_a_number_is_proved_by_ringing_it_and_another_one_is_not(town):
    help_id, key = await pressed(town, caller_phone="0812345678")
    (call,) = await calls(town, key)
    which = {"incident_id": key, "report_id": call.report_id}
    assert call.number == "given"
    await town.do(helping.prove_number, **which, proved=True)
    (call,) = await calls(town, key)
    assert (call.number, call.number_proved_by) == ("proved", OPERATOR.name)
    assert (await own(town, help_id)).number == "proved"
    await town.do(helping.tell, CITIZEN, help_id=help_id, phone="081-234-5678")
    assert (await calls(town, key))[0].number == "proved", "the same number, otherwise written"
    await town.do(helping.tell, CITIZEN, help_id=help_id, phone="0899999999")
    assert (await calls(town, key))[0].number == "given"


async def test_a_number_that_was_not_told_cannot_be_proved(town):
    _, key = await pressed(town)
    (call,) = await calls(town, key)
    with pytest.raises(UnjaiError, match="help_number_missing"):
        await town.do(helping.prove_number, incident_id=key, report_id=call.report_id, proved=True)


async def test_a_flood_is_one_line_and_a_call_that_shows_life_comes_out_of_it(town):
    ids = [await pressed(town, None, crowd="address") for _ in range(30)]
    assert len({key for _, key in ids}) == 1
    line = ids[0][1]
    found = await town.incident(line)
    assert (found["report_count"], found["about_en"], found["priority"]) == (30, "possibly a flood of presses", 1)
    _, beside = await pressed(town, 500)
    assert beside != line, "a call under the limits stands alone"

    mine = ids[17][0]
    await town.do(helping.say_word, CITIZEN, help_id=mine, word_id=uuid4(), text="จริง ๆ นะคะ")
    moved = ids[21][0]
    await town.do(flows.source_moved, CORE, source=f"citizen:{moved}", point=along(200), observed_at=town.clock.now())
    assert (await town.incident(line))["report_count"] == 28
    async with town.db.tx(OPERATOR) as tx:
        rows = await incidents.open_ones(tx)
    lifted = [row for row in rows if row["split_from"] == line]
    assert len(lifted) == 2
    assert {row["state"] for row in lifted} == {"new"}
    again = await calls(town, next(row["id"] for row in lifted if row["lon"] is None))
    assert again[0].words[0].text == "จริง ๆ นะคะ"
    assert (await own(town, mine)).status == "received"


async def test_a_flood_of_one_that_shows_life_is_a_call_like_any_other(town):
    help_id, key = await pressed(town, 700, crowd="all")
    await town.do(helping.tell, CITIZEN, help_id=help_id, what="ill")
    found = await town.incident(key)
    assert (found["crowd"], found["about_th"]) == (False, "")


async def test_a_marked_call_beside_an_open_happening_is_not_folded_away(town):
    _, first = await pressed(town, 1000)
    _, second = await pressed(town, 1010, crowd="address")
    assert second == first


async def test_a_picture_and_a_voice_come_onto_the_incident_once(client_of, town):
    help_id, key = await pressed(town)
    nobody = client_of()
    for body, name in ((JPEG, "a.jpg"), (JPEG, "a.jpg"), (WEBM, "v.webm")):
        sent = await nobody.post(
            f"/citizen/help/{help_id}/attachments?name={name}", content=body, headers={"Idempotency-Key": name}
        )
        assert sent.status_code == 204, sent.text
    (call,) = await calls(town, key)
    assert [one.sort for one in call.words] == ["photo", "audio"]
    shown = (await client_of(OPERATOR).get(f"/incidents/{key}")).json()["attachments"]
    assert {one["id"] for one in shown} == {str(one.attachment_id) for one in call.words}


async def test_a_picture_of_40_mb_is_refused_in_words_and_the_call_stands(client_of, town):
    help_id, key = await pressed(town)
    nobody = client_of()

    async def large():
        for _ in range(40):
            yield JPEG.ljust(1_000_000, b"\0")

    sent = await nobody.post(
        f"/citizen/help/{help_id}/attachments", content=large(), headers={"Idempotency-Key": "big"}
    )
    error = sent.json()["error"]
    assert (sent.status_code, error["code"]) == (413, "help_file_large")
    assert "8 MB" in error["th"]
    pdf = await nobody.post(
        f"/citizen/help/{help_id}/attachments", content=b"%PDF-1.7", headers={"Idempotency-Key": "p"}
    )
    assert pdf.json()["error"]["code"] == "help_file_kind"
    assert (await town.incident(key))["state"] == "new"
    assert (await nobody.get(f"/citizen/help/{help_id}")).json()["words"] == []


async def test_who_does_not_know_the_id_learns_and_does_nothing(client_of, town):
    help_id, key = await pressed(town, caller_phone="0812345678")
    stranger = client_of()
    other = uuid4()
    assert (await stranger.get(f"/citizen/help/{other}")).status_code == 404
    assert (await stranger.post(f"/citizen/help/{other}/told", json={"what": "fire"})).status_code == 425
    assert (await stranger.get(f"/incidents/{key}/help-calls")).status_code == 401
    told = (await stranger.get(f"/citizen/help/{help_id}")).json()
    assert {"lon", "lat", "phone", "place_th"}.isdisjoint(told), "even her own page is not told where she is"
    shown = (await client_of(OPERATOR).get(f"/incidents/{key}")).text
    desk = (await client_of(OPERATOR).get(f"/incidents/{key}/help-calls")).text
    assert str(help_id) not in shown + desk, "the id stays with her page"
    assert (await client_of(acting("operator", THERE)).get(f"/incidents/{key}/help-calls")).status_code == 404


async def test_a_press_by_mistake_is_learnt_as_a_figure_only(client_of, town):
    help_id, key = await pressed(town)
    await town.do(flows.false_alarm, incident_id=key)
    told = (await client_of(OPERATOR).get("/help-figures")).json()
    assert told == {"days": 30, "calls": 1, "false_alarms": 1, "taken_back": 0, "in_floods": 0}
    assert (await own(town, help_id)).mistaken
