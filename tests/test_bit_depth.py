"""A picture of 16 bits keeps its steps through every effect: none works in 8 bits, or in half floats, on the way."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from softfocus.at_settings import apply_bloom, apply_blur, apply_diffusion, apply_sharpen
from softfocus.settings import FILTER_FAMILIES, BloomSettings, BlurSettings, DiffusionSettings

WHITE = 65535  # of 16 bits
KEPT = 60_000  # 8 bits leave 256 steps, half floats about 7,000

Effect = Callable[[Tensor], Tensor]


def ramp() -> Tensor:
    """All 65,536 values, row by row: a plane, which every symmetric filter leaves as it is but near its borders."""
    values = torch.arange(WHITE + 1, dtype=torch.float32) / WHITE
    return values.view(1, 1, 256, 256).expand(1, 3, 256, 256).contiguous()


def steps(image: Tensor) -> int:
    """Different values of its poorest channel, in 16 bits."""
    return min(len(channel.double().mul(WHITE).round().unique()) for channel in image[0])


def blurred(**settings) -> Effect:
    return lambda image: apply_blur(image, BlurSettings(**settings))


def bloomed(**settings) -> Effect:
    return lambda image: apply_bloom(image, BloomSettings(**settings))[0]


def filtered(family: str) -> Effect:
    return lambda image: apply_diffusion(image, DiffusionSettings(family=family, grade=0.125))[0]


EFFECTS: dict[str, Effect] = {
    "blur": blurred(),
    "blur of values": blurred(linear_light=False),
    "max_delta": blurred(max_delta=0.1),
    "bloom": bloomed(intensity=0.1),
    "bloom with a threshold": bloomed(intensity=0.1, threshold=0.5),
    **{family: filtered(family) for family in FILTER_FAMILIES},
    "sharpening": lambda image: apply_sharpen(image).image,
    "sharpening by a source": lambda image: apply_sharpen(blurred()(image), source=image).image,
}


@pytest.mark.parametrize("name", EFFECTS)
def test_steps_of_16_bits_stay(name):
    image = ramp()
    assert steps(image) == WHITE + 1
    assert steps(EFFECTS[name](image)) > KEPT
