"""Teach the net from shards: `python -m training.plates.train_plates SHARDS RUN [--samples N] [--cool SHARE]`.

Steady rate after a short warm-up, then a cool-down to nought over the last share of the samples. RUN holds
`last.pt` (every few minutes, and when the process is told to end), `steady.pt` (just before the cool-down: whoever
wants more hours goes on from there with a larger `--samples`) and `curve.jsonl`. Started again, it goes on where it
was.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as f

from training.plates import examine, targets
from training.plates.net import Net, Read
from unjai.model.plate import LONGEST
from unjai.vision.plates.heads import BLANK, SLOTS
from unjai.vision.plates.sheet import HEIGHT, WIDTH

BATCH = 64
RATE = 1.5e-3
WARM = 30_000
"""Samples until the rate is reached."""
DECAY = 0.02
KEEP, KEEP_EVERY = 0.996, 4
"""Share that the averaged weights keep, every so many steps."""
SAVE_S = 120.0
EXAMINE_EVERY = 40_960
EASY_SHARDS = 3


@dataclass
class Run:
    """Everything that a stop and a start must not change."""

    net: Net
    mean: Net
    optimizer: torch.optim.Optimizer
    samples: int = 0
    cpu_s: float = 0.0


def main() -> None:
    """Teach until the samples are through, or until told to end."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shards", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("--samples", type=int, default=1_000_000)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="end after so long, whatever is left")
    parser.add_argument("--cool", type=float, default=0.25)
    parser.add_argument("--seed", type=int, default=5)
    given = parser.parse_args()
    torch.set_num_threads(1)
    given.run.mkdir(parents=True, exist_ok=True)
    run = begun(given.run / "last.pt", given.seed)
    examination = examine.papers(given.run)
    teach(run, given, examination)


def begun(file: Path, seed: int) -> Run:
    """Return a run as it was saved, or a new one."""
    torch.manual_seed(seed)
    net, mean = Net(), Net()
    for part in (net.first, net.second, net.third, net.fourth, net.fifth, net.small):
        part.to(memory_format=torch.channels_last)
    mean.load_state_dict(net.state_dict())
    mean.eval()
    plain = [one for one in net.parameters() if one.ndim < 2]
    heavy = [one for one in net.parameters() if one.ndim >= 2]
    groups = [{"params": heavy, "weight_decay": DECAY}, {"params": plain, "weight_decay": 0.0}]
    run = Run(net, mean, torch.optim.AdamW(groups, lr=RATE, betas=(0.9, 0.98), fused=True))
    if file.exists():
        kept = torch.load(file, weights_only=True)
        net.load_state_dict(kept["net"])
        mean.load_state_dict(kept["mean"])
        run.optimizer.load_state_dict(kept["optimizer"])
        for group in run.optimizer.param_groups:
            group["fused"] = True
        run.samples, run.cpu_s = kept["samples"], kept["cpu_s"]
    return run


def save(run: Run, file: Path) -> None:
    """Save a run whole or not at all."""
    draft = file.with_suffix(".draft")
    torch.save(
        {
            "net": run.net.state_dict(),
            "mean": run.mean.state_dict(),
            "optimizer": run.optimizer.state_dict(),
            "samples": run.samples,
            "cpu_s": run.cpu_s,
        },
        draft,
    )
    draft.replace(file)


def rate(samples: int, done: float, cool: float) -> float:
    """Return the learning rate after so many samples and such a share of the plan."""
    if done < 1 - cool:
        return RATE * min(1.0, (samples + BATCH) / WARM)
    return RATE * max(0.0, 1 - ((done - 1 + cool) / cool) ** 0.5)


