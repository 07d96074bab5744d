"""The Gaussian table as a picture: time against sigma, and against pixels."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image, ImageDraw

from benchmarks.rows import Row
from softfocus.canvas import FAINT, FAIR, GOOD, INK, PAPER, POOR, TRACK, Color, font

# Okabe and Ito's palette (2008), ours in its blue.
COLORS: dict[str, Color] = {
    "ours": GOOD,
    "cv2": POOR,
    "torchvision": (204, 121, 167),
    "kornia": FAIR,
    "scipy": (0, 158, 115),
    "skimage": (86, 180, 233),
    "gegl": INK,
}
SIDE, MARGIN, SMOOTH = 560, 70, 2  # a panel and the room around it, in pixels; drawn larger, then reduced
Point = tuple[float, float]


def draw(rows: Sequence[Row], path: Path, size: int = 2048, sigma: int = 16) -> None:
    """Two log-log panels of the rows of `engine_gaussian.table`: one frame at `size`, and at `sigma`."""
    single = [row for row in rows if row["frames"] == 1]
    page = Image.new("RGB", (SMOOTH * (2 * SIDE + 3 * MARGIN), SMOOTH * (SIDE + 2 * MARGIN)), PAPER)
    pen = ImageDraw.Draw(page)
    by_sigma = _lines([row for row in single if row["size"] == size], lambda row: float(row["sigma"] or 0))
    by_pixels = _lines([row for row in single if row["sigma"] == sigma], lambda row: float(row["size"] or 0) ** 2)
    _panel(pen, MARGIN, by_sigma, f"Gaussian blur, {size} x {size} x 3: ms against sigma in pixels")
    _panel(pen, 2 * MARGIN + SIDE, by_pixels, f"Gaussian blur, sigma {sigma}: ms against pixels")
    page.resize((page.width // SMOOTH, page.height // SMOOTH), Image.Resampling.LANCZOS).save(path)


def _lines(rows: Sequence[Row], x: Callable[[Row], float]) -> dict[str, list[Point]]:
    """Measured points of each method."""
    lines = {name: [(x(row), float(row[name] or 0)) for row in rows if row[name]] for name in COLORS}
    return {name: points for name, points in lines.items() if points}


def _panel(pen: ImageDraw.ImageDraw, left: int, lines: dict[str, list[Point]], title: str) -> None:
    points = [point for line in lines.values() for point in line]
    (x_low, x_high), (y_low, y_high) = (_decades([point[axis] for point in points]) for axis in (0, 1))

    def place(x: float, y: float) -> Point:
        across = (math.log10(x) - x_low) / (x_high - x_low)
        up = (math.log10(y) - y_low) / (y_high - y_low)
        return SMOOTH * (left + SIDE * across), SMOOTH * (MARGIN + SIDE * (1 - up))

    pen.text((SMOOTH * left, SMOOTH * MARGIN / 2), title, INK, font(16 * SMOOTH), "lm")
    for power in range(x_low, x_high + 1):
        pen.line([place(10**power, 10**y_low), place(10**power, 10**y_high)], TRACK, SMOOTH)
        across, bottom = place(10**power, 10**y_low)
        pen.text((across, bottom + 8 * SMOOTH), _label(power), FAINT, font(13 * SMOOTH), "mt")
    for power in range(y_low, y_high + 1):
        pen.line([place(10**x_low, 10**power), place(10**x_high, 10**power)], TRACK, SMOOTH)
        start, up = place(10**x_low, 10**power)
        pen.text((start - 6 * SMOOTH, up), _label(power), FAINT, font(13 * SMOOTH), "rm")
    for row, (name, line) in enumerate(lines.items()):
        placed = [place(*point) for point in line]
        pen.line(placed, COLORS[name], (4 if name == "ours" else 2) * SMOOTH, joint="curve")
        for x, y in placed:
            pen.circle((x, y), 4 * SMOOTH, COLORS[name])
        corner = (SMOOTH * (left + 12), SMOOTH * (MARGIN + 16 + 20 * row))
        pen.text(corner, name, COLORS[name], font(15 * SMOOTH), "lm")


def _decades(found: list[float]) -> tuple[int, int]:
    """Powers of ten that enclose the values."""
    low = math.floor(math.log10(min(found)))
    return low, max(low + 1, math.ceil(math.log10(max(found))))


def _label(power: int) -> str:
    return f"{10**power:,}" if power >= 0 else f"{10**power:g}"
