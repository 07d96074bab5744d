"""max_delta_blur against a float64 sum over all pairs of pixels, and its invariants."""

from __future__ import annotations

import math
import sys
from functools import cache

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from softfocus.color import srgb_to_linear
from softfocus.device_path import forced
from softfocus.filters.gaussian import gaussian_blur
from softfocus.filters.max_delta import bilateral_grid, grid_strips
from softfocus.filters.max_delta.max_delta_blur import TINY_WEIGHT, max_delta_blur
from softfocus.filters.max_delta.max_delta_cost import grid_is_cheaper
from softfocus.filters.max_delta.value_bins import FEW, usual_bins
from testing.pictures import make_picture

STEP = 1 / 255
HEIGHT, WIDTH = 40, 56
SIGMAS = [1.0, math.sqrt(5), math.sqrt(10), 3.6, math.sqrt(20), 5.5, math.sqrt(40), 12.0, 30.0]
DELTAS = [0.02, 0.1, 0.2, 0.5]
NARROW, WIDE = 1.5, 7.4  # one sigma for each of the two ways to the sums


@pytest.fixture(params=[False, True], ids=["cpu", "device"], autouse=True)
def way(request):
    with forced(request.param):
        yield request.param


@pytest.mark.parametrize("max_delta", DELTAS)
def test_narrow_takes_views_and_wide_the_grid(max_delta, way):
    for bins in (FEW, usual_bins(WIDE, True)):
        assert grid_is_cheaper(WIDE, max_delta, bins, way)
        assert not grid_is_cheaper(NARROW, max_delta, bins, way)


def folded_kernel(size: int, sigma: float) -> Tensor:
    """[size, size] float64: weight of pixel q, with all its mirror images within 5 sigma, for pixel p."""
    reach = math.ceil(5 * sigma)
    mirrored = list(range(size)) + list(range(size - 1, -1, -1))
    gains = [math.exp(-0.5 * (k / sigma) ** 2) for k in range(-reach, reach + 1)]
    kernel = torch.zeros(size, size, dtype=torch.float64)
    for p in range(size):
        for k, gain in zip(range(-reach, reach + 1), gains, strict=True):
            kernel[p, mirrored[(p + k) % (2 * size)]] += gain / sum(gains)
    return kernel


