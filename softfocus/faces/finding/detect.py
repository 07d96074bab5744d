"""Find faces: several views of each picture with the BlazeFace nets, merged."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ...color import as_displayable
from ...settings import MASK
from ..crops import sample_squares
from ..face import Face, box_overlap
from ..nets.blazeface import FullRangeDetector, ShortRangeDetector
from ..nets.weights import FaceNets
from .views import View, seen_whole, whole_views

MERGE_OVERLAP = 0.3
BATCH_PX = 8 * 128**2  # of views in one run of a net: on a CPU more are slower again


def detect_faces(
    nets: FaceNets,
    image: Tensor,
    min_confidence: float = MASK.min_confidence,
    views: Callable[[int, int], list[View]] = whole_views,
) -> list[list[Face]]:
    """Faces of each picture, with keypoints but without landmarks, most certain first.

    Args:
        nets: the face nets, on the image's device.
        image: [B, 3, H, W] sRGB; any values, taken as by `displayable`.
        min_confidence: 0..1, detections scored lower are left out.
        views: from height and width of a picture, what to show to the nets.

    Boxes run about from the brows to the chin. Each picture is looked at alone, so a batch gives what its pictures
    give one by one. Decoding and the score-weighted merge follow BlazeFace (arXiv 1907.05047).
    """
    frames = (as_displayable(image[index : index + 1]) for index in range(len(image)))
    return [detect_in_frame(nets, frame, min_confidence, views) for frame in frames]


@torch.no_grad()
def detect_in_frame(
    nets: FaceNets, frame: Tensor, min_confidence: float, views: Callable[[int, int], list[View]] = whole_views
) -> list[Face]:
    """`detect_faces` of one picture [1, 3, H, W] whose values are known to lie in 0..1."""
    boxes, scores = _merge(*_candidates(nets, frame, min_confidence, views(*frame.shape[2:])))
    return [_face(box, score) for box, score in zip(boxes, scores, strict=True)]


def _face(values: Tensor, score: Tensor) -> Face:
    x, y, width, height = values[:4].tolist()
    return Face((x - width / 2, y - height / 2, width, height), score.item(), values[4:].view(6, 2))


def _candidates(nets: FaceNets, frame: Tensor, min_confidence: float, views: list[View]) -> tuple[Tensor, Tensor]:
    """All anchors above the threshold: [N, 16] (centre, size, six points, picture pixels) and scores [N], on CPU."""
    detectors: dict[str, ShortRangeDetector | FullRangeDetector] = {"short": nets.short, "full": nets.full}
    boxes, scores = [torch.zeros(0, 16)], [torch.zeros(0)]
    for name, size in dict.fromkeys((view.net, view.size) for view in views):
        net, own = detectors[name], [view for view in views if (view.net, view.size) == (name, size)]
        size = size or net.size
        anchors, batch = net.anchors(size), max(1, BATCH_PX // size**2)
        for part in (own[start : start + batch] for start in range(0, len(own), batch)):
            raw, logits = net(sample_squares(frame, [view.square for view in part], size))
            for view, values, score in zip(part, raw.cpu(), logits.sigmoid().cpu(), strict=True):
                kept = (score >= min_confidence).nonzero()[:, 0]
                if not len(kept):  # as in most tiles
                    continue
                decoded = _decode(values[kept] / size, anchors[kept], view)
                whole = seen_whole(view, decoded[:, :4], frame.shape[2], frame.shape[3])
                boxes.append(decoded[whole])
                scores.append(score[kept][whole])
    return torch.cat(boxes), torch.cat(scores)


def _decode(values: Tensor, anchors: Tensor, view: View) -> Tensor:
    """Net output [N, 16] in 0..1 of the view, relative to anchors [N, 2], in picture pixels."""
    values = values.view(-1, 8, 2).clone()
    values[:, [0, 2, 3, 4, 5, 6, 7]] += anchors[:, None]
    points = view.square.to_picture(values)
    points[:, 1] = values[:, 1] * view.square.side
    return points.view(-1, 16)


def _merge(boxes: Tensor, scores: Tensor) -> tuple[Tensor, Tensor]:
    """Weighted non-maximum suppression: overlapping candidates become one, averaged by their scores."""
    merged, best = [], []
    rest = scores.argsort(descending=True, stable=True)
    while len(rest):
        same = box_overlap(boxes[rest[:1], :4], boxes[rest, :4], "cxcywh")[0] > MERGE_OVERLAP
        same[0] = True
        group = rest[same]
        weights = scores[group, None]
        merged.append((boxes[group] * weights).sum(0) / weights.sum())
        best.append(scores[group[0]])
        rest = rest[~same]
    return (torch.stack(merged), torch.stack(best)) if merged else (boxes, scores)
