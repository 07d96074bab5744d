"""Find faces: several looks at each picture with the BlazeFace nets, merged."""

from __future__ import annotations

import torch
from torch import Tensor

from .blazeface import FullRangeDetector, ShortRangeDetector
from .crops import Square, sample_square
from .face import Face
from .weights import FaceNets

# Net and side of a look as a multiple of the picture's longer side. The last one shows the picture smaller, with a
# black border: a close-up that fills the frame is larger than any face either net was trained on.
LOOKS = (("short", 1.0), ("full", 1.0), ("short", 1.6))
CLOSER = ("full", 0.45, 3)  # net, side of a tile, tiles along each axis
MERGE_OVERLAP = 0.3


@torch.no_grad()
def detect_faces(nets: FaceNets, image: Tensor, min_confidence: float = 0.5, closer: bool = False) -> list[list[Face]]:
    """Faces of each picture, with keypoints but without landmarks, most certain first.

    Args:
        nets: the face nets, on the image's device.
        image: [B, 3, H, W] sRGB; values outside 0..1 are clamped.
        min_confidence: 0..1, detections scored lower are left out.
        closer: look at overlapping tiles instead of at the whole picture. It finds most faces down to 4 % of the
            longer side (else 8 %), misses those larger than a tile, and takes several times as long.

    Boxes run about from the brows to the chin. Each picture is looked at alone, so a batch gives what its pictures
    give one by one. Decoding and the score-weighted merge follow BlazeFace (arXiv 1907.05047).
    """
    found = []
    for index in range(len(image)):
        frame = image[index : index + 1].clamp(0, 1)
        boxes, scores = _merge(*_candidates(nets, frame, min_confidence, closer))
        found.append([_face(box, score) for box, score in zip(boxes, scores, strict=True)])
    return found


def _face(values: Tensor, score: Tensor) -> Face:
    x, y, width, height = values[:4].tolist()
    return Face((x - width / 2, y - height / 2, width, height), score.item(), values[4:].view(6, 2))


def _looks(height: int, width: int, closer: bool) -> list[tuple[str, Square]]:
    """The nets to run and the square of the picture to show to each."""
    longer = max(height, width)
    if not closer:
        return [(name, Square(width / 2, height / 2, scale * longer)) for name, scale in LOOKS]
    name, share, count = CLOSER
    side = share * longer
    xs, ys = ([side / 2 + (length - side) * i / (count - 1) for i in range(count)] for length in (width, height))
    return [(name, Square(x, y, side)) for y in ys for x in xs]


def _candidates(nets: FaceNets, frame: Tensor, min_confidence: float, closer: bool) -> tuple[Tensor, Tensor]:
    """All anchors above the threshold: [N, 16] (centre, size, six points, picture pixels) and scores [N], on CPU."""
    detectors: dict[str, ShortRangeDetector | FullRangeDetector] = {"short": nets.short, "full": nets.full}
    boxes, scores = [], []
    for name, square in _looks(frame.shape[2], frame.shape[3], closer):
        net = detectors[name]
        raw, logits = net(sample_square(frame, square, net.size))
        score = logits[0].sigmoid().cpu()
        kept = (score >= min_confidence).nonzero()[:, 0]
        values = raw[0].cpu()[kept].view(-1, 8, 2) / net.size
        values[:, [0, 2, 3, 4, 5, 6, 7]] += net.anchors()[kept, None]
        points = square.to_picture(values)
        points[:, 1] = values[:, 1] * square.side
        boxes.append(points.view(-1, 16))
        scores.append(score[kept])
    return torch.cat(boxes), torch.cat(scores)


def _merge(boxes: Tensor, scores: Tensor) -> tuple[Tensor, Tensor]:
    """Weighted non-maximum suppression: overlapping candidates become one, averaged by their scores."""
    merged, best = [], []
    rest = scores.argsort(descending=True, stable=True)
    while len(rest):
        same = overlap(boxes[rest[:1], :4], boxes[rest, :4])[0] > MERGE_OVERLAP
        same[0] = True
        group = rest[same]
        weights = scores[group, None]
        merged.append((boxes[group] * weights).sum(0) / weights.sum())
        best.append(scores[group[0]])
        rest = rest[~same]
    return (torch.stack(merged), torch.stack(best)) if merged else (boxes, scores)


def overlap(a: Tensor, b: Tensor) -> Tensor:
    """Intersection over union [N, M] of boxes [N, 4] and [M, 4] given as centre x, centre y, width, height."""
    low = torch.maximum((a[:, :2] - a[:, 2:] / 2)[:, None], (b[:, :2] - b[:, 2:] / 2)[None])
    high = torch.minimum((a[:, :2] + a[:, 2:] / 2)[:, None], (b[:, :2] + b[:, 2:] / 2)[None])
    shared = (high - low).clamp_min(0).prod(-1)
    return shared / (a[:, 2:].prod(-1)[:, None] + b[:, 2:].prod(-1)[None] - shared).clamp_min(1e-9)
