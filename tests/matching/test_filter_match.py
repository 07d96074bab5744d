"""Match a Filter's library: filters come back from exact pairs, and what no filter did is called so."""

from __future__ import annotations

import json
import math

import pytest
import torch
from torch import Tensor

from softfocus.at_settings import apply_diffusion
from softfocus.color import linear_to_srgb, srgb_to_linear
from softfocus.diffusion import diffusion_filter
from softfocus.filters.gaussian import gaussian_blur, gaussian_mixture
from softfocus.light.families import filter_spread
from softfocus.light.preset import read_preset, write_preset
from softfocus.matching.filter_match import match_filter
from softfocus.matching.report import write_report
from softfocus.matching.verdict import Kind
from softfocus.units import diagonal

EVEN = {"size": 110.0, "warmth": 0.6, "halation": 0.3}


@pytest.fixture(scope="module")
def scene() -> Tensor:
    """[1, 3, 384, 512]: lights of many sizes over soft ground and fine texture, most of it far from white."""
    random = torch.Generator().manual_seed(7)
    light = 0.05 + 0.1 * gaussian_blur(torch.rand(1, 3, 384, 512, generator=random), 12.0)
    light += 0.1 * gaussian_blur(torch.rand(1, 3, 384, 512, generator=random), 1.0)
    for size in (1, 2, 4, 8, 16, 32):
        for _ in range(10):
            top, left = (int(torch.randint(0, side - size, (), generator=random)) for side in (384, 512))
            light[..., top : top + size, left : left + size] = 0.6 * torch.rand(3, generator=random).view(3, 1, 1)
    return linear_to_srgb(light)


def noisy(image: Tensor, seed: int) -> Tensor:
    noise = 0.01 * torch.randn(image.shape, generator=torch.Generator().manual_seed(seed))
    return ((image + noise).clamp(0, 1) * 255).round() / 255


@pytest.mark.parametrize(
    ("family", "grade"), [("glimmer", 1.0), ("black mist", 0.5), ("white mist", 0.25), ("cine bloom", 1.4)]
)
def test_an_exact_pair_gives_its_filter_back(scene, family, grade):
    seen, _ = diffusion_filter(scene, family=family, grade=grade, **EVEN)
    brighter = linear_to_srgb(srgb_to_linear(seen) * 2**0.1)
    match = match_filter(scene, brighter)
    settings, (best, share) = match.settings, match.likely[0]
    assert match.verdict.kind is Kind.MATCHED and settings.family == family and share > 0.95
    assert abs(math.log2(settings.grade / grade)) < 0.1
    assert abs(settings.size / EVEN["size"] - 1) < 0.05
    assert family == "glimmer" or abs(settings.warmth - EVEN["warmth"]) < 0.1
    assert abs(math.log2(best.exposure) - 0.1) < 0.01
    assert f"This is surely {family}" in write_report(match)


def test_noise_in_both_pictures_moves_it_little(scene):
    seen, _ = diffusion_filter(scene, family="white mist", grade=0.5, **EVEN)
    match = match_filter(noisy(scene, 0), noisy(seen, 1))
    assert match.settings.family == "white mist" and match.verdict.kind is Kind.MATCHED
    assert abs(math.log2(match.settings.grade / 0.5)) < 0.25 and abs(match.settings.size / EVEN["size"] - 1) < 0.1


def test_the_preset_sets_diffusion_filter(scene):
    seen, _ = diffusion_filter(scene, family="black mist", grade=1.0, **EVEN)
    settings = match_filter(scene, seen).settings
    again, _ = apply_diffusion(scene, read_preset(write_preset(settings)))
    assert (again - seen).abs().mean() < 0.1 * (scene - seen).abs().mean()


@pytest.mark.parametrize("seeds", [None, (0, 1)], ids=["exact", "noisy"])
def test_two_alike_pictures_are_no_change(scene, seeds):
    pair = (scene, scene) if seeds is None else tuple(noisy(scene, seed) for seed in seeds)
    match = match_filter(*pair)
    assert match.verdict.kind is Kind.UNCHANGED and match.settings.grade == 0
    assert "No change that a diffusion filter makes" in write_report(match)


def changes() -> dict[str, object]:
    return {
        "another picture": lambda image: image.flip(-1),
        "a blur": lambda image: gaussian_blur(image, 3.0),
        "a screened glow": lambda image: 1 - (1 - image) * (1 - 0.5 * gaussian_blur(image, 8.0)),
        "a curve": lambda image: image**0.8,
    }


@pytest.mark.parametrize("change", changes().values(), ids=changes())
def test_what_no_filter_does_is_called_so(scene, change):
    match = match_filter(noisy(scene, 0), noisy(change(scene), 1))
    report = write_report(match)
    assert match.verdict.kind is Kind.OTHER
    assert "No filter of these explains this pair." in report and "preset has grade 0" in report
    assert json.loads(write_preset(match.settings))["grade"] == 0


@pytest.mark.parametrize("family", ["glimmer", "cine bloom"])
def test_a_filter_of_another_make_is_only_near(scene, family):
    """Its light ends nearer than that of any of ours."""
    spread = filter_spread(family, 100.0, 0.0, diagonal(scene))
    ends = [
        weight if sigma < 0.04 * diagonal(scene) else 0.0
        for sigma, weight in zip(spread.sigmas_px, spread.weights, strict=True)
    ]
    light = srgb_to_linear(scene)
    scattered = gaussian_mixture(light, spread.sigmas_px, [weight / sum(ends) for weight in ends])
    seen = linear_to_srgb(light + 0.4 * (scattered - light))
    match = match_filter(scene, seen)
    assert match.verdict.kind is Kind.MATCHED and match.verdict.another_make
    assert "is the nearest, but the light spreads otherwise" in write_report(match)


@pytest.mark.parametrize("level", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("noise", [False, True])
def test_flat_pictures_tell_nothing(level, noise):
    flat = torch.full((1, 3, 200, 300), level)
    pair = (noisy(flat, 0), noisy(flat, 1)) if noise else (flat, flat)
    match = match_filter(*pair)
    assert match.verdict.kind is Kind.BLIND and match.settings.grade == 0
    assert "Nothing can be told" in write_report(match)


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (5, 3)])
def test_tiny_pictures_tell_nothing(size):
    picture = torch.rand(1, 3, *size, generator=torch.Generator().manual_seed(0))
    assert match_filter(picture, picture).verdict.kind is Kind.BLIND


def test_other_sizes_are_refused_with_both_named():
    with pytest.raises(ValueError, match="image_without is 40 x 30 but image_with is 50 x 30"):
        match_filter(torch.zeros(1, 3, 30, 40), torch.zeros(1, 3, 30, 50))


def test_more_than_a_frame_is_refused():
    with pytest.raises(ValueError, match="image_with has 2 frames"):
        match_filter(torch.zeros(1, 3, 30, 40), torch.zeros(2, 3, 30, 40))


def test_inputs_stay_as_they_are(scene):
    seen, _ = diffusion_filter(scene, family="glimmer", grade=1.0)
    copies = scene.clone(), seen.clone()
    match_filter(scene, seen)
    assert torch.equal(scene, copies[0]) and torch.equal(seen, copies[1])
