"""Point spread of the four families, log-log: the model as a line, what a picture of 2048 px shows as dots."""

from __future__ import annotations

import math
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from softfocus.canvas import FAINT, GOOD, INK, PAPER, POOR, TRACK, font
from softfocus.diffusion import diffusion_filter
from softfocus.settings import FILTER_FAMILIES
from testing.light.filter_model import SHARES, TABLE, over_pixels
from testing.light.measures import around_a_point

SIDE = 2048  # of the picture
PANEL, MARGIN = 420, 60
RADII = (-1.2, 1.7)  # log10 of percent of the diagonal
LIGHT = (-10.5, -2.5)  # log10 of the share of light in a pixel
DISTANCES = np.unique(np.geomspace(2, SIDE // 2 - 1, 40).astype(int)).astype(float)


def draw(path: Path) -> None:
    page = Image.new("RGB", (4 * PANEL + 5 * MARGIN, PANEL + 2 * MARGIN), PAPER)
    pen = ImageDraw.Draw(page)
    for index, family in enumerate(FILTER_FAMILIES):
        _panel(pen, MARGIN + index * (PANEL + MARGIN), family)
    path.parent.mkdir(parents=True, exist_ok=True)
    page.save(path)


def _panel(pen: ImageDraw.ImageDraw, left: int, family: str) -> None:
    def place(radius: float, light: float) -> tuple[float, float]:
        across = (math.log10(radius) - RADII[0]) / (RADII[1] - RADII[0])
        up = (math.log10(max(light, 1e-12)) - LIGHT[0]) / (LIGHT[1] - LIGHT[0])
        return left + PANEL * across, MARGIN + PANEL * (1 - up)

    pen.text((left, MARGIN / 2), f"{family}, grade 1: green light by % of the diagonal", INK, font(15), "lm")
    for power in range(math.ceil(RADII[0]), math.floor(RADII[1]) + 1):
        pen.line([place(10**power, 10 ** LIGHT[0]), place(10**power, 10 ** LIGHT[1])], TRACK)
        pen.text((place(10**power, 1)[0], MARGIN + PANEL + 8), f"{10**power:g}", FAINT, font(13), "mt")
    for power in range(math.ceil(LIGHT[0]), math.floor(LIGHT[1]) + 1, 2):
        pen.line([place(10 ** RADII[0], 10**power), place(10 ** RADII[1], 10**power)], TRACK)
        pen.text((left - 6, place(1, 10**power)[1]), f"1e{power}", FAINT, font(13), "rm")
    percent = DISTANCES / math.hypot(SIDE, SIDE) * 100
    model = over_pixels(DISTANCES, family, 100.0, 1.0, "green", (SIDE, SIDE)) * SHARES[1.0] * TABLE[family].gain
    shown = around_a_point(partial(diffusion_filter, family=family, grade=1), (SIDE, SIDE))
    pen.line([place(*point) for point in zip(percent, model, strict=True)], GOOD, 2)
    for point in zip(percent, shown[1, SIDE // 2, SIDE // 2 + DISTANCES.astype(int)], strict=True):
        pen.circle(place(*point), 3, POOR)
