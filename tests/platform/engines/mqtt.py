"""The least of MQTT 3.1.1 by hand: a test must know the very moment a PUBACK comes, and must be able to misbehave."""

import asyncio
import contextlib
from pathlib import Path


def text(word):
    raw = word.encode()
    return len(raw).to_bytes(2) + raw


def packet(kind, body):
    size, length = len(body), b""
    while True:
        size, low = divmod(size, 128)
        length += bytes([low | (128 if size else 0)])
        if not size:
            return bytes([kind]) + length + body


class RefusedError(Exception):
    pass


class Device:
    """One connection of a device."""

    @classmethod
    async def connect(cls, port, user, password, *, client_id=None, will=None, keep=False):
        self = cls()
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", port)
        flags = 0xC0 | (0 if keep else 2) | (0x0C if will else 0)
        body = text("MQTT") + bytes([4, flags]) + b"\x00\x3c" + text(client_id or f"id-{user}-{id(self)}")
        if will:
            body += text(will[0]) + text(will[1])
        self.writer.write(packet(0x10, body + text(user) + text(password)))
        answer = await self.reader.read(4)
        if answer != b"\x20\x02\x00\x00":
            await self.gone()
            raise RefusedError(answer)
        return self

    @classmethod
    async def come_back(cls, port, user, password, **more):
        """Try until the server lets it in, as devices do: one that has just started may refuse at first."""
        async with asyncio.timeout(60):
            while True:
                try:
                    return await cls.connect(port, user, password, **more)
                except (RefusedError, ConnectionError):
                    await asyncio.sleep(0.05)

    async def publish(self, topic, body, qos=1, *, number=7, retain=False):
        payload = body.encode() if isinstance(body, str) else body
        head = text(topic) + (number.to_bytes(2) if qos else b"")
        self.writer.write(packet(0x30 | qos << 1 | int(retain), head + payload))
        await self.writer.drain()
        if qos == 1:
            got = await self.reader.readexactly(4)
            assert got == b"\x40\x02" + number.to_bytes(2), got
        if qos == 2:
            got = await self.reader.readexactly(4)
            assert got == b"\x50\x02" + number.to_bytes(2), got
            self.writer.write(packet(0x62, number.to_bytes(2)))
            got = await self.reader.readexactly(4)
            assert got == b"\x70\x02" + number.to_bytes(2), got

    async def ping(self):
        """Come back when the server has handled all that was sent before."""
        self.writer.write(b"\xc0\x00")
        assert await self.reader.readexactly(2) == b"\xd0\x00"

    async def subscribe(self, topic, qos=1):
        self.writer.write(packet(0x82, b"\x00\x09" + text(topic) + bytes([qos])))
        got = await self.reader.readexactly(5)
        return got[4]

    async def gone(self):
        """Wait until the server has closed the connection."""
        with contextlib.suppress(ConnectionError):
            while await self.reader.read(4096):
                pass
        self.writer.close()
        with contextlib.suppress(ConnectionError):
            await self.writer.wait_closed()

    async def leave(self):
        self.writer.write(b"\xe0\x00")
        await self.gone()

    def drop(self):
        """End the connection without a word, as a dead battery does."""
        self.writer.transport.abort()


def on_disc(store, needle):
    """Return the files of a store that hold `needle`."""
    return [file for file in Path(store).rglob("*") if file.is_file() and needle in file.read_bytes()]
