"""Calls, sirens and lights that were over long ago are forgotten; what is open or young stays, and so does the log."""

from datetime import timedelta
from uuid import uuid4

from tests.sos.conftest import HERE
from unjai.model.actor import system
from unjai.sos import flows, store
from unjai.sos.flows.keeping import KEPT


async def test_what_was_over_long_ago_goes_and_nothing_else(db, ground, clock):
    now, day = clock.now(), timedelta(days=1)
    call = {"station_id": HERE, "device_id": ground.bare, "began_by": "point", "who": "public"}
    over = {"state": "ended", "ended_why": "desk"}
    old, young, rings = uuid4(), uuid4(), uuid4()
    action = {"station_id": HERE, "device_id": ground.bare, "device_key": "POLE-2", "lasts_s": 30, "asked_by": "x"}
    lit, sounded, stuck = uuid4(), uuid4(), uuid4()
    long_ago = now - KEPT - day
    core = system(HERE, name="core")
    async with db.tx(core) as tx:
        for key, facts in (
            (old, {**over, "rang_at": long_ago - day, "ended_at": long_ago}),
            (young, {**over, "rang_at": now - day, "ended_at": now - day}),
            (rings, {"state": "ringing", "rang_at": long_ago}),
        ):
            assert await store.add_call(tx, {**call, "id": key, **facts})
        for key, facts in (
            (lit, {"part": "light", "state": "done", "asked_at": long_ago}),
            (sounded, {"part": "siren", "state": "refused", "asked_at": now - day}),
            (stuck, {"part": "siren", "state": "on", "asked_at": long_ago}),
        ):
            assert await store.add_action(tx, {**action, "id": key, **facts})
        seen = {"device_id": ground.bare, "station_id": HERE, "seen_at": long_ago, "by": "page", "voice": "ready"}
        await store.beat(tx, seen)
        assert await flows.forget(tx, clock) == 1
        calls = {key: await store.call(tx, key) is not None for key in (old, young, rings)}
        actions = {key: await store.action(tx, key) is not None for key in (lit, sounded, stuck)}
        assert calls == {old: False, young: True, rings: True}
        assert actions == {lit: False, sounded: True, stuck: True}
        assert await store.presence(tx, ground.bare) is None
        assert await flows.forget(tx, clock) == 0
        for key in (young, rings):  # the module's other tests begin with no call here
            await store.change_call(tx, key, **over, ended_at=now)
        await store.change_action(tx, stuck, state="done")
