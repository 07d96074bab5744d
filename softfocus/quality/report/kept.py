"""Best N: which pictures of a ranking are kept, and what the report says of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from .ranking import Ranking


def best_pictures(ranking: Ranking, keep: int) -> list[int]:
    """Numbers of the best pictures, in the order of the ranking.

    Args:
        ranking: of the batch.
        keep: how many; 0, or more than there are, keeps all.

    Raises:
        ValueError: keep is below 0.
    """
    if keep < 0:
        raise ValueError(f"keep is {keep}; it must be a number of pictures, or 0 for all")
    return [score.index for score in ranking.scores[: keep or None]]


def ties(ranking: Ranking) -> list[list[int]]:
    """Numbers of the pictures that count the same, a list for each tie, in the order of the ranking."""
    groups = [[score.index for score in group] for _, group in groupby(ranking.scores, key=ranking.worth)]
    return [group for group in groups if len(group) > 1]


def describe_kept(ranking: Ranking, keep: int) -> list[str]:
    """Sentences on what of a batch is kept, how far it is ahead of the rest, and on ties; none on a single picture."""
    count = len(ranking.scores)
    if count < 2:
        return []
    kept = best_pictures(ranking, keep)
    which = f"all {count} pictures" if len(kept) == count else f"{_pictures(kept)}; {_ahead(ranking, len(kept))}"
    equal = "points" if ranking.order is None else "strength"
    told = [f"Tie: {_pictures(tie)} have equal {equal}; the earlier in the batch comes first." for tie in ties(ranking)]
    return [f"Kept: {which}.", *told]


def in_words(parts: Sequence[str]) -> str:
    """Such as "a", "a and b" or "a, b and c"."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def _pictures(numbers: Sequence[int]) -> str:
    return f"picture{'s' * (len(numbers) > 1)} {in_words([str(number) for number in numbers])}"


def _ahead(ranking: Ranking, count: int) -> str:
    """By what the last of `count` kept pictures is ahead of the first one left out."""
    last, out = ranking.scores[count - 1], ranking.scores[count]
    other = f"picture {out.index}, the first one left out"
    if ranking.worth(last) == ranking.worth(out):
        return f"picture {last.index} ties with {other}"
    if ranking.order is not None:
        certain = float(ranking.order.certainty[last.index, out.index])
        return f"picture {last.index} is before {other}, with {100 * certain:.0f} % certainty"
    margin = ranking.worth(last) - ranking.worth(out)
    points = f"{margin:.1f}" if margin >= 0.05 else "less than 0.1"
    return f"picture {last.index} is {points} points ahead of {other}"
