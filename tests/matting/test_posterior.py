"""Three states of a pixel: what colours between, on and beside the two sides say."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from softfocus.matting.posterior import Posterior, Side, expected_alpha, prior_of, solve_pixels

FRONT, BACK = torch.tensor([0.9, 0.5, 0.1]), torch.tensor([0.1, 0.3, 0.7])
VARIANCE = torch.tensor([1e-4])


def side(*colors: Tensor, count: int = 1) -> Side:
    """A side that has these colours alike, at `count` places."""
    share = torch.full((len(colors), count), 1 / len(colors))
    return Side.of(share, torch.stack(colors, 1)[..., None].expand(-1, -1, count).contiguous())


def solved(colors: Tensor, prior: float = 0.5) -> Posterior:
    """Of colours [3, P] between FRONT and BACK."""
    count = colors.shape[1]
    return solve_pixels(
        colors, side(FRONT, count=count), side(BACK, count=count), VARIANCE, torch.full((count,), prior)
    )


def between(share: Tensor) -> Tensor:
    return share * FRONT[:, None] + (1 - share) * BACK[:, None]


@given(st.integers(0, 10_000), st.integers(1, 6), st.floats(0.01, 0.99))
def test_probabilities_sum_to_one_and_alpha_and_doubt_have_their_ranges(seed, palette, prior):
    generator = torch.Generator().manual_seed(seed)
    colors = torch.rand(3, 40, generator=generator)
    front, back = (
        Side.of(
            torch.rand(palette, 40, generator=generator).softmax(0), torch.rand(3, palette, 40, generator=generator)
        )
        for _ in range(2)
    )
    variance = 1e-5 + 0.01 * torch.rand(palette, generator=generator)
    found = solve_pixels(colors, front, back, variance, torch.full((40,), prior))
    assert found.states.shape == (3, 40) and found.mixed.shape == (40,)
    torch.testing.assert_close(found.states.sum(0), torch.ones(40))
    for plane, most in ((found.states, 1.0), (found.mixed, 1 + 1e-5), (found.alpha, 1.0), (found.doubt, 0.25 + 1e-5)):
        assert torch.isfinite(plane).all() and plane.min() >= 0 and plane.max() <= most


def test_half_way_between_two_clear_colors_is_a_mixture_of_half():
    found = solved(between(torch.tensor([0.5])))
    assert found.states[1] > 0.99
    assert found.alpha == pytest.approx(0.5, abs=0.01)


@given(st.floats(0.2, 0.8))
def test_alpha_follows_the_line_between_the_colors(share):
    assert solved(between(torch.tensor([share]))).alpha == pytest.approx(share, abs=0.02)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_side_s_own_color_is_nearly_certain(share):
    found = solved(between(torch.tensor([share])))
    assert found.alpha == pytest.approx(share, abs=0.1)
    assert found.states[2 if share else 0] > found.states[0 if share else 2]


def test_states_that_agree_leave_less_doubt_than_states_that_do_not():
    states = torch.tensor([[0.0, 0.5, 0.0], [0.0, 0.0, 1.0], [1.0, 0.5, 0.0]])
    sure, coin, mixture = Posterior(states, torch.full((3,), 0.5)).doubt
    assert sure < 0.01 and mixture < 0.01 and coin > 0.2


@given(st.floats(0.05, 0.95))
def test_exchanged_sides_give_the_rest(prior):
    colors = torch.rand(3, 30, generator=torch.Generator().manual_seed(7))
    count = torch.full((30,), prior)
    front, back = side(FRONT, count=30), side(BACK, count=30)
    found = solve_pixels(colors, front, back, VARIANCE, count)
    exchanged = solve_pixels(colors, back, front, VARIANCE, 1 - count)
    torch.testing.assert_close(exchanged.states.flip(0), found.states, atol=1e-4, rtol=1e-3)
    torch.testing.assert_close(exchanged.alpha, 1 - found.alpha, atol=1e-4, rtol=1e-3)


def test_colors_that_both_sides_have_leave_the_decision_to_the_prior():
    same = side(FRONT, count=2)
    found = solve_pixels(FRONT[:, None].expand(3, 2), same, same, VARIANCE, torch.tensor([0.05, 0.95]))
    assert found.alpha[0] < 0.2 and found.alpha[1] > 0.8


def test_places_are_independent():
    """P comes last: each pixel alone gives what it gives among others."""
    colors = torch.rand(3, 12, generator=torch.Generator().manual_seed(8))
    together = solved(colors).alpha
    alone = torch.cat([solved(colors[:, [index]]).alpha for index in range(12)])
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=1e-4)


@given(st.floats(0, 1))
def test_the_prior_of_an_expected_alpha_is_the_one_it_came_from(prior):
    before = torch.tensor([prior], dtype=torch.float64)
    torch.testing.assert_close(prior_of(expected_alpha(before)), before, atol=1e-9, rtol=1e-9)
