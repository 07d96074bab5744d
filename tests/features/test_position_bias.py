"""The position bias of one picture's maps, planted into contents that are known."""

from __future__ import annotations

import pytest
import torch

from softfocus.features.position_bias import position_bias
from softfocus.features.views import Grid, Views, parts_of, view_corners

CELLS, CHANNELS = 12, 16


def planted_views(factor: int, bias: torch.Tensor, noise: float = 0.05, smooth: bool = True) -> list[Views]:
    """A coarse set and one of tiles, of contents with standard deviation 1."""
    generator = torch.Generator().manual_seed(3)
    sets = []
    for zoom in (1, factor):
        grid = Grid(CELLS * zoom, CELLS * zoom * 3 // 2)
        content = torch.randn(CHANNELS, *grid, generator=generator)
        if smooth:
            content = torch.nn.functional.avg_pool2d(content, 5, 1, 2)
            content = content / content.std()
        views = Views([], view_corners(grid, CELLS), grid)
        maps = [
            part + bias + noise * torch.randn(bias.shape, generator=generator)
            for part in parts_of(content, views, CELLS)
        ]
        sets.append(views._replace(maps=maps))
    return sets


def random_bias(strength: float) -> torch.Tensor:
    bias = torch.randn(CHANNELS, CELLS, CELLS, generator=torch.Generator().manual_seed(4))
    return strength * (bias - bias.mean((-1, -2), keepdim=True))


def mean_over_views(sets: list[Views]) -> torch.Tensor:
    mean = torch.stack([each for views in sets for each in views.maps]).mean(0)
    return mean - mean.mean((-1, -2), keepdim=True)


@pytest.mark.parametrize("factor", [2, 4])
@pytest.mark.parametrize("strength", [0.3, 1.0])
def test_found_better_than_by_the_mean_over_views(factor, strength):
    bias = random_bias(strength)
    sets = planted_views(factor, bias)
    left = (position_bias(sets) - bias).square().mean()
    assert left < 0.12 * bias.square().mean()
    assert left < 0.6 * (mean_over_views(sets) - bias).square().mean()


@pytest.mark.parametrize("noise", [0.02, 0.2, 0.5])
@pytest.mark.parametrize("factor", [2, 4])
def test_without_a_bias_next_to_nothing_is_found(factor, noise):
    sets = planted_views(factor, torch.zeros(CHANNELS, CELLS, CELLS), noise)
    assert position_bias(sets).square().mean() < 0.1 * noise**2
    assert position_bias(sets).square().mean() < 0.2 * mean_over_views(sets).square().mean()


def test_noise_shrinks_the_estimate():
    bias = random_bias(0.1)
    sets = planted_views(2, bias, noise=1.0)
    assert position_bias(sets).square().mean() < 0.15 * mean_over_views(sets).square().mean()


def test_a_single_view_says_nothing():
    views = Views([random_bias(1.0)], view_corners(Grid(CELLS, CELLS), CELLS), Grid(CELLS, CELLS))
    assert not position_bias([views]).any()


def test_channels_have_mean_zero_and_may_be_rotated_and_shifted():
    sets = planted_views(2, random_bias(0.5))
    found = position_bias(sets)
    assert found.mean((-1, -2)).abs().max() < 1e-5
    rotation = torch.linalg.qr(torch.randn(CHANNELS, CHANNELS, generator=torch.Generator().manual_seed(5)))[0]
    turned = [
        views._replace(maps=[torch.einsum("dc,chw->dhw", 3 * rotation, each) + 7 for each in views.maps])
        for views in sets
    ]
    assert torch.allclose(position_bias(turned), torch.einsum("dc,chw->dhw", 3 * rotation, found), atol=2e-3)


def test_inputs_are_unchanged():
    sets = planted_views(2, random_bias(0.5))
    before = [each.clone() for views in sets for each in views.maps]
    position_bias(sets)
    after = [each for views in sets for each in views.maps]
    assert all(torch.equal(one, two) for one, two in zip(before, after, strict=True))
