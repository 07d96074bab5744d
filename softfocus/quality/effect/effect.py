"""What an effect did to a picture: all metrics of one frame, with or without reference and mask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ...color import linear_to_srgb, luminance, srgb_to_linear
from ...transparency import fill_transparent
from ..clarity.distortions import Distortions, measure_distortions
from ..clarity.edge_width import shown
from ..displayed import as_displayed
from ..regions import Regions, find_regions
from .bands import Bands, core, detail_kept, finest_kept, gain, has_detail, sharpening, split_bands
from .detail import COARSE, MIDDLE, decibels, detail_energy
from .drift import face_drift, scattered_light
from .seam import seam
from .tone import clipped_percent, colour_drift, colour_form, glow, halo, low_pass

FLAT_REFERENCE = "The reference has no fine detail{} to compare with."


@dataclass(frozen=True)
class Effect:
    """Measurements of one picture. None means that the quantity is not defined for these inputs.

    Attributes:
        note: why the picture is one region, as a sentence; empty with a usable mask.
        referenced: whether a reference (the picture before the effect) was given.
        softness_db: without a reference, energy of coarse over fine detail outside the mask, in dB.
        contrast_db: without a reference, detail energy inside the mask over that outside, in dB.
        kept_inside, kept_outside: detail energy over that of the reference; 1 = unchanged.
        kept_whole: the same for a picture that is one region.
        selectivity_db: kept_inside over kept_outside, in dB; 0 for any effect that ignores the mask.
        face_drift: how far the light inside the mask is from what its surroundings forecast, beyond what the forecast
            misses outside, in code values (/255).
        finest: energy of the finest band over that of the reference, inside the mask or of the whole picture.
        finest_outside: energy of the finest band over that of the reference, outside the mask.
        sharpening: the larger of the finest band's energy and of detail energy over that of the reference, where the
            mask is strongest or in the whole picture.
        form: how much of the modelling (1 % to 2.4 % of the diagonal) is left, inside the mask or in the whole
            picture.
        form_step: form inside the mask less that in the ring around it.
        colour_form, colour_form_ring: the same modelling of the colour, inside the mask and in the ring.
        seam: step of the kept detail at hard edges of the mask, 0..1 and a little beyond.
        glow: percent of the light that scattered 3 % of the diagonal away or more, outside the mask or in the whole
            picture.
        wide_glow: the part of it that went 8 % away.
        halo_mean, halo_peak: overshoot beyond the reference's local range, mean and 99.9th percentile (/255).
        clipped_percent: pixels at the end of the range, less those of the reference; without one, burnt pixels only.
        colour_drift: mean distance in the a*b* plane of CIELAB; None also where kornia is missing.
        flat_reference: where the reference has no fine detail, so that what is kept of it means nothing, as a
            sentence; empty where it has.
        shown: without a reference, how much there is to be seen, over the least that can be judged; 0..1.
        edge_width, noise, block_step, ringing: without a reference, the fields of `Distortions`; the edge width inside
            the mask if there is one.
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
    finest: float | None = None
    finest_outside: float | None = None
    sharpening: float | None = None
    form: float | None = None
    form_step: float | None = None
    colour_form: float | None = None
    colour_form_ring: float | None = None
    seam: float | None = None
    glow: float | None = None
    wide_glow: float | None = None
    halo_mean: float | None = None
    halo_peak: float | None = None
    colour_drift: float | None = None
    edge_width: float | None = None
    noise: float | None = None
    block_step: float | None = None
    ringing: float | None = None
    shown: float | None = None
    flat_reference: str = ""


def measure_effects(
    images: Tensor,
    references: Tensor | None,
    masks: Tensor | None,
    distortions: Sequence[Distortions | None] | None = None,
    alphas: Tensor | None = None,
) -> list[Effect]:
    """Measure every frame on its own.

    Args:
        images: [B, 3, H, W] sRGB; measured as displayed, that is clamped to 0..1, with NaN as black.
        references: [B, 3, H, W], the pictures before the effect, or None.
        masks: [B, 1, H, W] in 0..1, 1 = structure that stays sharp, or None.
        distortions: what `measure_clarity` has found with the same masks, so that it is not measured again where it
            is needed, that is without a reference.
        alphas: [B, 1, H, W] in 0..1, of the images and of the references, or None: only what is mostly seen is
            measured, and nothing of what is hidden.

    Raises:
        ValueError: the shapes do not belong together.
    """
    for name, other, channels in (("references", references, 3), ("masks", masks, 1), ("alphas", alphas, 1)):
        expected = (images.shape[0], channels, *images.shape[2:])
        if other is not None and tuple(other.shape) != expected:
            raise ValueError(f"{name} has shape {tuple(other.shape)}; expected {expected}")
    return [
        measure_effect(
            images[i : i + 1],
            None if references is None else references[i : i + 1],
            None if masks is None else masks[i : i + 1],
            distortions[i] if distortions else None,
            None if alphas is None else alphas[i : i + 1],
        )
        for i in range(images.shape[0])
    ]


