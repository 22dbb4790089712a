# ruff: noqa: E501  (a page of HTML, whose lines are Thai)
"""The page in a package that says, Thai and English, what is in it and how to check it with openssl alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

from unjai.model.clock import BANGKOK
from unjai.model.thai.dates import format_date

STYLE = """
body{font:16px/1.6 "Sarabun","IBM Plex Sans Thai","Noto Sans Thai",system-ui,sans-serif;max-width:52rem;margin:2rem auto;
padding:0 1rem;color:#1f2328;background:#fff}
h1{font-size:1.6rem;line-height:1.3}h2{font-size:1.2rem;margin-top:2rem;border-top:1px solid #d0d7de;padding-top:1rem}
.en{color:#57606a}table{border-collapse:collapse;width:100%}th,td{border:1px solid #d0d7de;padding:.35rem .5rem;text-align:left;
vertical-align:top}th{background:#f6f8fa;font-weight:600}pre{background:#f6f8fa;border:1px solid #d0d7de;border-radius:6px;
padding:.75rem;overflow-x:auto;font-size:.9rem}code{font-size:.9rem;overflow-wrap:anywhere}.warn{border-left:4px solid #9a6700;
padding:.25rem .75rem;background:#fff8c5}@media print{body{margin:0}}
"""
_WHY = {
    "no_paper": ("ไม่มีหนังสือยินยอมในทะเบียน", "no consent in the register"),
    "not_in_force": ("ไม่มีหนังสือยินยอมที่มีผลตลอดช่วงเวลานี้", "no consent in force for all of this time"),
    "hours": ("นอกช่วงเวลาที่ยินยอม", "outside the consented hours"),
    "hours_unreadable": (
        "ช่วงเวลาที่ยินยอมเขียนไว้จนระบบอ่านไม่ได้ จึงนับว่านอกช่วง",
        "the consented hours are worded so that the system cannot read them; it counts as outside",
    ),
}
_HOW = {
    "recording_copied": ("สำเนาภาพบันทึกโดยไม่แปลงภาพ", "copied from the recording, pictures unchanged"),
    "recording_decoded": ("ภาพนิ่งจากภาพบันทึก", "a still taken from the recording"),
    "live_still": ("ภาพนิ่งจากภาพสดขณะที่ขอ", "a still of the live picture when it was asked for"),
}


def when(iso: str) -> str:
    """Return a moment as a Thai office writes it, with milliseconds: ``22 พ.ย. 2569 01:14:09.250 น.``."""
    at = datetime.fromisoformat(iso).astimezone(BANGKOK)
    return f"{format_date(at.date())} {at:%H:%M:%S}.{at.microsecond // 1000:03d} น."


def both(iso: str) -> str:
    """Return a moment as people and as programs write it."""
    return f'{escape(when(iso))}<br><span class="en">{escape(iso)}</span>'


def line(th: str, en: str, value: str) -> str:
    """Return a row of a table; `value` is HTML."""
    return f'<tr><th>{th}<br><span class="en">{en}</span></th><td>{value}</td></tr>'


def _facts(told: Mapping[str, Any]) -> str:
    station, incident, second = told["station"], told.get("incident"), told.get("second_person")
    case = escape(told["case_number"]) or 'ยังไม่มีเลขคดี <span class="en">(no case number yet)</span>'
    rows = [
        line("เลขที่แฟ้ม", "package", escape(told["number"])),
        line("สถานี", "station", f'{escape(station["name_th"])} <span class="en">{escape(station["name_en"])}</span>'),
        line("เลขคดี", "case number", case),
        line("เหตุ", "incident", escape(incident["number"]) if incident else "—"),
        line("เหตุผลที่ส่งออก", "reason", escape(told["reason"])),
        line("ผู้ขอ", "asked by", f"{escape(told['asked_by'])}<br>{both(told['asked_at'])}"),
    ]
    if second:
        rows.append(line("ผู้อนุมัติคนที่สอง", "second person", escape(str(second["name"]))))
    rows.append(line("ผนึกเมื่อ", "sealed at", both(told["sealed_at"])))
    rows.append(line("ลายนิ้วมือกุญแจ", "print of the key", f"<code>{escape(told['key_print'])}</code>"))
    return f"<table>{''.join(rows)}</table>"


def _files(told: Mapping[str, Any], files: Sequence[Mapping[str, Any]]) -> str:
    cameras = {one["id"]: one for one in told["cameras"]}
    parts = []
    for one in files:
        if one["sort"] == "document":
            continue
        camera = cameras[one["camera_id"]]
        gaps = "".join(f"<li>{escape(when(a))} – {escape(when(b))}</li>" for a, b in one["gaps"])
        missing = (
            f'<p class="warn">ช่วงที่ไม่มีภาพ <span class="en">no pictures</span></p><ul>{gaps}</ul>'
            if gaps
            else 'ไม่มีช่วงขาด <span class="en">no gaps</span>'
        )
        how_th, how_en = _HOW[one["how"]]
        mask = ' · ปิดบังบางส่วนของภาพ <span class="en">parts masked</span>' if one["masked"] else ""
        rows = [
            line("กล้อง", "camera", f"{escape(camera['name_th'])} ({escape(camera['key'])})"),
            line("เจ้าของ", "owner", f"{escape(camera['owner_name'])} ({escape(camera['owner_kind'])})"),
            line("เริ่มจริง", "real beginning", both(one["since"])),
            line("สิ้นสุดจริง", "real end", both(one["until"])),
            line("ช่วงที่ขอ", "asked for", f"{escape(when(one['asked_since']))} – {escape(when(one['asked_until']))}"),
            line("ช่วงที่ขาด", "gaps", missing),
            line("ความยินยอมของเจ้าของ", "owner's consent", _consent(one["consent"])),
            line("ที่มา", "how", f'{how_th} <span class="en">{how_en}</span>{mask}'),
            line("SHA-256", "SHA-256", f"<code>{escape(one['sha256'])}</code>"),
        ]
        parts.append(f"<h3>{escape(one['name'])}</h3><table>{''.join(rows)}</table>")
    return "".join(parts)


def _consent(leave: Mapping[str, Any]) -> str:
    if not leave["needed"]:
        return 'ไม่ต้องใช้ (กล้องของรัฐ) <span class="en">not needed (a public body\'s camera)</span>'
    paper = " · ".join(escape(str(leave[name])) for name in ("number", "hours", "part") if leave[name])
    if not leave["beyond"]:
        return f'อยู่ในความยินยอม <span class="en">within the consent</span><br>{paper}'
    th, en = _WHY[leave["why"]]
    return f'<p class="warn">นอกความยินยอม: {th}<br><span class="en">Beyond the consent: {en}</span></p>{paper}'


def _missing(told: Mapping[str, Any]) -> str:
    if not told["missing"]:
        return ""
    cameras = {one["id"]: one for one in told["cameras"]}
    rows = "".join(
        f"<li>{escape(cameras[one['camera_id']]['name_th'])}: {escape(when(one['asked_since']))} – "
        f"{escape(when(one['asked_until']))}</li>"
        for one in told["missing"]
    )
    return (
        f'<h2>ขอแล้วแต่ไม่มีภาพบันทึก <span class="en">Asked for, and never recorded</span></h2><ul class="warn">{rows}</ul>'
    )


CHECK = """
<h2>วิธีตรวจสอบด้วย openssl อย่างเดียว <span class="en">How to check with openssl alone</span></h2>
<p>ไม่ต้องใช้โปรแกรมของเรา ใช้คอมพิวเตอร์เครื่องใดก็ได้ที่มี openssl รุ่น 3 ขึ้นไป แตกไฟล์ ZIP แล้วเปิดหน้าต่างคำสั่งในโฟลเดอร์นั้น<br>
<span class="en">You need none of our programs: any computer with openssl 3 or later. Unpack the ZIP and open a terminal in
that folder.</span></p>
<p><b>1. ลายเซ็นเป็นของกุญแจนี้ และรายการไม่ถูกแก้ไข</b> — ต้องขึ้นว่า <code>Signature Verified Successfully</code><br>
<span class="en">The key signed this list and nobody changed it: it must say so.</span></p>
<pre>openssl pkeyutl -verify -pubin -inkey public_key.pem -rawin -in manifest.json -sigfile manifest.sig</pre>
<p><b>2. ไฟล์ทุกไฟล์ตรงกับรายการ</b> — เทียบค่า SHA-256 ของแต่ละไฟล์กับค่า <code>sha256</code> ของไฟล์นั้นใน <code>manifest.json</code>
(ค่าเดียวกันอยู่ใน <code>SHA256SUMS.txt</code> ซึ่งตัวมันเองก็อยู่ในรายการ)
และต้องไม่มีไฟล์อื่นนอกจากในรายการกับ <code>manifest.json</code>, <code>manifest.sig</code>, <code>public_key.pem</code><br>
<span class="en">Every file is as the list says: compare each file's SHA-256 with its <code>sha256</code> in
<code>manifest.json</code> (the same values stand in <code>SHA256SUMS.txt</code>, which is itself in the list). There must
be no other file but the three that seal the list.</span></p>
<pre>openssl dgst -sha256 *            # any system
sha256sum -c SHA256SUMS.txt       # Linux
shasum -a 256 -c SHA256SUMS.txt   # macOS
certutil -hashfile FILE SHA256    # Windows</pre>
<p><b>3. กุญแจเป็นของสถานีจริง</b> — คำสั่งนี้แสดงลายนิ้วมือของกุญแจในแฟ้ม (32 ตัวแรก)<br>
<span class="en">The key is the station's: this prints the print of the key in the package (its first 32 digits).</span></p>
<pre>openssl pkey -pubin -in public_key.pem -outform DER | tail -c 32 | openssl dgst -sha256</pre>
<p>เทียบกับลายนิ้วมือที่ได้มาทางอื่น ไม่ใช่จากแฟ้มนี้: หน้าเว็บของศูนย์ <code>/roots</code> หรือ <code>/api/public/keys</code> ซึ่งทุกคนเปิดดูได้
หรือถามสถานีโดยตรง ใครก็ทำแฟ้มที่ "ครบถ้วน" ด้วยกุญแจของตนเองได้ ข้อนี้จึงสำคัญที่สุด<br>
<span class="en">Compare it with a print that came another way, not with this package: the centre's page <code>/roots</code> or
<code>/api/public/keys</code>, open to everybody, or ask the station. Anybody can make a package that is whole with a key of
their own: this step is the one that counts.</span></p>
"""
_PROOF = """
<p><b>4. การขอส่งออกอยู่ในบันทึกการใช้งานของศูนย์</b> — <code>audit.json</code> มีแถวของบันทึก ตำแหน่งในต้นไม้แฮช (RFC 9162)
และรากที่ลงลายเซ็นแล้ว รากเดียวกันประกาศที่ <code>/roots</code> หรือเก็บไว้โดยผู้อื่น คำสั่ง <code>unjai evidence verify</code> ตรวจข้อนี้ให้<br>
<span class="en">The request stands in the centre's log: <code>audit.json</code> holds the log's row, its place in the hash tree
(RFC 9162) and a signed root, as published at <code>/roots</code> and kept by others. <code>unjai evidence verify</code> checks
this for you.</span></p>
"""
_STAMP = """
<p><b>ประทับเวลาจากภายนอก (RFC 3161)</b> — ถ้ามี <code>manifest.tsr</code> ในแฟ้ม หรือได้ไฟล์ <code>.tsr</code> มาพร้อมแฟ้ม
หน่วยงานประทับเวลายืนยันว่ารายการนี้มีอยู่แล้วในเวลานั้น ต้องขึ้นว่า <code>Verification: OK</code>
ขอใบรับรอง <code>ca.pem</code> จากหน่วยงานนั้นเอง ไม่ใช่จากแฟ้มนี้ ถ้าไม่มีไฟล์ แสดงว่าขณะผนึกติดต่อไม่ได้ เวลาในแฟ้มเป็นเวลาของศูนย์<br>
<span class="en">An outside time stamp: where the package holds <code>manifest.tsr</code>, or a <code>.tsr</code> came with it, a
time stamping authority says that this list existed at that time. It must say <code>Verification: OK</code>. Get
<code>ca.pem</code> from the authority itself, not from here. Without the file the authority could not be reached: the times
are the centre's.</span></p>
<pre>openssl ts -verify -data manifest.json -in manifest.tsr -CAfile ca.pem
openssl ts -reply -in manifest.tsr -text      # what it says</pre>
"""
_LIMITS = """
<h2>สิ่งที่การตรวจนี้ยืนยันและไม่ยืนยัน <span class="en">What this proves, and what not</span></h2>
<ul>
<li>ยืนยันว่าไฟล์เหมือนกับขณะที่ศูนย์ผนึกทุกไบต์ และใครเป็นผู้ขอ เมื่อใด เพราะเหตุใด <span class="en">It proves that the files are, byte
for byte, what the centre sealed, and who asked for them, when and why.</span></li>
<li>เวลาเป็นเวลาตามนาฬิกาของศูนย์ (UTC ใน manifest.json; เวลาไทยในหน้านี้) คลิปเริ่มที่ภาพหลักก่อนเวลาที่ขอเล็กน้อย จึงมี "เริ่มจริง" ต่างหาก
<span class="en">Times are by the centre's clock (UTC in manifest.json, Bangkok time here). A clip begins at the key picture before
the moment that was asked for: that is its real beginning.</span></li>
<li>ในช่วงที่ขาด ภาพสุดท้ายค้างไว้จนมีภาพใหม่ เพื่อให้เวลาในคลิปเดินตรงกับเวลาจริง <span class="en">In a gap the last picture stands until
there is a new one, so that the clip's clock goes with the clock on the wall.</span></li>
<li>ไม่ได้ยืนยันว่ากล้องไม่ถูกหลอกก่อนภาพมาถึงศูนย์ <span class="en">It does not prove that nobody deceived the camera before its pictures
reached the centre.</span></li>
<li>แฟ้มนี้ลงลายเซ็น ไม่ได้เข้ารหัส ใครถืออยู่ก็เปิดดูได้ จึงต้องเก็บรักษาตามระเบียบ <span class="en">It is signed, not encrypted: whoever holds it
can watch it. Keep it accordingly.</span></li>
</ul>
"""


def written(told: Mapping[str, Any], files: Sequence[Mapping[str, Any]], *, proven: bool, stamps: bool) -> str:
    """Return the page. `proven`: the package holds the log's proof; `stamps`: an outside time stamp was wanted."""
    return (
        '<!doctype html><html lang="th"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(told['number'])}</title><style>{STYLE}</style></head><body>"
        f"<h1>พยานหลักฐานภาพจากกล้อง {escape(told['number'])}<br>"
        '<span class="en">Evidence from cameras</span></h1>'
        f"{_facts(told)}"
        '<h2>ไฟล์ในแฟ้มนี้ <span class="en">What is in this package</span></h2>'
        f"{_files(told, files)}{_missing(told)}{CHECK}{_PROOF if proven else ''}{_STAMP if stamps else ''}{_LIMITS}"
        f'<p class="en">{escape(told["software"])}</p></body></html>\n'
    )
