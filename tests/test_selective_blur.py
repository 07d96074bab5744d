"""Selective blur: protected pixels stay and give nothing away."""

from __future__ import annotations

import torch

from softfocus.color import linear_to_srgb, srgb_to_linear
from softfocus.gaussian import gaussian_blur
from softfocus.selective_blur import selective_gaussian_blur


def half_mask(picture: torch.Tensor) -> torch.Tensor:
    mask = torch.zeros(picture.shape[0], 1, *picture.shape[-2:])
    mask[..., : picture.shape[-1] // 2] = 1
    return mask


def test_sigma_zero_is_the_input(picture):
    assert selective_gaussian_blur(picture, 0) is picture


def test_plain_blur_in_linear_light_and_in_srgb(picture):
    linear = linear_to_srgb(gaussian_blur(srgb_to_linear(picture), 3))
    assert torch.equal(selective_gaussian_blur(picture, 3), linear)
    assert torch.equal(selective_gaussian_blur(picture, 3, linear_light=False), gaussian_blur(picture, 3))


def test_protected_pixels_keep_every_bit(picture):
    mask = half_mask(picture)
    soft = selective_gaussian_blur(picture, 4, protect=mask)
    protected = (mask == 1).expand_as(picture)
    assert torch.equal(soft[protected], picture[protected])
    assert not torch.allclose(soft[~protected], picture[~protected], atol=1e-2)


def test_nothing_bleeds_out_of_the_protected_region():
    """What the protected half shows cannot be told from the blurred half."""
    image = torch.rand(1, 3, 40, 60)
    other = image.clone()
    other[..., :30] = 1 - other[..., :30]
    mask = half_mask(image)
    first, second = (selective_gaussian_blur(each, 6, protect=mask) for each in (image, other))
    assert torch.equal(first[..., 30:], second[..., 30:])


def test_flat_background_stays_flat_beside_a_bright_face():
    image = torch.full((1, 3, 40, 60), 0.2)
    image[..., :30] = 0.9
    soft = selective_gaussian_blur(image, 8, protect=half_mask(image))
    assert torch.allclose(soft, image, atol=1e-5)


def test_transparent_pixels_give_no_colour():
    image = torch.full((1, 3, 40, 60), 0.2)
    image[..., :30] = 0.9
    soft = selective_gaussian_blur(image, 8, alpha=1 - half_mask(image))
    assert torch.allclose(soft[..., 30:], image[..., 30:], atol=1e-5)


def test_mask_of_ones_and_of_zeros(picture):
    ones = torch.ones(1, 1, *picture.shape[-2:])
    assert torch.equal(selective_gaussian_blur(picture, 5, protect=ones), picture)
    plain = selective_gaussian_blur(picture, 5)
    assert torch.allclose(selective_gaussian_blur(picture, 5, protect=0 * ones), plain, atol=1e-5)


def test_partly_protected_pixels_get_a_smaller_sigma(picture):
    mask = torch.full((1, 1, *picture.shape[-2:]), 0.6)
    mask[..., :2] = 0
    soft = selective_gaussian_blur(picture, 5, protect=mask, linear_light=False)
    assert torch.allclose(soft[..., 16:], gaussian_blur(picture, 2)[..., 16:], atol=1 / 255)


def test_nothing_bleeds_out_of_the_protected_region_into_a_partly_protected_one():
    image = torch.rand(1, 3, 40, 60)
    other = image.clone()
    other[..., :30] = 1 - other[..., :30]
    mask = half_mask(image)
    mask[..., 30:] = torch.linspace(0.9, 0.1, 30)
    first, second = (selective_gaussian_blur(each, 6, protect=mask) for each in (image, other))
    assert torch.equal(first[..., 30:], second[..., 30:])
    assert torch.equal(first[..., :30], image[..., :30])
