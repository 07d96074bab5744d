"""Transfer functions against the formulas of IEC 61966-2-1."""

from __future__ import annotations

import pytest
import torch

from softfocus.color import displayable, displayed_light, linear_to_srgb, luminance, parse_hex_color, srgb_to_linear
from softfocus.device_path import forced


def test_what_is_displayable():
    """One rule for what no screen can show; the input is not changed."""
    values = torch.tensor([torch.nan, -torch.inf, -3.0, 0.25, 1.0, 7.0, 1e20, torch.inf])
    given = values.clone()
    assert displayable(values).tolist() == [0.0, 0.0, 0.0, 0.25, 1.0, 1.0, 1.0, 1.0]
    assert torch.equal(values.isnan(), given.isnan()) and torch.equal(values[1:], given[1:])
    assert displayable(values.half()).dtype == torch.float16


def test_known_values():
    encoded = torch.tensor([0.0, 0.04045, 0.5, 1.0])
    assert torch.allclose(srgb_to_linear(encoded), torch.tensor([0.0, 0.0031308, 0.2140411, 1.0]), atol=1e-6)


def test_round_trip_over_hdr_and_negative_values():
    values = torch.linspace(-2, 8, 4001)
    assert torch.allclose(linear_to_srgb(srgb_to_linear(values)), values, atol=1e-5)


def test_monotone_and_odd():
    values = torch.linspace(-1, 2, 3001)
    linear = srgb_to_linear(values)
    assert (linear.diff() > 0).all()
    assert torch.allclose(srgb_to_linear(-values), -linear)


def test_light_of_displayed_values_is_the_same_to_the_last_bit():
    values = torch.linspace(0, 1, 4097)
    assert torch.equal(displayed_light(values), srgb_to_linear(values))
    assert torch.equal(values, torch.linspace(0, 1, 4097))


def test_luminance_of_grey_is_grey():
    grey = torch.full((1, 3, 2, 2), 0.3)
    assert torch.allclose(luminance(grey), torch.full((1, 1, 2, 2), 0.3))


def test_hex_colors():
    assert parse_hex_color("#ff0080") == (1.0, 0.0, 128 / 255)
    assert parse_hex_color(" 00FF00 ") == (0.0, 1.0, 0.0)
    with pytest.raises(ValueError, match="#rrggbb"):
        parse_hex_color("warm")


@pytest.mark.parametrize("device", [False, True], ids=["cpu", "device"])
def test_curves_against_double_precision(device):
    values = torch.cat([torch.linspace(0, 1, 100_001), torch.linspace(1, 16, 100_001)])
    exact = values.double()
    light = torch.where(exact <= 0.04045, exact / 12.92, ((exact + 0.055) / 1.055) ** 2.4)
    codes = torch.where(exact <= 0.0031308, 12.92 * exact, 1.055 * exact ** (1 / 2.4) - 0.055)
    with forced(device):
        for found, wanted in ((srgb_to_linear(values), light), (linear_to_srgb(values), codes)):
            apart = (found - wanted).abs()
            assert apart[values <= 1].max() < 5e-7
            assert (apart / wanted.clamp_min(1)).max() < 2e-6
            assert (found.diff() >= 0).all() and found[0] == 0
