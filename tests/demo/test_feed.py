"""The play's screen reads the live feed like the console: in order, and anew after a gap."""

import struct
from typing import Any

from unjai.demo.night.door import Door, Session
from unjai.demo.night.feed import Feed


async def a_feed() -> Feed:
    return Feed(Session(Door("http://127.0.0.1:1"), "operator", "x"))


def text(kind: str, seq: int, **facts: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {"incidents": [], "units": [], "devices": [], "gone": {"incidents": []}}
    return {"type": kind, "seq": seq, **empty, **facts}


def marks(seq: int, *rows: tuple[int, int]) -> bytes:
    body = b"".join(struct.pack("<IiiHBBI", mark, 166_000_000, 999_000_000, 0, 1, 1, at) for mark, at in rows)
    return struct.pack("<I", seq) + body


async def test_changes_are_taken_in_order_and_closed_incidents_leave() -> None:
    feed = await a_feed()
    assert feed._text(text("snapshot", 7, incidents=[{"id": "a"}], devices=[{"key": "pole-01", "state": "ok"}]))
    assert feed._text(text("delta", 8, devices=[{"key": "pole-01", "state": "silent"}], incidents=[{"id": "b"}]))
    assert feed.devices["pole-01"]["state"] == "silent"
    assert feed._text(text("delta", 9, gone={"incidents": ["a"]}))
    assert set(feed.incidents) == {"b"}
    assert feed._text({"type": "tick", "seq": 9})


async def test_a_gap_asks_for_a_new_snapshot_and_what_comes_before_it_is_not_taken() -> None:
    feed = await a_feed()
    feed._text(text("snapshot", 7))
    assert not feed._text(text("delta", 9, incidents=[{"id": "x"}]))
    feed.seq = None
    assert feed._text(text("delta", 10, incidents=[{"id": "y"}]))
    assert feed._marks(marks(11, (1, 100)))
    assert feed.incidents == {}
    assert feed._text(text("snapshot", 12))
    assert feed._marks(marks(13, (1, 100)))


async def test_a_mark_that_goes_back_in_time_is_noticed() -> None:
    feed = await a_feed()
    feed._text(text("snapshot", 0xFFFFFFFF))
    assert feed._marks(marks(0, (4, 100), (5, 100)))
    assert feed._marks(marks(1, (4, 99), (5, 101)))
    assert feed.backwards == {4: 1}
    assert feed.seen_s == {4: 100, 5: 101}
