"""A Gaussian blur of which some rows, or a window, are made at a time: a picture's memory is needed for none of it."""

from __future__ import annotations

import math

from torch import Tensor

from ...device_path import on_device
from ..band_matrix import weights_between
from ..gaussian import COARSE_FROM_PX, blurred_as_it_comes, plan
from ..sample import as_columns, planes_along_width, sample

REACH = 5.0  # sigmas that a row sees; less than 1e-6 of the weight lies beyond


class BlurredRows:
    """`gaussian_blur` of one frame, row by row the same to rounding.

    Args:
        image: [1, C, H, W] float32; it is read until the last row is made.
        sigma_px: standard deviation in pixels, 0 or more.
    """

    def __init__(self, image: Tensor, sigma_px: float) -> None:
        self._image, self._sigma = image, sigma_px
        self._is_coarse = sigma_px >= COARSE_FROM_PX  # the grid of a part would not be that of the whole
        if self._is_coarse:
            (down_y, height, self._up_y), (down_x, width, self._up_x) = (
                plan(side, sigma_px, COARSE_FROM_PX) for side in image.shape[-2:]
            )
            self._small = sample(image, (height, width), (down_y, down_x))

    def __call__(self, rows: slice, columns: slice) -> tuple[Tensor, int]:
        """Blurred rows [1, C, h, w] of at least these columns, and the column that they begin at."""
        if self._is_coarse:
            return self._enlarged(rows, columns)
        if self._sigma == 0:
            return self._image[..., rows, columns], columns.start
        halo = math.ceil(REACH * self._sigma)
        top, left = max(rows.start - halo, 0), max(columns.start - halo, 0)
        part = blurred_as_it_comes(self._image[..., top : rows.stop + halo, left : columns.stop + halo], self._sigma)
        return part[..., rows.start - top : rows.stop - top, :], left

    def _enlarged(self, rows: slice, wanted: slice) -> tuple[Tensor, int]:
        height, width = self._image.shape[-2:]
        start, weights = weights_between(self._small.shape[-2], height, self._up_y, rows.start, rows.stop)
        columns = as_columns(self._small)
        if columns is None:  # a single row or column, or one that no filter has touched
            columns = self._small.permute(3, 0, 1, 2).contiguous()
        seen = columns[..., start : start + len(weights)] @ weights.to(columns)
        if not on_device(seen):
            return planes_along_width(seen.permute(1, 2, 3, 0), width, self._up_x), 0
        left, across = weights_between(len(columns), width, self._up_x, wanted.start, wanted.stop)
        return seen[left : left + len(across)].permute(1, 2, 3, 0) @ across.to(seen), wanted.start
