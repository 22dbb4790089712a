# ruff: noqa: E501  (a page of HTML, whose lines are Thai)
"""The page in a release copy: that faces are hidden, for whom it was made, and how to check it with openssl alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from unjai.cameras.evidence.page import CHECK, STYLE, both, line

_STYLES = {
    "mosaic": ("โมเสกหยาบและเบลอ", "a coarse mosaic, blurred"),
    "solid": ("ทึบสีเดียว", "one solid colour"),
}
_SORTS = {
    "media": ("สื่อมวลชน", "the media"),
    "insurer": ("บริษัทประกันภัย", "an insurer"),
    "court": ("คู่ความ", "a party to a case"),
    "other": ("อื่น ๆ", "others"),
}
_WARNING = """
<p class="warn"><b>เป็นสำเนาสำหรับเผยแพร่ ใบหน้าถูกเบลอ ไม่ใช่พยานหลักฐานต้นฉบับ</b><br>
<span class="en">This is a copy for release with faces blurred. It is not the original evidence.</span></p>
<p>ภาพเคลื่อนไหวถูกเข้ารหัสใหม่และไม่มีเสียง ต้นฉบับที่ไม่เบลอยังผนึกอยู่ที่สถานี มีค่า SHA-256 ตามด้านล่าง ศาลขอต้นฉบับได้จากสถานี<br>
<span class="en">The clips were encoded anew, without sound. The unblurred original stays sealed at the station under the SHA-256
below; a court can ask the station for it.</span></p>
"""
_LIMITS = """
<h2>สิ่งที่การตรวจนี้ยืนยันและไม่ยืนยัน <span class="en">What this proves, and what not</span></h2>
<ul>
<li>ยืนยันว่าไฟล์เหมือนกับขณะที่สถานีปล่อยทุกไบต์ และทำจากแฟ้มต้นฉบับใด <span class="en">It proves that the files are, byte for byte, what the
station released, and out of which package they were made.</span></li>
<li>ไม่ได้ยืนยันว่าภาพตรงกับต้นฉบับ เพราะบางส่วนถูกเบลอ ผู้มีต้นฉบับเท่านั้นที่เทียบได้ <span class="en">It does not prove what was under the
blur; only the original does.</span></li>
<li>เครื่องหาใบหน้า และคนตรวจก่อนปล่อย อาจยังจำบุคคลได้จากเสื้อผ้า ท่าเดิน หรือสถานที่ <span class="en">A machine found the faces and a
person checked before release; clothes, gait or the place may still tell who somebody is.</span></li>
</ul>
"""
_PROOF = """
<p><b>4. การขอสำเนาอยู่ในบันทึกการใช้งานของศูนย์</b> — <code>audit.json</code> มีแถวของบันทึกและรากที่ลงลายเซ็นแล้ว
คำสั่ง <code>unjai evidence verify</code> ตรวจข้อนี้ให้<br>
<span class="en">The request for this copy stands in the centre's log: <code>audit.json</code> holds its row and a signed root;
<code>unjai evidence verify</code> checks this for you.</span></p>
"""


def written(told: Mapping[str, Any], files: Sequence[Mapping[str, Any]], *, proven: bool) -> str:
    """Return the page. `proven`: the copy holds the log's proof."""
    station, original, looked = told["station"], told["derived_from"], told["looked"]
    style_th, style_en = _STYLES[told["style"]]
    sort_th, sort_en = _SORTS[told["recipient"]["sort"]]
    whom = escape(f"{told['recipient']['name']} · {told['recipient']['agency']}")
    rows = [
        line("เลขที่สำเนา", "copy", escape(told["number"])),
        line("สถานี", "station", f'{escape(station["name_th"])} <span class="en">{escape(station["name_en"])}</span>'),
        line(
            "ทำจากแฟ้ม",
            "made of the package",
            f"{escape(original['number'])}<br><code>SHA-256 {escape(original['digest'])}</code>",
        ),
        line("มอบให้", "made for", f'{whom}<br>{sort_th} <span class="en">{sort_en}</span>'),
        line("เพื่อ", "purpose", escape(told["purpose"])),
        line("ผู้ขอ", "asked by", f"{escape(told['asked_by'])}<br>{both(told['asked_at'])}"),
        line(
            "ผู้ตรวจว่าใบหน้าถูกเบลอ", "who looked that faces are hidden", f"{escape(looked['by'])}<br>{both(looked['at'])}"
        ),
        line("วิธีปิดใบหน้า", "how faces are hidden", f'{style_th} <span class="en">{style_en}</span>'),
        line("ลายนิ้วมือกุญแจ", "print of the key", f"<code>{escape(told['key_print'])}</code>"),
    ]
    if told["second_person"]:
        rows.insert(-1, line("ผู้อนุมัติคนที่สอง", "second person", escape(str(told["second_person"]["name"]))))
    return (
        '<!doctype html><html lang="th"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(told['number'])}</title><style>{STYLE}</style></head><body>"
        f"<h1>สำเนาสำหรับเผยแพร่ {escape(told['number'])}<br>"
        '<span class="en">Copy for release, faces blurred</span></h1>'
        f"{_WARNING}<table>{''.join(rows)}</table>"
        f'<h2>ไฟล์ในสำเนานี้ <span class="en">What is in this copy</span></h2>{"".join(_file(one) for one in files if one["sort"] != "document")}'
        f"{CHECK}{_PROOF if proven else ''}{_LIMITS}"
        f'<p class="en">{escape(told["software"])}</p></body></html>\n'
    )


def _file(one: Mapping[str, Any]) -> str:
    blurred = one["blurred"]
    rows = [
        line(
            "ต้นฉบับ",
            "original",
            f"{escape(one['derived_from']['name'])}<br><code>SHA-256 {escape(one['derived_from']['sha256'])}</code>",
        ),
        line("เริ่ม", "beginning", both(one["since"])),
        line("สิ้นสุด", "end", both(one["until"])),
        line(
            "ปิดไว้",
            "hidden",
            f"ภาพ {blurred['hidden_pictures']} จาก {blurred['pictures']} ภาพ · คนทำเครื่องหมายเพิ่ม {blurred['marks']} แห่ง<br>"
            f'<span class="en">in {blurred["hidden_pictures"]} of {blurred["pictures"]} pictures; {blurred["marks"]} places '
            "marked by a person</span>",
        ),
        line("SHA-256", "SHA-256", f"<code>{escape(one['sha256'])}</code>"),
    ]
    return f"<h3>{escape(one['name'])}</h3><table>{''.join(rows)}</table>"
