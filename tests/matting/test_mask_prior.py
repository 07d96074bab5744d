"""What the mask's depth says about a pixel, before and after some pixels have been decided by colour."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from softfocus.matting.mask_prior import assumed_log_odds, learn_log_odds

DEPTH = (torch.arange(800) + 0.5) / 400 - 1  # none on the border of two bins
BACKGROUND, MIXTURE, FOREGROUND = torch.eye(3)


def learned(states: Tensor) -> Tensor:
    return learn_log_odds(DEPTH, states, certain=0.99)


def states_for(edge: float, decided: float) -> Tensor:
    """The true edge lies at depth `edge`; only a share of the pixels is decided by colour."""
    truth = torch.where(edge < DEPTH, FOREGROUND[:, None], BACKGROUND[:, None])
    known = torch.arange(len(DEPTH)) % 100 < 100 * decided
    return torch.where(known, truth, MIXTURE[:, None])


def test_nothing_decided_leaves_the_assumption():
    probability = learned(MIXTURE[:, None].expand(3, len(DEPTH))).sigmoid()
    torch.testing.assert_close(probability, assumed_log_odds(DEPTH).sigmoid(), atol=0.08, rtol=0)


def test_a_grown_mask_is_seen_through():
    log_odds = learned(states_for(0.4, decided=1.0))
    assert (log_odds[(DEPTH > 0) & (DEPTH < 0.3)] < 0).all()
    assert (log_odds[DEPTH > 0.5] > 0).all()


def test_few_decided_pixels_do_not_turn_it():
    assert (learned(states_for(0.4, decided=0.1))[DEPTH > 0.15] > 0).all()


@given(st.floats(-0.8, 0.8), st.floats(0, 1))
def test_mirrored_evidence_gives_mirrored_odds(edge, decided):
    states = states_for(edge, decided)
    mirrored = learn_log_odds(-DEPTH, states.flip(0), certain=0.99)
    torch.testing.assert_close(mirrored, -learned(states), atol=1e-3, rtol=1e-3)


def test_bins_without_pixels_are_harmless():
    depth = torch.tensor([-0.9, 0.9])
    log_odds = learn_log_odds(depth, MIXTURE[:, None].expand(3, 2), certain=0.99)
    assert log_odds.isfinite().all()
    assert log_odds[0] < 0 < log_odds[1]
