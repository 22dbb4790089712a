"""`unjai evidence verify`: on any machine, without a database and without a network."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from unjai.cameras.evidence.checking import Checked, Stamp, check_file
from unjai.platform.free import sayable
from unjai.platform.i18n import render


def verify(file: Path, *, key: str | None, as_json: bool, stamp: Path | None = None, ca: Path | None = None) -> int:
    """Say what was found; return 0 where nothing is wrong, 1 else. Raises `evidence_unreadable` and the like.

    A time stamp that lies beside the file under its name is taken without being named.
    """
    beside = file.with_suffix(".tsr")
    if stamp is None and beside.is_file():
        stamp = beside
    checked = check_file(file, key=key, stamp=stamp, ca=ca)
    if as_json:
        sys.stdout.write(json.dumps(sayable(_told(checked, compared=key is not None)), ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(_words(checked, compared=key is not None))
    return 0 if checked.good else 1


def _problems(checked: Checked) -> list[dict[str, str]]:
    return [
        {"code": one.code, "entry": one.entry, **render(one.code, {"entry": _plain(one.entry)}, kind="problems")}
        for one in checked.problems
    ]


def _plain(name: str) -> str:
    """Return a name that cannot write to a terminal what it likes."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in name)


def _told(checked: Checked, *, compared: bool) -> dict[str, Any]:
    found, root = checked.found, checked.root
    return {
        "good": checked.good,
        "problems": _problems(checked),
        "sha256": found.digest,
        "size_bytes": found.size_bytes,
        "key_print": found.key_print,
        "key_compared": compared,
        "files": list(found.entries),
        "blurred_copy": checked.blurred_copy,
        "time_stamp": None
        if checked.stamp is None
        else {
            "at": checked.stamp.at.isoformat(),
            "authority": checked.stamp.authority,
            "serial": checked.stamp.serial,
            "authority_checked": checked.stamp.checked,
        },
        "log": None if root is None else {"root": root.root.hex(), "rows": root.size, "key_id": root.key_id},
        "manifest": found.manifest,
    }


def _words(checked: Checked, *, compared: bool) -> str:
    found = checked.found
    lines = [f"SHA-256 {found.digest}"]
    if checked.good:
        told = found.manifest
        lines.insert(0, "ครบถ้วน ไม่มีการแก้ไข · whole and unchanged")
        if checked.blurred_copy:
            lines.insert(1, "เป็นสำเนาเผยแพร่ที่เบลอใบหน้า ไม่ใช่ต้นฉบับ · a copy with faces blurred, not the original evidence")
            lines += _derived(told.get("derived_from"))
        station = told.get("station")
        named = station.get("name_th", "") if isinstance(station, dict) else ""
        lines.append(_plain(f"{told.get('number', '')} {named} · {len(found.entries)} ไฟล์ · files"))
        lines.append(
            _plain(f"ผนึกเมื่อ · sealed {told.get('sealed_at', '')}, ขอโดย · asked by {told.get('asked_by', '')}")
        )
        missing = told.get("missing")
        if isinstance(missing, list) and missing:
            lines.append(f"ขอแล้วแต่ไม่มีภาพ {len(missing)} ช่วง · {len(missing)} pieces were never recorded")
    else:
        lines.insert(0, "เชื่อถือแฟ้มนี้ไม่ได้ · do not trust this file")
        lines += [f"✗ {one['th']}\n  {one['en']} [{one['code']}]" for one in _problems(checked)]
    if found.key_print:
        lines.append(f"กุญแจ · key {found.key_print}")
    if checked.root is not None:
        lines.append(f"อยู่ในบันทึกการใช้งาน ราก · in the log under the root {checked.root.root.hex()}")
        lines.append("เทียบรากกับหน้า /roots ของสถานี · compare the root with the station's page /roots")
    if checked.stamp is not None:
        lines += _stamp(checked.stamp)
    if not compared:
        lines.append(
            "เทียบกุญแจกับที่สถานีประกาศ (/roots) หรือใส่ --key · compare the key with what the station says, or give --key"
        )
    return "\n".join(lines) + "\n"


def _derived(told: object) -> list[str]:
    if not isinstance(told, dict):
        return []
    return [_plain(f"ทำจาก · made of {told.get('number', '')} SHA-256 {told.get('digest', '')}")]


def _stamp(found: Stamp) -> list[str]:
    lines = [_plain(f"ประทับเวลาจากภายนอก · outside time stamp {found.at.isoformat()} {found.authority}")]
    if not found.checked:
        lines.append(
            "ยังไม่ได้ตรวจว่าหน่วยงานใดประทับ ใส่ --tsa-ca ca.pem · whose stamp it is was not checked; give --tsa-ca ca.pem"
        )
    return lines
