"""What the mask's depth says about a pixel, before and after colours have said what they can."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from softfocus.matting.mask_prior import assumed_log_odds, learn_log_odds
from softfocus.matting.posterior import state_shares

DEPTH = (torch.arange(800) + 0.5) / 400 - 1  # none on the border of two bins
HALF = torch.full((len(DEPTH),), 0.5)
SILENT = state_shares(HALF) / state_shares(HALF).sum(0)  # colours that say nothing
BACKGROUND, MIXTURE, FOREGROUND = torch.eye(3)


def learned(states: Tensor, depth: Tensor = DEPTH) -> Tensor:
    return learn_log_odds(depth, states, HALF[: len(depth)])


def states_for(edge: float, told: float) -> Tensor:
    """The true edge lies at depth `edge`; the colours of only a share of the pixels tell it."""
    truth = torch.where(edge < DEPTH, FOREGROUND[:, None], BACKGROUND[:, None])
    return torch.where(torch.arange(len(DEPTH)) % 100 < 100 * told, truth, SILENT)


def test_silent_colors_leave_the_assumption():
    torch.testing.assert_close(learned(SILENT).sigmoid(), assumed_log_odds(DEPTH).sigmoid(), atol=0.08, rtol=0)


def test_a_grown_mask_is_seen_through():
    log_odds = learned(states_for(0.4, told=1.0))
    assert (log_odds[(DEPTH > 0) & (DEPTH < 0.3)] < -2).all()
    assert (log_odds[DEPTH > 0.5] > 3).all()


def test_few_told_pixels_do_not_turn_it():
    assert (learned(states_for(0.4, told=0.03))[DEPTH > 0.15] > 0).all()


def test_a_third_of_the_pixels_is_enough():
    """What the silent ones are expected to be follows from the others, round by round."""
    log_odds = learned(states_for(0.4, told=0.33))
    assert (log_odds[(DEPTH > 0) & (DEPTH < 0.12)] < 0).all() and (log_odds[DEPTH > 0.5] > 0).all()


def test_a_hint_from_every_pixel_counts():
    """No pixel is certain, but all of a depth say the same: once and a half as likely background."""
    hint = SILENT * torch.tensor([1.5, 1.0, 1.0])[:, None]
    assert (learned(hint / hint.sum(0)) < assumed_log_odds(DEPTH))[(DEPTH > -0.5) & (DEPTH < 0.5)].all()


def test_depths_that_are_half_covered_are_even():
    assert learned(MIXTURE[:, None].expand(3, len(DEPTH))).abs().max() < 1 < assumed_log_odds(DEPTH).max()


@given(st.floats(-0.8, 0.8), st.floats(0, 1))
def test_mirrored_evidence_gives_mirrored_odds(edge, told):
    states = states_for(edge, told)
    mirrored = learned(states.flip(0), -DEPTH)
    torch.testing.assert_close(mirrored, -learned(states), atol=1e-3, rtol=1e-3)


def test_bins_without_pixels_are_harmless():
    log_odds = learned(SILENT[:, :2], torch.tensor([-0.9, 0.9]))
    assert log_odds.isfinite().all()
    assert log_odds[0] < 0 < log_odds[1]
