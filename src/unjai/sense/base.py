"""What a sensor is: its settings, its kinds, its doors, and a pure `decode`. A new sensor is one file beside this one.

The doors (HTTP push, MQTT) are only declared here; `sense.intake` mounts them and runs every message through
authenticate → open → decode → stamp → admit → publish. A sensor never touches a database or a clock.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from unjai.model.errors import DecodeError
from unjai.model.reading import Reading, Received, RetentionClass

Auth = Literal["basic", "device", "query", "path", "session", "signature", "public"]
"""How a door finds out who speaks; a push door tries its `auth` in order and takes the first that is present.

`basic`: user = device key, password = secret · `device`: the cookie of a page that is a device
(`people.device_cookie`) · `query`: the parameter `secret_param` holds the secret ·
`path`: the last segment of the path, ``{secret}``, holds it · `session`: the cookie of a signed-on officer,
whose unit's own device speaks · `signature`: the device that the message claims to be, when `Sensor.signed` says that
its settings signed it · `public`: nobody is asked, the installation's citizen door speaks.
"""

Emit = Callable[[Received], Awaitable[None]]
"""Hand a message to the intake; returns once it is durable, raises `UnjaiError` when it is refused."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """A kind of observation: how long it may be kept, and what the intake must know to admit it."""

    name: str
    retention: RetentionClass
    th: str
    en: str
    on_duty_only: bool = False
    """Dropped by the intake, unstored, while the unit that carries the device is off duty."""
    urgent: bool = False
    """Published alone and at once, never held for a batch, never counted as a flood."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a push door says once everything in the message is durable."""

    status: int = 200
    body: bytes = b""
    media_type: str | None = None


def answer_empty(_received: Received, _readings: Sequence[Reading]) -> Answer:
    """Say 200 and nothing else (OsmAnd, Traccar Client)."""
    return Answer()


@dataclass(frozen=True, kw_only=True, slots=True)
class HttpPush:
    """A door for requests that devices send. The path may hold ``{secret}`` (see `Auth`) and other ``{names}``.

    The message's `topic_or_path` is the path as asked, with the value of ``{secret}`` cut out; `query` holds the
    query's parameters (the last of a repeated one) without `secret_param`; header names are in lower case.
    """

    paths: tuple[str, ...]
    auth: tuple[Auth, ...]
    methods: tuple[str, ...] = ("POST",)
    secret_param: str = "key"  # noqa: S105  the name of a parameter, not a secret
    max_body_bytes: int = 64 * 1024
    answer: Callable[[Received, Sequence[Reading]], Answer] = answer_empty


@dataclass(frozen=True, kw_only=True, slots=True)
class MqttTopic:
    """A topic filter (MQTT 3.1.1, no ``#``) whose level `device_level`, counted from 0, is the device's key."""

    filter: str
    device_level: int
    max_body_bytes: int = 64 * 1024

    def matches(self, topic: str) -> bool:
        """Tell whether `topic` falls under the filter."""
        own, levels = self.filter.split("/"), topic.split("/")
        return len(own) == len(levels) and all(a in ("+", b) for a, b in zip(own, levels, strict=True))

    def device(self, topic: str) -> str | None:
        """Return the device's key as it stands in `topic`, or None where the topic is not of this filter."""
        return topic.split("/")[self.device_level] if self.matches(topic) else None

    def for_device(self, key: str) -> str:
        """Return the filter narrowed to one device: what it may publish, and nothing else."""
        levels = self.filter.split("/")
        levels[self.device_level] = key
        return "/".join(levels)

    @property
    def subject(self) -> str:
        """The same filter as a NATS subject, for the stream that must cover it before the port opens."""
        return nats_subject(self.filter)

    def subject_for(self, key: str) -> str:
        """Return the NATS subject that one device may publish to."""
        return nats_subject(self.for_device(key))


def nats_subject(topic: str) -> str:
    """Write an MQTT topic or filter as a NATS subject, by the rules of the NATS MQTT gateway."""
    levels = (level.replace(".", "//").replace("+", "*").replace("#", ">") for level in topic.split("/"))
    return ".".join(levels)


