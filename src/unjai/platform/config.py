"""One typed tree of settings: defaults, then `unjai.toml`, then `UNJAI_*`. Nothing is read at import."""

from __future__ import annotations

import dataclasses
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_type_hints

from unjai.model.errors import UnjaiError
from unjai.platform.tls import mqtt_pair

_MQTT_PORT, _MQTTS_PORT = 1883, 8883
_WORDS = {
    "1": True,
    "true": True,
    "yes": True,
    "on": True,
    "0": False,
    "false": False,
    "no": False,
    "off": False,
    "": False,
}
_RANGES = (
    ("backup_hour", 0, 23),
    ("backup_keep", 1, 10_000),
    ("recordings_gb", 0, 10_000_000),
    ("recordings_floor_gb", 1, 1_000_000),
    ("analysis_threads", 0, 64),
    ("hit_window_min", 1, 1440),
    ("hit_lapse_min", 1, 10_080),
    ("plates_days", 1, 30),
    ("plate_pictures_days", 1, 30),
    ("plain_report_days", 30, 1825),
    ("plain_photo_days", 1, 1825),
    ("plain_phone_days", 1, 1825),
    ("plain_reopen_days", 1, 90),
)
SECRET_KEYS = frozenset({"database_url", "nats_url", "metrics_token", "voice_turn_secret"})
"""Settings that may hold a password: never shown."""


