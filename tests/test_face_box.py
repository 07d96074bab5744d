"""How near a pixel is to a face, and whose scale counts where faces meet."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from softfocus.face_box import HELD, REACH, FaceBox, faces_of_frames
from testing.faces.shares import face_shares

WHOLE = (slice(0, 120), slice(0, 160))
CPU = torch.device("cpu")
places = st.floats(-40, 160, width=32)
sides = st.floats(4, 120, width=32)
boxes = st.builds(FaceBox, places, places, sides, sides, sides)


def shares(*faces: FaceBox) -> tuple[list[torch.Tensor], torch.Tensor]:
    return face_shares(faces, (120, 160))


@given(st.lists(boxes, max_size=4))
def test_shares_add_up_to_one(faces):
    each, free = shares(*faces)
    assert all(share.min() >= 0 for share in [*each, free])
    assert (sum(each, free) - 1).abs().max() < 1e-5


@given(boxes)
def test_a_lone_face_has_all_of_its_box_and_nothing_beyond_its_surroundings(face):
    (share,), free = shares(face)
    rows, columns = torch.arange(120)[:, None] + 0.5, torch.arange(160)[None] + 0.5
    inside = (rows > face.top) & (rows < face.top + face.height)
    inside = inside & (columns > face.left) & (columns < face.left + face.width)
    assert (share[0, 0][inside] == 1).all() and (free[0, 0][inside] == 0).all()
    rows, columns = face.surroundings((120, 160))
    share[..., rows, columns] = 0
    assert (share == 0).all()


def test_shares_fall_smoothly():
    (share,), _ = shares(FaceBox(60, 40, 30, 40, 30))
    steps = torch.cat([share.diff(dim=-1).flatten(), share.diff(dim=-2).flatten()])
    assert steps.abs().max() < 1.6 / ((REACH - HELD) * 30)  # 1.5 is the steepest slope of a smoothstep


def test_of_two_faces_as_near_the_smaller_counts_more():
    (large, small), free = shares(FaceBox(20, 10, 100, 100, 100), FaceBox(60, 50, 25, 25, 25))
    assert small[0, 0, 60, 70] == pytest.approx(16 / 17) and large[0, 0, 60, 70] == pytest.approx(1 / 17)
    assert large[0, 0, 20, 30] == 1 and free[0, 0, 60, 70] == 0


def test_alike_faces_meet_in_the_middle():
    (left, right), _ = shares(FaceBox(30, 40, 30, 40, 30), FaceBox(100, 40, 30, 40, 30))
    assert torch.allclose(left, right.flip(-1), atol=1e-5)


def test_the_scale_is_that_of_a_face_a_fifth_of_the_diagonal_wide():
    picture = torch.zeros(1, 3, 300, 400)
    assert FaceBox(0, 0, 120, 120, 100).scale(picture) == 1
    assert FaceBox(0, 0, 120, 120, 100).resized(2, 2).scale(torch.zeros(1, 3, 600, 800)) == 1


@pytest.mark.parametrize("face", [FaceBox(-90, 10, 50, 50, 40), FaceBox(180, 10, 20, 20, 20), FaceBox(0, 129, 9, 9, 9)])
def test_a_box_far_beside_the_picture_does_not_count_in_it(face):
    assert not face.counts_in((120, 160))
    assert FaceBox(-60, 10, 50, 50, 40).counts_in((120, 160))


@pytest.mark.parametrize(
    ("numbers", "name"),
    [
        ((0, 0, 0, 9, 9), "width is 0; it must be above 0"),
        ((0, 0, 9, -1, 9), "height"),
        ((0, 0, 9, 9, float("nan")), "face_width"),
        ((float("inf"), 0, 9, 9, 9), "left"),
    ],
)
def test_a_box_that_is_none_is_named(numbers, name):
    with pytest.raises(ValueError, match=name):
        FaceBox(*numbers)
    with pytest.raises(TypeError, match="left is of type str"):
        FaceBox("1", 0, 9, 9, 9)


def test_boxes_of_frames_are_one_list_or_one_for_each():
    images, face, beside = torch.zeros(2, 3, 120, 160), FaceBox(10, 10, 20, 20, 20), FaceBox(400, 10, 20, 20, 20)
    assert faces_of_frames([[face, beside]], images) == [[face], [face]]
    assert faces_of_frames([[], [face]], images) == [[], [face]]
    assert all(faces_of_frames(each, images) is None for each in (None, [], [[]], [[], []], [[beside]]))
    with pytest.raises(ValueError, match=r"faces has 3 lists; it must have one, or 2"):
        faces_of_frames([[face]] * 3, images)
    with pytest.raises(TypeError, match=r"faces\[0\] is of type FaceBox"):
        faces_of_frames([face], images)
    with pytest.raises(TypeError, match=r"faces\[1\]\[0\] is of type dict"):
        faces_of_frames([[face], [{"x": 1}]], images)


@pytest.mark.parametrize("others", [[], [FaceBox(4, 4, 9, 9, 9)]])
@pytest.mark.parametrize(
    "face",
    [FaceBox(0, 0, 9, 9, 1e-200), FaceBox(0, 0, 9, 9, 1e30), FaceBox(-1e308, -1e308, 1.5e308, 1.5e308, 1.5e308)],
)
def test_a_number_no_face_has_is_weighed_all_the_same(face, others):
    (share, *rest), free = shares(face, *others)
    assert all(torch.isfinite(each).all() for each in [share, *rest, free])
    assert (sum([share, *rest], free) - 1).abs().max() < 1e-5 and share.max() > 0
    assert 0 < face.scale(share) < 1e6


def test_the_same_box_twice_is_one_face_in_a_frame():
    face = FaceBox(10, 20, 30, 40, 30)
    assert faces_of_frames([[face, FaceBox(10, 20, 30, 40, 30), face]], torch.zeros(1, 3, 120, 160)) == [[face]]
