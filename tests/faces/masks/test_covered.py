"""Eyes that something covers are not drawn; eyes that are seen stay, in any light."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from softfocus.faces import Face, find_faces, refined_regions
from softfocus.faces.face import landmarks_of
from softfocus.faces.masks.covered import see_eyes
from softfocus.faces.topology import RINGS
from softfocus.settings import MASK
from testing.faces.portrait import face, nets, picture
from testing.portraits import portraits

GREEN, BLACK, YELLOW = (0.35, 0.65, 0.1), (0.01, 0.01, 0.01), (0.9, 0.8, 0.1)


def eye(index: int) -> Tensor:
    return landmarks_of(face())[list(RINGS["eyes"][index])].mean(0)


def covered(color: tuple[float, float, float], *eyes: int) -> Tensor:
    """The portrait with a disc as wide as an eye and its lids over the right (0) or left (1) eye."""
    image = picture().clone()
    y, x = torch.meshgrid(torch.arange(512) + 0.5, torch.arange(512) + 0.5, indexing="ij")
    for index in eyes:
        disc = (x - eye(index)[0]) ** 2 + (y - eye(index)[1]) ** 2 < 24**2
        image[..., disc] = torch.tensor(color)[:, None]
    return image


def seen(image: Tensor) -> tuple[float, float]:
    return see_eyes(image, [[face()]])[0][0].eyes_seen


@pytest.mark.parametrize("color", [GREEN, BLACK, YELLOW])
def test_the_covered_eye_is_told_from_the_other(color):
    assert seen(picture()) == (1, 1)
    assert seen(covered(color, 0)) == (0, 1)
    assert seen(covered(color, 1)) == (1, 0)
    assert seen(covered(color, 0, 1)) == (0, 0)


def test_no_eye_is_drawn_on_what_covers_it():
    image = covered(GREEN, 0)
    drawn, unrefined = (
        refined_regions(image, [[face()]], replace(MASK, refine=refine))["eyes"][0, 0] for refine in (1, 0)
    )
    (hidden_x, hidden_y), (x, y) = (eye(index).int().tolist() for index in (0, 1))
    assert drawn[hidden_y, hidden_x] == 0 and drawn[y, x] > 0.9
    assert unrefined[hidden_y, hidden_x] > 0.9  # as drawn


@pytest.mark.parametrize(
    "change",
    [
        lambda image: image * 0.3,
        lambda image: image * torch.linspace(1, 0.2, 512),
        lambda image: image.mean(1, keepdim=True).expand_as(image),
        lambda image: (image * torch.tensor([1.0, 0.7, 0.4])[:, None, None]).clamp(0, 1),
        lambda image: image.flip(3),
        lambda image: torch.full_like(image, torch.nan),
    ],
)
def test_light_color_and_no_picture_at_all_cover_nothing(change):
    assert seen(change(picture())) == (1, 1)


def test_faces_that_cannot_be_judged_stay_as_they_are():
    odd = [Face((0, 0, 50, 50), 1.0), replace(face(), drawn=True)]
    tiny = replace(face(), landmarks=landmarks_of(face()) * 0.001)
    outside = replace(face(), landmarks=landmarks_of(face()) + 9000)
    kept = see_eyes(covered(GREEN, 0), [[*odd, tiny, outside]])[0]
    assert all(each.eyes_seen == (1, 1) for each in kept)
    assert see_eyes(torch.zeros(0, 3, 8, 8), []) == []


def test_hardly_an_eye_of_real_portraits_is_taken_for_covered():
    """Beside them lie glasses with thick frames and the far eyes of profiles."""
    doubted = [
        each.name
        for each in portraits()
        for found in see_eyes(each.image, find_faces(nets(), each.image))[0]
        if min(found.eyes_seen) < 0.5
    ]
    assert len(doubted) <= 4, doubted
