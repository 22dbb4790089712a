"""Sealing, signing and sending, judged by a browser and a push service that know only the standards."""

import stat

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec

from tests.platform.push_service import P256, Browser, PushService, claims_of, plain64, said64
from unjai.model.errors import UnjaiError
from unjai.platform.web_push import push_key, receiver_keys, sealed, send, signature

NOW_S = 1_795_284_849.0


def test_the_judge_opens_the_example_of_the_standard():
    """RFC 8291, section 5."""
    secret = int.from_bytes(plain64("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"))
    browser = Browser(ec.derive_private_key(secret, P256), plain64("BTBZMqHH6r4Tts7J_aSIgg"))
    body = (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru"
        "3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
    assert browser.opened(plain64(body)) == b"When I grow up, I want to be a watermelon"


def test_only_the_browser_it_was_sealed_to_opens_a_message():
    browser, other = Browser(), Browser()
    body = sealed(*receiver_keys(**browser.keys), "มีเหตุใหม่".encode())
    assert browser.opened(body).decode() == "มีเหตุใหม่"
    assert sealed(*receiver_keys(**browser.keys), b"x") != sealed(*receiver_keys(**browser.keys), b"x")
    with pytest.raises(InvalidTag):
        other.opened(body)
    with pytest.raises(InvalidTag):
        Browser(browser.key, b"another secret!!").opened(body)


def test_the_key_is_made_once_and_signs_for_one_push_service(tmp_path):
    key = push_key(tmp_path)
    file = tmp_path / "secrets" / "push.pem"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert push_key(tmp_path) == key
    said = signature(key, audience="https://push.example.org", contact="mailto:a@b.example", now_s=NOW_S)
    assert claims_of(said, key.public) == {
        "aud": "https://push.example.org",
        "exp": int(NOW_S) + 12 * 3600,
        "sub": "mailto:a@b.example",
    }
    file.write_text("damaged")
    with pytest.raises(UnjaiError, match="secrets_unreadable"):
        push_key(tmp_path)


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [
        ("", ""),
        (said64(b"\x04" + b"\x01" * 64), said64(b"a" * 16)),
        (Browser().keys["p256dh"], said64(b"short")),
        (Browser().keys["p256dh"][:-4], said64(b"a" * 16)),
    ],
    ids=["nothing", "not on the curve", "short secret", "short key"],
)
def test_keys_that_nothing_can_be_sealed_to_are_refused_at_once(p256dh, auth):
    with pytest.raises(UnjaiError, match="push_keys_wrong"):
        receiver_keys(p256dh, auth)


async def test_a_message_arrives_as_it_was_sent_and_only_the_status_is_read():
    async with PushService(
        next=[(429, "Retry-After: 7\r\n"), (307, "Location: http://127.0.0.1:1/other\r\n")]
    ) as service:
        url = f"http://{service.host}/wake/abc?x=1"
        answer = await send(url, b"sealed", {"TTL": "30"}, allowed=lambda _address: True)
        assert (answer.status, answer.after_s) == (429, 7.0)
        assert (await send(url, b"sealed", {}, allowed=lambda _address: True)).status == 307  # nothing is followed
        first = service.got[0]
        assert (first.path, first.body, first.headers["ttl"]) == ("/wake/abc?x=1", b"sealed", "30")
        assert first.headers["host"] == service.host
        assert len(service.got) == 2


async def test_an_address_that_may_not_be_dialled_is_not():
    async with PushService() as service:
        answer = await send(f"http://localhost:{service.port}/x", b"", {}, allowed=lambda _address: False)
        assert (answer.status, answer.why) == (None, "address")
        assert service.got == []


async def test_nobody_there_is_no_answer_and_no_error():
    async with PushService() as service:
        url = f"http://{service.host}/x"
    assert (await send(url, b"", {}, allowed=lambda _address: True)).status is None
