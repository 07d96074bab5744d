"""All metrics of one frame, with or without reference and mask."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from torch import Tensor

from ...color import linear_to_srgb
from ...units import diagonal
from ..clarity.distortions import Distortions, measure_distortions
from ..clarity.glance import measure_glance
from ..measured import Measured
from .bands import Bands, core, detail_kept, finest_kept, gain, split_bands
from .detail import COARSE, FINE, MIDDLE, clean_energy, decibels, smoothed
from .drift import face_drift, scattered_light, spread_light
from .effect import Effect
from .effect_report import flat_reference
from .seam import seam
from .tone import clipped_percent, colour_drift, colour_form, glow, halo

Pair = tuple[Bands, Bands]  # of a picture and of its reference, at the same lengths


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
    glance = asdict(measure_glance(picture, distortions.burnt_percent)) if picture.regions.note else {}
    return Effect(
        **_noted(picture),
        referenced=False,
        clipped_percent=distortions.burnt_percent,
        softness_db=softness,
        contrast_db=contrast,
        edge_width=distortions.edge_width,
        noise=distortions.noise,
        block_step=distortions.block_step,
        ringing=distortions.ringing,
        shown=picture.edges.shown,
        **glance,
    )


def _bands_by_themselves(picture: Measured) -> tuple[float | None, float | None]:
    """Softness and contrast of `Effect`, None for a picture that is one region."""
    inside, outside = picture.regions.inside, picture.regions.outside
    if inside is None:
        return None, None
    lengths = picture.regions.lengths
    fine, middle, coarse = smoothed(picture.luma)
    noise = picture.noise_in(outside)
    detail = clean_energy(fine - middle, noise, outside, FINE, MIDDLE)
    beyond = clean_energy(middle - coarse, noise, outside, MIDDLE, COARSE)
    if lengths.faces:
        fine, middle, _ = smoothed(picture.luma, lengths)
    face = clean_energy(fine - middle, picture.noise_in(inside), inside, FINE, MIDDLE, lengths)
    return decibels(beyond / detail), decibels(face / detail)


def _with_reference(picture: Measured, reference: Measured) -> Effect:
    outer = split_bands(picture), split_bands(reference)
    scattered = scattered_light(reference.light)
    lengths = picture.regions.lengths
    inner = (split_bands(picture, lengths), split_bands(reference, lengths)) if lengths.faces else outer
    light = _light_and_faults(outer, inner, scattered)
    outline = picture.regions.drawn
    if outline is None:
        return _one_region(light, *outer)
    step = seam(*inner, outline, picture.regions.seen)
    return replace(_two_regions(light, outer, inner, scattered), seam=step)


def _light_and_faults(outer: Pair, inner: Pair, scattered: list[Tensor]) -> Effect:
    """What does not hang on bands of detail: light, halo, clipping and colour."""
    (after, before), (near, near_before) = outer, inner
    picture, reference, regions = after.picture, before.picture, after.picture.regions
    shift = after.low_luma - before.low_luma
    near_shift = shift if inner is outer else near.low_luma - near_before.low_luma
    halo_mean, halo_peak = halo(picture.luma, reference.luma, near_shift, regions.near, near.lengths)
    spread = [linear_to_srgb(each) for each in scattered]
    moved, wide = glow(shift, before.low_luma, spread, regions.surroundings)
    return Effect(
        **_noted(picture),
        referenced=True,
        clipped_percent=clipped_percent(picture.rgb, reference.rgb, regions.seen),
        glow=moved,
        wide_glow=wide,
        halo_mean=halo_mean,
        halo_peak=halo_peak,
        colour_drift=colour_drift(near.low, near_before.low, regions.subject),
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


def _two_regions(light: Effect, outer: Pair, inner: Pair, scattered: list[Tensor]) -> Effect:
    (after, before), regions = inner, outer[0].picture.regions
    strongest = core(regions.inside)
    (inside, was_inside), (outside, was_outside), (sharpest, _) = (
        _kept(pair, weight) for pair, weight in ((inner, regions.inside), (outer, regions.outside), (inner, strongest))
    )
    form = gain(after.form, before.form, regions.inside)
    colors = colour_form(after.low, after.lengths), colour_form(before.low, before.lengths)
    return replace(
        light,
        flat_reference=flat_reference({" in the mask": was_inside, " outside": was_outside}),
        kept_inside=inside,
        kept_outside=outside,
        selectivity_db=decibels(inside / outside),
        finest=finest_kept(after, before, regions.inside),
        finest_outside=finest_kept(*outer, regions.outside),
        sharpening=max(finest_kept(after, before, strongest), sharpest),
        form=form,
        form_step=form - gain(after.form, before.form, regions.ring),
        colour_form=gain(*colors, regions.inside),
        colour_form_ring=gain(*colors, regions.ring),
        face_drift=_drift(outer, inner, scattered),
    )


def _kept(pair: Pair, weight: Tensor | None) -> tuple[float, float]:
    """How much of the detail is kept under a weight, and the energy that it had."""
    after, before = pair
    was = before.energy(weight)
    return detail_kept(after.energy(weight), was), was


def _drift(outer: Pair, inner: Pair, scattered: list[Tensor]) -> float:
    """`face_drift` of a picture, where its faces are known by their own lengths too."""
    regions, spread = outer[0].picture.regions, spread_light(*outer, scattered)
    if not regions.lengths.faces:
        return face_drift(spread, regions)
    near = scattered_light(outer[1].picture.light, regions.lengths)
    return face_drift(spread, regions, spread_light(*inner, near))


def _noted(picture: Measured) -> dict[str, Any]:
    """Which regions there are, and by which lengths the inside is measured."""
    regions, lengths = picture.regions, picture.regions.lengths
    scale = None
    if lengths.faces:
        scale = lengths.mean(lambda reach: reach, regions.inside, picture.rgb) / diagonal(picture.rgb)
    return {"note": regions.note, "faces": len(lengths.faces) if regions.boxed else None, "face_scale": scale}
