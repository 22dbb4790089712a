"""Core's job that wakes officers' phones, with what the station settled about it."""

from __future__ import annotations

import asyncio

from unjai.app import Common
from unjai.platform.web_push import push_key
from unjai.respond.pushing import HEARS, Pushing
from unjai.respond.rules.push import own_hosts


async def wake_phones(made: Common) -> None:
    """Wake the phones of units on duty for offers and words, if the station lets them be woken."""
    said = made.settings
    if not said.push:
        return
    key = await asyncio.to_thread(push_key, said.data)
    pushing = Pushing(made.db, made.clock, key, own=own_hosts(said.push_hosts), contact=said.push_contact)
    for subject in HEARS:
        await made.bus.hear(subject, pushing.heard)
    pushing.look_at(*made.station_ids)
    await pushing.run()
