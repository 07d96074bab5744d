"""Feature sharpen: detail returns at edges, not in flats, without halos and without the low frequencies."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from softfocus.color import luminance
from softfocus.filters.gaussian import gaussian_blur
from softfocus.sharpen import feature_sharpen
from testing.pictures import make_picture

pytestmark = pytest.mark.usefixtures("path")

RADIUS = 1.5


def step_picture() -> torch.Tensor:
    image = torch.full((1, 3, 64, 192), 0.3)
    image[..., 144:] = 0.7
    return image


def test_amount_zero_is_the_input(picture):
    assert feature_sharpen(picture, amount=0, radius_px=RADIUS).image is picture


def test_mask_zero_keeps_every_bit(picture):
    mask = torch.zeros(1, 1, *picture.shape[-2:])
    mask[..., 30:] = 1
    sharp = feature_sharpen(gaussian_blur(picture, 2), amount=1, radius_px=RADIUS, source=picture, mask=mask)
    assert torch.equal(sharp.image[..., :30], gaussian_blur(picture, 2)[..., :30])
    assert not torch.allclose(sharp.image[..., 31:], gaussian_blur(picture, 2)[..., 31:], atol=1e-2)


def test_source_detail_is_restored_and_low_frequencies_stay():
    source = make_picture(96, 128)
    soft = gaussian_blur(source, 2.5) * 0.8 + 0.15
    sharp = feature_sharpen(soft, amount=1, radius_px=RADIUS, floor=1, halo_limit=1, source=source).image
    assert (sharp - soft).abs().max() > 0.1
    restored, wanted = (luminance(each) - gaussian_blur(luminance(each), 4 * RADIUS) for each in (sharp, source))
    assert (restored - wanted).abs().mean() < 0.15 * wanted.abs().mean()
    drift = gaussian_blur(luminance(sharp), 16 * RADIUS) - gaussian_blur(luminance(soft), 16 * RADIUS)
    assert drift.abs().max() < 2 / 255


def test_source_equal_to_image_changes_nothing(picture):
    sharp = feature_sharpen(picture, amount=1, radius_px=RADIUS, source=picture).image
    assert torch.allclose(sharp, picture, atol=1e-6)


def test_edges_gain_and_flats_do_not():
    image = gaussian_blur(step_picture(), 2)
    noisy = image + 0.004 * (torch.rand(image.shape, generator=torch.Generator().manual_seed(0)) - 0.5)
    result = feature_sharpen(noisy, amount=1, radius_px=RADIUS, halo_limit=1)
    slope = luminance(result.image).diff(dim=-1).abs()
    before = luminance(noisy).diff(dim=-1).abs()
    assert slope[..., 142:147].max() > 1.3 * before[..., 142:147].max()
    flat_before, flat_after = noisy[..., :72].std(), result.image[..., :72].std()
    assert flat_after < 1.05 * flat_before


def test_overshoot_is_held_to_the_local_range():
    image = gaussian_blur(step_picture(), 1.5)
    for amount in (1, 4):
        sharp = feature_sharpen(image, amount=amount, radius_px=RADIUS, halo_limit=0.004, floor=1).image
        assert sharp.max() <= 0.7 + 0.0041 and sharp.min() >= 0.3 - 0.0041
    loose = feature_sharpen(image, amount=4, radius_px=RADIUS, halo_limit=1, floor=1).image
    assert loose.max() > 0.75


def test_no_channel_leaves_the_range_it_was_in():
    image = (torch.rand(1, 3, 40, 40, generator=torch.Generator().manual_seed(2)) > 0.5).float()
    sharp = feature_sharpen(gaussian_blur(image, 1), amount=4, radius_px=RADIUS, halo_limit=1).image
    assert sharp.min() >= 0 and sharp.max() <= 1


def test_gain_and_features_are_in_range(picture):
    result = feature_sharpen(picture, amount=1, radius_px=RADIUS, floor=0.25)
    assert result.gain.shape == (1, 1, 48, 64) and result.features.shape == (1, 3, 48, 64)
    for part in (result.gain, result.features):
        assert part.min() >= 0.25 and part.max() <= 1


def test_color_differences_are_kept(picture):
    sharp = feature_sharpen(picture * 0.5 + 0.25, amount=0.3, radius_px=RADIUS).image
    before = picture[:, 0] * 0.5 - picture[:, 2] * 0.5
    assert torch.allclose(sharp[:, 0] - sharp[:, 2], before, atol=1e-5)


def test_gain_does_not_depend_on_the_size():
    small = gaussian_blur(make_picture(64, 64), 2)
    large = torch.nn.functional.interpolate(small, scale_factor=2, mode="bicubic", align_corners=False)
    gain_small = feature_sharpen(small, amount=0, radius_px=RADIUS).gain
    gain_large = feature_sharpen(large, amount=0, radius_px=2 * RADIUS).gain
    shrunk = torch.nn.functional.avg_pool2d(gain_large, 2)
    assert (shrunk - gain_small).abs().mean() < 0.03


def test_frames_are_independent():
    batch = torch.cat([make_picture(40, 50, seed=seed) for seed in range(3)])
    together = feature_sharpen(batch, amount=1, radius_px=RADIUS).image
    alone = torch.cat([feature_sharpen(frame[None], amount=1, radius_px=RADIUS).image for frame in batch])
    assert torch.allclose(together, alone, atol=2e-6)


def test_coarse_tones_are_not_restored():
    """Of a wave 60 times as long as the radius, less than a tenth comes back: the tones stay the dreamy picture's."""
    x = torch.arange(360.0)
    source = (0.5 + 0.3 * torch.sin(2 * torch.pi * x / (60 * RADIUS))).expand(1, 3, 40, -1)
    flat = torch.full_like(source, 0.5)
    sharp = feature_sharpen(flat, amount=1, radius_px=RADIUS, floor=1, halo_limit=1, source=source).image
    assert (sharp - flat)[..., 90:270].abs().max() < 0.1 * 0.3


