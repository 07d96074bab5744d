"""Both ways to work give the same picture, whatever its size, mask, alpha, faces and settings."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from softfocus.at_settings import apply_bloom, apply_blur, apply_diffusion, apply_sharpen
from softfocus.device_path import forced
from softfocus.face_box import FaceBox
from softfocus.filters.gaussian import gaussian_blur
from softfocus.look import make_look
from softfocus.settings import BloomSettings, BlurSettings, DiffusionSettings, SharpenSettings
from testing.pictures import make_picture

EFFECTS = {
    "look": lambda image, mask, alpha, faces: make_look(image, mask, alpha=alpha, faces=faces).image,
    "blur": lambda image, mask, alpha, faces: apply_blur(
        image, BlurSettings(sigma=1.5), protect=mask, alpha=alpha, faces=faces
    ),
    "max_delta": lambda image, mask, alpha, faces: apply_blur(
        image, BlurSettings(sigma=2.0, max_delta=0.15), protect=mask, alpha=alpha, faces=faces
    ),
    "bloom": lambda image, mask, alpha, faces: apply_bloom(
        image,
        BloomSettings(threshold=0.4, halation=0.3, highlight_boost=2),
        protect=mask,
        alpha=alpha,
        faces=faces,
    )[0],
    "diffusion": lambda image, mask, alpha, faces: apply_diffusion(
        image, DiffusionSettings("black mist", grade=1), protect=mask, alpha=alpha, faces=faces
    )[0],
    "sharpen": lambda image, mask, alpha, faces: (
        apply_sharpen(image, SharpenSettings(radius=0.4, amount=1.5), mask=mask, alpha=alpha, faces=faces).image
    ),
}
OFTEN, RARELY = 0.3 / 255, 2 / 255  # of 99.9 % of the values, and of all
SOME = 0.001


def soft_mask(height: int, width: int, seed: int, sharp: bool) -> Tensor:
    """[1, 1, H, W] with zeros, ones and, unless sharp, values between."""
    noise = gaussian_blur(torch.randn(1, 1, height, width, generator=torch.Generator().manual_seed(seed)), 4.0)
    spread = (noise - noise.mean()) / noise.std().clamp_min(1e-6)
    return (spread > 0).float() if sharp else (spread + 0.5).clamp(0, 1)


@pytest.mark.parametrize("effect", EFFECTS)
@settings(max_examples=8, deadline=None)
@given(
    height=st.integers(3, 150),
    width=st.integers(3, 150),
    seed=st.integers(0, 99),
    sharp=st.booleans(),
    seen=st.booleans(),
    near=st.booleans(),
    brightest=st.sampled_from([1.0, 6.0]),
)
def test_both_ways_give_the_same(effect, height, width, seed, sharp, seen, near, brightest):
    image = make_picture(height, width) * brightest
    mask = soft_mask(height, width, seed, sharp)
    alpha = None if seen else soft_mask(height, width, seed + 1, False)
    box = FaceBox(0.3 * width, 0.2 * height, 0.2 * width, 0.2 * height, max(1.0, 0.15 * width))
    faces = [[box]] if near else None
    found = []
    for device in (False, True):
        with forced(device):
            found.append(EFFECTS[effect](image, mask, alpha, faces))
    apart = (found[0] - found[1]).abs() / brightest
    if alpha is not None:  # where it is 0 nobody sees what little light arrives, and either way divides by nothing
        apart *= alpha
    assert apart.max() < RARELY
    assert (apart > OFTEN).float().mean() <= SOME
