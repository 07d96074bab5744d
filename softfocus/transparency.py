"""Colors that nobody sees: replaced by visible ones before a picture is worked on, and put back after.

A transparent pixel has a color too, left over from whatever the picture was cut out of. Filters, extremes, noise,
detectors and scores would all see it. So it is replaced once by the visible colors around it, and nothing
downstream has to know: a pyramid of normalised convolutions (Knutsson and Westin 1993), each hole filled
from the finest grid that sees something (the pull-push of Gortler, Grzeszczuk, Szeliski and Cohen 1996).
Means and quantiles over a picture take alpha as well, since the replaced part is smoother than what it stands for.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from .smoothstep import smoothstep

HIDDEN_TO = 0.01  # alpha up to which a color counts for nothing: two steps of 8 bits
SEEN_FROM = 1 / 16  # alpha from which a color counts as it is; files of 8 bits hardly hold it below
MOSTLY_SEEN = 0.5  # alpha from which a pixel counts in statistics
TINY = 1e-12


def visibility(alpha: Tensor) -> Tensor:
    """How far a color counts as seen, 0..1: 0 up to HIDDEN_TO, 1 from SEEN_FROM on, smooth between."""
    return smoothstep(alpha, HIDDEN_TO, SEEN_FROM)


def all_seen(alpha: Tensor | None) -> bool:
    """Whether every color counts as it is."""
    return alpha is None or alpha.numel() == 0 or float(alpha.amin()) >= SEEN_FROM


def fill_transparent(image: Tensor, alpha: Tensor | None) -> Tensor:
    """Replace what is hidden by the visible colors around it.

    Args:
        image: [B, C, H, W], finite where it is seen, any range: sRGB, linear light or luma. Not premultiplied.
        alpha: [B or 1, 1, H, W] in 0..1; None for an opaque picture.

    Returns:
        [B, C, H, W] within the range of the visible values of each channel. A color's influence on it fades to exactly
        nothing as its alpha goes down to HIDDEN_TO. Where alpha is SEEN_FROM or more the image is kept bit for bit;
        where that is everywhere, it is returned itself. 0 in a frame that is hidden as a whole.
    """
    if alpha is None or image.numel() == 0 or all_seen(alpha):
        return image
    alpha = alpha.expand(len(image), -1, -1, -1)
    seen = visibility(alpha)
    weight = alpha * seen
    image = image.masked_fill(weight == 0, 0)  # it may be no number at all
    around = _continued(_halved(torch.cat([image * weight, weight], 1)))
    return torch.lerp(_enlarged(around, image), image, seen)


def restore_hidden(result: Tensor, filled: Tensor, image: Tensor, alpha: Tensor | None) -> Tensor:
    """Give hidden pixels their own colors back after work on the filled picture.

    Args:
        result: [B, C, H, W], made from `filled`.
        filled: `fill_transparent(image, alpha)`.
        image, alpha: as given there.

    Returns:
        `image` where alpha is HIDDEN_TO or less, `result` from SEEN_FROM on; between, the image with as much of
        the change as its color is seen. No change gives the image, to rounding.
    """
    if alpha is None or filled is image:
        return result
    moved = (image - filled).add_(result)
    moved = torch.clamp(moved, torch.minimum(image, result), torch.maximum(image, result))
    return torch.lerp(image, moved, visibility(alpha))


def mostly_seen(alpha: Tensor) -> Tensor:
    """Which pixels count in statistics, as 0 and 1."""
    return (alpha >= MOSTLY_SEEN).to(alpha.dtype)


def _continued(sums: Tensor) -> Tensor:
    """Colors [B, C, h, w] from sums of weighted colors and, last, of weights; holes are filled from wider grids."""
    weight = sums[:, -1:]
    colors = sums[:, :-1] / weight.clamp_min(TINY)
    if max(sums.shape[-2:]) == 1:
        return colors
    return torch.lerp(_enlarged(_continued(_halved(sums)), colors), colors, visibility(weight))


def _halved(image: Tensor) -> Tensor:
    """Half the size, rounded up; the grids are aligned at the picture's edges, so that mirrored stays mirrored."""
    size = [(side + 1) // 2 for side in image.shape[-2:]]
    return interpolate(image, size, mode="bilinear", align_corners=False, antialias=True)


def _enlarged(small: Tensor, like: Tensor) -> Tensor:
    return interpolate(small, like.shape[-2:], mode="bilinear", align_corners=False)
