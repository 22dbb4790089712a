"""What cameras watch for: each kind of scene rule of `unjai.vision.scene` as a kind of alert rule, in the one form.

The cameras' process looks at the pictures on a rule's behalf and says what it found (`camera_hit`, with the rule's id);
where, when, hold-off and what follows are the engine's business as with every other rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Annotated, Any, ClassVar, Final, get_args, get_type_hints

from pydantic import AfterValidator, BaseModel, WithJsonSchema, create_model

from unjai.model.errors import UnjaiError
from unjai.picture.alerts.rules.facts import Fact, Finding, Seen, Words
from unjai.picture.alerts.rules.kind import AlertKind, Params, Scope, Usual, param
from unjai.vision.masks import Polygon, polygon
from unjai.vision.scene import SceneRule, scene_kinds
from unjai.vision.scene.base import Line, read_params

CAMERA_HIT: Final = "camera_hit"
CAMERA_MEASURED: Final = "camera_measured"
PREFIX: Final = "scene_"
_CODES: Final = {
    "closed_area": ("BUR", 2),
    "crowd": ("600", 2),
    "followed": ("FOL", 1),
    "left_behind": ("510", 2),
    "loitering": ("SUS", 3),
    "lying": ("MED", 1),
    "running": ("SUS", 3),
    "stopped_vehicle": ("TRF", 3),
    "wrong_way": ("TRF", 3),
}
"""What an incident would be called and how pressing it is, until the station says otherwise."""
_CHOICES: Final = {
    "vehicle": Words(th="รถ", en="vehicles"),
    "person": Words(th="คน", en="people"),
    "any": Words(th="คนและรถ", en="people and vehicles"),
}
_CARRIED: Final = ("since", "scene", "tracks", "box", "path", "size", "clip", "still", "facts", "th", "en")


def _area(value: list[tuple[float, float]]) -> list[tuple[float, float]]:
    try:
        return [(x, y) for x, y in polygon(value)]
    except UnjaiError as error:
        raise ValueError(error.code) from error


_PAIRS: Final = {"type": "array", "items": {"type": "array", "items": {"type": "number"}}}
Area = Annotated[list[tuple[float, float]], AfterValidator(_area), WithJsonSchema({**_PAIRS, "draws": "area"})]
Ends = Annotated[list[tuple[float, float]], WithJsonSchema({**_PAIRS, "draws": "line"})]


def _params(kind: type[SceneRule]) -> type[BaseModel]:
    """Return the form's model of a scene rule's parameters: their titles, units and limits are the dataclass's own."""
    hints = get_type_hints(kind.Params)
    made: dict[str, Any] = {}
    for one in fields(kind.Params):
        hint, told = hints[one.name], dict(one.metadata)
        limits = {name: told.pop(name) for name in ("ge", "le") if told.get(name) is not None}
        told.pop("ge", None), told.pop("le", None)
        choices = None
        if hint == Polygon | None:
            hint = Area | None
        elif hint == Line | None:
            hint = Ends | None
        elif get_args(hint):
            choices = {value: _CHOICES.get(value, Words(th=value, en=value)) for value in get_args(hint)}
        made[one.name] = (hint, param(one.default, choices=choices, **told, **limits))
    return create_model(kind.Params.__name__, __base__=Params, **made)


def _read(scene: type[SceneRule], params: BaseModel) -> Any:
    return read_params(scene, params.model_dump(mode="json", exclude_none=True))


class CameraScene(AlertKind):
    """Tracks of one camera mean something by a scene rule. Each kind of those has a kind of its own made of this."""

    scene: ClassVar[type[SceneRule]]
    hears = frozenset({CAMERA_HIT})
    stored = False
    judged = True

    @classmethod
    def scene_params(cls, params: BaseModel) -> Any:
        """Return the parameters as the scene rule has them; raises what `read_params` raises."""
        return _read(cls.scene, params)

    @classmethod
    def lacks(cls, params: BaseModel, cameras: int) -> str | None:
        """Want a drawing where nothing is meant without one, and one camera for it: pictures differ."""
        drawn = any(getattr(params, name, None) is not None for name in ("area", "line"))
        if cls.scene.drawn and not drawn:
            return "rule_not_drawn"
        try:
            cls.scene_params(params)
        except UnjaiError:
            return "rule_drawing_wrong"
        return "rule_drawn_for_many" if drawn and cameras != 1 else None

    @staticmethod
    def decide(params: Params, fact: Fact, memory: Mapping[str, Any]) -> Finding | None:  # noqa: ARG004
        """Take what the camera's process found; it tells each happening once."""
        if not isinstance(fact, Seen) or fact.kind != CAMERA_HIT:
            return None
        facts = {name: fact.payload[name] for name in _CARRIED if name in fact.payload}
        return Finding(happened=True, facts=facts)


def _kind(scene: type[SceneRule]) -> type[AlertKind]:
    code, priority = _CODES.get(scene.key, ("SUS", 3))

    def clause(params: BaseModel, scope: Scope) -> Words:
        said = scene.clause(_read(scene, params))
        who = Words(th="กล้อง", en="a camera") if scope.anyone else scope.who
        return Words(th=f"{who.th}{said.th}", en=f"{who.en} {said.en}")

    def told(_params: BaseModel, facts: Mapping[str, Any]) -> Words:
        th, en = facts.get("th"), facts.get("en")
        return Words(th=th, en=en) if isinstance(th, str) and isinstance(en, str) else Words(th=scene.th, en=scene.en)

    return type(
        f"Scene{scene.__name__}",
        (CameraScene,),
        {
            "__module__": __name__,
            "__doc__": scene.__doc__,
            "key": PREFIX + scene.key,
            "th": f"กล้อง: {scene.th}",
            "en": f"Camera: {scene.en}",
            "scene": scene,
            "measures": scene.measures,
            "Params": _params(scene),
            "usual": Usual(do="notice", code=code, priority=priority, holdoff_s=300),
            "clause": staticmethod(clause),
            "told": staticmethod(told),
        },
    )


globals().update({f"Scene{scene.__name__}": _kind(scene) for scene in scene_kinds().values()})
