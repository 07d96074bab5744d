"""Small copies: what is near the mask has the look that it has in all of the picture, and figures of the full size."""

from __future__ import annotations

import math

import pytest
import torch
from skimage.data import astronaut
from torch import Tensor
from torch.nn.functional import interpolate

from softfocus.face_box import FaceBox
from softfocus.look import make_look
from softfocus.settings import DEFAULTS
from softfocus.tuning import Proxy, Sample, Samples, start

FACE = FaceBox(300, 130, 260, 320, 250)  # of NASA's portrait at 1024 px


def picture(faces: list[FaceBox] | None, side: int = 1024) -> Sample:
    """NASA's portrait, and a soft oval over its face."""
    pixels = torch.from_numpy(astronaut()).float().movedim(-1, 0)[None] / 255
    image = interpolate(pixels, (side, side), mode="bicubic").clamp(0, 1)
    scale = side / 1024
    rows, columns = (torch.arange(side) / scale - middle for middle in (290, 430))
    away = ((rows[:, None] / 110) ** 2 + (columns / 90) ** 2).sqrt()
    mask = (3 - 2.5 * away).clamp(0, 1)[None, None]
    return Sample(image, mask, None, faces and [face.resized(scale, scale) for face in faces])


def near(sample: Sample, longest: int = 640) -> Sample:
    found = sample.near_mask(longest)
    assert found is not None
    return found


def place(part: Sample, whole: Sample) -> tuple[slice, slice]:
    """Rows and columns that a part shows, found by its mask."""
    height, width = part.size
    top, left = (
        int((plane > 0.5).nonzero()[0]) - int((cut > 0.5).nonzero()[0])
        for plane, cut in ((whole.mask[0, 0].amax(axis), part.mask[0, 0].amax(axis)) for axis in (1, 0))
    )
    return slice(top, top + height), slice(left, left + width)


@pytest.mark.parametrize("faces", [[FACE], None], ids=["boxes", "no boxes"])
@pytest.mark.parametrize("sliders", [(0.5, 0.5), (1.0, 1.0)])
def test_the_look_of_the_part_is_the_part_of_the_look(faces, sliders):
    whole = picture(faces)
    part, settings = near(whole), start(*sliders)
    window = place(part, whole)
    assert torch.equal(whole.image[(..., *window)], part.image)

    def look(sample: Sample) -> Tensor:
        boxes = None if sample.faces is None else [sample.faces]
        return make_look(sample.image, sample.mask, sample.adapted(settings), faces=boxes).image

    def detail(image: Tensor) -> Tensor:
        return image - interpolate(interpolate(image, scale_factor=1 / 8, mode="area"), image.shape[-2:])

    full, own = look(whole)[(..., *window)], look(part)
    apart = (detail(full) - detail(own))[part.mask.expand_as(own) > 0.5].abs()
    made = (detail(full) - detail(part.image))[part.mask.expand_as(own) > 0.5].abs()
    assert apart.mean() < 0.1 * made.mean()  # light from beyond the part is all that is missing


@pytest.mark.parametrize("faces", [[FACE], None], ids=["boxes", "no boxes"])
@pytest.mark.parametrize("sliders", [(0.5, 0.5), (0.9, 0.9)])
def test_figures_are_those_of_the_full_size(faces, sliders):
    whole, settings = picture(faces), start(*sliders)
    full, small = Proxy(Samples(whole)).measure(settings), Proxy(Samples.of(whole)).measure(settings)
    for name in ("kept_clear", "kept_outside"):
        apart = 10 * torch.tensor(getattr(small, name) / getattr(full, name)).log10()
        assert abs(apart) < 0.1, name
    assert small.tone_shift == pytest.approx(full.tone_shift, rel=0.1)


def test_a_part_that_is_hardly_finer_is_not_worth_it():
    whole = picture(None)
    assert whole.near_mask(1024) is None  # nothing is shrunk
    everywhere = Sample(whole.image, torch.ones_like(whole.mask))
    nowhere = Sample(whole.image, torch.zeros_like(whole.mask))
    assert everywhere.near_mask() is None and nowhere.near_mask() is None


def test_samples_are_no_larger_than_asked_and_hold_no_large_tensor():
    found = Samples.of(picture([FACE], 900))
    assert found.near is not None
    for sample in (found.whole, found.near):
        assert max(sample.size) <= 512
        for planes in (sample.image, sample.mask):
            assert planes.untyped_storage().nbytes() == planes.numel() * 4


def test_alpha_and_boxes_move_with_the_part():
    whole = picture([FACE])
    alpha = torch.linspace(0, 1, 1024).expand(1, 1, 1024, 1024).contiguous()
    whole = Sample(whole.image, whole.mask, alpha, whole.faces)
    part = near(whole)
    rows, columns = place(part, whole)
    assert part.alpha is not None and torch.equal(part.alpha, alpha[..., rows, columns])
    assert part.faces is not None and (part.faces[0].left, part.faces[0].top) == (300 - columns.start, 130 - rows.start)
    assert part.share == pytest.approx(part.size[0] * part.size[1] / 1024**2)


def test_settings_change_only_where_the_part_has_another_diagonal():
    whole = picture(None)
    assert whole.adapted(DEFAULTS) == DEFAULTS
    adapted = near(whole).adapted(DEFAULTS)
    assert near(picture([FACE])).adapted(DEFAULTS).sharpen == DEFAULTS.sharpen  # by the face's width
    larger = math.hypot(*whole.size) / math.hypot(*near(whole).size)
    assert adapted.blur.sigma == pytest.approx(larger * DEFAULTS.blur.sigma)
    assert adapted.sharpen.radius == pytest.approx(larger * DEFAULTS.sharpen.radius)
    assert adapted.bloom.radius == pytest.approx(larger * DEFAULTS.bloom.radius)
