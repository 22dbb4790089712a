"""The socket of live plates: its own right, its row in the log before the first read, one's own station alone, four screens."""

import asyncio
import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.plates.made import read
from tests.web.edge import HERE, ROOT, THERE
from tests.web.test_bypass import Socket
from unjai.people.rights import ROLES
from unjai.plates.live import RIGHT, tell
from unjai.platform.audit import audit_log

PATH = "/ws/plates/reads"
MAY = sorted(name for name, role in ROLES.items() if RIGHT in role.rights)
MAY_NOT = sorted(set(ROLES) - set(MAY))


async def opened(centre, role="operator", station=HERE):
    socket = Socket(centre.app, PATH, cookie=centre.tokens[role, station])
    await socket.next("websocket.accept")
    assert await said(socket, "tick")
    return socket


async def said(socket, kind):
    """The next thing of a kind that the screen is told."""
    while True:
        told = json.loads((await socket.next("websocket.send"))["text"])
        if told["type"] == kind:
            return told


async def told_until(centre, bus, socket, *seen):
    """Tell of reads as the matching does, until the screen has them: it listens a moment after it was greeted."""
    now = centre.clock.now()
    waiting = asyncio.create_task(said(socket, "reads"))
    while not waiting.done():
        await tell(bus, now, [(one, now) for one in seen], {})
        await asyncio.wait({waiting}, timeout=0.2)
    return await waiting


async def looks(centre, role):
    """Count how often an account of here opened the strip, by the log."""
    async with centre.db.tx(ROOT) as tx:
        mine = (audit_log.c.action == "plates.live", audit_log.c.actor == f"account:{role}.{HERE}")
        return int(await tx.scalar(select(func.count()).select_from(audit_log).where(*mine)))


def seen(centre, registration, station=HERE, camera="LPR-1", **changed):
    return read(centre.clock.now(), registration, camera=camera, station=station, **changed)


async def test_what_is_read_here_comes_and_what_is_read_elsewhere_does_not(centre, bus):
    socket = await opened(centre)
    here, there = seen(centre, "5กก5001"), seen(centre, "5กก5002", THERE)
    told = await told_until(centre, bus, socket, there, here)
    await socket.close()
    assert {one["registration"] for one in told["reads"]} == {"5กก5001"}
    assert told["reads"][0]["camera"] == "LPR-1"


async def test_of_the_past_nothing_is_told(centre, bus):
    socket = await opened(centre)
    old = seen(centre, "5กก5003", received_at=centre.clock.now() - timedelta(minutes=5))
    told = await told_until(centre, bus, socket, old, seen(centre, "5กก5004"))
    await socket.close()
    assert "5กก5003" not in {one["registration"] for one in told["reads"]}


async def test_a_screen_may_ask_for_some_cameras_alone(centre, bus):
    socket = await opened(centre)
    socket.said.put_nowait({"type": "websocket.receive", "text": json.dumps({"type": "cameras", "keys": ["LPR-2"]})})
    await told_until(centre, bus, socket, seen(centre, "5กก5006", camera="LPR-2"))  # what was said before is through
    told = await told_until(centre, bus, socket, seen(centre, "5กก5005"), seen(centre, "5กก5007", camera="LPR-2"))
    await socket.close()
    assert {one["camera"] for one in told["reads"]} == {"LPR-2"}


async def test_opening_it_is_in_the_log_each_time(centre):
    before = await looks(centre, "operator")
    for _ in range(2):
        await (await opened(centre)).close()
    assert await looks(centre, "operator") == before + 2


@pytest.mark.parametrize("role", MAY_NOT)
async def test_who_may_not_see_plates_pass_is_refused_and_nothing_is_logged(centre, role):
    before = await looks(centre, role)
    socket = Socket(centre.app, PATH, cookie=centre.tokens[role, HERE])
    assert (await socket.next("websocket.close"))["code"] == 4403
    await socket.close()
    assert await looks(centre, role) == before


@pytest.mark.parametrize(
    ("cookie", "origin", "code"), [("", None, 4401), ("nonsense", None, 4401), ("good", "http://evil.example", 4403)]
)
async def test_it_opens_for_a_session_of_our_own_page_only(centre, cookie, origin, code):
    token = centre.tokens["operator", HERE] if cookie == "good" else cookie
    socket = Socket(centre.app, PATH, cookie=token, origin=origin)
    assert (await socket.next("websocket.close"))["code"] == code
    await socket.close()


async def test_a_fifth_screen_is_told_that_four_are_open(centre):
    four = [await opened(centre, "supervisor") for _ in range(4)]
    fifth = Socket(centre.app, PATH, cookie=centre.tokens["supervisor", HERE])
    closed = await fifth.next("websocket.close")
    assert closed["code"] == 4404
    await fifth.close()
    for socket in four:
        await socket.close()
    await (await opened(centre, "supervisor")).close()  # there is room again
