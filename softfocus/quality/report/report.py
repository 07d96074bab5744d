"""The scores as plain sentences that name the widget to turn, and as one line of JSON for machines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from ..clarity.clarity import Clarity
from ..clip.clip_report import clip_data, rounded
from ..clip.clip_scores import ClipScores
from ..effect.effect_report import describe
from .advice import advise
from .kept import best_pictures, describe_kept, in_words
from .ranking import Ranking
from .score import Score
from .sides import describe_orders, describe_sides

NO_PICTURES = "There are no pictures to score."
ALL_GOOD = "Nothing needs to be changed."


def write_report(
    ranking: Ranking,
    clarities: Sequence[Clarity] = (),
    clip: Sequence[ClipScores | None] = (),
    notes: Sequence[str] = (),
    keep: int = 1,
) -> str:
    """Report on a ranking, best first: sentences, a blank line, one line of JSON.

    Args:
        ranking: of the batch.
        clarities, clip: one for each picture, by its number, or none at all.
        notes: further sentences, on all pictures.
        keep: how many of the best are kept, as for `best_pictures`.

    Returns:
        Text. The JSON is a list in ranking order; each entry has index, total, parts (name, value, unit, target,
        whether it is a fault, and score 0..1), effect (every measurement, null where it is undefined), advice (node,
        widget, direction and sentence, the most costly part first), kept (whether it is), clarity, clip and clip_points
        (null without). With picks of a person also strength, in logits, and certain: how likely it is before the next.
    """
    if not ranking.scores:
        return f"{NO_PICTURES}\n\n[]"
    best = ranking.scores[0]
    lines = [f"Score {best.total:.1f} of 100{_which(best, ranking)}."]
    lines += _ranking_lines(ranking) + describe_orders(clip) + describe_kept(ranking, keep)
    lines += describe(best.effect)
    lines += [advice.sentence for advice in advise(best)] or [ALL_GOOD]
    lines += describe_sides(clarities[best.index] if clarities else None, clip[best.index] if clip else None)
    lines += notes
    return "\n".join(lines) + "\n\n" + json.dumps(_entries(ranking, clarities, clip, keep))


def _entries(
    ranking: Ranking, clarities: Sequence[Clarity], clip: Sequence[ClipScores | None], keep: int
) -> list[dict[str, object]]:
    entries, kept = [], best_pictures(ranking, keep)
    for place, score in enumerate(ranking.scores):
        measured = clarities[score.index] if clarities else None
        judged = clip[score.index] if clip else None
        more = {
            "kept": score.index in kept,
            "clarity": None if measured is None else rounded(asdict(measured)),
            "clip": None if judged is None else clip_data(judged),
            "clip_points": round(ranking.clip_points[score.index], 2) if ranking.clip_points else None,
        }
        entries.append(_entry(score) | more | _strength(place, ranking))
    return entries


def _which(best: Score, ranking: Ranking) -> str:
    return f" for picture {best.index}, the best of {len(ranking.scores)}" if len(ranking.scores) > 1 else ""


def _ranking_lines(ranking: Ranking) -> list[str]:
    """One line for each picture of a batch, with its distance to the one before, or how sure it is before the next."""
    if len(ranking.scores) == 1:
        return []
    picks = ranking.order.picks if ranking.order else 0
    sources = ["score", *["CLIP"] * bool(ranking.clip_points), *[f"{picks} pick{'s' * (picks > 1)}"] * bool(picks)]
    lines = [f"Ranking by {in_words(sources)} (pictures are counted from 0, as in the batch):"]
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
