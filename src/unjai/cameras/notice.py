"""The notice that hangs beside a camera — ป้ายแจ้งการใช้กล้องวงจรปิด: who, why, how long, whose rights, whom to ask."""

# ruff: noqa: E501  the words of the notice, a sentence a line

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from unjai.cameras.rules.registry import PRIVATE_OWNERS
from unjai.model.clock import BANGKOK
from unjai.model.thai import format_date
from unjai.platform.database import Tx
from unjai.platform.paper import pdf
from unjai.territory.store import org_unit_of
from unjai.territory.store.contacts import contact_of

TEMPLATE = Path(str(files("unjai.cameras") / "data" / "notice.typ"))


async def notice_sheet(tx: Tx, row: Mapping[str, Any], *, now: datetime) -> bytes:
    """Return a camera's notice as a PDF; raise `paper_failed` (500). Names no contact that the actor may not see."""
    station = await org_unit_of(tx, row["station_id"])
    contact = await contact_of(tx, row["id"]) or {"name": "", "phone": "", "note": ""}
    named = ("", "") if station is None else (station.name_th, station.name_en or station.name_th)
    return await pdf(TEMPLATE, facts_of(row, station=named, contact=contact, now=now))


def facts_of(
    row: Mapping[str, Any], *, station: tuple[str, str], contact: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """Return what the template needs: pairs of Thai and English."""
    private = row["owner_kind"] in PRIVATE_OWNERS
    police = row["owner_kind"] == "police"
    owner = row["owner_name"] or station[0]
    days = round(row["keep_days"]) if row["keep_days"] >= 1 else 1
    kept = (
        f"เก็บภาพไว้ไม่เกิน {days} วัน แล้วลบโดยอัตโนมัติ",
        f"Pictures are kept for at most {days} days, then deleted automatically",
    )
    if not row["record"]:
        kept = ("ดูภาพสดเท่านั้น ไม่บันทึกภาพ", "Live pictures only; nothing is recorded")
    basis = ("หน้าที่ของเจ้าหน้าที่ในการรักษาความปลอดภัยของประชาชน", "the duty of officials to keep the public safe")
    if private:
        basis = (
            "ประโยชน์โดยชอบด้วยกฎหมายในการรักษาความปลอดภัย และความยินยอมของเจ้าของกล้องให้ตำรวจร่วมดูภาพ",
            "the legitimate interest in safety, and the owner's consent that the police may see the pictures",
        )
    watching = ("ไม่มีการจดจำใบหน้า", "No face recognition")
    if row["analyse"]:
        watching = (
            "คอมพิวเตอร์ช่วยสังเกตเหตุผิดปกติ เช่น คนล้ม รถจอดกีดขวาง ไม่มีการจดจำใบหน้า",
            "A computer helps to notice trouble, such as somebody lying on the ground; no face recognition",
        )
    controller = (station[0], station[1]) if police else (owner, owner)
    shared = ("", "") if police else (f"ร่วมดูภาพโดย {station[0]}", f"Shared with {station[1]}")
    asked = " ".join(part for part in (contact["name"], contact["phone"]) if part)
    return {
        "controller": controller,
        "shared": shared,
        "purpose": (
            "เพื่อป้องกันและระงับเหตุอาชญากรรม และช่วยเหลือผู้ประสบเหตุในที่สาธารณะ",
            "To prevent and stop crime, and to help people in trouble in public places",
        ),
        "basis": basis,
        "kept": kept,
        "watching": watching,
        "rights": (
            "ท่านมีสิทธิขอดูหรือขอสำเนาภาพของท่าน ขอให้ลบหรือระงับการใช้ คัดค้าน และร้องเรียนต่อสำนักงานคณะกรรมการคุ้มครองข้อมูลส่วนบุคคล (สคส.)",
            "You may ask to see or copy pictures of yourself, to have them erased or restricted, object, and complain to the Personal Data Protection Committee (PDPC)",
        ),
        "contact": (asked or f"ติดต่อที่ {station[0]}", asked or f"Ask at {station[1]}"),
        "camera": row["key"],
        "place": (row["name_th"], row["name_en"] or row["name_th"]),
        "printed": f"พิมพ์เมื่อ {format_date(now.astimezone(BANGKOK).date(), 'long')}",
    }
