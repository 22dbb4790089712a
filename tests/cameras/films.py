"""Films made once a run, for whoever wants pictures."""

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from tests.cameras.rtsp import Clip, clip_of, record

_FOLDER = Path(mkdtemp(prefix="unjai-films-"))


@cache
def film(codec: str = "libx264", width: int = 320, height: int = 180, seed: int = 1) -> Path:
    """Two seconds of ten pictures, one in ten to begin with."""
    return record(_FOLDER / f"{codec}-{width}-{height}-{seed}.mp4", codec=codec, width=width, height=height, seed=seed)


@cache
def clip(codec: str = "libx264", width: int = 320, height: int = 180) -> Clip:
    """The same as units."""
    return clip_of(film(codec, width, height))
