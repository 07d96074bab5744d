"""The ways from a rough mask to a matte that are compared: simple filters, two solvers, and ours.

A method takes image [1, 3, H, W], mask [1, 1, H, W] and the unknown band [1, 1, H, W] (1 = unknown)
and returns alpha [1, 1, H, W]. pymatting is needed here only, never by the pack.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable

import numpy as np
import torch
from kornia.filters import guided_blur
from torch import Tensor

from softfocus.filters.gaussian import gaussian_blur
from softfocus.matting import refine_mask
from softfocus.units import percent_of_diagonal

BAND = 4.0  # the node's default, percent of the diagonal to each side of the mask's edge
EARLIER = "406c420"  # the commit before photographs were measured: colour lines alone, pixel by pixel
FEATHER = 0.8  # percent of the diagonal; 6 px at 512 x 512
GUIDED_RADIUS, GUIDED_EPSILON = 16, 1e-4  # px at 512; on 0..1 colours

Method = Callable[[Tensor, Tensor, Tensor], Tensor]


def rough(image: Tensor, mask: Tensor, band: Tensor) -> Tensor:
    return mask


def feather(image: Tensor, mask: Tensor, band: Tensor) -> Tensor:
    return gaussian_blur(mask, percent_of_diagonal(image, FEATHER))


def guided(image: Tensor, mask: Tensor, band: Tensor) -> Tensor:
    """Guided filter with the colour picture as guide (He et al. 2013)."""
    window = 2 * round(GUIDED_RADIUS * image.shape[-1] / 512) + 1
    return guided_blur(image, mask, window, GUIDED_EPSILON).clamp(0, 1)


def closed_form(image: Tensor, mask: Tensor, band: Tensor) -> Tensor:
    """Levin et al. 2008, on the trimap that the band makes of the mask."""
    from pymatting import estimate_alpha_cf

    return _solve(estimate_alpha_cf, image, mask, band)


def knn(image: Tensor, mask: Tensor, band: Tensor) -> Tensor:
    """Chen et al. 2013, on the same trimap."""
    from pymatting import estimate_alpha_knn

    return _solve(estimate_alpha_knn, image, mask, band)


def ours(image: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """The node at its defaults: alpha and the band it left open, on which the solvers then work."""
    matte = refine_mask(image, mask, percent_of_diagonal(image, BAND))
    return matte.alpha, matte.band


def _solve(solver: Callable, image: Tensor, mask: Tensor, band: Tensor) -> Tensor:
    trimap = torch.where(band > 0.5, 0.5, (mask >= 0.5).to(mask.dtype))[0, 0].double().numpy()
    pixels = np.ascontiguousarray(image[0].movedim(0, -1).double().numpy())
    with contextlib.redirect_stdout(io.StringIO()):  # remarks on its preconditioner
        alpha = solver(pixels, trimap)
    return torch.from_numpy(alpha)[None, None].float()


METHODS: dict[str, Method] = {
    "rough mask": rough,
    "feather": feather,
    "guided filter": guided,
    "closed-form": closed_form,
    "KNN": knn,
}
