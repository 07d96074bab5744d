"""The slopes of a picture's luma: how sharp its sharpest part is, in its least sharp direction; no reference.

The slopes of luma are summed up under two Gaussians. Of a step edge that a Gaussian of variance s^2 has blurred, a
Gaussian of variance a^2 leaves the energy c / sqrt(s^2 + a^2), so that the ratio of the two energies names the width
whatever the contrast. Blur can only lower that ratio; what white noise adds to both energies is taken off. The energies
are kept apart by direction (structure tensor), so that motion blur shows in the direction of the motion, and by
block, so that a picture whose surroundings are soft on purpose is as sharp as its sharp part.

Sources: the two-scale ratio as in S. Zhuo and T. Sim, "Defocus map estimation from a single image", Pattern
Recognition 44 (2011); the structure tensor of J. Bigun and G. H. Granlund, ICCV 1987.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from ..filters.gaussian import gaussian_blur
from ..units import diagonal

SCREEN = 1448.0  # px: a diagonal up to which a pixel can be seen; in larger pictures lengths grow with the diagonal
NARROW, WIDE = 0.6, 1.5  # sigmas of the two Gaussians
BLOCK = 16.0
DIRECTIONS = 8
SHARPEST = 0.98  # quantile of the blocks
STRONG = 0.01  # of the strongest block's energy: blocks below show no edge
ALONG = 0.1  # of a block's own energy: below, its slopes run across the direction and say nothing about it
ABOVE_NOISE = 2.0  # times the noise's energy: below, it is noise that would be measured
FEWEST = 0.005  # of all blocks: a direction that fewer show is not judged
INVISIBLE = (0.1 / 255) ** 2  # energy of a slope that nobody can see
WIDEST = 50.0
LEAST_SHOWN = 0.005  # of the picture, and LEAST_PX pixels of it at least, in small ones a quarter: a dot is no picture
LEAST_PX = 100.0


def pixel_size(luma: Tensor) -> float:
    """The unit of lengths that a viewer sees: 1 px, or the diagonal over SCREEN in larger pictures [..., H, W]."""
    return max(1.0, diagonal(luma) / SCREEN)


@dataclass(frozen=True)
class Edges:
    """Structure tensors (xx, xy, yy) of the blocks of a picture under the two Gaussians, and what noise adds to them.

    Attributes:
        fine, coarse: [3, rows, columns].
        fine_noise, coarse_noise: energy of the slopes of white noise, in xx and in yy.
        shown: how much of the picture has any slope, over the least that makes a picture: 0..1. A photograph has one
            nearly everywhere, a single bright pixel in about 30 pixels.
    """

    fine: Tensor
    coarse: Tensor
    fine_noise: float
    coarse_noise: float
    shown: float

    def width(self, region: Tensor | None = None) -> float:
        """Width of the narrowest structure, as the sigma of a step edge with the same ratio of energies.

        Args:
            region: [1, 1, H, W] in 0..1: only blocks with at least half of the largest share count. None: all.

        Returns:
            In `pixel_size`: 0.2 to 0.5 in sharp pictures (lines are narrower than an ideal step, which has 0.6), more
            with every blur, WIDEST at most and where nothing can be seen or the picture is less than 2 px high or wide.
        """
        fine, coarse = self.fine.flatten(1), self.coarse.flatten(1)
        if region is not None:
            share = adaptive_avg_pool2d(region, (self.fine.shape[-2], self.fine.shape[-1])).flatten()
            inside = share >= 0.5 * share.max()
            fine, coarse = fine[:, inside], coarse[:, inside]
        widths = _widths(
            _by_direction(fine, self.fine_noise), _by_direction(coarse, self.coarse_noise), self.coarse_noise
        )
        return max(widths, default=WIDEST)


def find_edges(luma: Tensor, noise: float) -> Edges:
    """Edges of [1, 1, H, W] luma in 0..1; `noise` is the standard deviation of its white noise, in the same unit."""
    if min(luma.shape[-2:]) < 2:
        none = luma.new_zeros(3, 1, 1)
        return Edges(none, none, 0.0, 0.0, 0.0)
    unit = pixel_size(luma)
    narrow, wide = (_slopes(gaussian_blur(luma, sigma * unit)[0]) for sigma in (NARROW, WIDE))
    fine_noise, coarse_noise = (noise**2 * _noise_gain(sigma * unit) for sigma in (NARROW, WIDE))
    return Edges(_energies(*narrow, unit), _energies(*wide, unit), fine_noise, coarse_noise, _shown(*narrow))


def _shown(across: Tensor, down: Tensor) -> float:
    steep = across.square().addcmul_(down, down).gt_(INVISIBLE)  # 0 and 1: as bool it takes longer
    least = min(max(LEAST_SHOWN * steep.numel(), LEAST_PX), steep.numel() / 4)
    return min(1.0, float(steep.sum()) / least)


def _widths(fine: Tensor, coarse: Tensor, noise: float) -> list[float]:
    """The width in each direction that enough blocks show, from energies [DIRECTIONS, blocks]."""
    steep = coarse > max(STRONG * float(coarse.max()), ABOVE_NOISE * noise, INVISIBLE)
    steep &= coarse > ALONG * 2 * coarse.mean(0)  # two directions at right angles hold a block's whole energy
    widths = []
    for narrow, wide, strong in zip(fine, coarse, steep, strict=True):
        if int(strong.sum()) >= max(1.0, FEWEST * len(strong)):
            ratio = float(torch.quantile(narrow[strong] / wide[strong], SHARPEST))
            gain = max(ratio, 1.0) ** 2 - 1
            widths.append(math.sqrt((WIDE**2 - NARROW**2) / max(gain, (WIDE**2 - NARROW**2) / WIDEST**2)))
    return widths


def _energies(across: Tensor, down: Tensor, unit: float) -> Tensor:
    """Structure tensor of the blocks [3, rows, columns] (xx, xy, yy) from slopes [1, H - 1, W - 1]."""
    rows, columns = (max(1, round(side / (BLOCK * unit))) for side in across.shape[-2:])
    product = torch.empty_like(across)
    pairs = (across, across), (across, down), (down, down)
    return torch.cat([adaptive_avg_pool2d(torch.mul(*pair, out=product), (rows, columns)) for pair in pairs])


def _slopes(plane: Tensor) -> tuple[Tensor, Tensor]:
    """Differences of [1, H, W] across and down, both at the corners between pixels: [1, H - 1, W - 1]."""
    across, down = plane[..., 1:] - plane[..., :-1], plane[..., 1:, :] - plane[..., :-1, :]
    return (across[:, 1:] + across[:, :-1]).mul_(0.5), (down[..., 1:] + down[..., :-1]).mul_(0.5)


def _by_direction(tensor: Tensor, noise: float) -> Tensor:
    """Energy of the slopes along each direction [DIRECTIONS, blocks], less the noise's, from a tensor [3, blocks]."""
    angles = torch.arange(DIRECTIONS, dtype=torch.float64) * (math.pi / DIRECTIONS)
    cosine, sine = angles.cos(), angles.sin()
    shares = torch.stack([cosine**2, 2 * cosine * sine, sine**2], 1).float().to(tensor.device)
    return shares @ tensor - noise


def _noise_gain(sigma: float) -> float:
    """Energy of the slopes of white noise of variance 1 after a Gaussian."""
    reach = math.ceil(4.5 * sigma) + 1
    bell = torch.softmax(-torch.arange(-reach, reach + 1, dtype=torch.float64).square() / (2 * sigma**2), 0)
    step, mean = bell[1:] - bell[:-1], (bell[1:] + bell[:-1]) / 2
    return float(step.square().sum() * mean.square().sum())
