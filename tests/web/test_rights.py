"""Every route asked as every role, at one's own station and from another: made from what the routes declare."""

import re
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from tests.web.edge import CALLER, HERE, PASSWORD, PLACE, ROOT, THERE, Centre
from tests.web.signals_night import FILE
from unjai.model.actor import system
from unjai.model.ids import named_id
from unjai.people import flows as people
from unjai.people.page import Declared, rights_page
from unjai.people.rights import RIGHTS, ROLES
from unjai.platform.audit import audit_log
from unjai.platform.database import metadata
from unjai.platform.http import ANYONE, PUBLIC

BODIES: dict[str, Any] = {
    "POST /api/accounts/{account_id}/roles": {"role": "officer", "org_unit_id": HERE},
    "POST /api/approvals/{approval_id}/approve": {"digest": "0" * 64},
    "POST /api/approvals/{approval_id}/refuse": {"note": "ถูกยึดโดยสถานีอื่น"},
    "POST /api/break-glass/{break_glass_id}/review": {"verdict": "justified", "note": "ถูกยึดโดยสถานีอื่น"},
    "POST /api/devices/{device_id}/disable": {"disabled": True},
    "PATCH /api/devices/{device_id}": {"name_th": "ถูกยึด"},
    "POST /api/escort/walks/{walk_id}/answer": {"id": str(named_id("rights", "answer"))},
    "POST /api/escort/walks/{walk_id}/more": {"id": str(named_id("rights", "answer")), "minutes": 10},
    "POST /api/escort/walks/{walk_id}/end": {"id": str(named_id("rights", "answer"))},
    "POST /api/incidents/{incident_id}/close": {"outcome": "resolved"},
    "POST /api/incidents/{incident_id}/code": {"code": "NOI"},
    "POST /api/incidents/{incident_id}/merge": {"into": str(named_id("rights", "second"))},
    "POST /api/incidents/{incident_id}/note": {"text": "ถูกยึด"},
    "POST /api/incidents/{incident_id}/place": PLACE,
    "POST /api/incidents/{incident_id}/priority": {"priority": 1},
    "POST /api/incidents/{incident_id}/reopen": {"reason": "ถูกยึด"},
    "POST /api/incidents/{incident_id}/steps/{key}": {"answer": "yes"},
    "POST /api/incidents/{incident_id}/overdue/take": {"word": "ถูกยึด"},
    "POST /api/incidents/{incident_id}/parties": {"kind": "person", "role": "witness", "facts": {"name": "ถูกยึด"}},
    "PUT /api/incidents/{incident_id}/parties/{party_id}": {"role": "witness", "facts": {"name": "ถูกยึด"}},
    "POST /api/incidents/{incident_id}/messages": {"key": "over", "text_th": "ถูกยึด", "text_en": "taken"},
    "POST /api/attachments/{attachment_id}/remove": {"reason": "ถูกยึด"},
    "POST /api/case-files/{case_file_id}/receive": {"digest": "a" * 64},
    "POST /api/procedure-gaps/{gap_id}/seen": {"word": "ถูกยึด"},
    "PUT /api/message-templates/{key}": {"title_th": "ก", "title_en": "a", "text_th": "ก", "text_en": "a"},
    "POST /api/citizen/help/{help_id}/told": {"what": "fire"},
    "POST /api/citizen/help/{help_id}/words": {"id": str(named_id("rights", "word")), "text": "ถูกยึด"},
    "POST /api/incidents/{incident_id}/help-calls/{report_id}/words": {"text": "ถูกยึด"},
    "POST /api/incidents/{incident_id}/help-calls/{report_id}/number": {"proved": True},
    "POST /api/incidents/{incident_id}/help-calls/{report_id}/seen": {"up_to": 1},
    "POST /api/incidents/{incident_id}/split": {"report_id": str(named_id("rights", "report"))},
    "PUT /api/devices/{device_id}/contact": {"name": "ถูกยึด"},
    "PUT /api/devices/{device_id}/settings": {"settings": {}},
    "PUT /api/rules/{rule_id}": {"kind": "tamper", "version": 1, "name": "ถูกยึด"},
    "POST /api/rules/{rule_id}/switch": {"enabled": False},
    "POST /api/officer/assignments/{assignment_id}/close": {"outcome": "resolved"},
    "PATCH /api/checklists/items/{key}": {"note": "ถูกยึด"},
    "PATCH /api/zone/plans/{key}": {"name_th": "ถูกยึด", "geometry": None},
    "PATCH /api/cameras/{camera_id}": {"name_th": "ถูกยึด"},
    "POST /api/cameras/{camera_id}/counters": {"kind": "line", "name_th": "ถูกยึด", "corners": [[0, 0], [1, 1]]},
    "PATCH /api/camera-counters/{camera_counter_id}": {"name_th": "ถูกยึด"},
    "PUT /api/alerts/{alert_id}/verdict": {"verdict": "wrong", "reason": "ถูกยึด"},
    "POST /api/rules/{rule_id}/proposal/accept": {"param": "lasts_s", "to": 60, "version": 1},
    "POST /api/rules/{rule_id}/proposal/decline": {"param": "lasts_s", "to": 60},
    "POST /api/cameras/{camera_id}/consents": {"number": "ถูกยึด", "from_on": "2026-11-22"},
    "POST /api/cameras/{camera_id}/references": {"beside": False},
    "POST /api/cameras/{camera_id}/requests": {"want": "ถูกยึด"},
    "POST /api/cameras/{camera_id}/turn": {"do": "stop"},
    "POST /api/sos/points/{point_id}/actions": {"part": "siren"},
    "PATCH /api/camera-consents/{camera_consent_id}": {"number": "ถูกยึด"},
    "PUT /api/camera-points/{camera_point_id}": {"code": "ถูกยึด", "name_th": "ถูกยึด"},
    "PUT /api/camera-sources/{camera_source_id}": {"code": "ถูกยึด", "name_th": "ถูกยึด"},
    "POST /api/camera-requests/{camera_request_id}/move": {"to": "agreed"},
    "POST /api/evidence/{evidence_id}/hand-over": {"name": "ถูกยึด", "agency": "ถูกยึด"},
    "POST /api/evidence/{evidence_id}/receive": {"digest": "a" * 64},
    "POST /api/evidence/{evidence_id}/release": {"reason": "ถูกยึดโดยสถานีอื่น"},
    "POST /api/evidence/{evidence_id}/remove": {"reason": "ถูกยึดโดยสถานีอื่น"},
    "POST /api/evidence/{evidence_id}/copies": {
        "recipient": "ถูกยึด",
        "agency": "ถูกยึด",
        "sort": "media",
        "purpose": "ถูกยึดโดยสถานีอื่น",
    },
    "POST /api/evidence-copies/{copy_id}/look": {"revision": 0},
    "POST /api/evidence-copies/{copy_id}/release": {"revision": 0, "looked": True},
    "POST /api/evidence-copies/{copy_id}/remove": {"reason": "ถูกยึดโดยสถานีอื่น"},
    "PUT /api/evidence-copies/{copy_id}/marks": {"revision": 0, "marks": []},
    "POST /api/incidents/{incident_id}/evidence": {
        "pieces": [
            {
                "camera_id": str(named_id("rights", "camera-secret")),
                "since": "2026-11-21T17:00:00Z",
                "until": "2026-11-21T17:01:00Z",
            }
        ],
        "reason": "ถูกยึดโดยสถานีอื่น",
        "no_case": True,
    },
    "PATCH /api/plates/watch-list/{watch_entry_id}": {"instruction": "ถูกยึด"},
    "POST /api/plates/watch-list/{watch_entry_id}/end": {"why": "ถูกยึดโดยสถานีอื่น"},
    "POST /api/plates/watch-files/{watch_file_id}/propose": {
        "reason": "ถูกยึด",
        "legal_basis": "ก",
        "case_number": "ก",
        "requested_by": "ก",
        "valid_until": "2026-12-31T00:00:00Z",
    },
    "POST /api/plates/hits/{plate_hit_id}/confirm": {"version": 1},
    "POST /api/plates/hits/{plate_hit_id}/reject": {"version": 1},
    "POST /api/plates/hits/{plate_hit_id}/undo": {"version": 1},
    "PUT /api/plates/cases/{plate_case_id}": {"until": None},
    "POST /api/plates/searches/{plate_search_id}/hold": {"reads": [str(named_id("rights", "read"))]},
    "POST /api/plates/searches/{plate_search_id}/export": {"reads": [str(named_id("rights", "read"))]},
    "POST /api/shift-logs/{log_id}/additions": {"text": "ถูกยึด"},
    "POST /api/shift-logs/{log_id}/hand-over": {},
    "PATCH /api/accounts/{account_id}": {"name_th": "ถูกยึด"},
    "PATCH /api/persons/{person_id}": {"first_th": "ถูกยึด"},
    "POST /api/persons/{person_id}/account": {"account_id": str(named_id("rights", "account"))},
    "POST /api/persons/{person_id}/posts": {"position": "superintendent", "org_unit_id": HERE, "from_on": "2026-11-22"},
    "PATCH /api/posts/{post_id}": {"order_ref": "ถูกยึด"},
    "PATCH /api/shifts/{shift_id}": {"name_th": "ถูกยึด"},
    "POST /api/units/{unit_id}/phone-sheet": {"base_url": "https://centre.example"},
    "POST /api/units/{unit_id}/talk": {"text": "ถูกยึด"},
    "POST /api/units/{unit_id}/talk/read": {"up_to": 2**40},
    "POST /api/import/files/{file_id}/apply": {"leave_refused": True},
    "POST /api/import/files/{file_id}/preview": {"kind": "checkpoints"},
    "PUT /api/shift-logs/{log_id}/note": {"note": "ถูกยึด", "version": 1},
    "PUT /api/patrol/beats/{beat_id}": {"code": "ถูกยึด", "name_th": "ถูกยึด"},
    "PATCH /api/patrol/checkpoints/{checkpoint_id}": {"name_th": "ถูกยึด"},
    "POST /api/patrol/checkpoints/{checkpoint_id}/undo": {"version": 1},
    "POST /api/patrol/my/phones/{phone_id}/revoke": {"why": "ถูกยึด"},
    "POST /api/patrol/phones/{phone_id}/revoke": {"why": "ถูกยึด"},
    "PUT /api/patrol/plans/{plan_id}/rounds": {"version": 1, "rounds": []},
    "POST /api/patrol/plans/{plan_id}/publish": {"version": 1},
    "PUT /api/patrol/requests/{patrol_request_id}": {
        "label": "ถูกยึด",
        "lon": 98.99,
        "lat": 18.79,
        "from_day": "2026-11-22",
        "to_day": "2026-11-22",
        "version": 1,
    },
    "PUT /api/patrol/requests/{patrol_request_id}/outcomes/{plan_id}": {"state": "done"},
    "PUT /api/patrol/layers/{patrol_layer_id}": {
        "name_th": "ถูกยึด",
        "from_day": "2026-11-22",
        "to_day": "2026-11-22",
        "version": 1,
    },
    "POST /api/plain-reports/{plain_report_id}/photos": {
        "secret": "s" * 43,
        "id": str(named_id("rights", "shot")),
        "photo": "AAAA",
    },
    "POST /api/plain-reports/{plain_report_id}/words": {
        "secret": "s" * 43,
        "id": str(named_id("rights", "word")),
        "no": 1,
        "say": "fixed",
    },
    "POST /api/plain-reports/{plain_report_id}/move": {"to": "taken", "version": 1},
    "POST /api/plain-reports/{plain_report_id}/answer": {"text_th": "ถูกยึด", "version": 1},
    "POST /api/plain-reports/{plain_report_id}/join": {"into": str(named_id("rights", "other report"))},
    "POST /api/patrol/findings/{finding_id}/settle": {"settled": True, "note": "ถูกยึด"},
    "POST /api/patrol/owner-messages/{owner_message_id}/sent": {"sent": True},
    "PUT /api/signals/{junction_id}": {"file": FILE, "version": 1},
    "POST /api/signals/{junction_id}/remove": {"version": 1},
    "POST /api/signals/{junction_id}/watch": {"on": False},
    "POST /api/signals/{junction_id}/enable": {"mode": "control", "version": 1},
    "POST /api/signals/{junction_id}/measures": {"day": "2026-11-22"},
    "PUT /api/figures/committee/visits/{visit_id}": {
        "version": 1,
        "visited_on": "2026-11-21",
        "committee": "ถูกยึด",
        "summary": "",
        "marks": {},
        "notes": {},
    },
    "POST /api/figures/committee/visits/{visit_id}/sign": {"version": 1},
    "PUT /api/figures/actions/{action_id}": {"state": "done", "owner": "ถูกยึด", "due": "2026-11-22", "note": "ถูกยึด"},
    "PUT /api/figures/technology/{technology_id}": {
        "name": "ถูกยึด",
        "kind": "camera",
        "novel": "new",
        "since": "2026-11-22",
    },
    "PATCH /api/units/{unit_id}": {"name_th": "ถูกยึด"},
    "POST /api/units/{unit_id}/duty": {"on": False},
    "PUT /api/roster/{day}/{shift_id}/{unit_id}": {"note": "ถูกยึด"},
}
"""A body that each route with an id in its path takes, so that it comes as far as the thing itself."""


