"""Owners are told by the station's gateway: signed, only outside, once, again while it is silent, then given up."""

import http.server
import json
import ssl
import threading
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from standardwebhooks.webhooks import Webhook

from tests.patrol.conftest import HERE, checkpoint, registered
from tests.patrol.test_visits import code_at
from unjai.model.actor import system
from unjai.model.clock import SystemClock
from unjai.model.errors import UnjaiError
from unjai.patrol.flows.owners import Telling
from unjai.patrol.gateway import Sent, send
from unjai.patrol.rules.telling import AGAIN, again_at, final, gateway_url, message, public, taken
from unjai.patrol.secrets import vault_of
from unjai.platform.authority import init
from unjai.platform.tls import authority_file, own_pair

URL = "https://gateway.example:8443/line?station=1"
OWNER = {"owner_name": "คุณสมศรี", "owner_contact": "081-234-5678", "tell_owner": True}


@pytest.mark.parametrize(
    "url",
    [
        "http://gateway.example/",
        "https://localhost/x",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://10.0.0.7/hook",
        "https://169.254.169.254/latest/meta-data",
        "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b:1::a00:1]/",
        "https://box.local/",
        "https://printer/",
        "https://user:word@gateway.example/",
        "https://gateway.example:22/",
        "https://gateway.example/#x",
        "https://gateway.example/ x",
        "ftp://gateway.example/",
        "https://" + "a" * 600 + ".example/",
        "",
    ],
)
def test_what_is_no_gateway_is_refused(url):
    with pytest.raises(UnjaiError, match="gateway_wrong"):
        gateway_url(url)


@given(st.ip_addresses())
def test_no_inner_address_counts_as_outside(address):
    if address.is_private or address.is_loopback or address.is_link_local or address.is_multicast:
        assert not public(str(address))


@given(st.integers(0, 599))
def test_a_refusal_is_final_or_tried_again_never_both_and_never_taken(status):
    assert not (taken(status) and final(status))
    assert final(408) is final(429) is final(500) is False


def test_tries_end():
    at = SystemClock().now()
    whens = [again_at(tries, at) for tries in range(1, len(AGAIN) + 2)]
    assert whens[-1] is None
    assert all(whens[:-1])


class Gateway:
    """A gateway that keeps what it is told, over TLS, at a port of its own."""

    def __init__(self, data):
        self.heard, self.answers = [], []
        box = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                box.heard.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
                status = box.answers.pop(0) if box.answers else 202
                self.send_response(status)
                if status in {301, 302, 307}:
                    self.send_header("location", "https://127.0.0.1/")
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_said):
                """Say nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        pair = own_pair(data)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(pair.cert, pair.key)
        self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        self.trust = ssl.create_default_context(cafile=str(authority_file(data)))
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def url(self):
        return f"https://gateway.example:{self.port}/line?station=1"

    def send(self, url, secret, body, *, message_id, at):
        """Send as core does, to this machine under the gateway's name."""
        return send(
            url,
            secret,
            body,
            message_id=message_id,
            at=at,
            resolve=lambda _host, _port: ["127.0.0.1"],
            allowed=lambda _address: True,
            context=self.trust,
        )


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    data = tmp_path_factory.mktemp("gateway")
    init(data, SystemClock(), names=["gateway.example"])
    box = Gateway(data)
    yield box
    box.close()


def test_a_message_is_signed_as_the_standard_says(gateway):
    secret = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU="
    at = SystemClock().now()
    found = gateway.send(gateway.url(), secret, {"type": "patrol.trial", "data": {}}, message_id="m-1", at=at)
    assert found == Sent(status=202)
    path, headers, body = gateway.heard[-1]
    assert path == "/line?station=1"
    assert Webhook(secret).verify(body, headers) == {"type": "patrol.trial", "data": {}}
    assert headers["webhook-id"] == "m-1"


