"""Drawn faces: found, once each, with eyes and mouth in place; photographs keep the mesh; nothing in noise."""

from __future__ import annotations

import pytest
import torch

from softfocus.faces import find_faces
from softfocus.faces.finding.drawn import detect_drawn_faces
from softfocus.faces.finding.drawn_landmarks import features, place_on_drawings
from testing.faces.drawing import WIDTH, drawn_face, features_of_drawing
from testing.faces.portrait import nets, picture

SIDE = 256


def apart(image: torch.Tensor, wanted: torch.Tensor, width: float) -> float:
    """How far eyes and mouth of the one drawn face are from where they are wanted, in its widths."""
    (face,) = find_faces(nets(), image)[0]
    assert face.drawn and face.score > 0.9 and face.landmarks is not None
    return float((features(face.landmarks) - wanted).norm(dim=1).max()) / width


@pytest.mark.parametrize("side", [128, 256, 700, 1500])
def test_a_drawing_has_one_face_with_its_eyes_and_mouth(side):
    assert apart(drawn_face(side), features_of_drawing(side), WIDTH / 100 * side) < 0.1


@pytest.mark.parametrize("degrees", [-12, 12])
def test_a_tilted_one_too(degrees):
    angle = -torch.tensor(degrees * torch.pi / 180)
    turn = torch.tensor([[angle.cos(), angle.sin()], [-angle.sin(), angle.cos()]])
    wanted = (features_of_drawing(SIDE) - SIDE / 2) @ turn + SIDE / 2
    assert apart(drawn_face(SIDE, degrees), wanted, WIDTH / 100 * SIDE) < 0.12


def test_two_in_one_picture_and_a_mirrored_one():
    image = drawn_face(SIDE)
    faces = find_faces(nets(), torch.cat([image, image], 3))[0]
    assert len(faces) == 2 and all(face.drawn for face in faces)
    (mirrored,) = find_faces(nets(), image.flip(3))[0]
    assert mirrored.landmarks is not None
    seen = features(mirrored.landmarks)[[1, 0, 2]] * torch.tensor([-1.0, 1.0]) + torch.tensor([float(SIDE), 0.0])
    assert (seen - features_of_drawing(SIDE)).norm(dim=1).max() < 0.1 * WIDTH / 100 * SIDE


def test_a_photograph_keeps_the_mesh():
    (face,) = find_faces(nets(), picture())[0]
    assert not face.drawn


def test_a_photographs_box_is_no_drawing_where_the_mesh_holds():
    """What the cascade sees in a photograph is placed by the mesh, and counts once."""
    drawn = detect_drawn_faces(nets(), picture(), 0.0)[0]
    assert all(not face.drawn for face in place_on_drawings(nets(), picture(), drawn) if face.score > 0.5)


@pytest.mark.parametrize("shape", [(1, 1), (23, 40), (24, 24), (300, 5), (5, 300)])
def test_tiny_and_thin_pictures_have_none(shape):
    assert detect_drawn_faces(nets(), torch.rand(1, 3, *shape), 0.3) == [[]]


def test_noise_flat_and_gratings_have_none():
    noise = torch.rand(1, 3, 300, 400, generator=torch.Generator().manual_seed(1))
    grating = ((torch.arange(400) / 9).sin() * 0.5 + 0.5).expand(1, 3, 300, 400)
    for image in (noise, torch.full_like(noise, 0.4), grating):
        assert detect_drawn_faces(nets(), image, 0.3) == [[]]


def test_less_confidence_never_finds_less():
    image = torch.cat([drawn_face(SIDE), torch.rand(1, 3, SIDE, SIDE)], 3)
    low, high = (detect_drawn_faces(nets(), image, confidence)[0] for confidence in (0.05, 0.7))
    assert [face.box for face in high] == [face.box for face in low if face.score >= 0.7]