QUERIES = dict.fromkeys(
    ("recordings", "recordings.m3u8", "clip"), "?since=2026-11-21T17:00:00Z&until=2026-11-21T18:00:00Z"
) | {"package": "?why=taken"}
QUERIES |= dict.fromkeys(("flow", "flow.csv", "log.csv", "log.parquet"), "?day=2026-11-22")
"""What a route whose path ends so needs to be asked at all."""

COMMON_WORDS = re.compile("กลับ|ความลับ|รหัสลับ")
"""Words of our own texts in which "ลับ", by which the secrets here are called, stands too."""


async def _ask(client: httpx.AsyncClient, centre: Centre, item: Declared, *, known: bool) -> httpx.Response:
    body = BODIES.get(f"{item.method} {item.path}")
    path = centre.path(item, known=known) + QUERIES.get(item.path.rpartition("/")[2], "")
    return await client.request(item.method, path, json=body)


def _code(answer: httpx.Response) -> str:
    if answer.status_code < 400 or "json" not in answer.headers.get("content-type", ""):
        return ""
    return str(answer.json()["error"]["code"])


async def test_every_route_declares_a_right_that_exists(centre):
    wrong = [item for item in centre.routes() if item.right not in {PUBLIC, ANYONE, *RIGHTS}]
    assert wrong == []
    assert len(centre.routes()) > 50


