"""Landmarks of drawn faces: the mesh where it holds, otherwise moved to where the drawing has eyes and mouth.

The mesh was trained on photographs. On drawings it mostly finds the eyes, and puts the mouth too low.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from ...filters.gaussian import gaussian_blur
from ..crops import Square, sample_square
from ..face import Face
from ..nets.weights import FaceNets
from ..topology import LEFT_EYE, RIGHT_EYE, RINGS
from .mesh import run_mesh, span, square_around

CROPS = (0.75, 0.9, 1.1, 1.3, 1.5)  # of the box: sides of the squares that the mesh is shown
LOW = 0.05  # of the box: so much lower than its middle lie those squares
HOLDS = 10.0  # logit of presence from which the mesh is right about a drawing too
EYES = ((0.315, 0.43), (0.685, 0.43))  # of the box's side, from its corner: where drawn eyes are in the mean
EYE = (0.17, 0.15)  # of the box's side: drawn eyes are at least so wide and high, lids and lashes included
MOUTH_HEIGHT = 0.665  # and mouths; they hardly differ, since the cascade learned from faces so placed
MOUTH_BY_MESH = 0.7  # of how far the mouth lies to the side, which depends on the pose
CROP_PX = 120  # the crop in which eyes are sought; its side is BORDERED of the box's
BORDERED = 1.2
SKIN = ((0.38, 0.62), (0.48, 0.6))  # x and y in the box between cheeks and eyes, where skin is seen
BLOB, AROUND = 0.03, 0.08  # of the box: an eye stands out at the first size against the second
NEAR = 0.08  # of the box: how far from where it is expected an eye is likely


@torch.no_grad()
def place_on_drawings(nets: FaceNets, frame: Tensor, faces: list[Face]) -> list[Face]:
    """Faces of one picture [1, 3, H, W] in 0..1 from `detect_drawn_faces` with landmarks, and the box that these span.

    A face stays `drawn` unless the mesh holds on it.
    """
    return [_placed(nets, frame, face) for face in faces]


def _placed(nets: FaceNets, frame: Tensor, face: Face) -> Face:
    x, y, side, _ = face.box
    middle = (x + side / 2, y + side * (0.5 + LOW))
    points, logits = run_mesh(nets, frame, [Square(*middle, crop * side) for crop in CROPS])
    best = max(range(len(CROPS)), key=lambda index: logits[index])
    again, logit = run_mesh(nets, frame, [square_around(points[best], RIGHT_EYE, LEFT_EYE)])
    mesh, presence = max([(points[best], logits[best]), (again[0], logit[0])], key=lambda each: each[1])
    holds = presence >= HOLDS
    found = mesh if holds else _opened(_moved(mesh, _features_of(frame, face, mesh)), side)
    return replace(face, landmarks=found, box=span(found), drawn=not holds)


def features(landmarks: Tensor) -> Tensor:
    """Middles of right eye, left eye and mouth [3, 2] of landmarks [468, 2]."""
    return torch.stack([landmarks[list(ring)].mean(0) for ring in (*RINGS["eyes"], *RINGS["lips"])])


def _features_of(frame: Tensor, face: Face, mesh: Tensor) -> Tensor:
    """Middles of eyes and mouth [3, 2] in the drawing, px: what stands out from the skin near where eyes are expected,
    halfway between the mean drawing's and the mesh's; the mouth by the box's height and mostly the mesh's side."""
    x, y, side, _ = face.box
    corner = torch.tensor((x, y))
    seen = (features(mesh) - corner) / side
    eyes = (seen[:2] + torch.tensor(EYES)) / 2
    mouth = torch.stack([torch.lerp(torch.tensor(0.5), seen[2, 0], MOUTH_BY_MESH), torch.tensor(MOUTH_HEIGHT)])
    return corner + side * torch.cat([_blobs(frame, face, eyes), mouth[None]])


def _blobs(frame: Tensor, face: Face, expected: Tensor) -> Tensor:
    """Where in the box (0..1) something stands out from the skin, near each of the expected places [N, 2]."""
    x, y, side, _ = face.box
    square = Square(x + side / 2, y + side / 2, BORDERED * side)
    crop = sample_square(frame, square, CROP_PX)[0].cpu()
    steps = (torch.arange(CROP_PX) + 0.5) / CROP_PX * BORDERED - (BORDERED - 1) / 2
    down, across = torch.meshgrid(steps, steps, indexing="ij")
    (left, right), (top, bottom) = SKIN
    skin = crop[:, (across > left) & (across < right) & (down > top) & (down < bottom)].median(1).values
    unlike = (crop - skin[:, None, None]).norm(dim=0)[None, None]
    narrow, wide = (gaussian_blur(unlike, size * CROP_PX / BORDERED) for size in (BLOB, AROUND))
    standing_out = (narrow - wide)[0, 0].clamp_min(0)
    distance = (across - expected[:, 0, None, None]).square() + (down - expected[:, 1, None, None]).square()
    weight = (standing_out * torch.exp(-distance / (2 * NEAR**2))).square()
    middle = (weight * torch.stack([across, down])[:, None]).sum((2, 3)) / weight.sum((1, 2)).clamp_min(1e-12)
    return torch.where(weight.sum((1, 2)) > 0, middle, expected.T).T


def _moved(mesh: Tensor, target: Tensor) -> Tensor:
    """The mesh [468, 2] by the affine map that takes its eyes and mouth to `target` [3, 2]."""
    source = features(mesh)
    from_, to = ((three[1:] - three[:1]).double() for three in (source, target))
    if torch.linalg.det(from_).abs() < 1e-6:
        return mesh
    return ((mesh - source[0]).double() @ torch.linalg.solve(from_, to)).float() + target[0]


def _opened(points: Tensor, side: float) -> Tensor:
    """Landmarks with eyes as large as drawn eyes are in a box of that side, and the brows raised by that."""
    points = points.clone()
    for eye, brow in zip(RINGS["eyes"], RINGS["brows"], strict=True):
        ring = points[list(eye)]
        size = ring.amax(0) - ring.amin(0)
        larger = (side * torch.tensor(EYE) / size.clamp_min(1e-6)).clamp_min(1)
        points[list(eye)] = torch.lerp(ring.mean(0), ring, larger)
        points[list(brow), 1] -= ((larger[1] - 1) * size[1] / 2).item()
    return points


def drawn_faces_first(drawn: list[Face], others: list[Face], same: Tensor) -> list[Face]:
    """All faces, of those that are the same [N, M] one: the drawn one if it still is `drawn`, otherwise the other."""
    keeps = torch.tensor([face.drawn for face in drawn], dtype=torch.bool)
    hidden = (same & keeps[:, None]).any(0).tolist()
    doubled = (same.any(1) & ~keeps).tolist()
    left = [face for face, gone in zip(others, hidden, strict=True) if not gone]
    return left + [face for face, gone in zip(drawn, doubled, strict=True) if not gone]