def measure_effect(
    image: Tensor,
    reference: Tensor | None = None,
    mask: Tensor | None = None,
    seen: Distortions | None = None,
    alpha: Tensor | None = None,
) -> Effect:
    """Measure one frame; arguments as in `measure_effects`, with B = 1."""
    image = fill_transparent(as_displayed(image), alpha)
    regions = find_regions(None if mask is None else torch.nan_to_num(mask).clamp(0, 1), alpha)
    if reference is None:
        return _without_reference(image, regions, seen or measure_distortions(image, regions.inside, regions.seen))
    return _with_reference(image, fill_transparent(as_displayed(reference), alpha), regions)


def _without_reference(image: Tensor, regions: Regions, seen: Distortions) -> Effect:
    softness = contrast = None
    luma = luminance(image)
    if regions.inside is not None:
        fine = detail_energy(luma, regions.outside)
        softness = decibels(detail_energy(luma, regions.outside, MIDDLE, COARSE) / fine)
        contrast = decibels(detail_energy(luma, regions.inside) / fine)
    return Effect(
        regions.note,
        referenced=False,
        clipped_percent=seen.burnt_percent,
        softness_db=softness,
        contrast_db=contrast,
        edge_width=seen.edge_width,
        noise=seen.noise,
        block_step=seen.block_step,
        ringing=seen.ringing,
        shown=shown(luma),
    )


def _with_reference(image: Tensor, reference: Tensor, regions: Regions) -> Effect:
    low, low_before = low_pass(image), low_pass(reference)
    after = split_bands(luminance(image), luminance(low))
    before = split_bands(luminance(reference), luminance(low_before))
    scattered = scattered_light(luminance(srgb_to_linear(reference)))
    seen = [linear_to_srgb(light) for light in scattered]
    shift = luminance(low) - luminance(low_before)
    halo_mean, halo_peak = halo(after.luma, before.luma, shift, regions.near)
    moved, wide = glow(shift, luminance(low_before), seen, regions.surroundings)
    form = gain(after.form, before.form, regions.subject)
    whole = Effect(
        regions.note,
        referenced=True,
        flat_reference=_flat_reference(before, regions),
        clipped_percent=clipped_percent(image, reference, regions.seen),
        kept_whole=detail_kept(after, before, regions.seen) if regions.inside is None else None,
        finest=finest_kept(after, before, regions.subject),
        sharpening=sharpening(after, before, core(regions.subject)),
        form=form,
        glow=moved,
        wide_glow=wide,
        halo_mean=halo_mean,
        halo_peak=halo_peak,
        colour_drift=colour_drift(low, low_before, regions.subject),
    )
    if regions.inside is None or regions.drawn is None:
        return whole
    inside, outside = (detail_kept(after, before, weight) for weight in (regions.inside, regions.outside))
    colors = colour_form(low), colour_form(low_before)
    light = low_pass(luminance(srgb_to_linear(image)))
    return replace(
        whole,
        kept_inside=inside,
        kept_outside=outside,
        selectivity_db=decibels(inside / outside),
        form_step=form - gain(after.form, before.form, regions.ring),
        finest_outside=finest_kept(after, before, regions.outside),
        colour_form=gain(*colors, regions.inside),
        colour_form_ring=gain(*colors, regions.ring),
        seam=seam(after, before, regions.drawn, regions.seen),
        face_drift=face_drift(light, (light - _decoded(low), scattered[0] - _decoded(low_before)), scattered, regions),
    )


def _flat_reference(before: Bands, regions: Regions) -> str:
    """Where the reference has no detail, as a sentence; empty where it has."""
    places = (
        {"": regions.subject}
        if regions.inside is None
        else {" in the mask": regions.inside, " outside": regions.outside}
    )
    flat = [place for place, weight in places.items() if not has_detail(before, weight)]
    return FLAT_REFERENCE.format(flat[0] if len(flat) < len(places) else "") if flat else ""


def _decoded(low: Tensor) -> Tensor:
    """Linear luminance [1, 1, H, W] of a low-passed picture's codes."""
    return luminance(srgb_to_linear(low))
