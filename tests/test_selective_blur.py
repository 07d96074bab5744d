"""Selective blur: protected pixels stay and give nothing away."""

from __future__ import annotations

import pytest
import torch

from softfocus.color import linear_to_srgb, srgb_to_linear
from softfocus.filters.gaussian import gaussian_blur
from softfocus.selective_blur import selective_gaussian_blur

pytestmark = pytest.mark.usefixtures("path")


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


def test_transparent_pixels_give_no_color():
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


def test_max_delta_one_is_the_plain_gaussian_bit_for_bit(picture):
    for options in ({}, {"protect": half_mask(picture)}, {"linear_light": False}):
        assert torch.equal(
            selective_gaussian_blur(picture, 5, max_delta=1.0, **options),
            selective_gaussian_blur(picture, 5, **options),
        )


@pytest.mark.parametrize("sigma", [2.0, 9.0])
@pytest.mark.parametrize("linear_light", [True, False])
def test_max_delta_keeps_edges_and_smooths_texture(sigma, linear_light):
    """Two textured halves 0.5 apart: the texture goes, the step stays where it is."""
    noise = 0.05 * torch.rand(1, 3, 40, 60, generator=torch.Generator().manual_seed(0))
    image = noise + 0.2
    image[..., 30:] += 0.5
    soft = selective_gaussian_blur(image, sigma, max_delta=0.2, linear_light=linear_light)
    assert (soft[..., :30] - 0.225).abs().max() < 0.02 and (soft[..., 30:] - 0.725).abs().max() < 0.02
    assert soft[..., 5:25].std() < 0.3 * image[..., 5:25].std()


def test_max_delta_with_a_mask_protects_and_takes_nothing(picture):
    mask = half_mask(picture)
    other = torch.where(mask == 1, 1 - picture, picture)
    first, second = (selective_gaussian_blur(each, 3, protect=mask, max_delta=0.3) for each in (picture, other))
    protected = (mask == 1).expand_as(picture)
    assert torch.equal(first[protected], picture[protected])
    assert torch.allclose(first[~protected], second[~protected], atol=1e-4)
    half = selective_gaussian_blur(picture, 3, protect=mask / 2, max_delta=0.1)
    assert (half - picture).abs().max() <= 0.1


def test_max_delta_passes_transparent_pixels_by():
    image = torch.full((1, 3, 30, 40), 0.5)
    image[..., :20] = 0.6
    alpha = 1 - half_mask(image)
    assert torch.allclose(selective_gaussian_blur(image, 4, alpha=alpha, max_delta=0.2)[..., 20:], image[..., 20:])
