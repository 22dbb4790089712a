"""Rules of one camera as JSON: a list of objects, each `rule` (its kind), `name`, and the kind's parameters."""

from __future__ import annotations

from collections.abc import Mapping

from unjai.model.errors import UnjaiError
from unjai.vision.scene import scene_kinds
from unjai.vision.scene.base import SceneRule, read_params

MOST_RULES = 100
_LONGEST_NAME = 80


def rules_of(given: object) -> list[SceneRule]:
    """Make the rules. Raises `scene_rules_unreadable`, `scene_rule_unknown`, `scene_not_drawn`, and of parameters."""
    if not isinstance(given, list) or len(given) > MOST_RULES:
        raise UnjaiError("scene_rules_unreadable", 422)
    return [_rule(one) for one in given]


def _rule(one: object) -> SceneRule:
    if not isinstance(one, Mapping) or not isinstance(one.get("rule"), str):
        raise UnjaiError("scene_rules_unreadable", 422)
    kind = scene_kinds().get(one["rule"])
    if kind is None:
        known = ", ".join(scene_kinds())
        raise UnjaiError("scene_rule_unknown", 422, rule=one["rule"][:40], known=known)
    name = one.get("name", "")
    if not isinstance(name, str) or len(name) > _LONGEST_NAME:
        raise UnjaiError("scene_param_wrong", 422, rule=kind.key, name="name")
    params = read_params(kind, {key: value for key, value in one.items() if key not in ("rule", "name")})
    if kind.drawn and getattr(params, "area", None) is None and getattr(params, "line", None) is None:
        raise UnjaiError("scene_not_drawn", 422, rule=kind.key)
    return kind(params, name=name)


def undrawn_rules() -> list[SceneRule]:
    """Return a rule of every kind that needs nothing drawn on the picture, with its defaults."""
    return [kind() for kind in scene_kinds().values() if not kind.drawn]