def _key(default: Any, th: str, en: str) -> Any:
    return field(default=default, metadata={"th": th, "en": en})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Every key an operator may set; the metadata of each is its documentation (`docs/operations.md`)."""

    data: Path = _key(Path("data"), "โฟลเดอร์ข้อมูลทั้งหมดของศูนย์", "folder that holds everything the centre keeps")
    host: str = _key("127.0.0.1", "ที่อยู่ที่เปิดเว็บ", "address the web door listens on")
    port: int = _key(8400, "พอร์ตเว็บ", "port of the web door")
    mqtt_host: str = _key("", "ที่อยู่ที่เปิด MQTT (ว่าง = เหมือน host)", "address of the MQTT door (empty = as host)")
    mqtt_port: int = _key(
        0,
        "พอร์ต MQTT ของอุปกรณ์ (0 = 1883 หรือ 8883 เมื่อใช้ TLS)",
        "port of the devices' MQTT door (0 = 1883, with TLS 8883)",
    )
    tls_cert: str = _key("", "ไฟล์ใบรับรอง TLS (PEM รวมสายโซ่)", "TLS certificate with its chain (PEM)")
    tls_key: str = _key("", "ไฟล์กุญแจของใบรับรอง TLS (PEM)", "key of the TLS certificate (PEM)")
    http_port: int = _key(
        0,
        "พอร์ต HTTP ธรรมดา เปิดเฉพาะหน้าติดตั้งใบรับรองและส่งต่อไป HTTPS (0 = ไม่เปิด)",
        "plain HTTP port: only the page that installs the authority, else a way to HTTPS (0 = none)",
    )
    insecure_http: bool = _key(
        default=False,
        th="ยอมให้เว็บไม่เข้ารหัสนอกเครื่องนี้ (มีคำเตือนค้างไว้)",
        en="let the web door speak in clear beyond this machine (a warning stays)",
    )
    insecure_mqtt: bool = _key(
        default=False,
        th="ยอมให้ MQTT ไม่เข้ารหัสนอกเครื่องนี้ เช่น เสาในเครือข่ายแยก",
        en="let the MQTT door speak in clear beyond this machine, for poles on a network of their own",
    )
    database_url: str = _key("", "ฐานข้อมูลภายนอก (ว่าง = ใช้ตัวที่มากับระบบ)", "outside PostgreSQL (empty = our own)")
    nats_url: str = _key("", "NATS ภายนอก (ว่าง = ใช้ตัวที่มากับระบบ)", "outside NATS (empty = our own)")
    station: str = _key(
        "", "รหัสสถานีของเครื่องนี้ (ว่าง = สถานีเดียวที่มีโซน)", "this box's station code (empty = the one with a zone)"
    )
    nats_ca: str = _key("", "ไฟล์ CA ของ NATS ภายนอก", "file of the authority that an outside NATS is checked against")
    backup_dir: str = _key("", "โฟลเดอร์สำรองข้อมูลอัตโนมัติ (ว่าง = ไม่สำรอง)", "folder of the daily backup (empty = none)")
    backup_hour: int = _key(3, "ชั่วโมงที่สำรองข้อมูล เวลาไทย (0–23)", "hour of the daily backup, Bangkok time (0–23)")
    backup_keep: int = _key(14, "เก็บชุดสำรองล่าสุดกี่ชุด", "how many daily backups are kept")
    backup_passphrase_file: str = _key(
        "", "ไฟล์รหัสผ่านเข้ารหัสชุดสำรอง (ว่าง = ไม่เข้ารหัส)", "file with the backups' passphrase (empty = not encrypted)"
    )
    metrics_token: str = _key(
        "",
        "รหัสอ่าน /metrics จากเครื่องอื่น (ว่าง = เครื่องนี้เท่านั้น)",
        "token to read /metrics from elsewhere (empty = this machine only)",
    )
    cameras: str = _key(
        "1/1",
        "ส่วนของกล้องที่เครื่องนี้รับสัญญาณ เช่น 1/2 (ว่าง = เครื่องอื่นรับทั้งหมด)",
        "share of the cameras that this machine serves, such as 1/2 (empty = none, others do)",
    )
    plates_days: int = _key(
        30, "เก็บผลการอ่านทะเบียนรถที่ไม่ตรงบัญชีเฝ้าระวังกี่วัน (1–30)", "days that reads of plates without a hit are kept (1–30)"
    )
    plate_pictures_days: int = _key(
        7, "เก็บภาพจากการอ่านทะเบียนรถกี่วัน (1–30)", "days that the pictures of plate reads are kept (1–30)"
    )
    plain_report_days: int = _key(
        365, "เก็บเรื่องทั่วไปที่ประชาชนแจ้งกี่วันหลังปิดเรื่อง (30–1825)", "days that plain reports are kept once closed (30–1825)"
    )
    plain_photo_days: int = _key(
        90, "เก็บภาพของเรื่องทั่วไปกี่วันหลังปิดเรื่อง (1–1825)", "days that their photographs are kept once closed (1–1825)"
    )
    plain_phone_days: int = _key(
        30,
        "เก็บเบอร์ของผู้แจ้งเรื่องทั่วไปกี่วันหลังปิดเรื่อง (1–1825)",
        "days that their reporters' telephones are kept once closed (1–1825)",
    )
    plain_reopen_days: int = _key(
        14,
        "ผู้แจ้งบอกว่ายังไม่เรียบร้อยและเปิดเรื่องใหม่ได้กี่วันหลังคำตอบ (1–90)",
        "days after an answer that a reporter can open a plain report again (1–90)",
    )
    recordings_dir: str = _key(
        "",
        "โฟลเดอร์ภาพบันทึกของกล้อง (ว่าง = recordings ในโฟลเดอร์ข้อมูล)",
        "folder of the cameras' recordings (empty = in data)",
    )
    recordings_gb: int = _key(
        0, "เนื้อที่ภาพบันทึกทั้งหมด หน่วย GB (0 = เท่าที่ดิสก์มี)", "room for all recordings in GB (0 = what the disc has)"
    )
    recordings_floor_gb: int = _key(
        10, "เนื้อที่ดิสก์ที่ภาพบันทึกต้องเหลือไว้ หน่วย GB", "room on the disc that recordings leave free, in GB"
    )
    analysis_threads: int = _key(
        0,
        "จำนวนงานวิเคราะห์ภาพที่ทำพร้อมกัน (0 = หนึ่งน้อยกว่าจำนวนแกนประมวลผล)",
        "how many cameras are analysed at once (0 = one less than there are cores)",
    )
    plate_model: str = _key(
        "",
        "ไฟล์ ONNX อ่านทะเบียนรถของสถานีเอง (ว่าง = แบบจำลองที่มากับระบบ)",
        "the station's own ONNX that reads plates (empty = ours)",
    )
    plate_finder: str = _key(
        "",
        "ไฟล์ ONNX หาตัวอักษรในภาพของสถานีเอง (ว่าง = แบบจำลองที่มากับระบบ)",
        "the station's own ONNX that finds text, so plates, in pictures (empty = ours)",
    )
    voice_stun: str = _key(
        "",
        "เซิร์ฟเวอร์ STUN สำหรับเสียงจากจุด SOS เช่น stun:10.0.0.5:3478 (ว่าง = เครือข่ายเดียวกัน)",
        "STUN server for the voice of SOS points, such as stun:10.0.0.5:3478 (empty = one network)",
    )
    voice_turn: str = _key(
        "",
        "เซิร์ฟเวอร์ TURN สำหรับเสียงข้ามเครือข่าย เช่น turn:10.0.0.5:3478?transport=udp",
        "TURN server for voice across networks, such as turn:10.0.0.5:3478?transport=udp",
    )
    voice_turn_secret: str = _key(
        "", "กุญแจร่วมของเซิร์ฟเวอร์ TURN (static-auth-secret)", "the TURN server's shared secret (static-auth-secret)"
    )
    tsa_url: str = _key(
        "",
        "ที่อยู่หน่วยงานประทับเวลา RFC 3161 ของพยานหลักฐาน เช่น https://tsa.example/tsr (ว่าง = ไม่ประทับ)",
        "address of the RFC 3161 authority that stamps evidence, such as https://tsa.example/tsr (empty = none)",
    )
    tsa_ca: str = _key(
        "",
        "ไฟล์ใบรับรองของหน่วยงานประทับเวลา (PEM)",
        "file of the certificates that a time stamp must lead to (PEM)",
    )
    hit_window_min: int = _key(
        30,
        "พบรถในบัญชีเฝ้าระวังคันเดิมซ้ำภายในกี่นาทีนับเป็นรายการเดียว",
        "minutes within which sightings of a watch-listed vehicle are one hit",
    )
    hit_lapse_min: int = _key(
        60, "รายการรอเทียบทะเบียนหมดเวลาในกี่นาที", "minutes that a probable hit waits for a person to compare it"
    )
    push: bool = _key(
        default=True,
        th="ปลุกโทรศัพท์สายตรวจด้วย Web Push เมื่อมีเหตุเสนอ (ศูนย์ส่งข้อความเข้ารหัสผ่านบริการของเบราว์เซอร์)",
        en="wake officers' phones by Web Push (sealed messages go out by the browsers' own services)",
    )
    push_hosts: str = _key(
        "",
        "บริการ Web Push ของสถานีเองในเครือข่าย host:port คั่นด้วยจุลภาค (ว่าง = เฉพาะ https สาธารณะ)",
        "the station's own push services inside, host:port with commas (empty = public https only)",
    )
    push_contact: str = _key(
        "mailto:unjai@localhost",
        "ผู้ดูแลที่บริการ Web Push ติดต่อได้ เช่น mailto:admin@station.example หรือ https://…",
        "whom a push service may write to, such as mailto:admin@station.example or https://…",
    )
    log_level: str = _key("INFO", "ระดับบันทึก", "log level")
    log_format: str = _key("text", "รูปแบบบันทึก: text หรือ json", "form of the logs: text or json")

    @property
    def mqtt_listen(self) -> str:
        """Return the address of the MQTT door."""
        return self.mqtt_host or self.host

    def environment(self) -> dict[str, str]:
        """Return these settings as `UNJAI_*`, to hand to a child process."""
        return {f"UNJAI_{item.name.upper()}": str(getattr(self, item.name)) for item in dataclasses.fields(self)}


def load(environ: Mapping[str, str] | None = None, file: Path | None = None, **given: Any) -> Settings:
    """Return the settings: `given` beats the environment, which beats `unjai.toml`, which beats the defaults.

    A key that does not exist is the error `setting_unknown`; a value of another type is `setting_invalid`.
    """
    env = os.environ if environ is None else environ
    path = file or Path(env.get("UNJAI_CONFIG", "unjai.toml"))
    values: dict[str, Any] = {}
    if path.is_file():
        try:
            values.update(tomllib.loads(path.read_text("utf-8")))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise UnjaiError("setting_file_unreadable", 500, file=str(path), reason=str(error)) from error
    hints = get_type_hints(Settings)
    for name in hints:
        said = env.get(f"UNJAI_{name.upper()}")
        if said is not None:
            values[name] = said
    values.update({name: value for name, value in given.items() if value is not None})
    known: dict[str, Any] = {}
    for name, value in values.items():
        if name not in hints:
            raise UnjaiError("setting_unknown", 500, key=name)
        known[name] = _cast(name, value, hints[name])
    settings = Settings(**known)
    settings = dataclasses.replace(settings, data=settings.data.expanduser().absolute())
    for name, least, most in _RANGES:
        if not least <= getattr(settings, name) <= most:
            raise UnjaiError("setting_invalid", 500, key=name, value=str(getattr(settings, name)))
    if settings.log_format not in {"text", "json"}:
        raise UnjaiError("setting_invalid", 500, key="log_format", value=settings.log_format)
    if settings.mqtt_port == 0:
        port = _MQTT_PORT if mqtt_pair(settings) is None else _MQTTS_PORT
        settings = dataclasses.replace(settings, mqtt_port=port)
    return settings


def _cast(name: str, value: Any, kind: type) -> Any:
    if kind is int and isinstance(value, bool):
        raise UnjaiError("setting_invalid", 500, key=name, value=str(value))
    if kind is bool:
        if (said := str(value).lower()) not in _WORDS:
            raise UnjaiError("setting_invalid", 500, key=name, value=str(value))
        return _WORDS[said]
    try:
        return kind(value)
    except (TypeError, ValueError) as error:
        raise UnjaiError("setting_invalid", 500, key=name, value=str(value)) from error
