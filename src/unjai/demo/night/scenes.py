"""The vocabulary of the screenplay: who does what where, and what must then be seen. Pure data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Answer = Literal["accepts", "refuses", "ignores"]
Outcome = Literal["resolved", "false_alarm", "cancelled", "handed_over", "no_trace"]


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A place: a pole, or a place of the town by its English name; moved by some metres."""

    pole: str | None = None
    place: str | None = None
    east_m: float = 0.0
    north_m: float = 0.0


# What happens ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Press:
    """Someone presses a pole's button; `copies` says how often the very same message is sent."""

    pole: str
    copies: int = 1


@dataclass(frozen=True, kw_only=True)
class Release:
    """The button is let go."""

    pole: str


@dataclass(frozen=True, kw_only=True)
class Battery:
    """A pole tells its battery."""

    pole: str
    percent: int


@dataclass(frozen=True, kw_only=True)
class Tamper:
    """A pole's cover is opened or shut."""

    pole: str
    is_open: bool


@dataclass(frozen=True, kw_only=True)
class PowerCut:
    """A pole loses its power: no heartbeat any more."""

    pole: str


@dataclass(frozen=True, kw_only=True)
class PowerBack:
    """A pole has its power again."""

    pole: str


@dataclass(frozen=True, kw_only=True)
class Call:
    """Someone rings 191 and the operator writes it down."""

    code: str
    at: Spot
    text: str
    name: str = ""
    phone: str = ""


@dataclass(frozen=True, kw_only=True)
class Help:
    """A citizen presses the help button on the phone."""

    who: str
    at: Spot | None
    phone: str | None = None


@dataclass(frozen=True, kw_only=True)
class HelpAgain:
    """The same call for help comes with another body: an id used twice."""

    who: str


@dataclass(frozen=True, kw_only=True)
class WalkOn:
    """The citizen who called walks on and the phone tells where."""

    who: str
    to: Spot
    steps: int = 4


@dataclass(frozen=True, kw_only=True)
class TakeBack:
    """The citizen takes the call for help back."""

    who: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """A citizen writes what is going on; without `at` the phone does not say where."""

    text: str
    kind: str | None = None
    at: Spot | None = None
    meant: Spot | None = None
    """Where it is, as the operator learns by ringing back."""


@dataclass(frozen=True, kw_only=True)
class Distress:
    """An officer calls for help."""

    unit: str


@dataclass(frozen=True, kw_only=True)
class NoCoverage:
    """A unit's phone loses its network and keeps its positions."""

    unit: str


@dataclass(frozen=True, kw_only=True)
class CoverageBack:
    """The phone is back and sends what it kept, jumbled and some of it twice."""

    unit: str


@dataclass(frozen=True, kw_only=True)
class GoOff:
    """A unit signs off; its phone goes on sending."""

    unit: str


@dataclass(frozen=True, kw_only=True)
class ComeOn:
    """A unit signs on."""

    unit: str


@dataclass(frozen=True, kw_only=True)
class Forge:
    """A pole publishes under another pole's name."""

    pole: str
    victim: str


@dataclass(frozen=True, kw_only=True)
class Strangers:
    """People without any credentials knock at every door."""


@dataclass(frozen=True, kw_only=True)
class Junk:
    """A pole and a phone send what nobody can read."""

    pole: str
    unit: str


@dataclass(frozen=True, kw_only=True)
class Wait:
    """Time passes: seconds of the play, but at least `least_s` of the machine."""

    played_s: float
    least_s: float = 0.0


# What must be seen -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class OneIncident:
    """Exactly one incident, of so many reports, from these channels."""

    reports: int
    channels: tuple[str, ...]
    code: str | None = None

    @property
    def words(self) -> str:
        """Say it in Thai and English."""
        kind = f" {self.code}" if self.code else ""
        return f"เหตุเดียว{kind} จาก {self.reports} การแจ้ง · one incident of {self.reports} ({', '.join(self.channels)})"


