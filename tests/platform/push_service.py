"""A browser and its push service as the standards have them, written for the tests: RFC 8030, 8188, 8291, 8292."""

import asyncio
import base64
import json
from dataclasses import dataclass, field
from typing import Self

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

P256 = ec.SECP256R1()


def plain64(said: str) -> bytes:
    return base64.urlsafe_b64decode(said + "=" * (-len(said) % 4))


def said64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


@dataclass
class Browser:
    """One browser's subscription: it alone opens what is sealed to it."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(P256))
    auth: bytes = b"sixteen octets!!"

    @property
    def keys(self) -> dict[str, str]:
        return {"p256dh": said64(_point(self.key.public_key())), "auth": said64(self.auth)}

    def opened(self, body: bytes) -> bytes:
        """Open one message; raises where it was sealed to another, or changed."""
        salt, size, length = body[:16], int.from_bytes(body[16:20]), body[20]
        sender = body[21 : 21 + length]
        sealed = body[21 + length :]
        assert length == 65
        assert len(sealed) <= size
        shared = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(P256, sender))
        info = b"WebPush: info\x00" + _point(self.key.public_key()) + sender
        ikm = _derived(shared, self.auth, info, 32)
        key = _derived(ikm, salt, b"Content-Encoding: aes128gcm\x00", 16)
        nonce = _derived(ikm, salt, b"Content-Encoding: nonce\x00", 12)
        padded = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\x00")
        assert padded.endswith(b"\x02")
        return padded[:-1]


def _derived(material: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(material)


def claims_of(authorization: str, public: str) -> dict[str, object]:
    """Check a `vapid` signature by the key that the browser subscribed with; return what was signed."""
    scheme, _, rest = authorization.partition(" ")
    parts = dict(one.strip().split("=", 1) for one in rest.split(","))
    assert scheme == "vapid"
    assert plain64(parts["k"]) == plain64(public)
    head, claims, signature = parts["t"].split(".")
    raw = plain64(signature)
    assert json.loads(plain64(head)) == {"typ": "JWT", "alg": "ES256"}
    key = ec.EllipticCurvePublicKey.from_encoded_point(P256, plain64(public))
    made = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    key.verify(made, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    said: dict[str, object] = json.loads(plain64(claims))
    return said


@dataclass
class Pushed:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class PushService:
    """Listens on loopback; answers with what is `next`, then 201."""

    next: list[tuple[int, str]] = field(default_factory=list)
    got: list[Pushed] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]
        self.host = f"127.0.0.1:{self.port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.server.close()
        await self.server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers["content-length"]))
        self.got.append(Pushed(head[0].split(" ")[1], headers, body))
        status, more = self.next.pop(0) if self.next else (201, "")
        writer.write(f"HTTP/1.1 {status} Said\r\n{more}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()