class Shards:
    """The shards on disc, found anew now and then since others are still being made."""

    def __init__(self, folder: Path) -> None:
        """Wait for the first shard."""
        self._folder = folder
        self._files: dict[int, tuple[Any, Any]] = {}
        self.look()
        while not self._files:
            time.sleep(5)
            self.look()

    def look(self) -> None:
        """Open the shards that were not there yet."""
        for file in sorted(self._folder.glob("[0-9]*.sheets.npy")):
            number = int(file.name[:3])
            if number not in self._files:
                rows = np.load(file.with_name(f"{number:03}.rows.npy"))
                self._files[number] = np.load(file, mmap_mode="r"), rows

    def batch(self, samples: int, dice: np.random.Generator) -> tuple[NDArray[np.uint8], NDArray[np.int16]]:
        """Return a batch as the curriculum wants it after so many samples."""
        easy = [one for one in self._files if one < EASY_SHARDS]
        hard = [one for one in self._files if one >= EASY_SHARDS]
        if samples < 40_000 or not hard:
            share = 1.0
            easy = easy[:1] if samples < 15_000 else easy
        elif samples < 120_000:
            share = 0.4
        else:
            share = 0.06
        from_easy = int(dice.binomial(BATCH, share))
        parts = []
        for pool, count in ((easy, from_easy), (hard, BATCH - from_easy)):
            for number in dice.choice(pool, 4) if count else ():
                sheets, rows = self._files[int(number)]
                chosen = np.sort(dice.choice(len(rows), -(-count // 4), replace=False))
                parts.append((sheets[chosen], rows[chosen]))
        sheets, rows = (np.concatenate([part[one] for part in parts])[:BATCH] for one in (0, 1))
        return sheets, rows


def varied(sheets: NDArray[np.uint8], dice: np.random.Generator) -> Tensor:
    """Shift, spoil and veil sheets a little, so that no sample comes twice the same."""
    x = np.asarray(sheets, np.float32)
    for place in range(len(x)):
        x[place] = np.roll(x[place], (int(dice.integers(-2, 3)), int(dice.integers(-3, 4))), (0, 1))
        if dice.random() < 0.15:
            wide, tall = int(dice.integers(4, 18)), int(dice.integers(4, 20))
            left, top = int(dice.integers(0, WIDTH - wide)), int(dice.integers(0, HEIGHT - tall))
            x[place, top : top + tall, left : left + wide] = dice.uniform(0, 255)
    spread = x.std((1, 2), keepdims=True) * dice.uniform(0, 0.18, (len(x), 1, 1)).astype(np.float32)
    return torch.from_numpy(x + dice.standard_normal(x.shape, np.float32) * spread)


def loss(read: Read, rows: Tensor) -> Tensor:
    """Return what the heads got wrong, together."""
    sort, counts = rows[:, 0], rows[:, 1]
    plain = sort == targets.PLAIN
    taught = sort != targets.FREE
    spelt = rows[:, 2 : 2 + LONGEST].clamp(min=0)
    logs = torch.log_softmax(read.steps.float(), -1).transpose(0, 1)
    lengths = torch.full((len(rows),), read.steps.shape[1], dtype=torch.long)
    ctc = f.ctc_loss(logs, spelt, lengths, counts, blank=BLANK, reduction="none", zero_infinity=True)
    ctc = (ctc / counts.clamp(min=4))[taught].mean()
    slots = f.cross_entropy(
        read.slots[plain].float().flatten(0, 1), rows[plain, 2 + LONGEST : 2 + LONGEST + SLOTS].flatten()
    )
    named = sort != targets.NOTHING
    place = f.cross_entropy(read.place[named].float(), rows[named, -1], label_smoothing=0.02)
    legible = f.binary_cross_entropy_with_logits(read.legible.float(), plain.float())
    return 0.7 * ctc + 2 * slots + 1.2 * place + 0.3 * legible


def teach(run: Run, given: argparse.Namespace, examination: examine.Papers) -> None:
    """Go on until the samples are through."""
    ended = []
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *_: ended.append(True))
    shards, file = Shards(given.shards), given.run / "last.pt"
    began = saved = time.monotonic()
    spent, smooth, done = time.process_time(), 0.0, run.samples / given.samples
    while done < 1 and not ended:
        dice = np.random.default_rng((given.seed, run.samples))
        sheets, rows = shards.batch(run.samples, dice)
        for group in run.optimizer.param_groups:
            group["lr"] = rate(run.samples, done, given.cool)
        run.net.train()
        with torch.autocast("cpu", torch.bfloat16):
            read = run.net(varied(sheets, dice))
        wrong = loss(read, torch.from_numpy(rows.astype(np.int64)))
        run.optimizer.zero_grad(set_to_none=True)
        wrong.backward()
        torch.nn.utils.clip_grad_norm_(run.net.parameters(), 3.0)
        run.optimizer.step()
        before, run.samples = run.samples, run.samples + len(rows)
        if run.samples // BATCH % KEEP_EVERY == 0:
            averaged(run)
        was, done = done, max(run.samples / given.samples, (time.monotonic() - began) / 60 / given.minutes)
        now = time.process_time()
        run.cpu_s, spent = run.cpu_s + now - spent, now
        smooth = 0.98 * smooth + 0.02 * float(wrong.detach()) if smooth else float(wrong.detach())
        if was < 1 - given.cool <= done:
            save(run, given.run / "steady.pt")
        if time.monotonic() - saved > SAVE_S:
            saved = time.monotonic()
            save(run, file)
            shards.look()
        if before // 1280 != run.samples // 1280:
            _bar(run, done, smooth)
        if before // EXAMINE_EVERY != run.samples // EXAMINE_EVERY or done >= 1:
            told = {"samples": run.samples, "cpu_min": round(run.cpu_s / 60, 1), "loss": round(smooth, 4)}
            told |= examine.marks(run.mean, examination)
            with (given.run / "curve.jsonl").open("a") as curve:
                curve.write(json.dumps(told) + "\n")
            sys.stdout.write("\n" + json.dumps(told) + "\n")
    save(run, file)


@torch.no_grad()
def averaged(run: Run) -> None:
    """Move the averaged weights a step towards the net's; early on they follow closely."""
    keep = min(KEEP, run.samples / (run.samples + 20 * BATCH))
    for mean, own in zip(run.mean.state_dict().values(), run.net.state_dict().values(), strict=True):
        if mean.dtype.is_floating_point:
            mean.lerp_(own, 1 - keep)
        else:
            mean.copy_(own)


def _bar(run: Run, done: float, wrong: float) -> None:
    speed = run.samples / max(1e-6, run.cpu_s)
    bar = "#" * round(30 * min(1.0, done))
    sys.stdout.write(f"\r[{bar:30}] {done:.1%}, {run.samples:,} samples, {speed:.0f} a CPU second, loss {wrong:.3f} ")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
