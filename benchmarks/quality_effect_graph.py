"""The pack's graph as a function of its widgets: mask, blur, bloom and sharpen, as in the shipped workflow."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor

from benchmarks.look import REFINE, WEIGHTS
from softfocus.bloom import luminance_bloom
from softfocus.color import parse_hex_color
from softfocus.faces import Face, refine_outline, region_masks, weighted_maximum
from softfocus.selective_blur import selective_gaussian_blur
from softfocus.sharpen import feature_sharpen
from softfocus.units import percent_of_diagonal

MASK, BLUR, BLOOM, SHARPEN = "Face Detail Mask", "Selective Gaussian Blur", "Luminance Bloom", "Feature Sharpen"
Widgets = dict[tuple[str, str], float]

DEFAULTS: Widgets = {
    **{(MASK, name): weight for name, weight in WEIGHTS.items()},
    (MASK, "expand"): 3.0,
    (MASK, "feather"): 4.0,
    (BLUR, "sigma"): 0.25,
    (BLUR, "max_delta"): 1.0,
    (BLOOM, "intensity"): 0.45,
    (BLOOM, "threshold"): 0.0,
    (BLOOM, "radius"): 3.0,
    (BLOOM, "falloff"): 0.5,
    (BLOOM, "highlight_boost"): 0.0,
    (BLOOM, "halation"): 0.0,
    (SHARPEN, "amount"): 1.0,
    (SHARPEN, "radius"): 0.15,
    (SHARPEN, "floor"): 0.0,
    (SHARPEN, "noise_threshold"): 0.01,
    (SHARPEN, "halo_limit"): 0.01,
}


@dataclass(frozen=True)
class Graph:
    """Widget values, the tint, and which masks are connected.

    Attributes:
        changed: widgets that are not at their default.
        tint: of Luminance Bloom, #rrggbb.
        bloom_protected: whether Luminance Bloom has the detail mask as its protect_mask.
        sharpen_masked: whether Feature Sharpen has the detail mask.
    """

    changed: Widgets = field(default_factory=dict)
    tint: str = "#ffffff"
    bloom_protected: bool = False
    sharpen_masked: bool = True

    def value(self, node: str, widget: str) -> float:
        return self.changed.get((node, widget), DEFAULTS[node, widget])

    def mask(self, image: Tensor, faces: list[Face]) -> Tensor:
        """Detail mask [1, 1, H, W] of a picture [1, 3, H, W] with these faces."""
        size, edges = image.shape[-2:], (self.value(MASK, "expand"), self.value(MASK, "feather"))
        masks = region_masks([faces], size, *edges)
        masks["face"] = refine_outline(image, masks["face"], [faces], REFINE)
        return weighted_maximum(masks, {name: self.value(MASK, name) for name in WEIGHTS})

    def dream(self, image: Tensor, mask: Tensor | None) -> Tensor:
        """The picture blurred and bloomed, before its detail is returned; without a mask everywhere alike."""
        sigma = percent_of_diagonal(image, self.value(BLUR, "sigma"))
        soft = selective_gaussian_blur(image, sigma, protect=mask, max_delta=self.value(BLUR, "max_delta"))
        return luminance_bloom(
            soft,
            intensity=self.value(BLOOM, "intensity"),
            threshold=self.value(BLOOM, "threshold"),
            radius_px=percent_of_diagonal(image, self.value(BLOOM, "radius")),
            falloff=self.value(BLOOM, "falloff"),
            highlight_boost=self.value(BLOOM, "highlight_boost"),
            tint=parse_hex_color(self.tint),
            halation=self.value(BLOOM, "halation"),
            protect=mask if self.bloom_protected else None,
        )[0]

    def result(self, image: Tensor, mask: Tensor) -> Tensor:
        """The finished picture [1, 3, H, W], rounded to 8 bits as a saved one is."""
        sharp = feature_sharpen(
            self.dream(image, mask),
            amount=self.value(SHARPEN, "amount"),
            radius_px=percent_of_diagonal(image, self.value(SHARPEN, "radius")),
            floor=self.value(SHARPEN, "floor"),
            noise_threshold=self.value(SHARPEN, "noise_threshold"),
            halo_limit=self.value(SHARPEN, "halo_limit"),
            source=image,
            mask=mask if self.sharpen_masked else None,
        ).image
        return torch.round(255 * sharp.clamp(0, 1)) / 255
