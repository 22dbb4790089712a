"""What is kept how long, for everybody to see: as data, and as a page that needs no script.

The words stand in `kept.json`; the citizen's app has the same, and a test compares them.
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel

from unjai.cameras.store.reads import longest_kept_days
from unjai.model.clock import BANGKOK
from unjai.model.thai import format_date
from unjai.platform.http import PUBLIC, Ask, allowed
from unjai.territory.store import org_unit_of
from unjai.web.keeping import RULES, Group, Station, Unit

router = APIRouter(tags=["kept"])
pages = APIRouter()


class KeptSpanOut(BaseModel):
    """How long: an amount of hours, days or copies; `always` and `none` have no amount."""

    unit: Unit
    amount: int


class KeptRowOut(BaseModel):
    """One kind of thing: `key`, `group`, `who` and `why` name the words (`kept.row.<key>`, `kept.who.<who>` …)."""

    key: str
    group: Group
    who: str
    why: str
    span: KeptSpanOut


class KeptStationOut(BaseModel):
    """Whose rules these are, and whom to ask."""

    name_th: str
    name_en: str


class KeptListOut(BaseModel):
    """Everything the station keeps about people and streets, and how long."""

    station: KeptStationOut | None
    rows: list[KeptRowOut]


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """Return the page's words by key, each in Thai and English."""
    return dict(json.loads(files("unjai.web").joinpath("kept.json").read_text("utf-8")))


@router.get("/kept")
async def what_is_kept(ask: Annotated[Ask, allowed(PUBLIC)], response: Response) -> KeptListOut:
    """Return what the station keeps how long, from its settings and rules as they are now."""
    response.headers["cache-control"] = "public, max-age=300"
    response.headers["vary"] = "Cookie"
    return await _told(ask)


async def _told(ask: Ask) -> KeptListOut:
    home = ask.actor.station if ask.actor.stations else None
    video = 0.0 if home is None else await longest_kept_days(ask.tx, home)
    here = Station(settings=ask.request.app.state.settings, video_days=video)
    unit = None if home is None else await org_unit_of(ask.tx, home)
    station = None if unit is None else KeptStationOut(name_th=unit.name_th, name_en=unit.name_en or unit.name_th)
    rows = [
        KeptRowOut(
            key=one.key,
            group=one.group,
            who=one.who,
            why=one.why,
            span=KeptSpanOut(unit=(span := one.span(here)).unit, amount=span.amount),
        )
        for one in RULES
    ]
    return KeptListOut(station=station, rows=rows)


@pages.get("/kept", response_class=HTMLResponse, include_in_schema=False)
async def kept_page(
    ask: Annotated[Ask, allowed(PUBLIC)], lang: Annotated[str, Query(pattern="^(th|en)$")] = "th"
) -> HTMLResponse:
    """Return the same as a page that needs no script: for old phones, and for paper."""
    told = await _told(ask)
    printed = format_date(ask.clock.now().astimezone(BANGKOK).date(), "long") if lang == "th" else ""
    headers = {"cache-control": "public, max-age=300", "vary": "Cookie"}
    return HTMLResponse(
        page_of(told, lang, printed or f"{ask.clock.now().astimezone(BANGKOK):%d %B %Y}"), headers=headers
    )


def page_of(told: KeptListOut, lang: str, printed: str) -> str:
    """Return the list as HTML in one language."""

    def say(key: str, **facts: object) -> str:
        return html.escape(words()[key][lang].format(**facts))

    def row(one: KeptRowOut) -> str:
        length = say(f"kept.for.{one.span.unit}", n=one.span.amount)
        return (
            f"<tr><th scope=row>{say(f'kept.row.{one.key}')}</th><td>{length}</td>"
            f"<td>{say(f'kept.who.{one.who}')}</td><td>{say(f'kept.why.{one.why}')}</td></tr>"
        )

    parts = []
    for group in ("you", "street", "centre"):
        rows = "".join(row(one) for one in told.rows if one.group == group)
        heads = "".join(f"<th scope=col>{say(f'kept.{head}')}</th>" for head in ("long", "who", "why"))
        parts.append(f"<h2>{say(f'kept.group.{group}')}</h2><table><tr><td></td>{heads}</tr>{rows}</table>")
    name = "" if told.station is None else (told.station.name_th if lang == "th" else told.station.name_en)
    asked = say("kept.rights.ask", station=name) if name else say("kept.rights.ask.plain")
    other = "<a href='/kept?lang=en' lang=en>English</a>" if lang == "th" else "<a href='/kept' lang=th>ไทย</a>"
    return (
        f"<!doctype html><html lang={lang}><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>{say('kept.title')}</title><style>{_STYLE}</style>"
        f"<main><p>{other} · <a href='/'>{say('kept.back')}</a></p>"
        f"<h1>{say('kept.title')}</h1><p>{html.escape(name)} · {html.escape(printed)}</p>"
        f"<p>{say('kept.intro')} {say('kept.no_faces')}</p>"
        f"{''.join(parts)}<h2>{say('kept.rights')}</h2><p>{say('kept.rights.text')}</p><p>{asked}</p>"
        f"<p><a href='/ledger'>{say('kept.ledger')}</a></p></main></html>"
    )


_STYLE: Final = (
    ":root{color-scheme:light dark}body{font:16px/1.7 system-ui,sans-serif;margin:0}main{max-width:60rem;margin:auto;"
    "padding:1rem}table{border-collapse:collapse;width:100%}th,td{text-align:start;vertical-align:top;"
    "padding:.4rem .6rem;border-bottom:1px solid #8888}th[scope=row]{width:40%;font-weight:600}"
    "@media(max-width:40rem){tr{display:block;"
    "border-bottom:1px solid #8888;padding:.5rem 0}th,td,th[scope=row]{display:block;width:auto;border:0;padding:0}"
    "tr:first-child{display:none}}@media print{a{color:inherit}}"
)
