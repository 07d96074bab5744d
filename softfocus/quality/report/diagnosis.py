"""The likely cause of a weak measurement: one widget or socket of the pack's graph, by what the others say.

The thresholds were set on portraits (`tuned_cases` of benchmarks/quality_effect/cases.py), with one widget at a
time far from its default. Faults that measure alike get one answer: a threshold, radius or falloff that lets no light
scatter reads as too little intensity.
"""

from __future__ import annotations

from collections.abc import Callable

from ..effect.effect import Effect
from .small_face import of_another_scale
from .turn import BLOOM, BLUR, MASK, SHARPEN, Direction, Turn

LITTLE_GLOW = 8.0  # percent: less says that too little light scatters
WIDE_GLOW, FAR_GLOW = 3.0, 10.0  # percent: more may mean, and means, that it goes too far
UNSOFTENED = 0.6  # detail kept outside: more, in spite of glow, comes back with Feature Sharpen
UNBLURRED = 0.12  # finest detail left: bloom alone leaves more, any blur less
BLURRED, GONE = 0.12, 0.05  # detail kept outside: less may mean, and means, a wide blur; bloom alone leaves more
FINE_TOO = 0.6  # finest detail over detail kept outside: scattered light takes both alike, a blur the finest first
OVERSHARP = 1.1  # sharpening: more is meant to be sharper than the reference
EVEN = 0.9  # finest detail over detail kept inside: more says that the coarser bands were left out
SOME = 0.3  # detail kept inside: a dream alone leaves less
SMOOTH, ROUGH = 0.25, 1.4  # finest detail over detail kept inside: less, and more, than amount or radius make of it
SHIELDED = 0.45  # share of the scattering of colours that reaches the mask's inside: less says that it is protected
VIVID = 4.0  # Lab: colours that drift more come from the tint

SEEN_NOISE = 2.0  # /255
HALF, MOST = 0.5, 0.7  # of the detail
FLAT = 0.74  # form kept: less is more than a bloom of usual intensity takes
SET_APART = 0.12  # form step that bloom alone does not make

OVERSHARPENED = Turn(SHARPEN, "amount", "lower", "more detail returns than there was")
VEILED = Turn(BLOOM, "radius", "lower", "light scatters so far that it veils the face")


def _above(value: float | None, limit: float) -> bool:
    return value is not None and value > limit


def _too_little_inside(effect: Effect) -> Turn:
    if effect.form is not None and effect.form < FLAT and _above(effect.kept_inside, HALF):
        return _too_much_scatter(effect)
    kept = effect.kept_inside or 0.0
    if kept > SOME and effect.finest is not None and effect.finest < SMOOTH * kept:
        return Turn(SHARPEN, "medium", "raise", "coarser detail returns without the texture of the skin")
    if kept < HALF and _above(effect.finest, ROUGH * kept):
        return Turn(SHARPEN, "coarse", "raise", "the texture of the skin returns without coarser detail")
    if kept < HALF and _above(effect.finest, EVEN * kept):
        return Turn(SHARPEN, "radius", "raise", "only the very finest detail returns")
    return Turn(SHARPEN, "amount", "raise", "too little of the detail under the mask returns")


def _too_little_softness(effect: Effect) -> Turn:
    kept = effect.kept_outside if effect.kept_outside is not None else effect.kept_whole
    if not _above(effect.glow, LITTLE_GLOW):
        return Turn(BLOOM, "intensity", "raise", "little light scatters")
    if effect.kept_outside is not None and _above(kept, UNSOFTENED):
        return Turn(SHARPEN, "mask", "connect", "there is glow, but detail returns outside the mask too")
    return Turn(BLUR, "sigma", "raise", "light scatters, but the finest detail outside is still there")


def _too_little_selectivity(effect: Effect) -> Turn:
    inside, outside = effect.kept_inside or 0.0, effect.kept_outside or 0.0
    if BLURRED < outside < HALF and _above(effect.finest_outside, FINE_TOO * outside):
        return _too_little_softness(effect)
    return _too_little_inside(effect) if inside < MOST and outside < HALF else _too_little_softness(effect)


def _too_much_softness(effect: Effect) -> Turn:
    if _above(effect.finest, UNBLURRED):
        return _too_much_scatter(effect)
    return Turn(BLUR, "sigma", "lower", "the blur takes more than the finest detail")


