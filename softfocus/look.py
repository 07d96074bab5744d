"""The look itself: the whole picture softens and blooms, then structure returns where the mask is on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from torch import Tensor

from .bloom import luminance_bloom
from .checks import check_image, check_kind, fitted_if_given
from .color import parse_hex_color
from .diffusion import diffusion_filter
from .face_box import FaceBox
from .selective_blur import selective_gaussian_blur
from .settings import (
    BLOOM,
    BLUR,
    DEFAULTS,
    DIFFUSION,
    SHARPEN,
    BloomSettings,
    BlurSettings,
    DiffusionSettings,
    LookSettings,
    SharpenSettings,
)
from .sharpen import Sharpened, feature_sharpen
from .transparency import fill_transparent, restore_hidden
from .units import percent_of_diagonal


@dataclass(frozen=True)
class Look:
    """A picture step by step, each [B, 3, H, W] sRGB: soft, then with its glow, then with its structure."""

    soft: Tensor
    bloomed: Tensor
    image: Tensor


def make_look(
    image: Tensor,
    mask: Tensor | None = None,
    settings: LookSettings = DEFAULTS,
    *,
    alpha: Tensor | None = None,
    faces: Sequence[Sequence[FaceBox]] | None = None,
) -> Look:
    """The look of a picture, as the nodes give it in the order of the shipped workflow.

    Args:
        image: [B, 3, H, W] float32 sRGB, usually 0..1; finite values outside of that are passed on.
        mask: [B or 1, 1, H, W] in 0..1, such as `face_detail_mask` draws. Where it is 1 the picture is not blurred, and
            its detail returns after the bloom. None blurs everything, and returns detail everywhere.
        settings: of which `mask` plays no part here.
        alpha: [B or 1, 1, H, W] in 0..1. Transparent pixels give no color to others, and keep what they hide.
        faces: boxes around the faces of each frame, or one list for all: lengths near them follow
            their width: all that is sharpened by, and softness near small faces.

    Returns:
        Look; its `image` is the result. Borders as in `gaussian_blur`.

    Raises:
        ValueError: a tensor is not float32 of the shape above.
        TypeError: an argument is no tensor, or settings are none.

    >>> import torch
    >>> make_look(torch.full((1, 3, 48, 64), 0.5), torch.zeros(1, 1, 48, 64)).image.shape
    torch.Size([1, 3, 48, 64])
    """
    soft, bloomed = make_soft(image, mask, settings, alpha=alpha, faces=faces)
    return Look(soft, bloomed, return_structure(bloomed, image, mask, settings.sharpen, alpha=alpha, faces=faces))


def make_soft(
    image: Tensor,
    mask: Tensor | None = None,
    settings: LookSettings = DEFAULTS,
    *,
    alpha: Tensor | None = None,
    faces: Sequence[Sequence[FaceBox]] | None = None,
) -> tuple[Tensor, Tensor]:
    """The first half of `make_look`, with its arguments: the soft picture, and the same with its glow."""
    check_image(image)
    check_kind(settings, LookSettings, "settings")
    mask, alpha = fitted_if_given(mask, image, "mask"), fitted_if_given(alpha, image, "alpha")
    soft = _on_seen(image, alpha, lambda seen: apply_blur(seen, settings.blur, protect=mask, alpha=alpha, faces=faces))
    return soft, _on_seen(soft, alpha, lambda seen: apply_bloom(seen, settings.bloom, alpha=alpha, faces=faces)[0])


def return_structure(
    bloomed: Tensor,
    source: Tensor,
    mask: Tensor | None = None,
    settings: SharpenSettings = SHARPEN,
    *,
    alpha: Tensor | None = None,
    faces: Sequence[Sequence[FaceBox]] | None = None,
) -> Tensor:
    """The second half of `make_look`: what the mask keeps of a source [B, 3, H, W] returns to its bloomed picture."""
    mask, alpha = fitted_if_given(mask, bloomed, "mask"), fitted_if_given(alpha, bloomed, "alpha")
    source = fill_transparent(source, alpha)
    return _on_seen(
        bloomed,
        alpha,
        lambda seen: (
            apply_sharpen(seen, settings, source=source, mask=mask, alpha=alpha, faces=faces, with_gains=False).image
        ),
    )


def _on_seen(image: Tensor, alpha: Tensor | None, effect: Callable[[Tensor], Tensor]) -> Tensor:
    """The effect on what alpha shows of an image, whose hidden colors stay as they are."""
    seen = fill_transparent(image, alpha)
    return restore_hidden(effect(seen), seen, image, alpha)


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
    return luminance_bloom(
        image,
        intensity=settings.intensity,
        threshold=settings.threshold,
        knee=settings.knee,
        radius_px=percent_of_diagonal(image, settings.radius),
        falloff=settings.falloff,
        highlight_boost=settings.highlight_boost,
        tint=parse_hex_color(settings.tint),
        halation=settings.halation,
        protect=protect,
        alpha=alpha,
        faces=faces,
    )


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
