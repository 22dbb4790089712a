"""The reader's net: one backbone of forty columns under a CTC head, a slot head, a place head and a legibility head.

Half-precision matrix units do most of the teaching (`torch.autocast`); what is exported runs in single precision.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as f

from unjai.vision.plates.heads import GLYPHS, NO_PLACE, SLOTS, STEPS
from unjai.vision.plates.sheet import HEIGHT, WIDTH

COLUMNS, ROWS = WIDTH // 4, HEIGHT // 16
WIDE = 160
HEADS = 4
MARKS = GLYPHS + 1
PLACES = NO_PLACE + 1


class Read(NamedTuple):
    """Logits: (batch, STEPS, MARKS), (batch, SLOTS, MARKS), (batch, PLACES), (batch,)."""

    steps: Tensor
    slots: Tensor
    place: Tensor
    legible: Tensor


def _layer(wide_in: int, wide: int, stride: tuple[int, int] = (1, 1)) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(wide_in, wide, 3, stride, 1, bias=False), nn.BatchNorm2d(wide), nn.ReLU(inplace=True)
    )


class Attention(nn.Module):
    """Queries look at tokens; written out, so that it exports as plain products."""

    def __init__(self) -> None:
        """Make the four matrices."""
        super().__init__()
        self.asks, self.keys, self.values = (nn.Linear(WIDE, WIDE) for _ in range(3))
        self.out = nn.Linear(WIDE, WIDE)

    def forward(self, queries: Tensor, tokens: Tensor) -> Tensor:
        """Return for each query (batch, q, WIDE) what it found among the tokens (batch, t, WIDE)."""
        q, k, v = self._split(self.asks(queries)), self._split(self.keys(tokens)), self._split(self.values(tokens))
        shares = torch.softmax((q @ k.transpose(-1, -2)) * (WIDE // HEADS) ** -0.5, -1)
        found = (shares @ v).transpose(1, 2).reshape(queries.shape[0], -1, WIDE)
        return self.out(found)

    @staticmethod
    def _split(x: Tensor) -> Tensor:
        return x.reshape(x.shape[0], -1, HEADS, WIDE // HEADS).transpose(1, 2)


class Net(nn.Module):
    """Takes sheets (batch, 64, 160) with values from 0 to 255, whatever their light."""

    def __init__(self) -> None:
        """Make the layers, unlearnt."""
        super().__init__()
        self.unfold = nn.PixelUnshuffle(4)
        self.first = _layer(16, 64)
        self.second = _layer(64, 64, (2, 1))
        self.third = _layer(64, 64)
        self.fourth = _layer(64, 128, (2, 1))
        self.fifth = _layer(128, 128)
        self.fold = nn.Conv1d(128 * ROWS, 2 * WIDE, 1, bias=False)
        self.folded = nn.BatchNorm1d(2 * WIDE)
        self.position = nn.Parameter(torch.randn(1, STEPS, WIDE) * 0.02)
        self.before, self.among = nn.LayerNorm(WIDE), Attention()
        self.then = nn.LayerNorm(WIDE)
        self.think = nn.Sequential(nn.Linear(WIDE, 2 * WIDE), nn.ReLU(inplace=True), nn.Linear(2 * WIDE, WIDE))
        self.last = nn.LayerNorm(WIDE)
        self.steps = nn.Linear(WIDE, MARKS)
        self.queries = nn.Parameter(torch.randn(1, SLOTS + 2, WIDE) * 0.1)
        self.look = Attention()
        self.slots = nn.Parameter(torch.randn(SLOTS, WIDE, MARKS) * WIDE**-0.5)
        self.legible = nn.Linear(WIDE, 1)
        self.small = nn.Sequential(nn.Conv2d(128, 48, 1, bias=False), nn.BatchNorm2d(48), nn.ReLU(inplace=True))
        self.named = nn.Linear(48 * ROWS * COLUMNS // 2, 192)
        self.drop = nn.Dropout(0.15)
        self.place = nn.Linear(192 + WIDE, PLACES)

    def forward(self, sheets: Tensor) -> Read:
        """Return the logits of all heads."""
        x = sheets.float()
        mean = x.mean((1, 2), keepdim=True)
        spread = (x - mean).pow(2).mean((1, 2), keepdim=True).sqrt()
        x = self.unfold(((x - mean) / (spread + 8)).unsqueeze(1))
        if self.training:
            x = x.contiguous(memory_format=torch.channels_last)
        x = self.second(self.first(x))
        x = self.fourth(x + self.third(x))
        x = x + self.fifth(x)
        both = torch.relu(self.folded(self.fold(x.flatten(1, 2))))
        tokens = torch.cat([both[:, :WIDE], both[:, WIDE:]], 2).transpose(1, 2) + self.position
        seen = self.before(tokens)
        tokens = tokens + self.among(seen, seen)
        tokens = self.last(tokens + self.think(self.then(tokens)))
        found = self.look(self.queries.expand(tokens.shape[0], -1, -1), tokens)
        slots = torch.einsum("bsw,swm->bsm", found[:, :SLOTS], self.slots)
        small = f.avg_pool2d(self.small(x), (1, 2)).flatten(1)
        name = torch.cat([torch.relu(self.named(self.drop(small))), found[:, SLOTS]], 1)
        return Read(self.steps(tokens), slots, self.place(name), self.legible(found[:, SLOTS + 1]).squeeze(1))
