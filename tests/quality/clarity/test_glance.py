"""What people go by at a glance: defined for every picture, at one size, whatever is no part of the picture."""

from __future__ import annotations

import math
from dataclasses import asdict

import pytest
import torch
from torch.nn.functional import interpolate

from softfocus.filters.gaussian import gaussian_blur
from softfocus.quality import Measured
from softfocus.quality.clarity.clarity_report import describe_glance
from softfocus.quality.clarity.glance import Glance, measure_glance
from testing.pictures import make_picture
from testing.quality.photographs import pictures


def glance(picture: torch.Tensor, alpha: torch.Tensor | None = None) -> Glance:
    return measure_glance(Measured.of(picture, alpha=alpha), 0.0)


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (40, 1), (3, 3), (40, 50)])
def test_flat_and_tiny_pictures_are_defined(size):
    flat = glance(torch.full((1, 3, *size), 0.4))
    assert flat.detail_db == pytest.approx(0, abs=1e-3) and flat.likeness == pytest.approx(1)
    assert flat.dark_quarter == pytest.approx(40, abs=0.01) and abs(flat.signal_db) < 3
    assert all(map(math.isfinite, asdict(glance(torch.rand(1, 3, *size))).values()))


def test_a_black_backdrop_is_no_part_of_a_picture():
    image = pictures()["coffee"][..., :224, :224]
    framed = image.new_zeros(1, 3, 1024, 1024)
    framed[..., 512:736, 512:736] = image
    assert glance(framed).detail_db > 25


def test_what_alpha_hides_makes_no_difference():
    image = pictures()["coffee"]
    alpha = torch.ones(1, 1, 240, 240)
    alpha[..., 128:] = 0
    hidden = image.clone()
    hidden[..., 128:] = torch.rand(1, 3, 240, 112)
    first, second = (list(asdict(glance(each, alpha)).values()) for each in (image, hidden))
    assert first == pytest.approx(second)


def test_a_large_picture_is_seen_at_one_size():
    image = make_picture(512, 512)
    large = interpolate(image, scale_factor=3, mode="bicubic").clamp(0, 1)
    small, seen = (asdict(glance(each)) for each in (image, large))
    assert seen["detail_db"] == pytest.approx(small["detail_db"], abs=4)
    assert seen["dark_quarter"] == pytest.approx(small["dark_quarter"], abs=1)


def test_sentences_say_what_is_unlike_good_photographs():
    good, poor = Glance(30.8, 32, 0.4, 0.54, 18.6), Glance(13, 5, 0, 0.78, 8)
    assert [line.split("(")[1] for line in describe_glance(good)] == [
        "as in good photographs).",
        "light enough).",
        "as in good photographs).",
        "well above it).",
    ]
    assert not set(describe_glance(poor)) & set(describe_glance(good))
    assert [line.split("(")[1][:3] for line in describe_glance(poor)] == ["lit", "a d", "sof", "low"]


def test_likeness_grows_with_blur_and_falls_with_noise():
    for image in pictures().values():
        noise = 0.05 * torch.randn(image.shape, generator=torch.Generator().manual_seed(0))
        rough, plain, soft = (glance(each.clamp(0, 1)) for each in (image + noise, image, gaussian_blur(image, 1.0)))
        assert rough.likeness < plain.likeness < soft.likeness
        assert soft.detail_db < plain.detail_db and rough.signal_db < plain.signal_db
