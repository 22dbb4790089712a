"""What the process of signals says of a junction becomes one alert, in both languages, and is over when it is over."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import msgspec
import pytest

from tests.picture.conftest import HERE, Street
from unjai.picture.alerts.kinds.signals import PICTURE, TROUBLES, SignalTrouble, SignalTroubleParams
from unjai.picture.alerts.rules.facts import SIGNALS_SAY, SignalSaid
from unjai.signals.troubles import Troubles

NAMES = {"junction_th": "แยกบ้านแขก", "junction_en": "Ban Khaek"}
LOST, WHOLE = ["signals_no_answer"], []


async def say(street: Street, troubles: list[str], seconds: int = 1) -> None:
    said = SignalSaid(station_id=HERE, device_id=street.poles[0], facts={"troubles": troubles, **NAMES})
    for _ in range(seconds):
        street.clock.move(timedelta(seconds=1))
        await street.picture.hear_signals("", msgspec.json.encode(said))
        await street.second()


async def test_a_lost_controller_is_told_once_and_is_over_when_it_is_back(street: Street):
    await street.make("signal_trouble", follow={"do": "notice"}, lasts_s=10, clear_s=60)
    await say(street, LOST, 9)
    assert await street.alerts() == []
    await say(street, LOST, 40)
    (alert,) = await street.alerts()
    assert alert["cleared_at"] is None
    assert alert["text_th"] == "แยกบ้านแขก ตู้ควบคุมไม่ตอบ"  # of the box by which it is told nothing is wrong
    assert alert["text_en"] == "Ban Khaek: the controller does not answer"
    await say(street, WHOLE, 30)
    await say(street, LOST, 5)  # back for less than it must be
    assert (await street.alerts())[0]["cleared_at"] is None
    await say(street, WHOLE, 70)
    (alert,) = await street.alerts()
    assert alert["cleared_at"] is not None


async def test_a_trouble_opens_an_incident_where_the_station_wants_it(street: Street):
    await street.make("signal_trouble", follow={"do": "incident", "code": "SIG", "priority": 2})
    await say(street, ["signals_street_conflict"])
    (incident,) = await street.incidents()
    assert (incident["code"], incident["priority"]) == ("SIG", 2)


async def test_what_the_process_says_comes_to_the_picture(street: Street):
    await street.make("signal_trouble", follow={"do": "notice"}, lasts_s=0)
    heard = await street.bus.hear(SIGNALS_SAY, street.picture.hear_signals)
    file = SimpleNamespace(name_th="แยกบ้านแขก", name_en="Ban Khaek")
    post = SimpleNamespace(junction_id=uuid4(), station_id=HERE, file=file, wrong=("signals_flashing",))
    troubles, posts = Troubles(street.bus), {post.junction_id: post}
    await troubles.tell(posts, {street.poles[0]: post.junction_id}, 1000.0)
    while not await street.alerts():
        await asyncio.sleep(0)
    await heard.unsubscribe()
    (alert,) = await street.alerts()
    assert alert["text_en"] == "Ban Khaek: flashing"


async def test_what_was_not_chosen_is_not_told(street: Street):
    await street.make("signal_trouble", params={"picture": False}, follow={"do": "notice"})
    await say(street, ["picture"], 3)
    assert await street.alerts() == []


async def test_a_box_of_which_only_the_centre_speaks_stays_silent(street: Street):
    await street.make("device_silent", params={"minutes": 1}, follow={"do": "notice"})
    await street.beat(0)
    await say(street, LOST, 70)
    assert [row["device_id"] for row in await street.alerts()] == [street.poles[0]]


@pytest.mark.parametrize("code", ["signals_of_tomorrow", "signals_refused"])
def test_a_code_without_words_is_trouble_with_the_controller(code):
    assert "controller" in SignalTrouble.told(SignalTroubleParams(), {"troubles": [code]}).en


@pytest.mark.parametrize("language", ["th", "en"])
def test_the_page_says_the_same_words(language):
    page = Path(__file__).parents[2] / "frontend/src/manage/signals" / f"{language}.json"
    texts = json.loads(page.read_text("utf-8"))
    words = {code: getattr(said, language) for code, said in TROUBLES.items() if code != PICTURE}
    assert {code: texts.get(f"trouble.{code}") for code in words} == words
