"""Luminance bloom: light scattered as by a diffusion filter of any width, in linear light, with its energy kept."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from .checks import check_amount, check_image, check_number, check_numbers, fitted_if_given
from .face_box import FaceBox, faces_of_frames
from .light.glow import Glow, add_glow, unit_tint
from .light.scatter import octaves
from .settings import BLOOM, MOST_STOPS


def luminance_bloom(
    image: Tensor,
    *,
    intensity: float,
    threshold: float = 0.0,
    knee: float = BLOOM.knee,
    radius_px: float,
    falloff: float = BLOOM.falloff,
    highlight_boost: float = 0.0,
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0),
    halation: float = 0.0,
    protect: Tensor | None = None,
    alpha: Tensor | None = None,
    faces: Sequence[Sequence[FaceBox]] | None = None,
) -> tuple[Tensor, Tensor]:
    """Let highlights glow.

    Args:
        image: [B, 3, H, W] float32 sRGB, any finite values.
        intensity: share of B that is scattered, 0..1; 0 returns the input itself.
        threshold: linear BT.709 luminance from which light scatters, 0 or more; 0 scatters all of it.
        knee: width of the soft transition as a share of the threshold, 0..1.
        radius_px: sigma of the widest Gaussian, in pixels, 0 or more.
        falloff: how the light is spread over the octaves, 0..1, see `psf_weights`.
        highlight_boost: stops by which clipped highlights were brighter in truth, 0 to 16. They scatter that light, and
            stay white as long as enough of it is left.
        tint: sRGB colour, three values in 0..1, of the scattered light; scaled so that its luminance is kept.
        halation: strength of the rim around highlights that a film's base gives back, 0..1, nearly neutral at first and
            red further out (`light.halation`). It leaves nothing darker, and is as strong as intensity lets it be.
        protect: [B or 1, 1, H, W] in 0..1; where 1, no light is added or taken. It still shines outwards.
        alpha: [B or 1, 1, H, W] in 0..1; transparent pixels neither shine nor dim the average.
        faces: boxes around the faces of each frame, or one list for all. Near a face (`FaceShares`) narrower than
            FACE_SHARE of the diagonal, light arrives through a PSF of radius_px * `FaceBox.scale`: the share of the
            face's width that it is on a face that wide. A flat picture stays flat, but the mean light of others is kept
            to 0.1 % only (portraits, default settings). Beyond `FaceBox.surroundings` no bit changes.

    Returns:
        The picture, and the light added to it (negative where more leaves than arrives), both
        [B, 3, H, W] sRGB encoded; decoded, picture = input + added. Borders as in `gaussian_blur`.

    Raises:
        ValueError: a number is out of its range or not finite, or a tensor is not float32 of the shape above.
        TypeError: an argument is no tensor, no number, or no list of boxes for each frame.

    >>> import torch
    >>> bloomed, added = luminance_bloom(torch.full((1, 3, 8, 8), 0.5), intensity=0.45, radius_px=2.0)
    >>> round(bloomed.mean().item(), 4), bool(added.abs().max() < 1e-5)  # a flat picture stays flat
    (0.5, True)
    """
    glow = bloom_glow(
        intensity=intensity,
        threshold=threshold,
        knee=knee,
        radius_px=radius_px,
        falloff=falloff,
        highlight_boost=highlight_boost,
        tint=tint,
        halation=halation,
    )
    check_image(image)
    protect, alpha = fitted_if_given(protect, image, "protect"), fitted_if_given(alpha, image, "alpha")
    faces = faces_of_frames(faces, image)
    if intensity == 0:
        return image, torch.zeros_like(image)
    return add_glow(image, glow, protect, alpha, faces)


def bloom_glow(
    *,
    intensity: float,
    threshold: float,
    knee: float,
    radius_px: float,
    falloff: float,
    highlight_boost: float,
    tint: tuple[float, float, float],
    halation: float,
) -> Glow:
    """The glow of `luminance_bloom`, whose numbers it checks."""
    for name, value in {"intensity": intensity, "knee": knee, "falloff": falloff, "halation": halation}.items():
        check_number(value, name, 0, 1)
    check_amount(threshold, "threshold")
    check_number(highlight_boost, "highlight_boost", 0, MOST_STOPS)
    check_number(radius_px, "radius_px", 0)
    check_numbers(tint, "tint", 0, 1, count=3)
    return Glow(
        lambda scale: octaves(radius_px * scale, falloff),
        strength=intensity,
        threshold=threshold,
        knee=knee,
        tint=unit_tint(tint),
        halation=halation * intensity,
        highlight_boost=highlight_boost,
    )
