"""The mix of `variable_blur` level by level on whole planes: few operations, as a device wants, and more sums."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from ...face_box import Window
from ..gaussian import COARSE_FROM_PX, blurred_as_it_comes
from ..near_faces import cut, widened, within
from ..weighted_mean import mean_of_sums
from .blurred_rows import REACH, BlurredRows
from .level_mixing import SAMPLES, mixing_table, stencil_of

TOGETHER = 4  # levels of whole planes in one step, and more of smaller windows: fewer launches, no more memory
ENTRIES = 32 * SAMPLES  # of shares from one level to the next: the nearest is exact enough

Mix = tuple[Tensor, Tensor, Tensor]  # the mix of some levels, and the least and the largest of them


def mix_planes(
    out: Tensor,
    source: Tensor,
    weighted: bool,
    sigma_px: Tensor,
    partial: Tensor,
    sigmas: list[float],
    window: Window,
) -> None:
    """Write what every pixel of a window mixes of the levels where its sigma is between 0 and the widest.

    Args:
        out: [1, C, H, W]; what it holds stays where no weight is near.
        source: [1, C, H, W], or if weighted [1, C + 1, H, W], weighted sums and the weight.
        sigma_px: [1, 1, H, W].
        partial: the same as bool, where sigma is between 0 and the widest.
        sigmas: of the levels; the last is the widest.
        window: rows and columns that hold all such pixels.
    """
    sigma, here = cut(sigma_px, window), cut(out, window)
    shares, between = (table(tuple(sigmas)).to(source.device) for table in (_shares, _between_entries))
    entry = torch.bucketize(sigma.contiguous(), between)[0, 0]
    together = max(TOGETHER, TOGETHER * source[0, 0].numel() // sigma.numel())
    around = widened(window, REACH * COARSE_FROM_PX, source.shape[-2:])
    near = cut(source, around).contiguous()  # all that narrow levels see, read once for all of them
    mix: Mix | None = None
    for first in range(0, len(sigmas), together):
        some = slice(first, first + together)
        levels = torch.cat([_level(source, near, level, window, around) for level in sigmas[some]])
        part = _mixed(levels, shares[some, entry][:, None], here, weighted)
        mix = part if mix is None else _joined(mix, part)
    assert mix is not None
    mixed, low, high = mix
    # As in `variable_blur`: shares may be a little negative, and the mix has to stay within the levels it is made of.
    mean = mean_of_sums(mixed, here, 1) if weighted else mixed
    here.copy_(torch.where(cut(partial, window), torch.clamp(mean, low, high), here))


def _joined(one: Mix, other: Mix) -> Mix:
    return one[0] + other[0], torch.minimum(one[1], other[1]), torch.maximum(one[2], other[2])


def _mixed(sums: Tensor, share: Tensor, here: Tensor, weighted: bool) -> Mix:
    """The mix of levels [L, C, h, w] by shares [L, 1, h, w], and the least and the largest of those that have one."""
    mean, unused = mean_of_sums(sums, here, 1) if weighted else sums, share == 0
    low = mean.masked_fill(unused, torch.inf).amin(0, keepdim=True)
    return (sums * share).sum(0, keepdim=True), low, mean.masked_fill_(unused, -torch.inf).amax(0, keepdim=True)


@lru_cache(maxsize=16)
def _between_entries(sigmas: tuple[float, ...]) -> Tensor:
    """[entries - 1]: the sigmas half way from each entry of a row of `_shares` to the next."""
    steps = (torch.arange(ENTRIES, dtype=torch.float64) + 0.5) / ENTRIES
    return torch.cat([low + (high - low) * steps for low, high in pairwise(sigmas)]).float()


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


def _level(source: Tensor, near: Tensor, sigma: float, window: Window, around: Window) -> Tensor:
    """The window of the source blurred: the whole of it on a coarse grid, else what is near the window."""
    if sigma == 0:
        return cut(source, window)
    if sigma < COARSE_FROM_PX:
        return within(blurred_as_it_comes(near, sigma), window, around)
    blurred, left = BlurredRows(source, sigma)(*window)
    return blurred[..., window[1].start - left : window[1].stop - left]
