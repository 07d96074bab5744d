"""The look itself: the whole picture softens and blooms, then structure returns where the mask is on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from torch import Tensor

from .at_settings import apply_bloom, apply_blur, apply_sharpen, bloom_numbers
from .bloom import bloom_glow
from .checks import check_image, check_kind, fitted_if_given
from .color import BRIGHTEST, extremes, srgb_to_linear
from .face_box import FaceBox, faces_of_frames
from .filters.row_strips import map_rows
from .light.glow import glow_of_light
from .selective_blur import blurred_light
from .settings import DEFAULTS, SHARPEN, BlurSettings, LookSettings, SharpenSettings
from .transparency import all_seen, fill_transparent, restore_hidden
from .units import percent_of_diagonal


@dataclass(frozen=True)
class Look:
    """A picture step by step, each [B, 3, H, W] sRGB: soft, then with its glow, then with its structure."""

    bloomed: Tensor
    image: Tensor
    soften: Callable[[], Tensor]

    @cached_property
    def soft(self) -> Tensor:
        """Made when it is asked for: on its way to the glow the picture stays linear light."""
        return self.soften()


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
    bloomed = make_bloomed(image, mask, settings, alpha=alpha, faces=faces)
    result = return_structure(bloomed, image, mask, settings.sharpen, alpha=alpha, faces=faces)
    return Look(bloomed, result, partial(_make_soft, image, mask, settings.blur, alpha, faces))


def make_bloomed(
    image: Tensor,
    mask: Tensor | None = None,
    settings: LookSettings = DEFAULTS,
    *,
    alpha: Tensor | None = None,
    faces: Sequence[Sequence[FaceBox]] | None = None,
) -> Tensor:
    """The first half of `make_look`, with its arguments: the soft picture with its glow."""
    check_image(image)
    check_kind(settings, LookSettings, "settings")
    mask, alpha = fitted_if_given(mask, image, "mask"), fitted_if_given(alpha, image, "alpha")
    blur, bloom = settings.blur, settings.bloom
    is_joined = blur.sigma > 0 and bloom.intensity > 0 and blur.linear_light and _is_mixable(image)
    if not (is_joined and all_seen(alpha)):  # hidden colors of the soft picture are its own
        soft = _make_soft(image, mask, blur, alpha, faces)
        return _on_seen(soft, alpha, lambda seen: apply_bloom(seen, bloom, alpha=alpha, faces=faces)[0])

    boxes, light = faces_of_frames(faces, image), map_rows(srgb_to_linear, image)  # decoded once, and encoded once
    sigma_px = percent_of_diagonal(image, blur.sigma)
    light = blurred_light(light, image, sigma_px, mask, alpha, blur.max_delta, boxes)
    return glow_of_light(light, bloom_glow(**bloom_numbers(image, bloom)), alpha, boxes)


def _make_soft(
    image: Tensor,
    mask: Tensor | None,
    settings: BlurSettings,
    alpha: Tensor | None,
    faces: Sequence[Sequence[FaceBox]] | None,
) -> Tensor:
    return _on_seen(image, alpha, lambda seen: apply_blur(seen, settings, protect=mask, alpha=alpha, faces=faces))


def _is_mixable(image: Tensor) -> bool:
    """Whether no value is so bright that it has to be held back from its surroundings."""
    if image.numel() == 0:
        return False
    darkest, brightest = extremes(image)
    return -BRIGHTEST <= darkest and brightest <= BRIGHTEST


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
