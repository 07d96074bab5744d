"""A drawn portrait with strands of hair: its colours and its true alpha.

Lengths are fractions of the picture's side.
"""

from __future__ import annotations

import numpy as np

from testing.matting.bare import BLUE, BROW, clothes
from testing.matting.canvas import Array, Canvas, ellipse
from testing.matting.hair import HAIR, draw_fringe, draw_inside, draw_loose, draw_sparse, hair_outline
from testing.matting.light import shade

SKINS = ((0.93, 0.77, 0.66), (0.82, 0.63, 0.50), (0.62, 0.43, 0.32), (0.40, 0.27, 0.20))
EYE, IRIS, LIPS = (0.95, 0.94, 0.92), (0.25, 0.20, 0.15), (0.70, 0.32, 0.32)


def draw_person(
    rng: np.random.Generator,
    hair: str,
    size: int,
    skin: Array,
    hair_color: Array,
    holes: np.random.Generator | None = None,
) -> tuple[Array, Array, Array, Array]:
    """One person from the shoulders up.

    Args:
        holes: draws the gaps between arms and body through which the background is seen; without it there are none.

    Returns:
        colour [size, size, 3], alpha [size, size], what of alpha is loose hair [size, size], and the
        outline of the head with its closed hair [N, 2] as fractions (x, y); all 0..1.
    """
    kind = HAIR[hair]
    canvas = Canvas(size, skin if hair == "bald" else hair_color)
    centre = np.array([0.5 + rng.uniform(-0.04, 0.04), rng.uniform(0.40, 0.44)])
    head = np.array([rng.uniform(0.125, 0.145), rng.uniform(0.175, 0.195)])
    outline = ellipse(centre, head)
    bare = kind.count > 0 and not kind.closed
    if bare:
        draw_sparse(canvas, rng, kind, outline, hair_color)
    if kind.closed:
        outline = hair_outline(rng, centre, head, rng.uniform(0.8, 1.9))
        draw_loose(canvas, rng, kind, outline, centre, hair_color)
        canvas.polygon(outline, hair_color)
        draw_inside(canvas, rng, kind, outline, centre, hair_color)
    half = _draw_body(canvas, rng, centre, head, skin, hair_color if bare else None)
    if holes is not None:
        _cut_holes(canvas, holes, centre, half)
    brows, irises = (skin * BROW, np.array(BLUE)) if bare else (hair_color * 0.8, np.array(IRIS))
    _draw_face(canvas, centre, head, skin, brows, irises)
    if kind.closed:
        draw_fringe(canvas, rng, kind, centre, head, hair_color)
    color, alpha = canvas.read()
    return shade(color, rng, centre), alpha, canvas.read_loose(), outline


def _draw_body(
    canvas: Canvas, rng: np.random.Generator, centre: Array, head: Array, skin: Array, avoided: Array | None
) -> float:
    """Neck, and clothes with horizontal bands of their own colours, unlike the avoided one if there is one.

    Returns:
        Half the width of the shoulders.
    """
    neck, chin = 0.55 * head[0], centre[1] + 0.8 * head[1]
    top = centre[1] + 1.25 * head[1]
    canvas.polygon(
        np.array([[-neck, chin], [neck, chin], [1.2 * neck, top + 0.05], [-1.2 * neck, top + 0.05]]) + (centre[0], 0),
        skin * 0.85,
    )
    half = rng.uniform(0.30, 0.40)
    across = np.linspace(-1, 1, 81)
    drop = 0.03 + 0.16 * np.abs(across) ** 2.2
    shoulders = np.stack([centre[0] + half * across, top + drop - 0.03 * (np.abs(across) < 0.2)], 1)
    base, banded = clothes(rng, avoided)
    canvas.polygon(np.concatenate([shoulders, [[shoulders[-1, 0] + 0.03, 1.1], [shoulders[0, 0] - 0.03, 1.1]]]), base)
    for low in np.arange(top + 0.20, 1.0, rng.uniform(0.02, 0.05)):
        left, right = centre[0] - half, centre[0] + half
        canvas.polygon(np.array([[left, low], [right, low], [right, low + 0.01], [left, low + 0.01]]), banded)
    canvas.polygon(ellipse(np.array([centre[0], top + 0.01]), head * (0.62, 0.28)), skin * 0.9)
    return half


def _cut_holes(canvas: Canvas, rng: np.random.Generator, centre: Array, half: float) -> None:
    """A gap on either side, between an arm and the body; closed above and below."""
    for side in (-1, 1):
        gap = ellipse(np.zeros(2), np.array([half * rng.uniform(0.10, 0.16), rng.uniform(0.055, 0.075)]))
        turn = side * rng.uniform(0.0, 0.3)
        rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        canvas.hole(gap @ rotation + (centre[0] + 0.55 * side * half, 0.88))


def _draw_face(canvas: Canvas, centre: Array, head: Array, skin: Array, brows: Array, irises: Array) -> None:
    for side in (-1, 1):
        canvas.polygon(ellipse(centre + head * (0.99 * side, 0.05), head * (0.12, 0.18)), skin * 0.9)
    canvas.polygon(ellipse(centre, head), skin)
    for side in (-1, 1):
        canvas.polygon(ellipse(centre + head * (0.42 * side, -0.02), head * (0.20, 0.075)), np.array(EYE))
        canvas.polygon(ellipse(centre + head * (0.42 * side, -0.02), head * (0.09, 0.07)), irises)
        canvas.polygon(ellipse(centre + head * (0.42 * side, -0.20), head * (0.26, 0.035)), brows)
        canvas.polygon(ellipse(centre + head * (0.55 * side, 0.32), head * (0.22, 0.13)), skin * (1.0, 0.95, 0.94))
        canvas.polygon(ellipse(centre + head * (0.09 * side, 0.33), head * (0.06, 0.03)), skin * 0.7)
    canvas.polygon(ellipse(centre + head * (0, 0.60), head * (0.30, 0.07)), np.array(LIPS) * skin[0] / 0.9)
