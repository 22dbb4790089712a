"""Visits, findings and phones as they are shown: rows of the store with the words for what the rules found."""

from __future__ import annotations

from typing import Any, Literal

from unjai.model.errors import UnjaiError
from unjai.patrol.flows.photos import Progress
from unjai.patrol.flows.sync import Answer
from unjai.patrol.rules.items import LATE_S
from unjai.patrol.schemas.visits import (
    CheckAnswerOut,
    OfficerPhoneOut,
    PatrolPhotoOut,
    PatrolRefusedOut,
    PresencePartOut,
    VisitFindingOut,
    VisitOut,
)
from unjai.platform.i18n import render, told

Locale = Literal["th", "en"]
_CHAIN_WORDS = frozenset({"chain_gap", "chain_fork", "chain_joined", "item_doubled"})


def _of(model: Any, row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in model.model_fields if name in row}


def part(row: dict[str, Any]) -> PresencePartOut:
    """Return a line of a judgement with its words."""
    said = render(row["code"], row["facts"], kind="presence")
    return PresencePartOut(code=row["code"], points=row["points"], facts=row["facts"], th=said["th"], en=said["en"])


def visit(row: dict[str, Any]) -> VisitOut:
    """Return a visit as it is shown."""
    said = row["said"]
    told_more = {"late": row["late_s"] > LATE_S, "dwell_s": said["dwell_s"], "offset_s": said["offset_s"]}
    told_more |= {"photos": said["photos"], "parts": [part(one) for one in row["parts"]]}
    return VisitOut(**{**_of(VisitOut, row), **told_more})


def finding(row: dict[str, Any]) -> VisitFindingOut:
    """Return a finding as it is shown."""
    return VisitFindingOut(**_of(VisitFindingOut, row), late=row["late_s"] > LATE_S)


def phone(row: dict[str, Any]) -> OfficerPhoneOut:
    """Return a phone as it is shown."""
    return OfficerPhoneOut(**_of(OfficerPhoneOut, row), key=row["digest"])


def answer(one: Answer) -> CheckAnswerOut:
    """Return the answer to an item, with words where there is anything to say."""
    words = {"th": "", "en": ""}
    if one.code:
        words = render(one.code, one.facts, kind="presence" if one.code in _CHAIN_WORDS else "errors")
    return CheckAnswerOut(
        digest=one.digest,
        state=one.state,
        code=one.code,
        th=words["th"],
        en=words["en"],
        seq=one.seq,
        late=(one.late_s or 0) > LATE_S,
        late_s=one.late_s,
        score=one.score,
        visit_state=one.visit_state,  # type: ignore[arg-type]  # the rules' own word
    )


def refused(row: dict[str, Any]) -> PatrolRefusedOut:
    """Return what was not believed, in words."""
    said = told(UnjaiError(row["code"], 409, **row["facts"]))
    return PatrolRefusedOut(
        **_of(PatrolRefusedOut, row), th=str(said["th"]), en=str(said["en"]), phone_name=row["name"]
    )


def photo(progress: Progress) -> PatrolPhotoOut:
    """Return how far a photograph has come."""
    words = render(progress.code) if progress.code else {"th": "", "en": ""}
    state: Any = progress.state
    return PatrolPhotoOut(state=state, have=progress.have, code=progress.code, th=words["th"], en=words["en"])
