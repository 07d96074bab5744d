"""The soft step: flat ends, the middle at one half, and the same from either side."""

from __future__ import annotations

import torch

from softfocus.smoothstep import smoothstep


def test_ends_middle_and_direction():
    values = torch.tensor([-5.0, 2.0, 3.0, 4.0, 9.0])
    given = values.clone()
    assert smoothstep(values, 2, 4).tolist() == [0, 0, 0.5, 1, 1]
    assert smoothstep(values, 4, 2).tolist() == [1, 1, 0.5, 0, 0]
    assert torch.equal(values, given)


def test_it_rises_and_leaves_its_ends_flat():
    steps = smoothstep(torch.linspace(0, 1, 1001)).diff()
    assert (steps >= 0).all() and max(steps[0], steps[-1]) < 0.01 * steps.max()
