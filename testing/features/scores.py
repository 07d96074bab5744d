"""Figures for dense feature maps: fidelity, seams, agreement with views held out, and boundaries."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate, pad

from softfocus.features.views import Grid, view_corners

TOLERANCE = 0.02  # of the side: how near an outline must be
RIM = 2  # cells at a held-out view's border, where the encoder's own border effect is the larger part of the error
THRESHOLDS = np.linspace(0.1, 1.0, 19)

Box = tuple[float, float, float, float]  # top, left, height, width as shares of the picture


def fidelity(features: Tensor, truth: Tensor) -> float:
    """Variance of the truth over the mean squared error."""
    variance = (truth - truth.mean((-1, -2), keepdim=True)).square().mean()
    return float(variance / (features - truth).square().mean())


def seam_ratio(features: Tensor, truth: Tensor, cells: int) -> float:
    """Mean step between cells on either side of a tile's border over that elsewhere, divided by the truth's."""
    return _step_ratio(features, cells) / _step_ratio(truth, cells)


def _step_ratio(features: Tensor, cells: int) -> float:
    grid = Grid(*features.shape[-2:])
    corners = view_corners(grid, cells)
    borders, elsewhere = [], []
    for axis, along, starts in ((-2, 2, {each.row for each in corners}), (-1, 1, {each.column for each in corners})):
        steps = features.diff(dim=axis).square().sum(1).sqrt().mean((0, along))
        at_border = torch.zeros(len(steps), dtype=torch.bool)
        edges = [edge - 1 for start in starts for edge in (start, start + cells) if 0 < edge <= len(steps)]
        at_border[edges] = True
        borders.append(steps[at_border])
        elsewhere.append(steps[~at_border])
    return float(torch.cat(borders).mean() / torch.cat(elsewhere).mean())


def held_out_views(
    encode: Callable[[Tensor], Tensor], side: int, image: Tensor, zooms: Sequence[float], count: int, seed: int = 0
) -> list[tuple[Box, Tensor]]:
    """Square parts of a picture at random places, and their maps."""
    generator = torch.Generator().manual_seed(seed)
    height, width = image.shape[-2:]
    views = []
    for zoom in zooms:
        for _ in range(count):
            length = max(8, int(min(height, width) / zoom))
            top, left = (int(torch.rand((), generator=generator) * (size - length + 1)) for size in (height, width))
            part = image[..., top : top + length, left : left + length]
            part = interpolate(part, (side, side), mode="bicubic", antialias=True, align_corners=False).clamp(0, 1)
            box = (top / height, left / width, length / height, length / width)
            views.append((box, encode(part)[0]))
    return views


def held_out_error(features: Tensor, views: list[tuple[Box, Tensor]], rim: int = 0) -> float:
    """Squared error of the dense map, averaged over the cells of each view, over the variance of the view's map."""
    ratios = []
    for (top, left, height, width), target in views:
        rows, columns = features.shape[-2:]
        cells = target.shape[-1]
        down = _averaging(rows, top * rows, height * rows, cells)
        across = _averaging(columns, left * columns, width * columns, cells)
        inside = slice(rim, cells - rim)
        error = (down @ features[0] @ across.T - target)[:, inside, inside].square().mean()
        spread = (target - target.mean((-1, -2), keepdim=True))[:, inside, inside].square().mean()
        ratios.append(float(error / spread))
    return sum(ratios) / len(ratios)


def _averaging(size: int, start: float, length: float, cells: int) -> Tensor:
    """[cells, size]: means over equal parts of an interval of `size` samples."""
    edges = start + length * torch.arange(cells + 1) / cells
    index = torch.arange(size)
    shared = torch.minimum(edges[1:, None], index + 1.0) - torch.maximum(edges[:-1, None], index + 0.0)
    weights = shared.clamp_min(0)
    return weights / weights.sum(1, keepdim=True)


def feature_gradient(features: Tensor) -> Tensor:
    """[1, 1, h, w] length of the change of all channels, from the steps on both sides of a cell."""
    down, across = (features.diff(dim=axis).square().sum(1, keepdim=True) for axis in (-2, -1))
    down = (pad(down, (0, 0, 1, 0)) + pad(down, (0, 0, 0, 1))) / 2
    across = (pad(across, (1, 0, 0, 0)) + pad(across, (0, 1, 0, 0))) / 2
    return (down + across).sqrt()


def boundary_score(gradients: Sequence[Tensor], masks: Sequence[Tensor]) -> float:
    """Best F-score over thresholds common to all pictures, of gradients enlarged to the size of the masks.

    A threshold is a share of the picture's 99th percentile. Nothing is thinned: a blurred edge costs precision.
    """
    from scipy.ndimage import distance_transform_edt

    best = np.zeros((2, len(THRESHOLDS)))
    for gradient, mask in zip(gradients, masks, strict=True):
        size = mask.shape[-1]
        strength = interpolate(gradient, (size, size), mode="bilinear", align_corners=False)[0, 0].numpy()
        strength = strength / np.quantile(strength, 0.99)
        inside = mask[0, 0].numpy() > 0.5
        outline = np.zeros_like(inside)
        outline[1:] |= inside[1:] != inside[:-1]
        outline[:, 1:] |= inside[:, 1:] != inside[:, :-1]
        near = distance_transform_edt(~outline) <= TOLERANCE * size
        for k, threshold in enumerate(THRESHOLDS):
            found = strength >= threshold
            reached = distance_transform_edt(~found) <= TOLERANCE * size
            best[:, k] += (near & found).sum() / max(found.sum(), 1), (reached & outline).sum() / outline.sum()
    precision, recall = best / len(masks)
    return float((2 * precision * recall / np.maximum(precision + recall, 1e-9)).max())
