"""The scores as plain sentences that name the widget to turn, and as one line of JSON for machines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from ..clarity.clarity import Clarity, describe_natural
from ..clarity.distortions import Distortions, describe_distortions
from ..clip.clip_report import clip_data, describe_clip, rounded
from ..clip.clip_scores import ClipScores
from ..effect.bands import MOST
from ..effect.effect import Effect
from .advice import advise
from .ranking import Ranking
from .score import Score

NO_PICTURES = "There are no pictures to score."
NO_REFERENCE = "There is no reference, so only the picture itself is judged, not what the effect changed."
ONLY_CLARITY = "With neither mask nor reference the score says how clear the picture is, not how dreamy."
ALL_GOOD = "Nothing needs to be changed."
NEXT_TO_NOTHING = "The picture shows next to nothing, which takes from the score."
NO_LAB = "Colour drift was left out because the package kornia is not installed."


def write_report(
    ranking: Ranking,
    clarities: Sequence[Clarity] = (),
    clip: Sequence[ClipScores | None] = (),
    notes: Sequence[str] = (),
) -> str:
    """Report on a ranking, best first: sentences, a blank line, one line of JSON.

    Args:
        ranking: of the batch.
        clarities, clip: one for each picture, by its number, or none at all.
        notes: further sentences, on all pictures.

    Returns:
        Text. The JSON is a list in ranking order; each entry has index, total, parts (name, value, unit, target,
        whether it is a fault, and score 0..1), effect (every measurement, null where it is undefined), advice (node,
        widget, direction and sentence, the most costly part first), clarity, clip and clip_points (null without). With
        picks of a person also strength, in logits, and certain: how likely it is before the next.
    """
    if not ranking.scores:
        return f"{NO_PICTURES}\n\n[]"
    best = ranking.scores[0]
    lines = [f"Score {best.total:.1f} of 100{_which(best, ranking)}."]
    lines += _ranking_lines(ranking)
    lines += describe(best.effect)
    lines += [advice.sentence for advice in advise(best)] or [ALL_GOOD]
    lines += describe_natural(clarities[best.index]) if clarities else []
    lines += describe_clip(clip[best.index] or ClipScores()) if clip else []
    lines += notes
    entries = []
    for place, score in enumerate(ranking.scores):
        measured = clarities[score.index] if clarities else None
        judged = clip[score.index] if clip else None
        more = {
            "clarity": None if measured is None else rounded(asdict(measured)),
            "clip": None if judged is None else clip_data(judged),
            "clip_points": round(ranking.clip_points[score.index], 2) if ranking.clip_points else None,
        }
        entries.append(_entry(score) | more | _strength(place, ranking))
    return "\n".join(lines) + "\n\n" + json.dumps(entries)


def describe(effect: Effect) -> list[str]:
    """What was measured on one picture, as sentences."""
    lines = [effect.note] if effect.note else []
    return lines + (_changes(effect) if effect.referenced else [NO_REFERENCE, *_state(effect)])


def _changes(effect: Effect) -> list[str]:
    lines = [effect.flat_reference] if effect.flat_reference else []
    if effect.kept_inside is not None and effect.kept_outside is not None:
        lines.append(
            f"Inside the mask {_percent(effect.kept_inside)} of the fine detail energy is kept, "
            f"outside {_percent(effect.kept_outside)}: a selectivity of {effect.selectivity_db:.1f} dB."
        )
        lines.append(f"The light on the face is {effect.face_drift:.1f}/255 away from what its surroundings call for.")
    if effect.kept_whole is not None:
        lines.append(f"{_percent(effect.kept_whole)} of the fine detail energy is kept in the whole picture.")
    if effect.glow is not None and effect.form is not None:
        place = "the whole picture" if effect.form_step is None else "what the mask holds"
        lines.append(f"{max(0, effect.glow):.0f} % of the light scatters beyond its surroundings.")
        lines.append(f"{_percent(effect.form)} of the form (the broader modelling) of {place} is kept.")
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
    if effect.softness_db is not None:
        lines.append(f"The picture outside the mask has {effect.softness_db:.1f} dB of coarse over fine detail.")
    if effect.edge_width is not None:
        others = (effect.noise or 0.0, effect.block_step or 0.0, effect.ringing or 0.0)
        seen = Distortions(effect.edge_width, *others, effect.clipped_percent)
        lines += describe_distortions(seen, "the picture" if effect.note else "what the mask holds")
    if effect.shown is not None and effect.shown < 1:
        lines.append(NEXT_TO_NOTHING)
    return [*lines, ONLY_CLARITY] if effect.note else lines


def _percent(share: float) -> str:
    return f"{100 * MOST:.0f} % or more" if share >= MOST else f"{100 * max(share, 0):.0f} %"


def _which(best: Score, ranking: Ranking) -> str:
    return f" for picture {best.index}, the best of {len(ranking.scores)}" if len(ranking.scores) > 1 else ""


def _ranking_lines(ranking: Ranking) -> list[str]:
    """One line for each picture of a batch, with its distance to the one before, or how sure it is before the next."""
    if len(ranking.scores) == 1:
        return []
    picks = ranking.order.picks if ranking.order else 0
    sources = ["score", *["CLIP"] * bool(ranking.clip_points), *[f"{picks} pick{'s' * (picks > 1)}"] * bool(picks)]
    by = " and ".join([", ".join(sources[:-1]), sources[-1]] if len(sources) > 1 else sources)
    lines = [f"Ranking by {by} (pictures are counted from 0, as in the batch):"]
    for place, score in enumerate(ranking.scores):
        certain = _strength(place, ranking).get("certain")
        added = f" {ranking.clip_points[score.index]:+.1f} by CLIP" if ranking.clip_points else ""
        behind = ""
        if place and ranking.order is None:
            behind = f", {ranking.points(ranking.scores[place - 1]) - ranking.points(score):.1f} behind"
        sure = "" if certain is None else f", before the next with {100 * certain:.0f} % certainty"
        lines.append(f"{place + 1}. picture {score.index}: {score.total:.1f}{added}{behind}{sure}")
    if len({tuple(part.goal.name for part in score.parts) for score in ranking.scores}) > 1:
        lines.append("Some pictures have no usable mask; their scores mean something else and compare badly.")
    return lines


def _strength(place: int, ranking: Ranking) -> dict[str, float]:
    order = ranking.order
    if order is None:
        return {}
    index = ranking.scores[place].index
    found = {"strength": round(float(order.strengths[index]), 4)}
    if place + 1 < len(ranking.scores):
        found["certain"] = round(float(order.certainty[index, ranking.scores[place + 1].index]), 4)
    return found


def _entry(score: Score) -> dict[str, object]:
    parts = [
        {
            "name": part.goal.name,
            "value": round(part.value, 4),
            "unit": part.goal.unit,
            "target": part.goal.target,
            "fault": part.goal.weight == 0,
            "score": round(part.score, 4),
        }
        for part in score.parts
    ]
    effect = rounded(asdict(score.effect))
    turns = [asdict(advice) for advice in advise(score)]
    return {"index": score.index, "total": round(score.total, 2), "parts": parts, "effect": effect, "advice": turns}
