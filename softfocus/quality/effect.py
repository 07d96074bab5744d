"""What an effect did to a picture: all metrics of one frame, with or without reference and mask."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ..color import luminance, srgb_to_linear
from .detail import COARSE, MIDDLE, decibels, detail_energy
from .drift import face_drift
from .regions import Regions, find_regions
from .tone import clipped_percent, colour_drift, glow_stops, halo, low_pass


@dataclass(frozen=True)
class Effect:
    """Measurements of one picture. None means that the quantity is not defined for these inputs.

    Attributes:
        note: why the picture is one region, as a sentence; empty with a usable mask.
        referenced: whether a reference (the picture before the effect) was given.
        softness_db: without a reference, energy of coarse over fine detail outside the mask (or of the
            whole picture), in dB.
        contrast_db: without a reference, detail energy inside the mask over that outside, in dB.
        kept_inside, kept_outside: detail energy over that of the reference; 1 = unchanged.
        kept_whole: the same for a picture that is one region.
        selectivity_db: kept_inside over kept_outside, in dB; 0 for any effect that ignores the mask.
        face_drift: how far the light inside the mask is from what its surroundings forecast, in code values (/255).
        glow_stops: gain of light next to the highlights over that of the whole picture, in stops.
        halo_mean, halo_peak: overshoot beyond the reference's local range, mean and 99.9th percentile (/255).
        clipped_percent: pixels at the end of the range, less those of the reference.
        colour_drift: mean distance in the a*b* plane of CIELAB; None also where kornia is missing.
    """

    note: str
    referenced: bool
    clipped_percent: float
    softness_db: float | None = None
    contrast_db: float | None = None
    kept_inside: float | None = None
    kept_outside: float | None = None
    kept_whole: float | None = None
    selectivity_db: float | None = None
    face_drift: float | None = None
    glow_stops: float | None = None
    halo_mean: float | None = None
    halo_peak: float | None = None
    colour_drift: float | None = None


def measure_effects(images: Tensor, references: Tensor | None, masks: Tensor | None) -> list[Effect]:
    """Measure every frame on its own.

    Args:
        images: [B, 3, H, W] sRGB; measured as displayed, that is clamped to 0..1, with NaN as black.
        references: [B, 3, H, W], the pictures before the effect, or None.
        masks: [B, 1, H, W] in 0..1, 1 = structure that stays sharp, or None.

    Raises:
        ValueError: the shapes do not belong together.
    """
    for name, other, channels in (("references", references, 3), ("masks", masks, 1)):
        expected = (images.shape[0], channels, *images.shape[2:])
        if other is not None and tuple(other.shape) != expected:
            raise ValueError(f"{name} has shape {tuple(other.shape)}; expected {expected}")
    return [
        measure_effect(
            images[i : i + 1],
            None if references is None else references[i : i + 1],
            None if masks is None else masks[i : i + 1],
        )
        for i in range(images.shape[0])
    ]


def measure_effect(image: Tensor, reference: Tensor | None = None, mask: Tensor | None = None) -> Effect:
    """Measure one frame; arguments as in `measure_effects`, with B = 1."""
    image = _as_displayed(image)
    regions = find_regions(None if mask is None else torch.nan_to_num(mask).clamp(0, 1))
    if reference is None:
        return _without_reference(image, regions)
    return _with_reference(image, _as_displayed(reference), regions)


def _without_reference(image: Tensor, regions: Regions) -> Effect:
    luma = luminance(image)
    fine = detail_energy(luma, regions.outside)
    contrast = None if regions.inside is None else decibels(detail_energy(luma, regions.inside) / fine)
    return Effect(
        regions.note,
        referenced=False,
        clipped_percent=clipped_percent(image, None),
        softness_db=decibels(detail_energy(luma, regions.outside, MIDDLE, COARSE) / fine),
        contrast_db=contrast,
    )


def _with_reference(image: Tensor, reference: Tensor, regions: Regions) -> Effect:
    luma, before = luminance(image), luminance(reference)
    light = luminance(srgb_to_linear(reference))
    low = low_pass(before)
    shift = low_pass(luma) - low
    near = None if regions.outside is None else 1 - regions.outside
    halo_mean, halo_peak = halo(luma, before, shift, near)

    def kept(weight: Tensor | None) -> float:
        return detail_energy(luma, weight) / detail_energy(before, weight)

    masked = regions.inside is not None
    inside, outside = (kept(regions.inside), kept(regions.outside)) if masked else (None, None)
    return Effect(
        regions.note,
        referenced=True,
        clipped_percent=clipped_percent(image, reference),
        kept_inside=inside,
        kept_outside=outside,
        kept_whole=None if masked else kept(None),
        selectivity_db=None if inside is None or outside is None else decibels(inside / outside),
        face_drift=face_drift(shift, low, light, regions) if masked else None,
        glow_stops=glow_stops(image, light),
        halo_mean=halo_mean,
        halo_peak=halo_peak,
        colour_drift=colour_drift(image, reference, regions.inside),
    )


def _as_displayed(picture: Tensor) -> Tensor:
    return torch.nan_to_num(picture.float(), nan=0.0, posinf=1.0, neginf=0.0).clamp(0, 1)
