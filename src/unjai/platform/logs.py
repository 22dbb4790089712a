"""Logs: lines for people or JSON for machines, each with the id of the request it belongs to. No secret gets here."""

from __future__ import annotations

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType

from unjai.platform.config import Settings

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request that is being answered; empty outside of one."""

_QUIET = ("httpx", "httpcore", "nats", "alembic", "hpack", "uvicorn.access")


class _Form(logging.Formatter):
    """One line for people; the request's id stands before the words."""

    def format(self, record: logging.LogRecord) -> str:
        said = request_id.get()
        record.about = f"[{said}] " if said else ""
        return super().format(record)


class _Json(logging.Formatter):
    """One JSON object a line: at, level, name, text, and where there is one request and trace."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "name": record.name,
            "text": record.getMessage(),
        }
        if said := request_id.get():
            line["request"] = said
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def formatter(form: str) -> logging.Formatter:
    """Return how lines are written: `text` or `json`."""
    return _Json() if form == "json" else _Form("%(asctime)s %(levelname)s %(name)s: %(about)s%(message)s")


def begin(settings: Settings) -> None:
    """Write the logs of this process to the error output, in the form and from the level that the settings say."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(settings.log_format))
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler])
    sys.excepthook = _end
    for noisy in _QUIET:
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _end(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Write what ends the process as a line of the log, whatever form it has."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logging.getLogger("unjai").critical("ended by %s", kind.__name__, exc_info=(kind, error, trace))
