"""The effects at the settings of their nodes: lengths in percent of the diagonal, colors as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from .bloom import luminance_bloom
from .color import parse_hex_color
from .diffusion import diffusion_filter
from .face_box import FaceBox
from .selective_blur import selective_gaussian_blur
from .settings import BLOOM, BLUR, DIFFUSION, SHARPEN, BloomSettings, BlurSettings, DiffusionSettings, SharpenSettings
from .sharpen import Sharpened, feature_sharpen
from .units import percent_of_diagonal


def apply_blur(
    image: Tensor,
    settings: BlurSettings = BLUR,
    *,
    protect: Tensor | None = None,
    alpha: Tensor | None = None,
    faces: Sequence[Sequence[FaceBox]] | None = None,
) -> Tensor:
    """`selective_gaussian_blur` with a sigma in percent of the diagonal, near small faces of five times their width."""
    return selective_gaussian_blur(
        image,
        percent_of_diagonal(image, settings.sigma),
        protect=protect,
        alpha=alpha,
        linear_light=settings.linear_light,
        max_delta=settings.max_delta,
        faces=faces,
    )


def apply_bloom(
    image: Tensor,
    settings: BloomSettings = BLOOM,
    *,
    protect: Tensor | None = None,
    alpha: Tensor | None = None,
    faces: Sequence[Sequence[FaceBox]] | None = None,
) -> tuple[Tensor, Tensor]:
    """`luminance_bloom` with a tint as #rrggbb and a radius in percent as the sigma of `apply_blur`."""
    numbers = bloom_numbers(image, settings)
    return luminance_bloom(image, **numbers, protect=protect, alpha=alpha, faces=faces)


def bloom_numbers(image: Tensor, settings: BloomSettings) -> dict[str, Any]:
    """What `bloom_glow` and `luminance_bloom` take, for a picture of this size."""
    return {
        "intensity": settings.intensity,
        "threshold": settings.threshold,
        "knee": settings.knee,
        "radius_px": percent_of_diagonal(image, settings.radius),
        "falloff": settings.falloff,
        "highlight_boost": settings.highlight_boost,
        "tint": parse_hex_color(settings.tint),
        "halation": settings.halation,
    }


def apply_diffusion(
    image: Tensor,
    settings: DiffusionSettings = DIFFUSION,
    *,
    protect: Tensor | None = None,
    alpha: Tensor | None = None,
    faces: Sequence[Sequence[FaceBox]] | None = None,
) -> tuple[Tensor, Tensor]:
    """`diffusion_filter` at settings."""
    return diffusion_filter(
        image,
        family=settings.family,
        grade=settings.grade,
        size=settings.size,
        warmth=settings.warmth,
        halation=settings.halation,
        highlight_boost=settings.highlight_boost,
        protect=protect,
        alpha=alpha,
        faces=faces,
    )


def apply_sharpen(
    image: Tensor,
    settings: SharpenSettings = SHARPEN,
    *,
    source: Tensor | None = None,
    mask: Tensor | None = None,
    strength: Tensor | None = None,
    alpha: Tensor | None = None,
    faces: Sequence[Sequence[FaceBox]] | None = None,
    with_gains: bool = True,
) -> Sharpened:
    """`feature_sharpen` with a radius in percent of the diagonal, near faces of five times their width."""
    return feature_sharpen(
        image,
        amount=settings.amount,
        radius_px=percent_of_diagonal(image, settings.radius),
        floor=settings.floor,
        noise_threshold=settings.noise_threshold,
        halo_limit=settings.halo_limit,
        fine=settings.fine,
        medium=settings.medium,
        coarse=settings.coarse,
        source=source,
        mask=mask,
        strength=strength,
        alpha=alpha,
        faces=faces,
        with_gains=with_gains,
    )
