"""Detail of a luma plane at one scale: the gain of each band, and the change that brings it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ..filters.coarse_grid import Size, reduce
from ..filters.gaussian import gaussian_blur
from ..filters.row_strips import map_rows
from .detail_change import Bands, detail_change
from .detail_gain import structure_gains


@dataclass(frozen=True)
class Luma:
    """Planes of a picture or a part of it, each [B, 1, H, W].

    Attributes:
        own: luma of the picture.
        source: the same of the picture whose detail is wanted, or None.
        mask: where detail returns, 0..1, or None for everywhere.
        strength: where structure belongs to the subject, 0..1, or None for everywhere.
        noise: [B, 1, 1, 1], standard deviation of the noise in what `seen` is.
    """

    own: Tensor
    source: Tensor | None
    mask: Tensor | None
    strength: Tensor | None
    noise: Tensor

    @property
    def seen(self) -> Tensor:
        """Where structure is looked for: in the source, or without one in the picture itself."""
        return self.own if self.source is None else self.source

    @property
    def size(self) -> Size:
        """(height, width)."""
        return self.own.shape[-2], self.own.shape[-1]

    def masked(self, share: Tensor) -> Luma:
        """The same with a mask that is `share` times as strong."""
        return replace(self, mask=share if self.mask is None else share * self.mask)

    def part(self, frame: int, rows: slice = slice(None), columns: slice = slice(None)) -> Luma:
        """A window of one frame."""

        def cut(plane: Tensor | None) -> Tensor | None:
            return None if plane is None else plane[frame : frame + 1, :, rows, columns]

        own = self.own[frame : frame + 1, :, rows, columns]
        return Luma(own, cut(self.source), cut(self.mask), cut(self.strength), self.noise[frame : frame + 1])


@dataclass(frozen=True)
class Rule:
    """What returns: of which band how much, above which edge contrast, and where there is no structure."""

    bands: Bands
    noise_threshold: float
    floor: float


@dataclass(frozen=True)
class LumaDetail:
    """The detail of `luma` at a scale of `radius_px`.

    Attributes:
        smooth: `luma.seen` under a Gaussian of radius_px; with a source perhaps on a coarser grid, since then it only
            says where structure is.
    """

    luma: Luma
    rule: Rule
    radius_px: float
    smooth: Tensor

    @classmethod
    def of(cls, luma: Luma, rule: Rule, radius_px: float) -> LumaDetail:
        if luma.source is None:
            return cls(luma, rule, radius_px, gaussian_blur(luma.own, radius_px))
        return cls(luma, rule, radius_px, reduce(luma.source, luma.size, radius_px))

    def part(self, frame: int, rows: slice, columns: slice) -> LumaDetail:
        """A window of one frame, of which `smooth` must be on the grid of the picture."""
        smooth = self.smooth[frame : frame + 1, :, rows, columns]
        return LumaDetail(self.luma.part(frame, rows, columns), self.rule, self.radius_px, smooth)

    def gains(self, order: int = 1) -> Tensor:
        """[B, 3, H, W] in floor..1: how much of each band returns, fine to coarse; order as of `structure_gains`."""
        floor = self.rule.floor

        def raised(fine: Tensor, middle: Tensor, coarse: Tensor, strength: Tensor | None) -> Tensor:
            gains = torch.cat([fine, middle, coarse], 1)
            if strength is not None:
                gains.mul_(strength)
            if floor > 0:
                gains.mul_(1 - floor).add_(floor)
            return gains.clamp_(floor, 1)

        luma, threshold = self.luma, self.rule.noise_threshold
        found = structure_gains(self.smooth, luma.size, luma.noise, self.radius_px, threshold, order)
        return map_rows(raised, *found, self.luma.strength)

    def change(self, gains: Tensor, *, of_face: bool = False) -> Tensor:
        """`detail_change` with these gains."""
        luma, rule = self.luma, self.rule
        return detail_change(
            luma.own,
            luma.source,
            self.smooth,
            gains,
            rule.bands,
            self.radius_px,
            luma.noise,
            luma.mask,
            of_face=of_face,
        )
