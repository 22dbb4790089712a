"""What a session was opened with, in plain words: made of what the browser says of itself, which is never proof."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["phone", "tablet", "computer", "unknown"]

_BROWSERS = (
    ("Edge", r"\bEdgA?/|\bEdgiOS/"),
    ("Samsung Internet", r"\bSamsungBrowser/"),
    ("LINE", r"\bLine/"),
    ("Opera", r"\bOPR/"),
    ("Firefox", r"\bFirefox/|\bFxiOS/"),
    ("Chrome", r"Chrome/|\bChromium/|\bCriOS/"),
    ("Safari", r"\bSafari/"),
)
_SYSTEMS = (
    ("iPhone", r"\biPhone\b"),
    ("iPad", r"\biPad\b"),
    ("Android", r"\bAndroid\b"),
    ("ChromeOS", r"\bCrOS\b"),
    ("Windows", r"\bWindows\b"),
    ("macOS", r"\bMacintosh\b"),
    ("Linux", r"\bLinux\b|\bX11\b"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Agent:
    """A browser and the system under it; empty where it does not say."""

    kind: Kind
    browser: str
    system: str


def agent(said: str) -> Agent:
    """Return the words for a `User-Agent`; anything strange is unknown, never an error."""
    browser = next((name for name, mark in _BROWSERS if re.search(mark, said)), "")
    system = next((name for name, mark in _SYSTEMS if re.search(mark, said)), "")
    kind: Kind = "computer" if system else "unknown"
    if system == "iPad" or (system == "Android" and "Mobile" not in said):
        kind = "tablet"
    elif system in {"iPhone", "Android"}:
        kind = "phone"
    return Agent(kind=kind, browser=browser, system=system)
