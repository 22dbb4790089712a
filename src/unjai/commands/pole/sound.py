"""Sound in and out of a point: a device, a file, or a tone for trying. The only part that knows aiortc's tracks."""

from __future__ import annotations

import math
from array import array
from typing import Protocol

from aiortc.contrib.media import MediaBlackhole, MediaPlayer, MediaRecorder
from aiortc.mediastreams import AudioStreamTrack, MediaStreamTrack
from av import AudioFrame
from av.error import FFmpegError

from unjai.model.errors import UnjaiError

_LOUD = 12_000


class Speaker(Protocol):
    """Where the centre's voice goes."""

    def addTrack(self, track: MediaStreamTrack) -> None:  # noqa: N802  aiortc's name
        """Take a track."""

    async def start(self) -> None:
        """Begin to play."""

    async def stop(self) -> None:
        """Stop."""


class Tone(AudioStreamTrack):
    """A tone of `hertz`, for trying a line without a microphone."""

    def __init__(self, hertz: float) -> None:
        """Begin at phase 0."""
        super().__init__()
        self._hertz, self._at = hertz, 0

    async def recv(self) -> AudioFrame:
        """Return the next 20 ms."""
        frame = await super().recv()
        assert isinstance(frame, AudioFrame)
        step = 2 * math.pi * self._hertz / frame.sample_rate
        samples = array("h", (int(_LOUD * math.sin(step * (self._at + n))) for n in range(frame.samples)))
        self._at += frame.samples
        frame.planes[0].update(samples.tobytes().ljust(frame.planes[0].buffer_size, b"\0"))
        return frame


class Gate(MediaStreamTrack):
    """A track that gives silence while it is shut: a call on hold hears nothing of the street."""

    kind = "audio"

    def __init__(self, source: MediaStreamTrack) -> None:
        """Stand open."""
        super().__init__()
        self.source, self.open = source, True

    async def recv(self) -> AudioFrame:
        """Return the source's next frame, emptied while shut."""
        frame = await self.source.recv()
        assert isinstance(frame, AudioFrame)
        if not self.open:
            for plane in frame.planes:
                plane.update(bytes(plane.buffer_size))
        return frame


def microphone(said: str) -> MediaStreamTrack:
    """Return a source: ``tone:440``, ``file:PATH`` (over and over), ``alsa:DEVICE``.

    Raises `agent_audio_missing` (500) for one that cannot be opened.
    """
    kind, _, name = said.partition(":")
    try:
        if kind == "tone":
            return Tone(float(name))
        player = MediaPlayer(name, loop=True) if kind == "file" else MediaPlayer(name, format=kind)
    except (FFmpegError, ValueError, OSError) as error:
        raise UnjaiError("agent_audio_missing", 500, audio=said) from error
    if player.audio is None:
        raise UnjaiError("agent_audio_missing", 500, audio=said)
    return player.audio


def loudspeaker(said: str) -> Speaker:
    """Return where sound goes: ``none``, ``file:PATH.wav``, ``alsa:DEVICE``; as `microphone` raises."""
    kind, _, name = said.partition(":")
    if kind == "none":
        return MediaBlackhole()
    try:
        return MediaRecorder(name) if kind == "file" else MediaRecorder(name, format=kind)
    except (FFmpegError, ValueError, OSError) as error:
        raise UnjaiError("agent_audio_missing", 500, audio=said) from error
