"""A timeline step in words, Thai and English, from its kind and facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from unjai.platform.i18n import catalogue
from unjai.respond.codes import event_codes


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """One text in both languages."""

    th: str
    en: str


class _Blank(dict[str, object]):
    """What a step does not tell is left out, never an error."""

    def __missing__(self, key: str) -> str:
        return ""


def label(name: str, facts: Mapping[str, object] | None = None) -> Words:
    """Return the words of a fixed label such as ``outcome.resolved``; an unknown one is its own name."""
    text = catalogue("labels").get(name)
    if text is None:
        return Words(th=name, en=name)
    filled = _Blank(facts or {})
    return Words(th=text["th"].format_map(filled), en=text["en"].format_map(filled))


def span(seconds: float) -> Words:
    """Return a length of time in words: seconds under a minute and a half, minutes under two hours, then hours."""
    if seconds < 90:  # noqa: PLR2004
        return Words(th=f"{round(seconds)} วินาที", en=f"{round(seconds)} s")
    if seconds < 7200:  # noqa: PLR2004
        return Words(th=f"{round(seconds / 60)} นาที", en=f"{round(seconds / 60)} min")
    return Words(th=f"{round(seconds / 3600)} ชั่วโมง", en=f"{round(seconds / 3600)} h")


def way(metres: float) -> Words:
    """Return a distance in words: metres under a kilometre."""
    if metres < 1000:  # noqa: PLR2004
        return Words(th=f"{round(metres)} ม.", en=f"{round(metres)} m")
    return Words(th=f"{metres / 1000:.1f} กม.", en=f"{metres / 1000:.1f} km")


_SPANS = {"gap_s": "gap", "eta_s": "eta", "late_s": "late", "limit_s": "limit"}
_SPANS |= {"lasts_s": "lasts", "talked_s": "talked"}
_WAYS = {"distance_m": "distance", "road_m": "road"}
_LABELLED = {
    "channel": "channel",
    "outcome": "outcome",
    "state": "state",
    "priority": "priority",
    "from_priority": "priority",
    "wait": "wait",
    "party_kind": "party.kind",
    "party_role": "party.role",
    "sort": "sort",
    "part": "sos.part",
    "who": "sos.who",
    "ended_why": "sos.why",
}


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _simple(facts: Mapping[str, object]) -> dict[str, Words]:
    """Return the words of the facts that stand for themselves: lengths, distances, labels."""
    words: dict[str, Words] = {}
    for key, name in _SPANS.items():
        if (value := _number(facts.get(key))) is not None:
            words[name] = span(value)
    for key, name in _WAYS.items():
        if (value := _number(facts.get(key))) is not None:
            words[name] = way(value)
    for key, name in _LABELLED.items():
        if facts.get(key) is not None:
            words[key] = label(f"{name}.{facts[key]}")
    return words


def _flat(words: Mapping[str, Words]) -> dict[str, object]:
    flat: dict[str, object] = {}
    for name, said in words.items():
        flat[f"{name}_th"], flat[f"{name}_en"] = said.th, said.en
    return flat


def expanded(facts: Mapping[str, object]) -> dict[str, object]:
    """Return the facts with their words beside them (`outcome` → `outcome_th`, `outcome_en`)."""
    words = _simple(facts)
    if "why" in facts:
        words["why"] = label(f"why.{facts['why']}", _flat(words))
    if "late" in words:
        late = words["late"]
        words["late"] = Words(th=f" (ได้รับช้า {late.th})", en=f" (came {late.en} late)")
    if facts.get("text"):
        words["text"] = Words(th=f" — “{facts['text']}”", en=f" — “{facts['text']}”")
    if facts.get("reason"):
        words["reason"] = Words(th=f": {facts['reason']}", en=f": {facts['reason']}")
    if touched := [label(f"help.{key}.{facts[key]}") for key in ("what", "many", "hurt") if facts.get(key)]:
        words["told"] = Words(th=" · ".join(one.th for one in touched), en=" · ".join(one.en for one in touched))
    if "eta" in words and "road" in words:
        eta, road = words["eta"], words["road"]
        words["trip"] = Words(th=f" ({eta.th} {road.th})", en=f" ({eta.en}, {road.en})")
    if "code" in facts:
        words["title"] = title(str(facts["code"]), str(facts.get("about_th", "")), str(facts.get("about_en", "")))
    return {**{key: value for key, value in facts.items() if value is not None}, **_flat(words)}


def title(code: str, about_th: str = "", about_en: str = "") -> Words:
    """Return what an incident is called: its event, and what it is about (a pole's name, a call sign)."""
    event = event_codes().get(code)
    th, en = (event.th, event.en) if event is not None else (code, code)
    return Words(
        th=f"{th} · {about_th}" if about_th else th, en=f"{en} · {about_en or about_th}" if about_en or about_th else en
    )


def step_words(kind: str, facts: Mapping[str, object]) -> Words:
    """Return a timeline step in words; a kind without words is its own name."""
    text = catalogue("timeline").get(kind)
    if text is None:
        return Words(th=kind, en=kind)
    filled = _Blank(expanded(facts))
    return Words(th=text["th"].format_map(filled), en=text["en"].format_map(filled))
