"""What a person does at a screen: sign in, enrol a second factor, read a code off the phone."""

from datetime import timedelta

import pyotp

from tests.people.conftest import HERE, PASSWORD, make_account


async def sign_in(client, name, password=PASSWORD):
    return await client.post("/api/session", json={"username": name, "password": password})


async def enrolled(client_of, db, clock, name, *roles):
    """A client of a new account with a second factor, its secret and its recovery codes."""
    await make_account(db, clock, name, *(roles or (("operator", HERE),)))
    client = client_of()
    assert (await sign_in(client, name)).status_code == 200
    begun = await client.post("/api/me/second-factor", json={"password": PASSWORD})
    assert begun.status_code == 200, begun.text
    secret = begun.json()["secret"]
    done = await client.post("/api/me/second-factor/confirm", json={"code": pyotp.TOTP(secret).at(clock.now())})
    assert done.status_code == 200, done.text
    clock.move(timedelta(seconds=60))
    return client, secret, done.json()["codes"]


def code_at(secret, clock, steps=0):
    return pyotp.TOTP(secret).generate_otp(int(clock.now().timestamp()) // 30 + steps)


def error_of(answer):
    return answer.status_code, answer.json()["error"]["code"]
