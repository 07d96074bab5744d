"""variable_blur against a direct per-pixel sum in float64, and what a photographer would see go wrong.

`pytest --log-cli-level=INFO` shows the errors that were met, in 1/255.
"""

from __future__ import annotations

import logging
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import data
from torch import Tensor

from softfocus.color import linear_to_srgb, srgb_to_linear
from softfocus.device_path import on_device
from softfocus.filters.gaussian import gaussian_blur
from softfocus.filters.variable import blurred_rows, variable_blur
from softfocus.selective_blur import selective_gaussian_blur
from testing.pictures import make_picture

pytestmark = pytest.mark.usefixtures("path")

SIZE = 160
log = logging.getLogger(__name__)


def folded_kernels(sigma: Tensor, center: Tensor, size: int, reach: int) -> Tensor:
    """[N, size] float64 weights of the row (or column) for each of N pixels, mirrored at the edges."""
    offsets = torch.arange(-reach, reach + 1)
    weights = torch.exp(-0.5 * (offsets / sigma.double().clamp_min(1e-9)[:, None]) ** 2)
    mirrored = torch.cat([torch.arange(size), torch.arange(size - 1, -1, -1)])
    columns = mirrored[(center[:, None] + offsets) % (2 * size)]
    return torch.zeros(len(sigma), size, dtype=torch.float64).scatter_add_(1, columns, weights)


