"""The seam is seen where the mask is hard and detail ends there, and nowhere else."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from softfocus.quality import Measured
from softfocus.quality.effect.bands import Bands, split_bands
from softfocus.quality.effect.seam import seam
from softfocus.quality.report.score import GOALS
from testing.quality import looks

SIDE = 320
GOAL = next(goal for goal in GOALS if goal.source == "seam")


def bands(picture: torch.Tensor) -> Bands:
    return split_bands(Measured.of(picture))


def measured(picture: torch.Tensor, mask: torch.Tensor, soft_share: float = 0.003) -> float:
    """Seam of a picture that is sharp in the mask and blurred outside."""
    soft = looks.relative_blur(picture, soft_share)
    return seam(bands(torch.lerp(soft, picture, mask)), bands(picture), mask)


@pytest.fixture(scope="module", params=["real", "synthetic"])
def portrait(request) -> looks.Portrait:
    return getattr(looks, request.param)(SIDE)


def test_a_hard_mask_shows_and_a_soft_one_does_not(portrait):
    picture, mask = portrait
    hard = (mask > 0.5).float()
    assert measured(picture, hard) > GOAL.bad
    assert measured(picture, mask) < GOAL.good
    widths = [measured(picture, looks.relative_blur(hard, share)) for share in (0.0, 0.002, 0.005, 0.01)]
    assert widths == sorted(widths, reverse=True)


def test_the_step_of_sharpness_counts_not_the_mask_alone(portrait):
    picture, mask = portrait
    hard = (mask > 0.5).float()
    steps = [measured(picture, hard, share) for share in (0.0005, 0.001, 0.002, 0.005)]
    assert steps == sorted(steps) and steps[0] < 0.5 * steps[-1]
    soft = bands(looks.relative_blur(picture, 0.003))
    assert seam(soft, bands(picture), hard) < 0.1
    assert seam(bands(picture), bands(picture), hard) == pytest.approx(0, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(height=st.integers(1, 9), width=st.integers(1, 9), seed=st.integers(0, 99))
def test_it_is_finite_and_not_negative(height, width, seed):
    generator = torch.Generator().manual_seed(seed)
    first, second, mask = torch.rand(3, 1, 3, height, width, generator=generator)
    value = seam(bands(first), bands(second), (mask[:, :1] - 0.3).clamp(0, 1))
    assert 0 <= value < 1e6
    assert seam(bands(first), bands(second), torch.full_like(mask[:, :1], 0.5)) == 0
