"""Scene cuts: found between pictures, not in pans, flashes, fades and noise."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import data

from softfocus.faces import scene_cuts, thumbnail
from softfocus.filters.gaussian import gaussian_blur


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


SPOILT = {
    "white": torch.ones_like,
    "nearly white": lambda frame: 1 - 0.05 * frame,
    "black": torch.zeros_like,
    "flash": lambda frame: (2 * frame).clamp(max=1),
    "blurred": lambda frame: gaussian_blur(frame[None], 20.0)[0],
}


@pytest.mark.parametrize("way", SPOILT)
@pytest.mark.parametrize("count", [1, 2, 4])
def test_frames_that_are_spoilt_as_a_whole_are_no_cuts(way, count):
    """A flash, a drop-out, a lost focus: in the middle of a shot, and for two frames at its ends."""
    shot = pan(still("astronaut"), 16, 2)
    for start in (2, 6, 14 - count, *((0, 16 - count) if count <= 2 else ())):
        spoilt = [SPOILT[way](frame) if start <= at < start + count else frame for at, frame in enumerate(shot)]
        assert cuts(spoilt) == [], start


@pytest.mark.parametrize("way", SPOILT)
def test_a_cut_behind_a_spoilt_frame_stays(way):
    """The next shot is another one, whatever lies between."""
    for count in (3, 6):
        between = [SPOILT[way](still("astronaut")[..., :200])] * count
        shots = pan(still("astronaut"), 5, 2) + between + pan(still("coffee"), 5, 2)
        assert cuts(shots), count


def test_a_long_black_is_a_shot_of_its_own():
    here = pan(still("astronaut"), 5, 2)
    assert cuts(here + [torch.zeros_like(here[0])] * 12 + here) == [5, 17]


@pytest.mark.parametrize("last", [1, 2, 4])
def test_a_few_frames_of_another_shot_at_the_end_are_cut_off(last):
    assert cuts(pan(still("astronaut"), 6, 2) + pan(still("coffee"), last, 2)) == [6]
