"""Every kind of alert rule, found by standing in a module of this package.

To add one (cameras, plates, signals will): write a file with a class like this, and nothing else.

    class CrowdParams(Params):
        people: int = param(20, th="จำนวนคน", en="People", unit_th="คน", unit_en="people", ge=2, le=500)

    class Crowd(AlertKind):
        key, th, en = "crowd", "คนรวมตัวมากกว่ากำหนด", "More people than usual"
        Params = CrowdParams
        hears = frozenset({"camera_count"})        # kinds of observation that its sensor gives
        state = True                               # it may have to last; the engine keeps the time
        usual = Usual(do="notice", lasts_s=120, clear_s=60)

        @staticmethod
        def decide(params, fact, memory):
            if not isinstance(fact, Seen) or (count := number(fact.payload.get("people"))) is None:
                return None
            return Finding(holds=count > params.people, facts={"people": int(count)})

        @staticmethod
        def clause(params, scope):
            n = params.people
            return Words(th=f"{scope.who.th}เห็นคนเกิน {n} คน", en=f"{scope.who.en} sees over {n} people")

        @staticmethod
        def told(params, facts):
            return Words(th=f"เห็นคน {facts['people']} คน", en=f"{facts['people']} people seen")

`tests/picture/alerts/test_kinds.py` holds every kind to the contract without being told of it.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

from unjai.picture.alerts.rules.kind import AlertKind


@cache
def alert_kinds() -> Mapping[str, type[AlertKind]]:
    """Return every kind of rule by its key."""
    found: dict[str, type[AlertKind]] = {}
    for module in pkgutil.iter_modules(__path__):
        for value in vars(importlib.import_module(f"{__name__}.{module.name}")).values():
            own = isinstance(value, type) and issubclass(value, AlertKind) and value.__module__.startswith(__name__)
            if own and "key" in vars(value) and found.setdefault(value.key, value) is not value:
                msg = f"two kinds of rule are called {value.key!r}"
                raise RuntimeError(msg)
    return dict(sorted(found.items()))
