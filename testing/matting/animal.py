"""A drawn animal: ears, head and body with a dense short rim of fur all round.

Lengths are fractions of the picture's side.
"""

from __future__ import annotations

import numpy as np

from testing.matting.canvas import Array, Canvas, ellipse
from testing.matting.hair import HAIR, draw_inside, draw_rim
from testing.matting.light import shade

DARK = (0.06, 0.05, 0.05)
NOSE = (0.45, 0.25, 0.25)


def draw_animal(rng: np.random.Generator, size: int, color: Array) -> tuple[Array, Array, Array, Array]:
    """One animal from the front; what it returns is that of `draw_person`."""
    kind = HAIR["fur"]
    canvas = Canvas(size, color)
    centre = np.array([0.5 + rng.uniform(-0.04, 0.04), rng.uniform(0.38, 0.42)])
    head = np.array([rng.uniform(0.15, 0.17), rng.uniform(0.14, 0.16)])
    body = np.array([centre[0], 0.95]), np.array([rng.uniform(0.22, 0.30), 0.42])
    parts = [(ellipse(*body), body[0]), *_ears(rng, centre, head), (ellipse(centre, head), centre)]
    for outline, _ in parts:
        draw_rim(canvas, rng, kind, outline, color)
    for outline, middle in parts:
        canvas.polygon(outline, color)
        draw_inside(canvas, rng, kind, outline, middle, color)
    for side in (-1, 1):
        canvas.polygon(ellipse(centre + head * (0.42 * side, -0.12), head * (0.15, 0.17)), np.array(DARK))
    canvas.polygon(ellipse(centre + head * (0, 0.32), head * (0.16, 0.11)), np.array(NOSE))
    pixels, alpha = canvas.read()
    return shade(pixels, rng, centre), alpha, canvas.read_loose(), parts[-1][0]


def _ears(rng: np.random.Generator, centre: Array, head: Array) -> list[tuple[Array, Array]]:
    """Outlines [N, 2] of two pointed ears, and their middles."""
    height = rng.uniform(1.5, 1.8)
    ears = []
    for side in (-1, 1):
        corners = centre + head * np.array([[0.25 * side, -0.8], [0.72 * side, -height], [0.92 * side, -0.35]])
        along = np.linspace(0, 1, 20, endpoint=False)[:, None]
        edges = [a + (b - a) * along for a, b in zip(corners, np.roll(corners, -1, 0), strict=True)]
        ears.append((np.concatenate(edges), corners.mean(0)))
    return ears
