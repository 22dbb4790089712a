"""Phones are woken: sealed for one browser, signed by the station, once, in time, on duty, while the session lives."""

import contextlib
import json
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, insert, select, update

from tests.platform.push_service import Browser, PushService, claims_of
from tests.respond.conftest import CORE, HERE, OPERATOR
from unjai.model.errors import UnjaiError
from unjai.model.ids import AccountId
from unjai.people.flows import sign_off, sign_on
from unjai.people.store.tables import account, session, unit
from unjai.platform.web_push import push_key
from unjai.respond import flows
from unjai.respond.flows import pushes, talk
from unjai.respond.pushing import Pushing
from unjai.respond.store import assignments
from unjai.respond.store import pushes as store
from unjai.respond.store.talk_tables import push_subscription
from unjai.respond.store.talk_tables import talk as talk_rows


class Phone:
    """An officer's phone: an account with a session, a browser, a push service on loopback."""

    def __init__(self, town, service, key):
        self.town, self.service, self.key = town, service, key
        self.browser, self.session = Browser(), uuid4()
        self.account = AccountId(uuid4())
        self.actor = replace(town.officer("car"), account_id=self.account)
        self.waits: list[float] = []

    async def make(self):
        now = self.town.clock.now()
        async with self.town.db.tx(CORE) as tx:
            facts = {"name_th": "ก", "name_en": "a", "password_hash": "x", "must_change": False, "locale": "th"}
            values = {"id": self.account, "username": f"p{self.account}", "home_id": HERE, **facts}
            await tx.execute(insert(account).values(**values, created_at=now, password_at=now).inline())
            ends = now + timedelta(days=400)
            row = {"id": self.session, "account_id": self.account, "token_hash": self.session.bytes, "station_id": HERE}
            await tx.execute(
                insert(session).values(**row, created_at=now, expires_at=ends, last_seen=now, ip="", agent="").inline()
            )
            await tx.execute(update(unit).where(unit.c.id == self.actor.unit_id).values(account_id=self.account))
        return self

    async def subscribe(self, **changed):
        facts = {"endpoint": f"http://{self.service.host}/{self.account}", **self.browser.keys}
        facts |= {"details": False, "locale": "th", "agent": "Chrome"} | changed
        said = pushes.Subscribing(**facts)
        await self.town.do(pushes.subscribe, self.actor, session_id=self.session, said=said, own=(self.service.host,))

    def pushing(self, own=None):
        async def wait(seconds):
            self.waits.append(seconds)
            self.town.clock.move(timedelta(seconds=seconds))

        own = (self.service.host,) if own is None else own
        return Pushing(self.town.db, self.town.clock, self.key, own=own, contact="mailto:a@b.example", wait=wait)

    async def wake(self, pushing=None):
        pushing = pushing or self.pushing()
        await pushing.once(HERE)
        await pushing.settled()
        return pushing

    async def rows(self):
        async with self.town.db.tx(CORE) as tx:
            asked = select(push_subscription).where(push_subscription.c.account_id == self.account)
            return await tx.all(asked)

    def said(self, number=-1):
        return json.loads(self.browser.opened(self.service.got[number].body))


@pytest.fixture
async def phone(town, tmp_path):
    async with town.db.tx(CORE) as tx:
        await tx.execute(delete(talk_rows))
    async with PushService() as service:
        made = await Phone(town, service, push_key(tmp_path)).make()
        yield made
        async with town.db.tx(CORE) as tx:
            await tx.execute(update(unit).where(unit.c.account_id == made.account).values(account_id=None))
            await tx.execute(delete(account).where(account.c.id == made.account))


async def _offered(town) -> UUID:
    with contextlib.suppress(UnjaiError):  # its duty may have ended: the clock moves from test to test
        await town.do(sign_on, CORE, unit_id=town.units["car"])
    incident = await town.press()
    return await town.do(flows.offer, OPERATOR, incident_id=incident, unit_id=town.units["car"])


async def test_an_offer_wakes_the_phone_with_nothing_on_the_locked_screen(town, phone):
    await phone.subscribe()
    offer = await _offered(town)
    pushing = await phone.wake()
    got = phone.service.got[0]
    assert phone.said() == {**phone.said(), "kind": "offer", "tag": str(offer), "lang": "th"}
    assert "body" not in phone.said()
    assert (got.headers["urgency"], got.headers["content-encoding"]) == ("high", "aes128gcm")
    assert 0 < int(got.headers["ttl"]) <= flows.OFFER_LASTS.total_seconds()
    claims = claims_of(got.headers["authorization"], phone.key.public)
    assert claims["aud"] == f"http://{phone.service.host}"
    await phone.wake(pushing)
    assert len(phone.service.got) == 1  # once
    assert (await phone.rows())[0]["sent_at"] is not None


