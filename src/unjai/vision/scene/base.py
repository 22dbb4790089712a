"""What a kind of scene rule is: its parameters, its words, and how it looks at tracks over time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, ClassVar, NamedTuple, get_args, get_type_hints

from unjai.model.errors import UnjaiError
from unjai.vision.box import Box
from unjai.vision.look import Look, Seen
from unjai.vision.masks import Polygon, corner, polygon, within
from unjai.vision.scene.memory import Spells

Line = tuple[tuple[float, float], tuple[float, float]]
"""Two points in fractions of the picture."""

_LEAST_LINE = 0.01


class Words(NamedTuple):
    """A text in both languages."""

    th: str
    en: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """A rule found what it looks for. Told once for each happening, not for each picture."""

    t: float
    rule: str
    name: str
    """The rule's own name at this camera; its kind where it has none."""
    since: float
    """When what it means began, in the seconds of the pictures."""
    tracks: tuple[int, ...]
    box: Box
    """Pixels: the one thing, or all of them together."""
    facts: Mapping[str, float | str]
    told: Words


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """What a happening that was told measured once it was over: how long a stay lasted, how many a crowd became.

    A hit is told at the threshold, so it measures the threshold; only the end says what a higher one would have let
    through. `facts` are named as the parameters whose thresholds they are compared with.
    """

    t: float
    """When it was told: the hit's own `t`."""
    name: str
    tracks: tuple[int, ...]
    facts: Mapping[str, float]


def param(
    default: Any = MISSING,
    *,
    th: str,
    en: str,
    help_th: str = "",
    help_en: str = "",
    unit_th: str = "",
    unit_en: str = "",
    ge: float | None = None,
    le: float | None = None,
) -> Any:
    """Declare one parameter for forms: titles and help in both languages, unit, limits; as `alerts` kinds do."""
    told = {"th": th, "en": en, "help_th": help_th, "help_en": help_en, "unit_th": unit_th, "unit_en": unit_en}
    return field(default=default, metadata={**told, "ge": ge, "le": le})


def area_param() -> Any:
    """Declare the area that a rule is about; the whole picture where none is drawn."""
    return param(
        None,
        th="พื้นที่",
        en="Area",
        help_th="วาดบนภาพ ถ้าไม่วาดคือทั้งภาพ",
        help_en="Drawn on the picture; the whole picture if none is drawn.",
    )


class SceneRule:
    """The contract of a kind. It keeps its own memory of one camera; the same looks always give the same hits."""

    key: ClassVar[str]
    th: ClassVar[str]
    en: ClassVar[str]
    Params: ClassVar[type[Any]]
    drawn: ClassVar[bool] = False
    """Whether it means nothing until something is drawn on the picture."""
    measures: ClassVar[tuple[str, ...]] = ()
    """Parameters above which it tells, and what of a happening that is over is measured against them (`Measured`)."""

    def __init__(self, params: Any = None, *, name: str = "") -> None:
        """Take parameters of `Params`, or its defaults."""
        self.params = self.Params() if params is None else params
        self.name = name or self.key
        self._over: list[Measured] = []

    def look(self, look: Look) -> Iterable[Hit]:
        """Take what is seen now; return what it means by now. Looks come in their order, `t` growing."""
        raise NotImplementedError

    @classmethod
    def clause(cls, params: Any) -> Words:
        """Return the condition as a clause of a sentence, without "if"; the camera's name comes before it."""
        raise NotImplementedError

    def take_over(self) -> list[Measured]:
        """Return what was told and is over since the last asking."""
        over, self._over = self._over, []
        return over

    def over(self, t: float, tracks: Iterable[int], **facts: float) -> None:
        """Note that what was told at `t` is over, and what it measured."""
        rounded = {name: round(value, 2) for name, value in facts.items()}
        self._over.append(Measured(t=t, name=self.name, tracks=tuple(tracks), facts=rounded))

    def spells_over(self, spells: Spells, t: float) -> None:
        """Let spells of tracks (a key is a track, or several) that are long gone be over."""
        for one in spells.forget(t):
            tracks = one.key if isinstance(one.key, tuple) else (one.key,)
            self.over(one.told, tracks, seconds=one.seconds)

    def hit(self, look: Look, seen: Iterable[Seen], since: float, told: Words, **facts: float | str) -> Hit:
        """Make a hit about these."""
        them = tuple(seen)
        facts = {**facts, "score": round(sum(one.score for one in them) / len(them), 2)}
        box = them[0].box
        for one in them[1:]:
            box = box.union(one.box)
        return Hit(
            t=look.t,
            rule=self.key,
            name=self.name,
            since=since,
            tracks=tuple(one.track for one in them),
            box=box,
            facts=facts,
            told=told,
        )


def inside(one: Seen, area: Polygon | None) -> bool:
    """Say whether something stands in an area; everything does in no area."""
    return area is None or within(one.x, min(one.y, 0.999), area)


def where(area: Polygon | None) -> Words:
    """Return the words for a rule's area."""
    return Words("ในพื้นที่ที่วาดไว้", "in the drawn area") if area else Words("ในภาพ", "in the picture")


def time_words(seconds: float) -> Words:
    """Return a length of time, exact: 90 s stays 90 seconds, 1800 s is 30 minutes."""
    if seconds >= 60 and seconds % 60 == 0:  # noqa: PLR2004  a minute
        return Words(f"{seconds / 60:.0f} นาที", f"{seconds / 60:.0f} min")
    return Words(f"{seconds:g} วินาที", f"{seconds:g} s")


def read_params(kind: type[SceneRule], given: Mapping[str, object]) -> Any:
    """Read a rule's parameters. Raises `scene_param_unknown`, `scene_param_wrong`, and what `polygon` raises."""
    hints = get_type_hints(kind.Params)
    known = {one.name: one for one in fields(kind.Params)}
    values = {}
    for name, value in given.items():
        if name not in known:
            raise UnjaiError("scene_param_unknown", 422, rule=kind.key, name=str(name)[:40])
        values[name] = _read(kind.key, name, hints[name], known[name].metadata, value)
    missing = [one.name for one in known.values() if one.default is MISSING and one.name not in values]
    if missing:
        raise UnjaiError("scene_param_wrong", 422, rule=kind.key, name=missing[0])
    return kind.Params(**values)


def _read(rule: str, name: str, hint: Any, limits: Mapping[str, Any], value: object) -> Any:
    if hint == Polygon | None:
        return None if value is None else polygon(value, name=name)
    if hint == Line | None:
        return _line(rule, name, value)
    wrong = UnjaiError("scene_param_wrong", 422, rule=rule, name=name)
    choices = get_args(hint)
    if choices:
        if value not in choices:
            raise wrong
        return value
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise wrong
    if hint is int and value != int(value):
        raise wrong
    low, high = limits.get("ge"), limits.get("le")
    if (low is not None and value < low) or (high is not None and value > high):
        raise wrong
    return hint(value)


def _line(rule: str, name: str, value: object) -> Line:
    if not isinstance(value, list | tuple) or len(value) != 2:  # noqa: PLR2004  two ends
        raise UnjaiError("scene_param_wrong", 422, rule=rule, name=name)
    ends = corner(value[0], name=name), corner(value[1], name=name)
    if math.dist(*ends) < _LEAST_LINE:
        raise UnjaiError("scene_param_wrong", 422, rule=rule, name=name)
    return ends
