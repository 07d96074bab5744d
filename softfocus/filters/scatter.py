"""How light spreads behind a diffusion filter: a point spread function of five octaves of Gaussians."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from ..checks import check_number
from ..face_box import FaceBox, Window
from .gaussian import TRUNCATE, gaussian_mixture
from .near_faces import mix_near_faces, seen_around
from .weighted_mean import mean_of_sums

SCALES = 5  # octaves from the widest Gaussian down; the narrowest is 1/16 of the radius


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


def scatter(light: Tensor, radius_px: float, falloff: float, alpha: Tensor | None) -> Tensor:
    """Light [B, C, H, W] as it arrives through the PSF; with alpha, averaged over what is not transparent."""
    octaves = [radius_px / 2**octave for octave in reversed(range(SCALES))]
    used = [(sigma, weight) for sigma, weight in zip(octaves, psf_weights(falloff), strict=True) if weight > 0]
    sigmas, weights = [sigma for sigma, _ in used], [weight for _, weight in used]
    if alpha is None:
        return gaussian_mixture(light, sigmas, weights)
    sums = gaussian_mixture(torch.cat([light * alpha, alpha], 1), sigmas, weights)
    return mean_of_sums(sums, light, 1)


def scatter_near_faces(
    faces: Sequence[FaceBox],
    leaving: Callable[[Tensor], Tensor],
    radius_px: float,
    falloff: float,
    arriving: Tensor,
    light: Tensor,
    alpha: Tensor | None,
) -> None:
    """Let the light of one frame arrive, in place, through a narrower PSF near small faces. Planes are [1, C, H, W]."""

    def near(scale: float, window: Window) -> Tensor:
        def work(light: Tensor, alpha: Tensor | None) -> Tensor:
            return scatter(leaving(light), radius_px * scale, falloff, alpha)

        return seen_around(work, window, TRUNCATE * radius_px * scale, light, alpha)

    mix_near_faces(arriving, faces, near)
