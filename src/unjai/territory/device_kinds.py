"""The kinds of devices in words, what a new one starts with, and the form of a camera's own settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict, Field

from unjai.territory.rules.rows import SILENT_AFTER_S


class CameraSettings(BaseModel):
    """Where a camera looks: drawn as a wedge on the map."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    heading_deg: float | None = Field(
        None,
        title="Looks towards",
        description="Degrees from north, clockwise.",
        ge=0,
        le=360,
        json_schema_extra={
            "title_th": "ทิศที่หันไป",
            "description_th": "องศาจากทิศเหนือ ตามเข็มนาฬิกา",
            "unit": "°",
            "unit_th": "องศา",
        },
    )
    fov_deg: float | None = Field(
        None,
        title="Field of view",
        description="How wide it sees.",
        ge=0,
        le=360,
        json_schema_extra={"title_th": "มุมมองภาพ", "description_th": "กว้างกี่องศา", "unit": "°", "unit_th": "องศา"},
    )
    range_m: float | None = Field(
        None,
        title="Sees as far as",
        description="How far a person can be made out.",
        ge=0,
        le=5_000,
        json_schema_extra={
            "title_th": "มองเห็นไกล",
            "description_th": "ระยะที่ยังแยกออกว่าเป็นคน",
            "unit": "m",
            "unit_th": "เมตร",
        },
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceKindFacts:
    """A kind of device — ชนิดอุปกรณ์. `fixed` has a place of its own; `silent_after_s` is what a new one starts with."""

    kind: str
    th: str
    en: str
    fixed: bool
    silent_after_s: int
    settings: type[BaseModel] | None = None


def _facts(kind: str, th: str, en: str, *, fixed: bool, settings: type[BaseModel] | None = None) -> DeviceKindFacts:
    return DeviceKindFacts(kind=kind, th=th, en=en, fixed=fixed, silent_after_s=SILENT_AFTER_S[kind], settings=settings)


_ALL = (
    _facts("sos_pole", "เสา SOS", "SOS pole", fixed=True),
    _facts("camera", "กล้อง", "camera", fixed=True, settings=CameraSettings),
    _facts("recorder", "เครื่องบันทึกภาพ", "video recorder", fixed=True),
    _facts("phone", "โทรศัพท์สายตรวจ", "patrol phone", fixed=False),
    _facts("tracker", "เครื่องติดตาม", "tracker", fixed=False),
    _facts("hook", "ระบบอื่น (เว็บฮุก)", "another system (webhook)", fixed=False),
    _facts("signal_box", "กล่องตรวจนับรถหรือตู้ไฟจราจร", "traffic detector or signal controller", fixed=True),
    _facts("citizen_door", "หน้าขอความช่วยเหลือของประชาชน", "citizen's page", fixed=False),
)
DEVICE_KINDS: Mapping[str, DeviceKindFacts] = MappingProxyType({one.kind: one for one in _ALL})
