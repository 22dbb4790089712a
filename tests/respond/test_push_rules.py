"""Where a push may go, what it may say, how often it is tried."""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import NIGHT
from unjai.model.errors import UnjaiError
from unjai.respond.rules.push import Notice, endpoint_of, next_try, own_hosts, payload, reachable, verdict

PUBLIC = [
    "https://fcm.googleapis.com/fcm/send/abc:def",
    "https://updates.push.services.mozilla.com/wpush/v2/gAAA",
    "https://web.push.apple.com/QGu",
    "https://wns2-par02p.notify.windows.com/w/?token=x",
]
INSIDE = [
    "http://fcm.googleapis.com/x",
    "https://127.0.0.1/x",
    "https://[::1]/x",
    "https://10.0.0.5/x",
    "https://0x7f.1/x",
    "https://2130706433/x",
    "https://localhost/x",
    "https://postgres/x",
    "https://box.local/x",
    "https://db.internal./x",
    "https://push.example.org:8443/x",
    "https://push.example.org:22/x",
    "https://user:secret@push.mozilla.org/x",
    "https://@push.mozilla.org/x",
    "file:///etc/passwd",
    "gopher://push.mozilla.org/x",
    "https://",
    "https://[",
    "https://push.mozilla.org:99999/x",
    "https://push.mozilla.org/x y",
    "https://push.mozilla.org/x\r\nX-Evil: 1",
    "https://push.mozilla.org/" + "x" * 3000,
    "",
]


@pytest.mark.parametrize("url", PUBLIC)
def test_the_services_of_the_browsers_may_be_sent_to(url):
    assert not endpoint_of(url).trusted


@pytest.mark.parametrize("url", INSIDE)
def test_what_a_phone_names_of_the_inside_is_refused(url):
    with pytest.raises(UnjaiError, match="push_endpoint_wrong"):
        endpoint_of(url)


def test_a_service_that_the_station_named_may_be_inside_and_no_other_port_of_it():
    own = own_hosts(" 127.0.0.1:9443, push.station.lan:443 ,")
    assert endpoint_of("http://127.0.0.1:9443/x", own).trusted
    assert endpoint_of("https://push.station.lan/x", own).origin == "https://push.station.lan"
    for url in ("http://127.0.0.1:5432/x", "https://push.station.lan:8443/x"):
        with pytest.raises(UnjaiError, match="push_endpoint_wrong"):
            endpoint_of(url, own)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:10.0.0.1",
        "2002:7f00:1::",
        "255.255.255.255",
        "240.0.0.1",
        "",
        "push.example.org",
    ],
)
def test_a_name_that_leads_inside_is_not_dialled(address):
    assert not reachable(address)


def test_the_open_internet_is_dialled():
    assert reachable("142.250.4.95")
    assert reachable("2404:6800:4003:c04::5f")


def _notice(kind="offer", lasts_s=30.0):
    until = NIGHT + timedelta(seconds=lasts_s)
    return Notice(
        kind=kind, key="0199-ab", until=until, told_th="ชิงทรัพย์ · ถนนช้างเผือก", told_en="Robbery · Chang Phueak Rd"
    )


def test_a_locked_screen_learns_nothing_unless_the_officer_wants_it():
    bare = json.loads(payload(_notice(), details=False, locale="th"))
    assert bare == {
        "kind": "offer",
        "tag": "0199-ab",
        "until": (NIGHT + timedelta(seconds=30)).isoformat(),
        "lang": "th",
    }
    assert json.loads(payload(_notice(), details=True, locale="th"))["body"] == "ชิงทรัพย์ · ถนนช้างเผือก"
    assert json.loads(payload(_notice(), details=True, locale="en"))["body"] == "Robbery · Chang Phueak Rd"


@given(text=st.text(max_size=2000), locale=st.sampled_from(["th", "en"]))
def test_what_is_sealed_always_fits_a_push(text, locale):
    notice = Notice(kind="talk", key="k" * 36, until=NIGHT, told_th=text, told_en=text)
    assert len(payload(notice, details=True, locale=locale)) < 3000


@given(lasts_s=st.floats(min_value=-60, max_value=90), tries=st.integers(1, 9), asked_s=st.floats(0, 1e6))
def test_no_try_comes_after_the_countdown_and_no_message_outlives_it(lasts_s, tries, asked_s):
    notice = _notice(lasts_s=lasts_s)
    at = next_try(tries, notice, NIGHT, asked_s=asked_s)
    assert at is None or NIGHT < at < notice.until
    assert at is None or tries <= 4
    left = (notice.until - NIGHT).total_seconds()  # what of lasts_s a datetime can hold
    assert 0 <= notice.ttl_s(NIGHT) <= max(0.0, left)


def test_an_offer_is_urgent_and_a_word_is_not():
    assert (_notice().urgency, _notice("talk").urgency) == ("high", "normal")
    assert len(Notice(kind="offer", key="0" * 36, until=NIGHT).topic) <= 32


def test_what_a_push_service_says_is_understood():
    said = {201: "taken", 404: "gone", 410: "gone", 400: "refused", 403: "refused", 413: "refused", 307: "refused"}
    said |= {429: "later", 503: "later", None: "later"}
    assert {status: verdict(status) for status in said} == said
