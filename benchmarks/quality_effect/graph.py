"""The pack's graph as a function of its widgets: mask, blur, bloom and sharpening, as in the shipped workflow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from softfocus.at_settings import apply_bloom, apply_blur, apply_sharpen
from softfocus.face_box import FaceBox
from softfocus.faces import Face, detail_mask
from softfocus.settings import DEFAULTS, LookSettings

MASK, BLUR, BLOOM, SHARPEN = "Face Detail Mask", "Selective Gaussian Blur", "Luminance Bloom", "Feature Sharpen"
PARTS = {MASK: "mask", BLUR: "blur", BLOOM: "bloom", SHARPEN: "sharpen"}  # of the settings, by the name of the node
Widgets = dict[tuple[str, str], float]


@dataclass(frozen=True)
class Graph:
    """Widget values, the tint, and which masks are connected.

    Attributes:
        changed: widgets that are not at their default.
        tint: of Luminance Bloom, #rrggbb.
        bloom_protected: whether Luminance Bloom has the detail mask as its protect_mask.
        sharpen_masked: whether Feature Sharpen has the detail mask.
        boxed: nodes that have the boxes of the faces.
    """

    changed: Widgets = field(default_factory=dict)
    tint: str = DEFAULTS.bloom.tint
    bloom_protected: bool = False
    sharpen_masked: bool = True
    boxed: frozenset[str] = frozenset()

    @property
    def settings(self) -> LookSettings:
        parts = {part: getattr(DEFAULTS, part) for part in PARTS.values()}
        for (node, widget), value in self.changed.items():
            parts[PARTS[node]] = replace(parts[PARTS[node]], **{widget: value})
        return LookSettings(**parts | {"bloom": replace(parts["bloom"], tint=self.tint)})

    def value(self, node: str, widget: str) -> float:
        return getattr(getattr(self.settings, PARTS[node]), widget)

    def mask(self, image: Tensor, faces: list[Face]) -> Tensor:
        """Detail mask [1, 1, H, W] of a picture [1, 3, H, W] with these faces."""
        return detail_mask(image, [faces], self.settings.mask)

    def dream(self, image: Tensor, mask: Tensor | None, boxes: Sequence[FaceBox] = ()) -> Tensor:
        """The picture blurred and bloomed, before its detail is returned; without a mask everywhere alike."""
        soft = apply_blur(image, self.settings.blur, protect=mask, faces=self._faces(BLUR, boxes))
        shield = mask if self.bloom_protected else None
        return apply_bloom(soft, self.settings.bloom, protect=shield, faces=self._faces(BLOOM, boxes))[0]

    def result(self, image: Tensor, mask: Tensor, boxes: Sequence[FaceBox] = ()) -> Tensor:
        """The finished picture [1, 3, H, W], rounded to 8 bits as a saved one is."""
        dream, faces = self.dream(image, mask, boxes), self._faces(SHARPEN, boxes)
        shown_mask = mask if self.sharpen_masked else None
        sharp = apply_sharpen(dream, self.settings.sharpen, source=image, mask=shown_mask, faces=faces).image
        return torch.round(255 * sharp.clamp(0, 1)) / 255

    def _faces(self, node: str, boxes: Sequence[FaceBox]) -> Sequence[Sequence[FaceBox]] | None:
        return [boxes] if node in self.boxed else None
