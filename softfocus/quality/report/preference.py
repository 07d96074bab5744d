"""Order of pictures of one prompt from the picks of a person and from their scores, by Bradley and Terry (1952).

Picture i is preferred to j with the odds exp(s_i - s_j). Every pair starts with PSEUDO comparisons that were decided
as the scores say; the picks are added to them, and the strengths s are fitted to both at once. So without picks the
order is that of the scores, picks soon weigh more, and no picture that always won gets an infinite strength.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

DIGITS = 6  # of strengths: what is left of the fit's error must not order pictures that the picks leave equal
PSEUDO = 1.0  # comparisons a pair that the scores are worth
LONGEST_STEP = 1.0  # of the fit, in logits
POINTS = 10.0  # points of score that make the odds e to 1
LONGEST = 20_000  # characters of picks that are read

_PICK = re.compile(r"\s*(\d{1,6})\s*>\s*(\d{1,6})\s*")


@dataclass(frozen=True)
class Order:
    """An order of n pictures.

    Attributes:
        strengths: [n] float64, mean 0, in logits.
        certainty: [n, n] float64, how likely picture i is stronger than picture j.
        picks: how many were counted.
    """

    strengths: Tensor
    certainty: Tensor
    picks: int

    def ranked(self) -> list[int]:
        """Picture numbers, the strongest first; equals in their own order."""
        return sorted(range(len(self.strengths)), key=lambda index: -float(self.strengths[index]))


def parse_preferences(text: str, count: int) -> list[tuple[int, int]]:
    """Picks as (winner, loser) from text such as "2>0, 2>1"; pictures are numbered from 0. Empty text has none.

    Raises:
        ValueError: the text is not such a list, or names a picture that is not there or itself.
    """
    if len(text) > LONGEST:
        raise ValueError(f"preferences has {len(text)} characters; at most {LONGEST} are read")
    picks = []
    for part in re.split(r"[,;\n]", text):
        if not part.strip():
            continue
        found = _PICK.fullmatch(part)
        if found is None:
            raise ValueError(f"preferences holds {part.strip()[:40]!r}; write picks such as 2>0, 2>1")
        winner, loser = int(found[1]), int(found[2])
        if max(winner, loser) >= count or winner == loser:
            raise ValueError(
                f"preferences holds {winner}>{loser}; there are {count} pictures, 0 to {count - 1}, to compare"
            )
        picks.append((winner, loser))
    return picks


def fit_order(scores: Sequence[float], picks: Sequence[tuple[int, int]]) -> Order:
    """Strengths from scores (0..100) and picks, and how sure their order is.

    The fit is by Newton's method, since minorisation (Hunter, 2004) takes thousands of steps where the scores lie far
    apart; certainties come from the inverse of the observed information.
    """
    points = torch.tensor(list(scores), dtype=torch.float64)
    count = len(points)
    wins = PSEUDO * torch.sigmoid((points[:, None] - points) / POINTS)
    for winner, loser in picks:
        wins[winner, loser] += 1
    wins.fill_diagonal_(0)
    strengths = _fit(wins) if count > 1 else torch.zeros(count, dtype=torch.float64)
    return Order(strengths.round(decimals=DIGITS), _certainty(strengths, wins), len(picks))


def _fit(wins: Tensor) -> Tensor:
    """Strengths [n] whose likelihood for the wins [n, n] is largest: Newton steps, held short far from the top."""
    strengths = torch.zeros(len(wins), dtype=torch.float64)
    for _ in range(1000):
        expected = (wins + wins.T) * torch.sigmoid(strengths[:, None] - strengths)
        step = torch.linalg.solve(_information(strengths, wins), (wins - expected).sum(1))
        strengths = strengths + step / step.abs().max().clamp_min(LONGEST_STEP) * LONGEST_STEP
        if step.abs().max() < 1e-9:
            break
    return strengths - strengths.mean()


def _information(strengths: Tensor, wins: Tensor) -> Tensor:
    """[n, n]: the negative second derivatives of the log-likelihood, plus 1 for what it does not know: the mean."""
    chance = torch.sigmoid(strengths[:, None] - strengths)
    information = -(wins + wins.T) * chance * (1 - chance)
    information.fill_diagonal_(0)
    return information - torch.diag(information.sum(1)) + 1


def _certainty(strengths: Tensor, wins: Tensor) -> Tensor:
    """[n, n]: normal probability that i is stronger than j; 0.5 on the diagonal."""
    spread = torch.linalg.inv(_information(strengths, wins))
    variance = spread.diagonal()[:, None] + spread.diagonal() - 2 * spread
    apart = (strengths[:, None] - strengths) / variance.clamp_min(1e-12).sqrt()
    return (torch.erf(apart / math.sqrt(2)) + 1) / 2
