"""Gaussian blur of any width at nearly constant cost, with half-sample symmetric borders.

One primitive does everything: along one axis, filter with a Gaussian *and* sample the result on an
evenly spaced grid of any size, as a band matrix applied in a few products (`band_matrix`, `sample`).
Small sigmas use it with as many outputs as inputs. Large sigmas first go down to a coarse grid and
then up again, with two Gaussians whose variances add up to the wanted one; both grids are
half-sample aligned with the picture's edges, so that the border rule is the same at every size. What
a mixture still has to add on a small grid (`dense_mixture.is_dense`) is added at once.

Cost: about 40 to 120 multiply-adds per pixel and axis below the switch, about 40 above it, at any
sigma; two or three products a step and axis (tests/filters/test_band_matrix.py). Below the switch, on
a CPU, OpenCV takes the same sums with 10 to 40 if it is there. Error against the float64 convolution
truncated at 6 sigma: below 0.1/255 (tests/filters/test_gaussian.py).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from ..checks import LARGEST, check_image, check_kind, check_number, check_numbers
from ..device_path import on_device
from ..opencv import opencv
from .band_matrix import TRUNCATE, bounded
from .dense_mixture import Factors, Sigmas, dense_mixture, is_dense
from .sample import as_columns, sample

COARSE_FROM_PX = 4.0  # from this sigma on, the coarse grid is cheaper than the grid as it is
SHARED_COARSE_FROM_PX = 2.5  # the same where wider Gaussians start from that grid too
COARSE_STEP = 1.35  # sigma in coarse samples: at 1.35, aliasing stays below 2.5e-4 of the amplitude
UP_SIGMA = 0.75  # in coarse samples; interpolation ripple 2 exp(-2 pi^2 UP_SIGMA^2) = 3e-5
SEPARATE_PX = 0.7  # of narrower ones, sampled at whole pixels, no wider one can be made: variances do not add up
TINY = 1e-12


def gaussian_blur(image: Tensor, sigma_px: float) -> Tensor:
    """Blur with an isotropic Gaussian.

    Args:
        image: [B, C, H, W] float32, any finite values, any device; channels are filtered independently.
        sigma_px: standard deviation in pixels, 0 or more; 0 returns the input itself.

    Returns:
        [B, C, H, W] float32. Borders are half-sample symmetric (edge pixel repeated), also when
        the kernel is larger than the picture; a constant picture stays constant.

    Raises:
        ValueError: sigma_px is out of its range or not finite, or image is not [B, C, H, W] float32.
        TypeError: image is no tensor, or sigma_px no number.

    >>> import torch
    >>> line = torch.zeros(1, 1, 1, 9)
    >>> line[..., 4] = 1
    >>> [round(value, 3) for value in gaussian_blur(line, 1.0)[0, 0, 0, 2:7].tolist()]
    [0.054, 0.242, 0.399, 0.242, 0.054]
    """
    check_number(sigma_px, "sigma_px", 0)
    return gaussian_mixture(image, [sigma_px], [1.0])


def blurred_as_it_comes(image: Tensor, sigma_px: float) -> Tensor:
    """`gaussian_blur`, checked before, whose result may lie as columns in memory: for what is copied anyway."""
    sigma = bounded(sigma_px, max(image.shape[2:]))
    return _mixture(image, [(sigma, sigma)], [1.0], planes=False)


def gaussian_mixture(image: Tensor, sigmas_px: Sequence[float], weights: Sequence[float | Sequence[float]]) -> Tensor:
    """Weighted sum of Gaussian blurs in one pass: each wider one starts from the coarse grid of the one before.

    Args:
        image: as in `gaussian_blur`.
        sigmas_px: standard deviations in pixels, ascending, each 0 or more; at least one.
        weights: one per sigma, at most 65504 in size, or for a sigma one per channel; those of a point spread function
            sum to 1.

    Returns:
        [B, C, H, W] float32. Borders as in `gaussian_blur`.

    Raises:
        ValueError: a sigma or a weight is out of its range, the sigmas do not ascend, there are more or fewer
            weights than sigmas or channels, or image is not [B, C, H, W] float32.
        TypeError: image is no tensor, or a sigma or a weight no number.

    >>> import torch
    >>> gaussian_mixture(torch.full((1, 1, 4, 6), 0.5), [1.0, 3.0], [0.25, 0.75]).mean().item()
    0.5
    """
    check_image(image, channels=None)
    check_numbers(sigmas_px, "sigmas_px", 0)
    if not sigmas_px or list(sigmas_px) != sorted(sigmas_px):
        raise ValueError(f"sigmas_px is {list(sigmas_px)}; it must hold at least one, and ascend")
    factors = _factors(image, weights, len(sigmas_px))
    if image.numel() == 0 or (list(sigmas_px) == [0] and list(weights) == [1]):
        return image
    sigmas = [bounded(sigma, max(image.shape[2:])) for sigma in sigmas_px]
    return _mixture(image, [(sigma, sigma) for sigma in sigmas], factors).contiguous()


def _factors(image: Tensor, weights: Sequence[float | Sequence[float]], count: int) -> Factors:
    """The checked weights: numbers, or [count, C, 1, 1] if any differs between channels."""
    check_kind(weights, Sequence, "weights")
    if len(weights) != count:
        raise ValueError(f"weights is {list(weights)}; it must hold {count} numbers, or so many lists of one a channel")
    channels = image.shape[1]
    numbers: list[float] = []
    each_channel: list[Sequence[float]] = []
    for index, weight in enumerate(weights):
        if isinstance(weight, Sequence):
            check_numbers(weight, f"weights[{index}]", -LARGEST, LARGEST, count=channels)
            each_channel.append(weight)
        else:
            check_number(weight, f"weights[{index}]", -LARGEST, LARGEST)
            numbers.append(weight)
            each_channel.append([weight] * channels)
    return numbers if len(numbers) == count else image.new_tensor(each_channel).view(count, channels, 1, 1)


def _mixture(image: Tensor, sigmas: list[Sigmas], weights: Factors, planes: bool | None = None) -> Tensor:
    """`gaussian_mixture` with (vertical, horizontal) sigmas, since the two steps of a coarse grid differ a little.

    In memory the result lies as planes or as columns (see `sample`); where that is not said, as the image does.
    """
    height, width = size = image.shape[-2], image.shape[-1]
    coarse_from = COARSE_FROM_PX if len(sigmas) == 1 else SHARED_COARSE_FROM_PX
    if len(sigmas) > 1 and is_dense(size, len(sigmas), on_device(image)):
        mixed = dense_mixture(image, sigmas, weights)
        return mixed.contiguous() if as_columns(image) is None else mixed
    if len(sigmas) > 1 and 0 < max(sigmas[0]) < SEPARATE_PX:
        return _mixture(image, sigmas[1:], weights[1:]).add_(_mixture(image, sigmas[:1], weights[:1]))
    down_y, coarse_height, up_y = plan(height, sigmas[0][0], coarse_from)
    down_x, coarse_width, up_x = plan(width, sigmas[0][1], coarse_from)
    if (coarse_height, coarse_width) == size and not on_device(image) and _opencv():
        return _and_wider(_filter_planes(image, down_y, down_x), sigmas, weights, (1.0, 1.0))
    planes = as_columns(image) is None if planes is None else planes
    alone = planes and (coarse_height, coarse_width) == size and len(sigmas) == 1
    small = sample(image, (coarse_height, coarse_width), (down_y, down_x), planes=alone)
    mixed = _and_wider(small, sigmas, weights, (height / coarse_height, width / coarse_width))
    return sample(mixed, size, (up_y, up_x), planes=planes)


def _and_wider(narrow: Tensor, sigmas: list[Sigmas], weights: Factors, steps: Sigmas) -> Tensor:
    """The picture blurred with the first of the sigmas, on a grid of so many pixels a sample, and the wider ones."""
    if len(sigmas) == 1:
        return narrow if isinstance(weights[0], (int, float)) and weights[0] == 1 else narrow * weights[0]
    rest = [
        (_difference(wide[0], sigmas[0][0]) / steps[0], _difference(wide[1], sigmas[0][1]) / steps[1])
        for wide in sigmas[1:]
    ]
    return _add_scaled(_mixture(narrow, rest, weights[1:]), narrow, weights[0])


def _add_scaled(image: Tensor, other: Tensor, factor: float | Tensor) -> Tensor:
    """image + factor * other, in place unless the two are one: new memory costs as much as the sum."""
    out = None if image.data_ptr() == other.data_ptr() else image
    if isinstance(factor, Tensor):
        return torch.addcmul(image, other, factor, out=out)
    return torch.add(image, other, alpha=factor, out=out)


def plan(size: int, sigma: float, coarse_from: float) -> tuple[float, int, float]:
    """Of an axis: sigma on the way down, coarse size, sigma on the way up; each sigma in samples of its own input."""
    sigma = bounded(sigma, size)
    coarse = min(size, max(1, math.ceil(size * COARSE_STEP / sigma))) if sigma >= coarse_from else size
    if coarse == size:
        return sigma, size, 0.0
    return _difference(sigma, UP_SIGMA * size / coarse), coarse, UP_SIGMA


def _difference(wide: float, narrow: float) -> float:
    """The sigma that turns a blur of `narrow` into one of `wide`: variances add."""
    return math.sqrt(max(wide**2 - narrow**2, 0.0))


def _opencv() -> Any:
    """The cv2 module, or None: then the band matrices do its work too, two to five times slower."""
    return opencv("sepFilter2D")


def _filter_planes(image: Tensor, sigma_y: float, sigma_x: float) -> Tensor:
    """A Gaussian on the grid as it is, by OpenCV, for a picture [B, C, H, W] on the CPU; in memory as it was."""
    if sigma_y == sigma_x == 0:
        return image
    cv2, columns = _opencv(), as_columns(image)
    source = image.detach().contiguous() if columns is None else columns.detach().movedim(0, 2)  # [B, C, rows, ...]
    # fresh memory: OpenCV refuses a turned column as output, contiguous or not
    out = torch.empty(source.shape) if columns is None else torch.empty(columns.shape).movedim(0, 2)
    kernels = [_kernel(sigma).numpy() for sigma in ((sigma_x, sigma_y) if columns is None else (sigma_y, sigma_x))]
    for each, target in zip(source.flatten(0, 1).numpy(), out.flatten(0, 1).numpy(), strict=True):
        cv2.sepFilter2D(each, -1, *kernels, dst=target, borderType=cv2.BORDER_REFLECT)
    return out if columns is None else out.mT


def _kernel(sigma: float) -> Tensor:
    """[taps] float32, odd, sum 1; a single 1 for sigma 0."""
    reach = math.floor(TRUNCATE * sigma + 0.5)
    offsets = torch.arange(-reach, reach + 1, dtype=torch.float64)
    weights = torch.exp(-0.5 * (offsets / max(sigma, TINY)) ** 2)
    return (weights / weights.sum()).float()
