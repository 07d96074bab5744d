"""Numbers of people on the preview: where they stand, how large, and whose are dim."""

from __future__ import annotations

import pytest
import torch
from PIL import ImageFont

from softfocus.canvas import font
from softfocus.faces import Face, draw_numbers


def grey(height: int, width: int) -> torch.Tensor:
    return torch.full((1, 3, height, width), 0.5)


def face_in(box: tuple[float, float, float, float], person: int = 1) -> Face:
    return Face(box, 0.9, person=person)


def plate(image: torch.Tensor, shown: torch.Tensor) -> tuple[int, int, int, int]:
    """First and last row, first and last column that changed."""
    assert shown.shape == image.shape and shown.amin() >= 0 and shown.amax() <= 1
    places = (shown != image).any(1)[0].nonzero()
    (top, left), (bottom, right) = places.amin(0).tolist(), places.amax(0).tolist()
    return top, bottom, left, right


@pytest.mark.parametrize("size", [128, 256, 1024, 2160])
def test_a_number_stands_on_the_face_and_grows_with_the_picture(size):
    image = grey(size, size)
    box = (0.4 * size, 0.5 * size, 0.2 * size, 0.25 * size)
    top, bottom, left, right = plate(image, draw_numbers(image, [face_in(box)], {1}))
    assert bottom == pytest.approx(0.5 * size, abs=1.5) and (left + right) / 2 == pytest.approx(0.5 * size, abs=1.5)
    assert max(10, 0.03 * size) <= bottom - top + 1 <= max(20, 0.08 * size)


@pytest.mark.parametrize("corner", [(-40.0, -60.0), (230.0, -60.0), (-90.0, 290.0), (280.0, 290.0)])
def test_faces_at_the_border_have_their_whole_number(corner):
    image = grey(256, 256)
    inside, outside = (
        plate(image, draw_numbers(image, [face_in((*at, 60.0, 80.0))], {1})) for at in ((90.0, 120.0), corner)
    )
    assert outside[1] - outside[0] == inside[1] - inside[0] and outside[3] - outside[2] == inside[3] - inside[2]


@pytest.mark.parametrize("person", [1, 2, 12])
def test_those_not_chosen_are_dimmer(person):
    image = grey(512, 512)
    faces = [face_in((200.0, 300.0, 100.0, 100.0), person)]
    bright, dim = (draw_numbers(image, faces, chosen) for chosen in ({person}, set()))
    assert plate(image, bright) == plate(image, dim)
    assert dim.mean() < image.mean() < bright.mean()
    assert dim.amax() > 0.5 > dim.amin() + 0.1, "the number itself is seen on it"


def test_numbers_differ_and_the_picture_is_not_written_to():
    image = grey(256, 256)
    one, two = (draw_numbers(image, [face_in((90.0, 120.0, 60.0, 80.0), person)], {1, 2}) for person in (1, 2))
    assert not torch.equal(one, two) and torch.equal(image, grey(256, 256))


def test_each_counted_face_has_its_number_chosen_ones_on_top():
    image = grey(256, 256)
    here, there = face_in((20.0, 120.0, 60.0, 80.0), 1), face_in((150.0, 120.0, 60.0, 80.0), 2)
    both = draw_numbers(image, [here, there], {1})
    assert torch.equal(both[..., :128], draw_numbers(image, [here], {1})[..., :128])
    assert torch.equal(both[..., 128:], draw_numbers(image, [there], set())[..., 128:])
    close = face_in(here.box, 2)
    assert torch.equal(draw_numbers(image, [here, close], {1}), draw_numbers(image, [here], {1}))
    assert torch.equal(draw_numbers(image, [face_in(here.box, 0)], {0}), image), "0 is nobody"


@pytest.mark.parametrize("size", [(1, 1), (100, 400), (127, 127)])
def test_pictures_too_small_for_text_stay_as_they_are(size):
    image = grey(*size)
    assert torch.equal(draw_numbers(image, [face_in((0.0, 0.0, 60.0, 60.0))], {1}), image)


@pytest.mark.parametrize("error", [TypeError, ImportError, OSError])
def test_an_old_pillow_costs_the_numbers_only(monkeypatch, error):
    def load_default(*_, **__):
        raise error("no scalable font")

    font.cache_clear()
    monkeypatch.setattr(ImageFont, "load_default", load_default)
    image = grey(256, 256)
    assert torch.equal(draw_numbers(image, [face_in((90.0, 120.0, 60.0, 80.0))], {1}), image)
    font.cache_clear()
