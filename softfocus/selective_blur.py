"""Gaussian blur around a protected region, without the region's light leaking into the blur."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from .checks import check_amount, check_image, check_number, fitted_if_given
from .color import BRIGHTEST, linear_to_srgb, srgb_to_linear
from .device_path import on_device
from .face_box import FaceBox, Window, faces_of_frames
from .filters.band_matrix import bounded
from .filters.gaussian import gaussian_blur
from .filters.max_delta import max_delta_blur
from .filters.near_faces import cut, frames_with_faces, length_map, mix_near_faces, parts, seen_around
from .filters.row_strips import map_rows
from .filters.variable import variable_blur
from .filters.weighted_mean import mean_of_sums
from .settings import BLUR
from .transparency import fill_transparent

HALO = 5.0  # sigmas around a part of the picture; less than 1e-6 of the weight lies beyond


def selective_gaussian_blur(
    image: Tensor,
    sigma_px: float,
    *,
    protect: Tensor | None = None,
    alpha: Tensor | None = None,
    linear_light: bool = BLUR.linear_light,
    max_delta: float = 1.0,
    faces: Sequence[Sequence[FaceBox]] | None = None,
) -> Tensor:
    """Blur the picture outside `protect`.

    Averages are normalised convolutions (Knutsson and Westin, 1993) with weights
    (1 - protect) * alpha: protected and transparent pixels give nothing to their surroundings.
    A partly protected pixel is blurred with a smaller sigma, (1 - protect) * sigma_px: laying the
    sharp picture over the blurred one instead would draw each edge twice. With max_delta below 1 it is laid
    over, since then the two differ by no more than that.

    Args:
        image: [B, 3, H, W] float32 sRGB, any finite values.
        sigma_px: standard deviation in pixels, 0 or more; 0 returns the input itself.
        protect: [B or 1, 1, H, W] in 0..1; 1 keeps the pixel bit for bit.
        alpha: [B or 1, 1, H, W] in 0..1; itself never blurred.
        linear_light: average light rather than sRGB values, as a lens does.
        max_delta: only neighbours whose sRGB value differs by at most this count, each channel alone (see
            `max_delta_blur`), 0 or more; 1 and above: all of them, a plain Gaussian.
        faces: boxes around the faces of each frame, or one list for all. Near a face (`FaceShares`) narrower than
            FACE_SHARE of the diagonal, sigma is the share of the face's width that it is on a face that wide:
            sigma_px * `FaceBox.scale`. Beyond `FaceBox.surroundings` no bit changes.

    Returns:
        [B, 3, H, W] sRGB. Borders as in `gaussian_blur`.

    Raises:
        ValueError: a number is out of its range or not finite, or a tensor is not float32 of the shape above.
        TypeError: an argument is no tensor, no number, or no list of boxes for each frame.

    >>> import torch
    >>> image = torch.zeros(1, 3, 4, 4)
    >>> image[..., 2:] = 1
    >>> right = torch.zeros(1, 1, 4, 4)
    >>> right[..., 2:] = 1
    >>> selective_gaussian_blur(image, 5.0, protect=right).equal(image)  # no light comes from what is protected
    True
    """
    check_image(image)
    check_number(sigma_px, "sigma_px", 0)
    check_amount(max_delta, "max_delta")
    protect, alpha = fitted_if_given(protect, image, "protect"), fitted_if_given(alpha, image, "alpha")
    faces = faces_of_frames(faces, image)

    if sigma_px == 0:
        return image
    if max_delta < 1:
        shown = fill_transparent(image, alpha)  # values of weight 0 would still place bins
        light = map_rows(srgb_to_linear, shown) if linear_light else shown
    else:
        shown, light = image, map_rows(_mixable_light if linear_light else _mixable, image)
    blurred = blurred_light(light, shown, sigma_px, protect, alpha, max_delta, faces)

    def finished(blurred: Tensor, image: Tensor, protect: Tensor | None) -> Tensor:
        soft = linear_to_srgb(blurred) if linear_light else blurred
        if protect is None or on_device(soft):
            return soft if protect is None else torch.where(protect == 1, image, soft)
        return torch.lerp(soft, image, (protect == 1).float())  # exact at 0 and 1, and quicker on a CPU

    return map_rows(finished, blurred, image, protect, into=(blurred,))


def blurred_light(
    light: Tensor,
    guide: Tensor,
    sigma_px: float,
    protect: Tensor | None,
    alpha: Tensor | None,
    max_delta: float,
    faces: Sequence[Sequence[FaceBox]] | None,
) -> Tensor:
    """`selective_gaussian_blur` of light [B, 3, H, W] (or of sRGB values), for a sigma above 0.

    Args:
        light: what is averaged, in new memory after; within what may be mixed with its surroundings.
        guide: [B, 3, H, W] sRGB, by which max_delta tells values apart.
        protect, alpha: [B, 1, H, W], checked.
    """

    def sigma_at(scale: float) -> float:
        return bounded(sigma_px * scale, max(light.shape[2:]))

    free = None if protect is None else 1 - protect
    weight = alpha if free is None else free if alpha is None else free * alpha
    if max_delta < 1:
        blurred = max_delta_blur(light, guide, sigma_at(1), max_delta, weight)
    elif free is not None:
        blurred = variable_blur(light, free * sigma_at(1), weight)
    else:
        blurred = weighted_blur(light, sigma_at(1), weight)
    for boxes, planes in frames_with_faces(faces, blurred, light, guide, weight, free):
        _blur_near_faces(boxes, sigma_at, max_delta, *planes)
    if max_delta < 1 and free is not None:
        blurred = torch.lerp(light, blurred, free)
    return blurred


def _mixable(image: Tensor) -> Tensor:
    """As far as it is mixed with its surroundings."""
    return image.clamp(-BRIGHTEST, BRIGHTEST)


def _mixable_light(image: Tensor) -> Tensor:
    return srgb_to_linear(_mixable(image))


def weighted_blur(values: Tensor, sigma_px: float, weight: Tensor | None) -> Tensor:
    """Normalised convolution G * (values weight) / G * weight; the value itself where no weight is near."""
    if weight is None:
        return gaussian_blur(values, sigma_px)
    return mean_of_sums(gaussian_blur(torch.cat([values * weight, weight], 1), sigma_px), values, 1)


def _blur_near_faces(
    faces: Sequence[FaceBox],
    sigma_at: Callable[[float], float],
    max_delta: float,
    blurred: Tensor,
    light: Tensor,
    guide: Tensor,
    weight: Tensor | None,
    free: Tensor | None,
) -> None:
    """Blur one frame again, in place, where small faces ask for a smaller sigma. All planes are [1, C, H, W]."""

    def near(scale: float, window: Window) -> Tensor:
        def work(light: Tensor, guide: Tensor, weight: Tensor | None) -> Tensor:
            return max_delta_blur(light, guide, sigma_at(scale), max_delta, weight)

        return seen_around(work, window, HALO * sigma_at(scale), light, guide, weight)

    if max_delta < 1:  # mixed, since the two differ by no more than that
        mix_near_faces(blurred, faces, near)
        return
    sigma_px = length_map(sigma_at, faces, light)
    sigma_px *= sigma_px < sigma_at(1)  # 0 where `blurred` stays as it is
    if free is not None:
        sigma_px *= free
    halo_px = HALO * sigma_at(1)
    for part in parts(faces, light, halo_px):
        narrower = seen_around(variable_blur, part.window, halo_px, light, sigma_px, weight)
        here = cut(blurred, part.window)
        here.copy_(torch.where(cut(sigma_px, part.window) > 0, narrower, here))
