"""What a picture keeps of the skin of a face, band by band, as shares of what its source had there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from softfocus.at_settings import apply_sharpen
from softfocus.color import luminance
from softfocus.faces import refined_regions, region_masks, weighted_maximum
from softfocus.filters.gaussian import gaussian_blur
from softfocus.settings import EVEN_SKIN, KEPT_OF_SKIN
from testing.face_size.measures import LOW, half_sigma
from testing.face_size.sitters import Sitter

FORM, BLOTCHES, PORES = (11.0, 19.0), (20.0, 40.0), 77.0  # cycles a face; pores are all that is finer
FEATURES = ("eyes", "brows", "nose", "lips")
AWAY, SOFT = 6.0, 4.0  # percent of the face's width: how far from features skin is measured
WHOLE, NONE = 0.98, 0.02


@dataclass(frozen=True)
class Skin:
    """Cheeks and forehead of a sitter, and the picture as the blueprint "Even skin, pores kept" makes it."""

    sitter: Sitter

    @cached_property
    def kept(self) -> Tensor:
        """[1, 1, H, W] in 0..1: eyes, brows and lips."""
        return weighted_maximum(self._regions, KEPT_OF_SKIN.weights)

    @cached_property
    def mask(self) -> Tensor:
        """[1, 1, H, W] in 0..1: the face without what is kept, as the host's MaskComposite subtracts it."""
        return (self._regions["face"] - self.kept).clamp(0, 1)

    @cached_property
    def place(self) -> Tensor:
        """[1, 1, H, W], 1 on cheeks and forehead."""
        one = self.sitter
        features = region_masks([[one.face]], one.image.shape[-2:], expand=AWAY, feather=SOFT)
        near = torch.stack([features[name] for name in FEATURES]).amax(0)
        return ((self._regions["face"] > WHOLE) & (near < NONE)).float()

    def evened(self) -> Tensor:
        """The recipe, with the settings that the blueprint has."""
        one = self.sitter
        return apply_sharpen(one.image, EVEN_SKIN, mask=self.mask, faces=[[one.box]]).image

    def share(self, image: Tensor, cycles: tuple[float, float | None]) -> float:
        """Energy of a band over the source's; without an upper end all that is finer."""
        return self._energy(image, cycles) / self._energy(self.sitter.image, cycles)

    def tone_shift(self, image: Tensor) -> float:
        """Mean difference of low frequencies, in 1/255."""
        away = gaussian_blur(luminance(image) - luminance(self.sitter.image), LOW * self.sitter.width).abs()
        return 255 * self._mean(away)

    def change_of_kept(self, image: Tensor) -> float:
        """Largest change of a channel where eyes, brows and lips are wholly kept, in 1/255."""
        return 255 * float(((image - self.sitter.image).abs() * (self.kept > WHOLE)).max())

    @cached_property
    def _regions(self) -> dict[str, Tensor]:
        return refined_regions(self.sitter.image, [[self.sitter.face]], KEPT_OF_SKIN)

    def _energy(self, image: Tensor, cycles: tuple[float, float | None]) -> float:
        luma, (low, high) = luminance(image), cycles
        fine = luma if high is None else gaussian_blur(luma, half_sigma(high) * self.sitter.width)
        return self._mean((fine - gaussian_blur(luma, half_sigma(low) * self.sitter.width)).square())

    def _mean(self, plane: Tensor) -> float:
        return float((plane * self.place).sum() / self.place.sum())
