"""The invariants that make bloom physical."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from softfocus.at_settings import apply_bloom
from softfocus.bloom import luminance_bloom
from softfocus.color import luminance, srgb_to_linear
from softfocus.filters import row_strips
from softfocus.light.highlights import (
    SHOULDER_START,
    add_light,
    highlights,
    record_highlights,
    recover_highlights,
)
from softfocus.light.scatter import psf_weights
from softfocus.settings import BloomSettings
from testing.light.measures import red_over_blue

pytestmark = pytest.mark.usefixtures("path")

SETTINGS = {
    "intensity": st.floats(0, 1),
    "threshold": st.floats(0, 1),
    "knee": st.floats(0, 1),
    "radius_px": st.floats(0.2, 300),
    "falloff": st.floats(0, 1),
}
FILM = {"highlight_boost": st.floats(0, 4), "halation": st.floats(0, 1)}


def window(height: int = 64, light: float = 1.0) -> torch.Tensor:
    """A bright square in a dim grey room, [1, 3, height, height]."""
    room = torch.full((1, 3, height, height), 0.2)
    middle = slice(3 * height // 8, 5 * height // 8)
    room[..., middle, middle] = light
    return room


def dark(picture: torch.Tensor) -> torch.Tensor:
    """The picture well below the shoulder, so that only the scattering is seen."""
    return picture * 0.6


@settings(max_examples=60, deadline=None)
@given(value=st.floats(0, 1), **SETTINGS, **FILM)
def test_flat_picture_stays_flat(value, **options):
    flat = torch.full((1, 3, 9, 14), value)
    bloomed, added = luminance_bloom(flat, **options)
    assert torch.allclose(bloomed, flat, atol=2e-5)


@settings(max_examples=40, deadline=None)
@given(**SETTINGS)
def test_mean_light_is_kept_below_the_shoulder(**options):
    light_in = torch.rand(1, 3, 40, 30, generator=torch.Generator().manual_seed(3)) * 0.5
    bloomed, _ = luminance_bloom(light_in, **options)
    before, after = luminance(srgb_to_linear(light_in)).mean(), luminance(srgb_to_linear(bloomed)).mean()
    assert abs(after - before) <= 1e-4 * before


@settings(max_examples=40, deadline=None)
@given(**SETTINGS)
def test_grey_stays_grey(**options):
    grey = torch.rand(1, 1, 24, 31, generator=torch.Generator().manual_seed(4)).expand(-1, 3, -1, -1)
    bloomed, _ = luminance_bloom(grey, **options)
    assert torch.allclose(bloomed, bloomed[:, :1].expand_as(bloomed), atol=1e-6)


def test_intensity_zero_is_the_input(picture):
    bloomed, added = luminance_bloom(picture, intensity=0, radius_px=5)
    assert bloomed is picture and not added.any()


def test_picture_is_input_plus_added_light(picture):
    bloomed, added = luminance_bloom(picture, intensity=0.5, radius_px=8)
    total = srgb_to_linear(picture) + srgb_to_linear(added)
    assert torch.allclose(srgb_to_linear(bloomed), total, atol=1e-5)


def test_glow_around_a_highlight_brightens_its_surroundings_and_never_clips():
    image = torch.full((1, 3, 64, 64), 0.1)
    image[..., 28:36, 28:36] = 1
    bloomed, _ = luminance_bloom(image, intensity=0.6, radius_px=6)
    assert (bloomed[..., 26, 32] > 0.12).all()
    assert bloomed.max() <= 1


def test_threshold_leaves_dark_light_alone(picture):
    low = picture * 0.4
    bloomed, _ = luminance_bloom(low, intensity=1, threshold=0.9, knee=0.2, radius_px=6)
    assert torch.allclose(bloomed, low, atol=1e-6)


def test_knee_is_continuous_and_keeps_hue():
    level = torch.linspace(0, 1, 2001)
    light = torch.stack([level, 0.5 * level, 0.25 * level])[None, :, None]
    part = highlights(light, 0.5, 0.5)
    assert part[..., 0].max() == 0
    assert part.diff(dim=-1).abs().max() < 2e-3 and part.diff(dim=-1).min() > -1e-6
    lit = part[0, 0, 0] > 1e-3
    assert torch.allclose(part[0, 1, 0][lit] / part[0, 0, 0][lit], torch.tensor(0.5), atol=1e-4)


def test_threshold_zero_scatters_all_light(picture):
    assert highlights(picture, 0, 0.5) is picture


def test_shoulder_compresses_added_light_only():
    light = torch.linspace(0, 3, 301)[None, None, None]
    assert torch.equal(add_light(light, light.clone()), light)
    for amount in (0.01, 0.5, 10.0):
        lit = add_light(light, light + amount)
        assert (lit >= light).all()
        assert (lit[light <= 1] <= 1).all()
        below = light + amount < SHOULDER_START
        assert torch.allclose(lit[below], (light + amount)[below])
        assert (lit.diff(dim=-1) > -1e-6).all()


def test_shoulder_is_soft():
    """Light added near the top is told apart still, and never reaches 1."""
    amount = torch.linspace(0, 1, 101)[None, None, None]
    lit = add_light(torch.full_like(amount, 0.75), 0.75 + amount)
    assert (lit.diff(dim=-1) > 0).all() and lit.max() < 1


def test_protected_pixels_are_untouched_but_shine(picture):
    protect = torch.zeros(1, 1, *picture.shape[-2:])
    protect[..., :20] = 1
    image = dark(picture)
    bloomed, added = luminance_bloom(image, intensity=0.5, radius_px=10, protect=protect)
    assert torch.allclose(bloomed[..., :20], image[..., :20], atol=1e-6)
    plain, _ = luminance_bloom(image, intensity=0.5, radius_px=10)
    assert torch.allclose(bloomed[..., 20:], plain[..., 20:], atol=1e-6)


def test_transparent_pixels_do_not_shine():
    image = torch.full((1, 3, 30, 40), 0.3)
    image[..., :20] = 1
    alpha = torch.ones(1, 1, 30, 40)
    alpha[..., :20] = 0
    bloomed, _ = luminance_bloom(image, intensity=1, radius_px=8, alpha=alpha)
    assert torch.allclose(bloomed[..., 20:], image[..., 20:], atol=1e-4)


@pytest.mark.parametrize("falloff", [0, 0.2, 0.5, 0.9, 1])
def test_psf_weights_sum_to_one(falloff):
    weights = psf_weights(falloff)
    assert sum(weights) == pytest.approx(1) and min(weights) >= 0


def test_falloff_moves_light_from_wide_to_narrow():
    point = torch.zeros(1, 3, 101, 101)
    point[..., 50, 50] = 1
    near = [luminance_bloom(point, intensity=1, radius_px=16, falloff=f)[0][..., 50, 53].mean() for f in (0, 0.5, 1)]
    assert near[0] < near[1]
    with pytest.raises(ValueError, match="falloff"):
        psf_weights(1.5)


def test_light_falls_with_the_power_that_falloff_names():
    """r^-2 at 0.5 and r^-3 at 2/3, between the narrowest and the widest Gaussian."""
    point = torch.zeros(1, 3, 401, 401)
    point[..., 200, 200] = 0.9
    for falloff, power in ((0.5, 2.0), (2 / 3, 3.0)):
        _, added = luminance_bloom(point, intensity=1, radius_px=64, falloff=falloff)
        near, far = (srgb_to_linear(added[0, 0, 200, 200 + r]) for r in (10, 70))
        assert torch.log(near / far) / torch.log(torch.tensor(7.0)) == pytest.approx(power, abs=0.3)


def test_recovered_highlights_are_brighter_by_the_stops_and_the_rest_is_untouched():
    light = torch.linspace(0, 2, 201).expand(1, 3, 1, -1) * torch.tensor((1.0, 0.8, 0.5)).view(1, 3, 1, 1)
    full = recover_highlights(light, 2.0)
    low, top = light[0, 0, 0] <= SHOULDER_START, light[0, 0, 0] >= 1
    assert torch.allclose(full[..., low], light[..., low]) and torch.allclose(full[..., top], 4 * light[..., top])
    assert (full[0, 0, 0].diff() > 0).all()
    assert torch.allclose(full[:, 1, :, 1:] / full[:, 0, :, 1:], torch.tensor(0.8))
    assert torch.allclose(record_highlights(full, 2.0), light, atol=1e-5)
    assert recover_highlights(light, 0.0) is light


def test_boosted_highlights_glow_more_and_stay_white():
    image, options = window(), {"intensity": 0.5, "radius_px": 6}
    plain, boosted = (luminance_bloom(image, highlight_boost=stops, **options) for stops in (0.0, 2.0))
    beside = (..., 22, 32)
    assert (srgb_to_linear(boosted[1][beside]) > 3 * srgb_to_linear(plain[1][beside])).all()
    assert (1 - boosted[0][..., 32, 32] < 0.5 * (1 - plain[0][..., 32, 32])).all()
    assert boosted[0].max() <= 1


def test_boost_keeps_the_order_of_light():
    """A soft-edged highlight stays soft-edged: no contours where clipping begins."""
    distance = ((torch.arange(96) - 47.5)[:, None].square() + (torch.arange(96) - 47.5).square()).sqrt()
    image = (1.2 - distance / 40).clamp(0.1, 1).expand(1, 3, -1, -1)
    for stops in (0.5, 1.0, 3.0):
        bloomed, _ = luminance_bloom(image, intensity=0.5, radius_px=8, highlight_boost=stops)
        assert (bloomed[0, 0, 48, 48:].diff() < 1e-4).all()


def test_halation_darkens_nothing_and_leaves_dim_light_alone():
    image, options = window(512), {"intensity": 0.4, "radius_px": 6}
    (plain, _), (film, _) = (luminance_bloom(image, halation=amount, **options) for amount in (0.0, 1.0))
    red, green, blue = (film - plain)[0, :, 189, 256]
    assert red > green > blue > 0.02
    assert (film - plain).min() > -1e-6
    assert torch.allclose(film[..., 256, 256], plain[..., 256, 256], atol=2e-3)
    dim = window(512, light=0.5)
    assert torch.allclose(*(luminance_bloom(dim, halation=each, **options)[0] for each in (0.0, 1.0)), atol=1e-6)


@pytest.mark.parametrize("shape", [(2400, 3600), (3600, 3600), (1800, 3600)], ids=["3:2", "1:1", "2:1"])
def test_halation_is_neutral_at_a_highlight_and_red_further_out(shape):
    """As measured on film (darktable's RFC 22150): red over blue is about 1 at 8 px and 5 at 36 px of a frame."""
    ratios = red_over_blue(film_at, shape, [8, 16, 24, 36])
    assert ratios[0] <= 1.5 and (ratios[1:] > ratios[:-1]).all() and ratios[-1] >= 5


def film_at(image: torch.Tensor, halation: float) -> torch.Tensor:
    return apply_bloom(image, BloomSettings(halation=halation))[0]


@settings(max_examples=30, deadline=None)
@given(**SETTINGS, **FILM)
def test_picture_is_input_plus_bloom_at_any_setting_and_size(**options):
    image = torch.rand(2, 3, 37, 29, generator=torch.Generator().manual_seed(6))
    bloomed, added = luminance_bloom(image, **options)
    if options["intensity"] > 0:
        assert torch.allclose(srgb_to_linear(bloomed), srgb_to_linear(image) + srgb_to_linear(added), atol=2e-5)
    alone = torch.cat([luminance_bloom(frame[None], **options)[0] for frame in image])
    assert torch.allclose(bloomed, alone, atol=1e-5)


def test_strips_of_rows_change_nothing(monkeypatch):
    image = torch.rand(1, 3, 50, 40, generator=torch.Generator().manual_seed(7))
    options = {"intensity": 0.5, "radius_px": 5, "protect": torch.rand(1, 1, 50, 40), "halation": 0.5}
    whole = luminance_bloom(image, **options)
    monkeypatch.setattr(row_strips, "STRIP_VALUES", 1000)
    assert all(torch.allclose(a, b, atol=1e-6) for a, b in zip(whole, luminance_bloom(image, **options), strict=True))


def test_tint_colors_the_glow_and_keeps_its_luminance():
    image = torch.zeros(1, 3, 60, 60)
    image[..., 25:35, 25:35] = 0.7
    warm, _ = luminance_bloom(image, intensity=0.5, radius_px=6, tint=(1.0, 0.7, 0.5))
    white, _ = luminance_bloom(image, intensity=0.5, radius_px=6)
    assert (warm[:, 0, 20, 30] > warm[:, 2, 20, 30]).all()
    light = [luminance(srgb_to_linear(picture)).mean() for picture in (warm, white)]
    assert torch.allclose(light[0], light[1], rtol=1e-3)


@pytest.mark.parametrize("scale", [2, 4])
def test_same_look_at_every_size(scale):
    """A picture enlarged by pixel repetition blooms as the small one does: lengths are relative."""
    small = torch.rand(1, 3, 24, 32, generator=torch.Generator().manual_seed(5)) * 0.6
    small = torch.nn.functional.interpolate(small, scale_factor=4)
    large = torch.nn.functional.interpolate(small, scale_factor=scale)
    from_small, _ = luminance_bloom(small, intensity=0.5, radius_px=8)
    from_large, _ = luminance_bloom(large, intensity=0.5, radius_px=8 * scale)
    shrunk = torch.nn.functional.avg_pool2d(from_large, scale)
    assert (shrunk - from_small).abs().mean() < 2e-3


def test_white_of_254_is_boosted_as_white_is():
    """PyAV decodes the white of WebP and AVIF as 254/255."""
    for stops in (0.5, 2.0, 4.0):
        options = {"intensity": 0.5, "radius_px": 6, "highlight_boost": stops}
        glows = [luminance_bloom(window(light=white), **options)[1] for white in (1.0, 254 / 255)]
        beside = [srgb_to_linear(glow[..., 22, 32]) for glow in glows]
        assert torch.allclose(*beside, rtol=0.03)
        inside = [luminance_bloom(window(light=white), **options)[0][..., 32, 32] for white in (1.0, 254 / 255)]
        assert torch.allclose(*inside, atol=1.5 / 255)


@pytest.mark.parametrize("stops", [0.25, 1.0, 4.0])
def test_recovery_is_continuous_where_white_begins(stops):
    steps = []
    for count in (10_000, 20_000):
        light = torch.linspace(0.97, 1.01, count + 1, dtype=torch.float64).expand(1, 3, 1, -1)
        full = recover_highlights(light, stops)
        assert torch.allclose(record_highlights(full, stops), light, atol=1e-9)
        steps.append(full.diff(dim=-1))
    assert steps[0].min() > 0 and steps[1].max() < 0.6 * steps[0].max()  # a jump would stay as high