class NoSettings(BaseModel):
    """A sensor with nothing to set."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Sensor:
    """The contract of a sensor. A subclass is found by standing in a module of `unjai.sense`.

    `decode` is pure: the same message always gives the same readings, and the only error it raises is `DecodeError`.
    """

    key: ClassVar[str]
    """The name in settings, in `unjai decode KEY` and in counters."""
    th: ClassVar[str]
    en: ClassVar[str]
    """What it is, in both languages."""
    devices: ClassVar[tuple[str, ...]] = ()
    """The kinds of devices (`territory.records.DeviceKind`) that speak it; the form of such a device is `Settings`."""
    Settings: ClassVar[type[BaseModel]] = NoSettings
    """Becomes the admin form and the documentation; a device's own `settings` are laid over the installation's."""
    kinds: ClassVar[tuple[Kind, ...]] = ()
    """Every kind that `decode` may give."""
    routes: ClassVar[tuple[HttpPush, ...]] = ()
    topics: ClassVar[tuple[MqttTopic, ...]] = ()
    unread: ClassVar[tuple[str, ...]] = ()
    """Topics, with ``{device}`` and ``#``, that such a device talks to and nobody here reads: let pass, kept nowhere,
    so that its chatter does not count as refusals."""
    hears: ClassVar[tuple[str, ...]] = ()
    """Topics, with ``{device}``, that such a device may subscribe to: what the centre tells it."""
    owns_socket: ClassVar[bool] = False
    """True where `run` must be kept running by core (a UDP port, a poll)."""

    def __init__(self, settings: BaseModel | None = None) -> None:
        """Keep the settings; `decode` never sees them."""
        self.settings = settings if settings is not None else self.Settings()

    @staticmethod
    def open(received: Received, settings: BaseModel) -> Received:  # noqa: ARG004
        """Take the envelope off (decrypt, unpack) with what only the settings know; pure. Most have none."""
        return received

    @staticmethod
    def decode(received: Received) -> Iterable[Reading]:
        """Say what a message means; raise `DecodeError` where it means nothing.

        One bad entry in a list must not lose the others: `decode` may be a generator that gives every reading it
        could make and raises last, with the fact `row` (from 0). `decoded` keeps both.
        """
        raise NotImplementedError

    @staticmethod
    def pictures(received: Received) -> Mapping[str, bytes]:  # noqa: ARG004
        """Return the pictures that came with a message, by SHA-256 in hex; pure. A payload only names them.

        The intake keeps those that an admitted reading names as ``crop`` or ``still``.
        """
        return {}

    @staticmethod
    def claimed(received: Received) -> str | None:
        """Return the device key that a message claims before anyone checked it; None where it claims none.

        A door whose `Auth` finds only a secret may use it to find whose secret that must be.
        """
        return received.device

    @staticmethod
    def signed(received: Received, settings: BaseModel) -> bool:  # noqa: ARG004
        """Tell whether the message is signed with what only the device's settings know; pure, in constant time."""
        return False

    async def run(self, emit: Emit) -> None:
        """Own a socket and hand each message to `emit`; only where `owns_socket`. Ends when cancelled."""


def settings_for(sensor: Sensor, own: Mapping[str, object]) -> BaseModel:
    """Return a sensor's settings with a device's `own` laid over them."""
    return sensor.Settings.model_validate({**sensor.settings.model_dump(), **own}) if own else sensor.settings


def decoded(sensor: type[Sensor], received: Received) -> tuple[list[Reading], DecodeError | None]:
    """Decode a message and keep what could be read beside what could not.

    Nothing readable at all raises the `DecodeError`; with some readings it is returned, to be counted, and the message
    is acknowledged: a phone that repeats one bad entry for ever would block its own queue.
    """
    readings: list[Reading] = []
    try:
        for reading in sensor.decode(received):
            readings.append(reading)  # noqa: PERF402  what came before the error is kept
    except DecodeError as error:
        if not readings:
            raise
        return readings, error
    return readings, None


def setting(
    default: Any,
    *,
    th: str,
    en: str,
    help_th: str,
    help_en: str,
    secret: bool = False,
    unit: str | None = None,
    choices: Sequence[Mapping[str, str]] = (),
    **limits: Any,
) -> Any:
    """Declare one setting with its title and help in Thai and English, for the admin form.

    `choices` are the values it may have, each as ``value``, ``th``, ``en``.
    """
    extra: dict[str, Any] = {"title_th": th, "description_th": help_th, "secret": secret}
    if unit is not None:
        extra["unit"] = unit
    if choices:
        extra["choices"] = list(choices)
    return Field(default, title=en, description=help_en, json_schema_extra=extra, **limits)


_ROOM = frozenset({"base", "decode", "http_door", "intake", "mqtt_door", "record", "rules", "store", "wire"}) | {
    "api",
    "schemas",
}
"""Modules of this package that hold no sensor, so that finding sensors does not import the database."""


def _modules() -> Iterator[str]:
    package = importlib.import_module("unjai.sense")
    for found in pkgutil.iter_modules(package.__path__):
        if found.name not in _ROOM and not found.name.startswith("_"):
            yield f"unjai.sense.{found.name}"


@cache
def sensors() -> Mapping[str, type[Sensor]]:
    """Return every sensor by its key; a file in this package that holds a `Sensor` is enough to be one."""
    found: dict[str, type[Sensor]] = {}
    for name in _modules():
        module = importlib.import_module(name)
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, Sensor) and value.__module__ == name:
                if value.key in found:
                    msg = f"two sensors are called {value.key!r}: {found[value.key].__module__} and {name}"
                    raise RuntimeError(msg)
                found[value.key] = value
    return dict(sorted(found.items()))


@cache
def kinds() -> Mapping[str, Kind]:
    """Return every kind that any sensor may give, by name; two sensors may share a kind only word for word."""
    found: dict[str, Kind] = {}
    for sensor in sensors().values():
        for kind in sensor.kinds:
            if found.setdefault(kind.name, kind) != kind:
                msg = f"kind {kind.name!r} of sensor {sensor.key!r} is declared otherwise elsewhere"
                raise RuntimeError(msg)
    return found
