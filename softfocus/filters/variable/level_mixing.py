"""Which levels of a scale space stand for a Gaussian between them, and with what shares.

The shares are not those of a polynomial in sigma: they are the ones whose sum of Gaussians comes
closest, over all frequencies, to the Gaussian that is wanted. So levels may lie far apart, at uneven
distances, and beside the unblurred picture.
"""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor

from ..weighted_mean import TINY_WEIGHT

RATIO = 1.36  # step between levels where sigma is wide ...
GROWTH = 0.85  # ... and this power of the level's number makes it larger where it is narrow: less contrast there
TOP_RATIO = 1.3  # the last step is smaller, since no level lies above it
LOWEST_PX = 0.5  # no level between this and the unblurred picture
STENCIL = 4  # levels that one pixel mixes
SAMPLES = 32  # table entries from one level to the next; linear in between
FREQUENCIES = 24


def level_sigmas(widest: float) -> list[float]:
    """0, then LOWEST_PX to widest / TOP_RATIO, then the widest."""
    below = widest / TOP_RATIO
    if below <= LOWEST_PX:
        return [0.0, widest] if widest <= LOWEST_PX else [0.0, below, widest]
    span = math.log(below / LOWEST_PX)
    steps = math.ceil(GROWTH * span / math.log(RATIO))
    return [0.0, *(LOWEST_PX * math.exp(span * (step / steps) ** GROWTH) for step in range(steps)), below, widest]


def stencil_of(span: int, last: int) -> range:
    """Levels mixed between level `span` and the next: one more on each side, or two where a side has none."""
    first = max(min(span - 1, last + 1 - STENCIL), 0)
    return range(first, min(first + STENCIL, last + 1))


@lru_cache(maxsize=64)
def mixing_table(stencil: tuple[float, ...], low: float, high: float) -> Tensor:
    """[levels, SAMPLES + 1] shares for sigmas evenly from `low` to `high`; they sum to 1 at each.

    Least squares over frequencies; errors count as in a picture, whose amplitudes fall with frequency.
    """
    wanted = torch.linspace(low, high, SAMPLES + 1, dtype=torch.float64)
    highest = min(math.pi, 14 / high)  # beyond it nothing is left of any level
    k = torch.logspace(math.log10(0.1 / high), math.log10(highest), FREQUENCIES, dtype=torch.float64)
    emphasis = 1 / (k[:, None] ** 2 + k**2).flatten()
    base, *others = (_transfer(torch.tensor([sigma], dtype=torch.float64), k) for sigma in stencil)
    columns = ((torch.cat(others) - base) * emphasis).T
    rest = torch.linalg.lstsq(columns, ((_transfer(wanted, k) - base) * emphasis).T).solution
    return torch.cat([1 - rest.sum(0, keepdim=True), rest]).float()


def _transfer(sigmas: Tensor, k: Tensor) -> Tensor:
    """[S, K * K] transfer functions of the sampled Gaussians: sums over the aliases, normalised at 0."""
    turns = 2 * math.pi * torch.arange(-16, 17, dtype=torch.float64)
    spread = -0.5 * sigmas[:, None, None] ** 2
    line = torch.exp(spread * (k[:, None] + turns) ** 2).sum(2) / torch.exp(spread * turns**2).sum(2)
    line = torch.where(sigmas[:, None] < 0.1, 1.0, line)  # too few aliases, but the neighbours weigh 1e-22
    return (line[:, :, None] * line[:, None, :]).flatten(1)


def shares_at(table: Tensor, place: Tensor) -> Tensor:
    """Columns of a [levels, SAMPLES + 1] table at `place` [N] in 0..1, linear in between -> [levels, N]."""
    place = place * SAMPLES
    below = place.long().clamp_(0, SAMPLES - 1)
    index = below.expand(len(table), -1)
    return torch.lerp(table.gather(1, index), table[:, 1:].gather(1, index), place - below)


def at_widest(values: Tensor, blurred: Tensor, widest: Tensor) -> Tensor:
    """Blurred values, or means of weighted sums, where sigma is the widest; the values elsewhere. All [1, C, h, W]."""
    if blurred.shape[1] > values.shape[1]:
        total = blurred[:, -1:]
        blurred, widest = blurred[:, :-1] / total.clamp_min(TINY_WEIGHT), widest & (total > TINY_WEIGHT)
    return torch.lerp(values, blurred, widest.float())  # exact at 0 and 1, and quicker than torch.where
