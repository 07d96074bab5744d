"""Feature sharpen: detail returns at edges, not in flats, without halos and without the low frequencies."""

from __future__ import annotations

import torch
from pictures import make_picture

from softfocus.color import luminance
from softfocus.gaussian import gaussian_blur
from softfocus.sharpen import feature_sharpen

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


def test_colour_differences_are_kept(picture):
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