async def test_what_is_open_to_everybody_is_this_and_no_more(centre):
    assert {f"{item.method} {item.path}" for item in centre.routes() if item.right == PUBLIC} == {
        "POST /api/session",
        "DELETE /api/session",
        "POST /api/session/second-step",
        "GET /api/citizen/help/{help_id}",
        "POST /api/citizen/help/{help_id}/told",
        "POST /api/citizen/help/{help_id}/words",
        "POST /api/citizen/help/{help_id}/attachments",
        "POST /api/escort/goals",
        "POST /api/plain-reports",
        "POST /api/plain-reports/mine",
        "POST /api/plain-reports/{plain_report_id}/photos",
        "POST /api/plain-reports/{plain_report_id}/words",
        "POST /api/escort/ways",
        "POST /api/escort/walks",
        "GET /api/escort/walks/{walk_id}",
        "POST /api/escort/walks/{walk_id}/answer",
        "POST /api/escort/walks/{walk_id}/end",
        "GET /api/escort/walks/{walk_id}/way",
        "POST /api/escort/walks/{walk_id}/more",
        "GET /api/escort/walks/{walk_id}/links",
        "POST /api/escort/walks/{walk_id}/links",
        "DELETE /api/escort/walks/{walk_id}/links/{link_id}",
        "GET /api/escort/friend",
        "GET /api/kept",
        "GET /kept",
        "GET /api/streets",
        "GET /api/public/roots",
        "GET /api/public/roots/consistency",
        "GET /api/public/keys",
        "GET /api/ledger",
        "GET /api/ledger/roots",
        "GET /api/ledger/consistency",
        "GET /api/ledger/proof",
        "GET /api/ledger/days/{day}/entries",
        "GET /api/ledger/days/{day}/proof",
        "GET /api/patrol/screens/{checkpoint_id}/{key}",
        "GET /api/patrol/screens/{checkpoint_id}/{key}/code",
    }


