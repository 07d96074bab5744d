"""The scores as plain sentences that name the widget to turn, and as one line of JSON for machines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from .effect import Effect
from .preference import Order
from .score import Part, Score, format_value

NO_PICTURES = "There are no pictures to score."
NO_REFERENCE = "There is no reference, so only the picture itself is judged, not what the effect changed."
ONLY_SOFTNESS = "With neither mask nor reference the score only orders pictures by softness and clipping."
NO_LAB = "Colour drift was left out because the package kornia is not installed."
GOOD_ENOUGH = 0.7  # parts below this get advice
MOST_ADVICE = 4

ADVICE = {
    "kept_inside": "raise amount in Feature Sharpen, or the weights in Face Detail Mask",
    "kept_outside": "raise sigma in Selective Gaussian Blur, or intensity in Luminance Bloom",
    "selectivity_db": "connect the mask to Feature Sharpen, and soften more or raise its amount",
    "detail not lost": "lower sigma in Selective Gaussian Blur, or intensity in Luminance Bloom",
    "softening": "raise sigma in Selective Gaussian Blur, or intensity in Luminance Bloom",
    "glow_stops": "raise intensity in Luminance Bloom",
    "contrast_db": "raise amount in Feature Sharpen, or sigma in Selective Gaussian Blur",
    "softness_db": "raise sigma in Selective Gaussian Blur, or intensity in Luminance Bloom",
    "face_drift": "take protect_mask off Luminance Bloom, or raise feather in Face Detail Mask",
    "halo_peak": "lower halo_limit or amount in Feature Sharpen",
    "clipped_percent": "lower intensity in Luminance Bloom, or the exposure of the picture",
    "colour_drift": "bring tint in Luminance Bloom nearer to #ffffff, or lower intensity",
}


def write_report(ranking: Sequence[Score], order: Order | None = None) -> str:
    """Report on a ranking, best first: sentences, a blank line, one line of JSON.

    The JSON is a list in ranking order; each entry has index, total, parts (name, value, unit and
    score 0..1) and effect (every measurement, null where it is undefined). With an `order` (the ranking is
    by it then, picks of a person included) also strength, in logits, and certain: how likely it is before the next.
    """
    if not ranking:
        return f"{NO_PICTURES}\n\n[]"
    best = ranking[0]
    lines = [f"Score {best.total:.1f} of 100{_which(best, ranking)}."]
    lines += _ranking_lines(ranking, order)
    lines += describe(best.effect)
    lines += advise(best)
    entries = [_entry(score) | _strength(place, ranking, order) for place, score in enumerate(ranking)]
    return "\n".join(lines) + "\n\n" + json.dumps(entries)


def describe(effect: Effect) -> list[str]:
    """What was measured on one picture, as sentences."""
    lines = [effect.note] if effect.note else []
    return lines + (_changes(effect) if effect.referenced else [NO_REFERENCE, *_state(effect)])


def advise(score: Score) -> list[str]:
    """What to turn, for the parts that cost the most; one sentence when nothing needs it."""
    weak = sorted((part for part in score.parts if part.score < GOOD_ENOUGH), key=_remaining)
    if not weak:
        return ["Nothing needs to be changed."]
    return [f"{_against_target(part)}: {_advice(part)}." for part in weak[:MOST_ADVICE]]


def _changes(effect: Effect) -> list[str]:
    lines = []
    if effect.kept_inside is not None and effect.kept_outside is not None:
        lines.append(
            f"Inside the mask {100 * effect.kept_inside:.0f} % of the fine detail energy is kept, "
            f"outside {100 * effect.kept_outside:.0f} %: a selectivity of {effect.selectivity_db:.1f} dB."
        )
        lines.append(f"The light on the face is {effect.face_drift:.1f}/255 away from what its surroundings call for.")
    if effect.kept_whole is not None:
        lines.append(f"{100 * effect.kept_whole:.0f} % of the fine detail energy is kept in the whole picture.")
    lines.append(f"Next to the highlights the light gains {effect.glow_stops:+.2f} stops over the whole picture.")
    lines.append(
        f"Edges overshoot by {effect.halo_peak:.1f}/255 (99.9th percentile), {effect.halo_mean:.2f}/255 on average."
    )
    lines.append(f"{effect.clipped_percent:.1f} % of the pixels clip beyond those of the reference.")
    drift = effect.colour_drift
    return lines + [NO_LAB if drift is None else f"Colours drift by {drift:.1f} Lab units (2 is just visible)."]


def _state(effect: Effect) -> list[str]:
    lines = []
    if effect.contrast_db is not None:
        lines.append(f"Fine detail inside the mask is at {effect.contrast_db:+.1f} dB of that outside.")
    place = "the whole picture" if effect.note else "the picture outside the mask"
    lines.append(f"The softness of {place} is {effect.softness_db:.1f} dB (coarse over fine detail).")
    lines.append(f"{effect.clipped_percent:.1f} % of the pixels clip.")
    return [*lines, ONLY_SOFTNESS] if effect.note else lines


def _which(best: Score, ranking: Sequence[Score]) -> str:
    return f" for picture {best.index}, the best of {len(ranking)}" if len(ranking) > 1 else ""


def _ranking_lines(ranking: Sequence[Score], order: Order | None) -> list[str]:
    """One line for each picture of a batch, with its distance to the one before, or how sure it is before the next."""
    if len(ranking) == 1:
        return []
    by = "by score" if order is None else f"by score and {order.picks} pick{'s' * (order.picks > 1)}"
    lines = [f"Ranking {by} (pictures are counted from 0, as in the batch):"]
    for place, score in enumerate(ranking):
        certain = _strength(place, ranking, order).get("certain")
        behind = f", {ranking[place - 1].total - score.total:.1f} behind" if place and order is None else ""
        sure = "" if certain is None else f", before the next with {100 * certain:.0f} % certainty"
        lines.append(f"{place + 1}. picture {score.index}: {score.total:.1f}{behind}{sure}")
    if len({tuple(part.goal.name for part in score.parts) for score in ranking}) > 1:
        lines.append("Some pictures have no usable mask; their scores mean something else and compare badly.")
    return lines


def _strength(place: int, ranking: Sequence[Score], order: Order | None) -> dict[str, float]:
    if order is None:
        return {}
    index = ranking[place].index
    found = {"strength": round(float(order.strengths[index]), 4)}
    if place + 1 < len(ranking):
        found["certain"] = round(float(order.certainty[index, ranking[place + 1].index]), 4)
    return found


def _remaining(part: Part) -> float:
    """Share of the score that is left with this part as it is: small for the most costly part."""
    return 1 - part.goal.weight * (1 - part.score) if part.goal.weight else part.score


def _against_target(part: Part) -> str:
    goal = part.goal
    return f"{goal.name.capitalize()} {format_value(part.value)} {goal.unit} (target {goal.target})"


def _advice(part: Part) -> str:
    return ADVICE.get(part.goal.source) or ADVICE[part.goal.name]


def _entry(score: Score) -> dict[str, object]:
    parts = [
        {"name": part.goal.name, "value": round(part.value, 4), "unit": part.goal.unit, "score": round(part.score, 4)}
        for part in score.parts
    ]
    measured = asdict(score.effect).items()
    effect = {key: round(value, 4) if isinstance(value, float) else value for key, value in measured}
    return {"index": score.index, "total": round(score.total, 2), "parts": parts, "effect": effect}
