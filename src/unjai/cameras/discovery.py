"""Search the network for ONVIF devices by WS-Discovery: a multicast probe from every address of this machine."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Iterable
from uuid import uuid4

from unjai.cameras.rules.onvif import Found, probe_matches
from unjai.model.errors import DecodeError

log = logging.getLogger(__name__)

GROUP, PORT = "239.255.255.250", 3702
_MOST = 500
_PROBE = """<?xml version="1.0" encoding="UTF-8"?>
<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing"
 xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><e:Header>
<w:MessageID>uuid:{key}</w:MessageID><w:To e:mustUnderstand="true">urn:schemas-xmlsoap-org:ws:2005:04:discovery</w:To>
<w:Action e:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</w:Action></e:Header>
<e:Body><d:Probe><d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe></e:Body></e:Envelope>"""


class _Ear(asyncio.DatagramProtocol):
    def __init__(self, found: dict[str, Found]) -> None:
        self.found = found

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if len(self.found) >= _MOST:
            return
        try:
            for one in probe_matches(data, addr[0]):
                self.found.setdefault(one.url, one)
        except DecodeError:
            log.info("%s answered the search with something that is no answer", addr[0])


async def search(
    wait_s: float, *, addresses: Iterable[str] | None = None, to: tuple[str, int] = (GROUP, PORT)
) -> list[Found]:
    """Return the devices that answer within `wait_s`, by address. A network without multicast finds nothing.

    `addresses` are those of this machine to ask from, by default all of them.
    """
    found: dict[str, Found] = {}
    loop = asyncio.get_running_loop()
    doors = []
    probe = _PROBE.format(key=uuid4()).encode()
    for own in addresses if addresses is not None else await asyncio.to_thread(own_addresses):
        try:
            door = _door(own)
        except OSError as error:
            log.info("no search from %s: %s", own, error)
            continue
        transport, _ = await loop.create_datagram_endpoint(lambda: _Ear(found), sock=door)
        doors.append(transport)
    try:
        for turn in range(2):  # a probe is a datagram: the second one finds what missed the first
            for transport in doors:
                transport.sendto(probe, to)
            await asyncio.sleep(wait_s * (1 - turn) / 3 + wait_s * turn * 2 / 3)
    finally:
        for transport in doors:
            transport.close()
    return sorted(found.values(), key=lambda one: one.url)


def _door(own: str) -> socket.socket:
    door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_UDP)
    try:
        door.setblocking(False)  # noqa: FBT003  its own name for it
        door.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(own))
        door.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 2)
        door.bind((own, 0))
    except BaseException:
        door.close()
        raise
    return door


def own_addresses() -> list[str]:
    """Return this machine's IPv4 addresses (Linux): one for each interface that has one."""
    import fcntl  # noqa: PLC0415
    import struct  # noqa: PLC0415

    ask = 0x8915  # SIOCGIFADDR
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _number, name in socket.if_nameindex():
            try:
                told = fcntl.ioctl(probe.fileno(), ask, struct.pack("256s", name.encode()[:15]))
            except OSError:
                continue
            found.append(socket.inet_ntoa(told[20:24]))
    return found
