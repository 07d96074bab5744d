"""A drawn face made here: large eyes, little mouth, hair in flat colors. Where its eyes and mouth are is known."""

from __future__ import annotations

import torch
from PIL import Image, ImageDraw
from torch import Tensor

from testing.portraits import to_tensor

EYES, MOUTH = ((40, 53), (60, 53)), (50, 66)  # percent of the side
WIDTH = 40  # of the face
SKIN, HAIR, IRIS, INK, WHITE = (255, 226, 208), (120, 70, 50), (60, 90, 160), (30, 22, 30), (255, 255, 255)
CHEEKS = ((30, 50), (70, 50), (66, 68), (50, 79), (34, 68))
FRINGE = (
    ((27, 52), (28, 25), (50, 16), (72, 25), (73, 52), (66, 40))
    + ((60, 45), (55, 38), (50, 45), (44, 38), (38, 46), (33, 40))
)  # fmt: skip
LARGER = 4  # drawn so much larger, for smooth edges


def drawn_face(side: int = 256, tilt_degrees: float = 0.0) -> Tensor:
    """[1, 3, side, side] sRGB."""
    unit = side * LARGER / 100
    picture = Image.new("RGB", (side * LARGER, side * LARGER), (200, 220, 240))
    draw = ImageDraw.Draw(picture)

    def spots(*points: tuple[float, float]) -> list[tuple[float, float]]:
        return [(x * unit, y * unit) for x, y in points]

    def oval(x: float, y: float, half_width: float, half_height: float, color: tuple[int, int, int]) -> None:
        draw.ellipse(spots((x - half_width, y - half_height), (x + half_width, y + half_height)), fill=color)

    oval(50, 48, 32, 36, HAIR)
    draw.polygon(spots(*CHEEKS), fill=SKIN)
    oval(50, 52, 20, 18, SKIN)
    draw.rectangle(spots((45, 75), (55, 95)), fill=SKIN)
    draw.polygon(spots(*FRINGE), fill=HAIR)
    for x, y in EYES:
        for half_width, half_height, color in ((5.5, 7, WHITE), (4.3, 6.3, IRIS), (2.2, 3.6, INK)):
            oval(x, y, half_width, half_height, color)
        oval(x - 1.5, y - 2.5, 1.4, 1.6, WHITE)
        lid = spots((x - 6.5, y - 3), (x - 3, y - 6.5), (x + 3, y - 6.5), (x + 6.5, y - 3))
        draw.line(lid, fill=INK, width=round(1.6 * unit))
        draw.line(spots((x - 6, y - 11), (x + 6, y - 11)), fill=INK, width=round(unit))
    draw.arc(spots((46, 62), (54, 67)), 20, 160, fill=(150, 60, 60), width=round(1.2 * unit))
    small = picture.resize((side, side), Image.Resampling.LANCZOS)
    return to_tensor(small.rotate(tilt_degrees, Image.Resampling.BICUBIC, fillcolor=(200, 220, 240)))


def features_of_drawing(side: int = 256) -> Tensor:
    """Right eye, left eye and mouth [3, 2] of the upright drawing, px."""
    return torch.tensor([*EYES, MOUTH]) * (side / 100)
