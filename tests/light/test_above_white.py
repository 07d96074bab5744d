"""Light above white scatters as such; pictures that hold none stay within white."""

from __future__ import annotations

import pytest
import torch

from softfocus.bloom import luminance_bloom
from softfocus.color import linear_to_srgb, srgb_to_linear
from softfocus.diffusion import diffusion_filter

SUN = (slice(None), slice(None), slice(60, 68), slice(60, 68))
EFFECTS = {
    "bloom": lambda image: luminance_bloom(image, intensity=0.45, radius_px=6.0)[0],
    "filter": lambda image: diffusion_filter(image, family="white mist", grade=1, size=400)[0],
    "film": lambda image: diffusion_filter(image, family="cine bloom", grade=1, halation=1)[0],
}


def sky(sun: float) -> torch.Tensor:
    """A sun of so much light in a dim sky, [1, 3, 128, 128] sRGB."""
    light = torch.full((1, 3, 128, 128), 0.1)
    light[SUN] = sun
    return linear_to_srgb(light)


@pytest.mark.parametrize("name", EFFECTS)
def test_a_brighter_sun_glows_by_as_much_more(name):
    around = (0, 0, 64, slice(72, 90))
    glows = []
    for sun in (0.6, 10.0):
        seen = srgb_to_linear(EFFECTS[name](sky(sun)))
        assert torch.isfinite(seen).all()
        glows.append((seen[around] - 0.1) / (sun - 0.1))
    if name != "film":  # of which highlights alone take part
        assert torch.allclose(glows[0], glows[1], rtol=0.02, atol=1e-5)
    assert glows[1].min() > 0


def test_beside_a_sun_the_picture_passes_white_unclipped():
    seen = srgb_to_linear(EFFECTS["filter"](sky(100.0)))
    row = seen[0, 0, 64, 60:80]
    assert row[8:12].min() > 1 and (row[6:].diff() < 0).all()
    assert srgb_to_linear(sky(100.0))[SUN].min() > seen[SUN].min() > 1


@pytest.mark.parametrize("name", EFFECTS)
def test_pictures_within_white_stay_there(name):
    image = torch.rand(1, 3, 128, 128, generator=torch.Generator().manual_seed(1)).round()
    assert EFFECTS[name](image).max() <= 1


@pytest.mark.parametrize("name", ["bloom", "filter"])
def test_energy_is_kept_above_white_too(name):
    image = sky(10.0)
    before, after = (srgb_to_linear(each).mean() for each in (image, EFFECTS[name](image)))
    assert after == pytest.approx(before.item(), rel=1e-4)
