"""Parts around small faces, lengths that follow their width, and pictures that go over into others there."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from softfocus.face_box import FACE_SHARE, REACH, FaceBox
from softfocus.filters.near_faces import cut, length_map, mix_near_faces, parts, seen_around, small_faces, widened

PICTURE = torch.zeros(1, 1, 120, 160)  # diagonal 200: a face is small below 40
places = st.floats(-60, 160, width=32)
sides = st.floats(2, 60, width=32)
boxes = st.builds(FaceBox, places, places, sides, sides, sides)


def is_near(faces: list[FaceBox]) -> torch.Tensor:
    """[120, 160]: whether a small face's surroundings are there."""
    near = torch.zeros(120, 160, dtype=torch.bool)
    for face in faces:
        if face.face_width < 40:
            near[face.surroundings((120, 160))] = True
    return near


@given(st.lists(boxes, max_size=6), st.floats(0, 80))
def test_parts_hold_each_small_face_once_and_do_not_overlap(faces, halo):
    found = parts(faces, PICTURE, halo)
    assert sorted(map(repr, small_faces(faces, PICTURE))) == sorted(repr(face) for part in found for face in part.faces)
    covered = torch.zeros(120, 160, dtype=torch.long)
    for part in found:
        covered[part.window] += 1
        for face in part.faces:
            rows, columns = face.surroundings((120, 160))
            assert part.window[0].start <= rows.start and rows.stop <= part.window[0].stop
            assert part.window[1].start <= columns.start and columns.stop <= part.window[1].stop
    assert covered.max() <= 1 and (covered[is_near(faces)] == 1).all()


@pytest.mark.parametrize(("halo", "count"), [(0, 2), (60, 1)])
def test_parts_are_joined_where_their_halos_hold_more_than_the_whole(halo, count):
    faces = [FaceBox(20, 40, 10, 10, 10), FaceBox(130, 60, 10, 10, 10)]
    assert len(parts(faces, PICTURE, halo)) == count


def test_parts_that_meet_at_a_corner_are_one():
    """Though the rectangle around both is larger than the two."""
    faces = [FaceBox(20, 20, 20, 20, 20), FaceBox(74, 74, 20, 20, 20)]
    (part,) = parts(faces, PICTURE)
    assert part.window == (slice(2, 113), slice(2, 113)) and set(part.faces) == set(faces)


@given(st.lists(boxes, max_size=5))
def test_lengths_are_those_of_the_scales_and_the_usual_one_beyond(faces):
    lengths = length_map(lambda scale: 8 * scale, faces, PICTURE)[0, 0]
    scales = [face.scale(PICTURE) for face in small_faces(faces, PICTURE)]
    assert (lengths[~is_near(faces)] == 8).all()
    assert lengths.max() <= 8 and lengths.min() >= 8 * min(scales, default=1) - 1e-4


def test_a_lone_face_has_one_length_of_its_own():
    face = FaceBox(60, 40, 20, 30, 20)
    lengths = length_map(lambda scale: 6 * scale, [face], PICTURE)
    inside = lengths[..., 40:70, 60:80]
    assert torch.allclose(inside, torch.tensor(3.0)) and inside.unique().numel() == 1


def test_lengths_change_smoothly():
    """The steepest a smoothstep gets, 1.5 of the difference over its reach, and a little for where faces meet."""
    faces = [FaceBox(40, 40, 20, 26, 20), FaceBox(76, 44, 12, 15, 12)]
    lengths = length_map(lambda scale: scale, faces, PICTURE)
    steps = max(float(lengths.diff(dim=axis).abs().max()) for axis in (-1, -2))
    assert 0.02 < steps < 1.6 / (REACH * 12)


def test_the_same_box_twice_is_one_face():
    face, other = FaceBox(60, 40, 20, 30, 20), FaceBox(75, 40, 20, 30, 20)
    once, twice = (length_map(lambda scale: scale, each, PICTURE) for each in ([face, other], [face, other, face]))
    assert torch.equal(once, twice)


def test_a_large_face_keeps_its_share_beside_a_small_one():
    mother, child = FaceBox(20, 20, 80, 90, 80), FaceBox(85, 60, 20, 26, 20)
    alone, beside = (length_map(lambda scale: scale, each, PICTURE) for each in ([child], [child, mother]))
    both = (..., slice(60, 86), slice(85, 100))
    assert torch.allclose(alone[both], torch.tensor(0.5)) and torch.allclose(
        beside[both], torch.tensor(1 - 0.5 * 16 / 17)
    )
    assert (beside[..., 30:50, 25:40] == 1).all()


def test_a_picture_goes_over_into_another_by_shares():
    faces = [FaceBox(30, 40, 20, 26, 20), FaceBox(64, 40, 20, 26, 20)]
    whole = torch.full((1, 2, 120, 160), 5.0)
    mix_near_faces(whole, faces, lambda scale, window: torch.full((1, 2, 120, 160), 10 * scale)[(..., *window)] - 2)
    wanted = length_map(lambda scale: 5 if scale == 1 else 10 * scale - 2, faces, PICTURE)
    assert torch.allclose(whole, wanted.expand_as(whole), atol=1e-5) and whole.min() < 3.5


def test_work_sees_a_halo_and_gives_its_window():
    image, seen = torch.arange(120.0 * 160).view(1, 1, 120, 160), []

    def work(image: torch.Tensor, nothing: torch.Tensor | None) -> torch.Tensor:
        assert nothing is None
        seen.append(tuple(image.shape[-2:]))
        return image + 1

    window = (slice(2, 20), slice(100, 130))
    assert torch.equal(seen_around(work, window, 4.2, image, None), cut(image, window) + 1)
    assert seen == [(2 + 18 + 5, 5 + 30 + 5)]
    assert widened(window, 1e9, (120, 160)) == (slice(0, 120), slice(0, 160))


def test_only_faces_narrower_than_a_share_of_the_diagonal_are_small():
    sizes = [FACE_SHARE * 200 + each for each in (-0.5, 0, 0.5)]
    assert len(small_faces([FaceBox(50, 50, 30, 30, each) for each in sizes], PICTURE)) == 1
    assert small_faces([FaceBox(-60, 50, 20, 20, 20)], PICTURE) == []
