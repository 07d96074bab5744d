"""Luminance bloom: light scattered by a diffusion filter, in linear light, with its energy kept.

    out = L + intensity * (PSF * B - B)

L is linear light, B the part of it that scatters (all of it at threshold 0, as behind a Pro-Mist
filter), PSF a sum of Gaussians with weights that sum to 1. What arrives elsewhere has left where it
came from, so a flat picture stays flat and the mean light stays the same.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from .checks import check_amount, check_image, check_number, check_numbers, fitted_if_given
from .color import BRIGHTEST, WHITE, light_of, linear_to_srgb, luminance, srgb_to_linear
from .face_box import FaceBox, faces_of_frames
from .filters.near_faces import frames_with_faces
from .filters.row_strips import by_rows, map_rows
from .filters.scatter import scatter, scatter_near_faces
from .settings import BLOOM, MOST_STOPS

SHOULDER_START = 0.8  # linear light from which added light is rolled off, and highlights count as clipped
HALATION_FROM = 0.5  # linear luminance of the highlights that shine through a film
HALATION_COLOR = (1.0, 0.22, 0.04)  # linear light: reflected by the base, it meets the red layer first
TINY = 1e-6
WHITE_LIGHT, MOST_LIGHT = light_of(WHITE), light_of(BRIGHTEST)
CLIPPING = WHITE_LIGHT - SHOULDER_START  # width of the range in which highlights are on their way to white


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
        halation: strength of a red rim around highlights, 0..1, as of light reflected by the base of a film. Added
            to the scattered light, it leaves nothing darker.
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
    check_image(image)
    for name, value in {"intensity": intensity, "knee": knee, "falloff": falloff, "halation": halation}.items():
        check_number(value, name, 0, 1)
    check_amount(threshold, "threshold")
    check_number(highlight_boost, "highlight_boost", 0, MOST_STOPS)
    check_number(radius_px, "radius_px", 0)
    check_numbers(tint, "tint", 0, 1, count=3)
    protect, alpha = fitted_if_given(protect, image, "protect"), fitted_if_given(alpha, image, "alpha")
    faces = faces_of_frames(faces, image)
    if intensity == 0:
        return image, torch.zeros_like(image)

    def leaving(light: Tensor) -> Tensor:
        full = recover_highlights(light, highlight_boost).clamp(-MOST_LIGHT, MOST_LIGHT)
        part = highlights(full, threshold, knee)
        return part if halation == 0 else torch.cat([part, luminance(highlights(full, HALATION_FROM, 0.5))], 1)

    def glow(light: Tensor, arriving: Tensor, protect: Tensor | None) -> tuple[Tensor, Tensor]:
        gain = arriving - leaving(light)  # of the light, and of what shines through the film
        change = gain[:, :3]
        if tint != (1.0, 1.0, 1.0):
            change += arriving[:, :3] * (_unit_tint(tint, light) - 1)
        if halation > 0:
            change += halation * gain[:, 3:].clamp_min(0) * _color(HALATION_COLOR, light)
        change *= intensity if protect is None else intensity * (1 - protect)
        if highlight_boost > 0:  # added to the recovered light, and seen again as the picture shows it
            total = (recover_highlights(light, highlight_boost) + change).clamp_min_(0)
            change = record_highlights(total, highlight_boost) - light
        lit = add_light(light, change)
        return linear_to_srgb(lit), linear_to_srgb(lit - light)

    light = map_rows(srgb_to_linear, image)
    arriving = scatter(leaving(light), radius_px, falloff, alpha)
    for boxes, planes in frames_with_faces(faces, arriving, light, alpha):
        scatter_near_faces(boxes, leaving, radius_px, falloff, *planes)
    bloomed, added = by_rows(glow, light, arriving, protect, into=(light, torch.empty_like(light)))
    return bloomed, added


def recover_highlights(light: Tensor, stops: float) -> Tensor:
    """Linear light [B, 3, H, W] with its highlights up to `stops` brighter, hue kept.

    A largest channel x above s = SHOULDER_START becomes s + (x - s) / (1 - a (x - s) / (w - s)), a hyperbola (the tone
    curve of Reinhard, 2002, backwards) that leaves s with slope 1 and takes w, the least white, to w 2^stops; from
    there on the factor stays.
    """
    if stops == 0:
        return light
    peak, level = 2.0**stops, light.amax(1, keepdim=True)
    share = ((level - SHOULDER_START) / CLIPPING).clamp(0, 1)
    expanded = (level.clamp_max(SHOULDER_START) + CLIPPING * share / (1 - _bend(peak) * share)).clamp_min(TINY)
    return light * torch.where(level > WHITE_LIGHT, peak, expanded / level.clamp_min(TINY))


def record_highlights(light: Tensor, stops: float) -> Tensor:
    """The inverse of `recover_highlights`: recovered light as the picture shows it."""
    peak, level = 2.0**stops, light.amax(1, keepdim=True)
    share = ((level - SHOULDER_START) / CLIPPING).clamp_min(0)
    shown = level.clamp_max(SHOULDER_START) + CLIPPING * share / (1 + _bend(peak) * share)
    return light * torch.where(level > peak * WHITE_LIGHT, 1 / peak, shown / level.clamp_min(TINY))


def _bend(peak: float) -> float:
    """a of the hyperbola that takes white to `peak` times its light."""
    return WHITE_LIGHT * (peak - 1) / (peak * WHITE_LIGHT - SHOULDER_START)


def highlights(light: Tensor, threshold: float, knee: float) -> Tensor:
    """The part of linear light [B, 3, H, W] above a soft knee on its luminance, hue kept (one factor per pixel)."""
    if threshold <= 0:
        return light
    level = luminance(light)
    half_width = threshold * knee
    bend = (level - threshold + half_width).clamp(0, 2 * half_width) ** 2 / max(4 * half_width, TINY)
    return light * (torch.maximum(bend, level - threshold) / level.clamp_min(TINY))


def add_light(light: Tensor, change: Tensor) -> Tensor:
    """Add `change` to linear light; what would pass SHOULDER_START is rolled off towards 1.

    Only added light is compressed: where change is 0 or negative, and for values above 1, the
    input is never touched.
    """
    excess = change.clamp_min(0).sub_((SHOULDER_START - light).clamp_min_(0)).clamp_min_(0)
    room = light.clamp_min(SHOULDER_START).neg_().add_(1 - TINY).clamp_min_(0)
    rolled = torch.expm1(excess.div(room + TINY).neg_()).mul_(room).neg_()
    return (change - excess).add_(rolled).add_(light)


def _unit_tint(tint: tuple[float, float, float], like: Tensor) -> Tensor:
    """Linear light [1, 3, 1, 1] of an sRGB colour, scaled to luminance 1; black counts as white."""
    color = srgb_to_linear(_color(tint, like))
    level = luminance(color)
    return color / level if level > TINY else torch.ones_like(color)


def _color(values: tuple[float, float, float], like: Tensor) -> Tensor:
    """[1, 3, 1, 1] on the device of `like`."""
    return like.new_tensor(values).view(1, 3, 1, 1)
