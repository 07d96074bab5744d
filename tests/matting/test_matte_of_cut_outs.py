"""A picture that is a cut-out itself: what it hides has no part in the matte."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from softfocus.filters.gaussian import gaussian_blur
from softfocus.matting import refine_mask
from testing.hidden_colors import RAMPS, disc_alpha, hidden_noise, largest_change, with_hidden
from testing.pictures import make_picture


@pytest.mark.parametrize(("size", "ramp"), [(size, ramp) for size in (48, 300) for ramp in RAMPS])
@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 99), trusting=st.booleans())
def test_hidden_colors_change_no_matte(size, ramp, seed, trusting):
    image, alpha = make_picture(size, size, seed=seed), disc_alpha(size, ramp)
    mask = gaussian_blur(disc_alpha(size, 0.0, radius=0.2).roll(size // 8, -1), 0.01 * size)  # reaches beyond the cut
    first, second = (
        refine_mask(with_hidden(image, alpha, hidden), mask, 0.05 * size, 3, trust_inside=trusting, alpha=alpha)
        for hidden in (1.0, hidden_noise(image, seed))
    )
    assert largest_change(first.alpha, second.alpha, alpha) == 0
    assert largest_change(first.foreground, second.foreground, alpha) == 0
    assert torch.equal(first.foreground * (alpha == 0), 1.0 * (alpha == 0).expand(-1, 3, -1, -1))


def test_opaque_alpha_changes_nothing():
    image = make_picture(64, 64)
    mask = gaussian_blur(disc_alpha(64, 0.0, radius=0.2), 1)
    with_alpha, without = refine_mask(image, mask, 4, alpha=torch.ones_like(mask)), refine_mask(image, mask, 4)
    assert torch.equal(with_alpha.alpha, without.alpha) and torch.equal(with_alpha.foreground, without.foreground)
