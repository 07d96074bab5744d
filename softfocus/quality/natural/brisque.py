"""BRISQUE: what people would say of a picture's distortion, from the statistics of its luma.

The regression is the one in the package brisque 0.2.0 (rho -155.845, gamma 0.05, 770 support vectors). Other packages
carry another training (rho -153.591): values of the two must not be compared.

Source: A. Mittal, A. K. Moorthy and A. C. Bovik, "No-reference image quality assessment in the spatial domain", IEEE
TIP 21 (2012). Luma, borders, resizing and fits as in that package; the authors' own code differs from it. Where luma is
flat, that package counts its own rounding, which moves its values by up to 3 % on strongly compressed pictures; here
flat is zero and counts to the right side.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

import torch
from torch import Tensor
from torch.nn.functional import interpolate, pad

from ...filters.row_strips import row_slices
from ...pack_weights import read_weights
from ..regions import extent
from .generalised_gaussian import fit_moments, moments
from .natural_scenes import MOSTLY, frames_of, normalised_luma

LUMA_WEIGHTS = (2125, 7154, 721)  # of LEVEL: BT.709 as the reference has it, whole numbers to be exact in float32
LEVEL = 10000.0
GAMMA = 0.05
RHO = -155.845
LEAST_SIDE = 32  # px; below, the fits at half size rest on too few values
LEAST_PIXELS = LEAST_SIDE**2
NEIGHBOURS = ((0, 1), (1, 0), (1, 1), (1, -1))  # rows down, columns right


def brisque(image: Tensor, region: Tensor | None = None) -> Tensor:
    """Blind image spatial quality evaluator: about 0 (clean) to 100 (ruined), both may be passed; lower is better.

    Args:
        image: [B, 3, H, W] sRGB in 0..1; values are clipped and rounded to 1/255.
        region: [B or 1, 1, H, W] in 0..1: only pixels at 0.5 or more count, and pairs of such pixels. Their local
            means still see up to 3 px beyond the region.

    Returns:
        [B] float32. NaN where the picture is smaller than 32 x 32 px, the region holds fewer than 1024 px (or less
        than a quarter of that at half size), or all that counts is flat. Outside the picture is black, as in the
        reference: a bright border counts as an edge.

    Raises:
        ValueError: a shape is wrong, or the parameters cannot be read.
    """
    scores = [brisque_of_regions(levels, [inside])[0] for levels, inside in frames_of(image, region)]
    return torch.tensor(scores, dtype=torch.float32, device=image.device)


def brisque_of_regions(levels: Tensor, regions: Sequence[Tensor | None]) -> list[float]:
    """`brisque` of several regions [H, W] of one picture's levels [3, H, W]; its luma is normalised once."""
    if min(levels.shape[-2:]) < LEAST_SIDE:
        return [float("nan")] * len(regions)
    red, green, blue = levels
    luma = LUMA_WEIGHTS[0] * red + LUMA_WEIGHTS[1] * green + LUMA_WEIGHTS[2] * blue
    fine, coarse = (normalised_luma(each, LEVEL, zeros_outside=True) for each in (luma, half_size(luma)))
    return [_of_region(fine, coarse, region) for region in regions]


def _of_region(fine: Tensor, coarse: Tensor, region: Tensor | None) -> float:
    if region is None:
        return regression(torch.cat([scene_features(fine, None), scene_features(coarse, None)]))
    inside, half_inside = ((each >= MOSTLY).to(fine.dtype) for each in (region, _area(region, coarse)))
    if int(inside.count_nonzero()) < LEAST_PIXELS or int(half_inside.count_nonzero()) < LEAST_PIXELS // 4:
        return float("nan")
    return regression(torch.cat([scene_features(fine, inside), scene_features(coarse, half_inside)]))


def _area(region: Tensor, like: Tensor) -> Tensor:
    """Share of a region [H, W] in each pixel of a plane of half the size."""
    if region.shape == (2 * like.shape[0], 2 * like.shape[1]):  # for which `interpolate` takes six times as long
        pairs = region[::2] + region[1::2]
        return (pairs[:, ::2] + pairs[:, 1::2]).mul_(0.25)
    return interpolate(region[None, None], like.shape, mode="area")[0, 0]


def scene_features(normal: Tensor, inside: Tensor | None) -> Tensor:
    """The 18 features of normalised luma [H, W] where `inside` [H, W] is 1 and not 0: [18] float64 on the CPU."""
    if inside is not None:
        window = extent(inside)
        normal, inside = normal[window], inside[window]
    kinds = 1 + len(NEIGHBOURS)
    sums, counts = torch.zeros(5, kinds, dtype=torch.float64), torch.zeros(kinds, dtype=torch.float64)
    for rows in row_slices(normal):
        strip = normal[rows.start : rows.stop + 1]  # with the row below
        if inside is None:
            counts += torch.tensor([plane.numel() for plane in _planes(strip, rows)])
        else:
            chosen = inside[rows.start : rows.stop + 1]
            counts += torch.stack([plane.sum() for plane in _planes(chosen, rows)]).cpu()
            strip = strip * chosen  # zeros add nothing to the sums
        sums += torch.stack([moments(plane.flatten()) for plane in _planes(strip, rows)], 1)
    fit = fit_moments(sums, counts, by_table=False)
    features = [fit.shape[0], (fit.left[0] ** 2 + fit.right[0] ** 2) / 2]
    mean = fit.mean()
    for at in range(1, kinds):
        features += [fit.shape[at], mean[at], fit.left[at] ** 2, fit.right[at] ** 2]
    return torch.stack(features)


def _planes(strip: Tensor, rows: slice) -> Iterator[Tensor]:
    """The values of some rows [h, W], and their products with each of the NEIGHBOURS; `strip` has the row below too."""
    own = strip[: rows.stop - rows.start]
    yield own
    for down, right in NEIGHBOURS:
        yield _meet(strip if down else own, down, right)


def _meet(plane: Tensor, down: int, right: int) -> Tensor:
    """Product of every value of [H, W] with its neighbour, where both are in the picture."""
    height, width = plane.shape
    first = plane[: height - down, max(0, -right) : width - max(0, right)]
    second = plane[down:, max(0, right) : width + min(0, right)]
    return first * second


def half_size(luma: Tensor) -> Tensor:
    """[H, W] at half the size: bicubic (a = -0.75) without anti-aliasing as OpenCV does it, edge pixel repeated."""
    rows, columns = (round(size / 2) for size in luma.shape)  # halves to even, as OpenCV rounds; torch rounds down
    luma = pad(luma[None, None], (0, 1, 0, 1), mode="replicate")
    half = interpolate(luma, scale_factor=0.5, mode="bicubic", recompute_scale_factor=False)
    return half[0, 0, :rows, :columns]


def regression(features: Tensor) -> float:
    """Support vector regression of 36 features; NaN stays NaN."""
    parameters = _trained()
    low, high = parameters["range"]
    scaled = 2 * (features - low) / (high - low) - 1
    kernel = torch.exp(-GAMMA * (parameters["support"] - scaled).square().sum(1))
    return float(parameters["weights"] @ kernel - RHO)


@cache
def _trained() -> dict[str, Tensor]:
    # The sum is of thousands that cancel, so float64; the table is small.
    return {name: value.double() for name, value in read_weights("brisque.safetensors").items()}
