"""Both sides of the look as figures, each as Quality Score measures it: what softens, and what stays clear."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ..color import displayable
from ..quality.effect.bands import LOW_PASS, core, detail_kept, has_detail
from ..quality.effect.detail import detail_energy
from ..quality.effect.tone import beyond, clipped_percent, local_range, quantile
from ..quality.lengths import DIAGONAL, Lengths
from ..quality.measured import Measured
from ..quality.regions import EMPTY, NOTHING_SEEN, weighted_mean
from ..transparency import fill_transparent
from .samples import Sample

TONES = 0.016  # of `Lengths`: sigma of what is tone of a face rather than its detail


@dataclass(frozen=True)
class SoftSide:
    """`kept_outside` and `clipped_percent` of `Figures`, as blur and bloom leave them."""

    kept: float | None
    clipped_percent: float


@dataclass(frozen=True)
class ClearSide:
    """The others, and how many more pixels returned detail clips, in percent of the sample; fewer below 0."""

    kept: float | None
    clipped_percent: float
    tone_shift: float
    overshoot: float
    halo: float


class Outside:
    """What lies outside of the mask of a sample, whose alpha hides what is not measured."""

    def __init__(self, sample: Sample) -> None:
        self._sample, self._source = sample, _source(sample)
        regions = self._source.regions
        alone = _mask_seen(sample, self._source) is None
        there = regions.note != NOTHING_SEEN and (alone or regions.outside is not None)
        self._place = _place(self._source, regions.surroundings, DIAGONAL) if there else None

    def measure(self, bloomed: Tensor) -> SoftSide:
        """Of the sample [1, 3, H, W] without returned detail: none returns there."""
        seen = _seen(bloomed, self._sample, self._source)
        return SoftSide(_kept(seen, self._place), _clipped(seen, self._source))


class Inside:
    """What lies in the mask of a sample or near it, whose alpha hides what is not measured."""

    def __init__(self, sample: Sample) -> None:
        self._sample, self._source = sample, _source(sample)
        self._lengths = self._source.regions.lengths
        self._mask = _mask_seen(sample, self._source)
        self._place = None if self._mask is None else _place(self._source, core(self._mask), self._lengths)
        self._low = self._lengths.blur(self._source.luma, LOW_PASS)
        self._range = local_range(self._source.luma, self._lengths)

    def measure(self, bloomed: Tensor, image: Tensor) -> ClearSide:
        """Of the sample [1, 3, H, W] without and with returned detail."""
        before, result = (_seen(each, self._sample, self._source) for each in (bloomed, image))
        levelled = result.luma - (self._lengths.blur(result.luma, LOW_PASS) - self._low)
        most, least = local_range(before.luma, self._lengths)
        both = torch.maximum(most, self._range[0]), torch.minimum(least, self._range[1])
        tones = self._lengths.blur(result.luma - before.luma, TONES).abs()
        return ClearSide(
            kept=_kept(result, self._place),
            clipped_percent=_clipped(result, self._source) - _clipped(before, self._source),
            tone_shift=0.0 if self._mask is None else 255 * weighted_mean(tones, self._mask),
            overshoot=0.0 if self._mask is None else _peak(beyond(result.luma, both), self._mask),
            halo=_peak(beyond(levelled, self._range), self._source.regions.near),
        )


@dataclass(frozen=True, eq=False)
class _Place:
    """A weight [1, 1, H, W] (None: everywhere), the lengths of its detail, and how much the source has there."""

    weight: Tensor | None
    lengths: Lengths
    energy: float


def _place(source: Measured, weight: Tensor | None, lengths: Lengths) -> _Place | None:
    place = _Place(weight, lengths, detail_energy(source, weight, lengths))
    return place if has_detail(place.energy) else None


def _source(sample: Sample) -> Measured:
    return Measured.of(sample.image, None, sample.mask, sample.alpha, sample.scales)


def _seen(image: Tensor, sample: Sample, source: Measured) -> Measured:
    return Measured(displayable(fill_transparent(image, sample.alpha)), source.regions)


def _mask_seen(sample: Sample, source: Measured) -> Tensor | None:
    """The mask as far as the picture is seen; None where nothing of it is."""
    if source.regions.note == NOTHING_SEEN:
        return None
    seen = source.regions.seen
    mask = displayable(sample.mask) if seen is None else displayable(sample.mask) * seen
    return mask if float(mask.max()) >= EMPTY else None


def _kept(picture: Measured, place: _Place | None) -> float | None:
    return None if place is None else detail_kept(detail_energy(picture, place.weight, place.lengths), place.energy)


def _clipped(picture: Measured, source: Measured) -> float:
    return clipped_percent(picture.rgb, source.rgb, source.regions.seen)


def _peak(over: Tensor, weight: Tensor | None) -> float:
    values = over if weight is None else over[weight > 0]
    return 255 * quantile(values, 0.999) if values.numel() else 0.0
