"""A photographic diffusion filter: part of the light scatters with the core, halo and tail of a family of filters."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from .checks import check_choice, check_image, check_number, fitted_if_given
from .face_box import FaceBox, faces_of_frames
from .light.families import film_strength, filter_spread, scattered_share
from .light.glow import Glow, add_glow
from .settings import DIFFUSION, FILTER_FAMILIES, MOST_GRADE, MOST_STOPS
from .units import diagonal


def diffusion_filter(
    image: Tensor,
    *,
    family: str = DIFFUSION.family,
    grade: float = DIFFUSION.grade,
    size: float = DIFFUSION.size,
    warmth: float = DIFFUSION.warmth,
    halation: float = 0.0,
    highlight_boost: float = 0.0,
    protect: Tensor | None = None,
    alpha: Tensor | None = None,
    faces: Sequence[Sequence[FaceBox]] | None = None,
) -> tuple[Tensor, Tensor]:
    """See a picture as through a diffusion filter on a full frame camera.

    Args:
        image: [B, 3, H, W] float32 sRGB, any finite values. The model is in docs/methods.md.
        family: "glimmer", "black mist", "white mist" or "cine bloom".
        grade: of the filter, 0..2: the makers' 1/8, 1/4, 1/2, 1 and 2, and all between; 0 returns the input itself.
        size: percent of the real filter's spread, above 0; 100 is full frame, a diagonal of 43.3 mm.
        warmth: share of the real filter's own warmth, 0..1: outer light redder, inner light bluer, the sum neutral.
            Glimmer has none.
        halation: as in `luminance_bloom` at its default intensity, 0..1; it fades with grades below 1/8.
        highlight_boost, protect, alpha: as in `luminance_bloom`.
        faces: boxes around the faces of each frame, or one list for all; near small ones the filter's lengths shrink,
            as in `luminance_bloom`.

    Returns:
        The picture, and the light added to it (negative where more leaves than arrives), both [B, 3, H, W] sRGB
        encoded; decoded, picture = input + added. Borders as in `gaussian_blur`.

    Raises:
        ValueError: a number is out of its range or not finite, the family is unknown, or a tensor is not float32 of the
            shape above.
        TypeError: an argument is no tensor, no number, no text, or no list of boxes for each frame.

    >>> import torch
    >>> flat = torch.full((1, 3, 8, 8), 0.5)
    >>> seen, added = diffusion_filter(flat, family="white mist", grade=1)
    >>> bool((seen - flat).abs().max() < 1e-5), bool(added.abs().max() < 1e-5)  # a flat picture stays flat
    (True, True)
    """
    check_image(image)
    check_choice(family, "family", FILTER_FAMILIES)
    check_number(grade, "grade", 0, MOST_GRADE)
    check_number(size, "size", above=0)
    for name, value in {"warmth": warmth, "halation": halation}.items():
        check_number(value, name, 0, 1)
    check_number(highlight_boost, "highlight_boost", 0, MOST_STOPS)
    protect, alpha = fitted_if_given(protect, image, "protect"), fitted_if_given(alpha, image, "alpha")
    faces = faces_of_frames(faces, image)
    if grade == 0:
        return image, torch.zeros_like(image)
    glow = Glow(
        lambda scale: filter_spread(family, size * scale, warmth, diagonal(image)),
        strength=scattered_share(family, grade),
        halation=film_strength(grade, halation),
        highlight_boost=highlight_boost,
    )
    return add_glow(image, glow, protect, alpha, faces)
