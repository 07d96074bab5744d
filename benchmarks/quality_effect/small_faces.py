"""Small faces: portraits amid mirrored surroundings, through the default graph, and boxes connected as advised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn.functional import interpolate, pad

from benchmarks.quality_effect.advice import turned
from benchmarks.quality_effect.cases import Case
from benchmarks.quality_effect.graph import Graph
from softfocus.face_box import FaceBox
from softfocus.faces import face_width
from softfocus.filters.band_matrix import mirrored_index
from softfocus.quality import Measured, Score, measure_effect, score_effect
from softfocus.quality.report.advice import advise
from softfocus.quality.report.small_face import SMALL

SIDE, TIMES = 224, 3  # px of the portrait's long side, and how much wider and higher its picture is


@dataclass(frozen=True)
class Connected:
    """What one piece of advice to connect boxes did to the score of a picture with a small face."""

    portrait: str
    node: str
    before: float
    after: float
    again: bool

    def line(self) -> str:
        mark = "=" if self.again else " " if self.after > self.before else "!"
        return f"{mark} {self.before:6.1f} ->{self.after:6.1f}  bboxes to {self.node:26}{self.portrait[:40]}"


def connect_as_advised(case: Case) -> list[Connected]:
    """Do what the first piece of advice says while it is about boxes; nothing where no face is small."""
    image, mask, boxes = amid_surroundings(case)
    if not boxes or max(box.scale(image) for box in boxes) >= SMALL:
        return []
    graph, steps = Graph(), []
    score = _score(graph, image, mask, boxes)
    while (first := next(iter(advise(score)), None)) is not None and first.widget == "bboxes":
        again = first.node in graph.boxed
        graph = turned(graph, first)
        better = score if again else _score(graph, image, mask, boxes)
        steps.append(Connected(case.name, first.node, score.total, better.total, again))
        if again:
            break
        score = better
    return steps


def amid_surroundings(case: Case) -> tuple[Tensor, Tensor, list[FaceBox]]:
    """The portrait at SIDE px in the middle of a mirrored picture TIMES as wide and high; its mask and boxes there."""
    old = case.image.shape[-2:]
    height, width = (round(side * SIDE / max(old)) for side in old)
    small = interpolate(case.image, (height, width), mode="bicubic", antialias=True, align_corners=False).clamp(0, 1)
    mask = interpolate(case.mask, (height, width), mode="area")
    down, right = (side * (TIMES - 1) // 2 for side in (height, width))
    rows, columns = (
        mirrored_index(torch.arange(side * TIMES) - first, side) for side, first in ((height, down), (width, right))
    )
    boxes = []
    for face in case.faces:
        assert face.landmarks is not None
        box = FaceBox(*face.box, face_width(face.landmarks)).resized(width / old[1], height / old[0])
        boxes.append(replace(box, left=box.left + right, top=box.top + down))
    margins = (right, width * (TIMES - 1) - right, down, height * (TIMES - 1) - down)
    return small[..., rows, :][..., columns], pad(mask, margins), boxes


def _score(graph: Graph, image: Tensor, mask: Tensor, boxes: Sequence[FaceBox]) -> Score:
    picture = Measured.of(graph.result(image, mask, boxes), image, mask, None, boxes)
    return score_effect(measure_effect(picture))
