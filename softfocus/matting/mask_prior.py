"""How far a mask can be trusted at each depth, learned from the colours of all pixels at that depth.

A mask may be grown, shrunk or drawn with few corners. How much of a depth is foreground is the mean of what its pixels'
colours say where that much is expected: expectation maximization (Dempster, Laird and Rubin 1977). Colours that say
nothing leave it as assumed.
"""

from __future__ import annotations

import torch
from torch import Tensor

from .posterior import expected_alpha, prior_of, state_shares

STEEPNESS = 8.0  # log-odds that are assumed at the end of the band
BINS = 16  # of the signed depth
ROUNDS = 6
ASSUMED = 0.1  # weight of the assumption, as a share of all pixels at that depth
SUREST = 1e-4  # probabilities stay this far from 0 and 1


def assumed_log_odds(depth: Tensor) -> Tensor:
    """Log-odds of foreground at a signed depth in the mask: -1 far outside, 0 on the edge, 1 far inside."""
    return STEEPNESS * depth


def learn_log_odds(depth: Tensor, states: Tensor, mixed: Tensor) -> Tensor:
    """Log-odds [P] of foreground by depth, as the colours of P pixels show them.

    Args:
        depth: [P] signed depth in -1..1.
        states: [3, P] probabilities of background, mixture and foreground where 0.5 was expected before.
        mixed: [P] expected alpha of a mixture.
    """
    index = ((depth + 1) / 2 * BINS).long().clamp(0, BINS - 1)
    count = torch.bincount(index, minlength=BINS).to(depth)
    # An empty bin has no pixel that would ask for it, but its neighbours are interpolated with it.
    centers = (torch.arange(BINS).to(depth) + 0.5) * 2 / BINS - 1
    total = torch.bincount(index, assumed_log_odds(depth).sigmoid(), BINS).to(depth)
    assumed = torch.where(count > 0, total / count.clamp_min(1), assumed_log_odds(centers).sigmoid())
    weight = ASSUMED * count.clamp_min(1)
    likelihood = states / state_shares(torch.full_like(depth[:1], 0.5))
    prior = assumed
    for _ in range(ROUNDS):
        back, mixture, front = likelihood * state_shares(prior)[:, index]
        alpha = (front + mixture * mixed) / (back + mixture + front)
        found = torch.bincount(index, alpha, BINS).to(depth) + weight * expected_alpha(assumed)
        prior = prior_of(found / (count + weight)).clamp(SUREST, 1 - SUREST)
    learned = prior.logit()
    place = ((depth + 1) / 2 * BINS - 0.5).clamp(0, BINS - 1)
    below = place.long().clamp_max(BINS - 2)
    return torch.lerp(learned[below], learned[below + 1], place - below)
