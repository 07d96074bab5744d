"""Preferences: the order of the scores without picks, that of the picks with many, and how sure it is."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kendalltau

from softfocus.quality.report.preference import LONGEST, fit_order, parse_preferences


def simulated(count: int, a_pair: int, seed: int) -> tuple[torch.Tensor, list[tuple[int, int]]]:
    """True strengths half a logit apart in random order, and picks drawn from them."""
    generator = torch.Generator().manual_seed(seed)
    strengths = 0.5 * torch.randperm(count, generator=generator).double()
    picks = []
    for i in range(count):
        for j in range(i):
            wins = torch.rand(a_pair, generator=generator) < torch.sigmoid(strengths[i] - strengths[j])
            picks += [(i, j) if won else (j, i) for won in wins.tolist()]
    return strengths, picks


@pytest.mark.parametrize("seed", range(5))
def test_simulated_picks_are_recovered(seed):
    strengths, picks = simulated(12, 30, seed)
    order = fit_order([50.0] * 12, picks)
    assert kendalltau(order.strengths, strengths).statistic >= 0.9
    assert (order.strengths - strengths + strengths.mean()).abs().max() < 0.6


def test_picks_outweigh_scores_that_say_the_opposite():
    strengths, picks = simulated(8, 30, 0)
    order = fit_order((100 - 5 * strengths).tolist(), picks)
    assert kendalltau(order.strengths, strengths).statistic >= 0.85


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 100), min_size=1, max_size=8, unique=True))
def test_without_picks_the_order_is_that_of_the_scores(scores):
    order = fit_order(scores, [])
    assert order.ranked() == sorted(range(len(scores)), key=lambda index: -scores[index])
    apart = torch.tensor(scores).double() - sum(scores) / len(scores)
    assert torch.allclose(10 * order.strengths, apart, atol=1e-3)


def test_a_pick_moves_the_order_and_its_certainty():
    even, once = fit_order([50, 50, 50], []), fit_order([50, 50, 50], [(2, 0)])
    often = fit_order([50, 50, 50], [(2, 0), (2, 1)] * 10)
    assert torch.allclose(even.certainty, torch.tensor(0.5).double())
    assert even.ranked() == [0, 1, 2] and once.ranked()[0] == 2 and often.ranked()[0] == 2
    assert 0.5 < once.certainty[2, 0] < often.certainty[2, 0] < 1
    assert torch.allclose(often.certainty + often.certainty.T, torch.tensor(1.0).double())


def test_a_picture_that_always_won_has_a_finite_strength():
    assert torch.isfinite(fit_order([0, 100], [(0, 1)] * 1000).strengths).all()


def test_picks_are_read_as_people_write_them():
    assert parse_preferences("", 3) == parse_preferences(" ,\n", 3) == []
    assert parse_preferences("2>0, 2 > 1;1>0\n0>1,", 3) == [(2, 0), (2, 1), (1, 0), (0, 1)]


@pytest.mark.parametrize(
    "text, reason",
    [
        ("2<0", "holds '2<0'; write picks such as"),
        ("first>second", "holds 'first>second'"),
        ("3>0", "there are 3 pictures, 0 to 2"),
        ("1>1", "1>1"),
        ("<b>1>0</b>", "write picks"),
        ("0>1," * LONGEST, "characters"),
    ],
)
def test_what_is_no_pick_is_named(text, reason):
    with pytest.raises(ValueError, match="^preferences h") as error:
        parse_preferences(text, 3)
    assert reason in str(error.value)
