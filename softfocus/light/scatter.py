"""How light spreads: point spread functions as sums of Gaussians, and light that arrives through them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ..checks import check_number
from ..face_box import FaceBox, Window
from ..filters.band_matrix import TRUNCATE
from ..filters.gaussian import gaussian_mixture
from ..filters.near_faces import mix_near_faces, seen_around
from ..filters.weighted_mean import mean_of_sums

SCALES = 5  # octaves from bloom's widest Gaussian down; the narrowest is 1/16 of the radius
FAR = 0.01  # share of the light that may come from beyond what is looked at near small faces
Weight = float | tuple[float, float, float]  # for all channels, or for red, green and blue


@dataclass(frozen=True)
class PointSpread:
    """Where the light of one pixel goes.

    Attributes:
        sigmas_px: of the Gaussians, ascending; at least one.
        weights: one for each Gaussian; they sum to 1 in each channel.
        stays: share of the light that lands in the pixel that it comes from; the Gaussians share the rest.
    """

    sigmas_px: tuple[float, ...]
    weights: tuple[Weight, ...]
    stays: Weight = 0.0

    @property
    def reach_px(self) -> float:
        """Within which all but FAR of the light lands, as far as Gaussians end."""
        beyond, near = 0.0, len(self.sigmas_px)
        while near > 1 and (beyond := beyond + _most(self.weights[near - 1])) < FAR:
            near -= 1
        return TRUNCATE * self.sigmas_px[near - 1]


def _most(weight: Weight) -> float:
    return max(weight) if isinstance(weight, tuple) else weight


SpreadAt = Callable[[float], PointSpread]  # from a scale of all its lengths in 0..1


def octaves(radius_px: float, falloff: float) -> PointSpread:
    """Bloom's: five octaves of Gaussians up to a sigma of `radius_px`."""
    sigmas = [radius_px / 2**octave for octave in reversed(range(SCALES))]
    used = [(sigma, weight) for sigma, weight in zip(sigmas, psf_weights(falloff), strict=True) if weight > 0]
    return PointSpread(tuple(sigma for sigma, _ in used), tuple(weight for _, weight in used))


def psf_weights(falloff: float) -> list[float]:
    """Weights of the octaves, narrowest first; positive, sum 1.

    Each octave holds falloff / (1 - falloff) times the light of the next wider one, so the light falls with
    the distance r as r^-(2 + log2(falloff / (1 - falloff))): 0 is the widest Gaussian alone, 0.5 gives r^-2, 0.67
    the r^-3 of stray light in the eye (CIE 146, 2002) and in lenses, 1 the narrowest Gaussian alone.

    Raises:
        ValueError: falloff is outside 0..1.
    """
    check_number(falloff, "falloff", 0, 1)
    parts = [falloff ** (SCALES - 1 - i) * (1 - falloff) ** i for i in range(SCALES)]
    return [part / sum(parts) for part in parts]


def scatter(light: Tensor, spread: PointSpread, alpha: Tensor | None) -> Tensor:
    """Light [B, C, H, W] as it arrives; with alpha [B, 1, H, W], averaged over what is not transparent.

    C is 3 where a weight is one of three channels.
    """
    weights = list(spread.weights)
    if alpha is None:
        mean = gaussian_mixture(light, spread.sigmas_px, weights)
    else:
        colored = any(isinstance(weight, tuple) for weight in weights)
        seen = alpha.expand_as(light) if colored else alpha
        twice = [weight * 2 if isinstance(weight, tuple) else weight for weight in weights]
        mean = mean_of_sums(gaussian_mixture(torch.cat([light * alpha, seen], 1), spread.sigmas_px, twice), light, 1)
    if spread.stays == 0:
        return mean
    stays = light.new_tensor(spread.stays)
    return mean.lerp_(light, stays.view(1, -1, 1, 1) if stays.ndim else stays)


def scatter_near_faces(
    faces: Sequence[FaceBox],
    leaving: Callable[[Tensor], Tensor],
    spread_at: SpreadAt,
    arriving: Tensor,
    light: Tensor,
    alpha: Tensor | None,
) -> None:
    """Let the light of one frame arrive, in place, through a narrower PSF near small faces. Planes are [1, C, H, W]."""

    def near(scale: float, window: Window) -> Tensor:
        spread = spread_at(scale)

        def work(light: Tensor, alpha: Tensor | None) -> Tensor:
            return scatter(leaving(light), spread, alpha)

        return seen_around(work, window, spread.reach_px, light, alpha)

    mix_near_faces(arriving, faces, near)
