"""Hair of drawings: half of it seen by the net, the rest told by its color; nothing of what is as common elsewhere."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from softfocus.faces.crops import Square
from softfocus.faces.face import landmarks_of
from softfocus.faces.masks.drawn_hair import grow_by_color
from softfocus.faces.masks.hair import SIDES
from softfocus.faces.masks.regions import face_width
from softfocus.faces.topology import CHIN, FOREHEAD, LEFT_EYE, OVAL, RIGHT_EYE
from testing.faces.portrait import face

SIZE = 512
HAIR, SKIN, PAPER, COAT = (0.5, 0.4, 0.9), (1.0, 0.85, 0.75), (0.95, 0.95, 0.9), (0.2, 0.5, 0.3)


def drawing(hair: tuple[float, float, float]) -> tuple[Tensor, Tensor, Square, Tensor]:
    """A head in flat colors, [1, 3, S, S]; where its hair is; the crop, which is the picture; and landmarks."""
    landmarks = landmarks_of(face()) * 1.0
    landmarks = (landmarks - landmarks[[FOREHEAD, CHIN]].mean(0)) * (SIZE / SIDES[-1] / face_width(landmarks)) + 256
    x, y = landmarks[list(OVAL)].mean(0)
    unit = SIZE / SIDES[-1]
    rows, columns = torch.meshgrid(torch.arange(SIZE) + 0.5, torch.arange(SIZE) + 0.5, indexing="ij")
    inside = ((columns - x) / (0.55 * unit)) ** 2 + ((rows - y) / (0.7 * unit)) ** 2 < 1
    head = ((columns - x) / (0.85 * unit)) ** 2 + ((rows - y + 0.3 * unit) / unit) ** 2 < 1
    coat = rows > y + 0.8 * unit
    image = torch.tensor(PAPER)[:, None, None].expand(3, SIZE, SIZE).clone()
    for where, color in ((coat, COAT), (head & ~coat, hair), (inside, SKIN)):
        image[:, where] = torch.tensor(color)[:, None]
    return image[None], head & ~inside & ~coat, Square(SIZE / 2, SIZE / 2, float(SIZE)), landmarks


def test_the_rest_of_the_hair_is_told_by_its_color():
    image, hair, square, landmarks = drawing(HAIR)
    seen = (hair & (torch.arange(SIZE) < 256))[None, None].float() * 0.9
    grown = grow_by_color(seen, image, square, landmarks)[0, 0]
    assert grown[hair].mean() > 0.9
    assert grown[~hair].mean() < 0.03
    eyes = landmarks[[RIGHT_EYE, LEFT_EYE], 1].mean().int()
    oval_middle = landmarks[list(OVAL), 0].mean().int()
    assert grown[eyes + 20 : eyes + 60, oval_middle - 30 : oval_middle + 30].max() == 0


@pytest.mark.parametrize("color", [PAPER, COAT])
def test_a_color_that_is_as_common_elsewhere_tells_nothing(color):
    image, hair, square, landmarks = drawing(color)
    seen = (hair & (torch.arange(SIZE) < 256))[None, None].float() * 0.9
    grown = grow_by_color(seen, image, square, landmarks)[0, 0]
    assert grown[: SIZE // 3, :100].mean() < 0.1


def test_nothing_seen_and_nothing_shown_stay_so():
    image, _, square, landmarks = drawing(HAIR)
    nothing = torch.zeros(1, 1, SIZE, SIZE)
    assert grow_by_color(nothing, image, square, landmarks).max() < 0.3
    outside = Square(9000.0, 9000.0, float(SIZE))
    assert torch.equal(grow_by_color(nothing, image, outside, landmarks), nothing)
