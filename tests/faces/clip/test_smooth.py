"""Smoothing: constant velocity passes, jitter does not, nothing comes late, bad frames and cuts stay where they are."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from softfocus.faces.clip.smooth import Motion, jumps, smooth_points
from testing.faces.moving import WIDTH, shape

FACE = shape() * WIDTH


def path(offsets: torch.Tensor) -> torch.Tensor:
    """[F, N, 2] of a face moved along x."""
    return FACE + torch.stack((offsets, torch.zeros_like(offsets)), -1)[:, None]


def jittery(count: int, size: float) -> torch.Tensor:
    """A face that stands still, each frame displaced as a whole at random; `size` in pixels."""
    return FACE + size * torch.randn(count, 1, 2, generator=torch.Generator().manual_seed(1))


def all_seen(points: torch.Tensor) -> torch.Tensor:
    return torch.ones(len(points), dtype=torch.bool)


def still(count: int) -> Motion:
    return Motion(torch.zeros(count - 1, 468, 2), torch.ones(count - 1))


@given(st.floats(-50, 50), st.floats(-0.02, 0.02), st.integers(1, 40), st.data())
@settings(max_examples=40, deadline=None)
def test_constant_velocity_and_growth_pass_with_any_gaps(speed, growth, count, data):
    steps = torch.arange(count, dtype=torch.float32)[:, None, None]
    points = FACE * (1 + growth * steps) + torch.tensor((speed, 10.0)) * steps
    hidden = data.draw(st.sets(st.integers(1, max(count - 2, 1)))) if count > 2 else set()
    seen = torch.tensor([index not in hidden for index in range(count)])
    broken = torch.where(seen[:, None, None], points, torch.tensor(1e4))
    assert (smooth_points(broken, seen, WIDTH) - points).abs().max() < 0.01 + 1e-5 * abs(speed) * count


@pytest.mark.parametrize("known, factor", [(False, 3), (True, 10)])
def test_jitter_is_less_by_a_factor(known, factor):
    """From frame to frame: 3 times without, 10 times with the motion of the picture."""
    points = jittery(60, 1.0)
    after = smooth_points(points, all_seen(points), WIDTH, still(60) if known else None)
    before = points.diff(dim=0).square().mean().sqrt()
    assert after.diff(dim=0).square().mean().sqrt() < before / factor


def test_no_lag_in_a_jittery_pan():
    """5 % of the face's width a frame: less than 1 % behind or ahead on average, less than 2 % in any frame."""
    true = path(5.0 * torch.arange(40))
    points = true + jittery(40, 1.0) - FACE
    ahead = (smooth_points(points, all_seen(points), WIDTH) - true)[..., 0].mean(1)
    assert ahead.mean().abs() < 0.01 * WIDTH and ahead.abs().max() < 0.02 * WIDTH


def test_a_pan_that_starts_at_once():
    """Without the picture the corner is rounded, by less than 3 % of the face's width; with it not at all."""
    offsets = 5.0 * torch.arange(-15, 15).clamp_min(0).float()
    points = path(offsets)
    motion = Motion(points.diff(dim=0), torch.ones(29))
    assert (smooth_points(points, all_seen(points), WIDTH) - points).abs().max() < 0.03 * WIDTH
    assert (smooth_points(points, all_seen(points), WIDTH, motion) - points).abs().max() < 0.01


def test_time_has_no_direction():
    points = jittery(30, 2.0)
    there = smooth_points(points, all_seen(points), WIDTH)
    back = smooth_points(points.flip(0), all_seen(points), WIDTH).flip(0)
    assert torch.allclose(there, back, atol=1e-3)


@pytest.mark.parametrize("known", [False, True])
def test_one_bad_frame_is_set_right(known):
    true = path(2.0 * torch.arange(30))
    points = true.clone()
    points[12, :, 1] += 0.3 * WIDTH
    motion = Motion(true.diff(dim=0), torch.ones(29)) if known else None
    after = smooth_points(points, all_seen(points), WIDTH, motion)
    assert (after - true).abs().max() < 0.01 * WIDTH
    assert jumps(points, all_seen(points), WIDTH) == []


def test_a_wrong_speed_of_the_picture_makes_no_lag():
    """A flow that sees only 80 % of the motion: the middle of the pan stays in place."""
    points = path(5.0 * torch.arange(80))
    motion = Motion(0.8 * points.diff(dim=0), torch.ones(79))
    after = smooth_points(points, all_seen(points), WIDTH, motion)
    assert (after - points)[30:50].abs().max() < 0.01 * WIDTH


def test_motion_that_is_not_believed_is_not_followed():
    points = path(torch.zeros(20))
    wild = Motion(torch.full((19, 468, 2), 30.0), torch.zeros(19))
    assert (smooth_points(points, all_seen(points), WIDTH, wild) - points).abs().max() < 0.01
    seen = all_seen(points)
    seen[8:11] = False
    assert (smooth_points(points, seen, WIDTH, wild) - points).abs().max() < 0.01


def test_a_gap_follows_the_picture():
    offsets = torch.cat((torch.zeros(8), 20 * torch.sin(torch.linspace(0, 3.1, 6)), torch.zeros(8)))
    points = path(offsets)
    seen = all_seen(points)
    seen[8:14] = False
    motion = Motion(points.diff(dim=0), torch.ones(21))
    assert (smooth_points(points, seen, WIDTH, motion) - points).abs().max() < 0.01 * WIDTH


def test_nothing_is_smoothed_across_a_jump():
    points = path(torch.cat((torch.zeros(10), torch.full((10,), 0.3 * WIDTH))))
    assert jumps(points, all_seen(points), WIDTH) == [10]
    assert (smooth_points(points, all_seen(points), WIDTH) - points).abs().max() < 0.01
    assert jumps(path(0.1 * WIDTH * torch.arange(-10, 10).clamp_min(0)), all_seen(points), WIDTH) == []


def test_a_mouth_that_opens_in_three_frames_is_followed():
    """With the motion of the picture at once; without it the widest opening keeps more than half."""
    opening = torch.zeros(30)
    opening[14:17] = torch.tensor((6.0, 12.0, 6.0))
    points = FACE.repeat(30, 1, 1)
    lips = slice(0, 40)
    points[:, lips, 1] += opening[:, None]
    motion = Motion(points.diff(dim=0), torch.ones(29))
    known = smooth_points(points, all_seen(points), WIDTH, motion)
    alone = smooth_points(points, all_seen(points), WIDTH)
    assert (known - points).abs().max() < 0.1
    assert (alone[15] - FACE)[lips, 1].mean() > 0.5 * 12
