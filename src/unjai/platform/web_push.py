"""Web Push: the station's signing key (RFC 8292), a message for one browser alone (RFC 8291), and how it is sent.

What listens at an endpoint is named by a phone, so a name is looked up here, only addresses that the caller lets
through are dialled, nothing is followed elsewhere, and of the answer only its status and `Retry-After` are read.
"""

from __future__ import annotations

import asyncio
import base64
import os
import secrets
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from unjai.model.errors import UnjaiError
from unjai.platform.engines.secrets import keep

if TYPE_CHECKING:
    import httpx

FILE = "push.pem"
_SEND_S = 10.0
_SIGNED_S = 12 * 3600
_POINT_BYTES, _AUTH_BYTES = 65, 16


@dataclass(frozen=True, kw_only=True, slots=True)
class PushKey:
    """The station's own key pair: push services take messages for its subscriptions from nobody else."""

    private_pem: bytes = field(repr=False)
    public: str
    """The uncompressed point in base64url, as a browser wants it."""


def push_key(data: Path) -> PushKey:
    """Return the key in ``data/secrets/push.pem``, made at the first start; of two processes the first one's counts.

    Raises `secrets_unreadable` (500) where the file is damaged: a new one would silence every phone without a word.
    """
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415  only where it is needed
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    file = data / "secrets" / FILE
    if not file.exists():
        pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        fresh = file.with_name(f"{FILE}.{secrets.token_hex(4)}")
        keep(fresh, pem.decode())
        try:
            os.link(fresh, file)
        except FileExistsError:
            pass
        finally:
            fresh.unlink(missing_ok=True)
    try:
        kept = file.read_bytes()
        found = serialization.load_pem_private_key(kept, password=None)
        if not isinstance(found, ec.EllipticCurvePrivateKey) or not isinstance(found.curve, ec.SECP256R1):
            raise ValueError("another kind of key")  # noqa: TRY004, TRY301  told as damaged, like the rest
    except (OSError, ValueError) as error:
        raise UnjaiError("secrets_unreadable", 500, file=str(file)) from error
    point = found.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    return PushKey(private_pem=kept, public=base64.urlsafe_b64encode(point).rstrip(b"=").decode())


def receiver_keys(p256dh: str, auth: str) -> tuple[bytes, bytes]:
    """Return a browser's public point and its secret; raise `push_keys_wrong` (422) where nothing can be sealed to it.

    A point that is not on the curve would only fail later, at every message.
    """
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    try:
        point, secret = (base64.urlsafe_b64decode(said + "=" * (-len(said) % 4)) for said in (p256dh, auth))
        if len(point) != _POINT_BYTES or len(secret) != _AUTH_BYTES:
            raise ValueError("wrong length")  # noqa: TRY301
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError as error:
        raise UnjaiError("push_keys_wrong", 422) from error
    return point, secret


def sealed(point: bytes, auth: bytes, plain: bytes) -> bytes:
    """Return `plain` as ``aes128gcm`` that only the browser with these keys opens. CPU work: not on a loop."""
    from pywebpush import WebPusher  # noqa: PLC0415  heavy, and only where somebody is woken

    keys = {"p256dh": base64.urlsafe_b64encode(point).decode(), "auth": base64.urlsafe_b64encode(auth).decode()}
    made = WebPusher({"endpoint": "https://sealed.invalid/", "keys": keys}).encode(plain, "aes128gcm")
    return bytes(made["body"])


def signature(key: PushKey, *, audience: str, contact: str, now_s: float) -> str:
    """Return the ``Authorization`` that says who sends: valid for twelve hours, at one push service. CPU work."""
    from py_vapid import Vapid02  # noqa: PLC0415

    signer = Vapid02.from_pem(key.private_pem)
    signer.conf["no-strict"] = True
    claims = {"aud": audience, "exp": int(now_s) + _SIGNED_S, "sub": contact}
    return str(signer.sign(claims)["Authorization"])


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a push service said; `status` is None where nobody answered, or nobody may be asked."""

    status: int | None
    after_s: float = 0.0
    why: str = ""


async def send(
    url: str, body: bytes, headers: dict[str, str], *, allowed: Callable[[str], bool], patience_s: float = _SEND_S
) -> Answer:
    """Send one sealed message; `allowed` says of each address a name leads to whether it may be dialled."""
    import httpx  # noqa: PLC0415

    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        async with asyncio.timeout(patience_s):
            loop = asyncio.get_running_loop()
            found = [str(one[4][0]) for one in await loop.getaddrinfo(host, port, type=1)]
            address = next(iter(found), None)
            if address is None or not all(allowed(one) for one in found):
                return Answer(status=None, why="address")
            dialled = f"[{address}]" if ":" in address else address
            target = parts._replace(netloc=f"{dialled}:{port}").geturl()
            async with (
                httpx.AsyncClient(
                    trust_env=False, follow_redirects=False, verify=_trusted(), timeout=patience_s
                ) as line,
                line.stream(
                    "POST",
                    target,
                    content=body,
                    headers={**headers, "Host": parts.netloc},
                    extensions={"sni_hostname": host},
                ) as answer,
            ):
                return Answer(status=answer.status_code, after_s=_after(answer))
    except (OSError, TimeoutError, ValueError, httpx.HTTPError, httpx.InvalidURL) as error:
        return Answer(status=None, why=type(error).__name__)


@cache
def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context()


def _after(answer: httpx.Response) -> float:
    said = answer.headers.get("retry-after", "")
    return float(said) if said.isdigit() and len(said) < 6 else 0.0  # noqa: PLR2004  a day and more is no pause
