"""What the edge tells of itself: request ids, metrics, the state of the system, open roots, and no secret in a log."""

import asyncio
import json
import logging
import re

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import select

from tests.web.edge import HERE, PASSWORD, ROOT
from unjai.platform.audit import audit_log
from unjai.platform.config import load
from unjai.platform.ledger.roots import every_root, read_roots, sign, signing_key
from unjai.platform.ledger.sealing import seal
from unjai.platform.logs import formatter, request_id
from unjai.web.plain import plain_door
from unjai.web.trust import told


@pytest.fixture
async def sealed(centre, worker_db, tmp_path):
    async with worker_db.tx(ROOT) as tx:
        while await seal(tx, centre.clock):
            pass
        if not await every_root(tx):
            await sign(tx, centre.clock, signing_key(tmp_path), fresh=True)


async def test_a_request_keeps_its_id_or_gets_one(centre):
    async with centre.client() as client:
        given = await client.get("/api/info", headers={"X-Request-Id": "night-shift.42"})
        made = await client.get("/api/info", headers={"X-Request-Id": "no good\t"})
        refused = await client.get("/api/incidents")
    assert given.headers["x-request-id"] == "night-shift.42"
    assert re.fullmatch(r"[0-9a-f]{16}", made.headers["x-request-id"])
    assert re.fullmatch(r"[0-9a-f]{16}", refused.headers["x-request-id"])


async def test_an_error_names_the_request_in_the_answer_and_in_the_log(centre, caplog, monkeypatch):
    async def broken():
        raise RuntimeError("something that nobody foresaw")

    async with centre.client("superintendent") as client:
        monkeypatch.setitem(centre.app.state._state, "system", broken)
        answer = await client.get("/api/system", headers={"X-Request-Id": "broken-request-1"})
    assert answer.status_code == 500
    assert answer.json()["error"]["facts"]["reference"] == "broken-request-1"
    assert answer.headers["x-request-id"] == "broken-request-1"
    assert "nobody foresaw" not in answer.text
    assert any("broken-request-1" in record.getMessage() for record in caplog.records)


def test_lines_for_machines_and_for_people():
    record = logging.LogRecord("unjai.x", logging.WARNING, "f", 1, "รอ %s", ("NATS",), None)
    token = request_id.set("abc12345")
    try:
        said = json.loads(formatter("json").format(record))
        line = formatter("text").format(record)
    finally:
        request_id.reset(token)
    assert (said["level"], said["name"], said["text"], said["request"]) == ("WARNING", "unjai.x", "รอ NATS", "abc12345")
    assert line.endswith("WARNING unjai.x: [abc12345] รอ NATS")
    assert "request" not in json.loads(formatter("json").format(record))


async def test_no_secret_is_logged(centre, caplog):
    caplog.set_level(logging.DEBUG)
    wrong = "รหัสผ่านที่พิมพ์ผิด 4711"
    async with centre.client() as client:
        good = await client.post("/api/session", json={"username": f"operator.{HERE}", "password": PASSWORD})
        await client.post("/api/session", json={"username": f"operator.{HERE}", "password": wrong})
        await client.post("/api/session", json={"username": ["x"], "password": wrong})
        await client.post("/api/citizen/help", json={"id": "x", "phone": "0898765432"})
        token = good.cookies["unjai_session"]
        await client.get("/api/session")
    lines = [formatter(form).format(record) for record in caplog.records for form in ("text", "json")]
    for secret in (PASSWORD, wrong, token, "0898765432"):
        assert [line for line in lines if secret in line] == []


async def test_metrics_count_by_route_and_tell_the_ages(centre):
    async with centre.client("operator") as client:
        await client.get(f"/api/incidents/{centre.ids['incident']}")
        await client.get("/api/nothing-here")
        answer = await client.get("/metrics")
    assert answer.status_code == 200
    found = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            found.setdefault(sample.name, []).append((sample.labels, sample.value))
    routes = {labels["route"] for labels, _ in found["unjai_requests_total"]}
    assert "/api/incidents/{incident_id}" in routes
    assert not any(centre.ids["incident"] in route for route in routes)
    for name in ("unjai_unsealed_seconds", "unjai_outbox_depth", "unjai_log_rows", "unjai_disc_free_bytes"):
        assert found[name][0][1] >= 0
    assert found["unjai_database_up"][0][1] == 1
    assert found["unjai_nats_up"][0][1] == 1
    assert {labels["process"] for labels, _ in found["unjai_process_resident_bytes"]} == {"web"}
    assert any(labels["stream"] == "OBS_FLEET" for labels, _ in found["unjai_stream_bytes"])


