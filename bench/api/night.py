"""A little night over the public API, so that there is something to ask about."""

from __future__ import annotations

import secrets
import struct
import zlib
from collections.abc import Mapping
from typing import Any

import httpx

CODES = ("NOI", "ACC", "SUS", "FIR")


def _png() -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    pixels = zlib.compress(b"\x00\xff\x00\x00" * 1)
    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


class Night:
    """Does things in order; what is refused is kept in `refused`, and is only less to ask about."""

    def __init__(self, url: str, cookies: Mapping[str, list[str]]) -> None:
        """Ask at `url` as the first account of each role."""
        self.refused: list[str] = []
        self._clients = {
            role: httpx.Client(base_url=url, headers={"X-Unjai": "1", "Cookie": held[0]}, timeout=30)
            for role, held in cookies.items()
        }

    def _post(self, role: str, path: str, body: Any = None, **more: Any) -> dict[str, Any]:
        headers = {"Idempotency-Key": secrets.token_hex(8), **more.pop("headers", {})}
        answer = self._clients[role].post(path, headers=headers, **({"json": body} if body is not None else {}), **more)
        if answer.status_code >= 400:
            self.refused.append(f"{path} as {role}: {answer.status_code} {answer.text[:200]}")
            return {}
        said = answer.json() if answer.content else {}
        return said if isinstance(said, dict) else {}

    def happen(self) -> None:
        """Let it happen."""
        centre = self._clients["operator"].get("/api/zone").json()
        here = _somewhere(centre)
        said = {"text": "มีเสียงดัง", "caller_phone": "0812345678"}
        spots = [{name: degrees + 0.003 * number for name, degrees in here.items()} for number in range(len(CODES))]
        calls = [
            self._post("operator", "/api/calls", {"code": code, **said, **spot})
            for code, spot in zip(CODES, spots, strict=True)
        ]
        keys = list(dict.fromkeys(str(call["id"]) for call in calls if call.get("id")))
        for key in keys:
            self._incident(f"/api/incidents/{key}", last=key == keys[-1])
        asked = {"name": "เสียงดัง", "asked": {"q": "เสียง"}}
        self._post("operator", "/api/searches", asked)
        self._post("supervisor", "/api/rules", {"kind": "tamper", "name": "กฎลอง"})
        self._post("operator", "/api/break-glass", {"reason": "ทดลองเปิดสิทธิ์ฉุกเฉินของศูนย์"})
        self._post("administrator", "/api/shifts", {"name_th": "ผลัดลอง", "starts": "08:00", "ends": "16:00"})
        person = self._post("administrator", "/api/persons", {"first_th": "สมมุติ", "rank": "captain"})
        self._post("administrator", f"/api/persons/{person.get('id')}/posts", self._post_of_somebody())
        self._post("administrator", "/api/zone/plans", {"name_th": "แผนลอง", "geometry": None})
        table = "key,name_th,kind,lon,lat\nลอง-1,ร้านลอง,shop,98.99,18.79\n".encode()
        more = {"params": {"kind": "places", "name": "ลอง.csv"}, "content": table, "headers": _BYTES}
        self._post("administrator", "/api/import/files", **more)
        for client in self._clients.values():
            client.close()

    def _post_of_somebody(self) -> dict[str, Any]:
        station = self._clients["administrator"].get("/api/info").json()["station"]["id"]
        return {"position": "superintendent", "org_unit_id": station, "from_on": "2026-11-22"}

    def _incident(self, path: str, *, last: bool) -> None:
        self._post("operator", f"{path}/acknowledge", {})
        self._post("operator", f"{path}/note", {"text": "บันทึกลอง"})
        self._post("operator", f"{path}/offer", {})
        facts = {"kind": "person", "role": "witness", "facts": {"name": "นางสาวลอง ทดสอบ"}}
        self._post("operator", f"{path}/parties", facts)
        more = {"params": {"name": "ลอง.png"}, "content": _png(), "headers": _BYTES}
        self._post("operator", f"{path}/attachments", **more)
        if last:
            self._post("operator", f"{path}/close", {"outcome": "resolved"})
            self._post("operator", f"{path}/case-files", {})


_BYTES = {"Content-Type": "application/octet-stream"}


def _somewhere(zone: Any) -> dict[str, float]:
    """Return a corner of the zone, or nothing."""
    at = zone
    for name in ("zone", "geometry", "coordinates"):
        at = at.get(name) if isinstance(at, dict) else None
    while isinstance(at, list) and at and isinstance(at[0], list):
        at = at[0]
    return {"lon": at[0], "lat": at[1]} if isinstance(at, list) and len(at) == 2 else {}
