"""Where each picture of a batch stands by CLIP's scores, which is what they are good for: alone they mean little."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from .clip_scores import SCALE, ClipScores, Emotion

MOST_POINTS = 5.0  # of score that CLIP may move a picture by: it agrees only roughly with people
LEAST_ODDS = 1e-6  # of a probability and its opposite: float32 holds no less


@dataclass(frozen=True)
class Standing:
    """A picture within its batch: log-odds less their mean over the batch, 0 = average; None where undefined.

    Attributes:
        clarity: of the whole picture.
        coverage: cosines times `SCALE`, which makes them log-odds against any text that all pictures fit alike.
        emotion: of the intended emotion's probability; None for "auto", where pictures have different ones.
    """

    clarity: float | None
    coverage: float | None
    emotion: float | None

    @property
    def points(self) -> float:
        """What the standing is worth in points of score: MOST_POINTS times the tanh of its mean."""
        known = [value for value in (self.clarity, self.coverage, self.emotion) if value is not None]
        return MOST_POINTS * math.tanh(math.fsum(known) / len(known)) if known else 0.0


def standing(batch: Sequence[ClipScores | None]) -> list[Standing]:
    """Where each picture stands in its batch; pictures without a value neither get one nor count in the mean."""
    known = [scores or ClipScores() for scores in batch]
    clarity = _less_mean([_log_odds(each.clarity.whole) if each.clarity else None for each in known])
    coverage = _less_mean([None if each.coverage is None else SCALE * each.coverage for each in known])
    feeling = _less_mean([_intended_odds(each.emotion) for each in known])
    return [Standing(*values) for values in zip(clarity, coverage, feeling, strict=True)]


def _intended_odds(emotion: Emotion | None) -> float | None:
    return _log_odds(emotion.probabilities[emotion.target]) if emotion and emotion.intended else None


def _log_odds(probability: float) -> float:
    bounded = min(max(probability, LEAST_ODDS), 1 - LEAST_ODDS)
    return math.log(bounded) - math.log1p(-bounded)


def _less_mean(values: Sequence[float | None]) -> list[float | None]:
    known = [value for value in values if value is not None]
    mean = math.fsum(known) / len(known) if known else 0.0
    return [None if value is None else value - mean for value in values]