async def test_an_officer_who_wants_it_reads_what_happened_before_opening(town, phone):
    await phone.subscribe(details=True, locale="en")
    await _offered(town)
    await phone.wake()
    assert "SOS" in phone.said()["body"]


async def test_nobody_off_duty_is_woken(town, phone):
    await phone.subscribe()
    await _offered(town)
    await town.do(sign_off, CORE, unit_id=town.units["car"])
    await phone.wake()
    assert phone.service.got == []
    await town.do(sign_on, CORE, unit_id=town.units["car"])
    await phone.wake()
    assert len(phone.service.got) == 1


async def test_an_offer_that_is_over_wakes_nobody_and_nothing_piles_up(town, phone):
    await phone.subscribe()
    await _offered(town)
    town.clock.move(flows.OFFER_LASTS)
    await phone.wake()
    assert phone.service.got == []


async def test_a_service_that_is_away_is_tried_again_only_within_the_countdown(town, phone):
    await phone.subscribe()
    await _offered(town)
    phone.service.next = [(503, ""), (429, "Retry-After: 5\r\n")]
    await phone.wake()
    assert [round(one) for one in phone.waits] == [1, 5]
    assert len(phone.service.got) == 3
    later = await _offered_anew(town)
    phone.service.next = [(503, "")] * 20
    await phone.wake()
    assert len(phone.service.got) <= 3 + 5
    assert town.clock.now() < later["expires_at"]


async def _offered_anew(town):
    async with town.db.tx(CORE) as tx:
        row = await assignments.open_of_unit(tx, town.units["car"])
    await town.do(flows.withdraw, OPERATOR, assignment_id=row["id"])
    await town.do(flows.offer, OPERATOR, incident_id=row["incident_id"], unit_id=town.units["car"])
    return await town.open_offer(row["incident_id"])


async def test_what_was_refused_meanwhile_is_not_sent_again(town, phone):
    await phone.subscribe()
    offer = await _offered(town)
    pushing = phone.pushing()

    async def answered(_seconds):
        await town.do(flows.refuse, phone.actor, assignment_id=offer)

    pushing._wait = answered
    phone.service.next = [(503, "")]
    await phone.wake(pushing)
    assert len(phone.service.got) == 1


@pytest.mark.parametrize("status", [404, 410])
async def test_a_subscription_that_is_gone_is_forgotten(town, phone, status):
    await phone.subscribe()
    await _offered(town)
    phone.service.next = [(status, "")]
    await phone.wake()
    assert await phone.rows() == []


async def test_one_that_refuses_time_after_time_is_forgotten_too(town, phone):
    await phone.subscribe()
    for refusals in range(5):
        assert len(await phone.rows()) == 1, refusals
        offer = await _offered(town)
        phone.service.next = [(403, "")]
        await phone.wake()
        await town.do(flows.withdraw, OPERATOR, assignment_id=offer)
    assert await phone.rows() == []


async def test_a_session_that_is_over_is_woken_no_more_and_swept(town, phone):
    await phone.subscribe()
    await _offered(town)
    async with town.db.tx(CORE) as tx:
        await tx.execute(update(session).where(session.c.id == phone.session).values(revoked_at=town.clock.now()))
    await phone.wake()
    assert phone.service.got == []
    async with town.db.tx(CORE) as tx:
        assert await store.drop_over(tx, town.clock.now()) >= 1
    assert await phone.rows() == []


async def test_the_same_browser_again_is_the_same_phone_and_five_are_enough(town, phone):
    await phone.subscribe()
    await phone.subscribe(details=True)
    assert [row["details"] for row in await phone.rows()] == [True]
    for number in range(6):
        await phone.subscribe(endpoint=f"http://{phone.service.host}/more/{number}")
    assert len(await phone.rows()) == 5
    await town.do(pushes.unsubscribe, phone.actor, endpoint=f"http://{phone.service.host}/more/5")
    assert len(await phone.rows()) == 4
    other = replace(phone.actor, account_id=AccountId(uuid4()))
    with pytest.raises(UnjaiError, match="not_found"):
        await town.do(pushes.unsubscribe, other, key=(await phone.rows())[0]["id"])


async def test_a_phone_cannot_make_the_centre_ask_the_inside(town, phone):
    with pytest.raises(UnjaiError, match="push_endpoint_wrong"):
        await phone.subscribe(endpoint="http://169.254.169.254/latest/meta-data")
    await phone.subscribe()
    await _offered(town)
    await phone.wake(phone.pushing(own=()))  # the station no longer names this service
    assert phone.service.got == []


async def test_a_word_of_the_centre_wakes_too_without_hurry(town, phone):
    await phone.subscribe()
    await town.do(talk.say_to_unit, OPERATOR, unit_id=town.units["car"], text="กลับที่ตั้งได้")
    await phone.wake()
    assert phone.said()["kind"] == "talk"
    assert "กลับที่ตั้งได้" not in str(phone.said())
    assert phone.service.got[0].headers["urgency"] == "normal"
