"""`unjai setup-external`: what an outside PostgreSQL and an outside NATS need to know of us."""

from __future__ import annotations

import json
import secrets
import sys
from pathlib import Path

from unjai.platform.config import Settings
from unjai.platform.engines.nats import domain
from unjai.platform.engines.secrets import keep, nats_secrets

ROLES = ("unjai_owner", "unjai_app", "unjai_worker", "unjai_backup")

_SQL = """\
-- Run once as superuser: psql -f bootstrap.sql. PostgreSQL 18 or newer, with ltree, pg_trgm and btree_gist at hand.
CREATE ROLE unjai_owner LOGIN CREATEROLE PASSWORD '{unjai_owner}';  -- migrations, partitions
CREATE ROLE unjai_app LOGIN PASSWORD '{unjai_app}';                 -- web: row-level security in force
CREATE ROLE unjai_worker LOGIN PASSWORD '{unjai_worker}';           -- core
CREATE ROLE unjai_backup LOGIN BYPASSRLS PASSWORD '{unjai_backup}'; -- unjai backup: reads everything, writes nothing
CREATE ROLE unjai_search NOLOGIN BYPASSRLS;                         -- owns the search functions (SECURITY DEFINER)
GRANT unjai_search TO unjai_owner WITH ADMIN OPTION, INHERIT TRUE, SET TRUE;
GRANT pg_read_all_data TO unjai_backup;
CREATE DATABASE unjai OWNER unjai_owner TEMPLATE template0 ENCODING 'UTF8'
  LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LC_COLLATE 'C' LC_CTYPE 'C';
REVOKE ALL ON DATABASE unjai FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE unjai TO unjai_app, unjai_worker;
GRANT CONNECT ON DATABASE unjai TO unjai_backup;
"""

_NATS = """\
# nats-server -c nats.conf (2.12 or newer). The certificates are the bus's own.
server_name: {name}
listen: "0.0.0.0:4222"
tls {{ cert_file: "/etc/nats/tls.crt", key_file: "/etc/nats/tls.key", timeout: 5 }}
max_payload: 1MB
max_pending: 16MB
jetstream {{
  store_dir: "/var/lib/nats"
  domain: {name}
  sync_interval: always  # without it an acknowledgement promises nothing
}}
mqtt {{
  host: "0.0.0.0"
  port: 8883
  tls {{ cert_file: "/etc/nats/tls.crt", key_file: "/etc/nats/tls.key", timeout: 5 }}
  ack_wait: "30s"
  max_ack_pending: 1000
}}
system_account: SYS
accounts {{
  STATION: {{
    jetstream: enabled
    users: [
      {{ user: core, password: {core}, allowed_connection_types: [STANDARD] }}
      {{ user: web, password: {web}, allowed_connection_types: [STANDARD] }}
      {{ user: door, password: {door}, allowed_connection_types: [MQTT]
         permissions: {{ publish: {{ deny: ">" }}, subscribe: {{ deny: ">" }} }} }}
    ]
  }}
  FED: {{
    jetstream: enabled
    users: [{{ user: fed, password: {fed}, allowed_connection_types: [STANDARD] }}]
    exports: [{{ stream: "up.>" }}]
  }}
  SYS: {{ users: [{{ user: sys, password: {sys}, allowed_connection_types: [STANDARD] }}] }}
}}
authorization {{
  timeout: 5
  auth_callout {{ issuer: {issuer}, account: STATION, auth_users: [core, web, door, fed, sys] }}
}}
"""


def database_passwords(data: Path) -> dict[str, str]:
    """Return the passwords of the roles at an outside database, made and kept (0600) where there are none."""
    file = data / "secrets" / "database.json"
    known: dict[str, str] = json.loads(file.read_text("utf-8")) if file.exists() else {}
    if missing := [role for role in ROLES if role not in known]:
        known |= {role: secrets.token_urlsafe(24) for role in missing}
        keep(file, json.dumps(known, indent=1))
    return known


def bootstrap_sql(data: Path) -> str:
    """Return the statements that make roles and database."""
    return _SQL.format(**database_passwords(data))


def nats_conf(data: Path, station: str) -> str:
    """Return the server's configuration with our users."""
    words = nats_secrets(data)
    users = {name: json.dumps(getattr(words, name)) for name in ("core", "web", "door", "fed", "sys")}
    return _NATS.format(name=json.dumps(domain(station)), issuer=words.callout_public, **users)


def setup(settings: Settings, *, show: bool) -> None:
    """Write both files below `DATA/outside` (0600: passwords are in them), or print them."""
    made = {"bootstrap.sql": bootstrap_sql(settings.data), "nats.conf": nats_conf(settings.data, settings.station)}
    for name, text in made.items():
        if show:
            sys.stdout.write(f"{'--' if name.endswith('sql') else '#'} {name}\n{text}\n")
        else:
            keep(settings.data / "outside" / name, text)
            sys.stdout.write(f"{settings.data / 'outside' / name}\n")
    if not show:
        sys.stdout.write(
            "รหัสผ่านอยู่ในไฟล์เหล่านี้และใน secrets/ ห้ามเผยแพร่"
            " · passwords are in these files and in secrets/; keep them to yourselves\n"
        )