async def test_who_has_not_signed_in_is_asked_to(centre):
    wrong = []
    async with centre.client() as client:
        for item in centre.routes():
            answer = await _ask(client, centre, item, known=True)
            if (answer.status_code == 401) == (item.right == PUBLIC):
                wrong.append((item.method, item.path, answer.status_code))
            if answer.status_code >= 500:
                wrong.append((item.method, item.path, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_may_what_it_may_and_nothing_else(centre, role):
    wrong = []
    async with centre.client(role) as client:
        for item in centre.routes():
            answer = await _ask(client, centre, item, known=False)
            code, status = _code(answer), answer.status_code
            if item.right in {PUBLIC, ANYONE, *ROLES[role].rights}:
                good = status < 500 and code not in {"right_missing", "request_forged", "sign_in_needed"}
            else:
                good = (status, code) == (403, "right_missing")
            if not good:
                wrong.append((item.method, item.path, item.right, status, code))
    assert wrong == []
    async with centre.db.tx(ROOT) as tx:
        signed = await people.sign_in(
            tx, ROOT, centre.clock, username=f"{role}.{HERE}", password=PASSWORD, ip="again", agent="rights"
        )
    assert isinstance(signed, people.SignedIn)
    centre.tokens[role, HERE] = str(signed.token)


async def _state(centre: Centre) -> dict[str, Any]:
    """Every row of the first station, but its audit."""
    told = {}
    async with centre.db.tx(system(HERE)) as tx:
        for table in metadata.sorted_tables:
            seen = table.info.get("guard") == "station" and not table.info.get("worker_only")
            if seen and table is not audit_log:
                told[table.name] = await tx.all(select(table).where(table.c.station_id == HERE))
    return {name: sorted(map(str, rows)) for name, rows in told.items()}


@pytest.mark.parametrize("role", ROLES)
async def test_another_station_sees_and_changes_nothing(centre, role):
    before = await _state(centre)
    assert before["incident"]
    assert before["assignment"]
    wrong = []
    async with centre.client(role, THERE) as client:
        for item in centre.routes():
            named = item.right == ANYONE and "_id}" in item.path
            if not named and item.right not in ROLES[role].rights:
                continue
            answer = await _ask(client, centre, item, known=True)
            told = COMMON_WORDS.sub("", answer.text)
            if any(secret in told for secret in centre.secrets if secret not in str(answer.request.url)):
                wrong.append((item.method, item.path, "tells", answer.text[:300]))
            if "_id}" in item.path or "{key}" in item.path:
                code = _code(answer)
                if answer.status_code not in {403, 404} or code not in {
                    "not_found",
                    "account_beyond_scope",
                    "right_missing",
                }:
                    wrong.append((item.method, item.path, answer.status_code, code, answer.text[:200]))
    assert wrong == []
    assert await _state(centre) == before


async def test_a_caller_is_known_only_to_who_may(centre):
    for role in ROLES:
        async with centre.client(role) as client:
            answer = await client.get(f"/api/incidents/{centre.ids['incident']}")
        if "incident.read" not in ROLES[role].rights:
            assert answer.status_code == 403
            continue
        told = "0812345678" in answer.text or CALLER in answer.text
        assert told == ("caller.read" in ROLES[role].rights), role


def test_every_route_with_an_id_has_a_body_to_try(centre):
    needing = {
        f"{item.method} {item.path}"
        for item in centre.routes()
        if item.method in {"POST", "PATCH", "PUT"} and "{" in item.path
    }
    assert set(BODIES) <= needing
    assert isinstance(UUID(centre.ids["assignment"]), UUID)


async def test_the_table_of_rights_in_the_docs_is_true(centre):
    """`make client` writes it anew."""
    file = Path(__file__).resolve().parents[2] / "docs" / "rights.md"
    assert file.read_text("utf-8") == rights_page(centre.app.routes)
