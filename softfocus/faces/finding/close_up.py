"""A face that fills the frame or is cut by it, which no detector knows: the mesh is asked about the whole frame."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import interpolate, pad

from ...color import as_displayable
from ..crops import Square
from ..face import Face
from ..nets.weights import FaceNets
from ..topology import LEFT_EYE, RIGHT_EYE
from .mesh import run_mesh, span, square_around

SIDES = (1.3, 1.8, 2.4, 3.2, 4.2)  # of the frame's longer side: squares around its middle that the mesh is shown
KEPT = 2  # of them, the likeliest, are looked at twice more, each time around what was seen
BORDER = 1.8  # of the longer side: what lies around the frame, in its mean color; the mesh doubts faces beside black
EVEN = -1.0  # logit of presence at which a find counts as likely as a detector's of score 1/2
SPREAD = 1.5  # the change of it that changes the score's odds e times
LARGEST = 256  # px: the longer side that the mesh needs; with its border a large picture would not fit in memory
SMALLEST = 32  # px: the mesh draws a face into a handful of pixels too


@torch.no_grad()
def find_close_up(nets: FaceNets, image: Tensor, min_confidence: float) -> list[Face]:
    """The face of a picture [1, 3, H, W] that is as large as the frame, with landmarks; none if that is not likely."""
    height, width = image.shape[2:]
    if min(height, width) < SMALLEST:
        return []
    scale = min(1.0, LARGEST / max(height, width))
    frame = as_displayable(image)
    if scale < 1:
        size = [max(1, round(length * scale)) for length in (height, width)]
        frame = interpolate(frame, size, mode="bilinear", antialias=True)
    longer, mean = max(frame.shape[2:]), frame.mean((2, 3), keepdim=True)
    border = round(BORDER * longer)
    middle = (border + frame.shape[3] / 2, border + frame.shape[2] / 2)
    frame = pad(frame - mean, (border,) * 4) + mean
    found, logits = run_mesh(nets, frame, [Square(*middle, side * longer) for side in SIDES])
    likeliest = sorted(range(len(SIDES)), key=lambda index: -logits[index])[:KEPT]
    found = [found[index] for index in likeliest]
    for _ in range(2):
        found, logits = run_mesh(nets, frame, [square_around(each, RIGHT_EYE, LEFT_EYE) for each in found])
    logit, best = max(zip(logits, range(KEPT), strict=True))
    score = torch.tensor((logit - EVEN) / SPREAD).sigmoid().item()
    points = (found[best] - border) / scale
    return [Face(span(points), score, landmarks=points)] if score >= min_confidence else []