def _too_much_scatter(effect: Effect) -> Turn:
    if turn := of_another_scale(effect):
        return turn
    if _above(effect.form_step, SET_APART):
        return _unlike_surroundings(effect)
    if _above(effect.wide_glow, WIDE_GLOW):
        return VEILED
    return Turn(BLOOM, "intensity", "lower", "so much light scatters that the face goes flat")


def _unlike_surroundings(effect: Effect) -> Turn:
    if _above(effect.sharpening, OVERSHARP):
        return OVERSHARPENED
    if turn := of_another_scale(effect):
        return turn
    if _above(effect.wide_glow, FAR_GLOW):
        return VEILED
    outside, inside, around = effect.kept_outside, effect.colour_form, effect.colour_form_ring
    blurred = Turn(BLUR, "sigma", "lower", "the surroundings are blurred far beyond the face")
    if outside is not None and outside < GONE:
        return blurred
    if inside is not None and around is not None and 1 - inside < SHIELDED * (1 - around):
        return Turn(BLOOM, "protect_mask", "disconnect", "light scatters around the face but not in it")
    if outside is not None and outside < BLURRED and _above(effect.form_step, 0):
        return blurred
    return Turn(SHARPEN, "radius", "lower", "more than fine detail returns, and with it the face's own light")


def _overshoot(effect: Effect) -> Turn:
    if _above(effect.sharpening, OVERSHARP):
        return OVERSHARPENED
    return Turn(SHARPEN, "halo_limit", "lower", "edges may pass their surroundings too far")


def _outline(effect: Effect) -> Turn:
    if _above(effect.sharpening, OVERSHARP):
        return OVERSHARPENED
    if turn := of_another_scale(effect):
        return turn
    return Turn(MASK, "feather", "raise", "sharpness ends at a hard edge of the mask")


def _clipping(effect: Effect) -> Turn:
    if _above(effect.colour_drift, VIVID):
        return _colors(effect)
    if _above(effect.sharpening, OVERSHARP):
        return OVERSHARPENED
    return Turn(BLOOM, "intensity", "lower", "light is added where there was most of it")


def _little_contrast(effect: Effect) -> Turn:
    if _above(effect.noise, SEEN_NOISE):
        return Turn(SHARPEN, "noise_threshold", "raise", "noise is there, perhaps from before")
    return Turn(SHARPEN, "amount", "raise", "there is little contrast from place to place")


def _colors(effect: Effect) -> Turn:
    return Turn(BLOOM, "tint", "whiten", "the scattered light is strongly coloured")


def _always(node: str, widget: str, direction: Direction, cause: str) -> Callable[[Effect], Turn]:
    return lambda effect: Turn(node, widget, direction, cause)


# by a goal's name or its source; two goals may share a source; for dark parts the pack has no widget
DIAGNOSES: dict[str, Callable[[Effect], Turn]] = {
    "kept_inside": _too_little_inside,
    "kept_outside": _too_little_softness,
    "selectivity_db": _too_little_selectivity,
    "detail not lost": _too_much_softness,
    "softening": _too_little_softness,
    "glow": _always(BLOOM, "intensity", "raise", "little light scatters"),
    "contrast_db": _always(SHARPEN, "amount", "raise", "detail in the mask is not far above the rest"),
    "softness_db": _always(BLUR, "sigma", "raise", "there is much fine detail outside the mask"),
    "detail_db": _always(SHARPEN, "amount", "raise", "even the sharper parts hold little fine detail"),
    "burnt_root": _clipping,
    "likeness": _always(SHARPEN, "amount", "raise", "pixels are nearly alike with their neighbours, as after a blur"),
    "signal_db": _little_contrast,
    "edge_width": _always(SHARPEN, "amount", "raise", "even the clearest edges are wide"),
    "noise": _always(SHARPEN, "noise_threshold", "raise", "noise is there, perhaps from before"),
    "block_step": _always(SHARPEN, "radius", "raise", "the file was compressed hard, and its blocks come back"),
    "ringing": _always(SHARPEN, "amount", "lower", "edges swing past both of their sides"),
    "face_drift": _unlike_surroundings,
    "form": _too_much_scatter,
    "form_step": _unlike_surroundings,
    "sharpening": _overshoot,
    "seam": _outline,
    "halo_peak": _overshoot,
    "clipped_percent": _clipping,
    "colour_drift": _colors,
}
