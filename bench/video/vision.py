"""How right the analysis is: "a person is here" by the second on clips with truth, and false alarms of every rule.

`precision` and `recall` count seconds of the clips in `../shared/data/video` (truth by eye, in its README). Seconds
at whose edges somebody comes or goes (± 0.5 s, as sure as the truth is) are left out (`seconds_unsure`).
`false_alarms_per_hour` runs every scene rule at its defaults over vtest.avi, 79.5 s of pedestrians: nobody there does
what a rule is about, so every hit is false. One hit is 45 an hour; none says no more than "below 136" (95 %).
Nothing was set by looking at these clips' results: docs/decisions/0021-vision.md says where the defaults come from.
"""

from __future__ import annotations

import asyncio
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unjai.commands.vision import Video
from unjai.vision.detector import Detector
from unjai.vision.models import street_model
from unjai.vision.picture import FramePicture
from unjai.vision.rules_file import rules_of, undrawn_rules
from unjai.vision.scene import Hit
from unjai.vision.watch import Watch

ROOT = Path(__file__).resolve().parents[2]
CLIPS = ROOT.parent / "shared" / "data" / "video"
FPS = 5.0
UNSURE_S = 0.5
DRAWN = [
    {"rule": "closed_area", "area": [[0.02, 0.12], [0.28, 0.11], [0.28, 0.135], [0.15, 0.175], [0.02, 0.2]]},
    # the lawn beyond the far path; on the path itself somebody walks
    {"rule": "wrong_way", "line": [[0.2, 0.45], [0.95, 0.45]]},  # across the way, for vehicles
    {"rule": "stopped_vehicle", "area": [[0.0, 0.3], [1.0, 0.3], [1.0, 1.0], [0.0, 1.0]]},  # all but the car park
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Truth:
    """When somebody is in a clip, in frames."""

    file: str
    rate: float
    visits: tuple[tuple[int, int], ...]

    def of(self, second: int) -> bool | None:
        """Say whether somebody is there in this second; None where the truth itself is not sure."""
        begin, end = second - UNSURE_S, second + 1 + UNSURE_S
        spans = [(first / self.rate, last / self.rate) for first, last in self.visits]
        if not any(first < end and begin < last for first, last in spans):
            return False
        return True if any(first <= begin and end <= last for first, last in spans) else None


TRUTHS = (
    Truth(
        file="one-by-one-person-detection.mp4",
        rate=10.0,
        visits=((60, 200), (228, 447), (503, 698), (745, 868), (928, 1200), (1238, 1362)),
    ),
    Truth(file="car-detection.mp4", rate=12.5, visits=()),
)


async def measure(quick: bool, began: float) -> dict[str, Any]:  # noqa: ARG001
    """Run the clips one after the other, in a thread; quick takes the first 20 seconds of each."""
    return await asyncio.to_thread(_measured, 20.0 if quick else float("inf"))


def _measured(until_s: float) -> dict[str, Any]:
    detector = Detector(street_model())
    right, invented, missed, unsure, clips = 0, 0, 0, 0, {}
    for truth in TRUTHS:
        if not (CLIPS / truth.file).exists():
            clips[truth.file] = "absent"
            continue
        seen, last_s = _seconds_with_people(detector, CLIPS / truth.file, until_s)
        told = {second: truth.of(second) for second in range(int(last_s))}
        counts = {
            "right": sum(there is True and second in seen for second, there in told.items()),
            "invented": sum(there is False and second in seen for second, there in told.items()),
            "missed": sum(there is True and second not in seen for second, there in told.items()),
            "unsure": sum(there is None for there in told.values()),
        }
        clips[truth.file] = counts
        right, invented = right + counts["right"], invented + counts["invented"]
        missed, unsure = missed + counts["missed"], unsure + counts["unsure"]
    return {
        "precision": round(right / (right + invented), 3) if right + invented else None,
        "recall": round(right / (right + missed), 3) if right + missed else None,
        "seconds_unsure": unsure,
        "clips": clips,
        **_false_alarms(detector, until_s),
    }


def _seconds_with_people(detector: Detector, file: Path, until_s: float) -> tuple[set[int], float]:
    watch, video, seen = Watch(detector), Video(file), set()
    for t, frame in video.frames(FPS):
        if t >= until_s:
            break
        if any(one.person for one in watch.look(t, FramePicture(frame)).look.seen):
            seen.add(int(t))
    return seen, video.last_s


def _false_alarms(detector: Detector, until_s: float) -> dict[str, Any]:
    found = subprocess.run([ROOT / "tools" / "street-video"], capture_output=True, text=True, check=False)
    if found.returncode:
        return {"false_alarms_per_hour": None, "street": "vtest.avi cannot be fetched"}
    rules = [*undrawn_rules(), *rules_of(DRAWN)]
    watch, video = Watch(detector, rules=rules), Video(Path(found.stdout.strip()))
    hits: list[Hit] = []
    looks, runs, cpu_s = 0, 0, 0.0
    for t, frame in video.frames(FPS):
        if t >= until_s:
            break
        began = time.thread_time()
        outcome = watch.look(t, FramePicture(frame))
        cpu_s += time.thread_time() - began
        hits += outcome.hits
        looks, runs = looks + 1, runs + outcome.runs
    hours = video.last_s / 3600
    return {
        "false_alarms_per_hour": {
            rule.key: round(sum(hit.rule == rule.key for hit in hits) / hours, 1) for rule in rules
        },
        "false_alarms_seconds": round(video.last_s, 1),
        "cpu_ms_per_look": round(1000 * cpu_s / max(1, looks), 1),
        "model_runs_per_look": round(runs / max(1, looks), 2),
    }
