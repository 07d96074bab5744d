"""What the look makes of one small picture, in the figures that are tuned; each as Quality Score measures it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ..color import displayable
from ..face_box import FaceBox
from ..look import Look, make_look
from ..quality.effect.bands import LOW_PASS, core, detail_kept, has_detail
from ..quality.effect.detail import detail_energy
from ..quality.effect.tone import beyond, clipped_percent, local_range, quantile
from ..quality.lengths import DIAGONAL, Lengths
from ..quality.measured import Measured
from ..quality.regions import EMPTY, NOTHING_SEEN, weighted_mean
from ..settings import LookSettings
from ..transparency import fill_transparent

LIMITED = "clipped_percent", "tone_shift", "overshoot", "halo"  # figures that should be low
TONES = 0.016  # of `Lengths`: sigma of what is tone of a face rather than its detail


@dataclass(frozen=True)
class Figures:
    """What became of a picture. None: there is no such place, or no detail in it.

    Attributes:
        kept_clear: energy of detail over that of the source where the mask is strongest, at eyes and mouth.
        kept_outside: the same where neither the mask nor its edge reaches; of all the picture without a mask.
        clipped_percent: pixels at an end of the range, less those of the source.
        tone_shift: how far returned detail moves the tones inside the mask, mean in code values (/255).
        overshoot: how far luma passes the range around it in both the source and the bloomed picture, 99.9th
            percentile inside the mask (/255).
        halo: the same beyond the source's range once the change of light is taken off, near the mask.
    """

    kept_clear: float | None
    kept_outside: float | None
    clipped_percent: float
    tone_shift: float
    overshoot: float
    halo: float


def together(figures: Sequence[Figures]) -> Figures:
    """Of several pictures with one setting: the mean of what is kept, the worst of what has a limit."""

    def mean(name: str) -> float | None:
        values = [getattr(each, name) for each in figures if getattr(each, name) is not None]
        return sum(values) / len(values) if values else None

    worst = {name: max(getattr(each, name) for each in figures) for name in LIMITED}
    return Figures(mean("kept_clear"), mean("kept_outside"), **worst)


@dataclass(frozen=True, eq=False)
class _Place:
    """A weight [1, 1, H, W] (None: everywhere), the lengths of its detail, and how much the source has there."""

    weight: Tensor | None
    lengths: Lengths
    energy: float


class Proxy:
    """A small picture that the look is tried on.

    Args:
        image: [1, 3, H, W] sRGB; what alpha hides is not measured.
        mask: [1, 1, H, W] in 0..1, 1 = structure stays. All zeros where nothing does.
        alpha: [1, 1, H, W] in 0..1, or None.
        faces: boxes in its pixels, or None where they are not known.
    """

    def __init__(
        self, image: Tensor, mask: Tensor, alpha: Tensor | None = None, faces: Sequence[FaceBox] | None = None
    ) -> None:
        self.image, self.mask, self.alpha, self.faces = image, mask, alpha, faces
        self._source = Measured.of(image, None, mask, alpha, faces)
        regions = self._source.regions
        self._lengths = regions.lengths
        self._masked = self._mask_seen()
        self._clear = self._outside = None
        if regions.note != NOTHING_SEEN:
            if self._masked is not None:
                self._clear = self._place(core(self._masked), self._lengths)
            if self._masked is None or regions.outside is not None:
                self._outside = self._place(regions.surroundings, DIAGONAL)
        self._low = self._lengths.blur(self._source.luma, LOW_PASS)
        self._range = local_range(self._source.luma, self._lengths)

    def measure(self, settings: LookSettings) -> Figures:
        """The figures of the look at settings."""
        look = make_look(
            self.image, self.mask, settings, alpha=self.alpha, faces=None if self.faces is None else [self.faces]
        )
        return self.figures(look)

    def figures(self, look: Look) -> Figures:
        """The figures of a look that was made of this picture, mask and faces."""
        result, bloomed = self._seen(look.image), self._seen(look.bloomed).luma
        levelled = result.luma - (self._lengths.blur(result.luma, LOW_PASS) - self._low)
        most, least = local_range(bloomed, self._lengths)
        both = torch.maximum(most, self._range[0]), torch.minimum(least, self._range[1])
        tones = self._lengths.blur(result.luma - bloomed, TONES).abs()
        return Figures(
            kept_clear=_kept(result, self._clear),
            kept_outside=_kept(result, self._outside),
            clipped_percent=clipped_percent(result.rgb, self._source.rgb, self._source.regions.seen),
            tone_shift=0.0 if self._masked is None else 255 * weighted_mean(tones, self._masked),
            overshoot=0.0 if self._masked is None else _peak(beyond(result.luma, both), self._masked),
            halo=_peak(beyond(levelled, self._range), self._source.regions.near),
        )

    def _seen(self, image: Tensor) -> Measured:
        return Measured(displayable(fill_transparent(image, self.alpha)), self._source.regions)

    def _mask_seen(self) -> Tensor | None:
        """The mask as far as the picture is seen; None where nothing of it is."""
        seen = self._source.regions.seen
        mask = displayable(self.mask) if seen is None else displayable(self.mask) * seen
        return mask if float(mask.max()) >= EMPTY else None

    def _place(self, weight: Tensor | None, lengths: Lengths) -> _Place | None:
        place = _Place(weight, lengths, detail_energy(self._source, weight, lengths))
        return place if has_detail(place.energy) else None


def _kept(picture: Measured, place: _Place | None) -> float | None:
    return None if place is None else detail_kept(detail_energy(picture, place.weight, place.lengths), place.energy)


def _peak(over: Tensor, weight: Tensor | None) -> float:
    values = over if weight is None else over[weight > 0]
    return 255 * quantile(values, 0.999) if values.numel() else 0.0
