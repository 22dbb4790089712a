"""`unjai patrol plan`: rounds for any town in the documented format, without a centre and without a network."""

from __future__ import annotations

import json
import secrets
import sys
import time
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from unjai.model.errors import UnjaiError
from unjai.patrol import plan_view as view
from unjai.patrol.rules.plan_draw import day_seed, unseen_days
from unjai.patrol.rules.plan_make import Effort, make_plan
from unjai.patrol.rules.plan_town import Infeasible, prepared
from unjai.patrol.schemas.plan_file import Town
from unjai.platform.free import sayable
from unjai.platform.i18n import render

LIMIT_MB = 64
_SHOWN = 10
_THAI = {
    "missing": "ขาดค่านี้",
    "extra_forbidden": "ไม่มีช่องชื่อนี้ในรูปแบบ",
    "literal_error": "ค่านี้ไม่อยู่ในรายการที่ใช้ได้",
    "value_error": "ค่าไม่ถูกต้อง",
    "too_long": "มีมากเกินไป",
    "too_short": "มีน้อยเกินไป",
    "string_too_long": "ข้อความยาวเกินไป",
    "greater_than_equal": "ค่าน้อยเกินไป",
    "less_than_equal": "ค่ามากเกินไป",
}


def plan(file: Path, *, as_json: bool, seed: str | None, seconds: float, effort: str | None) -> int:
    """Write the plan of a town; return 0. A town without a plan gives 1 and says every reason, in JSON too."""
    began = time.monotonic()
    try:
        town = town_of(file)
        found = _planned(town, began, seed=seed, seconds=seconds, effort=_effort(effort))
    except UnjaiError as error:
        if not as_json:
            raise
        words = render(error.code, error.facts)
        told = {"error": {"code": error.code, **words, **error.facts}}
        sys.stdout.write(json.dumps(sayable(told), ensure_ascii=False) + "\n")
        return 1
    sys.stdout.write(json.dumps(sayable(found), ensure_ascii=False) + "\n" if as_json else _page(found))
    return 0


def _planned(town: Town, began: float, *, seed: str | None, seconds: float, effort: Effort | None) -> dict[str, Any]:
    def elapsed() -> float:
        return time.monotonic() - began

    try:
        ready = prepared(town)
    except Infeasible as error:
        reasons = view.infeasible(error)
        grave = [one for one in reasons if one["grave"]]
        raise UnjaiError(
            "patrol_plan_infeasible",
            422,
            reasons_th=" · ".join(one["th"] for one in grave),
            reasons_en=" · ".join(one["en"] for one in grave),
            reasons=reasons,
        ) from None
    said = seed if seed is not None else str(town.seed) if town.seed is not None else secrets.token_hex(8)
    day = town.shift.date
    made = make_plan(
        ready.problem,
        seed=day_seed(said.encode(), day.isoformat()),
        elapsed=elapsed,
        seconds=seconds,
        unseen=unseen_days([place.last_visit for place in town.places], day),
        effort=effort,
    )
    found = view.told(ready, made, seed=said, day=day.isoformat(), seconds=elapsed())
    return {"format": found.pop("format"), "name": view.named(town.name), **found}


def _effort(said: str | None) -> Effort | None:
    if said is None:
        return None
    turns, _, planned = said.partition("/")
    if not (turns.isdecimal() and planned.isdecimal() and len(said) < 20):  # noqa: PLR2004
        raise UnjaiError("patrol_plan_effort_wrong", 422)
    return Effort(turns=int(turns), planned=max(1, int(planned)), engine="or-tools")


def town_of(file: Path) -> Town:
    """Return the town of a file. Raises `patrol_plan_file_missing`, `…_large`, `…_unreadable`, `…_wrong`."""
    try:
        if file.stat().st_size > LIMIT_MB * 1_000_000:
            raise UnjaiError("patrol_plan_file_large", 413, limit_mb=LIMIT_MB)
        text = file.read_text("utf-8-sig")
        return Town.model_validate(json.loads(text))
    except OSError:
        raise UnjaiError("patrol_plan_file_missing", 404, file=str(file)) from None
    except json.JSONDecodeError as error:
        raise UnjaiError("patrol_plan_file_unreadable", 422, line=error.lineno) from None
    except (UnicodeDecodeError, RecursionError):
        raise UnjaiError("patrol_plan_file_unreadable", 422, line=1) from None
    except ValidationError as error:
        raise UnjaiError("patrol_plan_file_wrong", 422, **wrong(error)) from None


def wrong(error: ValidationError) -> dict[str, Any]:
    """Return where a file departs from the format, in words, the first ten."""
    found = [
        {
            "at": ".".join(str(part) for part in item["loc"]) or "file",
            "th": _THAI.get(item["type"], "ค่าไม่ถูกชนิดหรือไม่ถูกต้อง"),
            "en": item["msg"].removeprefix("Value error, "),
        }
        for item in error.errors(include_url=False, include_context=False, include_input=False)[:_SHOWN]
    ]
    where = "; ".join(f"{one['at']}: {one['th']} ({one['en']})" for one in found)
    return {"where": where, "problems": found, "count": error.error_count()}


def _page(found: dict[str, Any]) -> str:
    """Return a plan for the terminal, Thai first."""
    lines = [
        f"{found['name']['th'] or '—'} · {found['date']}",
        (
            f"ครอบคลุมความเสี่ยง · covered risk {found['covered_share']:.1%} · "
            f"{found['visits']} ครั้ง · visits · {found['places_visited']} จุด · places · "
            f"สำรวจ · exploration {found['explored_share']:.0%}"
        ),
        f"seed {found['seed']} · effort {found['effort']} · {found['engine']} · {found['seconds']} s",
    ]
    for one in found["rounds"]:
        lines.append(f"\n{one['name']['th']} ({one['kind']}) {one['from']}–{one['to']}")
        lines += [f"  {s['arrive']}–{s['leave']}  {s['name']['th'] or '—'}  {s['words']['th']}" for s in one["stops"]]
    lines += [f"✗ {one['th']}\n  {one['en']}" for one in found["unmet"]]
    lines += [f"! {one['th']}\n  {one['en']}" for one in found["notes"]]
    return (
        "\n".join("".join(sign if sign.isprintable() or sign == "\n" else "�" for sign in line) for line in lines)
        + "\n"
    )
