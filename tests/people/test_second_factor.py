"""Second factors through HTTP, with the real cookies: enrolled, asked for, replayed, lost, reset."""

import asyncio
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from tests.people.conftest import HERE, PASSWORD, ROOT, THERE, make_account
from tests.people.screens import code_at, enrolled, error_of, sign_in
from unjai.people import flows
from unjai.people.api.accounts import COOKIE, PENDING_COOKIE, PHONE_COOKIE
from unjai.people.store import recovery_code, second_factor, trusted_phone
from unjai.people.vault import FILE, Vault
from unjai.platform.audit import audit_log

pytestmark = pytest.mark.usefixtures("world")


async def test_enrolling_needs_the_password_and_a_code(client_of, db, clock):
    await make_account(db, clock, "s1", ("operator", HERE))
    client = client_of()
    await sign_in(client, "s1")
    wrong = await client.post("/api/me/second-factor", json={"password": "not it"})
    assert error_of(wrong) == (403, "proof_wrong")
    assert wrong.json()["error"]["facts"] == {"left": 4}
    begun = await client.post("/api/me/second-factor", json={"password": PASSWORD})
    assert begun.headers["cache-control"] == "no-store"
    made = begun.json()
    assert made["uri"].startswith("otpauth://totp/Unjai:s1?secret=")
    assert len(made["qr"]) == len(made["qr"][0])
    assert {square for row in made["qr"] for square in row} == {"0", "1"}
    assert (await client.get("/api/me/second-factor")).json()["since"] is None
    bad = await client.post("/api/me/second-factor/confirm", json={"code": "000000"})
    assert error_of(bad) == (401, "enrolment_wrong")
    assert bad.json()["error"]["facts"]["server_time"] in bad.json()["error"]["th"]
    assert "รหัสสำรอง" not in bad.json()["error"]["th"], "nobody has one yet"
    good = await client.post("/api/me/second-factor/confirm", json={"code": code_at(made["secret"], clock)})
    assert len(set(good.json()["codes"])) == 10
    now = (await client.get("/api/me/second-factor")).json()
    assert (now["since"] is not None, now["recovery_left"]) == (True, 10)
    assert (await client.get("/api/session")).json()["second_factor"] is True


async def test_a_fresh_secret_grows_old(client_of, db, clock):
    await make_account(db, clock, "s2", ("operator", HERE))
    client = client_of()
    await sign_in(client, "s2")
    secret = (await client.post("/api/me/second-factor", json={"password": PASSWORD})).json()["secret"]
    clock.move(timedelta(minutes=16))
    late = await client.post("/api/me/second-factor/confirm", json={"code": code_at(secret, clock)})
    assert error_of(late) == (409, "enrolment_late")


async def test_the_tables_hold_no_secret_and_no_code(client_of, db, clock, folder):
    _client, secret, codes = await enrolled(client_of, db, clock, "s3")
    async with db.tx(ROOT) as tx:
        account_id = await flows.account_id_of(tx, ROOT, clock, username="s3")
        row = await tx.one(select(second_factor).where(second_factor.c.account_id == account_id))
        kept = await tx.all(select(recovery_code).where(recovery_code.c.account_id == account_id))
        log = await tx.all(select(audit_log))
    assert secret.encode() not in bytes(row["secret"])
    assert secret not in str(log)
    assert not any(code in str(kept) or code in str(log) for code in codes)
    assert (folder / FILE).stat().st_mode & 0o777 == 0o600
    assert Vault(folder).open(account_id, bytes(row["secret"])).decode() == secret


async def test_signing_in_takes_two_steps(client_of, db, clock):
    _client, secret, _codes = await enrolled(client_of, db, clock, "s4")
    client = client_of()
    half = await sign_in(client, "s4")
    assert error_of(half) == (401, "second_factor_needed")
    assert half.json()["error"]["facts"]["remember_days"] == 0
    assert COOKIE not in client.cookies
    assert (await client.get("/api/session")).status_code == 401
    done = await client.post("/api/session/second-step", json={"code": code_at(secret, clock)})
    assert done.status_code == 200
    assert PENDING_COOKIE not in client.cookies
    assert (await client.get("/api/session")).json()["username"] == "s4"
    rows = (await client.get("/api/me/sessions")).json()
    assert [row["second_factor"] for row in rows if row["mine"]] == ["code"]


