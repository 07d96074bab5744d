"""What a match says, in sentences a photographer reads."""

from __future__ import annotations

import math

from .filter_match import FilterMatch
from .search import Found
from .verdict import Kind, Verdict

SURE, FAIR = 0.95, 0.7  # shares of the likelihood
CLOSE, WIDE = 0.15, 0.5  # octaves of a standard deviation: told well, told roughly; beyond: hardly told
GRADE_0 = "preset has grade 0: Diffusion Filter then returns its picture as it is."
NEAR = 0.01  # share below which another family is not named
MUCH_WARMTH = 0.25  # a standard deviation of a setting that is even in 0..1 is 0.29 where nothing is known of it


def write_report(match: FilterMatch) -> str:
    """Some lines: what the pair is, the settings with their uncertainty, what is left."""
    lines = {
        Kind.MATCHED: _matched,
        Kind.OTHER: _other,
        Kind.UNCHANGED: _unchanged,
        Kind.BLIND: _blind,
    }[match.verdict.kind](match)
    return "\n".join(lines)


def write_title(match: FilterMatch) -> str:
    """One line, for the plot."""
    best, share = match.likely[0]
    named = f"{best.family}, grade {best.grade:.2g}, size {best.size:.0f}"
    return {
        Kind.MATCHED: f"Nearest: {named}" if match.verdict.another_make else f"{named} ({share:.0%})",
        Kind.OTHER: f"No filter of these; the nearest: {named}",
        Kind.UNCHANGED: "No change that a filter makes",
        Kind.BLIND: "Nothing can be told from this pair",
    }[match.verdict.kind]


def _matched(match: FilterMatch) -> list[str]:
    best, share = match.likely[0]
    others = [f"{each.family} {part:.0%}" for each, part in match.likely[1:] if part >= NEAR]
    sure = "surely" if share >= SURE else "probably" if share >= FAIR else "perhaps"
    named = f"{best.family}, grade {best.grade:.2g}, size {best.size:.0f}"
    lines = [
        f"Of these filters {named} is the nearest, but the light spreads otherwise: perhaps a filter of another make."
        if match.verdict.another_make
        else f"This is {sure} {named}.",
        f"Family: {best.family} {share:.0%}" + (f"; {', '.join(others)}." if others else "; no other comes near."),
        f"Grade {best.grade:.3g} ({_between(best.grade, best.grade_spread)}), {_told(best.grade_spread)}.",
        f"Size {best.size:.0f} % ({_between(best.size, best.size_spread)}), {_told(best.size_spread)}.",
        _warmth(best),
        f"Halation {best.halation:.2f} +- {best.halation_spread:.2f}" + _unknown(best.halation_spread),
        f"Exposure of image_with: {math.log2(best.exposure):+.2f} EV.",
        _left(match.verdict),
    ]
    return lines


def _other(match: FilterMatch) -> list[str]:
    best, _ = match.likely[0]
    verdict = match.verdict
    return [
        "No filter of these explains this pair.",
        f"The nearest, {best.family}, grade {best.grade:.2g}, size {best.size:.0f}, leaves "
        f"{verdict.left / max(verdict.changed, 1e-9):.0%} of the change ({255 * verdict.left:.1f} of "
        f"{255 * verdict.changed:.1f} levels of 255).",
        "Such a change comes from a blur, a curve, colors, sharpening, another glow, or pictures that are not aligned.",
        GRADE_0,
    ]


def _unchanged(match: FilterMatch) -> list[str]:
    best, _ = match.likely[0]
    return [
        "No change that a diffusion filter makes: the pictures are alike to within their noise.",
        f"Exposure of image_with: {math.log2(max(best.exposure, 1e-9)):+.2f} EV.",
        GRADE_0,
    ]


def _blind(match: FilterMatch) -> list[str]:
    return [
        "Nothing can be told: image_without is flat, or too much of the pair is white or black.",
        "Take a scene with lights, edges and detail, exposed so that little of it clips.",
        GRADE_0,
    ]


def _warmth(best: Found) -> str:
    if best.family == "glimmer":
        return "Warmth 0: glimmer has none."
    return f"Warmth {best.warmth:.2f} +- {best.warmth_spread:.2f}" + _unknown(best.warmth_spread)


def _unknown(spread: float) -> str:
    return ", hardly told by this pair." if spread > MUCH_WARMTH else "."


def _left(verdict: Verdict) -> str:
    return (
        f"Left unexplained: {255 * verdict.left:.1f} levels of 255; without a filter {255 * verdict.changed:.1f}, "
        f"with any spread of light at all {255 * verdict.own:.1f}. Noise is in that."
    )


def _between(value: float, octaves: float) -> str:
    """The range that holds it with about 68 %, as of a normal distribution."""
    return f"{value / 2**octaves:.3g} to {value * 2**octaves:.3g}"


def _told(octaves: float) -> str:
    return "told well" if octaves <= CLOSE else "told roughly" if octaves <= WIDE else "hardly told by this pair"
