"""A plan as JSON with its words in both languages: what the command prints and the page shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from unjai.patrol.rules import plan_figures as figures
from unjai.patrol.rules.plan import Problem, Round, Stop
from unjai.patrol.rules.plan_cover import covered
from unjai.patrol.rules.plan_make import Made
from unjai.patrol.rules.plan_town import Infeasible, Prepared
from unjai.patrol.rules.plan_ways import Note
from unjai.patrol.schemas.plan_file import MINUTES_A_DAY, Named
from unjai.platform.i18n import render

FORMAT = "unjai-patrol-plan-result/1"
HIGH = 0.8
"""At a place whose risk is among the highest fifth of that hour, it is said."""


def clock(minutes: float) -> str:
    """Return minutes after midnight as a clock time, whatever the day."""
    whole = int(minutes) % MINUTES_A_DAY
    return f"{whole // 60:02d}:{whole % 60:02d}"


def words(code: str, facts: Mapping[str, Any] | None = None) -> dict[str, str]:
    """Return the words of a plan's code."""
    return render(code, facts, kind="patrolplan")


def note(one: Note) -> dict[str, Any]:
    """Return a note with its words."""
    return {"code": one.code, **words(f"note.{one.code}", one.facts), "facts": dict(one.facts), "grave": one.grave}


def infeasible(error: Infeasible) -> list[dict[str, Any]]:
    """Return every reason why no plan can be made."""
    return [note(one) for one in error.notes]


def named(said: str | Named, spare: str = "") -> dict[str, str]:
    """Return a name in both languages; what is missing is filled from the other."""
    if isinstance(said, str):
        return {"th": said or spare, "en": said or spare}
    return {"th": said.th or said.en or spare, "en": said.en or said.th or spare}


def told(town: Prepared, made: Made, *, seed: str, day: str, seconds: float) -> dict[str, Any]:
    """Return the whole result."""
    problem = made.problem
    return {
        "format": FORMAT,
        "date": day,
        "seed": seed,
        "engine": made.effort.engine,
        "effort": f"{made.effort.turns}/{made.effort.planned}",
        "seconds": round(seconds, 2),
        "ways": town.ways.how,
        **told_rounds(town, problem, made.rounds, made.left),
        "notes": [note(one) for one in town.notes],
    }


def told_rounds(town: Prepared, problem: Problem, rounds: Sequence[Round], left: Sequence[int]) -> dict[str, Any]:
    """Return figures, rounds with their stops, places, what fits nowhere and what cannot be driven."""
    return {
        **summary(problem, rounds),
        "by_hour": by_hour(town, problem, rounds),
        "rounds": [
            {
                "unit": unit.id,
                "name": named(unit.name, unit.id),
                "kind": unit.kind,
                "from": clock(town.minutes(problem.units[row].from_s)),
                "to": clock(town.minutes(problem.units[row].to_s)),
                "drive_min": round(figures.drive_s(problem, row, rounds[row]) / 60),
                "visits": sum(stop.why != "break" for stop in rounds[row]),
                "stops": stops(town, problem, rounds[row]),
            }
            for row, unit in enumerate(town.units)
        ],
        "places": places(town, problem, rounds),
        "unmet": unmet(town, problem, left),
        "broken": [
            {"unit": town.units[row].id, "stop": stop, "code": code, **words(f"broken.{code}")}
            for row, stop, code in figures.broken(problem, rounds)
        ],
    }


def summary(problem: Problem, rounds: Sequence[Round]) -> dict[str, Any]:
    """Return the figures of a plan."""
    whole = float(problem.risk.sum())
    risk = covered(problem, rounds)
    visits = figures.visits_by_place(problem, rounds)
    revisit = figures.revisit_median_s(problem, rounds)
    return {
        "risk": round(whole, 3),
        "covered_risk": round(risk, 3),
        "covered_share": round(risk / whole, 4) if whole else 0.0,
        "visits": sum(visits),
        "places_visited": sum(count > 0 for count in visits),
        "explored_share": round(figures.explored_share(rounds), 4),
        "revisit_median_min": None if revisit is None else round(revisit / 60, 1),
        "top_share": round(figures.top_share(visits), 4),
    }


def by_hour(town: Prepared, problem: Problem, rounds: Sequence[Round]) -> list[dict[str, Any]]:
    """Return risk and its covered share hour by hour of the shift."""
    return [
        {"from": clock(town.minutes(number * 3600)), "risk": round(risk, 3), "covered_share": round(share, 4)}
        for number, (risk, share) in enumerate(figures.share_by_hour(problem, rounds))
    ]


def stops(town: Prepared, problem: Problem, round_: Round) -> list[dict[str, Any]]:
    """Return the stops of one unit, each with why it is there."""
    return [_stop(town, problem, stop) for stop in round_]


def _stop(town: Prepared, problem: Problem, stop: Stop) -> dict[str, Any]:
    place = None if stop.place is None else town.places[stop.place]
    request = town.requests[stop.task] if stop.task is not None and stop.task < len(town.requests) else None
    why, facts = why_of(problem, stop)
    point = town.ways.points[stop.node]
    return {
        "place": None if place is None else place.id,
        "name": named("" if place is None else place.name, "" if place is None else place.id),
        "lon": None if point is None else point.lon,
        "lat": None if point is None else point.lat,
        "arrive": clock(town.minutes(stop.at_s)),
        "leave": clock(town.minutes(stop.at_s + stop.dwell_s)),
        "at_s": stop.at_s,
        "minutes": round(stop.dwell_s / 60, 1),
        "why": stop.why,
        "words": words(f"why.{why}", facts),
        "request": None if request is None else request.id,
        "note": "" if request is None else request.note,
        "task": stop.task if stop.task is not None and stop.task < len(town.requests) else None,
    }


def why_of(problem: Problem, stop: Stop) -> tuple[str, dict[str, Any]]:
    """Return the code and facts of what is told about a stop."""
    if stop.why != "risk" or stop.place is None:
        return stop.why, {}
    at = min(stop.at_s // 300, problem.risk.shape[1] - 1)
    column = problem.risk[:, at]
    above = float((column > column[stop.place]).mean())
    facts = {"rank": int((column > column[stop.place]).sum()) + 1, "of": len(column)}
    return ("risk_high" if above <= 1 - HIGH else "risk"), facts


def places(town: Prepared, problem: Problem, rounds: Sequence[Round]) -> list[dict[str, Any]]:
    """Return every place with its visits and how much of its risk is covered."""
    share = figures.share_by_place(problem, rounds)
    visits = figures.visits_by_place(problem, rounds)
    return [
        {
            "place": place.id,
            "area": place.area,
            "risk": round(float(problem.risk[row].sum()), 3),
            "visits": visits[row],
            "covered_share": round(float(share[row]), 4),
        }
        for row, place in enumerate(town.places)
    ]


def unmet(town: Prepared, problem: Problem, left: Sequence[int]) -> list[dict[str, Any]]:
    """Return the asked visits that fit nowhere, and why."""
    found = []
    for row in left:
        task = problem.tasks[row]
        if not task.must:
            continue
        code = "unmet.break" if task.why == "break" else "unmet.request"
        request = town.requests[row] if row < len(town.requests) else None
        facts = {
            "request": task.id.partition(":")[2],
            "place": "" if request is None else request.place,
            "from": clock(town.minutes(task.from_s)),
            "to": clock(town.minutes(task.to_s + task.dwell_s)),
        }
        found.append({"code": code, **words(code, facts), **facts})
    return found
