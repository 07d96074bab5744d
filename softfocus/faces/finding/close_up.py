"""A face that fills the frame or is cut by it, which no detector knows: the mesh is asked about the whole frame."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import interpolate, pad

from ...color import displayable
from ..crops import Square
from ..face import Face
from ..nets.weights import FaceNets
from ..topology import LEFT_EYE, RIGHT_EYE
from .mesh import run_mesh, span, square_around

SIDES = (1.3, 1.8, 2.4, 3.2)  # of the frame's longer side: squares around its middle that the mesh is shown
BORDER = 1.2  # of the longer side: what lies around the frame, in its mean color; the mesh doubts faces beside black
EVEN = 2.5  # logit of presence at which a find is as likely a face as none
SPREAD = 1.5  # the change of it that triples the odds
LARGEST = 384  # px: the longer side that the mesh needs; with its border a large picture would not fit in memory
SMALLEST = 32  # px: the mesh draws a face into a handful of pixels too


@torch.no_grad()
def find_close_up(nets: FaceNets, image: Tensor, min_confidence: float) -> list[Face]:
    """The face of a picture [1, 3, H, W] that is as large as the frame, with landmarks; none if that is not likely."""
    height, width = image.shape[2:]
    if min(height, width) < SMALLEST:
        return []
    scale = min(1.0, LARGEST / max(height, width))
    frame = displayable(image)
    if scale < 1:
        size = [max(1, round(length * scale)) for length in (height, width)]
        frame = interpolate(frame, size, mode="bilinear", antialias=True)
    longer, mean = max(frame.shape[2:]), frame.mean((2, 3), keepdim=True)
    border = round(BORDER * longer)
    middle = (border + frame.shape[3] / 2, border + frame.shape[2] / 2)
    frame = pad(frame - mean, (border,) * 4) + mean
    points, logits = run_mesh(nets, frame, [Square(*middle, side * longer) for side in SIDES])
    best = points[max(range(len(SIDES)), key=lambda index: logits[index])]
    (found,), (logit,) = run_mesh(nets, frame, [square_around(best, RIGHT_EYE, LEFT_EYE)])
    score = torch.tensor((logit - EVEN) / SPREAD).sigmoid().item()
    found = (found - border) / scale
    return [Face(span(found), score, landmarks=found)] if score >= min_confidence else []
