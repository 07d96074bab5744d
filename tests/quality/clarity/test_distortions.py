"""Each measurement rises with its distortion and hardly with others; contrast, flips and turns do not matter."""

from __future__ import annotations

import math
from dataclasses import asdict, astuple, replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from softfocus.filters.gaussian import gaussian_blur
from softfocus.quality import Measured
from softfocus.quality.clarity.block_grid import block_step
from softfocus.quality.clarity.clarity_report import describe_distortions
from softfocus.quality.clarity.distortions import Distortions, burnt_percent, measure_distortions
from softfocus.quality.clarity.ringing import ringing
from softfocus.quality.edges import DIRECTIONS, WIDEST, find_edges
from testing.pictures import make_picture
from testing.quality.ladder import DISTORTIONS, ladder
from testing.quality.photographs import pictures

RAISES = {
    "Gaussian blur": "edge_width",
    "low resolution": "edge_width",
    "motion blur": "edge_width",
    "white noise": "noise",
    "JPEG": "block_step",
    "oversharpening": "ringing",
    "over-exposure": "burnt_percent",
}
CLEAR = Distortions(edge_width=0.3, noise=0.1, block_step=0.05, ringing=0.1, burnt_percent=0.0)


def step_edge(sigma: float, contrast: float = 0.5, size: int = 128, angle: float = 0.3) -> Tensor:
    """A straight edge as a Gaussian of `sigma` px leaves it."""
    place = torch.arange(size) - size / 2 + 0.3
    across = place[None] * math.cos(angle) + place[:, None] * math.sin(angle)
    return (0.5 + contrast / 2 * torch.erf(across / (sigma * math.sqrt(2))))[None, None]


def edge_width(luma: Tensor, noise: float, region: Tensor | None = None) -> float:
    return find_edges(luma, noise).width(region)


@pytest.mark.parametrize("kind", DISTORTIONS)
def test_each_distortion_raises_its_measurement(kind):
    for name, picture in pictures().items():
        steps = ladder(picture, kind, name)
        values = [getattr(measure_distortions(Measured.of(step)), RAISES[kind]) for step in steps]
        assert all(now < later + 0.02 * max(values) for now, later in zip(values, values[1:], strict=False)), (
            name,
            values,
        )
        assert values[-1] > 1.3 * values[0] + 0.1, (name, values)


@pytest.mark.parametrize("sigma", [1.2, 2, 3])
@pytest.mark.parametrize("contrast", [0.1, 0.9])
def test_width_of_a_step_edge_is_its_sigma(sigma, contrast):
    for angle in (0.0, 0.3, math.pi / 4):
        width = edge_width(step_edge(sigma, contrast, angle=angle), 0.0)
        assert width == pytest.approx(math.hypot(sigma, 0.6), rel=0.18)


@settings(max_examples=30, deadline=None)
@given(first=st.floats(0, 5), second=st.floats(0, 5), name=st.sampled_from(["astronaut", "coffee", "rocket"]))
def test_blur_never_makes_edges_narrower(first, second, name):
    luma = pictures()[name][:, :1]
    low, high = (edge_width(gaussian_blur(luma, sigma), 0.0) for sigma in sorted((first, second)))
    assert high >= low * 0.98


def test_motion_shows_in_any_direction():
    picture = pictures()["chelsea"][:, :1]
    for turns in range(2):
        for across in (True, False):
            stripe = picture.rot90(turns, (-2, -1))
            moved = stripe.unfold(-1 if across else -2, 9, 1).mean(-1)
            assert edge_width(moved, 0.0) > 1.5 * edge_width(stripe, 0.0)


def test_a_clear_part_in_soft_surroundings_is_clear():
    for name, picture in pictures().items():
        luma = picture[:, :1]
        soft = gaussian_blur(luma, 3.0)
        centre = torch.zeros_like(luma)
        centre[..., 72:168, 72:168] = 1
        partly = torch.lerp(soft, luma, centre)
        assert edge_width(partly, 0.0) < 0.5 * edge_width(soft, 0.0), name
        around = torch.ones_like(luma)
        around[..., 56:184, 56:184] = 0
        assert edge_width(partly, 0.0, around) > 2 * edge_width(partly, 0.0, centre), name


def test_noise_is_not_taken_for_sharpness():
    edge = step_edge(2.0)
    noise = 10 / 255 * torch.randn(edge.shape, generator=torch.Generator().manual_seed(0))
    assert edge_width(edge + noise, 10 / 255) == pytest.approx(edge_width(edge, 0.0), rel=0.2)
    assert edge_width(edge + noise, 0.0) < 0.5