def reference(values: Tensor, sigma_px: Tensor, weight: Tensor | None, pixels: Tensor) -> Tensor:
    """[C, N]: the definition at flat indices `pixels`, every weight of the window out to 6 sigma_max."""
    height, width = values.shape[-2:]
    weight = torch.ones_like(sigma_px) if weight is None else weight
    sums = torch.cat([values * weight, weight], 1)[0].double()
    sigma, reach = sigma_px.flatten()[pixels], math.ceil(6 * float(sigma_px.max()))
    down = folded_kernels(sigma, pixels // width, height, reach)
    across = folded_kernels(sigma, pixels % width, width, reach)
    near = torch.einsum("nh,chw->cnw", down, sums)
    near = (near * across).sum(2) / (down.sum(1) * across.sum(1))
    own = values[0].flatten(1)[:, pixels].double()
    return torch.where(near[-1:] > 1e-6, near[:-1] / near[-1:], own)


def photograph(name: str) -> Tensor:
    """[1, 3, SIZE, SIZE] sRGB, a part with much detail."""
    top, left = {"astronaut": (40, 150), "cat": (60, 120), "coffee": (100, 200), "camera": (60, 190)}[name]
    image = torch.from_numpy(getattr(data, name)().copy()).float() / 255
    image = image.unsqueeze(-1).expand(-1, -1, 3) if image.ndim == 2 else image
    return image[top : top + SIZE, left : left + SIZE].permute(2, 0, 1)[None].contiguous()


def blobs(sigma: float, seed: int) -> Tensor:
    """[1, 1, SIZE, SIZE] smooth noise, mean 0 and deviation 1."""
    noise = gaussian_blur(torch.randn(1, 1, SIZE, SIZE, generator=torch.Generator().manual_seed(seed)), sigma)
    return (noise - noise.mean()) / noise.std()


def face_like() -> Tensor:
    """Plateaus 0.35, 0.6, 0.9 and 1, feathered."""
    mask = torch.zeros(1, 1, SIZE, SIZE)
    for seed, (value, level) in enumerate([(0.35, 0.0), (0.6, 0.5), (0.9, 0.8), (1.0, 1.2)]):
        mask = torch.maximum(mask, value * (blobs(SIZE / 16, seed) > level).float())
    return gaussian_blur(mask, SIZE / 64).clamp(0, 1)


def make_mask(kind: str) -> Tensor:
    rows, columns = torch.arange(SIZE)[:, None] + 0.5, torch.arange(SIZE)[None] + 0.5
    distance = ((rows - SIZE / 2) ** 2 + (columns - SIZE / 2) ** 2).sqrt()
    if kind == "ramp":
        return (columns / SIZE).expand(1, 1, SIZE, SIZE).contiguous()
    if kind == "disc":
        return ((0.4 * SIZE - distance) / (0.15 * SIZE)).clamp(0, 1)[None, None]
    if kind == "face":
        return face_like()
    if kind == "noise":
        return torch.rand(1, 1, SIZE, SIZE, generator=torch.Generator().manual_seed(3))
    return (0.5 + 0.3 * blobs(3, 9)).clamp(0, 1)


def some_pixels() -> Tensor:
    return torch.randperm(SIZE * SIZE, generator=torch.Generator().manual_seed(0))[:6000].sort().values


def errors(name: str, mask: Tensor, sigma_px: float, weight: Tensor | None, linear_light: bool) -> Tensor:
    """Differences from the reference in 1/255 of sRGB, at pixels whose weight is not 0."""
    image, pixels = photograph(name), some_pixels()
    light = srgb_to_linear(image) if linear_light else image
    sigma = (1 - mask) * sigma_px
    seen = torch.ones(len(pixels)).bool() if weight is None else weight.flatten()[pixels] > 0
    got = variable_blur(light, sigma, weight)[0].flatten(1)[:, pixels].double()
    wanted = reference(light, sigma, weight, pixels)
    if linear_light:
        got, wanted = linear_to_srgb(got), linear_to_srgb(wanted)
    return (got - wanted).abs()[:, seen].flatten() * 255


@pytest.mark.parametrize("sigma_px", [1.0, 3.6, 8.0, 16.0])
@pytest.mark.parametrize("kind", ["ramp", "disc", "face", "noise", "blobs"])
def test_error_against_the_direct_sum(kind, sigma_px):
    mask = make_mask(kind)
    alpha = (0.6 + 0.5 * blobs(6, 20)).clamp(0, 1)
    cases = [
        ("astronaut", 1 - mask, True),
        ("cat", 1 - mask, False),
        ("coffee", (1 - mask) * alpha, True),
        ("camera", None, True),
    ]
    for name, weight, linear_light in cases:
        error = errors(name, mask, sigma_px, weight, linear_light)
        rest = error.quantile(0.999).item()
        log.info("%s %s %s: 99.9 %% %.2f, worst %.2f", name, kind, sigma_px, rest, error.max())
        assert rest <= 1, f"{name}: 99.9 % within {rest:.2f}/255, worst {error.max():.2f}/255"


def slope(width: int, feather: float, center: float) -> Tensor:
    """[width] from 0 to 1, smooth, over `feather` pixels around `center`."""
    t = ((torch.arange(width) + 0.5 - center) / max(feather, 1e-3) + 0.5).clamp(0, 1)
    return t * t * (3 - 2 * t)


def two_halves(texture: float = 0.0) -> Tensor:
    image = torch.full((1, 3, 24, 160), 0.2)
    image[..., 80:] = 0.9
    noise = torch.rand(image.shape, generator=torch.Generator().manual_seed(5)) - 0.5
    return image + texture * noise


@pytest.mark.parametrize("texture", [0.0, 0.02])
@pytest.mark.parametrize("feather", [0, 2, 5, 10, 20])
@pytest.mark.parametrize("ends", [(1, 0), (0, 1), (0.9, 0), (0, 0.98), (0.35, 0), (0, 0.6), (1, 0.5)])
def test_no_halo_where_mask_and_picture_share_an_edge(ends, feather, texture):
    image = two_halves(texture)
    mask = (ends[0] + (ends[1] - ends[0]) * slope(160, feather, 80)).expand(1, 1, 24, 160)
    for sigma_px in (1.0, 3.6, 8.0, 16.0, 30.0):
        for linear_light in (True, False):
            soft = selective_gaussian_blur(image, sigma_px, protect=mask, linear_light=linear_light)
            over = max(soft.max() - image.max(), image.min() - soft.min())
            assert over <= 0.2 / 255, f"sigma {sigma_px}: {over * 255:.2f}/255 beyond the halves"


def peaks(profile: Tensor) -> int:
    """Maxima of the gradient that stand out by more than 2 % of the largest."""
    gradient = (profile[1:] - profile[:-1]).tolist()
    least = 0.02 * max(gradient)
    count, extreme, rising = 0, gradient[0], True
    for each in [*gradient, -math.inf]:
        extreme = max(extreme, each) if rising else min(extreme, each)
        if rising and each < extreme - least:
            count, extreme, rising = count + 1, each, False
        elif not rising and each > extreme + least:
            extreme, rising = each, True
    return count


RAMPS = [(20, 70), (40, 65), (40, 80), (40, 90), (60, 95)]  # feather, center; the picture's edge is at 80


@pytest.mark.parametrize("linear_light", [True, False])
@pytest.mark.parametrize("sigma_px", [3.6, 8.0, 16.0])
@pytest.mark.parametrize("ramp", RAMPS)
def test_an_edge_in_the_ramp_of_the_mask_is_drawn_once(ramp, sigma_px, linear_light):
    for mask in (slope(160, *ramp), 1 - slope(160, *ramp)):
        protect = mask.expand(1, 1, 24, 160)
        soft = selective_gaussian_blur(two_halves(), sigma_px, protect=protect, linear_light=linear_light)
        profile = soft[0, 0, 12].double()
        assert (profile[1:] - profile[:-1]).min() >= -0.2 / 255
        assert peaks(profile) == 1


def test_a_cross_fade_draws_the_edge_twice():
    """What the two tests around this one are for: they can tell."""
    image, plain = two_halves(), gaussian_blur(two_halves(), 16)
    mask = slope(160, 20, 70).expand(1, 1, 24, 160)
    assert peaks(torch.lerp(plain, image, mask)[0, 0, 12]) == 2
    half = torch.lerp(image, plain, 0.5)
    assert (half - gaussian_blur(image, 8)).abs().max() > 20 / 255


@pytest.mark.parametrize("sigma_px", [1.0, 3.6, 8.0, 16.0])
@pytest.mark.parametrize("share", [0.35, 0.5, 0.8])
def test_an_edge_in_a_plateau_is_that_of_a_narrower_gaussian(share, sigma_px):
    protect = torch.full((1, 1, 24, 160), share)
    protect[..., 0, 0] = 0  # so that the plateau is not the widest sigma
    image = two_halves()
    soft = selective_gaussian_blur(image, sigma_px, protect=protect, linear_light=False)
    assert (soft - gaussian_blur(image, (1 - share) * sigma_px))[..., 12, 40:120].abs().max() <= 0.5 / 255
    assert peaks(soft[0, 0, 12]) == 1


masks = st.sampled_from(["ramp", "disc", "face", "noise", "blobs"])
sigmas = st.floats(math.log(0.3), math.log(400)).map(math.exp)


@settings(max_examples=25, deadline=None)
@given(kind=masks, sigma_px=sigmas, value=st.floats(-4, 4, width=32), weighted=st.booleans())
def test_constant_stays_constant(kind, sigma_px, value, weighted):
    mask = make_mask(kind)[..., :57, :80]
    flat = torch.full((1, 2, 57, 80), value)
    soft = variable_blur(flat, (1 - mask) * sigma_px, 1 - mask if weighted else None)
    assert torch.allclose(soft, flat, atol=2e-5)


@settings(max_examples=25, deadline=None)
@given(height=st.integers(1, 70), width=st.integers(1, 70), sigma_px=sigmas, seed=st.integers(0, 99), data=st.data())
def test_result_lies_within_the_range_of_the_values(height, width, sigma_px, seed, data):
    generator = torch.Generator().manual_seed(seed)
    values = (torch.rand(1, 2, height, width, generator=generator) > 0.5).float()
    mask = torch.rand(1, 1, height, width, generator=generator)
    mask = data.draw(st.sampled_from([mask, mask.round(), mask**8, 1 - mask**8]))
    soft = variable_blur(values, (1 - mask) * sigma_px, data.draw(st.sampled_from([None, 1 - mask])))
    assert soft.min() >= -1e-4 and soft.max() <= 1 + 1e-4


@settings(max_examples=25, deadline=None)
@given(share=st.floats(0.01, 0.99), sigma_px=sigmas)
def test_constant_mask_is_a_narrower_blur(share, sigma_px):
    image = photograph("astronaut")[..., :90, :120]
    protect = torch.full((1, 1, 90, 120), share)
    soft = selective_gaussian_blur(image, sigma_px, protect=protect, linear_light=False)
    narrower = gaussian_blur(image, float(1 - protect[0, 0, 0, 0]) * sigma_px)
    assert (soft - narrower).abs().max() <= 0.25 / 255


@settings(max_examples=15, deadline=None)
@given(kind=masks, sigma_px=sigmas, axis=st.sampled_from([-1, -2]))
def test_flips_commute(kind, sigma_px, axis):
    mask, image = make_mask(kind)[..., :90, :120], photograph("coffee")[..., :90, :120]
    sigma, weight = (1 - mask) * sigma_px, 1 - mask
    flipped = variable_blur(image.flip(axis), sigma.flip(axis), weight.flip(axis)).flip(axis)
    assert torch.allclose(flipped, variable_blur(image, sigma, weight), atol=2e-5)


@pytest.mark.parametrize("sigma_px", [0.4, 3.6, 8.0, 40.0])
def test_result_does_not_depend_on_the_boxes(sigma_px):
    """A few partial pixels elsewhere widen every box; nothing else may change."""
    image = make_picture(150, 130)
    mask = torch.zeros(1, 1, 150, 130)
    mask[..., 60:90, 50:80] = face_like()[..., 40:70, 40:70]
    wide = mask.clone()
    wide[..., :2, :], wide[..., -2:, :] = torch.linspace(0.01, 0.99, 130), torch.linspace(0.01, 0.99, 130)
    near, far = (variable_blur(image, (1 - each) * sigma_px, 1 - mask) for each in (mask, wide))
    assert torch.allclose(near[..., 2:-2, :], far[..., 2:-2, :], atol=2e-6)


@pytest.mark.parametrize("sigma_px", [1.5, 11.0])
def test_frames_are_independent(sigma_px):
    batch = make_picture(48, 64, frames=4)
    masks = torch.stack([make_mask(kind)[0, :, 50:98, 40:104] for kind in ("ramp", "face", "noise", "disc")])
    masks[3] = masks[3].round()
    soft = selective_gaussian_blur(batch, sigma_px, protect=masks)
    for frame, mask, together in zip(batch, masks, soft, strict=True):
        alone = selective_gaussian_blur(frame[None], sigma_px, protect=mask[None])[0]
        assert torch.allclose(together, alone, atol=1e-6)


def test_sigma_zero_keeps_every_bit_and_inputs_are_unchanged(picture):
    sigma = 3 * make_mask("disc")[..., 50:98, 40:104]
    weight = make_mask("noise")[..., :48, :64]
    before = [each.clone() for each in (picture, sigma, weight)]
    soft = variable_blur(picture, sigma, weight)
    assert torch.equal(soft[(sigma == 0).expand_as(soft)], picture[(sigma == 0).expand_as(soft)])
    assert torch.equal(variable_blur(picture, 0 * sigma, weight), picture)
    assert all(torch.equal(*pair) for pair in zip(before, (picture, sigma, weight), strict=True))


def test_memory_layout_does_not_matter(picture):
    sigma, weight = 4 * make_mask("ramp")[..., 50:98, 40:104], make_mask("noise")[..., :48, :64]
    wanted = variable_blur(picture, sigma, weight)
    columns_first, channels_last = picture.mT.contiguous().mT, picture.to(memory_format=torch.channels_last)
    assert torch.equal(variable_blur(columns_first, sigma, weight), wanted)
    assert torch.equal(variable_blur(channels_last, sigma.mT.contiguous().mT, weight), wanted)
    assert torch.allclose(variable_blur(channels_last, sigma, None), variable_blur(picture, sigma, None), atol=1e-6)


def test_the_widest_sigma_is_the_plain_blur(picture):
    soft = variable_blur(picture, torch.full((1, 1, 48, 64), 5.0), None)
    assert torch.equal(soft, gaussian_blur(picture, 5.0))


def test_only_wanted_levels_are_blurred(monkeypatch, picture):
    if on_device(picture):
        pytest.skip("there, all levels are, in one window")
    sigmas = []

    def counted(image, sigma_px):
        sigmas.append((sigma_px, image.shape[-2] * image.shape[-1]))
        return gaussian_blur(image, sigma_px)

    monkeypatch.setattr(blurred_rows, "blurred_as_it_comes", counted)
    mask = torch.zeros(1, 1, 300, 300)
    variable_blur(make_picture(300, 300), (1 - mask) * 3.6, 1 - mask)
    assert len(sigmas) == 1
    sigmas.clear()
    mask[..., 140:160, 140:160] = 0.1
    variable_blur(make_picture(300, 300), (1 - mask) * 3.6, 1 - mask)
    assert len(sigmas) == 4 and all(area < 70**2 for _, area in sigmas[1:])


def test_without_weight_nearby_the_value_stays(picture):
    sigma = torch.linspace(0, 3, 64).expand(1, 1, 48, 64)
    assert torch.equal(variable_blur(picture, sigma, 0 * sigma), picture)


def test_wrong_shapes_are_named(picture):
    with pytest.raises(ValueError, match="sigma_px has shape"):
        variable_blur(picture, torch.ones(1, 1, 48, 63), None)
    with pytest.raises(ValueError, match="weight has shape"):
        variable_blur(picture, torch.ones(1, 1, 48, 64), torch.ones(1, 3, 48, 64))
