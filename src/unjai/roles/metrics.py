"""`/metrics` in Prometheus' form: from this machine, or with the token of the settings."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError
from unjai.platform.config import Settings
from unjai.platform.http import answer
from unjai.platform.tls import loopback
from unjai.roles.vitals import Vitals, backup_of, disc_of
from unjai.web.live import Hub
from unjai.web.meter import Meters

TYPE = "text/plain; version=1.0.0; charset=utf-8"


class _Gathered(Collector):
    """Figures that were gathered for one answer."""

    def __init__(self, families: list[Metric]) -> None:
        self.families = families

    def collect(self) -> Iterable[Metric]:
        return self.families


def _one(name: str, about: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, about, value)


def families(
    found: Vitals, hub: Hub, settings: Settings, now_s: float, cameras: Iterable[Mapping[str, Any]] = ()
) -> list[Metric]:
    """Return everything that is gathered at the moment of asking; `cameras` are their states."""
    made: list[Metric] = [
        _one("unjai_unsealed_seconds", "Age of the oldest row of the log without a seal", found.unsealed_s),
        _one("unjai_log_rows", "Sealed rows of the log", found.log_rows),
        _one("unjai_outbox_depth", "Events that wait to be sent", found.outbox),
        _one("unjai_core_alive", "1 while core's sign of life is heard", float(hub.core_state()[0] == "ok")),
        _one("unjai_database_up", "1 while PostgreSQL answers", float(bool(found.database))),
        _one("unjai_nats_up", "1 while NATS answers", float(bool(found.nats))),
        _one("unjai_disc_free_bytes", "Room on the data folder's disc", disc_of(settings.data)["free"]),
    ]
    readers = GaugeMetricFamily("unjai_live_readers", "Screens on the live feed", labels=["view"])
    for (_station, view), there in sorted(hub.readers.items()):
        readers.add_metric([view], len(there))
    lag = GaugeMetricFamily("unjai_stream_lag", "Messages a reader has not settled", labels=["stream", "reader"])
    held = GaugeMetricFamily("unjai_stream_bytes", "Bytes a stream holds", labels=["stream"])
    for name, one in found.streams.items():
        held.add_metric([name], one.bytes)
        for reader, count in (("record", one.record), ("picture", one.picture)):
            if count is not None:
                lag.add_metric([name, reader], max(0, count))
    refused = CounterMetricFamily("unjai_device_refusals", "Messages of devices that were refused", labels=["code"])
    for code, count in found.refusals.items():
        refused.add_metric([code], count)
    cpu = CounterMetricFamily("unjai_process_cpu_seconds", "CPU that a process used", labels=["process"])
    rss = GaugeMetricFamily("unjai_process_resident_bytes", "Memory that a process holds", labels=["process"])
    for name, process in found.processes.items():
        cpu.add_metric([name], process.cpu_s)
        rss.add_metric([name], process.rss_bytes)
    made += [readers, lag, held, refused, cpu, rss, *plate_families(cameras)]
    if "bytes" in found.database:
        made.append(_one("unjai_database_bytes", "Size of the database", float(found.database["bytes"])))
    backup = backup_of(settings.data)
    if backup is not None and backup.get("good_at_s"):
        made.append(_one("unjai_backup_age_seconds", "Age of the last good backup", now_s - float(backup["good_at_s"])))
    return made


def plate_families(cameras: Iterable[Mapping[str, Any]]) -> list[Metric]:
    """Return what became of vehicles at lane cameras, all together, and how many looks at them nobody had time for."""
    lanes = [one["plates"] for one in cameras if one.get("plates")]
    passed = CounterMetricFamily("unjai_plate_passages", "Vehicles at lane cameras, by what became", labels=["outcome"])
    for name in ("read", "unreadable", "no_plate", "far"):
        passed.add_metric([name], sum(one.get(name, 0) for one in lanes))
    dropped = sum(one.get("dropped", 0) for one in lanes)
    idle = sum(one.get("state") not in {"ready", "waiting"} for one in lanes)
    return [
        passed,
        CounterMetricFamily("unjai_plate_looks_dropped", "Looks at vehicles that were dropped unread", dropped),
        _one("unjai_plate_lanes", "Lane cameras that are served", float(len(lanes))),
        _one("unjai_plate_lanes_unwell", "Lane cameras whose reader lacks a model or failed", float(idle)),
    ]


def may_read(request: Request, settings: Settings) -> bool:
    """Say whether this caller may: from this machine and not by a proxy, or with the token."""
    said = request.headers.get("authorization", "")
    if settings.metrics_token and secrets.compare_digest(said.encode(), f"Bearer {settings.metrics_token}".encode()):
        return True
    client = request.client
    forwarded = {"x-forwarded-for", "forwarded", "x-real-ip"} & set(request.headers)
    return client is not None and loopback(client.host) and not forwarded


def route(
    vitals: Callable[[], Awaitable[Vitals]],
    meters: Meters,
    hub: Hub,
    settings: Settings,
    clock: Clock,
    *,
    cameras: Callable[[], Iterable[Mapping[str, Any]]] = tuple,
) -> Route:
    """Return the route `/metrics`; `vitals` gathers, `clock` tells the time, `cameras` how cameras stand."""

    async def metrics(request: Request) -> Response:
        if not may_read(request, settings):
            return answer(UnjaiError("metrics_refused", 403))
        found = await vitals()
        gathered = CollectorRegistry()
        gathered.register(_Gathered(families(found, hub, settings, clock.now().timestamp(), cameras())))
        return PlainTextResponse(generate_latest(meters.registry) + generate_latest(gathered), media_type=TYPE)

    return Route("/metrics", metrics)
