"""Pairs as two photographs make them: exposure drifts, both have noise of their own, both are JPEG files."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from softfocus.at_settings import apply_diffusion
from softfocus.color import linear_to_srgb, srgb_to_linear
from softfocus.settings import FILTER_FAMILIES, DiffusionSettings
from testing.portraits import to_tensor

NOISE, QUALITY, EXPOSURE = 0.01, 90, 0.1  # of sRGB values; of JPEG; stops to either side


@dataclass(frozen=True)
class Pair:
    """Two pictures [1, 3, H, W] sRGB, and the filter between them (None where it is another tool's)."""

    without: Tensor
    with_filter: Tensor
    truth: DiffusionSettings | None


def filtered_pair(image: Tensor, seed: int) -> Pair:
    """Every setting drawn evenly: the family, the grade's logarithm from 1/8 to 2, size 50..200, warmth, halation."""
    random = np.random.default_rng(seed)
    truth = DiffusionSettings(
        FILTER_FAMILIES[random.integers(len(FILTER_FAMILIES))],
        grade=float(2 ** random.uniform(-3, 1)),
        size=float(random.uniform(50, 200)),
        warmth=float(random.uniform()),
        halation=float(random.uniform()),
    )
    seen, _ = apply_diffusion(image, truth)
    return photographed(image, seen, random, truth)


def photographed(
    without: Tensor, with_filter: Tensor, random: np.random.Generator, truth: DiffusionSettings | None = None
) -> Pair:
    """Both as files, the second one a little brighter or darker."""
    factor = 2 ** random.uniform(-EXPOSURE, EXPOSURE)
    return Pair(_file(without, random), _file(linear_to_srgb(srgb_to_linear(with_filter) * factor), random), truth)


def _file(image: Tensor, random: np.random.Generator) -> Tensor:
    """With noise, as JPEG."""
    noise = torch.from_numpy(random.normal(0, NOISE, image.shape).astype(np.float32))
    pixels = ((image + noise).clamp(0, 1) * 255).round().byte()[0].movedim(0, -1).numpy()
    stored = io.BytesIO()
    Image.fromarray(pixels).save(stored, "JPEG", quality=QUALITY)
    return to_tensor(Image.open(stored))
