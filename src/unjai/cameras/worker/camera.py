"""One camera in the process: its feeds, who reads them, what is told of it."""

from __future__ import annotations

import threading
from typing import Any, Literal

from unjai.cameras.specs import Stream
from unjai.cameras.worker.feed import Feed, Shared
from unjai.cameras.worker.still_url import StillFeed

_BROWSERS_PLAY = {"h264"}


class Camera:
    """A camera that is served. It is made anew when anything of its registry entry changes."""

    def __init__(self, stream: Stream, shared: Shared, *, old: Camera | None = None) -> None:
        """Start its feeds; those of `old` are stopped, and waited for by the new ones only."""
        self.stream = stream
        self._shared = shared
        self._kept: dict[str, float] = {}
        before: dict[str, threading.Thread] = {} if old is None else dict(old.feeds)
        if old is not None:
            old.stop()
        self.feeds: dict[str, Feed | StillFeed] = {}
        if stream.kind == "still":
            self.feeds["main"] = StillFeed(stream, shared, after=before.get("main"))
        else:
            demand = not (stream.record or stream.read_plates) and bool(stream.sub_url)
            self.feeds["main"] = Feed(stream, "main", shared, on_demand=demand, after=before.get("main"))
            if stream.sub_url:
                self.feeds["sub"] = Feed(stream, "sub", shared, on_demand=False, after=before.get("sub"))

    def start(self) -> None:
        """Begin."""
        for feed in self.feeds.values():
            feed.start()

    def stop(self) -> None:
        """End, without waiting."""
        for feed in self.feeds.values():
            feed.stop()

    # -- readers ---------------------------------------------------------------------------------------------------

    def keep(self, reader: str, wish: Literal["main", "sub", "auto"], now_s: float) -> str:
        """Note that a reader reads, and return which feed it gets."""
        name = self.chosen(wish)
        key = f"{reader} {name}"
        if key not in self._kept:
            self.feeds[name].join_reader(reader)
        self._kept[key] = now_s
        return name

    def leave(self, reader: str, wish: Literal["main", "sub", "auto"]) -> None:
        """Let a reader's feed go; `auto` means both."""
        for name, feed in self.feeds.items():
            if wish in {"auto", name} and self._kept.pop(f"{reader} {name}", None) is not None:
                feed.leave_reader(reader)

    def expire(self, before_s: float) -> None:
        """Let readers go that said nothing for long."""
        for key in [key for key, at in self._kept.items() if at < before_s]:
            reader, _, name = key.partition(" ")
            self._kept.pop(key)
            self.feeds[name].leave_reader(reader)

    def kept(self) -> list[tuple[str, str, float]]:
        """Return who reads what, to be taken over when a camera is made anew."""
        return [(*key.split(" ", 1), at) for key, at in self._kept.items()]  # type: ignore[misc]

    def chosen(self, wish: Literal["main", "sub", "auto"]) -> str:
        """Return the feed for a wish: `auto` is the main one unless only the other is known to play in browsers."""
        main, sub = self.feeds["main"], self.feeds.get("sub")
        if sub is None or wish == "main":
            return "main"
        if wish == "sub":
            return "sub"
        known = main.pace.codec is None or main.pace.codec in _BROWSERS_PLAY
        return "main" if known or sub.pace.codec not in _BROWSERS_PLAY else "sub"

    # -- what is told ----------------------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """Return the camera's state, for JSON."""
        feeds = {name: feed.state() for name, feed in self.feeds.items()}
        watched = feeds.get("sub") or feeds["main"]
        first = feeds["main"] if feeds["main"]["signal"] != "idle" else watched
        still = self._shared.stills.newest(self.stream.camera_id)
        reel = self.feeds["main"].reel
        playable = {feed["codec"] for feed in feeds.values() if feed["codec"]}
        return {
            "camera_id": self.stream.camera_id,
            "station_id": self.stream.station_id,
            "key": self.stream.key,
            "signal": first["signal"],
            "since": first["since"],
            "why": first["why"],
            "still_at": None if still is None else still.at_s,
            "recording": "off" if reel is None else _recording(reel.state, feeds["main"]["signal"]),
            "fragments_lost": 0 if reel is None else reel.lost,
            "live": "none" if self.stream.kind == "still" else _live(playable),
            "feeds": feeds,
        }


def _recording(state: str, signal: str) -> str:
    """Return the recording's state; without a signal a recording that is fine waits for it."""
    return "waiting" if state == "on" and signal != "live" else state


def _live(codecs: set[str]) -> str:
    """Tell what a browser makes of the feeds: `plays`, `h265` (ask the owner for an H.264 one), `none`, `unknown`."""
    if not codecs:
        return "unknown"
    if codecs & _BROWSERS_PLAY:
        return "plays"
    return "h265" if "hevc" in codecs else "none"
