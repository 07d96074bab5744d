"""Find drawn faces: a small copy of each picture in many sizes with the cascade, its many answers merged."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from ...color import as_displayable, luminance
from ..face import Face, box_overlap
from ..nets.cascade import WINDOW, PatternCascade
from ..nets.weights import FaceNets

SIDE = 320  # px: the longer side of the copy; the smallest faces found take a thirteenth of it
STEP = 1.2  # from one size to the next
FINE = 2.0  # times smaller than the copy: from there on every window is looked at, before every other
AGREEING, SAME = 0.5, 0.25  # intersection over union: windows that vote for one face; faces that are one
EVEN = 10.0  # votes at which the score is 1/2, as a detector's of photographs that is as often right
SPREAD = 6.5  # the change of votes that makes the score's odds e times higher


def detect_drawn_faces(nets: FaceNets, image: Tensor, min_confidence: float) -> list[list[Face]]:
    """Drawn faces of each picture, without keypoints, most certain first.

    Args:
        nets: the face nets, on the image's device.
        image: [B, 3, H, W] sRGB; any values, taken as by `displayable`.
        min_confidence: 0..1, detections scored lower are left out.

    A box is square and runs about from the middle of the hair above the forehead to the chin. True faces are seen by
    many windows that differ a little, others by few: a face's votes are the sum of the margins of those that agree.
    """
    frames = (as_displayable(image[index : index + 1]) for index in range(len(image)))
    return [detect_drawn_in_frame(nets, frame, min_confidence) for frame in frames]


@torch.no_grad()
def detect_drawn_in_frame(nets: FaceNets, frame: Tensor, min_confidence: float) -> list[Face]:
    """`detect_drawn_faces` of one picture [1, 3, H, W] whose values are known to lie in 0..1."""
    boxes, votes = _merge(*_windows(nets.drawn, frame))
    scores = ((votes - EVEN) / SPREAD).sigmoid()
    faces = [
        Face((x, y, side, side), score, drawn=True)
        for (x, y, side), score in zip(boxes.tolist(), scores.tolist(), strict=True)
        if score >= min_confidence
    ]
    return sorted(faces, key=lambda face: face.score, reverse=True)


def _windows(cascade: PatternCascade, frame: Tensor) -> tuple[Tensor, Tensor]:
    """Windows [N, 3] (left, top, side, px of the picture) that the cascade lets through, and their margins [N]."""
    longer = max(frame.shape[2:])
    copy = _resized(luminance(frame).mul_(255), min(1.0, SIDE / longer))
    sizes, times = [], 1.0
    while min(copy.shape[2:]) / times >= WINDOW:
        sizes.append(times)
        times *= STEP
    if not sizes:
        return torch.zeros(0, 3), torch.zeros(0)
    planes = [_resized(copy, 1 / times).round()[0, 0] for times in sizes]
    windows = cascade(planes, [1 if times > FINE else 2 for times in sizes])
    scales = torch.tensor([longer / max(plane.shape) for plane in planes])[windows.plane.cpu()]
    corners = windows.corner.cpu() * scales[:, None]
    return torch.cat([corners, WINDOW * scales[:, None]], 1), windows.margin.cpu()


def _resized(plane: Tensor, scale: float) -> Tensor:
    if scale == 1:
        return plane
    height, width = (max(1, round(length * scale)) for length in plane.shape[2:])
    return interpolate(plane, (height, width), mode="bilinear", antialias=True).clamp(0, 255)


def _merge(windows: Tensor, margins: Tensor) -> tuple[Tensor, Tensor]:
    """Faces [M, 3] and their votes [M]: of windows that agree the mean, weighted by margin; the best voted first."""
    boxes = torch.cat([windows, windows[:, 2:]], 1)
    overlap = box_overlap(boxes, boxes)
    votes = ((overlap > AGREEING) * margins).sum(1)
    merged, counted = [windows[:0]], [votes[:0]]
    left = torch.ones_like(votes, dtype=torch.bool)
    while left.any():
        best = int(torch.where(left, votes, -1).argmax())
        weight = (overlap[best] > AGREEING) * margins + (torch.arange(len(votes)) == best) * 1e-6
        merged.append((windows * weight[:, None]).sum(0, keepdim=True) / weight.sum())
        counted.append(votes[best : best + 1])
        left &= overlap[best] <= SAME
        left[best] = False
    return torch.cat(merged), torch.cat(counted)
