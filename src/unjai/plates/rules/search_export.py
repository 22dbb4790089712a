# ruff: noqa: E501  (a page of HTML, whose lines are Thai)
"""What a sealed package of found reads holds besides its pictures: rows for people, rows for programs, a page. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any, Final

from unjai.model.clock import BANGKOK
from unjai.model.plate import place_of
from unjai.model.thai.dates import format_date

README, SUMS, PROOF, ROWS_JSON, ROWS_CSV = "READ-ME.html", "SHA256SUMS.txt", "proof.json", "reads.json", "reads.csv"

_COLUMNS: Final = (
    ("number", "ลำดับ number"),
    ("at", "เวลา time (UTC)"),
    ("at_th", "เวลา พ.ศ. time (Bangkok)"),
    ("registration", "ทะเบียน registration"),
    ("province_th", "จังหวัด province"),
    ("camera", "รหัสกล้อง camera key"),
    ("camera_th", "กล้อง camera"),
    ("confidence", "ความมั่นใจ confidence"),
    ("vehicle_type", "ชนิดรถ vehicle"),
    ("vehicle_colour", "สีรถ colour"),
    ("crop", "ภาพป้าย plate picture"),
    ("still", "ภาพเต็ม scene picture"),
)
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_STYLE = """
body{font:16px/1.6 "Sarabun","IBM Plex Sans Thai","Noto Sans Thai",system-ui,sans-serif;max-width:60rem;margin:2rem auto;
padding:0 1rem;color:#1f2328;background:#fff}h1{font-size:1.6rem;line-height:1.3}h2{font-size:1.2rem;margin-top:2rem}
.en{color:#57606a}table{border-collapse:collapse;width:100%}th,td{border:1px solid #d0d7de;padding:.35rem .5rem;text-align:left;
vertical-align:top}th{background:#f6f8fa;font-weight:600}pre{background:#f6f8fa;border:1px solid #d0d7de;border-radius:6px;
padding:.75rem;overflow-x:auto;font-size:.9rem}code{overflow-wrap:anywhere}@media print{body{margin:0}}
"""


def number_of(search_id: object) -> str:
    """Return how people call the package of a search."""
    return f"PLT-{str(search_id).replace('-', '')[-8:].upper()}"


def when(at: datetime) -> str:
    """Return a moment as a Thai office writes it."""
    local = at.astimezone(BANGKOK)
    return f"{format_date(local.date())} {local:%H:%M:%S} น."


def picture_name(number: int, row: Mapping[str, Any], part: str) -> str:
    """Return a picture's name in the package: ``pictures/007-20261122T011409Z-crop.jpg``."""
    return f"pictures/{number:03d}-{row['at']:%Y%m%dT%H%M%S}Z-{part}.jpg"


def told_rows(
    found: Sequence[Mapping[str, Any]], cameras: Mapping[str, tuple[str, str]], pictures: Mapping[tuple[int, str], str]
) -> list[dict[str, Any]]:
    """Return reads as both files of rows tell them; `pictures` are names by number and part."""
    rows = []
    for number, row in enumerate(found, 1):
        th, en = cameras.get(row["camera"], (row["camera"], row["camera"]))
        place = row["province"] or None
        rows.append(
            {
                "number": number,
                "id": str(row["id"]),
                "at": row["at"].isoformat(timespec="milliseconds"),
                "at_th": when(row["at"]),
                "received_at": row["received_at"].isoformat(timespec="milliseconds"),
                "registration": row["registration"],
                "province": place,
                "province_th": "" if place is None else place_of(place).th,
                "camera": row["camera"],
                "camera_th": th,
                "camera_en": en,
                "confidence": None if row["confidence"] is None else row["confidence"] / 1000,
                "vehicle_type": row["vehicle_type"],
                "vehicle_colour": row["vehicle_colour"],
                "crop": pictures.get((number, "crop"), ""),
                "still": pictures.get((number, "still"), ""),
            }
        )
    return rows


def as_csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the rows for a table program: UTF-8 with its mark, and no cell that a program takes for a formula."""
    out = io.StringIO()
    pen = csv.writer(out, lineterminator="\r\n")
    pen.writerow([words for _, words in _COLUMNS])
    for row in rows:
        pen.writerow([_cell(row[name]) for name, _ in _COLUMNS])
    return "\ufeff".encode() + out.getvalue().encode()


def _cell(value: object) -> str:
    said = "" if value is None else str(value)
    return f"'{said}" if said.startswith(_FORMULA) else said


def page(told: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the page that says what is in the package and how to check it with openssl alone."""
    search, station = told["search"], told["station"]
    facts = [
        ("เลขที่แฟ้ม", "package", told["number"]),
        ("สถานี", "station", f"{station['name_th']} {station['name_en']}"),
        ("เลขคดี", "case number", told["case_number"]),
        ("เหตุผล", "reason", f"{search['reason_th']} — {search['said']}"),
        ("ผู้ค้น", "searched by", told["asked_by"]),
        ("ค้นเมื่อ", "searched at", when(datetime.fromisoformat(search["opened_at"]))),
        ("ผนึกโดย", "sealed by", told["sealed_by"]),
        ("ผนึกเมื่อ", "sealed at", when(datetime.fromisoformat(told["sealed_at"]))),
        ("ผลการอ่าน", "reads", str(len(rows))),
        ("ค่าผูกมัดในบันทึก", "commitment in the log", told["ledger"]["leaf"]),
        ("ลายนิ้วมือกุญแจ", "print of the key", told["key_print"]),
    ]
    head = "".join(
        f'<tr><th>{th}<br><span class="en">{en}</span></th><td>{escape(str(v))}</td></tr>' for th, en, v in facts
    )
    body = "".join(_line(row) for row in rows)
    missing = ""
    if told["missing"]:
        missing = f'<p>ภาพที่ไม่มีแล้ว {len(told["missing"])} ภาพ ระบุไว้ใน manifest.json <span class="en">{len(told["missing"])} pictures are gone; manifest.json names them</span></p>'
    return f"""<!doctype html><html lang="th"><head><meta charset="utf-8"><title>{escape(told["number"])}</title><style>{_STYLE}</style></head><body>
<h1>ผลการค้นหาทะเบียนรถ ผนึกเป็นพยานหลักฐาน<br><span class="en">Reads of plates, sealed as evidence</span></h1>
<table>{head}</table>{missing}
<h2>ผลการอ่าน <span class="en">reads</span></h2>
<table><tr><th>#</th><th>เวลา time</th><th>ทะเบียน plate</th><th>กล้อง camera</th><th>ภาพ pictures</th></tr>{body}</table>
<h2>ตรวจเองได้ <span class="en">check it yourself</span></h2>
<pre>unjai evidence verify {escape(told["number"])}.zip
unjai audit verify proof.json

openssl pkeyutl -verify -pubin -inkey public_key.pem -rawin -in manifest.json -sigfile manifest.sig
sha256sum -c SHA256SUMS.txt</pre>
<p>การอ่านป้ายเป็นผลของเครื่อง อาจผิดได้ ให้เทียบกับภาพเสมอ <span class="en">A machine read these plates and may err; compare them with the pictures.</span></p>
</body></html>
""".encode()


def _line(row: Mapping[str, Any]) -> str:
    pictures = " ".join(
        f'<a href="{escape(row[part])}">{words}</a>' for part, words in (("crop", "ป้าย"), ("still", "เต็ม")) if row[part]
    )
    plate = escape(f"{row['registration'] or '—'} {row['province_th']}".strip())
    return f"<tr><td>{row['number']}</td><td>{escape(row['at_th'])}</td><td>{plate}</td><td>{escape(row['camera_th'])}</td><td>{pictures or '—'}</td></tr>"