@settings(max_examples=20, deadline=None)
@given(floor=st.floats(0, 1), seed=st.integers(0, 2**16))
def test_strength_multiplies_the_gain_above_the_floor(floor, seed):
    image = gaussian_blur(make_picture(40, 50, seed=seed), 1)
    strength = torch.rand(1, 1, 40, 50, generator=torch.Generator().manual_seed(seed))
    strength[..., :20] = 0
    plain = feature_sharpen(image, amount=1, radius_px=RADIUS, floor=floor)
    guided = feature_sharpen(image, amount=1, radius_px=RADIUS, floor=floor, strength=strength)
    assert torch.allclose(guided.features - floor, (plain.features - floor) * strength, atol=1e-5)
    assert torch.allclose(guided.gain, guided.features.mean(1, keepdim=True), atol=1e-6)
    assert (guided.features[..., :20] == floor).all()
    ones = feature_sharpen(image, amount=1, radius_px=RADIUS, floor=floor, strength=torch.ones_like(strength))
    assert torch.equal(ones.image, plain.image) and torch.equal(ones.features, plain.features)


def test_no_strength_and_no_floor_change_nothing(picture):
    none = torch.zeros(1, 1, *picture.shape[-2:])
    assert torch.equal(feature_sharpen(picture, amount=2, radius_px=RADIUS, strength=none).image, picture.clamp(0, 1))


def test_inputs_are_never_changed(picture):
    inputs = {"source": picture.clone(), "mask": torch.rand(1, 1, 48, 64), "strength": torch.rand(1, 1, 48, 64)}
    soft = gaussian_blur(picture, 2)
    before = {name: each.clone() for name, each in inputs.items()}, soft.clone()
    feature_sharpen(soft, amount=1, radius_px=RADIUS, **inputs)
    assert all(torch.equal(inputs[name], before[0][name]) for name in inputs) and torch.equal(soft, before[1])


def test_masks_and_sources_of_one_frame_serve_a_batch():
    batch = gaussian_blur(torch.cat([make_picture(40, 50, seed=seed) for seed in range(2)]), 1)
    mask, strength = torch.rand(1, 1, 40, 50), torch.rand(1, 1, 40, 50)
    together = feature_sharpen(batch, amount=1, radius_px=RADIUS, mask=mask, strength=strength).image
    alone = [
        feature_sharpen(each, amount=1, radius_px=RADIUS, mask=mask, strength=strength).image for each in batch.split(1)
    ]
    assert torch.allclose(together, torch.cat(alone), atol=2e-6)
    source = make_picture(40, 50)
    together = feature_sharpen(batch, amount=1, radius_px=RADIUS, source=source)
    alone = [feature_sharpen(each, amount=1, radius_px=RADIUS, source=source).image for each in batch.split(1)]
    assert torch.allclose(together.image, torch.cat(alone), atol=2e-6) and len(together.gain) == 2


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (3, 2), (7, 300)])
def test_any_size(size):
    image = torch.rand(2, 3, *size, generator=torch.Generator().manual_seed(0))
    result = feature_sharpen(image, amount=1, radius_px=RADIUS, source=image.flip(0))
    assert result.image.shape == image.shape and result.image.isfinite().all()


@pytest.mark.parametrize(("blur", "left"), [(0.7, 0.7), (1.0, 0.75), (1.5, 0.85)])
def test_plain_sharpening_comes_nearer_to_the_truth(blur, left):
    """Of a blur as wide as the radius: what is left of the error. Bands of equal weight leave 0.9 and more."""
    texture = torch.randn(1, 1, 128, 128, generator=torch.Generator().manual_seed(0))
    truth = gaussian_blur(0.5 + 0.6 * texture, 1.2).expand(1, 3, -1, -1)
    blurred = gaussian_blur(truth, blur)
    sharp = feature_sharpen(blurred, amount=0.5, radius_px=blur).image
    assert (sharp - truth).square().mean().sqrt() < left * (blurred - truth).square().mean().sqrt()
