"""Faces that the frame cuts: found where no detector knows one, with the landmarks that the whole picture gives."""

from __future__ import annotations

import pytest
import torch
from torch.nn.functional import interpolate

from softfocus.faces import Face, find_faces
from softfocus.faces.face import landmarks_of
from softfocus.faces.finding import close_up, find
from softfocus.faces.finding.close_up import find_close_up
from testing.faces.portrait import BOX, face, nets, picture

MIDDLE = (BOX[0] + BOX[2] / 2, BOX[1] + BOX[3] / 2)


def cut(times: float, larger: int = 3) -> tuple[torch.Tensor, torch.Tensor]:
    """A square around the face, whose height is `times` its own, enlarged; and the face's landmarks in it."""
    half = BOX[3] / times / 2
    left, top = (round(middle - half) for middle in MIDDLE)
    side = round(2 * half)
    part = interpolate(picture()[..., top : top + side, left : left + side], scale_factor=larger, mode="bicubic")
    return part.clamp(0, 1), (landmarks_of(face()) - torch.tensor([float(left), float(top)])) * larger


@pytest.mark.parametrize("times", [0.9, 1.0, 1.2, 1.5, 1.9])
def test_a_face_as_large_as_the_frame_and_larger(times):
    image, wanted = cut(times)
    (found,) = find_close_up(nets(), image, 0.5)
    assert (landmarks_of(found) - wanted).norm(dim=1).mean() < 0.06 * 3 * BOX[3]
    (same,) = find_close_up(nets(), image.flip(3), 0.5)
    assert same.score == pytest.approx(found.score, abs=0.1)


def test_a_large_picture_costs_no_more_than_the_mesh_needs(monkeypatch):
    seen = []
    run = close_up.run_mesh
    monkeypatch.setattr(
        close_up, "run_mesh", lambda nets, frame, squares: seen.append(frame) or run(nets, frame, squares)
    )
    image, wanted = cut(1.0, larger=20)
    (found,) = find_close_up(nets(), image, 0.5)
    assert (landmarks_of(found) - wanted).norm(dim=1).mean() < 0.06 * 20 * BOX[3]
    assert max(frame.numel() for frame in seen) < 3 * 1400**2


def test_it_takes_the_place_of_what_is_less_sure_only(monkeypatch):
    """A find of the detectors stays where they are sure of it, or surer than the mesh."""
    image, wanted = cut(1.5)
    for doubtful, kept in ((0.55, False), (0.999, True)):
        other = Face((0.0, 0.0, 40.0, 40.0), doubtful, landmarks=wanted * 0.1)
        monkeypatch.setattr(find, "find_by_detectors", lambda *_, other=other: [other])
        (found,) = find_faces(nets(), image)[0]
        assert torch.equal(landmarks_of(found), wanted * 0.1) == kept
    monkeypatch.setattr(find, "find_by_detectors", lambda *_: [])
    assert len(find_faces(nets(), image, 0.9)[0]) == 1


def test_it_is_asked_only_where_no_detector_is_sure(monkeypatch):
    asked = []
    monkeypatch.setattr(find, "find_close_up", lambda *_: asked.append(1) or [])
    find_faces(nets(), picture())
    assert not asked
    find_faces(nets(), torch.full((1, 3, 64, 64), 0.5))
    assert asked


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0, torch.nan])
def test_flat_pictures_have_none(value):
    assert find_close_up(nets(), torch.full((1, 3, 90, 60), value), 0.05) == []


def test_noise_edges_and_discs_have_none():
    noise = torch.rand(1, 3, 200, 300, generator=torch.Generator().manual_seed(1))
    ramp = torch.linspace(0, 1, 300).expand(1, 3, 200, 300)
    down, across = torch.arange(200)[:, None] - 100, torch.arange(300) - 150
    disc = (down**2 + across**2 < 5000).float().expand(1, 3, 200, 300)
    for image in (noise, ramp, disc, (ramp > 0.5).float()):
        assert find_close_up(nets(), image, 0.3) == []


def test_too_small_pictures_have_none():
    assert find_close_up(nets(), cut(1.0)[0][..., :31, :], 0.0) == []
