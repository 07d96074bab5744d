"""What an effect does besides detail: light, colour and faults, as numbers for one picture.

All pictures are [1, 3, H, W] sRGB in 0..1 and all planes [1, 1, H, W]; every length is a share of
`Lengths`. `luma` is Y' of the sRGB values.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ...color import WHITE
from ...filters.near_faces import cut
from ...filters.row_strips import row_slices
from ..lengths import DIAGONAL, Lengths
from ..order import chosen, quantile
from ..regions import extent, weighted_mean
from .least_squares import mean_products, solve

COLOR_FORM = 0.024  # sigma of what counts as the colour of a place rather than its modelling
HALO_WINDOW = 0.01  # radius of the reference's local range; a smaller one takes blur across an edge for overshoot
HALF_CODE = 0.5 / 255

Range = tuple[Tensor, Tensor]  # the most and the least, [1, 1, H, W]


def glow(shift: Tensor, low: Tensor, scattered: list[Tensor], weight: Tensor | None) -> tuple[float, float]:
    """Shares of the light that an effect scattered a few percent of the diagonal away, and far away.

    The change of low-passed luma is explained by least squares as light that moved to where `scattered` has it, after
    a change of exposure and after what a blur does to texture, whose mean light is more than its mean luma.

    Args:
        shift: low-passed luma of the picture less that of the reference, [1, 1, H, W].
        low: that of the reference.
        scattered: `drift.scattered_light` of the reference, sRGB encoded.
        weight: where to look (None: everywhere).

    Returns:
        Percent of the light, as sRGB codes show it, that moved 3 % of the diagonal or more, and of it that which moved
        8 %. Dark pictures show more than moved in truth: up to half as much again. Below 0 light moved the other way.
        Within -100..100: in a picture without light any change would be many times that.
    """
    own, near, far = scattered
    seen = shift, own, near, far, low
    means = [weighted_mean(plane, weight) for plane in seen]

    def planes(rows: slice) -> list[Tensor]:
        moved, here, nearby, away, codes = (plane[..., rows, :] - mean for plane, mean in zip(seen, means, strict=True))
        return [moved, nearby - here, away - nearby, here, here - codes]

    moved, wide = (max(-1.0, min(1.0, share)) for share in solve(mean_products(planes, 5, shift, weight))[:2])
    return 100 * moved, 100 * wide


def halo(
    luma: Tensor, reference: Tensor, shift: Tensor, weight: Tensor | None, lengths: Lengths = DIAGONAL
) -> tuple[float, float]:
    """Overshoot of luma beyond the reference's local range, after taking off the change of light.

    Args:
        luma, reference: planes of the picture and of what it was made from.
        shift: low-passed luma less that of the reference.
        weight: where to look (None: everywhere).
        lengths: those of the low-passed luma.

    Returns:
        Mean and 99.9th percentile, in code values (/255).
    """
    most, least = local_range(reference, lengths)
    over = torch.empty_like(luma)
    for rows in row_slices(luma):
        at = (..., rows, slice(None))
        over[at] = beyond(luma[at] - shift[at], (most[at], least[at]))
    values = over.flatten() if weight is None else chosen(over, weight > 0)
    return 255 * float(values.mean()), 255 * quantile(values, 0.999)


def local_range(luma: Tensor, lengths: Lengths = DIAGONAL) -> Range:
    """The most and the least of luma within HALO_WINDOW of each place."""
    return lengths.maximum(luma, HALO_WINDOW), lengths.minimum(luma, HALO_WINDOW)


def beyond(luma: Tensor, around: Range) -> Tensor:
    """How far luma lies outside of a local range."""
    most, least = around
    return (luma - most).relu_().add_((least - luma).relu_())


def clipped_percent(picture: Tensor, reference: Tensor, weight: Tensor | None = None) -> float:
    """Percentage of pixels with a channel at the end of the range, less the reference's.

    White and black are counted apart and only increases count, so that blurring away black pixels
    does not make up for burnt highlights. Values beyond the range count as clipped.
    """

    def shares(rgb: Tensor) -> tuple[float, float]:
        white = rgb.amax(1, keepdim=True).ge_(WHITE)  # as numbers at once: 0 and 1
        black = rgb.amin(1, keepdim=True).le_(HALF_CODE)
        return weighted_mean(white, weight), weighted_mean(black, weight)

    return 100 * sum(max(0.0, now - before) for now, before in zip(shares(picture), shares(reference), strict=True))


def colour_drift(low: Tensor, reference_low: Tensor, weight: Tensor | None) -> float | None:
    """Mean distance in the a*b* plane of CIELAB (lightness left out) of two low-passed pictures.

    Returns:
        CIE76 units, about 2 being just noticeable, or None on a machine without kornia.
    """
    try:
        from kornia.color import rgb_to_lab
    except ImportError:
        return None
    if weight is not None:
        window = extent(weight[0, 0])
        low, reference_low, weight = (cut(each, window) for each in (low, reference_low, weight))
    distances = []
    for rows in row_slices(low):
        now, was = (rgb_to_lab(each[..., rows, :].clamp(0, 1))[:, 1:] for each in (low, reference_low))
        distances.append((now - was).square_().sum(1, keepdim=True).sqrt_())
    return weighted_mean(torch.cat(distances, 2), weight)


def colour_form(low: Tensor, lengths: Lengths = DIAGONAL) -> Tensor:
    """The modelling of red less blue, [1, 1, H, W], of a picture that was low-passed at the same lengths.

    Scattered light washes it out as it does the form of luma, but detail that is returned as luma does not bring it
    back.
    """
    plane = low[:, :1] - low[:, 2:]
    return plane - lengths.blur(plane, COLOR_FORM)
