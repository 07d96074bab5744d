"""The host's own face landmarks give the same masks as ours, at any size, and say what is wrong."""

from __future__ import annotations

import pytest
import torch

from softfocus.faces import faces_from_landmarks, largest, region_masks
from testing.faces.landmark_payloads import entry, payload
from testing.faces.portrait import face


def test_same_masks_as_from_the_packs_own_nets():
    faces = faces_from_landmarks(payload([entry()]), 1, (512, 512))
    ours = region_masks([[face()]], (512, 512))
    for name, mask in region_masks(faces, (512, 512)).items():
        assert torch.equal(mask, ours[name])


def test_coordinates_are_scaled_to_the_picture():
    (found,) = faces_from_landmarks(payload([entry()]), 1, (1024, 256))[0]
    landmarks = face().landmarks
    assert landmarks is not None and found.landmarks is not None
    assert torch.allclose(found.landmarks[:468], landmarks * torch.tensor((0.5, 2.0)))
    assert found.box[2:] == pytest.approx((face().box[2] / 2, face().box[3] * 2), rel=1e-4)


def test_largest_first_and_no_more_than_asked():
    both = payload([entry(0.5), entry()])
    widths = [found.box[2] for found in faces_from_landmarks(both, 1, (512, 512))[0]]
    assert widths == sorted(widths, reverse=True) and len(widths) == 2
    assert [found.box[2] for found in largest(faces_from_landmarks(both, 1, (512, 512))[0], 1)] == widths[:1]


def test_a_face_that_is_there_twice_is_one():
    """Found twice, at two sizes; beside it a smaller one whose box lies within."""
    twice = payload([entry(), entry(1.01), entry(0.5, offset=70.0)])
    (large, small) = faces_from_landmarks(twice, 1, (512, 512))[0]
    assert large.box[2] > 1.9 * small.box[2]
    assert (
        small.box[0] > large.box[0] - 40 and len(faces_from_landmarks(payload([entry(), entry()]), 2, (9, 9))[1]) == 1
    )


def test_one_frame_serves_a_batch_and_an_empty_frame_stays_empty():
    assert [len(found) for found in faces_from_landmarks(payload([entry()]), 3, (512, 512))] == [1, 1, 1]
    assert [len(found) for found in faces_from_landmarks(payload([], [entry()]), 2, (512, 512))] == [0, 1]


def test_what_does_not_fit_is_named():
    with pytest.raises(ValueError, match="face_landmarks has 2 frames but image has 3"):
        faces_from_landmarks(payload([entry()], [entry()]), 3, (512, 512))
    with pytest.raises(ValueError, match="68 points"):
        faces_from_landmarks(payload([entry(points=68)]), 1, (512, 512))
    with pytest.raises(ValueError, match="face_landmarks"):
        faces_from_landmarks({"landmarks": []}, 1, (512, 512))
