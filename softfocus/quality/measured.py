"""One picture as the metrics of its quality see it: what several of them need, computed once, when first asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from ..color import displayable, displayed_light, luminance
from ..face_box import FaceBox
from ..filters.gaussian import gaussian_blur
from ..filters.noise_level import Finest, noise_in_region, noise_level, second_differences
from ..filters.row_strips import row_slices
from ..transparency import fill_transparent
from .edges import Edges, find_edges
from .regions import Regions, find_regions

SMOOTHED_PX = 1.0  # sigma of what `noise_level` tells flat places by


@dataclass(frozen=True, eq=False)
class Measured:
    """One frame, and the picture it was made from where there is one; both have the same regions.

    Attributes:
        rgb: [1, 3, H, W] sRGB as a screen shows it, in 0..1; what alpha hides has the visible colors around it.
        regions: of the mask, as far as the picture is seen.
        reference: the picture before the effect, or None.
    """

    rgb: Tensor
    regions: Regions
    reference: Measured | None = None

    @classmethod
    def of(
        cls,
        image: Tensor,
        reference: Tensor | None = None,
        mask: Tensor | None = None,
        alpha: Tensor | None = None,
        faces: Sequence[FaceBox] | None = None,
    ) -> Measured:
        """One frame, arguments as in `frames`, with B = 1, and the faces of that frame.

        Raises:
            ValueError: a shape is wrong.
        """
        if image.ndim != 4 or image.shape[:2] != (1, 3):
            raise ValueError(f"image has shape {tuple(image.shape)}; expected one picture [1, 3, H, W]")
        _check_shapes(image, reference, mask, alpha)
        regions = find_regions(None if mask is None else displayable(mask), alpha, faces)
        before = None if reference is None else cls(fill_transparent(_displayed(reference), alpha), regions)
        return cls(fill_transparent(_displayed(image), alpha), regions, before)

    @classmethod
    def frames(
        cls,
        images: Tensor,
        references: Tensor | None = None,
        masks: Tensor | None = None,
        alphas: Tensor | None = None,
        faces: Sequence[Sequence[FaceBox]] | None = None,
    ) -> Iterator[Measured]:
        """Every frame on its own, and none before it is taken: what a frame holds is let go with it.

        Args:
            images: [B, 3, H, W] sRGB; measured as displayed, that is clamped to 0..1, with NaN as black.
            references: [B, 3, H, W], the pictures before the effect, or None.
            masks: [B, 1, H, W] in 0..1, 1 = structure that stays sharp, or None.
            alphas: [B, 1, H, W] in 0..1, of the images and of the references, or None: only what is mostly seen is
                measured, and nothing of what is hidden.
            faces: boxes around the faces of each frame, in its pixels: what lies inside the mask is measured in cycles
                a face there. None: in percent of the diagonal.

        Raises:
            ValueError: the shapes do not belong together.
        """
        _check_shapes(images, references, masks, alphas)
        if faces is not None and len(faces) != len(images):
            raise ValueError(f"faces has {len(faces)} frames; expected {len(images)}, one list for each image")
        for at in range(len(images)):
            reference, mask, alpha = (
                None if each is None else each[at : at + 1] for each in (references, masks, alphas)
            )
            yield cls.of(images[at : at + 1], reference, mask, alpha, None if faces is None else faces[at])

    @cached_property
    def luma(self) -> Tensor:
        """[1, 1, H, W]: Y' of the sRGB values."""
        return luminance(self.rgb)

    @cached_property
    def light(self) -> Tensor:
        """[1, 1, H, W]: linear luminance Y."""
        return torch.cat([luminance(displayed_light(self.rgb[..., rows, :])) for rows in row_slices(self.rgb)], -2)

    @cached_property
    def noise(self) -> float:
        """Standard deviation of the white noise in luma, wherever the picture is seen."""
        smooth = gaussian_blur(self.luma, SMOOTHED_PX)
        return float(noise_level(self.luma, smooth, self.regions.seen, self._finest))

    def noise_in(self, region: Tensor | None) -> float:
        """The same in a region [1, 1, H, W], or in all of the picture, with texture as fine: what is no detail."""
        return noise_in_region(self._finest, region)

    @cached_property
    def _finest(self) -> Finest:
        """What tells noise, in all of the picture and in its regions."""
        return second_differences(self.luma)

    @cached_property
    def edges(self) -> Edges:
        """Slopes of luma, and how much of them noise explains."""
        return find_edges(self.luma, self.noise)


def _displayed(image: Tensor) -> Tensor:
    """`displayable`, but itself where it is so already: nothing here changes it."""
    if image.numel() == 0:
        return image
    least, most = image.aminmax()
    return image if bool(least >= 0) and bool(most <= 1) else displayable(image)  # NaN is neither


def _check_shapes(images: Tensor, references: Tensor | None, masks: Tensor | None, alphas: Tensor | None) -> None:
    for name, other, channels in (("reference", references, 3), ("mask", masks, 1), ("alpha", alphas, 1)):
        expected = (len(images), channels, *images.shape[2:])
        if other is not None and tuple(other.shape) != expected:
            raise ValueError(f"{name} has shape {tuple(other.shape)}; expected {expected}, which fits the image")
