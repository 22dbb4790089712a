"""Routes of surveys: the questionnaire of the zone as XLSForm, ODK form, paper, and the columns of its answers."""

from __future__ import annotations

import csv
import io
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Response

from unjai.evaluate.rules.survey import questionnaire as rules
from unjai.evaluate.survey_press import pressed
from unjai.platform.http import Ask, allowed
from unjai.platform.paper import pdf
from unjai.territory.store import communities_of, org_unit_of

router = APIRouter(tags=["figures"])

Reads = Annotated[Ask, allowed("figures.read")]
SHEET = Path(str(files("unjai.evaluate") / "data" / "survey.typ"))
_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xml": "application/xml",
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
}
_BOM = "\ufeff"


@router.get("/figures/survey/questionnaire/{form}", response_class=Response)
async def read_questionnaire(
    ask: Reads, form: Literal["xlsx", "xml", "pdf", "csv"], lang: Literal["th", "en"] = "th"
) -> Response:
    """Return the questionnaire: XLSForm (Kobo), XForm (ODK), the paper sheet, or the empty table of its answers."""
    station = ask.actor.station
    places = await communities_of(ask.tx, station)
    groups = rules.questionnaire(rules.communities((one.code, one.name_th, one.name_en) for one in places))
    unit = await org_unit_of(ask.tx, station)
    names = ("", "") if unit is None else (unit.name_th, unit.name_en or unit.name_th)
    if form == "csv":
        into = io.StringIO()
        csv.writer(into).writerow(rules.columns(groups))
        body = (_BOM + into.getvalue()).encode()
    elif form == "pdf":
        body = await pdf(SHEET, rules.paper(groups, place=names[0 if lang == "th" else 1], lang=lang))
    else:
        body = await pressed(rules.xlsform(groups, form_id=f"unjai_survey_{station}", place=names), form)
    disposition = f'attachment; filename="survey-{station}.{form}"'
    return Response(body, media_type=_TYPES[form], headers={"Content-Disposition": disposition})
