"""Feature-gated detail: bring the bands of fine detail back to a source's level, or sharpen beyond it.

    out = image + mask * amount * sum over bands k:  gain_k * (D_k(source) - D_k(image))

D_k are differences of smoothed luma (Burt and Adelson 1983) up to a base that is never touched.
Without a source the bands of the image itself are added, the finer the more: plain sharpening.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from .checks import check_amount, check_image, check_number, fitted_if_given
from .color import BRIGHTEST, luminance
from .filters.detail_gain import structure_gains
from .filters.detail_range import detail_range
from .filters.gaussian import bounded, gaussian_blur
from .filters.noise_level import noise_level
from .filters.row_strips import by_rows, map_rows
from .settings import SHARPEN
from .transparency import fill_transparent, visibility

MIDDLE_SCALE = 2.0  # Gaussian scale between the middle band and the coarse one, in units of the radius
# Undoing a small blur adds detail by the square of its frequency, so each octave gets a quarter of the one above it.
PLAIN_WEIGHTS = (16 / 7, 4 / 7, 1 / 7)  # of the bands without a source, fine to coarse; sum 3
TINIEST_PX = 1e-6  # of the radius: no pixel is that near to another
NOISE_EXTREME = 2.25  # standard deviations that noise lifts a local maximum by: the expected one of 49 samples


@dataclass(frozen=True)
class Sharpened:
    """image [B, 3, H, W] sRGB; gain [B, 1, H, W] in 0..1; features [B, 3, H, W], gain of each band, fine to coarse."""

    image: Tensor
    gain: Tensor
    features: Tensor


def feature_sharpen(
    image: Tensor,
    *,
    amount: float,
    radius_px: float,
    floor: float = 0.0,
    noise_threshold: float = SHARPEN.noise_threshold,
    halo_limit: float = SHARPEN.halo_limit,
    source: Tensor | None = None,
    mask: Tensor | None = None,
    strength: Tensor | None = None,
    alpha: Tensor | None = None,
) -> Sharpened:
    """Return or add detail where there is structure.

    Args:
        image: [B, 3, H, W] float32 sRGB, any finite values.
        amount: 0 or more; 0 returns the input itself; 1 with a source restores its detail, above 1 exceeds it.
            Without a source 0.5 to 1 come nearest to undoing a blur as wide as the radius.
        radius_px: scale of the finest band, in pixels, above 0.
        floor: gain where there is no structure, 0..1.
        noise_threshold: edge contrast (in luma) at which the gain is half way up, where noise does not ask for more;
            0 or more.
        halo_limit: how far (in luma) detail may pass the range that `detail_range` allows; 0 or more.
        source: [B or 1, 3, H, W] sRGB picture whose detail is wanted.
        mask: [B or 1, 1, H, W] in 0..1; 0 leaves the pixel bit for bit.
        strength: [B or 1, 1, H, W] in 0..1: where structure belongs to the subject. The gain above the floor is
            multiplied by it.
        alpha: [B or 1, 1, H, W] in 0..1, of the image and of the source. Hidden colors are taken for a continuation of
            the visible ones (`fill_transparent`), do not count as noise, and are left bit for bit.

    Returns:
        Sharpened. Only luma detail changes, equally in all channels; no channel is pushed out of
        0..1 that was inside. Borders as in `gaussian_blur`.

    Raises:
        ValueError: a number is out of its range or not finite, or a tensor is not float32 of the shape above.
        TypeError: an argument is no tensor, or no number.

    >>> import torch
    >>> feature_sharpen(torch.full((1, 3, 8, 8), 0.5), amount=1.0, radius_px=1.5).gain.max().item()  # nothing to see
    0.0
    """
    check_image(image)
    for name, value in {"amount": amount, "noise_threshold": noise_threshold, "halo_limit": halo_limit}.items():
        check_amount(value, name)
    check_number(floor, "floor", 0, 1)
    check_number(radius_px, "radius_px", above=0)
    radius_px = bounded(max(radius_px, TINIEST_PX), max(image.shape[2:]))
    source = fitted_if_given(source, image, "source", 3)
    mask, strength = fitted_if_given(mask, image, "mask"), fitted_if_given(strength, image, "strength")
    alpha = fitted_if_given(alpha, image, "alpha")
    own = fill_transparent(map_rows(_luma, image), alpha)
    reference = own
    if source is not None:
        reference = fill_transparent(map_rows(_luma, source), alpha)
    fine = gaussian_blur(reference, radius_px)
    noise = noise_level(reference, fine, alpha)
    gains = structure_gains(fine, noise, radius_px, noise_threshold)
    gain, features = _features(gains, strength, floor)
    if amount == 0:
        return Sharpened(image, gain, features)
    wanted = reference if source is None else reference - own
    if source is not None:
        fine = gaussian_blur(wanted, radius_px)
    middle = gaussian_blur(fine, radius_px * math.sqrt(MIDDLE_SCALE**2 - 1))
    room = halo_limit - NOISE_EXTREME * noise  # the extremes of a noisy picture are those of its noise
    allowed = detail_range(own, None if source is None else reference, radius_px)
    weights = [amount * each for each in (PLAIN_WEIGHTS if source is None else (1.0, 1.0, 1.0))]
    if alpha is not None:
        mask = visibility(alpha) if mask is None else visibility(alpha) * mask

    def restored(image: Tensor, own: Tensor, mask: Tensor | None, features: Tensor, *levels: Tensor) -> Tensor:
        change = _bands(weights, features, *levels[:4])
        change = _held(change, own, levels[4], levels[5], room)
        if mask is not None:
            change.mul_(mask)
        return torch.clamp(image + change, image.clamp_max(0), image.clamp_min(1))

    sharp = map_rows(restored, image, own, mask, features, wanted, fine, middle, *allowed)
    return Sharpened(sharp, gain, features)


def _luma(image: Tensor) -> Tensor:
    """As far as it is mixed with its surroundings."""
    return luminance(image).clamp_(-BRIGHTEST, BRIGHTEST)


def _features(gains: list[Tensor], strength: Tensor | None, floor: float) -> tuple[Tensor, Tensor]:
    """Mean gain [B, 1, H, W] and the gain of each band [B, 3, H, W], with strength and floor."""

    def features(fine: Tensor, middle: Tensor, coarse: Tensor, strength: Tensor | None) -> tuple[Tensor, Tensor]:
        gains = torch.cat([fine, middle, coarse], 1)
        if strength is not None:
            gains.mul_(strength)
        gains.mul_(1 - floor).add_(floor).clamp_(floor, 1)
        return gains.mean(1, keepdim=True), gains

    gain, each = by_rows(features, *gains, strength)
    return gain, each


def _bands(
    weights: list[float], features: Tensor, wanted: Tensor, fine: Tensor, middle: Tensor, base: Tensor
) -> Tensor:
    """[B, 1, H, W]: differences of neighbouring levels, each times its weight and its gain."""
    bands = (wanted - fine).mul_(features[:, 0:1]).mul_(weights[0])
    bands.addcmul_(fine - middle, features[:, 1:2], value=weights[1])
    return bands.addcmul_(middle - base, features[:, 2:3], value=weights[2])


def _held(change: Tensor, own: Tensor, low: Tensor, high: Tensor, room: Tensor) -> Tensor:
    """`change` shortened so that the result passes low and high by no more than `room`, or than it did before."""
    lowest = (low - own).sub_(room).clamp_max_(0)
    highest = (high - own).add_(room).clamp_min_(0)
    return torch.clamp(change, lowest, highest)