def test_nothing_is_sent_inwards_and_redirects_are_refusals(gateway):
    secret, at, heard = "whsec_QUJDREVGR0g=", SystemClock().now(), len(gateway.heard)
    inward = send(gateway.url(), secret, {}, message_id="x", at=at, resolve=lambda _h, _p: ["127.0.0.1"])
    assert inward == Sent(status=0, code="gateway_private")
    mixed = send(gateway.url(), secret, {}, message_id="x", at=at, resolve=lambda _h, _p: ["93.184.216.34", "10.0.0.1"])
    assert mixed.code == "gateway_private"
    stranger = send(
        gateway.url(),
        secret,
        {},
        message_id="x",
        at=at,
        resolve=lambda _h, _p: ["127.0.0.1"],
        allowed=lambda _address: True,
    )
    assert stranger.code == "gateway_tls"  # a certificate that nobody outside vouches for
    assert len(gateway.heard) == heard
    gateway.answers = [302]
    assert gateway.send(gateway.url(), secret, {}, message_id="x", at=at) == Sent(status=302, code="gateway_refused")
    assert len(gateway.heard) == heard + 1


def test_an_owner_without_a_telephone_is_told_by_what_the_station_wrote():
    row = {
        "owner_contact": "LINE: gold",
        "owner_name": "ร้าน",
        "made_at": SystemClock().now(),
        "text_th": "ก",
        "text_en": "a",
        "checkpoint_code": "A-01",
        "checkpoint_th": "ร้าน",
        "checkpoint_en": "",
    }
    assert message(row)["data"]["to"] == {"contact": "LINE: gold", "phone": "", "name": "ร้าน"}
    assert message({**row, "owner_contact": "081-234-5678"})["data"]["to"]["phone"] == "+66812345678"


@pytest.fixture
async def told(chief, officer, clock, station, tmp_path):
    """A proven visit at a place whose owner is to be told, once the gateway is set."""

    async def visit():
        phone = await registered(officer)
        place = await checkpoint(chief, **OWNER)
        code = await code_at(station, tmp_path, chief, place)
        item = phone.visit(clock.now(), place["id"], code=code)
        answer = await phone.tell(officer, [item], clock.now())
        assert answer["answers"][0]["visit_state"] == "proven", answer
        return place

    return visit


async def channel(chief, gateway, **more):
    said = {"url": gateway.url(), "enabled": True, **more}
    answer = await chief.put("/api/patrol/owner-channel", json=said)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
async def clean(station):
    async with station.tx(system(HERE)) as tx:
        await tx.execute(text("DELETE FROM patrol_owner_channel"))


async def test_it_is_off_until_somebody_sets_it_and_then_tells_each_visit_once(
    clean, chief, told, station, clock, gateway, tmp_path
):
    heard = len(gateway.heard)
    job = Telling([HERE], vault_of(tmp_path), send=gateway.send)
    await told()
    assert await job.once(station, clock) == 0
    clock.move(timedelta(minutes=1))
    made = await channel(chief, gateway)
    assert made["secret"].startswith("whsec_")
    assert (await chief.get("/api/patrol/owner-channel")).json()["secret"] == ""
    assert await job.once(station, clock) == 0  # what was there before is not sent behind anybody's back
    clock.move(timedelta(minutes=1))
    async with station.tx(system(HERE)) as tx:
        await tx.execute(text("UPDATE patrol_owner_message SET made_at = :at"), {"at": clock.now()})
    assert await job.once(station, clock) == 1
    assert await job.once(station, clock) == 0
    assert len(gateway.heard) == heard + 1
    _path, headers, body = gateway.heard[-1]
    signature = Webhook(made["secret"]).sign(headers["webhook-id"], clock.now(), body.decode())
    assert headers["webhook-signature"] == signature
    said = json.loads(body)["data"]
    assert said["to"] == {"contact": "081-234-5678", "phone": "+66812345678", "name": "คุณสมศรี"}
    assert said["text"]["th"]
    assert said["text"]["en"]
    [row] = (await chief.get("/api/patrol/owner-messages")).json()
    assert (row["channel"], row["tries"], row["failed_at"]) == ("gateway", 1, None)
    assert row["sent_at"] is not None


