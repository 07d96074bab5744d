"""All metrics of one frame, with or without reference and mask."""

from __future__ import annotations

from dataclasses import replace

from torch import Tensor

from ...color import linear_to_srgb, luminance, srgb_to_linear
from ..clarity.distortions import Distortions, measure_distortions
from ..measured import Measured, low_pass
from .bands import Bands, core, detail_kept, finest_kept, gain, split_bands
from .detail import COARSE, FINE, MIDDLE, clean_energy, decibels, smoothed
from .drift import face_drift, scattered_light
from .effect import Effect
from .effect_report import flat_reference
from .seam import seam
from .tone import clipped_percent, colour_drift, colour_form, glow, halo


def measure_effect(picture: Measured, distortions: Distortions | None = None) -> Effect:
    """Measure one frame against its reference, or by itself where it has none.

    Args:
        picture: the frame.
        distortions: what `measure_clarity` has found in it, so that it is not measured again where it is needed, that
            is without a reference.
    """
    if picture.reference is None:
        return _without_reference(picture, distortions or measure_distortions(picture))
    return _with_reference(picture, picture.reference)


def _without_reference(picture: Measured, distortions: Distortions) -> Effect:
    softness, contrast = _bands_by_themselves(picture)
    return Effect(
        picture.regions.note,
        referenced=False,
        clipped_percent=distortions.burnt_percent,
        softness_db=softness,
        contrast_db=contrast,
        edge_width=distortions.edge_width,
        noise=distortions.noise,
        block_step=distortions.block_step,
        ringing=distortions.ringing,
        shown=picture.edges.shown,
    )


def _bands_by_themselves(picture: Measured) -> tuple[float | None, float | None]:
    """Softness and contrast of `Effect`, None for a picture that is one region."""
    inside, outside = picture.regions.inside, picture.regions.outside
    if inside is None:
        return None, None
    fine, middle, coarse = smoothed(picture.luma)
    noise = picture.noise_in(outside)
    detail = clean_energy(fine - middle, noise, outside, FINE, MIDDLE)
    beyond = clean_energy(middle - coarse, noise, outside, MIDDLE, COARSE)
    face = clean_energy(fine - middle, picture.noise_in(inside), inside, FINE, MIDDLE)
    return decibels(beyond / detail), decibels(face / detail)


def _with_reference(picture: Measured, reference: Measured) -> Effect:
    after, before = split_bands(picture), split_bands(reference)
    scattered = scattered_light(reference.light)
    light = _light_and_faults(picture, reference, scattered)
    outline = picture.regions.drawn
    if outline is None:
        return _one_region(light, after, before)
    step = seam(after, before, outline, picture.regions.seen)
    return replace(_two_regions(light, after, before, scattered), seam=step)


def _light_and_faults(picture: Measured, reference: Measured, scattered: list[Tensor]) -> Effect:
    """What does not hang on bands of detail: light, halo, clipping and colour."""
    regions = picture.regions
    shift = picture.low_luma - reference.low_luma
    halo_mean, halo_peak = halo(picture.luma, reference.luma, shift, regions.near)
    moved, wide = glow(shift, reference.low_luma, [linear_to_srgb(each) for each in scattered], regions.surroundings)
    return Effect(
        regions.note,
        referenced=True,
        clipped_percent=clipped_percent(picture.rgb, reference.rgb, regions.seen),
        glow=moved,
        wide_glow=wide,
        halo_mean=halo_mean,
        halo_peak=halo_peak,
        colour_drift=colour_drift(picture.low, reference.low, regions.subject),
    )


def _one_region(light: Effect, after: Bands, before: Bands) -> Effect:
    seen = after.picture.regions.seen
    now, was = (bands.energy(seen) for bands in (after, before))
    kept, finest = detail_kept(now, was), finest_kept(after, before, seen)
    return replace(
        light,
        flat_reference=flat_reference({"": was}),
        kept_whole=kept,
        finest=finest,
        sharpening=max(finest, kept),
        form=gain(after.form, before.form, seen),
    )


def _two_regions(light: Effect, after: Bands, before: Bands, scattered: list[Tensor]) -> Effect:
    picture, reference, regions = after.picture, before.picture, after.picture.regions
    sides = {" in the mask": regions.inside, " outside": regions.outside}
    was = {place: before.energy(weight) for place, weight in sides.items()}
    inside, outside = (detail_kept(after.energy(weight), was[place]) for place, weight in sides.items())
    strongest = core(regions.inside)
    sharpest = detail_kept(after.energy(strongest), before.energy(strongest))
    form = gain(after.form, before.form, regions.inside)
    colors = colour_form(picture.low), colour_form(reference.low)
    own, texture = low_pass(picture.light), scattered[0] - _decoded(reference)
    return replace(
        light,
        flat_reference=flat_reference(was),
        kept_inside=inside,
        kept_outside=outside,
        selectivity_db=decibels(inside / outside),
        finest=finest_kept(after, before, regions.inside),
        finest_outside=finest_kept(after, before, regions.outside),
        sharpening=max(finest_kept(after, before, strongest), sharpest),
        form=form,
        form_step=form - gain(after.form, before.form, regions.ring),
        colour_form=gain(*colors, regions.inside),
        colour_form_ring=gain(*colors, regions.ring),
        face_drift=face_drift(own, (own - _decoded(picture), texture), scattered, regions),
    )


def _decoded(picture: Measured) -> Tensor:
    """Linear luminance [1, 1, H, W] of a picture's low-passed codes."""
    return luminance(srgb_to_linear(picture.low))
