"""What a proof file proves, in words for a person and as JSON for a program."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from unjai.model.clock import BANGKOK
from unjai.platform.free import sayable
from unjai.platform.i18n import render
from unjai.platform.ledger.proofs import Checked
from unjai.platform.ledger.roots import Signed, public_key

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def as_json(found: Checked) -> str:
    """Return one line of JSON."""
    told = {
        "good": found.good,
        "what": found.what,
        "problems": [{"code": code, **render(code, kind="problems")} for code in found.problems],
        "seq": found.seq or None,
        "leaf": found.leaf or None,
        "roots": [_root(one) for one in found.signed],
        "listed": found.listed,
        "row": found.row,
    }
    return json.dumps(sayable(told), ensure_ascii=False) + "\n"


def _root(signed: Signed) -> dict[str, Any]:
    return {
        "day": None if signed.day is None else signed.day.isoformat(),
        "at": signed.at.isoformat(),
        "size": signed.size,
        "root": signed.root.hex(),
        "key": public_key(signed.public).name,
    }


def words(found: Checked, *, keyed: bool) -> str:
    """Return lines for a person, Thai and English; what still has to be compared stands at the end."""
    if not found.good:
        lines = ["เชื่อถือไฟล์นี้ไม่ได้ · do not trust this file"]
        for code in found.problems:
            said = render(code, kind="problems")
            lines.append(f"✗ {said['th']}\n  {said['en']} [{code}]")
    elif found.what == "row":
        lines = [
            "รายการนี้อยู่ในบันทึกจริง ไม่ถูกแก้ไข · this row stands in the log, unchanged",
            f"ลำดับที่ · number {found.seq} / {found.signed[0].size}",
            f"ค่าผูกมัด · commitment {found.leaf}",
        ]
        lines += _content(found)
    else:
        lines = [
            "บันทึกของวันก่อนเป็นส่วนต้นของบันทึกวันหลังทุกรายการ · the earlier log is the beginning of the later one",
        ]
    for signed in found.signed:
        day = f"{signed.day}" if signed.day else f"{signed.at.astimezone(BANGKOK):%Y-%m-%d %H:%M}"
        lines.append(f"ราก · root {signed.root.hex()} · {day} · {signed.size} รายการ · rows")
        lines.append(f"กุญแจ · key {public_key(signed.public).name}")
    if found.good and found.listed is None:
        lines.append("เทียบรากกับหน้า /ledger หรือใส่ --roots · compare the root with the page /ledger, or give --roots")
    if found.good and found.listed:
        lines.append("รากตรงกับรายการที่ประกาศ · the root is on the published list")
    if found.good and not keyed and found.listed is None:
        lines.append("เทียบกุญแจกับที่จดไว้ หรือใส่ --key · compare the key with one noted before, or give --key")
    return "\n".join(lines) + "\n"


def _content(found: Checked) -> list[str]:
    if found.row is None:
        return ["เนื้อหาไม่เปิดเผยในไฟล์นี้ · its content is not in this file"]
    at = found.row.get("at")
    when = []
    if isinstance(at, int):
        try:
            when = [f"{(_EPOCH + timedelta(microseconds=at)).astimezone(BANGKOK):%Y-%m-%d %H:%M:%S}"]
        except OverflowError:
            when = []
    said = [*when, *(str(found.row.get(name, "")) for name in ("actor_name", "action", "subject"))]
    facts = json.dumps(found.row.get("facts"), ensure_ascii=False, sort_keys=True)
    return [_plain(" · ".join(said)), _plain(facts)]


def _plain(said: str) -> str:
    """Return a text that cannot write to a terminal what it likes."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in said)