@dataclass(frozen=True, kw_only=True)
class Ends:
    """Every incident of the scene is closed with this outcome. `by_itself` = no operator is needed for it."""

    outcome: Outcome
    by_itself: bool = False

    @property
    def words(self) -> str:
        """Say it in Thai and English."""
        return f"ปิดเหตุ {self.outcome} · ends {self.outcome}"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A unit's answer stands in the incident (`refused`, `expired`), and another unit went."""

    answer: Literal["refused", "expired"]

    @property
    def words(self) -> str:
        """Say it in Thai and English."""
        return f"ชุดแรก {self.answer} ชุดอื่นไปแทน · first {self.answer}, another goes"


@dataclass(frozen=True, kw_only=True)
class DeviceIs:
    """A device shows a state on the screen."""

    key: str
    state: str

    @property
    def words(self) -> str:
        """Say it in Thai and English."""
        return f"{self.key} แสดง {self.state} · shows {self.state}"


@dataclass(frozen=True, kw_only=True)
class Counted:
    """A refusal was counted on the device's row."""

    key: str
    code: str

    @property
    def words(self) -> str:
        """Say it in Thai and English."""
        return f"{self.key} นับ {self.code} · counts {self.code}"


@dataclass(frozen=True, kw_only=True)
class Nothing:
    """No incident at a place."""

    at: Spot

    @property
    def words(self) -> str:
        """Say it in Thai and English."""
        return f"ไม่มีเหตุที่ {self.at.pole or self.at.place} · no incident there"


@dataclass(frozen=True, kw_only=True)
class Hidden:
    """A unit is off duty and has no position on the screen."""

    unit: str

    @property
    def words(self) -> str:
        """Say it in Thai and English."""
        return f"{self.unit} ไม่มีตำแหน่งบนจอ · not on the map"


@dataclass(frozen=True, kw_only=True)
class Newest:
    """A unit's position is the newest that was ever sent, and never went back in time."""

    unit: str

    @property
    def words(self) -> str:
        """Say it in Thai and English."""
        return f"{self.unit} อยู่ ณ ตำแหน่งล่าสุด ไม่ย้อนเวลา · newest place, never back in time"


@dataclass(frozen=True, kw_only=True)
class Answered:
    """The doors answered with these codes, as noted by the step before."""

    codes: tuple[str, ...]

    @property
    def words(self) -> str:
        """Say it in Thai and English."""
        return f"คำตอบ {', '.join(self.codes)} · answers"


@dataclass(frozen=True, kw_only=True)
class OnDuty:
    """So many units are on duty."""

    at_least: int

    @property
    def words(self) -> str:
        """Say it in Thai and English."""
        return f"เข้าเวรอย่างน้อย {self.at_least} · at least {self.at_least} on duty"


@dataclass(frozen=True, kw_only=True)
class CitizenReads:
    """The citizen's page says this of the call for help."""

    who: str
    status: str

    @property
    def words(self) -> str:
        """Say it in Thai and English."""
        return f"หน้าประชาชนบอก {self.status} · the citizen reads {self.status}"


Step = (
    Press | Release | Battery | Tamper | PowerCut | PowerBack | Call | Help | HelpAgain | WalkOn | TakeBack | Report
    | Distress | NoCoverage | CoverageBack | GoOff | ComeOn | Forge | Strangers | Junk | Wait
)  # fmt: skip
Expected = (
    OneIncident | Ends | Asked | DeviceIs | Counted | Nothing | Hidden | Newest | Answered | OnDuty | CitizenReads
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One happening: when, what it is, what is done, and what must be seen between and after.

    `first` is how the first unit that is asked answers; `outcome` is how whoever goes there closes it.
    """

    key: str
    minute: float
    th: str
    en: str
    play: tuple[Step | Expected, ...]
    first: Answer = "accepts"
    outcome: Outcome = "resolved"
    found: str = ""
    """What the officer writes on closing."""
    on_scene_s: float = 150.0
