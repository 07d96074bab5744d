"""Order of a batch: by score, by how CLIP scores the pictures beside each other, and by picks of a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..clip.clip_scores import ClipScores
from ..clip.clip_standing import standing
from ..effect.effect import Effect
from .preference import Order, fit_order
from .score import Score, score_effect

DIGITS = 6  # of points: the last bits of sums, which differ by place in a batch, must not order equals


@dataclass(frozen=True)
class Ranking:
    """A ranked batch.

    Attributes:
        scores: the best first; of equal ones the earlier picture comes first.
        clip_points: by picture number, what CLIP adds to its score for the order alone; empty without CLIP.
        order: strengths where there are picks of a person, else None.
    """

    scores: tuple[Score, ...]
    clip_points: tuple[float, ...] = ()
    order: Order | None = None

    def points(self, score: Score) -> float:
        """What counts for the order: the score and CLIP's part, in points."""
        return round(score.total + (self.clip_points[score.index] if self.clip_points else 0.0), DIGITS)

    def worth(self, score: Score) -> float:
        """What the order is by, the largest first: the strength where there are picks of a person, else the points."""
        return self.points(score) if self.order is None else float(self.order.strengths[score.index])


def rank(
    effects: Sequence[Effect], clip: Sequence[ClipScores | None] = (), picks: Sequence[tuple[int, int]] = ()
) -> Ranking:
    """Rank the pictures of a batch.

    Args:
        effects: one for each picture.
        clip: the same, or none at all.
        picks: (winner, loser) by picture number.
    """
    scores = [score_effect(effect, index) for index, effect in enumerate(effects)]
    added = tuple(each.points for each in standing(clip)) if any(each is not None for each in clip) else ()
    ranking = Ranking(tuple(scores), added)
    points = [ranking.points(score) for score in scores]
    if picks:
        order = fit_order(points, picks)
        return Ranking(tuple(scores[index] for index in order.ranked()), added, order)
    return Ranking(tuple(sorted(scores, key=lambda score: -points[score.index])), added)
