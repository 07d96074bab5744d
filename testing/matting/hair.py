"""Strands of hair around, inside and in front of a drawn head.

Lengths are fractions of the picture's side.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from testing.matting.canvas import Array, Canvas


@dataclass(frozen=True)
class Strands:
    """A kind of hair; pairs are ranges. width: px at 512; curl: radians the heading swings to each side.

    closed: whether the strands leave closed hair; without it they grow out of the bare head, `draw_sparse`.
    """

    count: int
    width: tuple[float, float]
    length: tuple[float, float]
    opacity: tuple[float, float]
    curl: tuple[float, float]
    closed: bool = True


HAIR = {  # a scene's random numbers depend on the place of its hair in this table: new ones come last
    "bald": Strands(0, (1.0, 1.0), (0.1, 0.1), (1.0, 1.0), (0.0, 0.0), closed=False),
    "curly": Strands(360, (0.8, 2.2), (0.05, 0.20), (0.75, 1.0), (0.9, 1.7)),
    "fine": Strands(420, (0.5, 1.6), (0.03, 0.15), (0.75, 1.0), (0.05, 0.4)),
    "opaque": Strands(170, (5.0, 12.0), (0.02, 0.05), (1.0, 1.0), (0.0, 0.3)),
    "translucent": Strands(520, (0.6, 3.0), (0.04, 0.17), (0.25, 0.8), (0.05, 0.5)),
    "sparse": Strands(160, (0.5, 1.2), (0.04, 0.08), (0.6, 0.9), (0.05, 0.5), closed=False),
    "fur": Strands(3000, (0.6, 1.6), (0.010, 0.032), (0.5, 1.0), (0.05, 0.5)),  # along 1 side length of outline
}
REACH = 0.05  # how far sparse strands get from the head: a band of 4 % of the diagonal, 0.057, holds them

HAIR_COLORS = ((0.10, 0.08, 0.07), (0.30, 0.19, 0.12), (0.47, 0.32, 0.19), (0.76, 0.61, 0.38), (0.55, 0.24, 0.11))


def hair_outline(rng: np.random.Generator, centre: Array, head: Array, fall: float) -> Array:
    """A closed outline around the head, stretched downwards by `fall` head heights, with soft waves."""
    angle = np.linspace(0, 2 * np.pi, 360, endpoint=False)
    waves = [rng.normal(0, 0.035 / n) * np.sin(n * angle + rng.uniform(0, 6.3)) for n in range(2, 12)]
    wave = np.sum(waves, 0)
    down = np.where(np.sin(angle) > 0, fall, 1.16)
    shape = np.stack([1.28 * np.cos(angle), down * np.sin(angle)], 1)
    return centre + head * shape * (1 + wave)[:, None]


def draw_loose(
    canvas: Canvas, rng: np.random.Generator, kind: Strands, outline: Array, centre: Array, color: Array
) -> None:
    """Strands that leave the outline; faint ones first, so that the clearer of two crossing ones is seen."""
    for opacity in np.sort(rng.uniform(*kind.opacity, kind.count)):
        root = outline[rng.integers(len(outline))]
        heading = _outwards(root - centre, rng.uniform(0.0, 0.7)) + rng.normal(0, 0.35)
        start = centre + (root - centre) * rng.uniform(0.93, 1.0)
        length = kind.length[0] + (kind.length[1] - kind.length[0]) * rng.beta(1.2, 2.5)
        points = _path(rng, start, heading, length, kind.curl)
        widths = rng.uniform(*kind.width) * np.linspace(1, 0.35, len(points) - 1)
        canvas.strand(points, widths, _vary(rng, color), float(opacity), loose=True)


def draw_sparse(canvas: Canvas, rng: np.random.Generator, kind: Strands, outline: Array, color: Array) -> None:
    """Strands that grow out of the bare upper part of an outline [N, 2], to at most REACH; faint ones first."""
    centre, nearest = outline.mean(0), cKDTree(outline)
    scalp = outline[outline[:, 1] < centre[1]]
    for opacity in np.sort(rng.uniform(*kind.opacity, kind.count)):
        root = scalp[rng.integers(len(scalp))]
        heading = _outwards(root - centre, rng.uniform(0.0, 0.3)) + rng.normal(0, 0.3)
        points = _path(rng, centre + (root - centre) * 0.97, heading, rng.uniform(*kind.length), kind.curl)
        within = nearest.query(points)[0] < REACH
        points = points[: len(points) if within.all() else int(within.argmin())]
        widths = rng.uniform(*kind.width) * np.linspace(1, 0.5, len(points) - 1)
        canvas.strand(points, widths, _vary(rng, color), float(opacity), loose=True)


def draw_rim(canvas: Canvas, rng: np.random.Generator, kind: Strands, outline: Array, color: Array) -> None:
    """Short strands all along an outline [N, 2] that runs from x to y, leaning to one side; faint ones first."""
    forward = np.roll(outline, -1, 0) - outline
    length = np.hypot(*forward.T)
    lean = rng.uniform(-0.5, 0.5)
    for opacity in np.sort(rng.uniform(*kind.opacity, round(kind.count * length.sum()))):
        place = rng.choice(len(outline), p=length / length.sum())
        x, y = forward[place]
        heading = np.arctan2(-x, y) + lean + rng.normal(0, 0.35)
        start = outline[place] + forward[place] * rng.random()
        points = _path(rng, start, heading, rng.uniform(*kind.length), kind.curl)[::4]
        widths = rng.uniform(*kind.width) * np.linspace(1, 0.35, len(points) - 1)
        canvas.strand(points, widths, _vary(rng, color), float(opacity), loose=True)


def draw_inside(
    canvas: Canvas, rng: np.random.Generator, kind: Strands, outline: Array, centre: Array, color: Array
) -> None:
    """The texture of the closed hair: opaque strands that stay inside the outline."""
    for _ in range(900):
        root = outline[rng.integers(len(outline))]
        start = centre + (root - centre) * rng.uniform(0.3, 0.9)
        reach = float(np.hypot(*(root - start)))
        heading = _outwards(root - centre, rng.uniform(0.0, 0.4)) + rng.normal(0, 0.1)
        points = _path(rng, start, heading, 0.85 * reach, (0, kind.curl[1] / 2))
        canvas.strand(points, np.full(len(points) - 1, rng.uniform(1, 3)), _vary(rng, color), 1)


def draw_fringe(
    canvas: Canvas, rng: np.random.Generator, kind: Strands, centre: Array, head: Array, color: Array
) -> None:
    """Hair over the forehead."""
    for across in np.sort(rng.uniform(-1, 1, 260)):
        start = centre + head * (0.9 * across, -1.08 * np.sqrt(1 - 0.5 * across**2))
        heading = np.pi / 2 - 0.9 * across + rng.normal(0, 0.1)
        points = _path(rng, start, heading, head[1] * rng.uniform(0.35, 0.62), (0, kind.curl[1] / 2))
        canvas.strand(points, np.linspace(4, 1.5, len(points) - 1), _vary(rng, color), 1)


def _path(rng: np.random.Generator, start: Array, heading: float, length: float, curl: tuple[float, float]) -> Array:
    """[25, 2] points of a strand that bends and swings around its heading."""
    along = np.linspace(0, 1, 25)
    turns = length * rng.uniform(8, 16)
    swing = rng.uniform(*curl) * np.sin(2 * np.pi * turns * along + rng.uniform(0, 6.3))
    angle = heading + rng.normal(0, 0.6) * along + swing
    steps = np.stack([np.cos(angle), np.sin(angle)], 1)[:-1] * length / 24
    return np.concatenate([start[None], start + np.cumsum(steps, 0)])


def _outwards(direction: Array, gravity: float) -> float:
    """Heading of the direction, drawn downwards by `gravity` (0 none)."""
    across, down = direction / np.hypot(*direction)
    return float(np.arctan2(down + gravity, across))


def _vary(rng: np.random.Generator, color: Array) -> Array:
    """The colour of one strand: lighter or darker, a little warmer or colder."""
    return np.clip(color * np.exp(rng.normal(0, 0.22)) + rng.normal(0, 0.012, 3) + rng.uniform(0, 0.04), 0, 1)