@pytest.mark.parametrize(
    ("client", "headers", "status"),
    [
        (("127.0.0.1", 1), {}, 200),
        (("10.0.0.9", 1), {}, 403),
        (("127.0.0.1", 1), {"X-Forwarded-For": "10.0.0.9"}, 403),
        (("10.0.0.9", 1), {"Authorization": "Bearer wrong"}, 403),
        (("10.0.0.9", 1), {"Authorization": "Bearer "}, 403),
    ],
)
async def test_metrics_are_for_this_machine(centre, client, headers, status):
    transport = httpx.ASGITransport(app=centre.app, client=client)
    async with httpx.AsyncClient(transport=transport, base_url="http://centre") as asking:
        assert (await asking.get("/metrics", headers=headers)).status_code == status


async def test_the_system_is_told_to_who_may_without_secrets(centre, sealed):
    async with centre.client("superintendent") as client:
        answer = await client.get("/api/system")
    said = answer.json()
    assert answer.status_code == 200
    assert {one["name"]: bool(one["version"]) for one in said["engines"]} == {"PostgreSQL": True, "NATS": True}
    assert said["backup"]["state"] == "off"
    assert said["log"]["rows"] > 0
    assert said["log"]["roots"]
    assert said["disc_free_bytes"] > 0
    hidden = {one["key"] for one in said["settings"] if one["value"] is None}
    assert {"database_url", "nats_url", "metrics_token"} <= hidden


async def test_anybody_checks_the_roots_and_that_nothing_was_rewritten(centre, sealed, worker_db):
    async with centre.client() as client:
        roots = read_roots((await client.get("/api/public/roots")).text)
        size = roots[0].size
        proof = await client.get("/api/public/roots/consistency", params={"first": 1, "second": size})
        beyond = await client.get("/api/public/roots/consistency", params={"first": 1, "second": size + 10_000})
    assert proof.json()["second_root"] == roots[0].root.hex()
    assert beyond.json()["error"]["code"] == "root_unknown"
    async with worker_db.tx(ROOT) as tx:
        row = await tx.scalar(
            select(audit_log.c.id).where(audit_log.c.station_id == HERE).order_by(audit_log.c.id).limit(1)
        )
    async with centre.client("supervisor") as client:
        own = await client.get("/api/audit/proof", params={"row": str(row)})
    async with centre.client("supervisor", ROOT.station + 1) as client:
        other = await client.get("/api/audit/proof", params={"row": str(row)})
    assert own.status_code == 200
    assert other.status_code == 404


async def test_the_plain_door_helps_to_trust_and_leads_to_https(tmp_path):
    from datetime import UTC, datetime

    from unjai.model.clock import MovedClock
    from unjai.platform import authority

    await asyncio.to_thread(
        authority.init, tmp_path, MovedClock(datetime.now(UTC)), names=["ccoc.example"], ips=["10.1.2.3"]
    )
    settings = load({}, data=tmp_path, host="0.0.0.0", port=8443, http_port=8080)
    transport = httpx.ASGITransport(app=plain_door(settings))
    async with httpx.AsyncClient(transport=transport, base_url="http://10.1.2.3:8080") as client:
        away = await client.get("/api/session?x=1")
        state = (await client.get("/trust/state.json")).json()
        file = await client.get("/trust/unjai-station.crt")
        picture = await client.get("/trust/page.svg")
    assert (away.status_code, away.headers["location"]) == (308, "https://10.1.2.3:8443/api/session")
    assert state["page"] == "http://10.1.2.3:8080/trust"
    assert state["authority"]["fingerprint"] == authority.read(tmp_path / "tls" / "ca.crt").fingerprint
    assert file.content[:1] == b"\x30"
    assert file.headers["content-type"] == "application/x-x509-ca-cert"
    assert picture.text.startswith("<svg")
    assert told(settings, "127.0.0.1")["page"] == "http://10.1.2.3:8080/trust"
    assert told(load({}, data=tmp_path / "bare"), "x")["tls"] is False