async def test_a_code_counts_once_even_in_another_sign_in(client_of, db, clock):
    _client, secret, _codes = await enrolled(client_of, db, clock, "s5")
    first, second = client_of(), client_of()
    await sign_in(first, "s5")
    code = code_at(secret, clock)
    assert (await first.post("/api/session/second-step", json={"code": code})).status_code == 200
    await sign_in(second, "s5")
    again = await second.post("/api/session/second-step", json={"code": code})
    assert error_of(again) == (401, "second_factor_used")
    older = await second.post("/api/session/second-step", json={"code": code_at(secret, clock, -1)})
    assert error_of(older) == (401, "second_factor_used")


async def test_two_at_once_with_one_code_are_one(client_of, db, clock):
    client, secret, _codes = await enrolled(client_of, db, clock, "s6")
    body = {"password": PASSWORD, "code": code_at(secret, clock)}
    answers = await asyncio.gather(*(client.post("/api/me/second-factor/recovery", json=body) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 403, 403, 403]


async def test_two_at_once_with_one_recovery_code_are_one(client_of, db, clock):
    client, _secret, codes = await enrolled(client_of, db, clock, "s7")
    body = {"password": PASSWORD, "code": codes[0]}
    answers = await asyncio.gather(*(client.post("/api/me/second-factor", json=body) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 403, 403, 403]
    assert (await client.get("/api/me/second-factor")).json()["recovery_left"] == 9


async def test_wrong_codes_lock_like_wrong_passwords(client_of, db, clock):
    _client, secret, codes = await enrolled(client_of, db, clock, "s8")
    client = client_of()
    seen = []
    for _ in range(5):
        await sign_in(client, "s8")
        seen.append(await client.post("/api/session/second-step", json={"code": "000000"}))
    assert [error_of(answer)[1] for answer in seen] == ["second_factor_wrong"] * 4 + ["sign_in_locked"]
    assert seen[0].json()["error"]["facts"]["server_time"] in seen[0].json()["error"]["th"]
    locked = await sign_in(client, "s8")
    assert error_of(locked) == (429, "sign_in_locked"), "the right password alone must not open the lock"
    clock.move(timedelta(seconds=31))
    await sign_in(client, "s8")
    assert (await client.post("/api/session/second-step", json={"code": code_at(secret, clock)})).status_code == 200
    assert codes


async def test_the_password_alone_never_forgets_wrong_codes(client_of, db, clock):
    """Else whoever knows the password would try all codes, signing in anew before each lock."""
    await enrolled(client_of, db, clock, "s9")
    client = client_of()
    for _ in range(4):
        await sign_in(client, "s9")
        await client.post("/api/session/second-step", json={"code": "000000"})
    await sign_in(client, "s9")
    fifth = await client.post("/api/session/second-step", json={"code": "000000"})
    assert error_of(fifth) == (429, "sign_in_locked")


async def test_a_half_done_sign_in_is_short_and_opens_nothing_else(client_of, db, clock):
    _client, secret, _codes = await enrolled(client_of, db, clock, "s10")
    client = client_of()
    await sign_in(client, "s10")
    stolen = client_of()
    stolen.cookies.set(COOKIE, client.cookies[PENDING_COOKIE])
    assert (await stolen.get("/api/session")).status_code == 401
    clock.move(timedelta(minutes=5, seconds=1))
    late = await client.post("/api/session/second-step", json={"code": code_at(secret, clock)})
    assert error_of(late) == (401, "second_factor_late")
    nobody = await client_of().post("/api/session/second-step", json={"code": code_at(secret, clock)})
    assert error_of(nobody) == (401, "second_factor_late")


async def test_a_new_password_step_ends_the_one_before(client_of, db, clock):
    _client, secret, _codes = await enrolled(client_of, db, clock, "s11")
    first, second = client_of(), client_of()
    await sign_in(first, "s11")
    await sign_in(second, "s11")
    assert error_of(await first.post("/api/session/second-step", json={"code": code_at(secret, clock)})) == (
        401,
        "second_factor_late",
    )
    assert (await second.post("/api/session/second-step", json={"code": code_at(secret, clock)})).status_code == 200


async def test_a_wrong_clock_locks_nobody_out(client_of, db, clock):
    _client, secret, codes = await enrolled(client_of, db, clock, "s12")
    phone = clock.now()
    clock.move(timedelta(days=1))
    client = client_of()
    await sign_in(client, "s12")
    off = await client.post("/api/session/second-step", json={"code": pyotp.TOTP(secret).at(phone)})
    assert error_of(off) == (401, "second_factor_wrong")
    assert "รหัสสำรอง" in off.json()["error"]["th"]
    assert off.json()["error"]["facts"]["server_at"] == clock.now().isoformat()
    saved = await client.post("/api/session/second-step", json={"code": codes[3].upper().replace("-", " ")})
    assert saved.status_code == 200
    assert (await client.get("/api/me/second-factor")).json()["recovery_left"] == 9


async def test_a_lost_key_is_said_and_recovery_codes_still_work(client_of, db, clock, app, tmp_path):
    _client, secret, codes = await enrolled(client_of, db, clock, "s13")
    app.state.vault = Vault(tmp_path)
    client = client_of()
    await sign_in(client, "s13")
    lost = await client.post("/api/session/second-step", json={"code": code_at(secret, clock)})
    assert error_of(lost) == (503, "second_factor_unreadable")
    assert not (tmp_path / FILE).exists(), "a new key would hide that the old one is gone"
    assert (await client.post("/api/session/second-step", json={"code": codes[0]})).status_code == 200


def test_a_damaged_key_is_never_replaced(tmp_path):
    (tmp_path / FILE).write_text("half of it")
    with pytest.raises(Exception, match="second_factor_unreadable"):
        Vault(tmp_path).seal(ROOT.account_id or __import__("uuid").uuid4(), b"x")
    assert (tmp_path / FILE).read_text() == "half of it"


async def test_a_patrols_phone_is_remembered_and_forgotten(client_of, db, clock):
    _client, secret, _codes = await enrolled(client_of, db, clock, "s14", ("officer", HERE))
    phone = client_of()
    assert (await sign_in(phone, "s14")).json()["error"]["facts"]["remember_days"] == 30
    await phone.post("/api/session/second-step", json={"code": code_at(secret, clock), "remember": True})
    assert PHONE_COOKIE in phone.cookies
    token = phone.cookies[PHONE_COOKIE]
    async with db.tx(ROOT) as tx:
        assert token not in str(await tx.all(select(trusted_phone)))
    await phone.delete("/api/session")
    assert (await sign_in(phone, "s14")).status_code == 200
    known = (await phone.get("/api/me/phones")).json()
    assert [(row["agent"]["kind"], row["agent"]["system"]) for row in known] == [("phone", "Android")]
    other = client_of()
    assert (await sign_in(other, "s14")).status_code == 401
    assert (await phone.delete(f"/api/me/phones/{known[0]['id']}")).status_code == 204
    await phone.delete("/api/session")
    assert error_of(await sign_in(phone, "s14")) == (401, "second_factor_needed")


async def test_a_remembered_phone_of_one_does_not_open_anothers(client_of, db, clock):
    _client, secret, _codes = await enrolled(client_of, db, clock, "s15", ("officer", HERE))
    await enrolled(client_of, db, clock, "s16", ("officer", HERE))
    phone = client_of()
    await sign_in(phone, "s15")
    await phone.post("/api/session/second-step", json={"code": code_at(secret, clock, 4), "remember": True})
    clock.move(timedelta(seconds=120))
    await phone.post("/api/session/second-step", json={"code": code_at(secret, clock), "remember": True})
    assert PHONE_COOKIE in phone.cookies
    assert error_of(await sign_in(phone, "s16")) == (401, "second_factor_needed")
    clock.move(timedelta(days=31))
    assert error_of(await sign_in(phone, "s15")) == (401, "second_factor_needed")


async def test_a_console_is_never_remembered(client_of, db, clock):
    _client, secret, _codes = await enrolled(client_of, db, clock, "s17", ("officer", HERE), ("operator", HERE))
    client = client_of()
    await sign_in(client, "s17")
    await client.post("/api/session/second-step", json={"code": code_at(secret, clock), "remember": True})
    assert PHONE_COOKIE not in client.cookies


async def test_removing_needs_password_and_code(client_of, db, clock):
    client, secret, _codes = await enrolled(client_of, db, clock, "s18")
    without = await client.post("/api/me/second-factor/remove", json={"password": PASSWORD})
    assert error_of(without) == (403, "second_factor_wrong")
    wrong = await client.post("/api/me/second-factor/remove", json={"password": "x", "code": code_at(secret, clock)})
    assert error_of(wrong) == (403, "proof_wrong")
    gone = await client.post(
        "/api/me/second-factor/remove", json={"password": PASSWORD, "code": code_at(secret, clock)}
    )
    assert gone.json() == {"since": None, "recovery_left": 0, "due_at": None}
    assert (await sign_in(client_of(), "s18")).status_code == 200
    nothing = await client.post("/api/me/second-factor/remove", json={"password": PASSWORD, "code": "000000"})
    assert error_of(nothing) == (409, "second_factor_missing")


async def test_enrolling_ends_the_other_sessions(client_of, db, clock):
    await make_account(db, clock, "s19", ("operator", HERE))
    old, client = client_of(), client_of()
    await sign_in(old, "s19")
    await sign_in(client, "s19")
    secret = (await client.post("/api/me/second-factor", json={"password": PASSWORD})).json()["secret"]
    await client.post("/api/me/second-factor/confirm", json={"code": code_at(secret, clock)})
    assert (await old.get("/api/session")).status_code == 401
    assert (await client.get("/api/session")).status_code == 200


async def test_changing_phones_needs_a_code_of_the_old_one(client_of, db, clock):
    client, secret, codes = await enrolled(client_of, db, clock, "s20")
    without = await client.post("/api/me/second-factor", json={"password": PASSWORD})
    assert error_of(without) == (403, "second_factor_wrong")
    fresh = (await client.post("/api/me/second-factor", json={"password": PASSWORD, "code": codes[0]})).json()["secret"]
    half = client_of()
    await sign_in(half, "s20")
    assert (await half.post("/api/session/second-step", json={"code": code_at(secret, clock)})).status_code == 200
    done = await client.post("/api/me/second-factor/confirm", json={"code": code_at(fresh, clock)})
    assert not set(done.json()["codes"]) & set(codes)
    clock.move(timedelta(seconds=60))
    await sign_in(half, "s20")
    assert (await half.post("/api/session/second-step", json={"code": code_at(secret, clock)})).status_code == 401
    assert (await half.post("/api/session/second-step", json={"code": code_at(fresh, clock)})).status_code == 200


async def test_an_administrator_resets_within_their_stations_only(client_of, db, clock):
    client, _secret, _codes = await enrolled(client_of, db, clock, "s21")
    key = (await client.get("/api/session")).json()["account_id"]
    for name, station in (("s22", HERE), ("s23", THERE)):
        await make_account(db, clock, name, ("administrator", station), home=station)
    here, there = client_of(), client_of()
    await sign_in(here, "s22")
    await sign_in(there, "s23")
    assert error_of(await there.post(f"/api/accounts/{key}/reset-second-factor")) == (403, "account_beyond_scope")
    own = (await here.get("/api/session")).json()["account_id"]
    assert error_of(await here.post(f"/api/accounts/{own}/reset-second-factor")) == (409, "own_factor")
    assert (await here.post(f"/api/accounts/{key}/reset-second-factor")).status_code == 204
    assert (await client.get("/api/session")).status_code == 401
    assert (await sign_in(client_of(), "s21")).status_code == 200
    async with db.tx(ROOT) as tx:
        told = await tx.all(select(audit_log).where(audit_log.c.action == "second_factor.reset"))
    assert [(row["subject"], row["actor"]) for row in told] == [(f"account:{key}", "account:s22")]


async def test_a_role_that_needs_it_works_on_for_the_grace_only(client_of, db, clock):
    await make_account(db, clock, "s24", ("superintendent", HERE))
    client = client_of()
    said = (await sign_in(client, "s24")).json()
    assert said["must_enrol_second_factor"] is False
    assert said["rights"]
    assert said["second_factor_due_at"] is not None
    clock.move(timedelta(days=7))
    client = client_of()
    said = (await sign_in(client, "s24")).json()
    assert (said["must_enrol_second_factor"], said["rights"]) == (True, [])
    assert (await client.get("/api/audit")).status_code == 403
    secret = (await client.post("/api/me/second-factor", json={"password": PASSWORD})).json()["secret"]
    assert (
        await client.post("/api/me/second-factor/confirm", json={"code": code_at(secret, clock)})
    ).status_code == 200
    assert (await client.get("/api/audit")).status_code == 200
    clock.move(timedelta(seconds=60))
    kept = await client.post(
        "/api/me/second-factor/remove", json={"password": PASSWORD, "code": code_at(secret, clock)}
    )
    assert error_of(kept) == (409, "second_factor_required")


async def test_a_new_password_forgets_phones_and_half_done_sign_ins(client_of, db, clock):
    client, secret, _codes = await enrolled(client_of, db, clock, "s25", ("officer", HERE))
    phone, half = client_of(), client_of()
    await sign_in(phone, "s25")
    await phone.post("/api/session/second-step", json={"code": code_at(secret, clock), "remember": True})
    await sign_in(half, "s25")
    changed = await client.post("/api/session/password", json={"old": PASSWORD, "new": "ปลาทูแม่กลอง 12 ตัว"})
    assert changed.status_code == 200
    clock.move(timedelta(seconds=60))
    late = await half.post("/api/session/second-step", json={"code": code_at(secret, clock)})
    assert error_of(late) == (401, "second_factor_late")
    assert (await phone.get("/api/session")).status_code == 401
    assert (await sign_in(phone, "s25", "ปลาทูแม่กลอง 12 ตัว")).status_code == 401
