"""The sharpening benchmark on small pictures: its figures are what they say, strength 0 does nothing."""

from __future__ import annotations

import pytest
import torch

from benchmarks.sharpen import phantom as sharpen_phantom
from benchmarks.sharpen import portraits as sharpen_portraits
from benchmarks.sharpen.methods import METHODS, contrast_adaptive, strongest_below, unsharp_kornia
from softfocus.filters.gaussian import gaussian_blur
from testing.pictures import make_picture

pytestmark = pytest.mark.host


@pytest.mark.parametrize("name", METHODS)
def test_strength_changes_nothing_at_zero_and_steepens_edges(name):
    image = gaussian_blur(make_picture(48, 64), 1).clamp(0, 1)
    assert torch.allclose(METHODS[name](image, 1.0, 0.0), image, atol=1e-5)
    slope = [METHODS[name](image, 1.0, strength).diff(dim=-1).abs().max() for strength in (0.0, 0.5, 1.0)]
    assert slope[0] < slope[1] < slope[2]
    batch = torch.cat([image, image.flip(-1)])
    assert torch.allclose(METHODS[name](batch, 1.5, 1.0)[:1], METHODS[name](image, 1.5, 1.0), atol=1e-5)


def test_unsharp_masks_agree():
    image = make_picture(40, 50) * 0.5 + 0.25
    ours = image + 0.5 * (image - gaussian_blur(image, 1.5))
    inner = (..., slice(8, -8), slice(8, -8))
    for name in ("unsharp mask, kornia", "unsharp mask, skimage"):
        assert torch.allclose(METHODS[name](image, 1.5, 0.5)[inner], ours.clamp(0, 1)[inner], atol=2e-3), name
    assert torch.allclose(METHODS["ImageSharpen of the host"](image, 1.5, 0.5)[inner], ours[inner], atol=0.06)


@pytest.mark.parametrize(("around", "middle", "room"), [(0.4, 0.5, 0.4 / 0.5), (0.6, 0.7, 0.3 / 0.7)])
def test_contrast_adaptive_of_a_pixel_worked_out_by_hand(around, middle, room):
    """Room to black and room to white, against the greatest value."""
    image = torch.full((1, 3, 3, 3), around)
    image[..., 1, 1] = middle
    weight = -(room**0.5) / 5
    wanted = (middle + 4 * weight * around) / (1 + 4 * weight)
    assert float(contrast_adaptive(image, 1.0, 1.0)[0, 0, 1, 1]) == pytest.approx(wanted, abs=1e-6)


def test_strongest_below():
    assert strongest_below(lambda strength: strength**2, 2.0) == pytest.approx(2**0.5, abs=4e-3)
    assert strongest_below(lambda strength: 0.0, 1.0) == 8.0


@pytest.fixture(scope="module")
def case():
    return sharpen_phantom.phantom()


def test_phantom_of_no_change_and_of_a_known_one(case):
    same = sharpen_phantom.measure(case, lambda image, scale, strength: image, 1.0, 0.0)
    assert (same.edge, same.noise, same.texture, same.overshoot) == pytest.approx((1, 1, 1, 0))
    double = sharpen_phantom.measure(case, lambda image, scale, strength: 2 * image - 0.5, 1.0, 0.0)
    assert double.edge == pytest.approx(2) and double.texture == pytest.approx(2)
    assert double.overshoot == pytest.approx(0.3, abs=0.03)
    for side in (-1, 1):  # only the light or only the dark side passes
        one = sharpen_phantom.measure(
            case, lambda image, scale, strength, side=side: image + side * (side * (image - 0.5)).clamp_min(0), 1.0, 0.0
        )
        assert one.overshoot == pytest.approx(0.3, abs=0.03)
    dull = sharpen_phantom.measure(case, lambda image, scale, strength: gaussian_blur(image, 1.5), 1.0, 0.0)
    assert dull.edge < 0.85 and dull.noise < 0.3


def test_ours_on_the_phantom(case):
    """Edges sharper by a third, noise as it was, hardly any overshoot; an unsharp mask pays with noise."""
    own = sharpen_phantom.measure(case, METHODS["ours"], 1.0, 0.7)
    assert own.edge > 1.3 and own.noise < 1.05 and own.overshoot <= 0.012
    other = sharpen_phantom.measure(case, unsharp_kornia, 2.0, 0.8)
    assert other.edge > 1.25 and other.noise > 1.5


def test_portrait_scores():
    truth = make_picture(256, 256)
    case = sharpen_portraits.make_case(truth, 1.5, 1.0, 0)
    assert case.edges.float().mean() == pytest.approx(0.1, abs=0.01)
    assert sharpen_portraits.score(case, case.degraded) == pytest.approx((0, 1))
    assert sharpen_portraits.score(case, truth)[0] > 20
    halfway = torch.lerp(case.degraded, truth, 0.5)
    assert sharpen_portraits.score(case, halfway)[0] == pytest.approx(6.0, abs=0.3)


def test_choosing_keeps_to_the_noise_gain():
    cases = [sharpen_portraits.make_case(make_picture(128, 128, seed=seed), 1.5, 2.0, seed) for seed in range(2)]
    assert sharpen_portraits.best(cases, unsharp_kornia, (1.0,), 1.0) == (1.0, 0.0)
    _, loose = sharpen_portraits.best(cases, unsharp_kornia, (1.0,), 2.0)
    _, tight = sharpen_portraits.best(cases, unsharp_kornia, (1.0,), 1.1)
    assert 0 < tight < loose


def test_shuffled_gains_are_the_same_gains_elsewhere():
    gain = torch.rand(1, 1, 64, 96)
    moved = sharpen_portraits._permuted(gain)
    assert not torch.equal(moved, gain)
    assert torch.equal(moved.flatten().sort().values, gain.flatten().sort().values)
    image = gaussian_blur(make_picture(256, 256), 1.5)
    ours = METHODS["ours"](image, 1.0, 1.0)
    assert not torch.allclose(sharpen_portraits.shuffled(image, 1.0, 1.0), ours, atol=1e-2)
    assert torch.equal(METHODS["ours"](image, 1.0, 1.0), ours)  # and nothing stays behind


def test_rows_and_checks_hold_together(monkeypatch):
    for name, few in (("BLURS", (1.5,)), ("NOISES", (1.0,)), ("SCALES", (1.0,)), ("STRENGTHS", (0.04, 0.5))):
        monkeypatch.setattr(sharpen_portraits, name, few)
    pictures = [make_picture(96, 96, seed=seed) for seed in range(3)]
    rows = list(sharpen_portraits.table(pictures))
    assert len(rows) == len(METHODS) + 2 and len({tuple(row) for row in rows}) == 1
    limits = sharpen_portraits.checks(rows)
    assert len(limits) == 3
    for row in rows:
        if row["method"] == "ours":
            row["PSNR"] = -1.0
    assert not sharpen_portraits.checks(rows)[0].met
