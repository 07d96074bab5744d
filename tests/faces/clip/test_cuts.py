"""Scene cuts: found between pictures, not in pans, flashes, fades and noise."""

from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import data

from softfocus.faces import scene_cuts, thumbnail


def still(name: str) -> torch.Tensor:
    picture = torch.from_numpy(getattr(data, name)()).movedim(-1, 0).float() / 255
    return picture[:, :300, :400]


def cuts(frames: list[torch.Tensor]) -> list[int]:
    return scene_cuts([thumbnail(frame) for frame in frames])


def pan(picture: torch.Tensor, count: int, speed: int) -> list[torch.Tensor]:
    return [picture[..., speed * index :][..., :200] for index in range(count)]


def test_three_shots_have_two_cuts():
    shots = [pan(still("astronaut"), 6, 4), pan(still("coffee"), 5, 2), pan(still("chelsea"), 7, 0)]
    assert cuts(sum(shots, [])) == [6, 11]


def test_a_short_shot_between_others():
    assert cuts([still("astronaut")] * 4 + [still("coffee")] * 3 + [still("astronaut")] * 4) == [4, 7]


def test_pans_flashes_fades_and_noise_are_no_cuts():
    here, there = still("astronaut"), still("coffee")
    generator = torch.Generator().manual_seed(0)
    assert cuts(pan(here, 8, 20)) == []
    assert cuts([here] * 3 + [torch.ones_like(here) - 0.02 * here] + [here] * 3) == []
    assert cuts([torch.lerp(here, there, index / 12) for index in range(13)]) == []
    assert cuts([here * (1 - 0.1 * index) for index in range(10)]) == []
    assert cuts([here + 0.1 * torch.randn(here.shape, generator=generator) for _ in range(6)]) == []
    assert cuts([here] * 3 + [0.3 + 0.5 * here] * 3) == []


@settings(max_examples=20, deadline=None)
@given(values=st.lists(st.floats(0, 1), max_size=6))
def test_flat_frames_and_short_clips(values):
    assert cuts([torch.full((3, 5, 9), value) for value in values]) == []
