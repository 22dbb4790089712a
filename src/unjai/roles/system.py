"""How this centre is, told for the administrator's page: `Vitals` and the files beside, in the wire's form."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta

import unjai
from unjai.app import Common
from unjai.model.errors import UnjaiError
from unjai.platform.audit import UNSEALED_ALARM
from unjai.platform.config import SECRET_KEYS, Settings
from unjai.platform.tls import chosen, warnings_of
from unjai.roles.vitals import Vitals, backup_of, disc_of
from unjai.web.schemas import (
    BackupOut,
    CertificateOut,
    EngineOut,
    LogOut,
    ProcessOut,
    SettingOut,
    StreamOut,
    SystemOut,
)

BACKUP_OLD = timedelta(hours=26)
CERTIFICATE_SOON = timedelta(days=21)


def told(made: Common, found: Vitals) -> SystemOut:
    """Return the state; reads a few small files, so call it in a thread."""
    settings, now = made.settings, made.clock.now()
    disc = disc_of(settings.data)
    return SystemOut(
        version=unjai.__version__,
        now=now,
        warnings=warnings_of(settings),
        processes=[ProcessOut(name=name, **dataclasses.asdict(one)) for name, one in sorted(found.processes.items())],
        engines=[
            EngineOut(
                name="PostgreSQL",
                version=found.database.get("version"),
                ours="@/" in settings.database_url,
                bytes=found.database.get("bytes"),
                up_s=found.database.get("up_s"),
            ),
            EngineOut(name="NATS", version=found.nats.get("version"), ours="127.0.0.1" in settings.nats_url),
        ],
        streams=[StreamOut(name=name, **dataclasses.asdict(one)) for name, one in found.streams.items()],
        refusals=found.refusals,
        outbox=found.outbox,
        disc_total_bytes=disc["total"],
        disc_free_bytes=disc["free"],
        backup=backup(settings, now),
        certificate=certificate(settings, now),
        log=LogOut(
            rows=found.log_rows,
            unsealed_s=found.unsealed_s,
            late=found.unsealed_s > UNSEALED_ALARM.total_seconds(),
            roots=[],
        ),
        settings=[_setting(settings, item) for item in dataclasses.fields(settings)],
    )


def backup(settings: Settings, now: datetime) -> BackupOut:
    """Return how the daily backup stands."""
    said = backup_of(settings.data) or {}
    good = datetime.fromisoformat(said["good_at"]) if said.get("good_at") else None
    age = None if good is None else now - good
    if not settings.backup_dir:
        state = "off"
    elif said.get("error"):
        state = "failed"
    elif age is None:
        state = "never"
    else:
        state = "old" if age > BACKUP_OLD else "ok"
    return BackupOut(
        state=state,
        folder=settings.backup_dir or None,
        hour=settings.backup_hour,
        keep=settings.backup_keep,
        encrypted=bool(settings.backup_passphrase_file),
        good_at=good,
        age_s=None if age is None else age.total_seconds(),
        file=said.get("file"),
        bytes=said.get("bytes"),
        error=said.get("error"),
    )


def certificate(settings: Settings, now: datetime) -> CertificateOut | None:
    """Return the certificate that the doors show, None where they speak plainly."""
    from unjai.platform.authority import read  # noqa: PLC0415  only where there is TLS

    try:
        pair = chosen(settings)
        shown = None if pair is None else read(pair.cert)
    except UnjaiError:
        return None
    if pair is None or shown is None:
        return None
    left = shown.ends - now
    return CertificateOut(
        state="over" if left < timedelta() else "soon" if left < CERTIFICATE_SOON else "ok",
        own=pair.own,
        names=list(shown.names),
        issuer=shown.issuer.removeprefix("CN="),
        ends=shown.ends,
        fingerprint=shown.fingerprint,
    )


def _setting(settings: Settings, item: dataclasses.Field[object]) -> SettingOut:
    value = str(getattr(settings, item.name))
    secret = item.name in SECRET_KEYS
    return SettingOut(
        key=item.name,
        value=None if secret else value,
        set=bool(value) and value != str(item.default),
        th=item.metadata["th"],
        en=item.metadata["en"],
    )