def reference(
    values: Tensor, guide: Tensor, sigma: float, max_delta: float, weight: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """The definition, pixel row by pixel row over all pairs: (result, mass), float64."""
    frames, channels, height, width = values.shape
    down, across = folded_kernel(height, sigma), folded_kernel(width, sigma)
    mass = torch.ones(frames, 1, height, width).double() if weight is None else weight.double()
    mass = mass.expand_as(values).reshape(-1, 1, height * width)
    flat_values, flat_guide = (each.double().reshape(-1, 1, height * width) for each in (values, guide))
    results, totals = [], []
    for row in range(height):
        kernel = (down[row][None, :, None] * across[:, None, :]).reshape(width, height * width)
        own = guide.double()[:, :, row].reshape(-1, width, 1)
        near = ((flat_guide - own).abs() <= max_delta + 1e-6) * kernel * mass
        total = near.sum(-1)
        mean = (near * flat_values).sum(-1) / total.clamp_min(1e-30)
        keep = values.double()[:, :, row].reshape(-1, width)
        results.append(torch.where(total > TINY_WEIGHT, mean, keep))
        totals.append(total)
    return tuple(torch.stack(each, 1).view(frames, channels, height, width) for each in (results, totals))


def edge_picture(max_delta: float) -> Tensor:
    """[1, 3, H, W]: plateaus that differ by max_delta, a little less and more; a ramp; stairs of exactly max_delta."""
    x = torch.arange(WIDTH).expand(HEIGHT, WIDTH)
    plateaus = torch.full((HEIGHT, WIDTH), 0.3)
    plateaus[:, 14:28] = 0.3 + max_delta
    plateaus[:, 28:42] = 0.3 + max_delta - 1e-3
    plateaus[:, 42:] = 0.3 + max_delta + 1e-3
    return torch.stack([plateaus, x / (WIDTH - 1), (x // 9) % 4 * max_delta])[None]


def pictures(max_delta: float) -> Tensor:
    """[5, 3, H, W]: smooth with noise, enlarged edges, the 8-bit version of both, and `edge_picture`."""
    generator = torch.Generator().manual_seed(3)
    y, x = torch.linspace(0, 1, HEIGHT)[:, None], torch.linspace(0, 1, WIDTH)[None]
    waves = torch.stack([0.5 + 0.4 * torch.sin(6 * x + 3 * y), 0.5 + 0.4 * torch.cos(9 * y - 4 * x * x), x * y])
    noisy = (waves + 0.08 * torch.randn(3, HEIGHT, WIDTH, generator=generator)).clamp(0, 1)[None]
    small = make_picture(HEIGHT // 2, WIDTH // 2, seed=5)
    enlarged = torch.nn.functional.interpolate(small, scale_factor=2.0, mode="bicubic").clamp(0, 1)
    floats = torch.cat([noisy, enlarged])
    return torch.cat([floats, (floats * 255).round() / 255, edge_picture(max_delta)])


@cache
def case(sigma: float, max_delta: float, linear: bool, weighted: bool) -> tuple[Tensor, ...]:
    """values, guide, weight, the definition's result and mass."""
    image, weight = pictures(max_delta), None
    if weighted:
        weight = torch.rand(len(image), 1, HEIGHT, WIDTH, generator=torch.Generator().manual_seed(7))
        weight[..., :12, :20] = 0
    values = srgb_to_linear(image) if linear else image
    return values, image, weight, *reference(values, image, sigma, max_delta, weight)


def compare(sigma: float, max_delta: float, linear: bool, weighted: bool) -> None:
    values, guide, weight, expected, mass = case(sigma, max_delta, linear, weighted)
    error = (max_delta_blur(values, guide, sigma, max_delta, weight) - expected).abs()
    error = error * (mass > 1e-2 if weight is not None else 1)  # far from all weight G's tail decides, which is cut
    far = (error > STEP).double().mean()
    worst = [f"{255 * each:.2f}" for each in error.amax((1, 2, 3))]
    print(f"sigma {sigma:.2f} max_delta {max_delta}: beyond 1/255 {far:.5f}, worst by picture {worst} / 255")  # noqa: T201
    assert far <= 1e-3
    assert error.max() <= 6 * STEP


@pytest.mark.parametrize("sigma", SIGMAS)
@pytest.mark.parametrize("max_delta", DELTAS)
def test_error_against_all_pairs(sigma, max_delta):
    compare(sigma, max_delta, linear=False, weighted=False)


@pytest.mark.parametrize("sigma", [2.5, 3.6, 5.0, 5.5, 12.0, 20.0])
@pytest.mark.parametrize("max_delta", DELTAS)
def test_error_in_linear_light(sigma, max_delta):
    compare(sigma, max_delta, linear=True, weighted=False)


@pytest.mark.parametrize("sigma", [NARROW, 3.6, 5.0, 6.39, 6.4, WIDE, 20.0])
@pytest.mark.parametrize("max_delta", [0.1, 0.5])
def test_error_in_linear_light_and_with_weights(sigma, max_delta):
    compare(sigma, max_delta, linear=True, weighted=True)


@pytest.mark.parametrize("sigma", [NARROW, 2.5, 3.6, 5.5, WIDE, 30.0])
def test_8_bit_pictures_differ_by_the_kernel_alone(sigma):
    values, guide, _, expected, _ = case(sigma, 0.2, linear=False, weighted=False)
    assert (max_delta_blur(values, guide, sigma, 0.2) - expected)[2:].abs().max() <= 0.5 * STEP


@pytest.mark.parametrize("sigma", [NARROW, WIDE])
@pytest.mark.parametrize("floats", [False, True], ids=["few values", "many values"])
@pytest.mark.parametrize("side", [-1e-4, 0.0, 1e-4])
def test_plateaus_mix_up_to_exactly_max_delta(sigma, floats, side):
    """0.6 - 0.4 in float32 is more than 0.2; the noise below only makes the channel one of many values."""
    image = torch.full((1, 1, 60, 40), 0.4)
    image[..., 20:] = 0.6 + side
    if floats:
        image[..., 50:, :] = 0.9 + 0.1 * torch.rand(10, 40, generator=torch.Generator().manual_seed(0))
    soft = max_delta_blur(image, image, sigma, 0.2)
    if side > 0:
        assert torch.allclose(soft[..., :50, :], image[..., :50, :], atol=1e-5)
    else:
        assert (soft - image)[..., :10, 18:22].abs().min() > 0.02


@pytest.mark.parametrize("sigma", [NARROW, WIDE])
def test_clipped_white_does_not_reach_values_just_out_of_reach(sigma):
    """0.4999 is further than 0.5 from white, though not by the width of a bin."""
    image = torch.ones(1, 1, 40, 40)
    image[..., 20:] = 0.4989 + 0.001 * torch.rand(40, 20, generator=torch.Generator().manual_seed(0))
    image[..., :4, 20:] *= torch.linspace(0, 1, 20)
    expected, _ = reference(image, image, sigma, 0.5)
    assert (max_delta_blur(image, image, sigma, 0.5) - expected).abs().max() <= STEP


@pytest.mark.parametrize("sigma", [NARROW, WIDE])
def test_8_bit_stairs_of_exactly_max_delta(sigma):
    """Steps of 51/255 with max_delta 0.2: each stair mixes with its neighbours, not with the next but one."""
    image = (torch.arange(60).expand(1, 1, 8, 60) // 12 * 51) / 255
    expected, _ = reference(image, image, sigma, 0.2)
    assert (max_delta_blur(image, image, sigma, 0.2) - expected).abs().max() <= 0.5 * STEP


@settings(max_examples=40, deadline=None)
@given(
    height=st.integers(1, 30),
    width=st.integers(1, 30),
    sigma=st.floats(0.3, 60),
    max_delta=st.floats(0, 5),
    values=st.sampled_from([2, 7, 10**6]),
    weighted=st.booleans(),
    seed=st.integers(0, 99),
)
def test_means_stay_within_the_values(height, width, sigma, max_delta, values, weighted, seed):
    """Any size, HDR guide up to 4, and pixels without weight: finite and convex."""
    generator = torch.Generator().manual_seed(seed)
    guide = (torch.rand(1, 2, height, width, generator=generator) * values).floor() / values * 4
    weight = (torch.rand(1, 1, height, width, generator=generator) - 0.5).clamp_min(0) if weighted else None
    light = srgb_to_linear(guide)
    soft = max_delta_blur(light, guide, sigma, max_delta, weight)
    assert soft.isfinite().all()
    assert (soft >= light.amin((-1, -2), keepdim=True)).all()
    assert (soft <= light.amax((-1, -2), keepdim=True)).all()


@settings(max_examples=40, deadline=None)
@given(sigma=st.floats(0.3, 60), max_delta=st.floats(0, 2), value=st.floats(-4, 4, width=32))
def test_constant_stays_constant(sigma, max_delta, value):
    flat = torch.full((1, 1, 19, 13), value)
    assert torch.allclose(max_delta_blur(flat, flat, sigma, max_delta), flat, rtol=1e-6)


@pytest.mark.parametrize("sigma", [NARROW, WIDE])
@pytest.mark.parametrize("size", [(1, 1), (1, 50), (50, 1), (3, 2)])
def test_thin_pictures(size, sigma):
    image = torch.rand(1, 3, *size, generator=torch.Generator().manual_seed(2))
    expected, _ = reference(image, image, sigma, 0.3)
    assert (max_delta_blur(image, image, sigma, 0.3) - expected).abs().max() <= STEP


@pytest.mark.parametrize("sigma", [NARROW, WIDE])
def test_result_stays_near_the_guide(sigma):
    """The mean of neighbours within max_delta is itself within max_delta, up to the width of a bin."""
    image = pictures(0.1)
    assert (max_delta_blur(image, image, sigma, 0.1) - image).abs().max() <= 0.1 + STEP


@pytest.mark.parametrize("sigma", [NARROW, WIDE])
def test_hdr_picture(sigma):
    """A few highlights up to 4 must not coarsen the comparison of the rest."""
    image = pictures(0.1)[:2].clone()
    image[..., 5:8, 5:8] = 1 + 3 * torch.rand(3, 3, generator=torch.Generator().manual_seed(1))
    expected, _ = reference(image, image, sigma, 0.1)
    error = (max_delta_blur(image, image, sigma, 0.1) - expected).abs()
    assert (error > STEP).double().mean() <= 2e-3


@pytest.mark.parametrize("sigma", [NARROW, WIDE, 30.0])
def test_max_delta_beyond_the_range_is_the_plain_gaussian(sigma):
    image = pictures(0.2)
    weight = 0.2 + 0.8 * torch.rand(len(image), 1, HEIGHT, WIDTH, generator=torch.Generator().manual_seed(7))
    plain = gaussian_blur(image * weight, sigma) / gaussian_blur(weight, sigma)
    assert torch.allclose(max_delta_blur(image, image, sigma, 2, weight), plain, atol=1e-3)


def test_max_delta_zero_returns_distinct_values():
    image = torch.randperm(HEIGHT * WIDTH, generator=torch.Generator().manual_seed(2)).view(1, 1, HEIGHT, WIDTH) / 2240
    assert torch.allclose(max_delta_blur(image, image, NARROW, 0), image, atol=1e-6)
    assert torch.allclose(max_delta_blur(image, image, WIDE, 0), image, atol=STEP)
    few = image[..., :16, :16]
    assert torch.allclose(max_delta_blur(few, few, WIDE, 0), few, atol=1e-5)


@pytest.mark.parametrize("sigma", [NARROW, WIDE])
def test_pixels_without_weight_give_nothing(sigma):
    image = pictures(0.2)
    weight = torch.ones(len(image), 1, HEIGHT, WIDTH)
    weight[..., :20] = 0
    other = image.clone()
    other[..., :20] = 0.6
    first, second = (max_delta_blur(values, image, sigma, 0.2, weight) for values in (image, other))
    assert torch.allclose(first[..., 20:], second[..., 20:], atol=1e-5)
    none = max_delta_blur(image, image, sigma, 0.2, 0 * weight)
    assert torch.equal(none, image)


@pytest.mark.parametrize("sigma", [NARROW, WIDE])
def test_frames_and_channels_are_independent(sigma):
    image = pictures(0.2)
    together = max_delta_blur(image, image, sigma, 0.2)
    alone = torch.cat([max_delta_blur(frame[None], frame[None], sigma, 0.2) for frame in image])
    assert torch.equal(together, alone)
    assert torch.equal(together[:, 1:2], max_delta_blur(image[:, 1:2], image[:, 1:2], sigma, 0.2))


@pytest.mark.parametrize("sigma", [NARROW, WIDE])
def test_flip_and_transpose_commute(sigma):
    image = pictures(0.2)
    soft = max_delta_blur(image, image, sigma, 0.2)
    for turned in (lambda each: each.flip(-1), lambda each: each.flip(-2), lambda each: each.mT):
        again = max_delta_blur(turned(image), turned(image), sigma, 0.2)
        assert ((again - turned(soft)).abs() > 0.1 * STEP).double().mean() <= 1e-3


def test_strips_join_without_a_seam(monkeypatch):
    """The result must not depend on how the picture is cut up for memory."""
    image = make_picture(150, 60)
    whole = [max_delta_blur(image, image, sigma, 0.2) for sigma in (NARROW, WIDE)]
    for name in ("CPU", "DEVICE"):
        monkeypatch.setattr(grid_strips, name, grid_strips.Sizes(1, 5, 7))
    for module, name in ((bilateral_grid, "CHUNK"), (sys.modules[max_delta_blur.__module__], "STRIP")):
        for way in ("", "DEVICE_"):
            monkeypatch.setattr(module, way + name, 100)
    cut = [max_delta_blur(image, image, sigma, 0.2) for sigma in (NARROW, WIDE)]
    assert all(torch.allclose(first, second, atol=1e-5) for first, second in zip(whole, cut, strict=True))


def test_sigma_zero_is_the_input_and_input_is_unchanged(picture):
    before = picture.clone()
    assert max_delta_blur(picture, picture, 0, 0.2) is picture
    for sigma in (NARROW, WIDE):
        max_delta_blur(picture, picture, sigma, 0.2, torch.ones_like(picture[:, :1]))
    assert torch.equal(picture, before)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"sigma_px": -1.0}, "sigma_px"),
        ({"sigma_px": math.inf}, "sigma_px"),
        ({"max_delta": -0.1}, "max_delta"),
        ({"max_delta": math.nan}, "max_delta"),
        ({"guide": torch.zeros(1, 1, 3, 4)}, "guide"),
        ({"weight": torch.zeros(1, 3, 3, 4)}, "weight"),
    ],
)
def test_bad_input_is_named(change, name):
    good = {"values": torch.zeros(1, 3, 3, 4), "guide": torch.zeros(1, 3, 3, 4), "sigma_px": 1.0, "max_delta": 0.1}
    with pytest.raises(ValueError, match=name):
        max_delta_blur(**{**good, **change})
