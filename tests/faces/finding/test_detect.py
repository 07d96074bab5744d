"""Finding faces: where, in what order, alone or in a batch, large or small, mirrored or not at all."""

from __future__ import annotations

import math

import pytest
import torch

from softfocus.faces import add_landmarks, detect_faces, find_faces, largest
from softfocus.faces.crops import Square, sample_square
from softfocus.faces.face import Face, distinct, landmarks_of
from softfocus.faces.finding.detect import _merge
from testing.faces.portrait import BOX, LEFT_EYE, LEFT_MOUTH, NOSE, RIGHT_EYE, RIGHT_MOUTH, face, nets, picture
from testing.faces.reference import overlap


def test_the_portrait_has_one_face_in_its_place():
    (found,) = detect_faces(nets(), picture())[0]
    assert found.score > 0.9 and overlap(found.box, BOX) > 0.5
    keypoints = found.keypoints
    assert keypoints is not None
    assert (keypoints[:3] - torch.tensor((RIGHT_EYE, LEFT_EYE, NOSE))).norm(dim=1).max() < 8


def test_the_mesh_lies_on_eyes_nose_and_mouth():
    landmarks = face().landmarks
    assert landmarks is not None and landmarks.shape == (468, 2)
    right_eye, left_eye = landmarks[[33, 133]].mean(0), landmarks[[263, 362]].mean(0)
    placed = torch.stack((right_eye, left_eye, landmarks[1], landmarks[61], landmarks[291]))
    wanted = torch.tensor((RIGHT_EYE, LEFT_EYE, NOSE, RIGHT_MOUTH, LEFT_MOUTH)).float()
    assert (placed - wanted).norm(dim=1).max() < 0.1 * BOX[2]
    assert overlap(face().box, BOX) > 0.75


GOLDEN = [(224.17, 131.30), (226.33, 69.35), (194.28, 101.37), (201.68, 139.47), (222.68, 177.05)]


def test_golden_landmarks():
    landmarks = face().landmarks
    assert landmarks is not None
    wanted = torch.tensor(GOLDEN)
    assert (landmarks[[1, 10, 33, 61, 152]] - wanted).abs().max() < 0.1


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_a_flat_picture_has_none(value):
    assert find_faces(nets(), torch.full((1, 3, 200, 300), value)) == [[]]


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (5, 300)])
def test_tiny_and_thin_pictures_have_none(shape):
    assert find_faces(nets(), torch.rand(1, 3, *shape)) == [[]]


def test_no_pictures_give_no_lists():
    assert find_faces(nets(), torch.zeros(0, 3, 64, 64)) == []


def test_each_picture_of_a_batch_gives_what_it_gives_alone():
    batch = torch.cat((picture(256), torch.zeros(1, 3, 256, 256), picture(256).flip(-1)))
    together = find_faces(nets(), batch)
    assert [len(found) for found in together] == [1, 0, 1]
    for index, found in enumerate(together):
        for a, b in zip(found, find_faces(nets(), batch[index : index + 1])[0], strict=True):
            assert a.box == b.box and a.score == b.score
            assert a.landmarks is not None and b.landmarks is not None and torch.equal(a.landmarks, b.landmarks)


def test_mirrored_picture_gives_the_mirrored_box():
    (found,) = find_faces(nets(), picture().flip(-1))[0]
    left, top, width, height = face().box
    assert overlap(found.box, (512 - left - width, top, width, height)) > 0.9


@pytest.mark.parametrize("size", [200, 1024])
def test_scale_gives_the_scaled_landmarks(size):
    (found,) = find_faces(nets(), picture(size))[0]
    assert found.landmarks is not None and face().landmarks is not None
    error = (found.landmarks * 512 / size - face().landmarks).norm(dim=1)
    assert error.mean() < 0.01 * face().box[2]


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_face_detected_at_a_wrong_angle_is_meshed_at_its_own(quarters):
    """As a detector that takes a face on its head for an upright one: its keypoints say the wrong eyes."""
    turned = picture().rot90(quarters, (2, 3))
    (wanted,) = find_faces(nets(), turned)[0]
    x, y, width, height = wanted.box
    eyes = torch.tensor([(x + 0.3 * width, y + 0.4 * height), (x + 0.7 * width, y + 0.4 * height)])
    wrong = Face(wanted.box, 0.85, eyes[[0, 1, 0, 1, 0, 1]])
    ((found,),) = add_landmarks(nets(), turned, [[wrong]])
    assert (landmarks_of(found) - landmarks_of(wanted)).norm(dim=1).max() < 0.08 * max(width, height)


@pytest.mark.parametrize("turn", [-30, 30])
def test_a_tilted_head_gets_a_tilted_mesh(turn):
    tilted = sample_square(picture(), Square(256, 256, 512, math.radians(turn)), 512)
    (found,) = find_faces(nets(), tilted)[0]
    assert found.landmarks is not None
    across = found.landmarks[263] - found.landmarks[33]
    assert torch.rad2deg(torch.atan2(across[1], across[0])).item() == pytest.approx(-turn, abs=5)


def test_a_close_up_is_found():
    assert len(find_faces(nets(), picture()[..., 66:172, 182:270])[0]) == 1


def test_values_beyond_one_are_white():
    bright = picture() * 1.5
    assert find_faces(nets(), bright)[0][0].box == find_faces(nets(), bright.clamp(0, 1))[0][0].box


def test_largest_first_and_no_more_than_asked():
    small = torch.zeros(1, 3, 512, 768)
    small[..., :512] = picture()
    small[..., 64:448, 450:] = picture(384)[..., 66:]
    found = find_faces(nets(), small)[0]
    assert len(found) == 2 and found[0].box[2] > 1.2 * found[1].box[2]
    assert [each.box for each in largest(find_faces(nets(), small)[0], 1)] == [found[0].box]


def test_confidence_is_a_threshold():
    assert find_faces(nets(), picture(), min_confidence=0.99) == [[]]


def test_merging_averages_what_overlaps_and_keeps_what_does_not():
    boxes = torch.zeros(3, 16)
    boxes[:, :4] = torch.tensor([(10.0, 10, 8, 8), (11, 10, 8, 8), (40, 10, 8, 8)])
    merged, scores = _merge(boxes, torch.tensor((0.6, 0.9, 0.7)))
    assert scores.tolist() == pytest.approx((0.9, 0.7))
    assert merged[:, 0].tolist() == pytest.approx((10.6, 40))


def test_one_face_is_one_face_however_often_it_was_seen():
    sure, shifted, inside, beside = ((0, 0, 80, 90), (10, 5, 80, 90), (30, 30, 30, 30), (70, 0, 80, 90))
    faces = [Face(shifted, 0.7), Face(sure, 0.9), Face(inside, 0.95), Face(beside, 0.6)]
    assert [each.box for each in distinct(faces[:2] + faces[3:])] == [sure, beside]
    assert [each.box for each in distinct(faces)] == [inside, beside], "the most certain of nested boxes stays"
