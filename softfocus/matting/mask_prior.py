"""How far a mask can be trusted at each depth, learned from the pixels whose colour alone decides.

A mask may be grown, shrunk or drawn with few corners. Where the two sides have colours of their own, that
shows; what is learned there holds for the pixels at the same depth whose colours do not decide. An
empirical Bayes prior: few decided pixels leave the assumption as it was.
"""

from __future__ import annotations

import torch
from torch import Tensor

STEEPNESS = 8.0  # log-odds that are assumed at the end of the band
BINS = 16  # of the signed depth
ASSUMED = 0.3  # weight of the assumption, as a share of all pixels at that depth
SUREST = 1e-4  # probabilities stay this far from 0 and 1


def assumed_log_odds(depth: Tensor) -> Tensor:
    """Log-odds of foreground at a signed depth in the mask: -1 far outside, 0 on the edge, 1 far inside."""
    return STEEPNESS * depth


def learn_log_odds(depth: Tensor, states: Tensor, certain: float) -> Tensor:
    """Log-odds [P] of foreground by depth, as the decided ones among P pixels show them.

    Args:
        depth: [P] signed depth in -1..1.
        states: [3, P] probabilities of background, mixture and foreground under a neutral prior.
        certain: probability from which a pixel counts as decided.
    """
    index = ((depth + 1) / 2 * BINS).long().clamp(0, BINS - 1)
    everyone, front, back, assumed = (
        torch.bincount(index, weight, BINS).to(depth)
        for weight in (None, states[2] > certain, states[0] > certain, assumed_log_odds(depth).sigmoid())
    )
    # An empty bin has no pixel that would ask for it, but its neighbours are interpolated with it.
    centers = (torch.arange(BINS).to(depth) + 0.5) * 2 / BINS - 1
    assumed = torch.where(everyone > 0, assumed / everyone.clamp_min(1), assumed_log_odds(centers).sigmoid())
    weight = ASSUMED * everyone.clamp_min(1)
    learned = ((front + weight * assumed) / (front + back + weight)).clamp(SUREST, 1 - SUREST).logit()
    place = ((depth + 1) / 2 * BINS - 0.5).clamp(0, BINS - 1)
    below = place.long().clamp_max(BINS - 2)
    return torch.lerp(learned[below], learned[below + 1], place - below)
