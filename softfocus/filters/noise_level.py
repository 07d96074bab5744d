"""The noise of a picture, from what its flattest pixels, or all of a region, show at the finest scale."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from ..transparency import mostly_seen
from .local_range import local_minimum

SAMPLES = 1 << 16  # places looked at, about; more change the result by less than 1 %
FLATTEST = 0.25  # share of the places that count
MAD_TO_SIGMA = 1.4826  # of normally distributed values
MASK_GAIN = 6.0  # what the mask makes of white noise of standard deviation 1
CLIPPED = 1.0 / 255  # luma this close to 0 or 1 shows no noise, whatever the rest has


class Finest(NamedTuple):
    """What a picture shows at the finest scale.

    Attributes:
        sizes: of the second differences [B, 1, h, w] of every step-th place.
        step: in pixels.
    """

    sizes: Tensor
    step: int


def noise_level(luma: Tensor, smoothed: Tensor, alpha: Tensor | None = None, finest: Finest | None = None) -> Tensor:
    """Standard deviation of the white noise in each frame.

    The second difference along both axes (Immerkaer 1996) sees noise and hardly any edge. Its median absolute
    value counts (Donoho and Johnstone 1994), over the places where the slope is least: slope and second difference of
    white noise do not depend on each other, so this choice does not make the noise look smaller.

    Args:
        luma: [B, 1, H, W].
        smoothed: the same, blurred a little: where its slope is small, the picture is flat.
        alpha: [B, 1, H, W] in 0..1: only places that are mostly seen count, neighbours included. None: all.
        finest: of luma, where it is known.

    Returns:
        [B, 1, 1, 1], in units of luma; 0 for pictures less than three pixels high or wide, and where nothing
        is seen. Noise that is coarser than a
        pixel (strong compression, enlarged pictures) is not seen.
    """
    height, width = luma.shape[-2:]
    if luma.numel() == 0 or height < 3 or width < 3:
        return luma.new_zeros((len(luma), 1, 1, 1))
    fine, step = finest or second_differences(luma)
    fine = fine.flatten(1)
    slope = (_at(smoothed, 1, 2, step) - _at(smoothed, 1, 0, step)).abs_()
    slope += (_at(smoothed, 2, 1, step) - _at(smoothed, 0, 1, step)).abs_()
    middle = _at(luma, 1, 1, step)
    slope.masked_fill_((middle <= CLIPPED) | (middle >= 1 - CLIPPED), torch.inf)
    slope = slope.flatten(1)
    if alpha is None:
        median = _median_of_flattest(fine, slope)
    else:
        seen = _at(local_minimum(mostly_seen(alpha), 1), 1, 1, step).expand(len(luma), -1, -1, -1).flatten(1) > 0
        frames = zip(fine, slope, seen, strict=True)
        median = torch.cat([_median_of_flattest(each[own][None], flat[own][None]) for each, flat, own in frames])
    return (median * (MAD_TO_SIGMA / MASK_GAIN)).view(-1, 1, 1, 1)


def noise_in_region(finest: Finest, region: Tensor | None) -> float:
    """The same from every place of a region, texture as fine as noise included: where few places count, few are flat.

    Args:
        finest: of one frame.
        region: [1, 1, H, W]: places with at least half of its maximum count. None: all.

    Returns:
        In units of luma; 0 for pictures less than three pixels high or wide, and where no place counts.
    """
    values = finest.sizes
    if region is not None and values.numel():
        values = values[_at(region, 1, 1, finest.step) >= 0.5 * region.max()]
    return float(values.median()) * (MAD_TO_SIGMA / MASK_GAIN) if values.numel() else 0.0


def second_differences(luma: Tensor) -> Finest:
    """`Finest` of luma [B, 1, H, W]; without places for pictures less than three pixels high or wide."""
    height, width = luma.shape[-2:]
    if height < 3 or width < 3:
        return Finest(luma.new_zeros(len(luma), 1, 0, 0), 1)
    step = int((height * width / SAMPLES) ** 0.5) | 1  # odd, so that no block of a JPEG is always met at the same place
    rows = [_second_difference([_at(luma, dy, dx, step) for dx in range(3)]) for dy in range(3)]
    return Finest(_second_difference(rows).abs_(), step)


def _median_of_flattest(fine: Tensor, slope: Tensor) -> Tensor:
    """[B]: median of values [B, N] where the slopes [B, N] are least; 0 without values."""
    if fine.shape[1] == 0:
        return fine.new_zeros(len(fine))
    count = max(1, int(FLATTEST * fine.shape[1]))
    flattest = slope.topk(count, largest=False, sorted=False).indices
    return fine.gather(1, flattest).median(1).values


def _at(image: Tensor, dy: int, dx: int, step: int) -> Tensor:
    """Every step-th pixel of the picture without its border, moved by dy - 1 and dx - 1."""
    height, width = image.shape[-2:]
    return image[..., dy : height - 2 + dy : step, dx : width - 2 + dx : step]


def _second_difference(three: list[Tensor]) -> Tensor:
    return torch.sub(three[0], three[1], alpha=2).add_(three[2])
