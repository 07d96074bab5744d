"""Steps of several contrasts and angles between noisy flats, and texture: what sharpening makes of each."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from benchmarks.rows import Check, Row, values
from benchmarks.sharpen.methods import METHODS, Method, scales, strongest_below
from softfocus.color import luminance
from softfocus.filters.gaussian import gaussian_blur

SIDE = 128
CONTRASTS = (0.1, 0.2, 0.4, 0.6)
ANGLES = (0.0, 17.0, 45.0, 76.0, 90.0, 140.0)  # degrees
SOFTNESS = 1.5  # sigma of the steps, in pixels
NOISE = 2 / 255
FLAT_FROM = 24  # pixels from a step
SCALES = (1.0, 1.5, 2.0)
EDGE_GAIN, NOISE_GAIN, OVERSHOOT = 1.3, 1.05, 0.01


@dataclass(frozen=True)
class Phantom:
    """image [N, 3, SIDE, SIDE] with noise; distance [N, SIDE, SIDE] to its steps; texture [1, 3, SIDE, SIDE]."""

    image: Tensor
    distance: Tensor
    contrast: Tensor
    texture: Tensor


@dataclass(frozen=True)
class Gains:
    """edge, noise, texture against the input, medians over the steps; overshoot beyond its extremes, the worst."""

    edge: float
    noise: float
    texture: float
    overshoot: float


def phantom(noise: float = NOISE) -> Phantom:
    generator = torch.Generator().manual_seed(0)
    rows = torch.arange(SIDE)[:, None] - (SIDE - 1) / 2
    columns = torch.arange(SIDE)[None] - (SIDE - 1) / 2
    angles = [math.radians(angle) for angle in ANGLES for _ in CONTRASTS]
    contrast = torch.tensor([contrast for _ in ANGLES for contrast in CONTRASTS])
    distance = torch.stack([math.cos(angle) * columns + math.sin(angle) * rows for angle in angles])
    steps = 0.5 + contrast.view(-1, 1, 1) * 0.5 * torch.erf(distance / (SOFTNESS * math.sqrt(2)))
    image = steps[:, None] + noise * torch.randn(len(angles), 3, SIDE, SIDE, generator=generator)
    texture = gaussian_blur(0.5 + 0.15 * torch.randn(1, 1, SIDE, SIDE, generator=generator), SOFTNESS)
    return Phantom(image, distance, contrast, texture.expand(-1, 3, -1, -1))


def measure(case: Phantom, method: Method, scale: float, strength: float) -> Gains:
    result, texture = luminance(method(case.image, scale, strength)), luminance(method(case.texture, scale, strength))
    before, own = _profiles(luminance(case.image), case.distance), _profiles(result, case.distance)
    edge = own.diff(dim=1).amax(1) / before.diff(dim=1).amax(1)
    passed = torch.maximum(own.amax(1) - before.amax(1), before.amin(1) - own.amin(1))
    flat = case.distance.abs() > FLAT_FROM
    flat[:, :16] = flat[:, -16:] = flat[:, :, :16] = flat[:, :, -16:] = False
    noise = _spread(result, case, flat) / _spread(luminance(case.image), case, flat)
    detail = [(each - gaussian_blur(each, 4)).std() for each in (texture, luminance(case.texture))]
    return Gains(float(edge.median()), float(noise), float(detail[0] / detail[1]), float(passed.max()))


def table() -> Iterator[Row]:
    """Each method at the scale that serves it best: at the wanted edge gain, and at the same noise gain."""
    case = phantom()
    for name, method in METHODS.items():
        runs = {scale: partial(measure, case, method, scale) for scale in scales(name, SCALES)}
        gentle = [(*_strongest(run, "edge", EDGE_GAIN), scale) for scale, run in runs.items()]
        quiet = [(*_strongest(run, "noise", NOISE_GAIN), scale) for scale, run in runs.items()]
        reached = [each for each in gentle if each[0].edge > EDGE_GAIN - 0.01] or gentle
        first, second = min(reached, key=lambda each: each[0].noise), max(quiet, key=lambda each: each[0].edge)
        row: Row = {"method": name}
        yield row | _columns("", *first) | _columns("quiet ", *second)


def _strongest(run: Callable[[float], Gains], gain: str, limit: float) -> tuple[Gains, float]:
    """Gains, and the strength that keeps one of them within the limit."""
    strength = strongest_below(lambda strength: getattr(run(strength), gain), limit)
    return run(strength), strength


def _columns(prefix: str, gains: Gains, strength: float, scale: float) -> Row:
    return {
        f"{prefix}scale": scale,
        f"{prefix}strength": strength,
        f"{prefix}edge": gains.edge,
        f"{prefix}noise": gains.noise,
        f"{prefix}texture": gains.texture,
        f"{prefix}overshoot": gains.overshoot,
    }


def checks(rows: list[Row]) -> list[Check]:
    own = rows[:1]
    quiet = values(own, "quiet edge")[0]
    return [
        Check("phantom: edge gain at noise gain 1.05", quiet, EDGE_GAIN, at_least=True),
        Check("phantom: that over the best other's", quiet / max(values(rows[1:], "quiet edge")), 1, at_least=True),
        Check("phantom: noise gain at edge gain 1.3", values(own, "noise")[0], NOISE_GAIN),
        Check("phantom: overshoot at edge gain 1.3, of the range 0..1", values(own, "overshoot")[0], OVERSHOOT),
    ]


def _profiles(luma: Tensor, distance: Tensor) -> Tensor:
    """[N, 2 * FLAT_FROM]: mean luma by distance from the step, which takes the noise out; the border is left out."""
    inner = (..., slice(16, -16), slice(16, -16))
    places = (distance[inner] + FLAT_FROM).floor().long().clamp(-1, 2 * FLAT_FROM) + 1
    sums = luma.new_zeros(len(luma), 2 * FLAT_FROM + 2)
    counts = torch.zeros_like(sums)
    values = luma[:, 0][inner].flatten(1)
    sums.scatter_add_(1, places.flatten(1), values)
    counts.scatter_add_(1, places.flatten(1), torch.ones_like(values))
    return (sums / counts)[:, 1:-1]


def _spread(luma: Tensor, case: Phantom, flat: Tensor) -> Tensor:
    """Median over the frames of the standard deviation within flats, about each side's level."""
    level = 0.5 + case.contrast.view(-1, 1, 1) / 2 * case.distance.sign()
    squared = (luma[:, 0] - level).square() * flat
    return (squared.sum((1, 2)) / flat.sum((1, 2))).sqrt().median()
