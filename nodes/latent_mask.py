"""A MASK brought to the size and the frames of whatever latent is being sampled."""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from .host.layouts import empty_frames, mask_frames, mask_planes

KEPT = 4  # sizes; a workflow samples at two or three


class LatentMask:
    """Resizes a mask once for each shape of latent, and keeps the last few.

    Attributes:
        empty: for each frame of the mask whether nothing of it is above 0; a mask without frames has an empty one.
        size: its (height, width).
        uniform: whether it is the same everywhere, so that it has no place that could be wrong.

    Raises:
        ValueError: the mask is no [H, W], [B, H, W] or [B, 1, H, W].
    """

    def __init__(self, mask: Tensor) -> None:
        self._mask = mask_frames(mask, "mask")
        self.empty = empty_frames(self._mask)
        self.size = (self._mask.shape[1], self._mask.shape[2])
        self.uniform = all(self.empty) or bool(self._mask.min() == self._mask.max())
        self._fitted: OrderedDict[tuple[torch.Size, torch.device], Tensor] = OrderedDict()

    def fit(self, latent: Tensor) -> Tensor:
        """The mask for a latent [B, C, H, W] or [B, C, T, H, W]: [1 or B or B * T, 1, H, W] float32, 0..1.

        One frame serves every latent, B frames serve one each, and any other number is resampled along
        the T latent frames of a clip, first on first and last on last.

        Raises:
            ValueError: the frames fit neither.
        """
        key = (latent.shape, latent.device)
        fitted = self._fitted.pop(key, None)
        if fitted is None:
            fitted = self._resized(latent)
        self._fitted[key] = fitted
        while len(self._fitted) > KEPT:
            self._fitted.popitem(last=False)
        return fitted

    def _resized(self, latent: Tensor) -> Tensor:
        frames, batch = len(self._mask), latent.shape[0]
        times = latent.shape[2] if latent.ndim == 5 else 1
        if frames not in (1, batch) and times == 1:
            raise ValueError(
                f"mask has {frames} frames but the latent has {batch}; give 1 frame, or one for each of its pictures"
            )
        planes = mask_planes(self._mask, (latent.shape[-2], latent.shape[-1]), latent.device)
        if frames == 1:
            return planes
        if frames == batch:
            return planes.repeat_interleave(times, 0)
        return _over_time(planes, times).repeat(batch, 1, 1, 1)


def _over_time(planes: Tensor, times: int) -> Tensor:
    """[N, 1, H, W] to [times, 1, H, W]."""
    series = planes.flatten(1).T[None]
    return interpolate(series, times, mode="linear", align_corners=True)[0].T.reshape(times, *planes.shape[1:])
