"""What counts as watching — การเฝ้าดู — and what of it may be told to everybody. Pure: no database, no clock.

One registry: whoever adds a way to watch people or their things adds its action here, and the public ledger counts it,
proves it and shows it. Why counts are told as they are: `docs/decisions/0035-public-ledger.md`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Literal

LEAST: Final = 5
"""A class of fewer is not told by itself, and a guarded number below it is not told at all."""
ABOUT: Final = 10
"""The size of a list is told in tens, rounded down."""

Group = Literal["plates", "cameras", "rights"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """A kind of watching. `by`: how it is split, each split with the way to its fact.

    `guarded`: it would tell a watched person what the centre knows (that a car was recognised, that one was listed), so
    days with few are not told apart from days with none. What is not guarded is our own doing and is told to the one.
    """

    name: str
    group: Group
    guarded: bool = False
    by: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))


KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            Kind(
                name="plate_search",
                group="plates",
                by=MappingProxyType({"reason": ("reason",), "how": ("asked", "kind"), "wide": ("wide",)}),
            ),
            Kind(name="plate_look", group="plates"),
            Kind(name="plate_hold", group="plates"),
            Kind(name="plate_export", group="plates"),
            Kind(name="plate_live", group="plates"),
            Kind(name="list_entry", group="plates", guarded=True),
            Kind(name="hit", group="plates", guarded=True),
            Kind(name="hit_confirmed", group="plates", guarded=True),
            Kind(name="hit_rejected", group="plates", guarded=True),
            Kind(name="camera_live", group="cameras"),
            Kind(name="camera_replay", group="cameras"),
            Kind(name="camera_turn", group="cameras"),
            Kind(name="camera_clip", group="cameras"),
            Kind(name="evidence", group="cameras"),
            Kind(name="emergency", group="rights"),
        )
    }
)
"""In the order in which they are told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Watched:
    """An action of the log that is watching of a kind; with `fact` only where that fact is one of `values`."""

    action: str
    kind: str
    fact: str = ""
    values: tuple[object, ...] = ()


WATCHED: Final = (
    Watched(action="plates.search", kind="plate_search"),
    Watched(action="plates.look", kind="plate_look"),
    Watched(action="plates.hold", kind="plate_hold"),
    Watched(action="plates.export", kind="plate_export"),
    Watched(action="plates.live", kind="plate_live"),
    Watched(action="plates.watch.approve", kind="list_entry"),
    Watched(action="plates.watch.take", kind="list_entry"),
    Watched(action="plates.hit", kind="hit"),
    Watched(action="plates.confirm", kind="hit_confirmed"),
    Watched(action="plates.reject", kind="hit_rejected"),
    Watched(action="camera.watch", kind="camera_live", fact="way", values=("live", "still", "task")),
    Watched(action="camera.watch", kind="camera_replay", fact="way", values=("replay",)),
    Watched(action="camera.turn", kind="camera_turn"),
    Watched(action="camera.clip", kind="camera_clip"),
    Watched(action="evidence.ask", kind="evidence"),
    Watched(action="breakglass.take", kind="emergency"),
)
"""Every action of the log that is watching. What ends, undoes or only reads figures is none."""
ACTIONS: Final = frozenset(one.action for one in WATCHED)


def kind_of(action: str, facts: Mapping[str, Any]) -> Kind | None:
    """Return what kind of watching a row of the log is, or None."""
    for one in WATCHED:
        if one.action == action and (not one.fact or facts.get(one.fact) in one.values):
            return KINDS[one.kind]
    return None


def classes_of(kind: Kind, facts: Mapping[str, Any]) -> dict[str, str]:
    """Return the class of a row in each split of its kind: ``yes`` and ``no`` for true and false, ``other`` unknown."""
    found: dict[str, str] = {}
    for split, way in kind.by.items():
        value: Any = facts
        for step in way:
            value = value.get(step) if isinstance(value, Mapping) else None
        found[split] = ("yes" if value else "no") if isinstance(value, bool) else str(value or "other")
    return found


def told_classes(counts: Mapping[str, int], least: int = LEAST) -> dict[str, int]:
    """Return the classes that may be told: each of at least `least`, and what is left untold is none or at least that.

    One small class beside a known sum could be worked out by subtracting; then the smallest told one is left out too.
    """
    told = {name: count for name, count in counts.items() if count >= least}
    left = sum(counts.values()) - sum(told.values())
    while told and 0 < left < least:
        smallest = min(told, key=lambda name: (told[name], name))
        left += told.pop(smallest)
    return dict(sorted(told.items()))


def told_number(kind: Kind, count: int) -> int | None:
    """Return a count as it may be told; None where a guarded one is below `LEAST`, be it none at all."""
    return None if kind.guarded and count < LEAST else count


def told_about(count: int | None) -> int | None:
    """Return the size of a list in tens, rounded down; None below ten or where it is not known."""
    return None if count is None or count < ABOUT else count // ABOUT * ABOUT


def numbers(rows: Iterable[tuple[Kind, Mapping[str, Any]]]) -> dict[str, Any]:
    """Return a day's public numbers: every kind with `n`, and `by` for each split that has something to tell."""
    counts: Counter[str] = Counter()
    splits: dict[str, dict[str, Counter[str]]] = {}
    for kind, facts in rows:
        counts[kind.name] += 1
        for split, value in classes_of(kind, facts).items():
            splits.setdefault(kind.name, {}).setdefault(split, Counter())[value] += 1
    made: dict[str, Any] = {}
    for name, kind in KINDS.items():
        made[name] = {"n": told_number(kind, counts[name])}
        by = {split: told_classes(values) for split, values in splits.get(name, {}).items()}
        if kind.by:
            made[name]["by"] = {split: by.get(split, {}) for split in kind.by}
    return made
