"""What the edge's own routes send: the signed roots, and the state of the system."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel


class KeyOut(BaseModel):
    """A key that signs roots: the name in the notes, the id, the key in base64."""

    id: str
    name: str
    algorithm: str
    public: str


class RootOut(BaseModel):
    """A signed root: `day` is the Bangkok day it closes, none for the newest; `note` is what is signed."""

    day: date | None
    at: datetime
    size: int
    root: str
    key_id: str
    note: str


class RootsOut(BaseModel):
    """The signed roots, newest first."""

    keys: list[KeyOut]
    roots: list[RootOut]


class SealKeyOut(BaseModel):
    """The key that seals evidence and cases: its print as people compare it, and the key as `openssl` reads it."""

    key_print: str
    algorithm: str
    pem: str


class ConsistencyOut(BaseModel):
    """The proof (RFC 9162, 2.1.4) that the log of `first` rows is the beginning of the log of `second`."""

    first: int
    second: int
    first_root: str
    second_root: str
    proof: list[str]


class InclusionOut(BaseModel):
    """The proof (RFC 9162, 2.1.3) that a row stands at `seq` in the tree of `size` rows with `root`."""

    seq: int
    leaf: str
    size: int
    root: str
    proof: list[str]


class ProcessOut(BaseModel):
    """A process of ours: since when it runs, what it holds and used."""

    name: str
    began: datetime
    rss_bytes: int
    cpu_s: float


class StreamOut(BaseModel):
    """A stream: what it holds, and how far its readers are behind."""

    name: str
    messages: int
    bytes: int
    record: int | None
    picture: int | None


class EngineOut(BaseModel):
    """An engine: away if it has no version."""

    name: str
    version: str | None
    ours: bool
    bytes: int | None = None
    up_s: float | None = None


class BackupOut(BaseModel):
    """The daily backup. `state`: off, ok, old (over 26 hours), failed, never."""

    state: str
    folder: str | None
    hour: int
    keep: int
    encrypted: bool
    good_at: datetime | None = None
    age_s: float | None = None
    file: str | None = None
    bytes: int | None = None
    error: str | None = None


class CertificateOut(BaseModel):
    """The certificate of the doors. `state`: ok, soon (under 21 days), over."""

    state: str
    own: bool
    names: list[str]
    issuer: str
    ends: datetime
    fingerprint: str


class LogOut(BaseModel):
    """The audit log: how many rows are sealed, how long the oldest waits."""

    rows: int
    unsealed_s: float
    late: bool
    roots: list[RootOut]


class SettingOut(BaseModel):
    """A setting in force; `value` is None where it could hold a secret (then `set` tells whether it is set)."""

    key: str
    value: str | None
    set: bool
    th: str
    en: str


class SystemOut(BaseModel):
    """The state of this centre for who looks after it."""

    version: str
    now: datetime
    warnings: list[str]
    processes: list[ProcessOut]
    engines: list[EngineOut]
    streams: list[StreamOut]
    refusals: dict[str, int]
    outbox: int
    disc_total_bytes: int
    disc_free_bytes: int
    backup: BackupOut
    certificate: CertificateOut | None
    log: LogOut
    settings: list[SettingOut]
