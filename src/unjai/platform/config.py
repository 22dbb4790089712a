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


def _key(default: Any, th: str, en: str) -> Any:
    return field(default=default, metadata={"th": th, "en": en})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Every key an operator may set; the metadata of each is its documentation (`docs/operations.md`)."""

    data: Path = _key(Path("data"), "โฟลเดอร์ข้อมูลทั้งหมดของศูนย์", "folder that holds everything the centre keeps")
    host: str = _key("127.0.0.1", "ที่อยู่ที่เปิดเว็บ", "address the web door listens on")
    port: int = _key(8400, "พอร์ตเว็บ", "port of the web door")
    mqtt_host: str = _key("", "ที่อยู่ที่เปิด MQTT (ว่าง = เหมือน host)", "address of the MQTT door (empty = as host)")
    mqtt_port: int = _key(1883, "พอร์ต MQTT ของอุปกรณ์", "port of the devices' MQTT door")
    database_url: str = _key("", "ฐานข้อมูลภายนอก (ว่าง = ใช้ตัวที่มากับระบบ)", "outside PostgreSQL (empty = our own)")
    nats_url: str = _key("", "NATS ภายนอก (ว่าง = ใช้ตัวที่มากับระบบ)", "outside NATS (empty = our own)")
    station: str = _key(
        "", "รหัสสถานีของเครื่องนี้ (ว่าง = สถานีเดียวที่มีโซน)", "this box's station code (empty = the one with a zone)"
    )
    log_level: str = _key("INFO", "ระดับบันทึก", "log level")

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
    return dataclasses.replace(settings, data=settings.data.expanduser().absolute())


def _cast(name: str, value: Any, kind: type) -> Any:
    if kind is int and isinstance(value, bool):
        raise UnjaiError("setting_invalid", 500, key=name, value=str(value))
    try:
        return kind(value)
    except (TypeError, ValueError) as error:
        raise UnjaiError("setting_invalid", 500, key=name, value=str(value)) from error