@settings(max_examples=16, deadline=None)
@given(row=st.integers(0, 7), column=st.integers(0, 7))
def test_the_grid_is_found_wherever_it_starts(row, column):
    picture = ladder(pictures()["astronaut"], "JPEG", "")[3][:, :1]
    assert block_step(picture[..., row : row + 232, column : column + 232]) == pytest.approx(
        block_step(picture), rel=0.1
    )


def test_only_a_period_of_eight_is_a_grid():
    rows = torch.arange(96).expand(1, 1, 96, 96)
    for period in (2, 4, 8, 16):
        steps = ((rows // period) % 2) * 4 / 255
        assert (block_step(steps) > 1.5) == (period == 8), period


def test_ringing_of_clean_edges_is_none_and_of_lobes_is_theirs():
    edge = step_edge(1.0, angle=0.0)
    assert ringing(edge) == pytest.approx(0, abs=1e-4)
    lobes = edge + 2 * (edge - gaussian_blur(edge, 1.2))
    assert ringing(lobes) > 0.1
    assert ringing(0.1 * lobes) == pytest.approx(ringing(lobes), rel=1e-3)


def test_burnt_pixels_are_counted_through_noise():
    picture = torch.full((1, 3, 60, 60), 0.5)
    picture[:, 0, :, :30] = 1.0
    noise = 4 / 255 * torch.randn(picture.shape, generator=torch.Generator().manual_seed(0))
    assert burnt_percent(picture) == pytest.approx(50)
    assert burnt_percent((picture + noise).clamp(0, 1)) == pytest.approx(50, abs=2)
    assert burnt_percent(torch.zeros(1, 3, 60, 60)) == 0


def close(first: Distortions, second: Distortions, share: float = 0.03) -> bool:
    """Equal but for the noise level, which looks at every third pixel or so of a large picture."""
    pairs = zip(astuple(first), astuple(second), strict=True)
    return all(abs(a - b) <= share * max(a, b) + 0.01 for a, b in pairs)


@pytest.mark.parametrize("name", ["astronaut", "rocket"])
def test_flips_turns_and_contrast_make_no_difference(name):
    picture = pictures()[name].clamp(0.02, 0.98)
    seen = measure_distortions(Measured.of(picture))
    for turned in (picture.flip(-1), picture.flip(-2), picture.rot90(1, (-2, -1))):
        assert close(measure_distortions(Measured.of(turned)), seen)
    darker = measure_distortions(Measured.of(0.5 * picture))
    assert darker.edge_width == pytest.approx(seen.edge_width, rel=0.02)
    assert darker.ringing == pytest.approx(seen.ringing, rel=0.02)
    assert darker.noise == pytest.approx(0.5 * seen.noise, rel=0.02)


def test_lengths_grow_with_pictures_larger_than_a_screen():
    picture = torch.nn.functional.interpolate(pictures()["coffee"], (1100, 1100), mode="bicubic").clamp(0, 1)[:, :1]
    twice = torch.nn.functional.interpolate(picture, (2200, 2200), mode="bicubic").clamp(0, 1)
    assert edge_width(twice, 0.0) == pytest.approx(edge_width(picture, 0.0), rel=0.15)


@settings(max_examples=40, deadline=None)
@given(height=st.integers(1, 20), width=st.integers(1, 20), level=st.floats(0, 1), flat=st.booleans())
def test_small_and_flat_pictures_have_values(height, width, level, flat):
    picture = torch.full((1, 3, height, width), level) if flat else make_picture(height, width)
    seen = measure_distortions(Measured.of(picture))
    assert all(math.isfinite(value) and value >= 0 for value in astuple(seen))
    if flat or min(height, width) == 1:
        assert seen.edge_width == WIDEST
        assert not flat or seen.noise == seen.block_step == seen.ringing == 0


def test_sentences_have_the_numbers_and_name_causes():
    assert not any(cause in " ".join(describe_distortions(CLEAR, "it")) for cause in ("JPEG", "grain", "soft:"))
    causes = {
        "edge_width": (3.21, "3.21 px wide (soft"),
        "noise": (7.6, "7.6/255 (grain"),
        "block_step": (2.34, "2.34/255 (strong JPEG"),
        "ringing": (1.37, "137 % further than it has to (over"),
        "burnt_percent": (12.3, "12.3 % of the pixels have a channel at white (over"),
    }
    assert set(causes) == set(asdict(CLEAR))
    for name, (value, piece) in causes.items():
        lines = describe_distortions(replace(CLEAR, **{name: value}), "it")
        assert sum(piece in line for line in lines) == 1, name
    assert "no edge" in describe_distortions(replace(CLEAR, edge_width=WIDEST), "it")[0]


def test_directions_survive_a_quarter_turn():
    assert DIRECTIONS % 2 == 0
