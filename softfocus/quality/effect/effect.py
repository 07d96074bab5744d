"""What an effect did to a picture, as numbers: with or without reference and mask."""

from __future__ import annotations

from dataclasses import dataclass


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
        detail_db, dark_quarter, burnt_root, likeness, signal_db: with neither reference nor usable mask, the fields
            of `Glance`.
        faces: faces in the mask in whose cycles the inside is measured; None where no boxes were given.
        face_scale: width of those faces over a fifth of the diagonal, averaged by the mask's weight; None without.
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
    detail_db: float | None = None
    dark_quarter: float | None = None
    burnt_root: float | None = None
    likeness: float | None = None
    signal_db: float | None = None
    flat_reference: str = ""
    faces: int | None = None
    face_scale: float | None = None