async def test_a_silent_gateway_is_tried_again_and_given_up_and_a_person_may_send_it(
    clean, chief, told, station, clock, gateway, tmp_path
):
    await channel(chief, gateway)
    await told()
    tries = []

    def silent(_url, _secret, _body, *, message_id, at):
        tries.append((message_id, at))
        return Sent(status=0, code="gateway_silent")

    job = Telling([HERE], vault_of(tmp_path), send=silent)
    for wait in (timedelta(0), *AGAIN):
        clock.move(wait)
        await job.once(station, clock)
        await job.once(station, clock)
    clock.move(timedelta(hours=1))
    await job.once(station, clock)
    assert len(tries) == len(AGAIN) + 1
    assert len({one for one, _ in tries}) == 1  # always the same id: a gateway knows it again
    [row] = (await chief.get("/api/patrol/owner-messages")).json()
    assert row["failed_at"] is not None
    assert row["failure_th"]
    assert row["sent_at"] is None
    assert (await chief.post(f"/api/patrol/owner-messages/{row['id']}/sent", json={"sent": True})).status_code == 204
    [row] = (await chief.get("/api/patrol/owner-messages")).json()
    assert (row["channel"], row["sent_by"] != "") == ("hand", True)


async def test_a_refusal_is_final_and_yesterdays_words_are_not_sent(
    clean, chief, told, station, clock, gateway, tmp_path
):
    await channel(chief, gateway)
    await told()
    job = Telling([HERE], vault_of(tmp_path), send=lambda *_a, **_k: Sent(status=403, code="gateway_refused"))
    await job.once(station, clock)
    [row] = (await chief.get("/api/patrol/owner-messages")).json()
    assert (row["failure"], row["tries"]) == ("gateway_refused", 1)
    async with station.tx(system(HERE)) as tx:
        await tx.execute(text("UPDATE patrol_owner_message SET failed_at = NULL, next_at = NULL, failure = ''"))
    clock.move(timedelta(hours=25))
    never = Telling([HERE], vault_of(tmp_path), send=lambda *_a, **_k: pytest.fail("sent"))
    await never.once(station, clock)
    [row] = (await chief.get("/api/patrol/owner-messages")).json()
    assert row["failure"] == "too_late"


async def test_another_host_gets_another_secret_and_only_managers_set_it(clean, chief, officer, client_of, gateway):
    first = await channel(chief, gateway)
    same = await channel(chief, gateway, enabled=False)
    assert (same["secret"], same["enabled_at"]) == ("", None)
    other = await chief.put("/api/patrol/owner-channel", json={"url": "https://other.example/x", "enabled": True})
    assert other.json()["secret"] not in {"", first["secret"]}
    fresh = await chief.put(
        "/api/patrol/owner-channel", json={"url": "https://other.example/x", "enabled": True, "fresh_secret": True}
    )
    assert fresh.json()["secret"] not in {"", other.json()["secret"]}
    wrong = await chief.put("/api/patrol/owner-channel", json={"url": "https://10.1.2.3/", "enabled": True})
    assert wrong.json()["error"]["code"] == "gateway_wrong"
    assert (await officer.get("/api/patrol/owner-channel")).status_code == 403
    assert (await officer.put("/api/patrol/owner-channel", json={"url": URL, "enabled": True})).status_code == 403


async def test_a_trial_says_what_came_of_it(clean, chief):
    assert (await chief.post("/api/patrol/owner-channel/try")).json()["error"]["code"] == "gateway_missing"
    await chief.put("/api/patrol/owner-channel", json={"url": "https://gateway.invalid/x", "enabled": False})
    tried = (await chief.post("/api/patrol/owner-channel/try")).json()
    assert (tried["taken"], tried["status"]) == (False, 0)
    assert tried["th"] != tried["en"]
