"""Views cover the grid, overlap, and go together again without a trace."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from softfocus.features.views import (
    MAX_ASPECT,
    OVERLAP,
    Grid,
    Views,
    cut,
    mean_of_views,
    parts_of,
    picture_grid,
    resize_to_grid,
    taper,
    variance_of_mean,
    view_corners,
)


@settings(max_examples=200, deadline=None)
@given(cells=st.integers(1, 40), more_rows=st.integers(0, 120), more_columns=st.integers(0, 120))
def test_views_cover_the_grid_and_stay_inside(cells, more_rows, more_columns):
    grid = Grid(cells + more_rows, cells + more_columns)
    covered = torch.zeros(grid)
    corners = view_corners(grid, cells)
    for row, column in corners:
        assert 0 <= row <= more_rows and 0 <= column <= more_columns
        covered[row : row + cells, column : column + cells] += 1
    assert covered.min() >= 1
    assert len(set(corners)) == len(corners)
    columns = sorted({column for _, column in corners})
    mirrored = sorted(more_columns - column for column in columns)
    assert all(abs(one - two) <= more_columns % 2 for one, two in zip(columns, mirrored, strict=True))
    shared = int(OVERLAP * cells)
    for starts in (columns, sorted({row for row, _ in corners})):
        assert all(after - before <= cells - shared + 2 for before, after in zip(starts, starts[1:], strict=False))


@pytest.mark.parametrize(
    ("size", "grid"),
    [((100, 100), (12, 12)), ((100, 150), (12, 18)), ((150, 100), (18, 12)), ((1, 900), (12, 12 * MAX_ASPECT))],
)
def test_grid_follows_the_aspect_up_to_a_limit(size, grid):
    assert picture_grid(*size, 12) == grid


@settings(max_examples=50, deadline=None)
@given(cells=st.integers(1, 14), more=st.tuples(st.integers(0, 30), st.integers(0, 30)))
def test_views_of_a_field_give_the_field(cells, more):
    grid = Grid(cells + more[0], cells + more[1])
    field = torch.randn(3, *grid)
    views = Views([], view_corners(grid, cells), grid)
    views = views._replace(maps=parts_of(field, views, cells))
    weight = taper(cells, field)
    mean = mean_of_views(views, weight)
    assert torch.allclose(mean, field, atol=1e-5)
    assert variance_of_mean(views, mean, weight).abs().max() < 1e-5


def test_views_that_disagree_go_together_without_a_step():
    grid, cells = Grid(32, 32), 16
    corners = view_corners(grid, cells)
    maps = [torch.full((1, cells, cells), float(k % 2)) for k in range(len(corners))]
    mean = mean_of_views(Views(maps, corners, grid), taper(cells, maps[0]))
    assert mean.amax() - mean.amin() > 0.9
    assert max(float(mean.diff(dim=axis).abs().max()) for axis in (-1, -2)) < 0.25


def test_variance_of_the_mean_is_that_of_noise():
    grid, cells, deviation = Grid(30, 30), 12, 0.7
    corners = view_corners(grid, cells)
    weight = taper(cells, torch.zeros(1))
    generator = torch.Generator().manual_seed(0)
    maps = [deviation * torch.randn(200, cells, cells, generator=generator) for _ in corners]
    views = Views(maps, corners, grid)
    mean = mean_of_views(views, weight)
    estimated, true = variance_of_mean(views, mean, weight)[0], mean.square().sum(0)
    assert abs(estimated.sum() / true.sum() - 1) < 0.1


def test_cut_takes_the_pixels_of_the_cells():
    image = torch.rand(1, 3, 50, 80)
    grid = picture_grid(50, 80, 10)
    picture = resize_to_grid(image, grid, 4)
    assert picture.shape == (1, 3, 40, 64)
    corners = view_corners(grid, 10)
    views = cut(picture[0], corners, 40, 4)
    for view, (row, column) in zip(views, corners, strict=True):
        assert torch.equal(view, picture[0, :, 4 * row : 4 * row + 40, 4 * column : 4 * column + 40])
