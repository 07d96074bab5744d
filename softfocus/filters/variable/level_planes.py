"""The mix of `variable_blur` level by level on whole planes: few operations, as a device wants, and more sums."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from ...face_box import Window
from ..gaussian import COARSE_FROM_PX, gaussian_blur
from ..near_faces import cut, seen_around
from ..weighted_mean import mean_of_sums
from .blurred_rows import REACH
from .level_mixing import SAMPLES, mixing_table, stencil_of

TOGETHER = 4  # levels in one step: fewer launches, and as much memory as on a CPU
ENTRIES = 32 * SAMPLES  # of shares from one level to the next: the nearest is exact enough


def mix_planes(
    out: Tensor, source: Tensor, weighted: bool, sigma_px: Tensor, sigmas: list[float], window: Window
) -> None:
    """Write what every pixel of a window mixes of the levels where its sigma is between 0 and the widest.

    Args:
        out: [1, C, H, W]; what it holds stays where no weight is near.
        source: [1, C, H, W], or if weighted [1, C + 1, H, W], weighted sums and the weight.
        sigma_px: [1, 1, H, W].
        sigmas: of the levels; the last is the widest.
        window: rows and columns that hold all such pixels.
    """
    sigma, here = cut(sigma_px, window), cut(out, window)
    entry = _entries(sigma, sigmas)[0, 0]
    shares = _shares(tuple(sigmas)).to(source.device)
    mixed = torch.zeros_like(cut(source, window))
    low, high = torch.full_like(here, torch.inf), torch.full_like(here, -torch.inf)
    for first in range(0, len(sigmas), TOGETHER):
        some = slice(first, first + TOGETHER)
        sums = torch.cat([_level(source, level, window) for level in sigmas[some]])
        share = shares[some, entry][:, None]
        mixed += (sums * share).sum(0)
        mean, unused = mean_of_sums(sums, here, 1) if weighted else sums, share == 0
        low = torch.minimum(low, mean.masked_fill(unused, torch.inf).amin(0))
        high = torch.maximum(high, mean.masked_fill(unused, -torch.inf).amax(0))
    partial = (sigma > 0) & (sigma < sigmas[-1])
    # As in `variable_blur`: shares may be a little negative, and the mix has to stay within the levels it is made of.
    mean = mean_of_sums(mixed, here, 1) if weighted else mixed
    here.copy_(torch.where(partial, torch.clamp(mean, low, high), here))


def _entries(sigma_px: Tensor, sigmas: list[float]) -> Tensor:
    """[1, 1, h, w] int: where in a row of `_shares` each sigma is."""
    edges = torch.tensor(sigmas, device=sigma_px.device)
    span = torch.bucketize(sigma_px.contiguous(), edges).sub_(1).clamp_(0, len(sigmas) - 2)
    low = edges[span]
    return ((sigma_px - low) / (edges[span + 1] - low) + span).mul_(ENTRIES).round_().int()


@lru_cache(maxsize=16)
def _shares(sigmas: tuple[float, ...]) -> Tensor:
    """[levels, entries]: the share of each level along all of them. Where two spans meet, one level is all there is."""
    last = len(sigmas) - 1
    shares = torch.zeros(len(sigmas), last * ENTRIES + 1)
    for span, (low, high) in enumerate(pairwise(sigmas)):
        stencil = stencil_of(span, last)
        table = mixing_table(tuple(sigmas[index] for index in stencil), low, high)
        finer = interpolate(table[None], ENTRIES + 1, mode="linear", align_corners=True)[0]
        shares[stencil.start : stencil.stop, span * ENTRIES : (span + 1) * ENTRIES + 1] = finer
    return shares


def _level(source: Tensor, sigma: float, window: Window) -> Tensor:
    """The window of the source blurred; from the whole where it goes over a coarse grid, which is that of the whole."""
    if sigma == 0:
        return cut(source, window)
    if sigma >= COARSE_FROM_PX:
        return cut(gaussian_blur(source, sigma), window)
    return seen_around(lambda part: gaussian_blur(part, sigma), window, REACH * sigma, source)
