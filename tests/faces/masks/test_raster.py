"""Soft polygons: exact distances, exact areas, and the same result whatever the blocks do."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from softfocus.faces.masks import raster
from softfocus.faces.masks.raster import draw_soft_polygon, signed_distance

SQUARE = torch.tensor([(20.0, 10.0), (50.0, 10.0), (50.0, 40.0), (20.0, 40.0)])


def circle(x: float, y: float, radius: float, corners: int = 256) -> torch.Tensor:
    angle = torch.arange(corners) * (2 * math.pi / corners)
    return torch.stack((x + radius * angle.cos(), y + radius * angle.sin()), -1)


def draw(polygon: torch.Tensor, grow: float = 0.0, feather: float = 1.0, size: tuple[int, int] = (64, 80), **more):
    canvas = torch.zeros(size)
    draw_soft_polygon(canvas, polygon, grow, feather, **more)
    return canvas


def pixel_centres(height: int, width: int) -> torch.Tensor:
    y, x = torch.meshgrid(torch.arange(height) + 0.5, torch.arange(width) + 0.5, indexing="ij")
    return torch.stack((x, y), -1)


def test_distance_to_a_circle():
    points = pixel_centres(64, 80).view(-1, 2)
    wanted = (points - torch.tensor((37.3, 30.1))).norm(dim=1) - 17.4
    assert (signed_distance(points, circle(37.3, 30.1, 17.4)) - wanted).abs().max() < 0.01


def test_either_winding_is_inside():
    points = torch.tensor([(35.0, 25.0), (5.0, 5.0)])
    assert signed_distance(points, SQUARE).tolist() == signed_distance(points, SQUARE.flip(0)).tolist()
    assert signed_distance(points, SQUARE).tolist() == pytest.approx([-15, math.hypot(15, 5)])


def test_a_loop_over_itself_is_filled():
    twice_around = torch.cat((circle(40, 32, 20, 64), circle(40, 32, 12, 64)))
    assert draw(twice_around)[32, 40] == 1


@given(st.floats(-5, 12), st.floats(0, 20), st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=40, deadline=None)
def test_blocks_change_nothing(grow, feather, dx, dy):
    shape = circle(37 + dx, 30 + dy, 15, 17)
    distance = signed_distance(pixel_centres(64, 80).view(-1, 2), shape).view(64, 80) - grow
    step = (0.5 - distance / max(feather, 1.0)).clamp(0, 1)
    wanted = step * step * (3 - 2 * step)
    assert (draw(shape, grow, feather) - wanted).abs().max() < 1e-4


def test_sub_pixel_edges_keep_the_area():
    """Anti-aliased: moving the shape by fractions of a pixel does not change its total."""
    areas = [draw(circle(40 + step / 7, 32 + step / 11, 12.3)).sum().item() for step in range(7)]
    assert areas == pytest.approx([math.pi * 12.3**2] * 7, rel=3e-3)


def test_grow_moves_the_outline_and_feather_is_centred_on_it():
    row = draw(circle(40, 32.5, 12), grow=4, feather=6)[32]
    assert row[40 + 16 - 3 - 1] > 0.99 and row[40 + 16 + 3] < 0.01
    assert (row[40 + 15] + row[40 + 16]) / 2 == pytest.approx(0.5, abs=0.02)


def test_never_harder_than_one_pixel():
    row = draw(SQUARE + 0.25, feather=0)[25]
    assert 0 < row[20] < 1 and row[21] == 1 and row[19] < 0.5


def test_canvas_keeps_what_is_higher():
    canvas = torch.full((64, 80), 0.6)
    draw_soft_polygon(canvas, SQUARE, 0, 1, opacity=0.5)
    assert torch.equal(canvas, torch.full((64, 80), 0.6))
    draw_soft_polygon(canvas, SQUARE, 0, 1, opacity=0.9)
    assert canvas[25, 35] == pytest.approx(0.9) and canvas[2, 2] == pytest.approx(0.6)


@pytest.mark.parametrize("offset", [(-200.0, 0.0), (0.0, 500.0), (79.0, 63.0), (-49.5, -39.5)])
def test_outside_and_across_the_border(offset):
    moved = SQUARE + torch.tensor(offset)
    padded = draw(moved + 600, feather=5, size=(1300, 1400))[600:664, 600:680]
    assert (draw(moved, feather=5) - padded).abs().max() < 1e-3


def test_collapsed_polygons_leave_no_hole_in_the_numbers():
    assert draw(torch.full((4, 2), 30.0)).isfinite().all()


def test_large_polygons_are_computed_in_pieces(monkeypatch):
    whole = draw(circle(40, 32, 20), feather=9)
    monkeypatch.setattr(raster, "CHUNK", 1000)
    assert torch.equal(draw(circle(40, 32, 20), feather=9), whole)
